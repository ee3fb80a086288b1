"""An import from the upload to what it became: the list, the form, the page of a run and what moves it on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from service_areas.crumbs import crumbs_of_scope
from service_areas.permissions import require
from workbook import processes, running
from workbook.format import BY_KEY
from workbook.forms import MEGABYTES, BringInForm
from workbook.models import Run
from workbook.permissions import may_export, may_import
from workbook.reach import counties_of, listed_runs
from workbook.views.finding import begun_already, find_run
from workbook.views.preview import PER_PAGE, run_page, stage_words


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """Imports and exports, newest first."""
    imports, exports = may_import(request.user), may_export(request.user)
    require(imports if imports else exports)
    page = Paginator(listed_runs(request.user).select_related("by"), PER_PAGE).get_page(request.GET.get("page"))
    listed: Any = page.object_list
    for run in listed:
        run.added, run.changed, run.refused = (run.total(name) for name in ("added", "changed", "refused"))
        run.was_cut_off = running.is_cut_off(run)
    context = {
        "page": page, "may_import": imports, "may_export": exports, "crumbs": crumbs_of_scope(request.user),
    }  # fmt: skip
    return render(request, "workbook/run_list.html", context)


@require_http_methods(["GET", "POST"])
def run_new(request: HttpRequest) -> HttpResponse:
    """Choose the files; they are checked at once, and nothing is written."""
    require(may_import(request.user))
    form = BringInForm(
        request.POST if request.method == "POST" else None, request.FILES if request.method == "POST" else None,
        counties=counties_of(request.user), may_found=request.user.is_superuser,
        after=_run_before(request),
    )  # fmt: skip
    if form.is_valid():
        files = [(file.name, file.read()) for file in form.cleaned_data["workbook"]]
        day, sent = form.cleaned_data["effective_on"], running.fingerprint(files)
        begun = begun_already(request.user, options__files=sent, effective_on=day, state=Run.State.CHECKING)
        run = begun or running.bring_in(files, county=form.chosen_county, by=request.user, effective_on=day)
        return redirect("run_detail", run.pk)
    context = {
        "form": form, "sheet": BY_KEY.get(request.GET.get("sheet", "")), "most_bytes": MEGABYTES * 1024 * 1024,
        "crumbs": crumbs_of_scope(request.user),
    }  # fmt: skip
    return render(request, "workbook/run_new.html", context)


def _run_before(request: HttpRequest) -> Run | None:
    """The import whose mended rows are to come: its day and county are offered again."""
    asked = request.GET.get("after", "")
    pk = int(asked) if asked.isascii() and asked.isdigit() else 0
    run: Run | None = listed_runs(request.user).filter(pk=pk, kind=Run.Kind.IMPORT).first()
    return run


@never_cache
@require_safe
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the run stands, what it will do or did, and what is to be mended."""
    return run_page(request, find_run(request, pk))


@never_cache
@require_safe
def run_progress(request: HttpRequest, pk: int) -> JsonResponse:
    """How far the run is, for the script of its page."""
    run = find_run(request, pk)
    told = processes.progress_of(run.pk)
    # While the process is still ending, the next step could not begin.
    is_at_work = (run.state in Run.AT_WORK and not running.is_cut_off(run)) or processes.is_alive(run.pk)
    return JsonResponse(
        {"is_at_work": is_at_work, "state": run.state, "share": told.share, "stage": stage_words(told.stage)}
    )


@require_POST
def run_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Check the same files again."""
    run = find_run(request, pk)
    require(may_import(request.user))
    try:
        running.check_again(run)
    except (running.Moved, processes.Busy) as error:
        return moved(request, run, error)
    return redirect("run_detail", run.pk)


@require_POST
def run_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write all that the preview showed."""
    run = find_run(request, pk)
    require(may_import(request.user))
    digest = request.POST.get("digest", "")
    try:
        running.begin_writing(run, by=request.user, digest=digest)
    except (running.Moved, processes.Busy) as error:
        return moved(request, run, error, seen=digest)
    return redirect("run_detail", run.pk)


@require_POST
def run_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the run up, or take a made file away."""
    run = find_run(request, pk)
    try:
        running.discard(run)
    except running.Moved as error:
        return moved(request, run, error)
    if run.kind == Run.Kind.IMPORT:
        messages.success(request, _("Given up. Nothing was written, and the file is gone."))
    else:
        messages.success(request, _("The file is gone."))
    return redirect("run_list")


def moved(request: HttpRequest, run: Run, error: Exception | None = None, *, seen: str = "") -> HttpResponse:
    """409: the page of the run as it stands by now. `seen` names the preview that was to be written."""
    run.refresh_from_db()
    if isinstance(error, processes.Busy):
        messages.warning(request, _("The step before is just ending. Nothing was changed; press the button again."))
    elif run.state == Run.State.CHECKED and seen and seen == run.digest:
        messages.warning(request, _("Nothing was written: mend and decide first what is named here."))
    else:
        messages.warning(request, _("The import stands elsewhere by now; this is how it stands."))
    return run_page(request, run, status=409)
