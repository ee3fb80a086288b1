"""Taking the books out, and the empty template."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from service_areas.crumbs import crumbs_of_scope
from service_areas.models import Branch, County, Township
from service_areas.permissions import COUNTY, SECRETARY, TOWNSHIP, require
from service_areas.scoping import scope_of
from workbook import running
from workbook.forms import TakeOutForm
from workbook.models import Run
from workbook.permissions import may_export, may_import
from workbook.sealing import unseal
from workbook.taking_out import OF_COUNTY
from workbook.template import make_template
from workbook.views.finding import counties_of, find_run
from workbook.views.runs import download, run_page


@require_http_methods(["GET", "POST"])
def export_new(request: HttpRequest) -> HttpResponse:
    """Choose sheets; the file is made beside the server and waits on the run's page."""
    require(may_export(request.user))
    county, place = _place(request.user)
    townships = list(Township.objects.visible_to(request.user).filter(county=county)) if not place and county else []
    form = TakeOutForm(
        request.POST or None, townships=townships, left_out=OF_COUNTY if place else frozenset(),
        initial={"sheets": [request.GET["sheet"]]} if request.GET.get("sheet") else None,
    )  # fmt: skip
    if county is not None and form.is_valid():
        options: dict[str, Any] = {"language": get_language() or "zh-hans", **place}
        options |= {"sheets": form.cleaned_data["sheets"], "format": form.cleaned_data["format"]}
        if chosen := form.cleaned_data.get("township"):
            options["township"] = int(chosen)
        run = running.take_out(county=county, by=request.user, options=options, title=_("Export"))
        return redirect("run_detail", run.pk)
    context = {"form": form, "county": county, "place": _label(request.user), "crumbs": crumbs_of_scope(request.user)}
    return render(request, "workbook/export_new.html", context)


def _place(user: Any) -> tuple[County | None, dict[str, int]]:
    """The county, and the township or branch that the person's export is limited to."""
    for role, field in ((COUNTY, "county"), (TOWNSHIP, "township"), (SECRETARY, "branch")):
        held = next((a for a in scope_of(user).appointments if a.role == role), None)
        if held is None:
            continue
        if role == COUNTY:
            return held.county, {}
        unit: Township | Branch = getattr(held, field)
        return unit.county, {field: unit.pk}
    counties = counties_of(user) if user.is_superuser else []
    return (counties[0] if counties else None), {}


def _label(user: Any) -> str:
    leading = scope_of(user).leading
    return leading.place_label if leading else ""


@require_POST
def run_file(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """The made file; only who had it made gets it."""
    run = find_run(request, pk)
    require(may_export(request.user))
    if run.by_id != request.user.pk or run.state != Run.State.READY:
        return run_page(request, run, status=409)
    found = get_object_or_404(run.files.all(), pk=file)
    return download(unseal(found.sealed), found.name)


@require_safe
def template_file(request: HttpRequest) -> HttpResponse:
    """The empty workbook with headings, drop-downs and the help sheet, in the language of the page."""
    require(may_import(request.user))
    return download(make_template(get_language() or "zh-hans"), _("county-workbook-template") + ".xlsx")
