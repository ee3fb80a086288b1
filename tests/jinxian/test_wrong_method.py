"""The address of a form, opened as a page: words and a way on instead of an empty answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.assessments.sheet_world import client
from tests.jinxian import admin_world as base

pytestmark = pytest.mark.django_db
WORDS = {"zh-hans": "请打开页面，再点一次按钮。", "en": "Open the page and press its button again."}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize(("method", "name", "args"), [("GET", "transfer_letter", [1]), ("POST", "member_list", [])])
def test_a_person_reads_what_to_do(language: str, method: str, name: str, args: list[Any]) -> None:
    user = base.everything().officer
    response = client(user, language).generic(method, reverse(name, args=args))
    assert response.status_code == 405 and response["Allow"]
    assert WORDS[language] in response.content.decode()


def test_a_script_gets_no_page() -> None:
    user = base.everything().officer
    response = client(user, "en").get(reverse("transfer_letter", args=[1]), headers={"accept": "application/json"})
    assert (response.status_code, response.content) == (405, b"")
