"""Taking over households in one step: a proposal for those without a member, or all of a member who leaves.

What is proposed is planning.py's; here the rows it is worked out from are read, and what a secretary decided is
written: all of it or, where somebody was quicker with one household, nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from members.links import recount
from members.models import Exemption, HouseholdLink, Member
from members.planning import Candidate, Proposal, Waiting, propose
from service_areas.dated import not_ended
from service_areas.models import AreaTeam, Branch, County, Household, ServiceArea

# Households per member (domain.md rule 8, a setting).
LOWEST, HIGHEST = 5, 20


class Changed(Exception):
    """Somebody else linked one of the households, or a member can no longer take one: look at a new proposal."""


@dataclass(frozen=True)
class LinkPlan:
    """What the page shows: households that wait, members who could take them, who is left out and why, the proposal."""

    branch: Branch
    waiting: Sequence[Household]
    members: Sequence[Member]
    exempt: Sequence[Member]
    loads: Mapping[int, int]
    proposals: Mapping[int, Proposal]
    area_of_team: Mapping[int, int]
    helped: int = 0  # households that the leaving member only helps with: nobody takes these links over

    @property
    def digest(self) -> str:
        """Names what was on the screen: who waits and what everybody has."""
        told = repr((sorted(household.pk for household in self.waiting), sorted(self.loads.items()), self.helped))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def plan_links(*, branch: Branch, area: ServiceArea | None, on: date) -> LinkPlan:
    """A member for every household of the branch, or of one area, that is to be linked and has nobody."""
    households = Household.objects.filter(branch=branch).unlinked()
    return _plan(branch, _in_area(households, area, on), leaving=None, on=on)


def plan_handover(*, member: Member, on: date) -> LinkPlan:
    """Another member for every household the member looks after as the primary one."""
    links = HouseholdLink.objects.filter(not_ended(on), member=member)
    first = links.select_related("branch__township", "branch__county").order_by("-is_primary", "pk").first()
    branch = first.branch if first else member.branch  # links stay where the households are
    primary = Household.objects.filter(pk__in=links.filter(is_primary=True).values("household"))
    plan = _plan(branch, primary, leaving=member, on=on)
    return replace(plan, helped=links.filter(is_primary=False).count())


def to_hand_over(branches: Iterable[int], *, on: date) -> list[Member]:
    """Members who are gone (no longer of the organization, or of another branch) and still have households of these
    branches; `link_count` on each, by code. Who is exempt is exemption_queue.py's.
    """
    links = HouseholdLink.objects.current(on=on).filter(branch__in=list(branches))
    gone = links.filter(~Q(member__status__in=Member.PRESENT) | ~Q(member__branch=F("branch")))
    counted = dict(gone.order_by().values_list("member").annotate(Count("pk")))
    members: list[Any] = list(Member.objects.filter(pk__in=counted).order_by("code")) if counted else []
    for member in members:
        member.link_count = counted[member.pk]
    return members


def _in_area(households: Any, area: ServiceArea | None, on: date) -> Any:
    if area is None:
        return households
    teams = AreaTeam.objects.current(on=on).filter(area=area).values("team")
    return households.filter(team__in=teams)


def _plan(branch: Branch, households: Any, *, leaving: Member | None, on: date) -> LinkPlan:
    waiting = list(households.select_related("team").order_by("team__code", "number"))
    area_of_team = dict(AreaTeam.objects.current(on=on).filter(area__branch=branch).values_list("team", "area"))
    present = Member.objects.filter(branch=branch, status__in=Member.PRESENT).select_related("area").order_by("code")
    exempt = set(
        Exemption.objects.current(on=on)
        .filter(member__branch=branch)
        .exclude(scope=Exemption.Scope.PHYSICAL)
        .values_list("member", flat=True)
    )
    others = [member for member in present if leaving is None or member.pk != leaving.pk]
    members = [member for member in others if member.pk not in exempt and member.status != Member.Status.SUSPENDED]
    loads, teams = _held(branch, on)
    candidates = [
        Candidate(member.pk, member.code, frozenset(teams[member.pk]), member.area_id, loads.get(member.pk, 0))
        for member in members
    ]
    rows = [Waiting(row.pk, row.number, row.team_id, area_of_team.get(row.team_id)) for row in waiting]
    proposals = propose(rows, candidates, lowest=LOWEST, highest=HIGHEST)
    return LinkPlan(
        branch, waiting, members, [member for member in others if member not in members],
        {member.pk: loads.get(member.pk, 0) for member in members},
        {each.household: each for each in proposals}, area_of_team,
    )  # fmt: skip


def _held(branch: Branch, on: date) -> tuple[dict[int, int], dict[int, set[int]]]:
    """Member → primary links of the day, and the teams of their households."""
    loads: dict[int, int] = defaultdict(int)
    teams: dict[int, set[int]] = defaultdict(set)
    links = HouseholdLink.objects.current(on=on).filter(branch=branch, is_primary=True)
    for member, team in links.values_list("member", "household__team"):
        loads[member] += 1
        teams[member].add(team)
    return loads, teams


# Writing


@transaction.atomic
def take_over(
    *, branch: Branch, area: ServiceArea | None, chosen: Mapping[int, int], seen: str, on: date, by: Any
) -> int:
    """Begin the links household → member from the day `on`; how many began.

    Errors: Changed where the plan is no longer the one that was seen (`seen` is its digest); ValidationError where a
    member is not among those who can take a household, or would have more than the highest number.
    """
    _lock(branch)
    plan = plan_links(branch=branch, area=area, on=on)
    _refuse(plan, chosen, seen)
    return _begin(plan, chosen, on, by)


@transaction.atomic
def hand_over(*, member: Member, chosen: Mapping[int, int], seen: str, on: date, by: Any) -> int:
    """End every link of the member on the day `on` and begin the chosen ones on it; how many began.

    A household for which nobody was chosen is without a member from then on and stands in the planner. Links as a
    helper end. Errors as in `take_over`.
    """
    _lock(member.branch)
    plan = plan_handover(member=member, on=on)
    _refuse(plan, chosen, seen)
    helping = HouseholdLink.objects.current(on=on).filter(household__in=chosen).exclude(member=member)
    ended = [link for link in helping if chosen[link.household_id] == link.member_id]  # who helped takes over
    for link in [*HouseholdLink.objects.filter(not_ended(on), member=member), *ended]:
        link.ended_on = max(on, link.started_on)
        link.save(update_fields=["ended_on"])
    return _begin(plan, chosen, on, by)


def _lock(branch: Branch) -> None:
    """As members.links.recount does: what is read after it stays so until the end of the transaction."""
    County.objects.select_for_update().get(pk=branch.county_id)


def _refuse(plan: LinkPlan, chosen: Mapping[int, int], seen: str) -> None:
    if plan.digest != seen or not {*chosen} <= {household.pk for household in plan.waiting}:
        raise Changed
    refuse_choice(plan, chosen)


def _begin(plan: LinkPlan, chosen: Mapping[int, int], on: date, by: Any) -> int:
    links = [
        HouseholdLink(member_id=member, household_id=household, branch=plan.branch, is_primary=True, started_on=on)
        for household, member in chosen.items()
    ]
    bulk_create_with_history(links, HouseholdLink, default_user=by)
    recount(branch=plan.branch, on=on)
    return len(links)


def refuse_choice(plan: LinkPlan, chosen: Mapping[int, int]) -> None:
    """Raise ValidationError where the choice leaves the plan's members or fills one beyond the highest number."""
    loads = dict(plan.loads)
    for member in chosen.values():
        if member not in loads:
            raise ValidationError(_("One of the members cannot take a household. Choose another one."))
        loads[member] += 1
    full = [member.label for member in plan.members if loads[member.pk] > max(HIGHEST, plan.loads[member.pk])]
    if full:
        names = _(", ").join(full)
        raise ValidationError(
            _("%(names)s would have more than %(count)s households. Give some to others.")
            % {"names": names, "count": HIGHEST}
        )
