"""What stands in and under a cell: earlier quarters, sums of columns, the mean, and the check before submitting."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from assessments import workflow
from assessments.checking import changed_since, check
from assessments.display import mean_of, mean_words, show_grid
from assessments.grid import read_grid
from assessments.marking import mark_sheet
from assessments.models import Entry, Period, Sheet, SheetMember
from members.affiliations import affiliate
from tests.assessments import sheet_world as world
from tests.assessments.sheet_world import cell, fresh, line, save


def shown(w: Any, user: Any, sheet: Any = None) -> Any:
    grid = read_grid(fresh(sheet or w.sheet), with_history=True)
    mark_sheet(grid)
    return show_grid(grid, user=user)


def cell_of(w: Any, user: Any, member: Any, code: str) -> Any:
    for row in shown(w, user).rows:
        if row.line.member_id == member.pk:
            return next(each for each in row.cells if each.cell.item.indicator.code == code)
    raise AssertionError(f"{member} has no line")


def earlier(w: Any, period: Period, actual: str, *, is_counted: bool = True, sheet: Any = None) -> None:
    """A value of the plain member's visits on a sheet of that quarter."""
    sheet = sheet or Sheet.objects.get(area=w.area, period=period)
    Sheet.objects.filter(pk=sheet.pk).update(state="closed" if is_counted else "draft", is_counted=is_counted)
    row = SheetMember.objects.create(
        sheet=sheet, period=period, branch=w.branch, member=w.plain, position=1, name=w.plain.name, member_type="full"
    )
    Entry.objects.create(line=row, item=w.items["visits"], actual=Decimal(actual))


def test_under_a_cell_stand_target_and_last_quarter(w: Any) -> None:
    earlier(w, w.before, "8")
    world.begun(w)
    found = cell_of(w, w.leader, w.plain, "visits")
    assert (found.target, found.last, found.year_ago, found.sub) == ("12", "8", "", "12 · 8")
    assert cell_of(w, w.leader, w.part, "visits").sub == "12 · —"
    assert cell_of(w, w.leader, w.plain, "meeting").sub == "\u00a0"


def test_the_quarter_of_a_year_ago_is_found_under_another_plan(w: Any) -> None:
    days = {"opens_on": date(2025, 7, 1), "due_on": date(2025, 7, 10), "closes_on": date(2025, 7, 20)}
    period = Period.objects.create(county=w.county, year=2025, quarter=2, **days)
    plan = world.plan_of(w, 2025)
    sheet = Sheet.objects.create(
        county=w.county, township=w.township, branch=w.branch, area=w.area, period=period, plan=plan, state="closed"
    )
    earlier(w, period, "6", sheet=sheet)
    Entry.objects.update(item=plan.items.get(indicator__code="visits"))
    world.begun(w)
    assert cell_of(w, w.leader, w.plain, "visits").year_ago == "6"


def test_a_member_who_moved_brings_the_earlier_values_along(w: Any) -> None:
    earlier(w, w.before, "8", sheet=Sheet.objects.get(area=w.area2, period=w.before))
    world.begun(w)
    assert cell_of(w, w.leader, w.plain, "visits").last == "8"


def test_what_was_not_handed_in_then_is_not_told_now(w: Any) -> None:
    earlier(w, w.before, "8", is_counted=False)
    world.begun(w)
    assert cell_of(w, w.leader, w.plain, "visits").last == ""


def test_cells_off_say_why(w: Any) -> None:
    world.begun(w)
    road = cell_of(w, w.leader, w.part, "road")
    assert (road.kind, road.text, road.css) == ("off", "Exempt", "na")
    with translation.override("zh-hans"):
        assert cell_of(w, w.leader, w.part, "road").text == "免"


def test_an_empty_needed_cell_is_marked_and_an_optional_one_is_not(w: Any) -> None:
    world.begun(w)
    assert cell_of(w, w.leader, w.plain, "visits").css == "gap"
    assert cell_of(w, w.leader, w.plain, "deeds").css == ""


