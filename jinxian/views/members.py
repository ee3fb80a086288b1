"""Members: the list and the page of one. What of a record may be seen is decided in members.permissions."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.models import Period, SheetMember
from jinxian.filters import MemberFilter, areas_beside, places_of
from jinxian.tables import MemberTable
from jinxian.views.lists import address, last_day, left_out_sentence, list_context
from jinxian.views.member_facts import member_facts, whole_timeline
from jinxian.views.quarters import CONFIRMED, quarters_of
from jinxian.views.rights import counts_areas, counts_branches, may_list, may_open
from members.models import Exemption, HouseholdLink, Member, Post
from members.permissions import ADD_MEMBERS, SEE_EXEMPTIONS, SEE_MEMBERS
from service_areas.permissions import ALLOWED, Verdict, require

YEARS_PER_PAGE = 10


@require_safe
def member_list(request: HttpRequest) -> HttpResponse:
    """Members who belong to a branch today; who sees nobody else finds the own record."""
    user = request.user
    require(may_list(SEE_MEMBERS, user))
    confirmed = quarters_of(user).confirmed
    places, areas = places_of(user), areas_beside(user, request.GET)
    listing = MemberFilter(request.GET, _members(user, confirmed), user=user, places=places, area=areas)
    listing.drawn |= {"area": bool(areas), "type": True}
    table = MemberTable(listing.qs, order_by="place")
    context = list_context(request, table, listing, url_name="member_list")
    _add_beside(user, context["rows"])
    is_exempt = "exempt" in listing.given
    context |= {
        "confirmed": confirmed,
        "note": left_out_sentence(listing.left_out),
        "is_only_own": not counts_areas(user),
        "enters": ADD_MEMBERS.held_anywhere(user),
        "sees_exemptions": SEE_EXEMPTIONS.held_anywhere(user),
        "exempt_chip": counts_branches(user) and {"is_on": is_exempt, "url": address(request, exempt=_not(is_exempt))},
    }
    return render(request, "jinxian/members/member_list.html", context)


def _not(is_on: bool) -> str | None:
    return None if is_on else "1"


def _members(user: Any, confirmed: Period | None) -> QuerySet[Member]:
    on = timezone.localdate()
    links = HouseholdLink.objects.visible_to(user).current(on=on).filter(member=OuterRef("pk"))
    counted = links.order_by().values("member").annotate(n=Count("pk")).values("n")
    lines = SheetMember.objects.visible_to(user).filter(member=OuterRef("pk"), period=confirmed)
    final = lines.filter(sheet__is_counted=True, sheet__state__in=CONFIRMED)
    members = Member.objects.visible_to(user).filter(status__in=Member.PRESENT)
    return (
        members.select_related("branch", "area")
        .defer("id_number_encrypted", "id_number_hash", "contact")
        .annotate(
            link_count=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0)),
            points=Subquery(final.values("points")[:1]),
            line_scope=Subquery(final.values("exempt_scope")[:1]),
        )
    )


def _add_beside(user: Any, members: list[Any]) -> None:
    """Post and exemption, read for the rows of the page at once."""
    on = timezone.localdate()
    posts = Post.objects.visible_to(user).current(on=on).filter(member__in=members).order_by("-kind")
    held = {post.member_id: post for post in posts}
    exemptions = Exemption.objects.visible_to(user).current(on=on).filter(member__in=members).order_by("-scope")
    exempt = {}
    for row in exemptions:
        row.last_day = last_day(row)
        exempt[row.member_id] = row
    for member in members:
        member.post = held.get(member.pk)
        member.exemption = exempt.get(member.pk)
        member.standing = member.party_standing(on=on)


@require_safe
def member_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: what the quarters gave, posts, exemptions, households; more or less of it by who asks."""
    member = _find(request.user, pk)
    require(_may_open(request.user, member))
    return render(request, "jinxian/members/member_detail.html", member_facts(request.user, member))


@require_safe
def member_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is known of one member, all years, so many to a page."""
    member = _find(request.user, pk)
    require(_may_open(request.user, member))
    context = whole_timeline(request.user, member)
    context["page"] = Paginator(context.pop("years"), YEARS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "jinxian/members/member_timeline.html", context)


def _find(user: Any, pk: int) -> Member:
    """The member, or 404 outside the person's scope."""
    rows = Member.objects.visible_to(user).select_related("branch__county", "branch__township", "small_group", "area")
    member: Member = get_object_or_404(rows.defer("id_number_encrypted", "id_number_hash"), pk=pk)
    return member


def _may_open(user: Any, member: Member) -> Verdict:
    is_own = member.user_id == user.pk
    return ALLOWED if is_own else may_open(SEE_MEMBERS, user, member, member.branch)
