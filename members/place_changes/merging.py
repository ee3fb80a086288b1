"""Several areas of one branch, or villages of one township, become one: one of them, or a new one.

Areas: teams, members and with the teams their households go to the one that stays; links stay as they are, since all
is in one branch. Villages: teams and branches come to lie in the one that stays; members and sheets do not notice.
"""

from __future__ import annotations

from collections import Counter

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.place_changes.asked import Asked, New, Unit
from members.place_changes.naming import begin_area, begin_village
from members.place_changes.plan import Plan, Record
from members.place_changes.reading import clerks_of, end_with, some_names, whole_flow
from service_areas.models import Branch, ProductionTeam, ServiceArea, Village


def plan_merge(asked: Asked) -> Plan:
    """The unit that stays need not stand among the units; without one the first of `new` begins.

    Errors: ValidationError for fewer than two units, several branches or townships, a new one that does not fit.
    """
    units = {unit.pk: unit for unit in asked.units}
    into = asked.into
    if into is not None:
        if not isinstance(into, type(asked.units[0])) or into.ended_on is not None:
            raise ValidationError({"into": _("Choose the one that stays, of the same sort and not ended.")})
        units[into.pk] = into
    if len(units) < 2:
        raise ValidationError({"units": _("A merger takes two at least: choose what goes together.")})
    if into is None and len(asked.new) != 1:
        raise ValidationError({"into": _("Choose the one that stays, or describe the new one.")})
    ordered = sorted(units.values(), key=lambda unit: unit.code)
    return _merge_areas(asked, ordered) if asked.areas else _merge_villages(asked, ordered)


def _merge_areas(asked: Asked, units: list[Unit]) -> Plan:
    areas = [unit for unit in units if isinstance(unit, ServiceArea)]
    if len({area.branch_id for area in areas}) > 1:
        raise ValidationError({"units": _("Areas of several branches do not merge. Move one of them first.")})
    plan = Plan(asked)
    into = asked.into if isinstance(asked.into, ServiceArea) else None
    plan.ended_areas = [area for area in areas if into is None or area.pk != into.pk]
    if into is None:
        into = begin_area(areas[0].branch, asked.new[0], on=asked.on, place=1, ending=areas)
        plan.new_areas = [into]
        if into.small_group_id is None:
            plan.new_groups = [into.small_group]
    plan.flows = [whole_flow(area, into) for area in plan.ended_areas]
    end_with(plan)
    counts = _sum([flow.counts for flow in plan.flows])
    plan.records.append(Record(asked.kind, [(area, area.name, area.name_en) for area in areas], [into], counts))
    return plan


def _merge_villages(asked: Asked, units: list[Unit]) -> Plan:
    villages = [unit for unit in units if isinstance(unit, Village)]
    if len({village.township_id for village in villages}) > 1:
        raise ValidationError({"units": _("Villages of several townships do not merge.")})
    plan = Plan(asked)
    into = asked.into if isinstance(asked.into, Village) else None
    plan.ended_villages = [village for village in villages if into is None or village.pk != into.pk]
    if into is None:
        into = begin_village(villages[0].township, asked.new[0] if asked.new else New())
        plan.new_villages = [into]
    teams = ProductionTeam.objects.filter(village__in=plan.ended_villages).order_by("code")
    plan.team_villages = [(team, into) for team in teams]
    branches = Branch.objects.filter(village__in=plan.ended_villages, ended_on__isnull=True).order_by("code")
    plan.branch_villages = [(branch, into) for branch in branches.select_related("village")]
    plan.ended_access = clerks_of(plan.ended_villages, on=asked.on)
    plan.notes += _same_names(plan, into)
    counts = {"teams": len(plan.team_villages), "branches": len(plan.branch_villages), "access": len(plan.ended_access)}
    before = [(village, village.name, village.name_en) for village in villages]
    plan.records.append(Record(asked.kind, before, [into], counts))
    return plan


def _same_names(plan: Plan, into: Village) -> list[str]:
    """Teams of one village that bear one name can be told apart by their code only."""
    names = Counter(team.label for team, _village in plan.team_villages)
    if into.pk is not None:
        names.update(team.label for team in ProductionTeam.objects.filter(village=into))
    twice = [name for name, count in names.items() if count > 1]
    if not twice:
        return []
    return [_("Afterwards several teams of the village bear one name: %(names)s.") % {"names": some_names(twice)}]


def _sum(counts: list[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(total)
