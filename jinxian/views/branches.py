"""Party branches: the list, and the page of one with its posts, small groups and areas."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.models import Period, Sheet
from jinxian.filters import BranchFilter, places_of
from jinxian.tables import BranchTable
from jinxian.views.lists import coverage_of, crumbs_to, left_out_sentence, list_context, member_count, with_link_totals
from jinxian.views.quarters import Quarters, quarters_of, sheets_of
from jinxian.views.rights import counts_areas, counts_branches, may_list, may_open
from members.models import LinkTotal, Member, Post
from members.permissions import SEE_MEMBERS, may_fill_post, may_plan_links
from service_areas.models import Branch, ServiceArea, SmallGroup
from service_areas.permissions import SEE_HISTORY, SEE_PLACES, require

IN_BRANCH = (Post.Kind.SECRETARY, Post.Kind.DEPUTY)


@require_safe
def branch_list(request: HttpRequest) -> HttpResponse:
    user = request.user
    require(may_list(SEE_PLACES, user))
    places = places_of(user)
    period = quarters_of(user).current if counts_branches(user) else None
    listing = BranchFilter(request.GET, _branches(user), user=user, places=places)
    del listing.drawn["branch"]
    table = BranchTable(listing.qs, order_by="branch", exclude=_left_out_columns(user, listing))
    context = list_context(request, table, listing, url_name="branch_list")
    _add_beside(user, context["rows"], period)
    note = left_out_sentence(listing.left_out)
    context |= {"period": period, "counts_branches": counts_branches(user), "note": note}
    context |= {"has_townships": listing.drawn["township"], "links_members": SEE_MEMBERS.held_anywhere(user)}
    return render(request, "jinxian/branches/branch_list.html", context)


def _left_out_columns(user: Any, listing: BranchFilter) -> list[str]:
    counts = [] if counts_branches(user) else ["areas", "members", "households", "coverage", "missing"]
    return counts + ([] if listing.drawn["township"] else ["township"])


def _branches(user: Any) -> QuerySet[Branch]:
    branches = Branch.objects.visible_to(user).current(on=timezone.localdate()).select_related("township")
    if not counts_branches(user):
        return branches
    areas = ServiceArea.objects.visible_to(user).current(on=timezone.localdate()).filter(branch=OuterRef("pk"))
    counted = areas.order_by().values("branch").annotate(n=Count("pk")).values("n")
    return with_link_totals(branches, user, "branch").annotate(
        member_count=member_count(user, "branch"),
        area_count=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0)),
    )


def _add_beside(user: Any, branches: list[Any], period: Period | None) -> None:
    """Secretary and the state of the quarter's sheets, read for the rows of the page at once."""
    posts = Post.objects.visible_to(user).current(on=timezone.localdate())
    secretaries = {
        post.branch_id: post.member
        for post in posts.filter(kind=Post.Kind.SECRETARY, branch__in=branches).select_related("member")
    }
    counts: dict[int, list[bool]] = defaultdict(list)
    if period:
        sheets = Sheet.objects.visible_to(user).filter(period=period, branch__in=branches)
        for branch, is_counted in sheets.values_list("branch", "is_counted"):
            counts[branch].append(is_counted)
    for branch in branches:
        branch.secretary = secretaries.get(branch.pk)
        branch.sheet_count = len(counts[branch.pk])
        branch.missing_count = counts[branch.pk].count(False)


@require_safe
def branch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One branch: who leads it and led it, its small groups and areas, members and coverage."""
    user = request.user
    branches = Branch.objects.visible_to(user).select_related("county", "township", "village")
    branch = get_object_or_404(branches, pk=pk)
    require(may_list(SEE_PLACES, user))
    quarters = quarters_of(user) if counts_areas(user) else Quarters(())
    posts = list(Post.objects.visible_to(user).filter(branch=branch).select_related("member"))
    context = {
        "branch": branch,
        "crumbs": crumbs_to(user, county=branch.county, township=branch.township),
        "areas": _areas_of(user, branch, posts, quarters),
        "groups": _groups_of(user, branch, posts),
        "period": quarters.current,
        "counts_branches": counts_branches(user),
        "links_members": SEE_MEMBERS.held_anywhere(user),
        "names_secretary": bool(may_fill_post(user, Post.Kind.SECRETARY, branch)),
        "names_leaders": bool(may_fill_post(user, Post.Kind.LEADER, branch)),
        "plans_links": bool(may_plan_links(user, branch)),
        "sees_history": bool(may_open(SEE_HISTORY, user, branch)),
        **_led_by(posts),
    }
    if counts_branches(user):
        members = Member.objects.visible_to(user).filter(branch=branch, status__in=Member.PRESENT)
        total = LinkTotal.objects.visible_to(user).filter(level="branch", unit_id=branch.pk).first()
        context |= {"member_count": members.count(), "total": total, "coverage": coverage_of(total)}
    return render(request, "jinxian/branches/branch_detail.html", context)


def _led_by(posts: list[Post]) -> dict[str, list[Post]]:
    """Secretary and deputies of today, and those before them, latest first."""
    on = timezone.localdate()
    leading = [post for post in posts if post.kind in IN_BRANCH]
    now = sorted((p for p in leading if p.holds(on=on)), key=lambda p: (p.kind != Post.Kind.SECRETARY, p.started_on))
    before = sorted((p for p in leading if not p.holds(on=on)), key=lambda p: p.started_on, reverse=True)
    return {"leading": now, "led": before}


def _areas_of(user: Any, branch: Branch, posts: list[Post], quarters: Quarters) -> list[Any]:
    on = timezone.localdate()
    areas = ServiceArea.objects.visible_to(user).current(on=on).filter(branch=branch)
    if counts_areas(user):
        areas = with_link_totals(areas, user, "area").annotate(member_count=member_count(user, "area"))
    rows = list(areas.order_by("number"))
    sheets = sheets_of(user, areas=rows, periods=[quarters.current]) if quarters.current else {}
    leaders = {post.area_id: post.member for post in posts if post.area_id and post.holds(on=on)}
    for area in rows:
        area.leader = leaders.get(area.pk)
        area.sheet = sheets.get((area.pk, quarters.current.pk)) if quarters.current else None
    return rows


def _groups_of(user: Any, branch: Branch, posts: list[Post]) -> list[Any]:
    on = timezone.localdate()
    groups = list(SmallGroup.objects.visible_to(user).current(on=on).filter(branch=branch).order_by("code"))
    leaders = {post.small_group_id: post.member for post in posts if post.small_group_id and post.holds(on=on)}
    for group in groups:
        group.leader = leaders.get(group.pk)
    return groups
