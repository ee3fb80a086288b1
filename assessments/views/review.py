"""The review queue: what waits, what stands out, and confirming several sheets in one step."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from assessments import permissions, workflow
from assessments.models import Sheet
from assessments.review import TABS, Queue, read_queue
from assessments.views.finding import choose_period, find_sheet
from assessments.views.moves import name_of
from service_areas.crumbs import crumbs_of_scope
from service_areas.permissions import require

PER_PAGE, MOST = 25, 200
TAB_WORDS = {
    "waiting": gettext_lazy("To review"),
    "marked": gettext_lazy("Something stands out"),
    "returned": gettext_lazy("Returned, not back yet"),
    "own_line": gettext_lazy("Secretary's line to score"),
    "missing": gettext_lazy("Not submitted"),
    "confirmed": gettext_lazy("Confirmed"),
}


@require_safe
def review(request: HttpRequest) -> HttpResponse:
    user = request.user
    require(permissions.may_see_queue(user))
    period = choose_period(user, request.GET.get("period", ""))
    tab = request.GET.get("tab", "waiting")
    tab = tab if tab in TABS else "waiting"
    if period is None:
        return render(request, "assessments/review.html", {"period": None})
    sheets = Sheet.objects.visible_to(user)
    township = request.GET.get("township", "")
    if township.isascii() and township.isdigit() and len(township) < 19:
        sheets = sheets.filter(township=township)
    queue = read_queue(user, period, tab, sheets)
    page = Paginator(queue.rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "period": period, "queue": queue, "tab": tab, "tabs": tabs_of(queue, tab), "page": page,
        "clean_count": sum(row.is_clean for row in page), "may_confirm_any": any(row.may_confirm for row in page),
        "crumbs": [*crumbs_of_scope(user), (period.label, None)],
        "is_waiting": tab in {"waiting", "marked", "own_line"},
    }  # fmt: skip
    return render(request, "assessments/review.html", context)


@require_POST
def review_confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the ticked sheets one by one, each on the version that was on the screen (`<pk>:<version>`)."""
    user = request.user
    require(permissions.may_review_any(user))
    chosen = dict.fromkeys(pair for pair in map(read_choice, request.POST.getlist("sheet")[:MOST]) if pair)
    found = [(find_sheet(user, pk), version) for pk, version in chosen]  # all of them, before any is confirmed
    confirmed, problems = 0, []
    for sheet, version in found:
        problem = confirm_one(user, sheet, version)
        confirmed += not problem
        if problem:
            problems.append(_("%(name)s: %(what)s") % {"name": name_of(sheet), "what": problem})
    if not chosen:
        messages.warning(request, _("Nothing was ticked: tick the sheets to confirm."))
    if confirmed:
        said = ngettext("%(count)s sheet is confirmed.", "%(count)s sheets are confirmed.", confirmed)
        messages.success(request, said % {"count": confirmed})
    for problem in problems:
        messages.error(request, _("Not confirmed: %(problem)s") % {"problem": problem})
    return redirect(f"{reverse('assessments:review')}?{request.GET.urlencode()}")


def confirm_one(user: Any, sheet: Sheet, version: int) -> str:
    """Why the sheet was not confirmed; empty where it was."""
    verdict = permissions.may_review(user, sheet)
    if not verdict:
        return verdict.reason
    try:
        workflow.confirm(sheet, by=user, seen_version=version)
    except workflow.Refused as refusal:
        return refusal.sentence
    return ""


def read_choice(text: str) -> tuple[int, int] | None:
    pk, _colon, version = text.partition(":")
    if all(part.isascii() and part.isdigit() and len(part) < 19 for part in (pk, version)):
        return int(pk), int(version)
    return None


def tabs_of(queue: Queue, current: str) -> list[tuple[str, Any, int, bool]]:
    """Name, words, count, whether it is the current one."""
    return [(name, TAB_WORDS[name], queue.counts[name], name == current) for name in TABS]
