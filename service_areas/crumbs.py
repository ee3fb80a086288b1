"""The places above a page, each a link only where its page is the person's to open.

The labels are the page's matter: a sheet shows the names of its time.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from service_areas.models import Appointment, Branch, County, Township
from service_areas.permissions import SEE_PLACES
from service_areas.scoping import scope_of

Crumbs = list[tuple[str, str | None]]


def county_url(user: Any, county_id: int) -> str | None:
    return reverse("place_tree") if county_id in scope_of(user).places.get("county", ()) else None


def township_url(user: Any, county_id: int, township_id: int) -> str | None:
    places = scope_of(user).places
    sees = county_id in places.get("county", ()) or township_id in places.get("township", ())
    return reverse("place_township", args=[township_id]) if sees else None


def branch_url(user: Any, branch_id: int) -> str | None:
    """None for a clerk, who sees the village's areas and their branch's name; the page is for those inside or above."""
    is_inside = any(kind in scope_of(user).places for kind in ("county", "township", "branch", "area"))
    return reverse("branch_detail", args=[branch_id]) if is_inside and SEE_PLACES.held_anywhere(user) else None


def crumbs_of_scope(user: Any) -> Crumbs:
    """From the county down to the place of the highest appointment; empty without one."""
    leading = scope_of(user).leading
    if leading is None:
        return []
    county, township, branch = _places_of(leading)
    crumbs: Crumbs = [(county.label, county_url(user, county.pk))]
    if township:
        crumbs.append((township.label, township_url(user, county.pk, township.pk)))
    if branch:
        crumbs.append((branch.label, branch_url(user, branch.pk)))
    if leading.area:
        crumbs.append((leading.area.label, reverse("area_detail", args=[leading.area.pk])))
    if leading.village:
        crumbs.append((leading.village.label, None))
    return crumbs


def _places_of(appointment: Appointment) -> tuple[County, Township | None, Branch | None]:
    branch = appointment.branch or (appointment.area.branch if appointment.area else None)
    below = branch or appointment.village
    township = below.township if below else appointment.township
    county = township.county if township else appointment.county
    assert county is not None  # appointment_place_fits_role
    return county, township, branch
