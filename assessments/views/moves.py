"""The moves of one sheet: submit, take back, return, confirm, reopen. Each is one form with the version it saw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments import permissions, workflow
from assessments.models import Sheet
from assessments.remarks import REASON_LENGTH, cleaned
from assessments.views.finding import find_sheet, not_done, seen_version
from service_areas.permissions import require


@require_POST
def sheet_submit(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = find_sheet(request.user, pk)
    require(permissions.may_submit(request.user, sheet))
    refusal = move(request, sheet, workflow.submit)
    if refusal is not None:
        return refusal
    said = _("%(area)s is submitted. It waits for %(township)s.")
    messages.success(request, said % {"area": sheet.area_label, "township": sheet.township_label})
    return redirect("assessments:sheet_detail", pk)


@require_POST
def sheet_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = find_sheet(request.user, pk)
    require(permissions.may_take_back(request.user, sheet))
    refusal = move(request, sheet, workflow.take_back)
    if refusal is not None:
        return refusal
    messages.success(
        request, _("%(area)s is taken back. Submit it again when it is right.") % {"area": sheet.area_label}
    )
    return redirect("assessments:sheet_detail", pk)


@require_POST
def sheet_return(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = find_sheet(request.user, pk)
    require(permissions.may_review(request.user, sheet))
    refusal = move(request, sheet, workflow.return_sheet, reason=request.POST.get("reason", ""))
    if refusal is not None:
        return refusal
    messages.success(request, _("%(sheet)s is returned to the branch.") % {"sheet": name_of(sheet)})
    return redirect("assessments:review")


@require_POST
def sheet_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = find_sheet(request.user, pk)
    require(permissions.may_review(request.user, sheet))
    refusal = move(request, sheet, workflow.confirm)
    if refusal is not None:
        return refusal
    messages.success(request, _("%(sheet)s is confirmed.") % {"sheet": name_of(sheet)})
    return redirect("assessments:review")


@require_POST
def sheet_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = find_sheet(request.user, pk)
    require(permissions.may_reopen(request.user, sheet))
    reason = request.POST.get("reason", "")
    until = read_day(request.POST.get("until", ""))
    if until is None:
        return not_done(request, sheet, _("Not reopened: choose the last day of entry."), typed=reason)
    refusal = move(request, sheet, workflow.reopen, reason=reason, until=until)
    if refusal is not None:
        return refusal
    messages.success(request, _("%(sheet)s is open again.") % {"sheet": name_of(sheet)})
    return redirect("assessments:sheet_detail", pk)


def move(request: HttpRequest, sheet: Sheet, step: Callable[..., Any], **words: Any) -> HttpResponse | None:
    """Make the move on the version that was seen; the answer where it was not made, with the reason typed."""
    typed = words.get("reason", "")
    try:
        if typed:
            words["reason"] = cleaned(typed, REASON_LENGTH)
        step(sheet, by=request.user, seen_version=seen_version(request), **words)
    except ValidationError as error:
        return not_done(request, sheet, error.messages[0], typed=typed)
    except workflow.Refused as refusal:
        return not_done(request, sheet, refusal.sentence, typed=typed)
    return None


def read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def name_of(sheet: Sheet) -> str:
    return f"{sheet.branch_label} {sheet.area_label}"
