"""Many people at once, each with a connection of their own: exact totals, no deadlock, one effect per request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from assessments import totals, workflow
from assessments.models import ItemTotal, Sheet
from assessments.periods import issue_sheets
from tests.assessments import sheet_world as world
from tests.assessments.sheet_world import cell, entry, fresh, save
from tests.jinxian import admin_world as base

pytestmark = pytest.mark.django_db(transaction=True)
AREAS = 8


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """What each job gave, or raised; all begin at the same moment."""
    start, results = Barrier(len(jobs)), [None] * len(jobs)

    def run(place: int) -> None:
        try:
            start.wait(10)
            results[place] = jobs[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=[place]) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results


@pytest.fixture
def eight(time_machine: Any) -> SimpleNamespace:
    """Eight areas with one member each, four in either branch, their sheets begun and filled."""
    w = world.world()
    time_machine.move_to(world.MORNING.format(world.TODAY))
    w.sheets = []
    for number in range(AREAS):
        branch = (w.branch, w.far.branch)[number % 2]
        group, area = base.group_and_area(w, branch, 10 + number)
        world.targets(w, base.member(world.at(w, branch, group, area), f"T{number}"))
        w.sheets.append(area)
    issue_sheets(period=w.period, by=w.officer, on=date(2026, 6, 30))
    w.sheets = [Sheet.objects.get(area=area, period=w.period) for area in w.sheets]
    for sheet in w.sheets:
        row = world.begun(w, sheet)
        save(row, world.good(w, row), by=w.secretary if sheet.branch == w.branch else w.far_secretary)
    return w


def hand(w: Any, sheet: Sheet) -> Any:
    return w.secretary if sheet.branch_id == w.branch.pk else w.far_secretary


def visits(w: Any) -> int | None:
    row = ItemTotal.objects.filter(level="county", item=w.items["visits"], period=w.period).first()
    return row and int(row.actual)


def test_eight_sheets_submitted_confirmed_and_returned_at_once_leave_exact_totals(eight: Any) -> None:
    w = eight

    def career(sheet: Sheet, returns: bool) -> Callable[[], str]:
        def run() -> str:
            row = fresh(sheet)
            workflow.submit(row, by=hand(w, sheet), seen_version=row.version)
            if returns:
                workflow.return_sheet(row, by=w.staff, seen_version=row.version, reason="请补")
                save(row, dict.fromkeys(names, "11"), by=hand(w, sheet))
                row = fresh(sheet)
                workflow.submit(row, by=hand(w, sheet), seen_version=row.version)
            return str(workflow.confirm(row, by=w.staff, seen_version=row.version).state)

        names = [f"c-{line.pk}-{w.items['visits'].pk}" for line in sheet.lines.all()]
        return run

    results = together(*(career(sheet, returns=place % 2 == 1) for place, sheet in enumerate(w.sheets)))
    assert results == ["confirmed"] * AREAS
    assert totals.differences(w.period) == []
    assert visits(w) == 4 * 12 + 4 * 11


def test_eight_submissions_beside_a_rebuild_leave_exact_totals(eight: Any) -> None:
    w = eight
    jobs: list[Callable[[], Any]] = [
        lambda sheet=sheet: workflow.submit(fresh(sheet), by=hand(w, sheet), seen_version=fresh(sheet).version).state
        for sheet in w.sheets
    ]
    results = together(*jobs, lambda: totals.rebuild(w.period))
    assert results[:-1] == ["submitted"] * AREAS
    assert totals.differences(w.period) == [] and visits(w) == 8 * 12


def test_eight_people_typing_into_one_sheet_lose_no_cell(eight: Any) -> None:
    w = eight
    sheet = world.begun(w)
    names = [cell(w, member, code) for member in (w.head, w.plain) for code in ("road", "visits", "meeting", "conduct")]
    jobs = [lambda name=name: save(sheet, {name: "1"}, by=w.secretary).is_clean for name in names]
    assert together(*jobs) == [True] * 8
    stored = fresh(sheet)
    assert (stored.filled_count, stored.version) == (8, 9)


def test_of_two_who_change_the_same_cell_one_is_told(eight: Any) -> None:
    w = eight
    name = cell(w, w.plain, "visits", world.begun(w))
    outcomes = together(*(
        lambda text=text, by=by: save(w.sheet, {name: text}, by=by, seen={name: ""})
        for text, by in (("3", w.secretary), ("4", w.leader))
    ))  # fmt: skip
    assert sorted(len(outcome.conflicts) for outcome in outcomes) == [0, 1]
    told = next(outcome.conflicts[0] for outcome in outcomes if outcome.conflicts)
    assert told.cell.value_text != told.text and entry(w, w.plain, "visits").actual == int(told.cell.value_text)


def test_the_same_submission_sent_four_times_at_once_is_one_move(eight: Any) -> None:
    w, sheet = eight, eight.sheets[0]
    version = fresh(sheet).version
    jobs = [lambda: workflow.submit(fresh(sheet), by=hand(w, sheet), seen_version=version).state] * 4
    assert together(*jobs) == ["submitted"] * 4
    assert sheet.moves.filter(verb="submit").count() == 1


def test_a_confirmation_and_a_withdrawal_at_once_end_in_one_of_the_two(eight: Any) -> None:
    w, sheet = eight, eight.sheets[0]
    row = workflow.submit(fresh(sheet), by=hand(w, sheet), seen_version=fresh(sheet).version)
    results = together(
        lambda: workflow.confirm(fresh(sheet), by=w.staff, seen_version=row.version).state,
        lambda: workflow.take_back(fresh(sheet), by=hand(w, sheet), seen_version=row.version).state,
    )
    assert sum(isinstance(result, workflow.Stale) for result in results) == 1
    assert fresh(sheet).state in {"confirmed", "draft"} and fresh(sheet).state in results
    assert totals.differences(w.period) == []


def test_a_sheet_begun_by_two_at_once_has_its_lines_once(eight: Any) -> None:
    w = eight
    results = together(*(lambda by=by: workflow.begin(fresh(w.sheet), by=by).state for by in (w.secretary, w.leader)))
    assert "draft" in results and w.sheet.lines.count() == 5 and w.sheet.moves.count() == 1
