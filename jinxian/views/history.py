"""The change history of one record, for who looks after places and people and for the auditor."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jinxian.history_words import KINDS, story_of
from jinxian.views.rights import may_open
from members.models import Member, Transfer
from members.permissions import SEE_TRANSFERS, may_see_contact, may_see_exemption_reason, may_see_id_number
from service_areas.crumbs import crumbs_of_scope
from service_areas.models import Household, Township
from service_areas.permissions import EDIT_HOUSEHOLD_CONTACT, SEE_HISTORY, require
from service_areas.scoping import scope_of
from workbook.permissions import may_import

PER_PAGE = 30
PAGES = {"member": "member_detail", "area": "area_detail", "branch": "branch_detail", "township": "place_township"}
IMPORT_PAGE = "run_detail"  # the page of one import, by its number


@require_safe
def history_record(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """What was changed, from what to what, by whom and when."""
    if kind not in KINDS:
        raise Http404(_("There is nothing here."))
    model, _related = KINDS[kind]
    record = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    require(may_open(SEE_HISTORY, request.user, record, *_places(request.user, record)))
    story = story_of(kind, record, user=request.user, hidden=_hidden(request.user, record))
    opens_runs = may_import(request.user)
    page = Paginator(story.events, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "record": record,
        "kind": model._meta.verbose_name,
        "page": page,
        "rows": [(event, _run_url(event.import_run) if opens_runs else "") for event in page.object_list],
        "is_whole": story.is_whole or page.has_next(),
        "record_url": reverse(PAGES[kind], args=[record.pk]) if kind in PAGES else "",
        "crumbs": crumbs_of_scope(request.user),
    }
    return render(request, "jinxian/history/history_record.html", context)


def _run_url(run: int | None) -> str:
    return reverse(IMPORT_PAGE, args=[run]) if run is not None else ""


def _places(user: Any, record: Any) -> list[Any]:
    """What stands for the record's place where the record itself names only its branch, village or township."""
    if isinstance(record, Township):  # it has no township above it that a right could be asked of
        return [a for a in scope_of(user).appointments if a.township_id == record.pk]
    return [unit for name in ("branch", "village", "township") if (unit := getattr(record, name, None)) is not None]


def _hidden(user: Any, record: Any) -> frozenset[str]:
    """Fields that this person does not see on the record's own pages either."""
    if isinstance(record, Household):
        return frozenset() if EDIT_HOUSEHOLD_CONTACT.held(user, record) else frozenset({"contact"})
    if not isinstance(record, Member):
        return frozenset()
    hidden: set[str] = set()
    if not may_see_contact(user, record):
        hidden |= {"contact", "birth_date"}
    if not may_see_id_number(user, record):
        hidden.add("id_number_masked")
    if not may_see_exemption_reason(user, record):
        hidden |= {"exemption.reason", "exemptionapplication.reason", "exemptionapplication.refusal"}
    moves = Transfer.objects.visible_to(user).filter(member=record).select_related("from_branch")
    if not all(SEE_TRANSFERS.held(user, row.from_branch) for row in moves):
        hidden |= {"transfer.reason", "transfer.ended_reason"}  # the old branch's matter
    return frozenset(hidden)
