"""What the views of sheets share: the sheet within the person's scope, its crumbs, its answers to a refusal."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.views import wants_json
from assessments.models import Period, Sheet
from service_areas.crumbs import Crumbs, branch_url, county_url, township_url

CONFLICT, UNPROCESSABLE = 409, 422


def find_sheet(user: Any, pk: int) -> Sheet:
    """The sheet, or 404 outside the person's scope."""
    rows = Sheet.objects.visible_to(user).select_related("period", "plan", "county")
    sheet: Sheet = get_object_or_404(rows, pk=pk)
    return sheet


def crumbs_of(user: Any, sheet: Sheet) -> Crumbs:
    period = f"{reverse('assessments:sheet_list')}?period={sheet.period_id}"
    return [
        (sheet.county.label, county_url(user, sheet.county_id)),
        (sheet.township_label, township_url(user, sheet.county_id, sheet.township_id)),
        (sheet.branch_label, branch_url(user, sheet.branch_id)),
        (sheet.period.label, f"{period}&branch={sheet.branch_id}"),
    ]


def not_done(request: HttpRequest, sheet: Sheet, reason: str, *, typed: str = "") -> HttpResponse:
    """409: nothing was changed; the reason, what was typed, and the way back to the sheet as it is now."""
    if wants_json(request):
        return JsonResponse({"error": "conflict", "message": reason}, status=CONFLICT)
    context = {
        "reason": reason,
        "typed": typed,
        "url": reverse("assessments:sheet_detail", args=[sheet.pk]),
        "action": _("Open the sheet as it is now"),
        "crumbs": crumbs_of(request.user, sheet),
    }
    return render(request, "assessments/sheet_not_done.html", context, status=CONFLICT)


def seen_version(request: HttpRequest) -> int:
    """The version that stood on the page; -1, which no sheet has, where the field is missing or no number."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def choose_period(user: Any, asked: str) -> Period | None:
    """The period asked for within the person's county, else the newest one that has opened."""
    periods = Period.objects.visible_to(user)
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        found = periods.filter(pk=asked).first()
        if found:
            return found
    opened = periods.filter(opens_on__lte=timezone.localdate())
    newest: Period | None = opened.order_by("-year", "-quarter").first()
    return newest
