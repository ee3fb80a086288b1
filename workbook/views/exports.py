"""Taking the books out, and the empty template."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from service_areas.crumbs import crumbs_of_scope
from service_areas.permissions import require
from workbook import running
from workbook.format import BY_KEY
from workbook.forms import TakeOutForm
from workbook.models import Run
from workbook.permissions import may_export, may_import
from workbook.reach import Part, parts_of
from workbook.sealing import unseal
from workbook.template import make_template
from workbook.views.finding import begun_already, download, find_run
from workbook.views.preview import run_page

NAMED_SHEETS = 3


@require_http_methods(["GET", "POST"])
def export_new(request: HttpRequest) -> HttpResponse:
    """Choose sheets; the file is made beside the server and waits on the run's page."""
    require(may_export(request.user))
    parts = parts_of(request.user)
    form = TakeOutForm(
        request.POST if request.method == "POST" else None, parts=parts, sheet=request.GET.get("sheet", "")
    )
    if form.is_valid():
        part, sheets = form.part, form.cleaned_data["sheets"]
        title = _title(part, sheets)
        run = begun_already(request.user, title=title, state=Run.State.MAKING) or running.take_out(
            county=part.county, by=request.user, title=title,
            options={
                "language": get_language() or "zh-hans", "sheets": sheets, "format": form.cleaned_data["format"],
                **part.limits,
            },
        )  # fmt: skip
        return redirect("run_detail", run.pk)
    context: dict[str, Any] = {"form": form, "parts": parts, "crumbs": crumbs_of_scope(request.user)}
    return render(request, "workbook/export_new.html", context)


def _title(part: Part, sheets: list[str]) -> str:
    """What was taken out, as the list of runs and the ledger say it."""
    place = part.label if part.limits else part.county.label
    if len(sheets) > NAMED_SHEETS:
        names = ngettext("%(count)s sheet", "%(count)s sheets", len(sheets)) % {"count": len(sheets)}
    else:
        names = pgettext("between names", ", ").join(str(BY_KEY[key].title) for key in sheets)
    return f"{place} · {names}"[:200]


@require_POST
def run_file(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """The made file; only who had it made gets it."""
    run = find_run(request, pk)
    require(may_export(request.user))
    if run.by_id != request.user.pk or run.state != Run.State.READY or run.is_over:
        return run_page(request, run, status=409)
    found = get_object_or_404(run.files.all(), pk=file)
    return download(unseal(found.sealed), found.name)


@require_safe
def template_file(request: HttpRequest) -> HttpResponse:
    """The empty workbook with headings, drop-downs and the help sheet, in the language of the page."""
    require(may_import(request.user))
    return download(make_template(get_language() or "zh-hans"), _("county-workbook-template") + ".xlsx")
