"""One member's line, made for a phone, and one cell with its note; both work without script."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments import permissions, remarks, workflow
from assessments.display import fillable, show_row, typed_again
from assessments.entry import Locked, Outcome, line_lock
from assessments.grid import Cell, read_grid
from assessments.marking import mark_row
from assessments.models import Entry, SheetMember
from assessments.views.finding import CONFLICT, UNPROCESSABLE, crumbs_of, seen_version
from assessments.views.sheets import save_posted
from service_areas.permissions import require


@require_http_methods(["GET", "POST"])
def sheet_line(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """One member at a time; the member himself reads his own line here."""
    row = find_line(request.user, pk, line)
    outcome = None
    if request.method == "POST":
        saved = save_posted(request, row.sheet)
        if isinstance(saved, HttpResponse):
            return saved
        if saved.is_clean:
            return redirect(next_address(request, row))
        outcome = saved
    else:
        fill, _lock = fillable(row.sheet, row, request.user)
        require(fill or permissions.may_see_line(request.user, row))
    return line_page(request, row, outcome)


@require_http_methods(["GET", "POST"])
def sheet_cell(request: HttpRequest, pk: int, line: int, item: int) -> HttpResponse:
    """A cell's note, whether the item applies to this member, and what stood in it before."""
    row = find_line(request.user, pk, line)
    require(permissions.may_see_line(request.user, row))
    cell = find_cell(row, item)
    fill = permissions.may_fill_line(request.user, row.sheet, row)
    context: dict[str, Any] = {
        "sheet": row.sheet, "line": row, "cell": cell, "crumbs": crumbs_of(request.user, row.sheet), "fill": fill,
        "lock": line_lock(row.sheet, row), "note": cell.entry.note, "longest": remarks.NOTE_LENGTH,
        "is_out": cell.entry.status == Entry.Status.NOT_APPLICABLE,
    }  # fmt: skip
    status = 200
    if request.method == "POST":
        require(fill)
        problem = save_remark(request, cell)
        if problem is None:
            messages.success(request, _("The note is saved."))
            return redirect("assessments:sheet_detail", pk)
        status, context["error"] = problem
        context |= {"note": request.POST.get("note", ""), "is_out": "out" in request.POST}
    context["changes"] = cell.entry.changes.select_related("by") if cell.entry.pk else []
    return render(request, "assessments/sheet_cell.html", context, status=status)


def find_line(user: Any, pk: int, line: int) -> SheetMember:
    """The line within the person's scope: those of the sheets seen, or the own."""
    rows = SheetMember.objects.visible_to(user)
    rows = rows.select_related("member", "sheet__period", "sheet__plan", "sheet__county")
    found: SheetMember = get_object_or_404(rows, pk=line, sheet__pk=pk)
    return found


def find_cell(row: SheetMember, item: int) -> Cell:
    """The marked cell; 404 where the line has none for this item."""
    grid = read_grid(row.sheet, lines=[row], with_history=True)
    mark_row(grid.rows[0])
    cell = grid.cell((row.pk, item))
    if cell is None:
        raise Http404
    return cell


def save_remark(request: HttpRequest, cell: Cell) -> tuple[int, str] | None:
    """None where it is saved, else the status and the sentence."""
    sheet, note = cell.line.sheet, request.POST.get("note", "")
    applies, version = "out" not in request.POST, seen_version(request)
    try:
        remarks.remark(sheet, key=cell.key, by=request.user, note=note, applies=applies, seen_version=version)
    except ValidationError as error:
        return UNPROCESSABLE, error.messages[0]
    except Locked as locked:
        return CONFLICT, locked.lock.sentence
    except workflow.Refused as refusal:
        return CONFLICT, refusal.sentence
    return None


def line_page(request: HttpRequest, row: SheetMember, outcome: Outcome | None) -> HttpResponse:
    sheet, user = row.sheet, request.user
    grid = read_grid(sheet, lines=[row], with_history=True)
    mark_row(grid.rows[0])
    shown = show_row(sheet, grid.rows[0], user=user, typed=typed_again(outcome))
    fill, lock = fillable(sheet, row, user)
    sees_sheet = bool(permissions.may_see_cells(user, sheet))
    seen = {cell.name: cell.cell.value_text for cell in shown.cells if cell.kind == "input"}
    context: dict[str, Any] = {
        "sheet": sheet, "line": row, "shown": shown, "seen": json.dumps(seen), "lock": lock if fill else None,
        "sees_sheet": sees_sheet, "crumbs": crumbs_of(request.user, sheet) if sees_sheet else None, "outcome": outcome,
        "body_class": "is-form" if shown.kind == "edit" else "",
    }  # fmt: skip
    if sees_sheet:
        context |= neighbours(row)
    status = 200
    if outcome is not None:
        status = CONFLICT if outcome.conflicts else UNPROCESSABLE
    return render(request, "assessments/sheet_line.html", context, status=status)


def neighbours(row: SheetMember) -> dict[str, Any]:
    """The lines before and after among those filled in by the same hand, and the place among them (None: not there)."""
    lines = [
        each for each in row.sheet.lines.order_by("position")
        if each.filled_by == row.filled_by and not each.is_exempt
    ]  # fmt: skip
    place = next((place for place, each in enumerate(lines) if each.pk == row.pk), None)
    if place is None:
        return {"lines": lines, "place": None}
    before, after = lines[place - 1 : place], lines[place + 1 : place + 2]
    return {"lines": lines, "place": place + 1, "before": next(iter(before), None), "after": next(iter(after), None)}


def next_address(request: HttpRequest, row: SheetMember) -> str:
    """Where the pressed button leads: another line of this sheet, else the sheet."""
    go = request.POST.get("go", "")
    if go.isascii() and go.isdigit() and len(go) < 19 and row.sheet.lines.filter(pk=go).exists():
        return reverse("assessments:sheet_line", args=[row.sheet_id, go])
    return reverse("assessments:sheet_detail", args=[row.sheet_id])
