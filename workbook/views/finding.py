"""Looking up what an address or a form names, and what every page of a run shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from service_areas.models import County
from service_areas.permissions import COUNTY, require
from service_areas.scoping import scope_of
from workbook.models import Run
from workbook.permissions import may_open_run


def find_run(request: HttpRequest, pk: int) -> Run:
    """The run, which is the person's own or of the own county; 404 or 403 otherwise."""
    run = get_object_or_404(Run.objects.visible_to(request.user) | _founded(request.user), pk=pk)
    require(may_open_run(request.user, run))
    return run


def find_runs(user: Any) -> Any:
    """Own runs, and the imports of the county where the person may bring workbooks in."""
    runs = Run.objects.visible_to(user) | _founded(user)
    return runs if _is_county_staff(user) else runs.filter(by=user)


def counties_of(user: Any) -> list[County]:
    """Where the person brings workbooks in: the own counties; a superuser's are all."""
    if user.is_superuser:
        return list(County.objects.order_by("code"))
    held = {a.county_id for a in scope_of(user).appointments if a.role == COUNTY and a.county_id}
    return list(County.objects.visible_to(user).filter(pk__in=held).order_by("code"))


def _founded(user: Any) -> Any:
    """A superuser without an appointment sees the own runs, too."""
    return Run.objects.filter(by=user) if user.is_superuser else Run.objects.none()


def _is_county_staff(user: Any) -> bool:
    return COUNTY in scope_of(user).roles
