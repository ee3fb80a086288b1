"""The list behind a figure: the parts it is the sum of, down to the cells of the sheets.

County → townships → branches → the areas' sheets → the members' cells. What was counted is what is listed; parts that
have not reported stand there with a dash, so that the coverage can be counted, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from assessments.grid import shown_value
from assessments.models import Entry, Indicator, ItemTotal, Period, Sheet
from assessments.permissions import may_see_cells
from assessments.statistics import NOTHING, Figure, Reporting, figure, kept_sums, reporting, year_until
from jinxian.views.quarters import quarters_of
from jinxian.views.units import MODELS, Unit, asked_unit, crumbs_above, link, overview_url

ON_TIME = "on-time"
YEAR = "year"


@dataclass(frozen=True)
class Row:
    """A part of the figure; `value` and `target` in the member's unit, None where nothing was reported."""

    label: str
    url: str
    value: Decimal | int | None
    target: Decimal | None = None
    reporting: Reporting | None = None
    sheet: Sheet | None = None
    points: Decimal | None = None
    text: str = ""  # how a cell's value is written on the sheet


@dataclass(frozen=True)
class Asked:
    """What the address asks for: an indicator (None: sheets on time), a place, one quarter or the year until it."""

    user: Any
    code: str
    indicator: Indicator | None
    unit: Unit
    period: Period
    periods: Sequence[Period]
    is_year: bool

    @property
    def span(self) -> str:
        return YEAR if self.is_year else ""

    @property
    def sheets(self) -> Any:
        return Sheet.objects.visible_to(self.user).filter(period__in=self.periods, **self.unit.within)

    def url(self, **place: int) -> str:
        return link("figure_list", self.code, period=self.period.pk, span=self.span, **place)


@require_safe
def figure_list(request: HttpRequest, code: str) -> HttpResponse:
    user = request.user
    unit = asked_unit(user, request.GET)
    quarters = quarters_of(user)
    period = quarters.chosen(request.GET.get("period", "")) or quarters.current
    indicator = None
    if code != ON_TIME:
        indicator = Indicator.objects.visible_to(user).filter(code=code, county=unit_county(unit)).first()
        if indicator is None:
            raise Http404
    title = indicator.label if indicator else _("On time")
    context: dict[str, Any] = {"unit": unit, "period": period, "title": title, "indicator": indicator}
    if period is None:
        return render(request, "jinxian/figures/figure_list.html", context)
    is_year = request.GET.get("span") == YEAR
    periods = year_until(period, quarters.periods) if is_year else [period]
    asked = Asked(user, code, indicator, unit, period, periods, is_year)
    crumbs = crumbs_above(user, unit, period)
    context |= {
        "asked": asked,
        "periods": quarters.periods,
        "kept": list(unit.asked.items()) + ([("span", YEAR)] if asked.is_year else []),
        "crumbs": [*crumbs, (unit.label, overview_url(unit, period)), (title, None)],
        "year_url": "" if asked.is_year else link("figure_list", code, period=period.pk, span=YEAR, **unit.asked),
        "quarter_url": link("figure_list", code, period=period.pk, **unit.asked) if asked.is_year else "",
        "of": _span_words(periods),
    }
    return render(request, "jinxian/figures/figure_list.html", context | _list(asked))


def unit_county(unit: Unit) -> int:
    return unit.pk if unit.level == "county" else int(unit.place.county_id)


def _span_words(periods: Sequence[Period]) -> str:
    return pgettext("between values", ", ").join(period.label for period in periods)


def _list(asked: Asked) -> dict[str, Any]:
    """Rows, the figure they add up to, and its coverage."""
    by_period = reporting(asked.sheets, asked.periods, by="period")
    whole = sum(by_period.values(), NOTHING)
    if asked.unit.below in {"township", "branch"}:
        rows, kind = list(_places(asked)), asked.unit.below
    elif asked.unit.below == "area" or asked.indicator is None:
        rows, kind = list(_sheets(asked)), "area"
    else:
        rows, kind = list(_cells(asked)), "cell"
    return {"rows": rows, "kind": kind, "reporting": whole, "total": _total(asked, rows, whole)}


