"""The admin in a real browser: its own scripts run under our content security policy, which allows nothing inline."""

from __future__ import annotations

from typing import Any

import pytest

from tests.jinxian import admin_world as world

pytestmark = pytest.mark.django_db(transaction=True)


def test_lists_forms_calendars_and_searches_work_under_the_policy(page: Any, live_server: Any) -> None:
    w = world.everything()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    session = world.signed_in(w.officer).cookies["sessionid"].value
    for name, value in (("sessionid", session), ("django_language", "en")):
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    for path in (
        "",
        "members/member/",
        f"members/member/{w.member.pk}/change/",
        "accounts/user/add/",
        "assessments/plan/add/",
    ):
        page.goto(f"{live_server.url}/admin/{path}")
    page.goto(f"{live_server.url}/admin/service_areas/servicearea/add/")
    page.locator(".field-branch .select2-selection").click()
    page.keyboard.type("支部")
    page.get_by_text(f"{w.branch.label} · {w.township.label}").click()
    page.locator(".field-started_on .datetimeshortcuts a").first.click()
    page.get_by_role("button", name="Add another Team").click()
    assert page.locator("#id_area_teams-0-team").count() == 1
    assert page.locator("#id_started_on").input_value()
    assert page.locator("#id_branch").input_value() == str(w.branch.pk)
    assert [text for text in said if "404" not in text] == []
