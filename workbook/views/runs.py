"""An import from the upload to what it became: the list, the form, the page of one run and what its buttons do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from service_areas import ledger
from service_areas.appointing import waiting_accounts
from service_areas.crumbs import crumbs_of_scope
from service_areas.models import LedgerEntry
from service_areas.permissions import require
from workbook import processes, running
from workbook.findings import in_words
from workbook.format import BY_KEY, SHEETS
from workbook.forms import BringInForm
from workbook.models import Problem, Run
from workbook.permissions import may_export, may_import
from workbook.views.finding import counties_of, find_run, find_runs
from workbook.wrong_rows import wrong_rows

PER_PAGE = 25
SHOWN_CHANGES = 3
AGAIN = timedelta(seconds=10)
KINDS = {"error": Problem.Kind.ERROR, "decide": Problem.Kind.DECIDE, "look": Problem.Kind.LOOK}


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """Imports and exports, newest first."""
    imports, exports = may_import(request.user), may_export(request.user)
    require(imports if imports else exports)
    page = Paginator(find_runs(request.user).select_related("by"), PER_PAGE).get_page(request.GET.get("page"))
    listed: Any = page.object_list
    for run in listed:
        run.added, run.changed, run.refused = (run.total(name) for name in ("added", "changed", "refused"))
    context = {
        "page": page, "may_import": imports, "may_export": exports, "crumbs": crumbs_of_scope(request.user),
    }  # fmt: skip
    return render(request, "workbook/run_list.html", context)


@require_http_methods(["GET", "POST"])
def run_new(request: HttpRequest) -> HttpResponse:
    """Choose the files; they are checked at once, and nothing is written."""
    require(may_import(request.user))
    form = BringInForm(
        request.POST or None, request.FILES or None,
        counties=counties_of(request.user), may_found=request.user.is_superuser,
    )  # fmt: skip
    if form.is_valid():
        files = [(file.name, file.read()) for file in form.cleaned_data["workbook"]]
        run = _same_again(request.user, files) or running.bring_in(
            files, county=form.chosen_county, by=request.user, effective_on=form.cleaned_data["effective_on"]
        )
        return redirect("run_detail", run.pk)
    context = {"form": form, "crumbs": crumbs_of_scope(request.user)}
    return render(request, "workbook/run_new.html", context)


def _same_again(user: Any, files: list[tuple[str, bytes]]) -> Run | None:
    """The run that a second click on the button would begin anew."""
    title = ", ".join(name for name, _data in files)[:200]
    since = timezone.now() - AGAIN
    runs = find_runs(user).filter(by=user, title=title, state=Run.State.CHECKING, made_at__gte=since)
    run: Run | None = runs.first()
    return run


@never_cache
@require_safe
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the run stands, what it will do or did, and what is to be mended."""
    run = find_run(request, pk)
    return run_page(request, run)


def run_page(request: HttpRequest, run: Run, *, status: int = 200) -> HttpResponse:
    is_cut_off = running.is_cut_off(run)
    context: dict[str, Any] = {
        "run": run,
        "is_cut_off": is_cut_off,
        "is_at_work": run.state in Run.AT_WORK and not is_cut_off,
        "progress": processes.progress_of(run.pk),
        "crumbs": crumbs_of_scope(request.user),
        "failure": _failure(run),
    }
    if run.kind == Run.Kind.EXPORT:
        context |= {"files": run.files.defer("sealed") if run.state == Run.State.READY else []}
        return render(request, "workbook/run_export.html", context, status=status)
    context |= _counts(run) | _problems(request, run) | {"changes": _with_headings(run.changes.all()[:SHOWN_CHANGES])}
    context["change_count"] = run.changes.count()
    if run.state == Run.State.WRITTEN:
        context["waiting_count"] = len(waiting_accounts(request.user))
    return render(request, "workbook/run_detail.html", context, status=status)


def _failure(run: Run) -> str:
    if not run.failure:
        return ""
    return in_words(Problem(sentence=run.failure["sentence"], values=run.failure["values"]))


def _counts(run: Run) -> dict[str, Any]:
    rows = [(sheet, run.counts[sheet.key]) for sheet in SHEETS if sheet.key in run.counts]
    total = {name: run.total(name) for name in ("added", "changed", "same", "refused", "open")}
    return {"sheets": rows, "total": total}


