"""A sheet in a real browser: what stands beside the grid leads to the cell, and on a phone to the member."""

from __future__ import annotations

from typing import Any

import pytest

from tests.assessments import sheet_world
from tests.assessments.sheet_world import client

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def w(transactional_db: Any, time_machine: Any) -> Any:
    made = sheet_world.world()
    time_machine.move_to(sheet_world.MORNING.format(sheet_world.TODAY))
    return made


def opened(page: Any, live_server: Any, w: Any, sheet: Any, size: dict[str, int]) -> None:
    session = client(w.secretary).cookies["sessionid"].value
    for name, value in (("sessionid", session), ("django_language", "en")):
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page.set_viewport_size(size)
    page.goto(live_server.url + sheet_world.url("sheet_detail", sheet.pk))


def test_an_empty_cell_of_the_check_is_reached_on_the_desk_and_on_the_phone(
    page: Any, live_server: Any, w: Any
) -> None:
    sheet = sheet_world.begun(w)
    line = sheet_world.line(sheet, w.plain)
    opened(page, live_server, w, sheet, DESK)
    first = page.locator("#check [data-empty] a").get_by_text(w.plain.label)
    assert first.count() == 1, "one line for a member, however many cells are empty"
    first.click()
    assert page.evaluate("document.activeElement.id").startswith(f"c-{line.pk}-")
    assert page.locator(".eg-bar .seg").is_visible()
    opened(page, live_server, w, sheet, PHONE)
    assert not page.locator(".eg-bar .seg").is_visible(), "it switches what a phone does not show"
    first.click()
    page.wait_for_url(f"**{sheet_world.url('sheet_line', sheet.pk, line.pk)}*")


def test_what_is_only_read_stands_as_what_is_typed(page: Any, live_server: Any, w: Any) -> None:
    opened(page, live_server, w, sheet_world.submitted(w), DESK)
    look = "e => [getComputedStyle(e).textAlign, getComputedStyle(e).paddingRight, getComputedStyle(e).display]"
    assert page.locator("td.c > .v").first.evaluate(look) == ["right", "7px", "block"]
    look = "e => [getComputedStyle(e).overflowX, getComputedStyle(e).overflowY]"
    assert page.locator(".jx-tabs").evaluate(look) == ["auto", "hidden"]
