"""Opening a quarter: which plan it is judged by, which areas get a sheet, and that it is made once."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from assessments import periods
from assessments.models import Period, Plan, Sheet
from assessments.periods import day_of_record, issue_sheets, plan_of
from members.models import Exemption, Member
from service_areas.models import ServiceArea
from tests.assessments import sheet_world as world
from tests.jinxian import admin_world as base


@pytest.fixture
def third(w: Any) -> Period:
    days = {"opens_on": date(2026, 10, 1), "due_on": date(2026, 10, 10), "closes_on": date(2026, 10, 20)}
    return Period.objects.create(county=w.county, year=2026, quarter=3, **days)


def test_every_area_of_the_county_gets_a_sheet_and_no_other_countys(w: Any, third: Period) -> None:
    assert issue_sheets(period=third, by=w.officer) == 3
    assert set(third.sheets.values_list("area", flat=True)) == {w.area.pk, w.area2.pk, w.far.area.pk}
    sheet = third.sheets.get(area=w.area)
    assert (sheet.state, sheet.version, sheet.is_counted, sheet.plan) == ("not_started", 0, False, w.plan)
    assert (sheet.branch_name_en, sheet.township_name) == ("Pangcun Branch", "晋镇")


def test_issuing_again_makes_only_what_is_missing(w: Any, third: Period) -> None:
    issue_sheets(period=third, by=w.officer)
    assert issue_sheets(period=third, by=w.officer) == 0
    _group, area = base.group_and_area(w, w.branch, 3)
    assert issue_sheets(period=third, by=w.officer) == 1
    assert third.sheets.get(area=area).member_count == 0


@pytest.mark.parametrize(
    ("dates", "gets"),
    [
        ({"ended_on": date(2026, 9, 30)}, False),
        ({"ended_on": date(2026, 10, 1)}, True),
        ({"started_on": date(2026, 9, 30)}, True),
        ({"started_on": date(2026, 10, 1)}, False),
    ],
)
def test_an_area_gets_a_sheet_if_it_exists_on_the_last_day(
    w: Any, third: Period, dates: dict[str, date], gets: bool
) -> None:
    ServiceArea.objects.filter(pk=w.area2.pk).update(**dates)
    issue_sheets(period=third, by=w.officer)
    assert third.sheets.filter(area=w.area2).exists() is gets


def test_without_a_published_plan_of_the_year_nothing_is_issued(w: Any, third: Period) -> None:
    Plan.objects.update(state=Plan.State.DRAFT)
    with pytest.raises(ValidationError, match="There is no published plan for 2026: publish one first."):
        issue_sheets(period=third, by=w.officer)
    Plan.objects.update(state=Plan.State.PUBLISHED, year=2025)
    assert plan_of(third) is None


def test_the_newest_published_version_judges_the_quarter(w: Any, third: Period) -> None:
    second = world.plan_of(w, 2026, 2)
    Plan.objects.create(county=w.county, year=2026, version=3)
    Plan.objects.create(county=w.twin.county, year=2026, version=9, state=Plan.State.PUBLISHED)
    assert plan_of(third) == second


def test_a_new_version_of_the_plan_does_not_change_the_sheets_that_exist(w: Any, third: Period) -> None:
    second = world.plan_of(w, 2026, 2)
    issue_sheets(period=third, by=w.officer)
    issue_sheets(period=w.period, by=w.officer)
    assert set(third.sheets.values_list("plan", flat=True)) == {second.pk}
    assert set(w.period.sheets.values_list("plan", flat=True)) == {w.plan.pk}
    sheet = world.submitted(w)
    used = {entry.item.plan_id for line in sheet.lines.all() for entry in line.entries.select_related("item")}
    assert used == {w.plan.pk}


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 5, 2), date(2026, 5, 2)),
        (date(2026, 6, 30), date(2026, 6, 30)),
        (date(2026, 7, 9), date(2026, 6, 30)),
    ],
)
def test_the_day_of_record_is_the_quarters_last_or_today_before_it(w: Any, today: date, day: date) -> None:
    assert day_of_record(w.period, on=today) == day


def test_the_cells_that_will_be_needed_leave_out_what_nobody_of_the_branch_fills(w: Any, third: Period) -> None:
    Exemption.objects.create(member=w.part, branch=w.branch, reason="ill", scope="links", started_on=base.BEGAN)
    Exemption.objects.create(member=w.other, branch=w.branch, reason="ill", scope="links", started_on=base.BEGAN)
    Member.objects.filter(pk=w.far.member.pk).update(status="left")
    issue_sheets(period=third, by=w.officer)
    needed = {sheet.area_id: (sheet.member_count, sheet.needed_count) for sheet in third.sheets.all()}
    # area 1: two whole lines, one without road or without visits; the secretary's is the township's
    assert needed == {w.area.pk: (5, 11), w.area2.pk: (1, 3), w.far.area.pk: (0, 0)}


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_make_every_sheet_once(time_machine: Any, monkeypatch: Any) -> None:
    made = world.world()
    Sheet.objects.filter(period=made.period).delete()
    both_have_read, results = Barrier(2), []
    count = periods._cells_needed

    def read_and_meet(*args: Any) -> Any:
        """Without a lock both get here before one of them has written; with it one has to wait and finds them made."""
        with suppress(BrokenBarrierError):
            both_have_read.wait(0.3)
        return count(*args)

    def issue() -> None:
        try:
            results.append(issue_sheets(period=made.period, by=made.officer))
        finally:
            connection.close()

    monkeypatch.setattr(periods, "_cells_needed", read_and_meet)
    threads = [Thread(target=issue) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 3]
