"""Areas go to another branch: they end, and successors with all they have begin there.

An area keeps no history of branches, so that past quarters stay with the branch that reported them. Teams, members,
households and their links go along; the leader stays the leader. The teams must lie in the place of the new branch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.place_changes.asked import Asked, New
from members.place_changes.naming import begin_area, next_number
from members.place_changes.plan import Plan, Record
from members.place_changes.reading import end_with, follow_into_branch, some_names, whole_flow
from service_areas.models import AreaTeam, Branch, PlaceChange, ProductionTeam, ServiceArea


def plan_move(asked: Asked) -> Plan:
    """Areas, or all areas of a village, to the branch `into`. `new`, where given, describes the successors in order.

    Errors: ValidationError where the branch is another county's, has ended or is the one they are in, where a team lies
    elsewhere, a household would be torn from its member, a post is held that stays, or a transfer is under way.
    """
    branch = asked.into
    if not isinstance(branch, Branch) or branch.county_id != asked.county_id:
        raise ValidationError({"into": _("Choose a branch of the county.")})
    if branch.ended_on is not None:
        raise ValidationError({"into": _("%(place)s has an end already.") % {"place": branch.label}})
    plan = Plan(asked)
    areas = asked.areas or _areas_of_villages(asked, branch)
    if any(area.branch_id == branch.pk for area in areas):
        raise ValidationError({"into": _("It belongs to this branch already.")})
    _refuse_elsewhere(areas, branch)
    move_areas(plan, areas, branch, new=asked.new)
    if asked.villages:
        before = [(village, village.name, village.name_en) for village in asked.villages]
        plan.records.insert(0, Record(asked.kind, before, list(asked.villages), {"areas": len(areas)}))
    return plan


def move_areas(plan: Plan, areas: Sequence[ServiceArea], branch: Branch, new: Sequence[New] = ()) -> None:
    """Add to the plan that the areas end and successors begin in the branch, each with a record of its own."""
    for place, area in enumerate(areas, start=1):
        given = new[place - 1] if place <= len(new) else New()
        given = given if given.name else _named_after(area, branch, given, plan.new_areas)
        target = begin_area(branch, given, on=plan.asked.on, place=place, among=plan.new_areas)
        if target.small_group_id is None:
            plan.new_groups.append(target.small_group)
        plan.new_areas.append(target)
        plan.ended_areas.append(area)
        plan.flows.append(whole_flow(area, target))
    follow_into_branch(plan.flows, on=plan.asked.on)
    end_with(plan)
    for flow in plan.flows:
        source = flow.source
        before = [(source, source.name, source.name_en)]
        plan.records.append(Record(PlaceChange.Kind.MOVE, before, [flow.target], flow.counts))


def _named_after(area: ServiceArea, branch: Branch, given: New, among: Sequence[ServiceArea]) -> New:
    """The successor keeps its name where no area of the new branch bears it."""
    held = {other.name for other in among}
    if branch.pk is not None:
        rows = ServiceArea.objects.filter(branch=branch, ended_on__isnull=True)
        held |= set(rows.values_list("name", flat=True))
    if area.name in held:
        return given
    number = given.number or next_number(branch, [other.number for other in among])
    return New(
        name=area.name, name_en=area.name_en, code=given.code, number=number, group=given.group,
        group_name=given.group_name,
    )  # fmt: skip


def sources_in(teams: Iterable[int], *, sentence: str) -> list[ServiceArea]:
    """The open areas of these teams, in order of code; ValidationError where one has other teams as well."""
    keys = set(teams)
    rows = AreaTeam.objects.filter(team__in=keys, ended_on__isnull=True)
    areas = ServiceArea.objects.filter(pk__in=rows.values("area"), ended_on__isnull=True).order_by("code")
    found = list(areas.select_related("branch__township", "branch__village", "small_group"))
    for area in found:
        others = AreaTeam.objects.filter(area=area, ended_on__isnull=True).exclude(team__in=keys)
        if others.exists():
            names = some_names([row.team.label for row in others.select_related("team")])
            raise ValidationError(sentence % {"area": area.label, "teams": names})
    return found


def _areas_of_villages(asked: Asked, branch: Branch) -> list[ServiceArea]:
    teams = ProductionTeam.objects.filter(village__in=asked.villages).values_list("pk", flat=True)
    sentence = _("%(area)s has teams of another village too: %(teams)s. Split the area first.")
    areas = [area for area in sources_in(teams, sentence=sentence) if area.branch_id != branch.pk]
    if not areas:
        raise ValidationError({"units": _("There is no area here that could move to this branch.")})
    return areas


def _refuse_elsewhere(areas: Sequence[ServiceArea], branch: Branch) -> None:
    """A team lies in the village of its area's branch, or in its township where the branch serves no village."""
    rows = AreaTeam.objects.filter(area__in=areas, ended_on__isnull=True).select_related("team")
    elsewhere = [
        row.team.label for row in rows
        if (row.team.village_id != branch.village_id if branch.village_id else
            row.team.township_id != branch.township_id)
    ]  # fmt: skip
    if elsewhere:
        place = branch.village.label if branch.village else branch.township.label
        sentence = _(
            "%(teams)s does not lie in %(place)s, the place of this branch. Merge or split the villages first."
        )
        raise ValidationError({"into": sentence % {"teams": some_names(elsewhere), "place": place}})
