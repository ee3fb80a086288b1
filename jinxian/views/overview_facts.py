"""What stands on the overview of a place: its figures, its parts with theirs, whom it waits for.

Numbers of today (areas, members, households) stand apart from those of the quarter, and those apart from the year's.
A row's figure is what the kept totals say of that part; the last line adds the rows up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Indicator, ItemTotal, Period, PlanItem, Sheet
from assessments.statistics import (
    NOTHING,
    Figure,
    Kept,
    Reporting,
    figures_of,
    indicators_of,
    kept_sums,
    reporting,
    totals_of,
    trend,
    year_until,
)
from jinxian.lib.labels import in_language
from jinxian.templatetags.shell import NOTHING as NOT_REPORTED
from jinxian.templatetags.shell import quantity
from jinxian.views.charts import Bars, bars_of
from jinxian.views.quarters import Quarters
from jinxian.views.units import LEVELS, MODELS, Unit, link, overview_url
from members.models import LinkTotal, Member
from service_areas.models import ServiceArea

TREND = 8  # quarters
NAMED = 5  # branches of a township that are named among those we wait for
# The figures the county is asked for first; a county that counts other things has fewer tiles.
HEADLINES = ("wells", "road", "deeds", "visits")
MEMBER_PATHS = {"county": "branch__county", "township": "branch__township", "branch": "branch", "area": "area"}


@dataclass
class Row:
    """One part of the place, or the sum of all. None: not known here, or not reported."""

    label: str
    url: str = ""
    asked: dict[str, int] = field(default_factory=dict)
    reporting: Reporting = NOTHING
    members: int = 0
    households: int = 0
    linkable: int = 0
    linked: int = 0
    figures: list[Figure] = field(default_factory=list)
    sheet: Sheet | None = None
    cells: list[tuple[str, str]] = field(default_factory=list)  # each figure as written, and the list behind it

    @property
    def query(self) -> str:
        """The part in the query of a list, to stand after other names; empty for the county."""
        return "".join(f"&{name}={pk}" for name, pk in self.asked.items())

    @property
    def coverage(self) -> Decimal | None:
        return Decimal(self.linked) / self.linkable if self.linkable else None


@dataclass(frozen=True)
class Line:
    """An indicator of the place: the quarter, the year until then, and the quarters before."""

    quarter: Figure
    year: Figure
    bars: Bars | None
    list_url: str  # without a query
    asked: str  # the place and quarter in the query

    @property
    def url(self) -> str:
        return f"{self.list_url}?{self.asked}"

    @property
    def year_url(self) -> str:
        return f"{self.list_url}?span=year&{self.asked}"


class Facts:
    """All numbers of one place and quarter, each read once."""

    def __init__(self, user: Any, unit: Unit, quarters: Quarters, period: Period) -> None:
        self.user, self.unit, self.period, self.quarters = user, unit, period, quarters
        older = [p for p in quarters.periods if (p.year, p.quarter) <= (period.year, period.quarter)]
        self.periods = list(reversed([p for p in older if p.county_id == period.county_id][:TREND]))
        self.year = year_until(period, self.periods)
        self.sheets = Sheet.objects.visible_to(user).filter(**unit.within)

    @cached_property
    def by_period(self) -> dict[int, Reporting]:
        return reporting(self.sheets, self.periods, by="period")

    @property
    def sheet(self) -> Sheet | None:
        """An area's sheet of the quarter."""
        return self.sheets.filter(period=self.period).first()

    @property
    def reporting(self) -> Reporting:
        return self.by_period.get(self.period.pk, NOTHING)

    @cached_property
    def indicators(self) -> list[Indicator]:
        return indicators_of(PlanItem.objects.visible_to(self.user), self.period)

    @cached_property
    def kept(self) -> Kept:
        return kept_sums(totals_of(self.unit.level, self.unit.pk, self.periods))

    @cached_property
    def lines(self) -> list[Line]:
        pk = self.unit.pk
        quarter = figures_of(pk, self.indicators, self.kept, [self.period], self.reporting)
        of_year = sum((self.by_period.get(p.pk, NOTHING) for p in self.year), NOTHING)
        year = figures_of(pk, self.indicators, self.kept, self.year, of_year)
        trends = [trend(pk, each, self.kept, self.periods, self.by_period) for each in self.indicators]
        asked = f"period={self.period.pk}" + "".join(f"&{name}={pk}" for name, pk in self.unit.asked.items())
        return [
            Line(now, whole, bars_of(past, self.periods), reverse("figure_list", args=[now.indicator.code]), asked)
            for now, whole, past in zip(quarter, year, trends, strict=True)
        ]

    @property
    def headlines(self) -> list[Line]:
        found = {line.quarter.indicator.code: line for line in self.lines}
        return [found[code] for code in HEADLINES if code in found]

    # What lies below

    @cached_property
    def links(self) -> dict[tuple[str, int], LinkTotal]:
        levels = [self.unit.level, *([self.unit.below] if self.unit.below else [])]
        rows = LinkTotal.objects.visible_to(self.user).filter(level__in=levels, **self.unit.within)
        return {(row.level, row.unit_id): row for row in rows}

    @cached_property
    def members(self) -> dict[int | None, int]:
        """Members of today by the part they belong to; None: to no service area."""
        path = MEMBER_PATHS[self.unit.below or "area"]
        rows = Member.objects.visible_to(self.user).filter(status__in=Member.PRESENT)
        rows = rows.filter(**{MEMBER_PATHS[self.unit.level]: self.unit.pk})
        return dict(rows.order_by().values_list(path).annotate(Count("pk")))

    @cached_property
    def area_count(self) -> int:
        areas = ServiceArea.objects.visible_to(self.user).current(on=timezone.localdate())
        return int(areas.filter(**({"pk": self.unit.pk} if self.unit.level == "area" else self.unit.within)).count())

    @property
    def today(self) -> Row:
        """Members, households and links of the place."""
        row = Row(self.unit.label, members=sum(self.members.values()))
        _add_links(row, self.links.get((self.unit.level, self.unit.pk)))
        return row

    @cached_property
    def rows(self) -> list[Row]:
        """The parts, those with most missing first; without parts none."""
        level = self.unit.below
        if not level:
            return []
        reported = reporting(self.sheets, [self.period], by=level)
        sheets = self._sheets_by_area() if level == "area" else {}
        kept = self._kept_below(level)
        headlines = [line.quarter.indicator for line in self.headlines]
        rows = []
        for place in self._places(level, reported):
            part = Unit(level, place)
            row = Row(part.label, overview_url(part, self.period), part.asked, reported.get(part.pk, NOTHING))
            row.members = self.members.get(part.pk, 0)
            _add_links(row, self.links.get((level, part.pk)))
            row.figures = figures_of(part.pk, headlines, kept, [self.period], row.reporting)
            if level == "area":
                row.sheet = sheets.get(part.pk)
                row.url = link("assessments:sheet_detail", row.sheet.pk) if row.sheet else link("area_detail", part.pk)
            rows.append(row)
        rows.sort(key=lambda row: -row.reporting.missing)
        rows += self._outside(level)
        for row in rows:
            row.cells = self._written(row)
        return rows

    def _written(self, row: Row) -> list[tuple[str, str]]:
        """The row's headline figures with their lists; a dash without one where nothing was reported."""
        known = {each.indicator.pk: each for each in row.figures if each.actual is not None}
        cells = []
        for line in self.headlines:
            indicator = line.quarter.indicator
            each = known.get(indicator.pk)
            url = f"{line.list_url}?period={self.period.pk}{row.query}"
            cells.append((quantity(each.actual, each.places), url) if each else (NOT_REPORTED, ""))
        return cells

    def _places(self, level: str, reported: Mapping[int, Reporting]) -> list[Any]:
        """The parts that exist today and those that the quarter's sheets were of."""
        model, places = MODELS[level], MODELS[level].objects.visible_to(self.user)
        now = Q(**self.unit.within)
        if level != "township":
            now &= Q(pk__in=model.objects.visible_to(self.user).current(on=timezone.localdate()).values("pk"))
        return list(places.filter(now | Q(pk__in=list(reported))).order_by("code"))

    def _sheets_by_area(self) -> dict[int, Sheet]:
        return {sheet.area_id: sheet for sheet in self.sheets.filter(period=self.period)}

    def _kept_below(self, level: str) -> Kept:
        totals = ItemTotal.objects.visible_to(self.user).filter(period=self.period, level=level, **self.unit.within)
        return kept_sums(totals.filter(indicator__code__in=HEADLINES))

    def _outside(self, level: str) -> list[Row]:
        """Members and households of a branch that lie in no service area."""
        if level != "area":
            return []
        row, whole = Row(_("In no service area"), members=self.members.get(None, 0)), self.today
        inside = [total for (of, _pk), total in self.links.items() if of == "area"]
        row.households = whole.households - sum(total.household_count for total in inside)
        row.linkable = whole.linkable - sum(total.linkable_count for total in inside)
        row.linked = whole.linked - sum(total.linked_count for total in inside)
        return [row] if row.members or row.households else []

    @cached_property
    def total(self) -> Row:
        """The sum of the rows."""
        total = Row(_("Total"), asked=self.unit.asked)
        for row in self.rows:
            total.reporting += row.reporting
            for name in ("members", "households", "linkable", "linked"):
                setattr(total, name, getattr(total, name) + getattr(row, name))
        columns = zip(*(row.figures for row in self.rows if row.figures), strict=True)
        total.figures = [_added(column, total.reporting) for column in columns]
        total.cells = self._written(total)
        return total

    # Whom we wait for

    @cached_property
    def waiting(self) -> list[dict[str, Any]]:
        """Who has not reported: branches by township for the county, else areas by branch. Most missing first."""
        missing = self.sheets.filter(period=self.period).missing()
        groups: dict[int, dict[str, Any]] = {}
        if self.unit.level == "county":
            return self._townships(missing)
        for sheet in missing.order_by("branch", "area__number"):
            group = groups.setdefault(sheet.branch_id, {"label": sheet.branch_label, "count": 0, "sheets": []})
            group["count"] += 1
            group["sheets"].append(sheet)
            group["url"] = link("overview_branch", sheet.branch_id, period=self.period.pk)
            group["words"] = missing_words(group["count"])
        return sorted(groups.values(), key=lambda group: -group["count"])

    def _townships(self, missing: Any) -> list[dict[str, Any]]:
        """Townships, each with the branches that miss most; how many more there are is said."""
        counted = missing.order_by().values_list("township", "branch", "branch_name", "branch_name_en")
        branches: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for township, *branch in counted.annotate(n=Count("pk")).order_by("-n", "branch"):
            branches[township].append(tuple(branch))
        found = []
        for row in self.rows:
            if below := branches.get(row.asked.get("township", 0)):
                group: dict[str, Any] = {"label": row.label, "url": row.url, "more": max(0, len(below) - NAMED)}
                group["words"] = missing_words(row.reporting.missing)
                group["branches"] = [self._branch(*branch) for branch in below[:NAMED]]
                found.append(group)
        return found

    def _branch(self, pk: int, name: str, name_en: str, count: int) -> dict[str, str]:
        url = link("overview_branch", pk, period=self.period.pk)
        return {"label": in_language(name, name_en), "words": missing_words(count), "url": url}

    @property
    def complete(self) -> list[Row]:
        """The parts that have reported everything, for the end of the list of those we wait for."""
        return [row for row in self.rows if row.reporting.is_full] if self.unit.below in LEVELS[1:3] else []


def missing_words(count: int) -> str:
    return ngettext("%(n)s area missing", "%(n)s areas missing", count) % {"n": count}


def _add_links(row: Row, total: LinkTotal | None) -> None:
    if total is not None:
        row.households, row.linkable, row.linked = total.household_count, total.linkable_count, total.linked_count


def _added(column: Sequence[Figure], reported: Reporting) -> Figure:
    known = [each.actual for each in column if each.actual is not None]
    targets = [each.target for each in column if each.target is not None]
    return Figure(
        column[0].indicator, sum(known, Decimal(0)) if known else None,
        sum(targets, Decimal(0)) if targets else None, reported,
    )  # fmt: skip
