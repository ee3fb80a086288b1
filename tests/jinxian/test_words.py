"""Sentences that Django would say in English, or with signs of the other language."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import override

from accounts.models import User
from tests.assessments import sheet_world
from tests.assessments.sheet_world import client
from tests.jinxian import admin_world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "zhangwei2026"])
def test_every_rule_of_passwords_speaks_chinese(password: str) -> None:
    with override("zh-hans"), pytest.raises(ValidationError) as refused:
        validate_password(password, User(username="zhangwei2026", name="张伟"))
    words = "".join(refused.value.messages)
    assert not any(letter.isascii() and letter.isalpha() for letter in words), words


def test_the_admin_has_no_heading_in_english(db: Any) -> None:
    w = admin_world.everything()
    page = client(w.superuser, "zh-hans").get("/admin/").content.decode()
    for words in ("Model name", "Add link", "Change or view list link", "Jinxian"):
        assert words not in page
    assert [each for each in admin.site._registry.values() if "label" in each.list_display] == []


def test_signs_between_chinese_words_are_full_width(db: Any, time_machine: Any) -> None:
    w = sheet_world.world()
    time_machine.move_to(sheet_world.MORNING.format(sheet_world.TODAY))
    sheet = sheet_world.begun(w)
    browser = client(w.secretary, "zh-hans")
    for address in (
        sheet_world.url("sheet_detail", sheet.pk),
        sheet_world.url("sheet_line", sheet.pk, sheet_world.line(sheet, w.plain).pk),
        sheet_world.url("sheet_summary", sheet.pk),
    ):
        page = browser.get(address).content.decode()
        assert f"{sheet.area_name}，2026年第二季度" in page and f"{sheet.area_name}, " not in page, address
    detail = browser.get(sheet_world.url("sheet_detail", sheet.pk)).content.decode()
    assert "全区：—（0 人平均）" in detail


def test_points_are_told_of_a_confirmed_quarter_only_where_there_is_one(db: Any, time_machine: Any) -> None:
    w = sheet_world.world()
    time_machine.move_to(sheet_world.MORNING.format(sheet_world.TODAY))
    assert "the last quarter that is confirmed" in client(w.secretary).get("/organization/members/").content.decode()
    type(w.period).objects.update(state="open")
    page = client(w.secretary).get("/organization/members/").content.decode()
    assert "the last quarter that is confirmed" not in page and "once the sheet is confirmed" in page
