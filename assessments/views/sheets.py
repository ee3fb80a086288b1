"""The sheet's page: beginning it, its grid with the check beside it, saving cells, the summary."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views import wants_json
from assessments import permissions, remarks, workflow
from assessments.answers import answer_of
from assessments.checking import check
from assessments.display import mean_of, mean_words, show_grid
from assessments.entry import Locked, Outcome, UnknownCell, save_cells
from assessments.grid import read_grid
from assessments.locks import lock_of
from assessments.marking import mark_sheet
from assessments.models import Sheet
from assessments.views.finding import CONFLICT, UNPROCESSABLE, crumbs_of, find_sheet, not_done
from service_areas.permissions import require


@require_safe
def sheet_detail(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = find_sheet(request.user, pk)
    return sheet_page(request, sheet)


@require_POST
def sheet_begin(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = find_sheet(request.user, pk)
    require(permissions.may_fill(request.user, sheet))
    try:
        workflow.begin(sheet, by=request.user)
    except workflow.Stale:
        pass  # somebody else began it a moment ago: it is there
    except workflow.Refused as refusal:
        return not_done(request, sheet, refusal.sentence)
    return redirect("assessments:sheet_detail", pk)


@require_POST
def sheet_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Cells of any number: from the script one at a time (JSON), from the plain form the whole table."""
    sheet = find_sheet(request.user, pk)
    outcome = save_posted(request, sheet)
    if isinstance(outcome, HttpResponse):
        return outcome
    if outcome.is_clean:
        messages.success(request, saved_words(len(outcome.saved)))
        return redirect("assessments:sheet_detail", pk)
    return sheet_page(request, sheet, outcome=outcome)


