"""The places whose figures are shown: which one a person starts from, which ones may be opened, what lies below each.

Figures of a branch belong to who holds the whole branch: a leader, who sees the branch, sees the own area's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from assessments.permissions import SEE_FIGURES
from jinxian.views.rights import WHOLE_BRANCHES
from service_areas.models import Branch, County, ServiceArea, Township
from service_areas.permissions import ALLOWED, no_right_here, refused, require
from service_areas.scoping import scope_of

LEVELS = ("county", "township", "branch", "area")
MODELS: dict[str, Any] = {"county": County, "township": Township, "branch": Branch, "area": ServiceArea}
ABOVE = {
    "county": (),
    "township": ("county",),
    "branch": ("township", "county"),
    "area": ("branch__township", "county"),
}


@dataclass(frozen=True)
class Unit:
    """A place with figures; `level` and `pk` as the totals name it."""

    level: str
    place: Any

    @property
    def pk(self) -> int:
        return int(self.place.pk)

    @property
    def label(self) -> str:
        return str(self.place.label)

    @property
    def within(self) -> dict[str, int]:
        """The condition on rows that carry county, township, branch and area."""
        return {self.level: self.pk}

    @property
    def below(self) -> str:
        """The level of its parts; empty for an area."""
        place = LEVELS.index(self.level) + 1
        return LEVELS[place] if place < len(LEVELS) else ""

    @property
    def asked(self) -> dict[str, int]:
        """The same in the query of a list: the county is the whole list."""
        return {} if self.level == "county" else self.within


def tops(user: Any) -> list[Unit]:
    """Where the person's figures begin: the places of the highest appointments that see figures."""
    found: dict[tuple[str, int], Unit] = {}
    for appointment in scope_of(user).appointments:
        if appointment.role in SEE_FIGURES.roles and appointment.place is not None:
            level = next(name for name in LEVELS if getattr(appointment, f"{name}_id"))
            found[level, appointment.place.pk] = Unit(level, appointment.place)
    units = sorted(found.values(), key=lambda unit: (LEVELS.index(unit.level), unit.pk))
    return [unit for unit in units if unit.level == units[0].level]


def find_unit(user: Any, level: str, pk: int) -> Unit:
    """The place, if it lies in the person's scope (else 404) and its figures are the person's to see (else 403)."""
    rows = MODELS[level].objects.visible_to(user)
    place = get_object_or_404(rows.select_related(*ABOVE[level]) if ABOVE[level] else rows, pk=pk)
    scope = scope_of(user)
    if level in {"county", "township"}:
        held = any(a.role in WHOLE_BRANCHES for a in scope.appointments)
    else:
        held = scope.holds(WHOLE_BRANCHES if level == "branch" else SEE_FIGURES.roles, place)
    require(ALLOWED if held else refused(no_right_here()))
    return Unit(level, place)


def asked_unit(user: Any, query: Any) -> Unit:
    """The place a list is asked for by `area`, `branch` or `township`; without one, where the person begins."""
    for level in reversed(LEVELS[1:]):
        text = query.get(level, "")
        if text:
            if not (text.isascii() and text.isdigit() and len(text) < 19):
                raise Http404
            return find_unit(user, level, int(text))
    units = tops(user)
    require(ALLOWED if units else refused(no_right_here()))
    return units[0]


def overview_url(unit: Unit, period: Any = None) -> str:
    names = {"township": "overview_township", "branch": "overview_branch"}
    if unit.level not in names:
        return link("overview", period=period and period.pk)
    return link(names[unit.level], unit.pk, period=period and period.pk)


def link(name: str, *args: Any, **query: Any) -> str:
    """An address with a query; empty values are left out, 0 stays."""
    asked = {key: value for key, value in query.items() if value not in (None, "")}
    url = reverse(name, args=args)
    return f"{url}?{urlencode(asked)}" if asked else url


def crumbs_above(user: Any, unit: Unit, period: Any) -> list[tuple[str, str | None]]:
    """The places above, as links where their figures are the person's to open."""
    above: Sequence[tuple[str, Any]] = ()
    if unit.level == "township":
        above = [("county", unit.place.county)]
    elif unit.level == "branch":
        above = [("county", unit.place.county), ("township", unit.place.township)]
    elif unit.level == "area":
        above = [("county", unit.place.county), ("township", unit.place.branch.township), ("branch", unit.place.branch)]
    reach = scope_of(user).places
    crumbs: list[tuple[str, str | None]] = []
    opened = False
    for level, place in above:
        opened = opened or place.pk in reach.get(level, ())
        crumbs.append((place.label, overview_url(Unit(level, place), period) if opened else None))
    return crumbs
