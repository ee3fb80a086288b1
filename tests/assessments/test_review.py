"""The review queue: what stands under which heading, what stands out, and several confirmed in one step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assessments import remarks, workflow
from assessments.models import Period, Sheet
from assessments.review import TABS, read_queue
from tests.assessments import sheet_world as world
from tests.assessments.pages import raw, words
from tests.assessments.sheet_world import cell, client, fresh, line, save, url


def queue(w: Any, tab: str = "waiting", user: Any = None) -> Any:
    user = user or w.staff
    return read_queue(user, w.period, tab, Sheet.objects.visible_to(user))


def flags(w: Any) -> list[str]:
    """What stands out on area 1's sheet."""
    return [flag.text for row in queue(w).rows if row.sheet.pk == w.sheet.pk for flag in row.flags]


def confirm(w: Any, *chosen: str, user: Any = None) -> Any:
    return client(user or w.staff).post(url("review_confirm"), {"sheet": chosen}, follow=True)


def choice(sheet: Any) -> str:
    return f"{sheet.pk}:{fresh(sheet).version}"


def test_every_sheet_stands_under_its_heading_and_is_counted(w: Any) -> None:
    world.submitted(w)
    world.confirmed(w, w.sheet2)
    counts = queue(w).counts
    assert counts == {"waiting": 1, "marked": 0, "returned": 0, "own_line": 1, "missing": 1, "confirmed": 1}
    assert (queue(w).expected, queue(w).reported, queue(w).confirmed) == (3, 2, 1)
    found = {tab: [row.sheet.pk for row in queue(w, tab).rows] for tab in TABS}
    assert found["waiting"] == found["own_line"] == [w.sheet.pk] and found["marked"] == []
    assert (found["confirmed"], found["missing"]) == ([w.sheet2.pk], [w.far.sheet.pk])


def test_a_returned_and_a_reopened_sheet_are_awaited_back(w: Any) -> None:
    world.returned(w)
    assert [row.sheet.pk for row in queue(w, "returned").rows] == [w.sheet.pk]
    Sheet.objects.filter(pk=w.sheet.pk).update(state="reopened")
    assert queue(w).counts["returned"] == 1


def test_a_sheet_is_clean_once_the_secretarys_line_is_scored(w: Any) -> None:
    sheet = world.submitted(w)
    (row,) = queue(w).rows
    assert (row.awaits_own_line, row.may_confirm, row.is_clean) == (True, False, False)
    save(sheet, world.good(w, sheet, by="township"), by=w.staff)
    (row,) = queue(w).rows
    assert (row.awaits_own_line, row.may_confirm, row.is_clean) == (False, True, True)
    assert row.mean == Decimal("97.67")


def test_nobody_but_the_township_finds_anything_to_confirm(w: Any) -> None:
    world.scored(w)
    assert queue(w).rows[0].may_confirm
    for who in (w.officer, w.auditor):
        (row,) = queue(w, user=who).rows
        assert not row.may_confirm and row.verdict.reason == "Only the staff of Jin Town return and confirm."


def test_a_late_sheet_says_by_how_many_days_of_its_first_submission(w: Any, on: Any) -> None:
    on("2026-07-12")
    world.submitted(w)
    assert flags(w) == ["2 days late"]


def test_a_sheet_that_was_in_time_at_first_is_not_late_when_it_comes_again(w: Any, on: Any) -> None:
    sheet = world.returned(w)
    on("2026-07-15")
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=sheet.version)
    assert flags(w) == []


def test_changes_before_the_last_return_are_not_told_again(w: Any, on: Any) -> None:
    sheet = world.filled(w)
    save(sheet, {cell(w, w.plain, "visits"): "10"}, by=w.secretary)
    row = workflow.submit(fresh(sheet), by=w.secretary, seen_version=fresh(sheet).version)
    on("2026-07-04")
    row = workflow.return_sheet(row, by=w.staff, seen_version=row.version, reason="请核对")
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=row.version)
    assert flags(w) == []


def test_changes_since_the_return_are_counted_by_cells_that_differ(w: Any, on: Any) -> None:
    sheet = world.returned(w)
    on("2026-07-04")
    visits, road = cell(w, w.plain, "visits"), cell(w, w.plain, "road")
    for text in ("10", "12", "11"):
        save(sheet, {visits: text}, by=w.leader)
    for text in ("1", "100"):
        save(sheet, {road: text}, by=w.leader)  # and back again: no change
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=fresh(sheet).version)
    assert flags(w) == ["1 cell changed since returned"]


def test_full_marks_for_everybody_stand_out(w: Any) -> None:
    sheet = world.filled(w)
    top = {cell(w, member, "conduct"): "20" for member in (w.head, w.plain, w.part)}
    save(sheet, top, by=w.secretary)
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=fresh(sheet).version)
    assert flags(w) == ["Full marks for all 3"]


@pytest.mark.parametrize(("before", "said"), [("121.00", []), ("125.00", ["22 % less than last quarter"])])
def test_a_fall_of_more_than_a_fifth_stands_out(w: Any, before: str, said: list[str]) -> None:
    world.submitted(w)
    last = Sheet.objects.get(area=w.area, period=w.before)
    Sheet.objects.filter(pk=last.pk).update(state="closed", is_counted=True, complete_count=1, points_sum=before)
    assert flags(w) == said
    Sheet.objects.filter(pk=last.pk).update(is_counted=False)
    assert flags(w) == []


