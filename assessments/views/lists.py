"""The list of sheets: a quarter's, of the areas within the person's scope."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from assessments import permissions
from assessments.display import mean_of
from assessments.filters import SheetFilter, choose
from assessments.models import Period, Sheet
from assessments.tables import SheetTable
from members.models import Member
from service_areas.crumbs import crumbs_of_scope
from service_areas.models import Township
from service_areas.permissions import ALLOWED, no_right_here, refused, require

PER_PAGE = 25


@require_safe
def sheet_list(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not permissions.SEE_STATE.held_anywhere(user):
        return own_record(user)
    today = timezone.localdate()
    periods = list(Period.objects.visible_to(user).filter(opens_on__lte=today))
    period = choose(periods, request.GET.get("period", ""))
    townships = list(Township.objects.visible_to(user))
    sheets = Sheet.objects.visible_to(user).filter(period=period)
    listing = SheetFilter(request.GET, sheets.select_related("area", "branch"), townships=townships)
    table = SheetTable(listing.qs)
    RequestConfig(request, paginate={"per_page": PER_PAGE, "silent": True}).configure(table)
    for row in table.paginated_rows:
        prepare(row.record, period, today)
    context = {
        "period": period, "periods": periods, "table": table, "filter": listing, "townships": townships,
        "is_filtered": any(request.GET.get(name) for name in ("q", "township", "state", "branch")),
        "crumbs": [*crumbs_of_scope(user), *([(period.label, None)] if period else [])], "today": today,
        "may_issue": permissions.SET_UP_PLAN.held_anywhere(user),
    }  # fmt: skip
    return render(request, "assessments/sheet_list.html", context)


def own_record(user: Any) -> HttpResponse:
    """Who sees no sheets but the own line is led to the own record, where the quarters stand."""
    own = Member.objects.visible_to(user).filter(user=user.pk).values_list("pk", flat=True).first()
    require(ALLOWED if own and permissions.SEE_OWN_LINE.held_anywhere(user) else refused(no_right_here()))
    return redirect("member_detail", own)


def prepare(sheet: Any, period: Any, today: Any) -> None:
    """What a row of the list shows beside its fields."""
    sheet.mean = mean_of(sheet) if sheet.is_counted else None
    sheet.is_overdue = not sheet.first_submitted_at and sheet.state != Sheet.State.CLOSED and today > period.due_on
    sheet.is_late = bool(sheet.first_submitted_at) and timezone.localdate(sheet.first_submitted_at) > period.due_on
