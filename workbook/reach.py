"""Which runs somebody reaches, where workbooks may be brought in, and which parts of the books may be taken out.

`visible_to` is the door, and one step wider for a superuser, who sets counties up without an appointment, as in the
admin. What may be done with a run is decided in permissions.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from service_areas.models import Branch, County, Township
from service_areas.permissions import COUNTY, SECRETARY, TOWNSHIP
from service_areas.scoping import scope_of
from workbook.models import Run


class Part(NamedTuple):
    """A part of the books that somebody takes out. `limits` as in the options of taking_out; empty: a whole county."""

    key: str
    label: str
    county: County
    limits: dict[str, int]


def runs_of(user: Any) -> Any:
    """The runs that exist for the user: of the own county, and those of their own."""
    runs = Run.objects.visible_to(user)
    return runs | Run.objects.filter(by=user) if user.is_superuser else runs


def listed_runs(user: Any) -> Any:
    """The runs the user may open, newest first: the own exports, the imports of the own county, a founder's own."""
    imports = Q(kind=Run.Kind.IMPORT, county__in=_staffed(user))
    if user.is_superuser:
        imports |= Q(kind=Run.Kind.IMPORT, by=user)
    return runs_of(user).filter(imports | own_exports(user))


def own_exports(user: Any) -> Q:
    """The user's exports that hold nothing but what the user may take out today: an appointment may have ended."""
    within = Q(county__in=_staffed(user))
    for appointment in scope_of(user).appointments:
        if appointment.role == TOWNSHIP and appointment.township_id:
            branches = list(Branch.objects.filter(township=appointment.township_id).values_list("pk", flat=True))
            within |= Q(options__township=appointment.township_id) | Q(options__branch__in=branches)
        elif appointment.role == SECRETARY and appointment.branch_id:
            within |= Q(options__branch=appointment.branch_id)
    return Q(kind=Run.Kind.EXPORT, by=user) & within


def counties_of(user: Any) -> list[County]:
    """Where the user brings workbooks in: the own counties; a superuser everywhere."""
    if user.is_superuser:
        return list(County.objects.order_by("code"))
    return _own_counties(user)


def parts_of(user: Any) -> list[Part]:
    """What the user may take out, the largest first: a county and its townships, or the own townships and branches."""
    counties = _own_counties(user)
    parts = [_whole(county, of_several=len(counties) > 1) for county in counties]
    townships = Township.objects.filter(county__in=counties).select_related("county").order_by("code")
    parts += [_part(township, "township", township.county) for township in townships]
    for appointment in scope_of(user).appointments:
        if appointment.role == TOWNSHIP and (township := appointment.township):
            parts.append(_part(township, "township", township.county))
        elif appointment.role == SECRETARY and (branch := appointment.branch):
            parts.append(_part(branch, "branch", branch.township.county))
    return list({part.key: part for part in parts}.values())


def _own_counties(user: Any) -> list[County]:
    return list(County.objects.visible_to(user).filter(pk__in=_staffed(user)).order_by("code"))


def _staffed(user: Any) -> set[int]:
    return {a.county_id for a in scope_of(user).appointments if a.role == COUNTY and a.county_id}


def _whole(county: County, *, of_several: bool) -> Part:
    label = _("The whole county")
    return Part(f"county-{county.pk}", f"{label} · {county.label}" if of_several else label, county, {})


def _part(unit: Any, kind: str, county: County) -> Part:
    return Part(f"{kind}-{unit.pk}", unit.label, county, {kind: unit.pk})
