"""Slips for the first sign-in: what stands on them, and that a page loaded anew takes none back."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.activation import account_of, make_code
from accounts.models import User
from jinxian.lib import Refused
from tests.assessments import sheet_world
from tests.assessments.sheet_world import client
from tests.jinxian import admin_world as base

pytestmark = pytest.mark.django_db
PRINT = "/organization/slips/print/"


@pytest.fixture
def w(db: Any) -> Any:
    made = sheet_world.world()
    made.newcomer = base.user("newcomer")
    made.newcomer.set_unusable_password()
    made.newcomer.save()
    base.appoint(made.newcomer, base.ROLES.LEADER, area=made.area2)
    return made


def test_a_slip_says_where_to_sign_in_and_names_its_code_as_the_form_does(w: Any) -> None:
    page = client(w.officer).post(PRINT, {"account": w.newcomer.pk}).content.decode()
    assert "http://testserver/accounts/sign-in/" in page and "Code from the slip" in page
    assert "Jin County Party member service areas" in page


def test_a_print_page_that_is_loaded_anew_leaves_the_codes_good(w: Any) -> None:
    browser = client(w.officer)
    once = browser.get("/organization/slips/").context["once"]
    page = browser.post(PRINT, {"account": w.newcomer.pk, "once": once})
    ((_account, code),) = page.context["slips"]
    again = browser.post(PRINT, {"account": w.newcomer.pk, "once": once}, follow=True)
    assert "These slips were made already." in again.content.decode()
    assert account_of("newcomer", code) == w.newcomer
    anew = browser.post(PRINT, {"account": w.newcomer.pk, "once": browser.get("/organization/slips/").context["once"]})
    assert anew.context["slips"]
    with pytest.raises(Refused):
        account_of("newcomer", code)


def test_a_short_password_is_refused_in_chinese(w: Any) -> None:
    code = make_code(User.objects.get(pk=w.newcomer.pk), by=None)
    typed = {"username": "newcomer", "code": code, "new_password1": "short", "new_password2": "short"}
    browser = client(w.officer)
    browser.logout()
    page = browser.post("/accounts/first-sign-in/", typed, headers={"accept-language": "zh-hans"}).content.decode()
    assert "密码太短，至少要 10 个字符。" in page and "too short" not in page and "您填的都在" not in page
