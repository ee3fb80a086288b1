"""What hangs on areas: teams, members, households, links, posts, access, and what ends when an area does.

Rows are read as they are open now: days.py sees to it that this is also how they stood on the day of the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import (
    Affiliation,
    Exemption,
    ExemptionApplication,
    HouseholdLink,
    Member,
    Post,
    Transfer,
)
from members.place_changes.plan import Flow, Plan
from service_areas.dated import not_ended
from service_areas.models import Appointment, AreaTeam, Household, ServiceArea, SmallGroup, Village

Role = Appointment.Role
NAMES_SHOWN = 3  # in a sentence of refusal


def teams_of(area: ServiceArea) -> list[AreaTeam]:
    rows = AreaTeam.objects.filter(area=area, ended_on__isnull=True)
    return list(rows.select_related("team__village").order_by("team__code"))


def members_of(area: ServiceArea) -> list[Affiliation]:
    """The open affiliations, whatever the members' status: none may be left pointing to an area that has ended."""
    rows = Affiliation.objects.filter(area=area, ended_on__isnull=True)
    return list(rows.select_related("member", "small_group").order_by("member__code"))


def households_of(area: ServiceArea, teams: Iterable[AreaTeam]) -> list[Household]:
    """The branch's households in these teams."""
    rows = Household.objects.filter(team__in=[row.team_id for row in teams], branch=area.branch_id)
    return list(rows.order_by("team__code", "number"))


def whole_flow(source: ServiceArea, target: ServiceArea) -> Flow:
    """All that the area has."""
    teams = teams_of(source)
    return Flow(source, target, teams=teams, members=members_of(source), households=households_of(source, teams))


def end_with(plan: Plan) -> None:
    """Add to the plan what ends with its areas and flows: small groups, posts, and the access they gave."""
    moved = {row.member_id for flow in plan.flows for row in flow.members}
    targets = {row.member_id: flow.target for flow in plan.flows for row in flow.members}
    sources = {area.pk: area for area in [*plan.ended_areas, *(flow.source for flow in plan.flows)]}
    if plan.asked.ends_groups:
        plan.ended_groups = _left_groups(plan, moved)
    ended_areas = {area.pk for area in plan.ended_areas}
    ended_groups = {group.pk for group in plan.ended_groups}
    following = {post.pk for flow in plan.flows for post in flow.posts}
    posts = _posts_at(sources.values(), plan.ended_groups, plan.asked.on).exclude(pk__in=following)
    for post in posts.select_related("member", "area", "small_group").order_by("pk"):
        is_gone = post.area_id in ended_areas or post.small_group_id in ended_groups
        if is_gone or (post.member_id in moved and _leaves(post, targets[post.member_id])):
            plan.ended_posts.append(post)
    followed = {row.pk for flow in plan.flows for row in flow.access}
    access = Appointment.objects.filter(not_ended(plan.asked.on), role=Role.LEADER, area__in=sources)
    users = set(Member.objects.filter(pk__in=moved, user__isnull=False).values_list("user", flat=True))
    for row in access.exclude(pk__in=followed).select_related("user", "area").order_by("pk"):
        if row.area_id in ended_areas or row.user_id in users:
            plan.ended_access.append(row)


def clerks_of(villages: Iterable[Village], *, on: date) -> list[Appointment]:
    """Access to these villages that a clerk holds on the day or later."""
    rows = Appointment.objects.filter(not_ended(on), role=Role.CLERK, village__in=list(villages))
    return list(rows.select_related("user", "village").order_by("pk"))


def _leaves(post: Post, target: ServiceArea) -> bool:
    """Whether the post is held where the member no longer is; a small group may go on under the target."""
    return post.small_group_id is None or post.small_group_id != target.small_group_id


def _posts_at(areas: Iterable[ServiceArea], ended_groups: Iterable[SmallGroup], on: date) -> QuerySet[Post]:
    areas = list(areas)
    groups = {area.small_group_id for area in areas} | {group.pk for group in ended_groups}
    at = Q(kind=Post.Kind.LEADER, area__in=areas) | Q(kind=Post.Kind.GROUP_LEADER, small_group__in=groups)
    return Post.objects.filter(at, not_ended(on))


def _left_groups(plan: Plan, moved: Iterable[int]) -> list[SmallGroup]:
    """Small groups of ended areas in which nobody stays and on which nothing rests any more."""
    kept = {flow.target.small_group_id for flow in plan.flows if flow.target.small_group_id}
    kept |= {area.small_group_id for area in plan.new_areas if area.small_group_id}
    found = []
    for area in plan.ended_areas:
        staying = Affiliation.objects.filter(small_group=area.small_group_id, ended_on__isnull=True)
        is_left = not staying.exclude(member__in=list(moved)).exists()
        if is_left and area.small_group_id not in kept and area.small_group.ended_on is None:
            found.append(area.small_group)
    return found


# Into another branch: links, posts, access and exemptions go along, and nothing may be left between two branches.


