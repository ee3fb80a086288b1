"""How many queries a page and a save may cost, and that a large sheet costs no more than a small one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import totals, workflow
from assessments.models import Indicator, PlanItem, Sheet
from assessments.periods import issue_sheets
from service_areas.scoping import scope_of
from tests.assessments import sheet_world as world
from tests.assessments.sheet_world import client, fresh, line, save, url
from tests.jinxian import admin_world as base

MEMBERS, MORE_ITEMS = 22, 4
BOUNDARIES = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


class Queries(CaptureQueriesContext):
    """Counts what was asked of the database; the boundaries of transactions apart."""

    def __init__(self) -> None:
        super().__init__(connection)

    @property
    def asked(self) -> list[str]:
        return [each["sql"] for each in self.captured_queries if not each["sql"].startswith(BOUNDARIES)]


def largest(w: Any) -> Sheet:
    """A sheet with more than 130 cells that have to be filled, in an area of the own branch."""
    for number in range(MORE_ITEMS):
        indicator = Indicator.objects.create(
            county=w.county, code=f"more{number}", name=f"另{number}", function="service", kind="judgement"
        )
        PlanItem.objects.create(plan=w.plan, indicator=indicator, position=10 + number, points=10)
    group, area = base.group_and_area(w, w.branch, 3)
    for number in range(MEMBERS):
        world.targets(w, base.member(world.at(w, w.branch, group, area), f"L{number}"))
    issue_sheets(period=w.period, by=w.officer, on=date(2026, 6, 30))
    return Sheet.objects.get(area=area, period=w.period)


def whole(w: Any, sheet: Sheet) -> dict[str, str]:
    texts = world.GOOD | {f"more{number}": "9" for number in range(MORE_ITEMS)}
    items = w.plan.items.select_related("indicator")
    return {
        f"c-{row.pk}-{item.pk}": texts[item.indicator.code]
        for row in sheet.lines.filter(filled_by="branch").exclude(exempt_scope="all")
        for item in items
        if not item.indicator.is_optional and row.entries.filter(item=item, status="applies").exists()
    }


@pytest.fixture
def sheets(w: Any) -> list[Sheet]:
    """A small one and a large one, begun."""
    large = largest(w)
    return [world.begun(w), world.begun(w, large)]


def test_saving_a_whole_sheet_costs_the_same_whatever_its_size(w: Any, sheets: list[Sheet]) -> None:
    counts = []
    for sheet in sheets:
        typed, row = whole(w, sheet), fresh(sheet)
        with Queries() as queries:
            outcome = world.save_cells(row, by=w.secretary, typed=typed, seen={})
        assert len(outcome.saved) == len(typed) and outcome.is_clean
        counts.append(len(queries.asked))
    assert len(typed) >= 130
    assert counts[0] == counts[1] <= 12


def test_the_request_that_saves_it_stays_within_the_limit_too(w: Any, sheets: list[Sheet]) -> None:
    counts = []
    for sheet in sheets:
        typed, browser = whole(w, sheet), client(w.secretary)
        with Queries() as queries:
            assert browser.post(url("sheet_save", sheet.pk), typed).status_code == 302
        counts.append(len(queries.asked))
        assert fresh(sheet).filled_count == len(typed)
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("who", ["secretary", "leader"])
def test_the_sheets_page_stays_within_its_limit(w: Any, sheets: list[Sheet], who: str) -> None:
    counts = []
    for sheet in sheets if who == "secretary" else sheets[:1]:
        save(sheet, whole(w, sheet), by=w.secretary)
        browser = client(getattr(w, who))
        with Queries() as queries:
            assert browser.get(url("sheet_detail", sheet.pk)).status_code == 200
        counts.append(len(queries.asked))
    assert max(counts) <= 20 and len(set(counts)) == 1


def test_a_returned_sheet_on_the_reviewers_screen_stays_within_it(w: Any, sheets: list[Sheet]) -> None:
    for sheet in sheets:
        save(sheet, whole(w, sheet), by=w.secretary)
        row = workflow.submit(fresh(sheet), by=w.secretary, seen_version=fresh(sheet).version)
        row = workflow.return_sheet(row, by=w.staff, seen_version=row.version, reason="请核对")
        save(sheet, dict.fromkeys(list(whole(w, sheet))[:9], "1"), by=w.secretary)
        workflow.submit(fresh(sheet), by=w.secretary, seen_version=fresh(sheet).version)
        browser = client(w.staff)
        with Queries() as queries:
            assert browser.get(url("sheet_detail", sheet.pk)).status_code == 200
        assert len(queries.asked) <= 20


def test_one_line_stays_within_it(w: Any, sheets: list[Sheet]) -> None:
    browser = client(w.secretary)
    with Queries() as queries:
        browser.get(url("sheet_line", sheets[1].pk, sheets[1].lines.order_by("position").first().pk))
    assert len(queries.asked) <= 20


def areas(w: Any, count: int) -> None:
    """More areas with one member each, their sheets submitted."""
    taken = w.branch.areas.count()
    for number in range(taken + 1, taken + 1 + count):
        group, area = base.group_and_area(w, w.branch, number)
        world.targets(w, base.member(world.at(w, w.branch, group, area), f"A{number}"))
    issue_sheets(period=w.period, by=w.officer, on=date(2026, 6, 30))
    for sheet in Sheet.objects.filter(period=w.period, branch=w.branch, state="not_started").exclude(pk=w.sheet.pk):
        world.submitted(w, sheet)


@pytest.mark.parametrize(("name", "limit"), [("review", 20), ("sheet_list", 10)])
def test_a_list_of_sheets_costs_the_same_whatever_its_length(w: Any, name: str, limit: int) -> None:
    counts = []
    for more in (2, 12):
        areas(w, more)
        browser = client(w.staff)
        with Queries() as queries:
            assert browser.get(url(name)).status_code == 200
        counts.append(len(queries.asked))
    assert counts[0] == counts[1] <= limit


def test_a_move_recomputes_the_totals_in_a_fixed_number_of_queries(w: Any, sheets: list[Sheet]) -> None:
    counts = []
    for sheet in sheets:
        save(sheet, whole(w, sheet), by=w.secretary)
        row = fresh(sheet)
        with Queries() as queries:
            workflow.submit(row, by=w.secretary, seen_version=row.version)
        counts.append(len(queries.asked))
    assert counts[0] == counts[1] <= 24
    assert totals.differences(w.period) == []


def test_drawing_up_a_sheet_does_not_ask_member_by_member(w: Any) -> None:
    large, counts = largest(w), []
    scope_of(w.secretary)  # read once for both
    for sheet in (w.sheet, large):
        row = fresh(sheet)
        with Queries() as queries:
            workflow.begin(row, by=w.secretary)
        counts.append(len(queries.asked))
    assert counts[0] == counts[1]
    assert line(w.sheet, w.plain).entries.count() == 8