def _problems(request: HttpRequest, run: Run) -> dict[str, Any]:
    kind, sheet = request.GET.get("kind", ""), request.GET.get("sheet", "")
    problems = run.problems.all()
    counted = {name: problems.filter(kind=value).count() for name, value in KINDS.items()}
    undecided = problems.filter(kind=Problem.Kind.DECIDE, choice="").count()
    if kind in KINDS:
        problems = problems.filter(kind=KINDS[kind])
    if sheet in BY_KEY:
        problems = problems.filter(sheet=sheet)
    page = Paginator(problems, PER_PAGE).get_page(request.GET.get("page"))
    listed: Any = page.object_list
    for problem in listed:
        problem.said = in_words(problem)
        if problem.sheet in BY_KEY:
            problem.sheet_title = BY_KEY[problem.sheet].title
            if problem.column:
                problem.heading = BY_KEY[problem.sheet].column(problem.column).heading
    blocked = bool(counted["error"] or undecided)
    filters = [("", _("All"), sum(counted.values())), ("error", _("Wrong"), counted["error"])]
    filters += [("decide", _("You decide"), counted["decide"]), ("look", _("Please look"), counted["look"])]
    return {
        "problems": page, "kind": kind if kind in KINDS else "", "sheet": BY_KEY.get(sheet), "filters": filters,
        "undecided": undecided, "error_count": counted["error"], "is_blocked": blocked,
        "has_nothing": not (run.total("added") or run.total("changed")),
    }  # fmt: skip


def _with_headings(changes: Any) -> Any:
    """Each with its column's heading, and its values in the words of the list they come from."""
    for change in changes:
        column = BY_KEY[change.sheet].column(change.column)
        change.heading = column.heading
        change.old_words = column.choices.get(change.old, change.old)
        change.new_words = column.choices.get(change.new, change.new)
    return changes


@require_safe
def run_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Every field that will change or has changed, old and new."""
    run = find_run(request, pk)
    sheet = BY_KEY.get(request.GET.get("sheet", ""))
    changes = run.changes.filter(sheet=sheet.key) if sheet else run.changes.all()
    page = Paginator(changes, PER_PAGE).get_page(request.GET.get("page"))
    _with_headings(page.object_list)
    context = {"run": run, "page": page, "sheet": sheet, "crumbs": crumbs_of_scope(request.user)}
    return render(request, "workbook/run_changes.html", context)


@never_cache
@require_safe
def run_progress(request: HttpRequest, pk: int) -> JsonResponse:
    """How far the run is, for the script of its page."""
    run = find_run(request, pk)
    told = processes.progress_of(run.pk)
    is_at_work = run.state in Run.AT_WORK and not running.is_cut_off(run)
    return JsonResponse({"is_at_work": is_at_work, "share": told.share, "stage": stage_words(told.stage)})


def stage_words(stage: str) -> str:
    return {
        "reading": _("Reading the file"),
        "checking": _("Comparing with the books"),
        "writing": _("Writing"),
        "making": _("Making the file"),
    }.get(stage, _("Beginning"))


@require_POST
def run_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether a row is somebody who is there; after the last one the files are checked again."""
    run = find_run(request, pk)
    require(may_import(request.user))
    asked = request.POST.get("problem", "")
    problems = run.problems.filter(kind=Problem.Kind.DECIDE)
    problem = get_object_or_404(problems, pk=int(asked) if asked.isascii() and asked.isdigit() else 0)
    choice = request.POST.get("choice", "")
    if choice in Problem.Choice.values:
        try:
            if not running.decide(problem, choice):
                running.check_again(run)
        except running.Moved:
            return _moved(request, run)
    return redirect("run_detail", run.pk)


@require_POST
def run_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write all that the preview showed."""
    run = find_run(request, pk)
    require(may_import(request.user))
    try:
        running.begin_writing(run, by=request.user, digest=request.POST.get("digest", ""))
    except running.Moved:
        return _moved(request, run)
    return redirect("run_detail", run.pk)


@require_POST
def run_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Check the same files again."""
    run = find_run(request, pk)
    require(may_import(request.user))
    try:
        running.check_again(run)
    except running.Moved:
        return _moved(request, run)
    return redirect("run_detail", run.pk)


@require_POST
def run_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the run up."""
    run = find_run(request, pk)
    try:
        running.discard(run)
    except running.Moved:
        return _moved(request, run)
    messages.success(request, _("Given up. Nothing was written, and the file is gone."))
    return redirect("run_list")


def _moved(request: HttpRequest, run: Run) -> HttpResponse:
    run.refresh_from_db()
    messages.warning(request, _("The import stands elsewhere by now; this is how it stands."))
    return run_page(request, run, status=409)


@require_POST
def run_wrong_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused rows as a workbook to correct and bring back."""
    run = find_run(request, pk)
    require(may_import(request.user))
    if run.state != Run.State.CHECKED:
        return _moved(request, run)
    data = wrong_rows(run)
    ledger.enter(LedgerEntry.Verb.EXPORT, by=request.user, label=_("Wrong rows"), place=run.county, run=run.pk)
    return download(data, "wrong-rows.xlsx")


def download(data: bytes, name: str) -> HttpResponse:
    """A file that no cache keeps and no browser guesses about."""
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