def test_under_the_columns_stand_what_was_done_and_the_targets_of_those_to_whom_it_applies(w: Any) -> None:
    sheet = world.filled(w)
    save(sheet, {cell(w, w.plain, "visits"): "9"}, by=w.leader)
    totals = {total.item.indicator.code: (total.actual, total.target) for total in shown(w, w.leader).totals}
    assert totals["visits"] == ("33", "48")
    assert totals["road"] == ("200.0", "300.0")  # the exempt one is asked for none
    assert totals["meeting"] == ("3", "4") and totals["deeds"] == ("—", "40")
    assert totals["conduct"] == ("54.00", "\u00a0") and totals["fault"] == ("—", "\u00a0")


@pytest.mark.parametrize(
    ("count", "points", "mean"),
    [(0, "0", None), (3, "292.67", "97.56"), (1, "98", "98.00"), (8, "0.04", "0.01"), (3, "100", "33.33")],
)
def test_the_mean_is_rounded_half_up_and_nothing_without_a_complete_line(
    count: int, points: str, mean: str | None
) -> None:
    sheet = Sheet(complete_count=count, points_sum=Decimal(points))
    assert mean_of(sheet) == (Decimal(mean) if mean else None)
    assert mean_words(sheet) == f"mean of {count}"


# The check


def test_the_check_finds_what_blocks_and_what_does_not(w: Any) -> None:
    sheet = world.filled(w)
    save(sheet, {cell(w, w.plain, "visits"): "", cell(w, w.plain, "road"): ""}, by=w.leader)
    found = check(read_grid(fresh(sheet)))
    assert found.blocking_count == 2
    assert [row.line.name for row in found.empty] == ["庞立新"]
    assert [row.line.name for row in found.awaits_township] == ["庞洪亮"]
    assert (found.changed, found.returned, found.remarked, found.summary_length) == ([], None, [], 0)


def test_the_length_of_the_summary_counts_characters_that_say_something(w: Any) -> None:
    sheet = world.begun(w)
    sheet.summary = " 修路 一公里。\n\n走访。 "
    assert check(read_grid(sheet)).summary_length == 9


def test_changed_is_what_differs_from_the_last_return_not_what_was_typed_in_between(w: Any, on: Any) -> None:
    sheet = world.returned(w)
    on("2026-07-04")
    visits, road, meeting = (cell(w, w.plain, code) for code in ("visits", "road", "meeting"))
    for text in ("10", "11"):
        save(sheet, {visits: text}, by=w.leader)
    save(sheet, {road: ""}, by=w.leader)
    for text in ("No", "Yes"):
        save(sheet, {meeting: text}, by=w.leader)
    found = check(read_grid(fresh(sheet)))
    assert [(each.cell.name, each.old, each.cell.entry.actual) for each in found.changed] == [
        (road, 100, None),
        (visits, 12, 11),
    ]
    assert found.returned.reason == "修路请按人分开填。"


def test_the_second_return_begins_the_count_anew(w: Any, on: Any) -> None:
    sheet = world.returned(w)
    on("2026-07-04")
    save(sheet, {cell(w, w.plain, "visits"): "10"}, by=w.leader)
    on("2026-07-05")
    row = workflow.submit(fresh(sheet), by=w.secretary, seen_version=fresh(sheet).version)
    workflow.return_sheet(row, by=w.staff, seen_version=row.version, reason="还是不对")
    grid = read_grid(fresh(sheet))
    assert check(grid).changed == [] and check(grid).returned.reason == "还是不对"
    assert len(changed_since(grid, sheet.returned_at)) == 1


def test_a_line_is_as_the_member_was_called_then(w: Any) -> None:
    sheet = world.begun(w)
    affiliate(member=w.plain, branch=w.branch, small_group=w.group2, area=w.area2, on=date(2026, 7, 2), by=w.officer)
    assert line(sheet, w.plain).label == "Pang Lixin"