@require_http_methods(["GET", "POST"])
def sheet_summary(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = find_sheet(request.user, pk)
    require(permissions.may_fill(request.user, sheet))
    context = {
        "sheet": sheet,
        "crumbs": crumbs_of(request.user, sheet),
        "text": sheet.summary,
        "longest": remarks.SUMMARY_LENGTH,
    }
    if request.method == "POST":
        text = request.POST.get("summary", "")
        try:
            remarks.summarize(sheet, by=request.user, summary=text, seen=request.POST.get("seen", ""))
        except ValidationError as error:
            context |= {"text": text, "error": error.messages[0]}
            return render(request, "assessments/sheet_summary.html", context, status=UNPROCESSABLE)
        except workflow.Stale as stale:
            sheet.refresh_from_db()
            context |= {"text": text, "error": stale.sentence, "theirs": sheet.summary}
            return render(request, "assessments/sheet_summary.html", context, status=CONFLICT)
        except workflow.Refused as refusal:
            context |= {"text": text, "error": refusal.sentence}
            return render(request, "assessments/sheet_summary.html", context, status=CONFLICT)
        messages.success(request, _("The summary is saved."))
        return redirect("assessments:sheet_detail", pk)
    return render(request, "assessments/sheet_summary.html", context)


def save_posted(request: HttpRequest, sheet: Sheet) -> Outcome | HttpResponse:
    """Save the cells of a form; the finished answer where it was the script's or nothing could be saved at all."""
    typed = {name: str(text) for name, text in request.POST.items() if name.startswith("c-")}
    try:
        require(permissions.may_save(request.user, sheet))
        outcome = save_cells(sheet, by=request.user, typed=typed, seen=seen_texts(request.POST.get("seen", "")))
    except UnknownCell as unknown:
        raise Http404 from unknown
    except Locked as locked:
        if wants_json(request):
            return JsonResponse({"error": "locked", "message": locked.lock.sentence}, status=CONFLICT)
        return kept_page(request, sheet, typed, locked.lock.sentence)
    except PermissionDenied as denied:
        if wants_json(request):
            return JsonResponse({"error": "refused", "message": str(denied)}, status=403)
        raise
    if wants_json(request):
        status = CONFLICT if outcome.conflicts else UNPROCESSABLE if outcome.refused else 200
        return JsonResponse(answer_of(outcome), status=status)
    return outcome


def kept_page(request: HttpRequest, sheet: Sheet, typed: dict[str, str], reason: str) -> HttpResponse:
    """The sheet is locked: what was typed is shown beside what is stored, and nothing is saved."""
    grid = read_grid(sheet)
    kept = [
        (cell, typed[cell.name]) for cell in grid.cells
        if cell.name in typed and typed[cell.name].strip() not in {"", cell.value_text}
    ]  # fmt: skip
    context = {"sheet": sheet, "kept": kept, "reason": reason, "crumbs": crumbs_of(request.user, sheet)}
    return render(request, "assessments/sheet_locked.html", context, status=CONFLICT)


def seen_texts(posted: str) -> dict[str, str]:
    """What stood on the screen, field by field; nothing where it does not read."""
    try:
        seen = json.loads(posted)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(seen, dict):
        return {}
    return {name: text for name, text in seen.items() if isinstance(text, str)}


def saved_words(count: int) -> str:
    if not count:
        return _("Nothing was changed.")
    return ngettext("%(count)s cell is saved.", "%(count)s cells are saved.", count) % {"count": count}


def sheet_page(request: HttpRequest, sheet: Sheet, *, outcome: Outcome | None = None) -> HttpResponse:
    """The sheet for this person: its grid where the cells may be seen, otherwise what stands where."""
    user = request.user
    verdict = permissions.may_see_cells(user, sheet)
    context: dict[str, Any] = {
        "sheet": sheet, "crumbs": crumbs_of(user, sheet), "tabs": list(tabs_of(user, sheet)), "verdict": verdict,
        "lock": lock_of(sheet, on=timezone.localdate()), "fill": permissions.may_fill(user, sheet),
        "is_late": is_late(sheet), "today": timezone.localdate(),
    }  # fmt: skip
    if verdict and sheet.state != Sheet.State.NOT_STARTED:
        context |= grid_context(user, sheet, outcome)
    elif permissions.REVIEW.held(user, sheet):
        context["moves"] = list(sheet.moves.order_by("-at", "-pk"))  # the own words of a return can be read again
    status = 200
    if outcome is not None:
        status = CONFLICT if outcome.conflicts else UNPROCESSABLE
    return render(request, "assessments/sheet_detail.html", context, status=status)


def grid_context(user: Any, sheet: Sheet, outcome: Outcome | None) -> dict[str, Any]:
    grid = read_grid(sheet, with_history=True)
    mark_sheet(grid)
    shown = show_grid(grid, user=user, outcome=outcome)
    review = permissions.may_review(user, sheet)
    return {
        "shown": shown, "check": check(grid), "seen": json.dumps(shown.seen), "outcome": outcome,
        "mean": mean_of(sheet), "mean_words": mean_words(sheet), "moves": list(sheet.moves.order_by("-at", "-pk")),
        "submit": permissions.may_submit(user, sheet), "review": review,
        "is_reviewer": permissions.REVIEW.held(user, sheet), "reopen": permissions.may_reopen(user, sheet),
        "state": Sheet.State, "today": timezone.localdate(),
    }  # fmt: skip


def tabs_of(user: Any, sheet: Sheet) -> Any:
    """The sheets of the branch's other areas in this quarter, as far as the person sees them."""
    rows = Sheet.objects.visible_to(user).filter(branch=sheet.branch_id, period=sheet.period_id)
    return rows.select_related("area").order_by("area__number", "pk")


def is_late(sheet: Sheet) -> bool:
    """Overdue, or first submitted after the due date."""
    if sheet.first_submitted_at is not None:
        return timezone.localdate(sheet.first_submitted_at) > sheet.period.due_on
    return sheet.state != Sheet.State.CLOSED and timezone.localdate() > sheet.period.due_on
