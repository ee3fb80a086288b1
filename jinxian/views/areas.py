"""Service areas: the list and the page of one. Who sees members, households and sheets is decided by their apps."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Case, Count, F, FloatField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.models import Period, Sheet
from jinxian.filters import AreaFilter, places_of
from jinxian.tables import AreaTable
from jinxian.templatetags.shell import STATES
from jinxian.views.area_facts import area_facts
from jinxian.views.lists import address, left_out_sentence, list_context, member_count, with_link_totals
from jinxian.views.quarters import CONFIRMED, Quarters, mean_points, quarters_of, sheets_of
from jinxian.views.rights import counts_areas, may_list, may_open
from members.models import Post
from service_areas.models import ServiceArea
from service_areas.permissions import SEE_AREAS, require

# From what is owed to what is done: the order in which a list is sorted by state, and of its chips.
STATE_ORDER = ("returned", "reopened", "not_started", "draft", "submitted", "confirmed", "closed")


@require_safe
def area_list(request: HttpRequest) -> HttpResponse:
    """Areas by words, place and the state of a quarter's sheet; the current quarter's unless `period` names another."""
    user = request.user
    require(may_list(SEE_AREAS, user))
    quarters = quarters_of(user) if counts_areas(user) else Quarters(())
    period = quarters.chosen(request.GET.get("period", "")) or quarters.current
    places = places_of(user)
    listing = AreaFilter(
        request.GET, _areas(user, quarters, period), user=user, places=places, quarters=quarters, asked_period=period
    )
    narrowed = listing.qs
    table = AreaTable(listing.by_sheet(narrowed), order_by="area", exclude=_left_out_columns(user, places))
    context = list_context(request, table, listing, url_name="area_list")
    _add_beside(user, context["rows"], period, quarters.confirmed)
    chips = _chips(request, narrowed, period, listing) if period else []
    note = left_out_sentence(listing.left_out)
    context |= {"period": period, "confirmed": quarters.confirmed, "chips": chips, "note": note}
    return render(request, "jinxian/areas/area_list.html", context | _sees(user, places))


def _sees(user: Any, places: Any) -> dict[str, bool]:
    return {"sees_figures": counts_areas(user), "has_townships": len(places.townships) > 1}


def _left_out_columns(user: Any, places: Any) -> list[str]:
    figures = [] if counts_areas(user) else ["members", "households", "coverage", "state", "points"]
    return figures + ([] if len(places.townships) > 1 else ["township"])


def _areas(user: Any, quarters: Quarters, period: Period | None) -> QuerySet[ServiceArea]:
    areas = ServiceArea.objects.visible_to(user).select_related("branch", "township")
    if not counts_areas(user):
        return areas
    sheets = Sheet.objects.visible_to(user).filter(area=OuterRef("pk"))
    rank = Case(*(When(state=state, then=Value(place)) for place, state in enumerate(STATE_ORDER)))
    confirmed = sheets.filter(period=quarters.confirmed, is_counted=True, state__in=CONFIRMED)
    mean = Cast(F("points_sum"), FloatField()) / NullIf(F("complete_count"), Value(0))
    return with_link_totals(areas, user, "area").annotate(
        member_count=member_count(user, "area"),
        sheet_rank=Subquery(sheets.filter(period=period).values(rank=rank)[:1]),
        mean=Subquery(confirmed.values(mean=mean)[:1], output_field=FloatField()),
    )


def _add_beside(user: Any, areas: list[Any], period: Period | None, confirmed: Period | None) -> None:
    """Leader, sheet of the quarter and mean of the last confirmed one, read for the rows of the page at once."""
    posts = Post.objects.visible_to(user).current(on=timezone.localdate()).filter(kind=Post.Kind.LEADER, area__in=areas)
    leaders = {post.area_id: post.member for post in posts.select_related("member")}
    sheets = sheets_of(user, areas=areas, periods=[period, confirmed]) if period else {}
    for area in areas:
        area.leader = leaders.get(area.pk)
        area.sheet = sheets.get((area.pk, period.pk)) if period else None
        area.mean_points = mean_points(sheets.get((area.pk, confirmed.pk))) if confirmed else None


def _chips(request: HttpRequest, areas: QuerySet[Any], period: Period, listing: AreaFilter) -> list[dict[str, Any]]:
    """Reported or not and each state that occurs, with how many areas of the other filters have it."""
    rows = Sheet.objects.visible_to(request.user).filter(period=period, area__in=areas.values("pk"))
    counted: Counter[str] = Counter()
    for state, is_counted, count in rows.order_by().values_list("state", "is_counted").annotate(n=Count("pk")):
        counted[state] += count
        counted["1" if is_counted else "0"] += count
    given = listing.given
    reported = {"0": _("Not reported"), "1": _("Reported")}
    chips = [_chip(request, word, counted[value], "reported", value, given) for value, word in reported.items()]
    states = [state for state in STATE_ORDER if counted[state]]
    return chips + [_chip(request, STATES[s][2], counted[s], "state", s, given) | {"state": s} for s in states]


def _chip(request: HttpRequest, label: Any, count: int, name: str, value: str, given: dict[str, Any]) -> dict[str, Any]:
    is_on = given.get(name) == value
    other = "state" if name == "reported" else "reported"
    url = address(request, **{name: None if is_on else value, other: None})
    return {"label": label, "count": count, "is_on": is_on, "url": url}


@require_safe
def area_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One area: who serves whom, and how its quarters stand."""
    areas = ServiceArea.objects.visible_to(request.user)
    area = get_object_or_404(areas.select_related("county", "township", "branch__village", "small_group"), pk=pk)
    require(may_open(SEE_AREAS, request.user, area, area.branch))
    return render(request, "jinxian/areas/area_detail.html", area_facts(request.user, area))
