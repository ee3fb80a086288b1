"""Figures and their coverage: what is nothing, what is 0, and what a share is measured by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone

from assessments import statistics
from assessments.models import Indicator, ItemTotal, Period, Plan, PlanItem, Sheet
from assessments.periods import issue_sheets
from assessments.statistics import NOTHING, Figure, Reporting, Sums, figure
from tests.jinxian import admin_world

ALL_IN = Reporting(expected=3, reported=3)
HALF_IN = Reporting(expected=4, reported=2)


def indicator(kind: str = "quantity", **fields) -> Indicator:
    return Indicator(pk=1, code="x", name="x", kind=kind, function="service", **fields)


def sums(actual, target, cells=1) -> Sums:
    return Sums(Decimal(actual), Decimal(target), cells)


# What nobody reported


def test_without_a_reported_sheet_there_is_no_figure_even_where_totals_are_left():
    found = figure(indicator(), [sums(5, 10)], Reporting(expected=4))
    assert (found.actual, found.target, found.share) == (None, None, None)


def test_a_required_indicator_of_which_nothing_is_kept_is_not_zero():
    assert figure(indicator(), [None], HALF_IN).actual is None


@pytest.mark.parametrize("kind", ["bonus", "deduction", "veto"])
def test_an_optional_indicator_of_a_reported_place_is_zero(kind):
    assert figure(indicator(kind), [None], HALF_IN).actual == 0


def test_an_optional_indicator_of_a_place_that_has_not_reported_is_nothing():
    assert figure(indicator("bonus"), [None], Reporting(expected=4)).actual is None


# What a figure is measured by


def test_quarters_are_added_and_the_share_is_actual_by_target():
    found = figure(indicator(), [sums(5, 10), None, sums("2.5", 5)], ALL_IN)
    assert (found.actual, found.target, found.share) == (Decimal("7.5"), Decimal(15), Decimal("0.5"))


def test_a_figure_without_targets_has_no_share():
    found = figure(indicator("judgement"), [sums(18, 0, 2)], ALL_IN)
    assert (found.actual, found.target, found.share) == (18, None, None)


def test_yes_and_no_are_measured_by_the_cells():
    found = figure(indicator("yes_no"), [sums(9, 12, 12), sums(10, 0, 10)], ALL_IN)
    assert (found.actual, found.target, found.places) == (19, 22, 0)


@pytest.mark.parametrize(("metres", "kilometres"), [("2711.6", "2.7"), ("50", "0.1"), ("49.9", "0.0")])
def test_the_unit_of_totals_is_rounded_half_up(metres, kilometres):
    road = indicator(unit="米", summary_unit="公里", summary_factor=1000, summary_decimals=1, decimals=1)
    found = Figure(road, Decimal(metres), None, ALL_IN)
    assert str(found.in_summary) == kilometres
    assert (found.places, found.summary_places, found.summary_unit) == (1, 1, "公里")


def test_without_a_unit_of_totals_the_figure_stays_as_it_is():
    found = Figure(indicator(unit="眼"), Decimal(7), None, ALL_IN)
    assert (found.in_summary, found.summary_unit) == (7, "眼")


# Coverage


def test_coverage_is_added_sheet_by_sheet():
    both = Reporting(5, 4, 3, 2, 1) + Reporting(5, 5, 5, 5, 0)
    assert both == Reporting(10, 9, 8, 7, 1)
    assert (both.missing, both.share, both.is_full) == (1, Decimal("0.9"), False)


def test_where_nothing_is_expected_nothing_is_full():
    assert (NOTHING.share, NOTHING.is_full, NOTHING.missing) == (None, False, 0)


def test_the_year_until_a_quarter_leaves_out_later_quarters_and_other_years():
    periods = [Period(year=year, quarter=quarter) for year in (2025, 2026) for quarter in (4, 3, 2, 1)]
    found = statistics.year_until(Period(year=2026, quarter=2), periods)
    assert [(p.year, p.quarter) for p in found] == [(2026, 1), (2026, 2)]


# Read from the database


@pytest.fixture
def quarter(db) -> SimpleNamespace:
    """Jin County with one more area and an open quarter: of two sheets none is begun."""
    w = admin_world.county("130183", "晋")
    author = admin_world.user("author")
    w.group2, w.area2 = admin_world.group_and_area(w, w.branch, 2)
    w.plan = admin_world.plan_of(w, author=author)
    Plan.objects.filter(pk=w.plan.pk).update(state="published")
    w.period = admin_world.period_of(w)
    issue_sheets(period=w.period, by=author, on=date(2027, 1, 2))
    return w


def report(area, period, *, on: date, state: str = "submitted", hour: int = 23) -> Sheet:
    at = datetime.combine(on, time(hour, 59), tzinfo=timezone.get_current_timezone())
    Sheet.objects.filter(area=area, period=period).update(
        state=state, is_counted=state != "returned", first_submitted_at=at
    )
    return Sheet.objects.get(area=area, period=period)


def test_the_due_day_itself_is_on_time_and_the_next_morning_is_late(quarter):
    report(quarter.area, quarter.period, on=quarter.period.due_on)
    report(quarter.area2, quarter.period, on=quarter.period.due_on + timedelta(1), hour=0, state="confirmed")
    found = statistics.reporting(Sheet.objects.all(), [quarter.period], by="branch")
    assert found == {quarter.branch.pk: Reporting(expected=2, reported=2, on_time=1, confirmed=1)}


def test_a_returned_sheet_is_expected_and_not_reported(quarter):
    report(quarter.area, quarter.period, on=quarter.period.opens_on, state="returned")
    found = statistics.reporting(Sheet.objects.all(), [quarter.period], by="period")
    assert found == {quarter.period.pk: Reporting(expected=2, returned=1)}


def test_without_quarters_there_is_nothing_to_count(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert statistics.reporting(Sheet.objects.all(), [], by="branch") == {}


def test_items_of_two_plan_versions_come_together(quarter):
    first = quarter.plan.items.first()
    second = PlanItem.objects.create(
        plan=Plan.objects.create(county=quarter.county, year=2026, version=2),
        indicator=first.indicator, position=1, points=Decimal(10),
    )  # fmt: skip
    place = {"level": "county", "unit_id": quarter.county.pk, "county": quarter.county, "period": quarter.period}
    for item, actual in ((first, 3), (second, 4)):
        ItemTotal.objects.create(
            **place, item=item, indicator=item.indicator, actual=actual, target=actual, cell_count=1
        )  # fmt: skip
    found = statistics.kept_sums(ItemTotal.objects.all())
    assert found == {(quarter.county.pk, quarter.period.pk, first.indicator_id): sums(7, 7, 2)}


def test_indicators_stand_in_the_newest_plans_order_once(quarter):
    first, second = quarter.plan.items.all()
    newer = Plan.objects.create(county=quarter.county, year=2026, version=2, state="published")
    PlanItem.objects.create(plan=newer, indicator=second.indicator, position=1, points=Decimal(100))
    found = statistics.indicators_of(PlanItem.objects.all(), quarter.period)
    assert found == [second.indicator, first.indicator]


def test_a_draft_plan_asks_for_nothing(quarter):
    Plan.objects.update(state="draft")
    assert statistics.indicators_of(PlanItem.objects.all(), quarter.period) == []


def test_submissions_go_by_the_first_one_and_the_local_day(quarter):
    report(quarter.area, quarter.period, on=date(2027, 1, 5), hour=0)
    report(quarter.area2, quarter.period, on=date(2027, 1, 5), state="returned")
    found = statistics.submissions(Sheet.objects.all(), [quarter.period])
    assert found == {quarter.period.pk: {date(2027, 1, 5): 2}}
