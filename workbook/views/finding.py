"""Looking up what an address names, a second press of the same button, and how a file is handed out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header

from service_areas.permissions import require
from workbook.models import Run
from workbook.permissions import may_open_run
from workbook.reach import listed_runs, runs_of

AGAIN = timedelta(seconds=10)


def find_run(request: HttpRequest, pk: int) -> Run:
    """The run, which is the person's own or of the own county; 404 or 403 otherwise."""
    run: Run = get_object_or_404(runs_of(request.user).select_related("by", "county"), pk=pk)
    require(may_open_run(request.user, run))
    return run


def begun_already(user: Any, **what: Any) -> Run | None:
    """The run that the first press of a button began and the second would begin anew."""
    runs = listed_runs(user).filter(by=user, made_at__gte=timezone.now() - AGAIN, **what)
    run: Run | None = runs.first()
    return run


def download(data: bytes, name: str) -> HttpResponse:
    """A file that no cache keeps and no browser guesses about."""
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
