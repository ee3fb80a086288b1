"""Small charts as coordinates, which the templates write into SVG attributes: geometry and the sentence beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assessments.models import Period
from assessments.statistics import Figure
from jinxian.lib.numbers import format_quantity
from jinxian.templatetags.shell import day as shown_day
from jinxian.templatetags.shell import grouped

WIDTH, HEIGHT, EDGE = 76, 30, 3
BAR, STEP = 7.0, 9.5


@dataclass(frozen=True)
class Bars:
    """One bar per quarter, none where nothing was reported: `older` and `last` are paths. `says`: the same in words."""

    older: str
    last: str
    says: str


def bars_of(figures: Sequence[Figure], periods: Sequence[Period]) -> Bars | None:
    """A figure's quarters side by side; nothing for fewer than two."""
    if len(figures) < 2:
        return None
    highest = max((each.actual for each in figures if each.actual), default=None)
    first = WIDTH - STEP * len(figures)
    bars = [_bar(first + place * STEP, each.actual, highest) for place, each in enumerate(figures)]
    return Bars("".join(bars[:-1]), bars[-1], _trend_sentence(figures, periods))


def _bar(x: float, value: Decimal | None, highest: Decimal | None) -> str:
    """A bar standing on the edge, one unit high at least; empty where there is no value."""
    if value is None:
        return ""
    height = max(float(value / highest) * (HEIGHT - 2 * EDGE) if highest else 0.0, 1.0)
    return f"M{x:.1f} {HEIGHT - EDGE}v-{height:.1f}h{BAR:.0f}v{height:.1f}z"


def _trend_sentence(figures: Sequence[Figure], periods: Sequence[Period]) -> str:
    parts = [f"{p.label} {_value(each)}" for each, p in zip(figures, periods, strict=True)]
    indicator = figures[0].indicator.label
    return _("%(indicator)s by quarter: %(values)s") % {
        "indicator": indicator,
        "values": pgettext("between values", ", ").join(parts),
    }


def _value(figure: Figure) -> str:
    if figure.actual is None:
        return _("not reported")
    return f"{format_quantity(figure.in_summary, figure.summary_places)} {figure.summary_unit}"


# The chart of submissions: a plot inside a box, in the units of its viewBox.
LEFT, RIGHT, TOP, BOTTOM = 50.0, 840.0, 28.0, 262.0


@dataclass(frozen=True)
class Progress:
    """Sheets first submitted, summed up day by day, this quarter against the one before."""

    now: str  # points of a polyline
    before: str
    dot: tuple[str, str]
    count: int
    ticks: list[tuple[str, str]]  # x, text
    levels: list[tuple[str, str]]  # y, text
    due: tuple[str, str, bool]  # x, text, whether the text stands left of it
    says: str
    label: tuple[str, str, bool] = field(default=("0", "0", False))


def progress_of(
    period: Period, previous: Period | None, days: dict[int, Counter[date]], *, expected: int, on: date
) -> Progress | None:
    """The curve from the opening to today (or the closing); nothing before the first submission."""
    counted = days.get(period.pk, Counter())
    if not counted or not expected:
        return None
    length = max((period.closes_on - period.opens_on).days, 1)
    until = min(on, period.closes_on)
    now = _summed(counted, period, min(max((until - period.opens_on).days, 0), length))
    before = _summed(days[previous.pk], previous, length) if previous and days.get(previous.pk) else []
    highest = max([expected, *now, *before])

    def at(place: float, value: float) -> tuple[str, str]:
        x = LEFT + (RIGHT - LEFT) * place / length
        return f"{x:.1f}", f"{BOTTOM - (BOTTOM - TOP) * value / highest:.1f}"

    def line(values: Sequence[int]) -> str:
        return " ".join(",".join(at(place, value)) for place, value in enumerate(values))

    step = 7 if length <= 42 else 14
    ticks = [0, *(day for day in range(step, length, step) if length - day > 0.8 * step), length]
    due = (period.due_on - period.opens_on).days
    is_late = due > length * 0.7
    dot = at(len(now) - 1, now[-1])
    is_right = len(now) - 1 > length * 0.5
    return Progress(
        now=line(now), before=line(before), dot=dot, count=now[-1],
        ticks=[(at(t, 0)[0], shown_day(period.opens_on + timedelta(t))) for t in ticks],
        levels=[(at(0, v)[1], grouped(v)) for v in (0, expected // 2, expected)],
        due=(at(due, 0)[0], _("due %(day)s") % {"day": shown_day(period.due_on)}, is_late),
        says=_progress_sentence(period, previous, now, before, expected, until),
        label=(f"{float(dot[0]) + (-10 if is_right else 10):.1f}", f"{float(dot[1]) + 22:.1f}", is_right),
    )  # fmt: skip


def _summed(counted: Counter[date], period: Period, days: int) -> list[int]:
    """The running total on each day from the opening; what came before it stands on the first."""
    last = period.opens_on + timedelta(days)
    total = sum(n for day, n in counted.items() if day < period.opens_on)
    values = []
    for place in range(days + 1):
        total += counted.get(period.opens_on + timedelta(place), 0)
        values.append(total)
    return values if last else values


def _progress_sentence(
    period: Period, previous: Period | None, now: list[int], before: list[int], expected: int, until: date
) -> str:
    values = {"quarter": period.label, "day": shown_day(until), "count": grouped(now[-1]), "all": grouped(expected)}
    said = _("%(quarter)s, until %(day)s: %(count)s of %(all)s areas submitted for the first time.") % values
    if before and previous:
        place = min(len(now), len(before)) - 1
        then = {"quarter": previous.label, "count": grouped(before[place])}
        said += " " + _("%(quarter)s on the same day: %(count)s.") % then
    return said