def test_an_item_that_is_zero_for_the_whole_area_stands_out(w: Any) -> None:
    sheet = world.filled(w)
    save(sheet, {cell(w, member, "visits"): "0" for member in (w.head, w.plain, w.part)}, by=w.secretary)
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=fresh(sheet).version)
    assert flags(w) == ["visits: 0 for the whole area"]


def test_notes_are_counted(w: Any) -> None:
    sheet = world.filled(w)
    key = (line(sheet, w.plain).pk, w.items["visits"].pk)
    remarks.remark(sheet, key=key, by=w.leader, note="雨天", applies=True, seen_version=sheet.version)
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=fresh(sheet).version)
    assert flags(w) == ["1 note"]


# Confirming several in one step


@pytest.fixture
def two(w: Any) -> list[Any]:
    return [world.scored(w), world.submitted(w, w.sheet2)]


def test_the_ticked_ones_are_confirmed_each_on_its_version(w: Any, two: list[Any]) -> None:
    page = confirm(w, *map(choice, two))
    assert "2 sheets are confirmed." in words(page)
    assert [fresh(sheet).state for sheet in two] == ["confirmed", "confirmed"]
    assert {sheet.moves.get(verb="confirm").by for sheet in two} == {w.staff}


def test_the_same_sheet_ticked_twice_is_one(w: Any, two: list[Any]) -> None:
    assert "1 sheet is confirmed." in words(confirm(w, choice(two[0]), choice(two[0])))


def test_confirming_the_same_list_again_changes_nothing(w: Any, two: list[Any]) -> None:
    chosen = [choice(sheet) for sheet in two]
    for _click in range(2):
        assert "2 sheets are confirmed." in words(confirm(w, *chosen))
    assert sum(sheet.moves.filter(verb="confirm").count() for sheet in two) == 2


def test_one_that_changed_meanwhile_stays_and_is_named_with_the_reason(w: Any, two: list[Any]) -> None:
    chosen = [choice(sheet) for sheet in two]
    client(w.secretary).post(url("sheet_take_back", two[1].pk), {"version": two[1].version})
    page = words(confirm(w, *chosen))
    assert "1 sheet is confirmed." in page
    assert "Not confirmed: Pangcun Branch 2区: This sheet is “Draft” now." in page
    assert [fresh(sheet).state for sheet in two] == ["confirmed", "draft"]


def test_one_that_is_not_his_to_review_stays_and_says_so(w: Any, two: list[Any]) -> None:
    type(w.plain).objects.filter(pk=w.part.pk).update(user=w.staff)
    page = words(confirm(w, *map(choice, two)))
    assert "You are on this sheet yourself; somebody else must review it." in page
    assert [fresh(sheet).state for sheet in two] == ["submitted", "confirmed"]


@pytest.mark.parametrize("place", [0, 1])
def test_a_foreign_sheet_in_the_list_is_not_found_and_nothing_is_confirmed(w: Any, two: list[Any], place: int) -> None:
    chosen = [choice(sheet) for sheet in two]
    foreign = w.far.sheet
    Sheet.objects.filter(pk=foreign.pk).update(township=w.far_township, state="submitted")
    chosen.insert(place, f"{foreign.pk}:0")
    assert confirm(w, *chosen).status_code == 404
    assert {fresh(sheet).state for sheet in (*two, foreign)} == {"submitted"}


@pytest.mark.parametrize("evil", ["", ":", "x:y", "1", "-1:2", "1:-2", "１:1", "9" * 30 + ":1", "1:1:1", "1\x00:1"])
def test_nonsense_in_the_list_confirms_nothing(w: Any, two: list[Any], evil: str) -> None:
    page = confirm(w, evil)
    assert page.status_code == 200 and "Nothing was ticked: tick the sheets to confirm." in words(page)
    assert {fresh(sheet).state for sheet in two} == {"submitted"}


# The page


def test_the_page_shows_the_newest_quarter_that_has_opened(w: Any) -> None:
    days = {"opens_on": date(2026, 10, 1), "due_on": date(2026, 10, 10), "closes_on": date(2026, 10, 20)}
    Period.objects.create(county=w.county, year=2026, quarter=3, **days)
    assert client(w.staff).get(url("review")).context["period"] == w.period
    Period.objects.exclude(quarter=3).update(opens_on=date(2026, 7, 4), due_on=date(2026, 7, 10), closes_on=date.max)
    assert "No quarter has opened yet" in words(client(w.staff).get(url("review")))


@pytest.mark.parametrize("asked", ["0", "x", "-1", "9" * 30, "٣", "\x00"])
def test_the_page_bears_any_question(w: Any, asked: str) -> None:
    world.submitted(w)
    for name in ("period", "tab", "township", "page"):
        page = client(w.staff).get(url("review"), {name: asked})
        assert page.status_code == 200 and page.context["period"] == w.period


def test_a_foreign_period_is_not_shown(w: Any) -> None:
    twin = Period.objects.create(
        county=w.twin.county, year=2026, quarter=2, opens_on=date(2026, 1, 1), due_on=date(2026, 1, 1),
        closes_on=date(2026, 1, 1),
    )  # fmt: skip
    assert client(w.staff).get(url("review"), {"period": twin.pk}).context["period"] == w.period


def test_the_page_offers_a_tick_only_where_it_can_be_confirmed(w: Any) -> None:
    sheet = world.submitted(w)

    def is_offered(user: Any) -> bool:
        return f'value="{choice(sheet)}"' in raw(client(user).get(url("review")))

    assert not is_offered(w.staff)
    save(sheet, world.good(w, sheet, by="township"), by=w.staff)
    assert is_offered(w.staff) and not is_offered(w.officer)