def _total(asked: Asked, rows: Sequence[Row], whole: Reporting) -> Figure | int | None:
    """The sum of the rows: as a figure of the indicator, or as a count."""
    known = [row.value for row in rows if row.value is not None]
    if asked.indicator is None:
        return sum(int(value) for value in known) if known else None
    targets = [row.target for row in rows if row.target is not None]
    is_zero = asked.indicator.is_optional and whole.reported  # reported, and there was nothing
    total = sum((Decimal(value) for value in known), Decimal(0)) if known or is_zero else None
    return Figure(asked.indicator, total, sum(targets, Decimal(0)) if targets else None, NOTHING)


def _places(asked: Asked) -> Iterator[Row]:
    """The parts of a county or township that sheets are expected of, in the order of their codes."""
    level = asked.unit.below
    reported = reporting(asked.sheets, asked.periods, by=level)
    totals = ItemTotal.objects.visible_to(asked.user).filter(level=level, **asked.unit.within)
    totals = totals.filter(period__in=asked.periods, indicator=asked.indicator)
    kept = kept_sums(totals) if asked.indicator else {}
    for place in MODELS[level].objects.visible_to(asked.user).filter(pk__in=list(reported)).order_by("code"):
        of = reported[place.pk]
        url = asked.url(**{level: place.pk})
        if asked.indicator is None:
            yield Row(place.label, url, of.on_time if of.reported else None, reporting=of)
        else:
            found = figure(asked.indicator, (kept.get((place.pk, p.pk, asked.indicator.pk)) for p in asked.periods), of)
            yield Row(place.label, url, found.actual, found.target, of)


def _sheets(asked: Asked) -> Iterator[Row]:
    """The areas' sheets of a branch, or of one area; an area has one in each quarter."""
    periods = {period.pk: period for period in asked.periods}
    totals = ItemTotal.objects.visible_to(asked.user).filter(level="area", **asked.unit.within)
    totals = totals.filter(period__in=asked.periods, indicator=asked.indicator)
    kept = kept_sums(totals) if asked.indicator else {}
    for sheet in asked.sheets.order_by("period__year", "period__quarter", "area__number", "pk"):
        period = periods[sheet.period_id]
        label = sheet.area_label
        if asked.is_year:
            label = _("%(area)s, %(quarter)s") % {"area": label, "quarter": period.as_quarter.short_label}
        if asked.indicator is None:
            url = link("assessments:sheet_detail", sheet.pk)
            value = _is_on_time(sheet, period) if sheet.is_counted else None
            yield Row(label, url, value, sheet=sheet)
            continue
        found = figure(
            asked.indicator,
            [kept.get((sheet.area_id, sheet.period_id, asked.indicator.pk))],
            Reporting(1, int(sheet.is_counted)),
        )
        # The row is one quarter's, so is the list behind it.
        url = link("figure_list", asked.code, period=sheet.period_id, area=sheet.area_id)
        yield Row(label, url, found.actual, found.target, sheet=sheet)


def _is_on_time(sheet: Sheet, period: Period) -> int:
    return int(bool(sheet.first_submitted_at and timezone.localdate(sheet.first_submitted_at) <= period.due_on))


def _cells(asked: Asked) -> Iterator[Row]:
    """The cells of the area's reported sheets that are filled and apply, as they stand there."""
    assert asked.indicator is not None
    sheets = {sheet.pk: sheet for sheet in asked.sheets.reported() if may_see_cells(asked.user, sheet)}
    cells = Entry.objects.visible_to(asked.user).filter(
        line__sheet__in=list(sheets), item__indicator=asked.indicator, actual__isnull=False,
        status=Entry.Status.APPLIES,
    )  # fmt: skip
    periods = {period.pk: period for period in asked.periods}
    of_cells = asked.indicator.kind in {Indicator.Kind.YES_NO, Indicator.Kind.VETO}
    for cell in cells.select_related("line").order_by("line__period__year", "line__period__quarter", "line__position"):
        sheet = sheets[cell.line.sheet_id]
        label = cell.line.label
        if asked.is_year:
            quarter = periods[sheet.period_id].as_quarter.short_label
            label = _("%(area)s, %(quarter)s") % {"area": label, "quarter": quarter}
        target = Decimal(1) if of_cells else cell.target
        url = link("assessments:sheet_line", sheet.pk, cell.line_id)
        text = shown_value(asked.indicator, cell.actual, group=True)
        yield Row(label, url, cell.actual, target, sheet=sheet, points=cell.points, text=text)