def follow_into_branch(flows: Sequence[Flow], *, on: date) -> None:
    """Fill what goes along into the other branch, and refuse what would be torn apart: ValidationError."""
    members = {row.member_id: flow for flow in flows for row in flow.members}
    households = {household.pk: flow for flow in flows for household in flow.households}
    refuse_transfers(members)
    refuse_torn_links(members, households, on=on)
    rows = HouseholdLink.objects.filter(not_ended(on), household__in=households)
    for link in rows.select_related("member", "household").order_by("pk"):
        households[link.household_id].links.append(link)
    exempt = Exemption.objects.filter(not_ended(on), member__in=members)
    for exemption in exempt.select_related("member").order_by("pk"):
        members[exemption.member_id].exemptions.append(exemption)
    open_ones = ExemptionApplication.objects.filter(member__in=members, state__in=ExemptionApplication.OPEN)
    for application in open_ones.order_by("pk"):
        members[application.member_id].applications.append(application)
    _follow_posts(flows, members, on)
    _follow_access(flows, members, on)


def refuse_transfers(members: Mapping[int, Any]) -> None:
    running = Transfer.objects.open().filter(valid_until__gte=timezone.localdate())
    rows = running.filter(member__in=members).select_related("member").order_by("member__code")
    if rows:
        sentence = _("A transfer of %(names)s is under way. It is received or revoked first.")
        raise ValidationError(sentence % {"names": some_names([row.member.label for row in rows])})


def refuse_torn_links(members: Mapping[int, Any], households: Mapping[int, Any], *, on: date) -> None:
    """Links stay inside a branch (rule 9): member and household move together or the household is handed over first."""
    touching = Q(member__in=members) | Q(household__in=households)
    rows = HouseholdLink.objects.filter(touching, not_ended(on)).select_related("member", "household")
    torn = [row for row in rows.order_by("pk") if (row.member_id in members) != (row.household_id in households)]
    if torn:
        sentence = ngettext(
            "%(count)s household would be in another branch than the member who looks after it (%(names)s). "
            "Hand it over first.",
            "%(count)s households would be in another branch than the members who look after them (%(names)s). "
            "Hand them over first.",
            len(torn),
        )
        names = some_names([f"{row.household.label} – {row.member.label}" for row in torn])
        raise ValidationError(sentence % {"count": len(torn), "names": names})


def _follow_posts(flows: Sequence[Flow], members: Mapping[int, Flow], on: date) -> None:
    """Leaders of the area and of its small group stay so; a post held elsewhere in the branch is ended first."""
    sources = {flow.source.pk for flow in flows}
    groups = {flow.source.small_group_id for flow in flows}
    staying = []
    rows = Post.objects.filter(not_ended(on), member__in=members)
    for post in rows.select_related("member", "area", "small_group").order_by("pk"):
        if post.area_id in sources or post.small_group_id in groups:
            _flow_at(flows, post).posts.append(post)
        else:
            staying.append(f"{post.member.label}, {post.get_kind_display()}")
    if staying:
        sentence = _("They hold a post in the branch that stays: %(names)s. The post is ended first.")
        raise ValidationError(sentence % {"names": some_names(staying)})


def _flow_at(flows: Sequence[Flow], post: Any) -> Flow:
    """The flow out of the area, or the small group, at which the post is held."""
    return next(
        flow for flow in flows
        if (post.area_id == flow.source.pk if post.area_id else post.small_group_id == flow.source.small_group_id)
    )  # fmt: skip


def _follow_access(flows: Sequence[Flow], members: Mapping[int, Flow], on: date) -> None:
    """Access as leader goes along unless its holder stays behind, a plain member's with the member."""
    users = dict(Member.objects.filter(pk__in=members, user__isnull=False).values_list("user", "pk"))
    by_source = {flow.source.pk: flow for flow in flows}
    leaders = Appointment.objects.filter(not_ended(on), role=Role.LEADER, area__in=by_source)
    for row in leaders.select_related("user", "area").order_by("pk"):
        is_elsewhere = Member.objects.filter(user=row.user_id).exclude(pk__in=members).exists()
        if not is_elsewhere:
            by_source[row.area_id or 0].access.append(row)
    branches = {flow.source.branch_id for flow in flows}
    held = Appointment.objects.filter(not_ended(on), user__in=users, branch__in=branches)
    for row in held.select_related("user", "branch").order_by("pk"):
        if row.role == Role.SECRETARY:
            sentence = _("%(who)s signs in as secretary of the branch that stays. End that access first.")
            raise ValidationError(sentence % {"who": row.user.label})
        members[users[row.user_id]].access.append(row)


def some_names(names: Sequence[str]) -> str:
    """The first few names, and how many more."""
    shown = _(", ").join(names[:NAMES_SHOWN])
    rest = len(names) - NAMES_SHOWN
    return shown if rest <= 0 else _("%(names)s and %(count)s more") % {"names": shown, "count": rest}
