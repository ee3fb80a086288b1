"""What stands on a service area's page: its people with their households, its teams, its quarters.

Each part holds the rows the person may see; a part that would be incomplete for the person is left out whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Period, Sheet, SheetMember
from assessments.permissions import may_see_cells
from jinxian.views.lists import coverage_of, crumbs_to
from jinxian.views.place_change_facts import predecessors_of, successors_of
from jinxian.views.quarters import Quarters, confirmed_lines, mean_points, quarters_of
from jinxian.views.rights import counts_areas, may_open
from members.models import Exemption, HouseholdLink, LinkTotal, Member, Post
from members.permissions import SEE_MEMBERS, may_fill_post, may_plan_links
from service_areas.crumbs import branch_url
from service_areas.dated import holds_on
from service_areas.models import AreaTeam, Household, ServiceArea
from service_areas.permissions import CLERK, SEE_HISTORY, may_change_area
from service_areas.scoping import scope_of

NAMED = 12  # unlinked households that are named; the rest stands in the list
POST_ORDER = {Post.Kind.SECRETARY: 0, Post.Kind.DEPUTY: 1, Post.Kind.LEADER: 2, Post.Kind.GROUP_LEADER: 3}
YEAR = 4  # quarters shown


def area_facts(user: Any, area: ServiceArea) -> dict[str, Any]:
    """The context of the page."""
    on = timezone.localdate()
    quarters = quarters_of(user) if counts_areas(user) else Quarters(())
    posts = list(Post.objects.visible_to(user).filter(branch=area.branch_id).select_related("member"))
    teams = list(AreaTeam.objects.visible_to(user).filter(area=area).select_related("team").order_by("team__code"))
    sheets = _sheets(user, area, quarters)
    context = {
        "area": area,
        "leader": next((p.member for p in posts if p.area_id == area.pk and p.holds(on=on)), None),
        "links_members": SEE_MEMBERS.held_anywhere(user),
        "teams": [row.team for row in teams if row.holds(on=on)],
        "past": _past(area, posts, teams, on),
        "quarters": [_quarter(user, period, sheets.get(period.pk)) for period in reversed(quarters.periods[:YEAR])],
        "successors": successors_of(area, user),
        "predecessors": predecessors_of(area, user),
        "changes_url": _changes_url(user, area),
        "names_leader": bool(may_fill_post(user, Post.Kind.LEADER, area.branch)) and area.holds(on=on),
        "sees_history": bool(may_open(SEE_HISTORY, user, area, area.branch)),
        "current": sheets.get(quarters.current.pk) if quarters.current else None,
        "crumbs": [
            *crumbs_to(user, county=area.county, township=area.township),
            (area.branch.label, branch_url(user, area.branch_id)),
        ],
    }
    if counts_areas(user):
        context |= _people(user, area, posts, quarters.confirmed, on)
    return context | _coverage(user, area, on)


def _changes_url(user: Any, area: ServiceArea) -> str:
    if area.ended_on is not None or not may_change_area(user, area):
        return ""
    return f"{reverse('place_change_new')}?area={area.pk}"


def _sheets(user: Any, area: ServiceArea, quarters: Quarters) -> dict[int, Sheet]:
    found = Sheet.objects.visible_to(user).filter(area=area, period__in=quarters.periods[:YEAR])
    return {sheet.period_id: sheet for sheet in found}


def _quarter(user: Any, period: Period, sheet: Sheet | None) -> dict[str, Any]:
    """A quarter's state, and mean points or filled cells where the person may see the sheet's figures."""
    return {
        "period": period,
        "sheet": sheet,
        "mean": mean_points(sheet),
        "sees_cells": bool(sheet and may_see_cells(user, sheet)),
    }


def _people(user: Any, area: ServiceArea, posts: Sequence[Post], confirmed: Period | None, on: date) -> dict[str, Any]:
    members = list(Member.objects.visible_to(user).filter(area=area, status__in=Member.PRESENT).order_by("code"))
    lines = confirmed_lines(user, members=members, period=confirmed)
    households: dict[int, list[Household]] = defaultdict(list)
    links = HouseholdLink.objects.visible_to(user).current(on=on).filter(member__in=members)
    for link in links.select_related("household").order_by("household__number"):
        households[link.member_id].append(link.household)
    exempt = set(
        Exemption.objects.visible_to(user)
        .current(on=on)
        .filter(member__in=members, scope=Exemption.Scope.ALL)
        .values_list("member", flat=True)
    )
    held = _held(posts, on)
    rows = [
        _person(member, held.get(member.pk), households[member.pk], lines.get(member.pk), member.pk in exempt)
        for member in members
    ]
    rows.sort(key=lambda row: row["rank"])
    return {"people": rows, "exempt_count": len(exempt), "confirmed": confirmed}


def _held(posts: Sequence[Post], on: date) -> dict[int, Post]:
    """Member → the highest post of today."""
    now = [post for post in posts if post.holds(on=on)]
    return {post.member_id: post for post in sorted(now, key=lambda post: -POST_ORDER[Post.Kind(post.kind)])}


def _person(
    member: Member, post: Post | None, households: list[Household], line: SheetMember | None, is_exempt: bool
) -> dict[str, Any]:
    first = (Post.Kind.LEADER, Post.Kind.GROUP_LEADER)
    return {
        "member": member,
        "post": post,
        "households": households,
        "line": line,
        "is_exempt": is_exempt,
        "rank": first.index(Post.Kind(post.kind)) if post and post.kind in first else len(first),
    }


def _past(area: ServiceArea, posts: Sequence[Post], teams: Sequence[AreaTeam], on: date) -> list[dict[str, Any]]:
    """Former leaders and teams that have gone, latest first."""
    leaders = [p for p in posts if p.area_id == area.pk and p.ended_on and not p.holds(on=on)]
    rows: list[tuple[str, Any]] = [(_("Leader %(name)s") % {"name": post.member.label}, post) for post in leaders]
    gone = [team for team in teams if team.ended_on and not team.holds(on=on)]
    rows += [(_("%(team)s, no longer in this area") % {"team": row.team.label}, row) for row in gone]
    rows.sort(key=lambda row: row[1].ended_on, reverse=True)
    return [{"label": label, "row": row} for label, row in rows]


def _coverage(user: Any, area: ServiceArea, on: date) -> dict[str, Any]:
    """Households and link coverage, with the unlinked ones by name; nothing where the person sees only some of them."""
    if not counts_areas(user) and CLERK not in scope_of(user).roles:
        return {}
    today = holds_on(on, "team__area_teams__")
    households = Household.objects.visible_to(user).filter(today, team__area_teams__area=area)
    total = LinkTotal.objects.visible_to(user).filter(level="area", unit_id=area.pk).first()
    if total is None:
        total = LinkTotal(household_count=households.count(), linkable_count=households.linkable().count())
        total.linked_count = households.linked().count()
    unlinked = total.linkable_count - total.linked_count
    named = list(households.unlinked().order_by("number")[:NAMED]) if unlinked else []
    return {
        "total": total,
        "coverage": coverage_of(total),
        "unlinked": named,
        "unlinked_count": unlinked,
        "unnamed_count": unlinked - len(named),
        "plans_links": bool(may_plan_links(user, area.branch)),
    }
