"""Figures of places and quarters, each with its coverage, read from the kept totals and the sheets' own counts.

Reading only. Callers hand in rows narrowed to what the person may see. Decided here: what a figure is measured by, and
that what nobody reported is None, never 0. A bonus, deduction or veto of which a reported sheet says nothing is 0:
there was nothing to report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast, Substr
from django.utils import timezone
from django.utils.translation import pgettext

from assessments.grid import places
from assessments.models import Indicator, ItemTotal, Period, Plan, PlanItem, Sheet

ONE = Decimal(1)
ZERO = Decimal(0)
CONFIRMED = (Sheet.State.CONFIRMED, Sheet.State.CLOSED)
# Their cells have no figure to reach: of so many cells, so many say yes.
OF_CELLS = frozenset({Indicator.Kind.YES_NO, Indicator.Kind.VETO})


@dataclass(frozen=True)
class Reporting:
    """How complete the reports are. Of `expected` sheets so many are `reported` (they stand in the totals).

    `on_time`, `confirmed` are parts of `reported`; on time goes by the first submission (rule 16). `returned` sheets
    are not reported. Sums over places and quarters are sums of sheets.
    """

    expected: int = 0
    reported: int = 0
    on_time: int = 0
    confirmed: int = 0
    returned: int = 0

    def __add__(self, other: Reporting) -> Reporting:
        return Reporting(
            self.expected + other.expected,
            self.reported + other.reported,
            self.on_time + other.on_time,
            self.confirmed + other.confirmed,
            self.returned + other.returned,
        )

    @property
    def missing(self) -> int:
        return self.expected - self.reported

    @property
    def is_full(self) -> bool:
        return self.expected > 0 and not self.missing

    @property
    def share(self) -> Decimal | None:
        """Reported ÷ expected; None where nothing is expected."""
        return Decimal(self.reported) / self.expected if self.expected else None


NOTHING = Reporting()


def reporting(sheets: QuerySet[Sheet], periods: Sequence[Period], *, by: str) -> dict[int, Reporting]:
    """The periods' sheets counted by one of their fields: period, county, township, branch or area. One query."""
    if not periods:
        return {}
    in_time = reduce(or_, (Q(period=each, first_submitted_at__lt=_end_of(each.due_on)) for each in periods))
    counted = Q(is_counted=True)
    kept = sheets.filter(period__in=periods).order_by().values_list(by)
    rows = kept.annotate(
        expected=Count("pk"),
        reported=Count("pk", filter=counted),
        on_time=Count("pk", filter=counted & in_time),
        confirmed=Count("pk", filter=counted & Q(state__in=CONFIRMED)),
        returned=Count("pk", filter=Q(state=Sheet.State.RETURNED)),
    )
    return {key: Reporting(*counts) for key, *counts in rows}


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(1), time.min))


class Sums(NamedTuple):
    """What the counted sheets say about one indicator: sums over their filled cells."""

    actual: Decimal
    target: Decimal
    cell_count: int


# (place, period, indicator), all as keys
Kept = Mapping[tuple[int, int, int], Sums]


def totals_of(level: str, unit: int, periods: Sequence[Period]) -> QuerySet[ItemTotal]:
    """One place's own totals. The caller found the place through `visible_to`, and these rows are that place's.

    Asked for once more, the condition would send SQLite through all totals of the county: 5 ms for every year kept.
    """
    return ItemTotal.objects.filter(period__in=periods, level=level, unit_id=unit)


def kept_sums(totals: QuerySet[ItemTotal]) -> dict[tuple[int, int, int], Sums]:
    """The rows of one level by place, period and indicator; items of two plan versions come together. One query."""
    found: dict[tuple[int, int, int], Sums] = {}
    names = ("unit_id", "period", "indicator", "actual", "target", "cell_count")
    for unit, period, indicator, *values in totals.order_by().values_list(*names):
        key, sums = (unit, period, indicator), Sums(*values)
        found[key] = _together(found[key], sums) if key in found else sums
    return found


def _together(one: Sums, other: Sums) -> Sums:
    return Sums(one.actual + other.actual, one.target + other.target, one.cell_count + other.cell_count)


