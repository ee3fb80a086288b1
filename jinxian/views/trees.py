"""The rows of the tree of places: one per township, branch and area, with counts of sheets by state.

Numbers of members and households stand only where the person sees all of them; a blank is not a zero.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from assessments.models import Period, Sheet
from jinxian.templatetags.shell import STATES
from jinxian.views.lists import member_count, with_link_totals
from jinxian.views.rights import counts_areas, counts_branches
from service_areas.dated import holds_on
from service_areas.models import AreaTeam, Branch, ServiceArea, Township, Village

# From done to owed, as the columns stand; the last two only where a sheet is in that state.
ALWAYS = ("confirmed", "submitted", "returned", "draft", "not_started")
SOMETIMES = ("closed", "reopened")
MISSING = "missing"
COUNTY, TOWNSHIP, BRANCH, AREA = 1, 2, 3, 4  # levels


@dataclass
class Row:
    """One line of the tree. `states` counts the sheets below it; an area has its own `sheet`. None: not known here."""

    level: int
    label: str
    url: str = ""
    note: str = ""
    anchor: str = ""
    opens_at: str = ""  # the page that shows what is below, where it does not stand below here
    members: int | None = None
    households: int | None = None
    states: Counter[str] | None = None
    sheet: Sheet | None = None
    missing_url: str = ""
    areas: int = 0  # service areas of today, for a quarter whose sheets have not been issued
    below: list[Row] = field(default_factory=list)
    is_open: bool = False
    is_hidden: bool = False
    counts: list[tuple[int, bool]] = field(default_factory=list)  # per column of the tree, and whether it is bad

    @property
    def area_count(self) -> int | None:
        return None if self.states is None else self.sheet_count or self.areas

    @property
    def sheet_count(self) -> int:
        states = self.states or Counter()
        return sum(states[state] for state in (*ALWAYS, *SOMETIMES))

    @property
    def missing(self) -> int | None:
        """None where no sheet was issued: nothing is missing then, nor is all there."""
        return self.states[MISSING] if self.states is not None and self.sheet_count else None

    @property
    def is_area(self) -> bool:
        return self.level == AREA


@dataclass
class Tree:
    """Rows in order, and the sum of it all."""

    rows: list[Row]
    total: Row

    def __post_init__(self) -> None:
        for row in [*self.rows, self.total]:
            if row.states is not None:
                row.counts = [(row.states[state], colour == "bad") for state, colour, _icon, _word in self.columns]

    @cached_property
    def columns(self) -> list[tuple[str, str, str, Any]]:
        """(state, colour, icon, word) of each state that has a column."""
        states = self.total.states or Counter()
        shown = [*ALWAYS, *(state for state in SOMETIMES if states[state])]
        return [(state, *STATES[state]) for state in shown]


def townships_of(user: Any) -> list[Any]:
    """The townships the person sees, with counts of what is in them."""
    townships = Township.objects.visible_to(user).select_related("county").order_by("code")
    branches = Branch.objects.visible_to(user).current(on=timezone.localdate())
    return list(
        with_link_totals(townships, user, "township").annotate(
            member_count=member_count(user, "branch__township"),
            village_count=_count(Village.objects.visible_to(user).filter(ended_on__isnull=True)),
            branch_count=_count(branches),
            area_count=_count(ServiceArea.objects.visible_to(user).current(on=timezone.localdate())),
        )
    )


def _count(rows: QuerySet[Any]) -> Any:
    of_one = rows.filter(township=OuterRef("pk")).order_by().values("township")
    counted = of_one.annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def county_tree(user: Any, townships: Sequence[Any], period: Period | None) -> Tree:
    """One row per township; what is in it opens on its own page."""
    states: dict[int, Counter[str]] = defaultdict(Counter)
    if period:
        counted = Sheet.objects.visible_to(user).filter(period=period).order_by()
        for township, state, is_counted, n in counted.values_list("township", "state", "is_counted").annotate(
            n=Count("pk")
        ):
            states[township] += Counter({state: n, MISSING: 0 if is_counted else n})
    rows = [_township_row(township, states[township.pk], period) for township in townships]
    return Tree(rows, _total(rows, townships[0].county.label, period, level=COUNTY))


def _township_row(township: Any, states: Counter[str], period: Period | None) -> Row:
    url = reverse("place_township", args=[township.pk]) + (f"?period={period.pk}" if period else "")
    return Row(
        level=TOWNSHIP, label=township.label, url=url, opens_at=url, note=_township_note(township),
        members=township.member_count, households=township.household_count or 0, states=states,
        areas=township.area_count, missing_url=_missing_url(period, township=township.pk),
    )  # fmt: skip


def _township_note(township: Any) -> str:
    count = township.village_count
    if count:
        return ngettext("%(count)s village", "%(count)s villages", count) % {"count": count}
    count = township.branch_count
    return ngettext("%(count)s team, no villages", "%(count)s teams, no villages", count) % {"count": count}


def opened_tree(user: Any, period: Period | None, *, township: Township | None = None, label: str = "") -> Tree:
    """Branches with their villages, and their areas: of a township, or all that the person sees."""
    within: dict[str, Any] = {} if township is None else {"township": township}
    areas: dict[int, list[Row]] = defaultdict(list)
    places: dict[int, Branch] = {}
    for area, row in _area_rows(user, within, period):
        areas[area.branch_id].append(row)
        places.setdefault(area.branch_id, area.branch)
    branches = _branches(user, within)
    tops = [_branch_row(user, branch, areas.pop(branch.pk, []), period) for branch in branches]
    # A clerk sees the village's areas and not its branch.
    tops += [Row(level=BRANCH, label=_place(places[pk]), below=rows) for pk, rows in areas.items()]
    tops += _villages_apart(user, within, branches, places)
    for top in tops:
        top.is_open = len(tops) == 1
        for row in top.below:
            row.is_hidden = not top.is_open
    rows = [row for top in tops for row in (top, *top.below)]
    return Tree(rows, _total(tops, township.label if township else label, period, level=TOWNSHIP))


def _area_rows(user: Any, within: dict[str, Any], period: Period | None) -> Iterator[tuple[ServiceArea, Row]]:
    on = timezone.localdate()
    sheets, teams = {}, defaultdict(list)
    if period:
        sheets = {sheet.area_id: sheet for sheet in Sheet.objects.visible_to(user).filter(period=period, **within)}
    in_areas = AreaTeam.objects.visible_to(user).current(on=on).select_related("team").order_by("team__code")
    for row in in_areas.filter(**{f"area__{name}": value for name, value in within.items()}):
        teams[row.area_id].append(row.team.label)
    # An area that has ended since still belongs to the quarters of its time.
    wanted = holds_on(on) | Q(pk__in=list(sheets))
    areas = ServiceArea.objects.visible_to(user).filter(wanted, **within).select_related("branch__village")
    if counts_areas(user):
        areas = with_link_totals(areas, user, "area").annotate(member_count=member_count(user, "area"))
    for area in areas.order_by("code"):
        yield area, _area_row(area, sheets.get(area.pk), teams[area.pk])


def _area_row(area: Any, sheet: Sheet | None, teams: list[str]) -> Row:
    return Row(
        level=AREA, label=area.label, url=reverse("area_detail", args=[area.pk]), note=" · ".join(teams), sheet=sheet,
        members=getattr(area, "member_count", None), households=getattr(area, "household_count", None),
    )  # fmt: skip


def _branches(user: Any, within: dict[str, Any]) -> list[Any]:
    branches = Branch.objects.visible_to(user).current(on=timezone.localdate()).filter(**within)
    if counts_branches(user):
        branches = with_link_totals(branches, user, "branch").annotate(member_count=member_count(user, "branch"))
    return list(branches.select_related("village").order_by("code"))


def _branch_row(user: Any, branch: Any, areas: list[Row], period: Period | None) -> Row:
    row = Row(
        level=BRANCH, label=_place(branch), note=branch.label if branch.village else "", below=areas,
        url=reverse("branch_detail", args=[branch.pk]), anchor=f"branch-{branch.pk}",
    )  # fmt: skip
    if counts_branches(user):
        row.members, row.households = branch.member_count, branch.household_count or 0
        row.missing_url = _missing_url(period, branch=branch.pk)
        row.states, row.areas = Counter(), len(areas)
        for area in areas:
            if area.sheet:
                row.states[area.sheet.state] += 1
                row.states[MISSING] += not area.sheet.is_counted
    return row


def _place(branch: Branch) -> str:
    return branch.village.label if branch.village else branch.label


def _villages_apart(user: Any, within: dict[str, Any], branches: list[Any], places: dict[int, Branch]) -> list[Row]:
    """Villages that no branch above stands for."""
    shown = {branch.village_id for branch in [*branches, *places.values()]}
    villages = Village.objects.visible_to(user).filter(ended_on__isnull=True, **within).order_by("code")
    return [Row(level=BRANCH, label=village.label) for village in villages if village.pk not in shown]


def _missing_url(period: Period | None, **place: int) -> str:
    if period is None:
        return ""
    asked = {"period": period.pk, "reported": 0, **place}
    return f"{reverse('area_list')}?{urlencode(asked)}"


def _total(rows: Sequence[Row], label: str, period: Period | None, *, level: int) -> Row:
    """The sum of these rows; a number that one of them does not know is not known of all."""
    total = Row(level=level, label=label, missing_url=_missing_url(period), areas=sum(row.areas for row in rows))
    for name in ("members", "households"):
        values = [getattr(row, name) for row in rows]
        setattr(total, name, None if None in values else sum(values))
    if all(row.states is not None for row in rows):
        total.states = sum((row.states for row in rows if row.states), Counter())
    return total
