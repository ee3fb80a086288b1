"""The change history of one record, for who looks after places and people and for the auditor."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jinxian.history_words import KINDS, history_of_record
from jinxian.views.rights import may_list, may_open
from members.models import Member
from members.permissions import may_see_contact, may_see_exemption_reason, may_see_id_number
from service_areas.crumbs import crumbs_of_scope
from service_areas.permissions import EDIT_HOUSEHOLD_CONTACT, SEE_HISTORY, require
from workbook.permissions import may_import

PER_PAGE = 30
PAGES = {"member": "member_detail", "area": "area_detail", "branch": "branch_detail", "township": "place_township"}


@require_safe
def history_record(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """What was changed, from what to what, by whom and when."""
    if kind not in KINDS:
        raise Http404(_("There is nothing here."))
    require(may_list(SEE_HISTORY, request.user))
    model, _related = KINDS[kind]
    record = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    require(may_open(SEE_HISTORY, request.user, record, *_places(record)))
    events = history_of_record(kind, record, hidden=_hidden(request.user, record))
    context = {
        "record": record,
        "kind": model._meta.verbose_name,
        "page": Paginator(events, PER_PAGE).get_page(request.GET.get("page")),
        "record_url": reverse(PAGES[kind], args=[record.pk]) if kind in PAGES else "",
        "opens_runs": bool(may_import(request.user)),
        "crumbs": crumbs_of_scope(request.user),
    }
    return render(request, "jinxian/history/history_record.html", context)


def _places(record: Any) -> list[Any]:
    """What stands for the record's place where the record itself names only its branch, village or township."""
    return [unit for name in ("branch", "village", "township") if (unit := getattr(record, name, None)) is not None]


def _hidden(user: Any, record: Any) -> frozenset[str]:
    """Fields that this person may not see on the record's page either."""
    if not isinstance(record, Member):
        return frozenset({"contact"}) if not _keeps(user, record) else frozenset()
    hidden: set[str] = set()
    if not may_see_contact(user, record):
        hidden |= {"contact", "birth_date"}
    if not may_see_id_number(user, record):
        hidden.add("id_number_masked")
    if not may_see_exemption_reason(user, record):
        hidden |= {"exemption.reason", "exemptionapplication.reason", "exemptionapplication.refusal"}
    return frozenset(hidden)


def _keeps(user: Any, record: Any) -> bool:
    return EDIT_HOUSEHOLD_CONTACT.held(user, record)