@dataclass(frozen=True)
class Figure:
    """One indicator of one place in one or more quarters.

    Numerator: `actual`, the sum of the filled cells of reported sheets. Denominator: `target`, the sum of the same
    cells' targets; for yes or no the number of those cells. Coverage: `reporting`. None: nothing was reported.
    """

    indicator: Indicator
    actual: Decimal | None
    target: Decimal | None
    reporting: Reporting

    @property
    def places(self) -> int:
        return 0 if self.indicator.kind in OF_CELLS else places(self.indicator)

    @property
    def unit(self) -> str:
        return unit_of(self.indicator)

    @property
    def share(self) -> Decimal | None:
        """Actual ÷ target; None without a target or a report."""
        return self.actual / self.target if self.actual is not None and self.target else None

    @property
    def in_summary(self) -> Decimal | None:
        """The same in the unit of totals (米 → 公里), half up at its decimals."""
        return in_summary(self.indicator, self.actual)

    @property
    def summary_places(self) -> int:
        return self.indicator.summary_decimals if self.indicator.summary_unit else self.places

    @property
    def summary_unit(self) -> str:
        return self.indicator.summary_unit_label if self.indicator.summary_unit else self.unit


def unit_of(indicator: Indicator) -> str:
    """The unit of a sum: cells of yes or no add up to people."""
    if indicator.kind in OF_CELLS:
        return pgettext("after a number", "people")
    if indicator.kind in {Indicator.Kind.JUDGEMENT, Indicator.Kind.DEDUCTION}:
        return pgettext("after a number", "points")
    return indicator.unit_label


def in_summary(indicator: Indicator, value: Decimal | None) -> Decimal | None:
    if value is None or not indicator.summary_unit:
        return value
    return (value / indicator.summary_factor).quantize(ONE.scaleb(-indicator.summary_decimals), ROUND_HALF_UP)


def figure(indicator: Indicator, sums: Iterable[Sums | None], reported: Reporting) -> Figure:
    """The figure of a place from what is kept of it; `sums` one by one as they are added (None: no row)."""
    found = [each for each in sums if each is not None]
    if not reported.reported or not (found or indicator.is_optional):
        return Figure(indicator, None, None, reported)
    actual = sum((each.actual for each in found), ZERO)
    if indicator.kind in OF_CELLS:
        return Figure(indicator, actual, Decimal(sum(each.cell_count for each in found)), reported)
    target = sum((each.target for each in found), ZERO)
    return Figure(indicator, actual, target or None, reported)


def figures_of(
    unit: int, indicators: Iterable[Indicator], kept: Kept, periods: Sequence[Period], reported: Reporting
) -> list[Figure]:
    """A place's figures over these quarters, one per indicator in their order."""
    return [figure(each, (kept.get((unit, p.pk, each.pk)) for p in periods), reported) for each in indicators]


def trend(
    unit: int, indicator: Indicator, kept: Kept, periods: Sequence[Period], by_period: Mapping[int, Reporting]
) -> list[Figure]:
    """The figure quarter by quarter, in the order of `periods`."""
    return [
        figure(indicator, [kept.get((unit, p.pk, indicator.pk))], by_period.get(p.pk, NOTHING)) for p in periods
    ]  # fmt: skip


def indicators_of(items: QuerySet[PlanItem], period: Period) -> list[Indicator]:
    """What the period's year asks for, in the plan's order; the newest version's order where there are several."""
    rows = items.filter(
        plan__county=period.county_id, plan__year=period.year, plan__state=Plan.State.PUBLISHED
    ).order_by("-plan__version", "position")
    return list({item.indicator_id: item.indicator for item in rows.select_related("indicator")}.values())


def year_until(period: Period, periods: Iterable[Period]) -> list[Period]:
    """The quarters of the period's year up to it, first quarter first."""
    same = (p for p in periods if p.year == period.year and p.quarter <= period.quarter)
    return sorted(same, key=lambda p: p.quarter)


def submissions(sheets: QuerySet[Sheet], periods: Sequence[Period]) -> dict[int, Counter[date]]:
    """Period → local day → sheets first submitted on it, whatever happened to them later. One query.

    Grouped by the hour as it is written (UTC) and dated here: SQLite would ask Python for the day of every single row.
    """
    rows = sheets.filter(period__in=periods, first_submitted_at__isnull=False).order_by()
    hour = Substr(Cast("first_submitted_at", TextField()), 1, len("2026-10-08 09"))
    counted = rows.annotate(hour=hour).values_list("period", "hour").annotate(n=Count("pk"))
    found: dict[int, Counter[date]] = {period.pk: Counter() for period in periods}
    for period, written, count in counted:
        at = datetime.fromisoformat(f"{written}:00+00:00")
        found[period][timezone.localdate(at)] += count
    return found
