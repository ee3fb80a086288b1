"""What the preview of an import says row by row: decisions, every change, the wrong rows to take along."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jinxian.lib import Refused
from service_areas import ledger
from service_areas.crumbs import crumbs_of_scope
from service_areas.models import LedgerEntry
from service_areas.permissions import require
from workbook import processes, running
from workbook.format import BY_KEY, SHEETS, Sheet
from workbook.models import Addition, Problem, Run
from workbook.permissions import may_import
from workbook.views.finding import download, find_run
from workbook.views.preview import PER_PAGE, run_page, with_headings
from workbook.views.runs import moved
from workbook.wrong_rows import wrong_rows


@require_POST
def run_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether a row is somebody who is there; after the last one the files are checked again."""
    run = find_run(request, pk)
    require(may_import(request.user))
    seen = request.POST.get("digest", run.digest)
    if run.state != Run.State.CHECKED or seen != run.digest:
        return moved(request, run)
    asked = request.POST.get("problem", "")
    problems = run.problems.filter(kind=Problem.Kind.DECIDE)
    problem = get_object_or_404(problems, pk=int(asked) if asked.isascii() and asked.isdigit() else 0)
    choice = request.POST.get("choice", "")
    if choice in Problem.Choice.values:
        try:
            if not running.decide(problem, choice):
                running.check_again(run)
        except (running.Moved, processes.Busy) as error:
            return moved(request, run, error)
    return redirect(_back(request, run, problem))


def _back(request: HttpRequest, run: Run, problem: Problem) -> str:
    """The page on which the decision was made, at its row."""
    asked = {name: request.POST.get(name, "") for name in ("kind", "sheet", "page")}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('run_detail', args=[run.pk])}{'?' if query else ''}{query}#problem-{problem.pk}"


@require_safe
def run_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Every field that will change or has changed, old and new; with `show=added` the rows that come new."""
    run = find_run(request, pk)
    sheet = BY_KEY.get(request.GET.get("sheet", ""))
    if request.GET.get("show") == "added":
        return _added(request, run, sheet)
    changes = run.changes.filter(sheet=sheet.key) if sheet else run.changes.all()
    page = Paginator(changes, PER_PAGE).get_page(request.GET.get("page"))
    with_headings(page.object_list)
    sheets = [each for each in SHEETS if run.counts.get(each.key, {}).get("changed")]
    context = {"run": run, "page": page, "sheet": sheet, "sheets": sheets, "crumbs": crumbs_of_scope(request.user)}
    return render(request, "workbook/run_changes.html", context)


def _added(request: HttpRequest, run: Run, sheet: Sheet | None) -> HttpResponse:
    sheets = [each for each in SHEETS if run.counts.get(each.key, {}).get("added")]
    shown = sheet or next(iter(sheets), None)
    rows: Any = AddedRows(run, shown.key) if shown else []
    page = Paginator(rows, Addition.AT_ONCE).get_page(request.GET.get("page"))
    context = {
        "run": run, "page": page, "sheet": shown, "sheets": sheets, "is_of_added": True,
        "crumbs": crumbs_of_scope(request.user),
    }  # fmt: skip
    return render(request, "workbook/run_changes.html", context)


class AddedRows:
    """The added rows of one sheet for a Paginator whose pages are as long as they are kept: one record a page."""

    def __init__(self, run: Run, sheet: str) -> None:
        self.additions = run.additions.filter(sheet=sheet)

    def __len__(self) -> int:
        last = self.additions.last()
        return last.position * Addition.AT_ONCE + len(last.rows) if last else 0

    def __getitem__(self, asked: slice) -> list[list[Any]]:
        kept = self.additions.filter(position=asked.start // Addition.AT_ONCE).first()
        return kept.rows if kept else []


@require_POST
def run_wrong_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused rows as a workbook to correct and bring back."""
    run = find_run(request, pk)
    require(may_import(request.user))
    if run.state != Run.State.CHECKED:
        return moved(request, run)
    try:
        data = wrong_rows(run)
    except Refused as refused:  # the file could be read before, but the machine is busy now
        messages.warning(request, str(refused))
        return run_page(request, run, status=409)
    ledger.enter(
        LedgerEntry.Verb.EXPORT, by=request.user, label=_("Wrong rows of %(file)s") % {"file": run.title},
        place=run.county, run=run.pk,
    )  # fmt: skip
    return download(data, _("wrong-rows") + ".xlsx")
