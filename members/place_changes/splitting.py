"""A part of an area or village becomes one of its own; what was not given away stays.

An area gives teams, with their households, and members to new areas of the same branch. A village gives teams; areas
that lie wholly on the new side move, with all they have, to the branch of the new village.
"""

from __future__ import annotations

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.models import Affiliation
from members.place_changes.asked import Asked, New
from members.place_changes.moving import move_areas, sources_in
from members.place_changes.naming import begin_area, begin_branch, begin_village
from members.place_changes.plan import Flow, Plan, Record
from members.place_changes.reading import end_with, households_of, members_of, teams_of
from service_areas.models import Branch, Household, ProductionTeam, ServiceArea, Village

Row = TypeVar("Row")
FEW = 3  # members; fewer are a warning (domain.md rule 5)


def plan_split(asked: Asked) -> Plan:
    """`new` says what each new unit is and what it is given.

    Errors: ValidationError where several are split at once, nothing or everything is given away, a team or member is
    given twice or is not there, a new unit does not fit, or an area would lie in two villages.
    """
    if len(asked.units) != 1 or not asked.new:
        raise ValidationError({"units": _("Split one place at a time, into one new one at least.")})
    unit = asked.units[0]
    return _split_area(asked, unit) if isinstance(unit, ServiceArea) else _split_village(asked, unit)


def _split_area(asked: Asked, area: ServiceArea) -> Plan:
    plan = Plan(asked)
    teams = {row.team_id: row for row in teams_of(area)}
    members = {row.member_id: row for row in members_of(area)}
    for place, new in enumerate(asked.new, start=1):
        target = begin_area(area.branch, new, on=asked.on, place=place, among=plan.new_areas)
        if target.small_group_id is None:
            plan.new_groups.append(target.small_group)
        plan.new_areas.append(target)
        given = _take([team.pk for team in new.teams], teams)
        if not given:
            raise ValidationError(_("%(area)s needs a team at least.") % {"area": target.label})
        people = _take([member.pk for member in new.members], members)
        plan.flows.append(Flow(area, target, teams=given, members=people, households=households_of(area, given)))
    if not teams:
        raise ValidationError(
            _("%(area)s keeps a team at least. To give everything away, merge it.") % {"area": area.label}
        )
    end_with(plan)
    plan.notes = _few_members(plan, area, list(members.values()))
    counts: dict[str, int] = {}
    for flow in plan.flows:
        counts = {name: counts.get(name, 0) + count for name, count in flow.counts.items()}
    plan.records.append(Record(asked.kind, [(area, area.name, area.name_en)], [area, *plan.new_areas], counts))
    return plan


def _take(keys: list[int], there: dict[int, Row]) -> list[Row]:
    """What is given away, taken out of what is there; ValidationError for what is not, or was given to another one."""
    if len(set(keys)) < len(keys) or not set(keys) <= there.keys():
        raise ValidationError(_("A team or member is given away twice, or does not belong to the area."))
    return [there.pop(key) for key in keys]


def _few_members(plan: Plan, area: ServiceArea, staying: list[Affiliation]) -> list[str]:
    counted = [(area.label, len(staying))] + [(flow.target.label, len(flow.members)) for flow in plan.flows]
    sentence = _("%(area)s has fewer than %(few)s members then: %(count)s.")
    return [sentence % {"area": label, "few": FEW, "count": count} for label, count in counted if count < FEW]


def _split_village(asked: Asked, village: Village) -> Plan:
    if len(asked.new) != 1:
        raise ValidationError({"units": _("A village is split into two at a time.")})
    new = asked.new[0]
    plan = Plan(asked)
    made = begin_village(village.township, new)
    plan.new_villages = [made]
    teams = _village_teams(village, new)
    plan.team_villages = [(team, made) for team in teams]
    branch = _branch_for(plan, made, new)
    keys = {team.pk for team in teams}
    areas = sources_in(
        keys, sentence=_("%(area)s would lie in two villages: %(teams)s would stay. Split the area first.")
    )
    _refuse_stray_households(keys, areas)
    move_areas(plan, areas, branch)
    before = [(village, village.name, village.name_en)]
    counts = {"teams": len(teams), "areas": len(areas)}
    plan.records.insert(0, Record(asked.kind, before, [village, made], counts))
    return plan


def _village_teams(village: Village, new: New) -> list[ProductionTeam]:
    there = set(ProductionTeam.objects.filter(village=village).values_list("pk", flat=True))
    teams = sorted(new.teams, key=lambda team: team.code)
    keys = {team.pk for team in teams}
    if not keys or not keys <= there or len(keys) < len(teams):
        raise ValidationError({"teams_1": _("Choose the teams that come to the new village.")})
    if keys == there:
        raise ValidationError({"teams_1": _("The village keeps a team at least. To change its name, rename it.")})
    return teams


def _branch_for(plan: Plan, village: Village, new: New) -> Branch:
    """The new village's branch. One that is there and has nothing yet comes to serve this village."""
    if new.branch is None:
        branch = begin_branch(village, new, on=plan.asked.on)
        plan.new_branches = [branch]
        return branch
    branch = new.branch
    if branch.village_id is not None or branch.township_id != village.township_id or branch.ended_on is not None:
        raise ValidationError({"branch_1": _("Choose a branch of this township that serves no village yet.")})
    has_areas = ServiceArea.objects.filter(branch=branch, ended_on__isnull=True).exists()
    if not has_areas and not Household.objects.filter(branch=branch).exists():
        plan.branch_villages = [(branch, village)]
    return branch


def _refuse_stray_households(teams: set[int], areas: list[ServiceArea]) -> None:
    """Households of these teams that no area takes along would be left in a branch of another village."""
    branch_of = {row.team_id: area.branch_id for area in areas for row in teams_of(area)}
    rows = Household.objects.filter(team__in=teams).values_list("team", "branch")
    stray = sum(1 for team, branch in rows if branch_of.get(team) != branch)
    if stray:
        sentence = _(
            "%(count)s households of these teams belong to no area that moves. Put their teams into an area first."
        )
        raise ValidationError(sentence % {"count": stray})
