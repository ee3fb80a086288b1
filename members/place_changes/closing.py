"""Ending a village or service area that has nothing left. One that still has something is merged into another."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.models import Affiliation
from members.place_changes.asked import Asked
from members.place_changes.plan import Plan, Record
from members.place_changes.reading import clerks_of, end_with
from service_areas.models import AreaTeam, Branch, Household, ProductionTeam, ServiceArea, Village


def plan_close(asked: Asked) -> Plan:
    """Empty units end on the day, with the posts and the access held there, of areas also the small group.

    Errors: ValidationError that names what an area or village still has.
    """
    plan = Plan(asked)
    for area in asked.areas:
        _refuse_full_area(area)
    for village in asked.villages:
        _refuse_full_village(village)
    plan.ended_areas, plan.ended_villages = asked.areas, asked.villages
    end_with(plan)
    plan.ended_access += clerks_of(asked.villages, on=asked.on)
    before = [(unit, unit.name, unit.name_en) for unit in asked.units]
    plan.records.append(Record(asked.kind, before, [], {}))
    return plan


def _refuse_full_area(area: ServiceArea) -> None:
    members = Affiliation.objects.filter(area=area, ended_on__isnull=True).count()
    teams = AreaTeam.objects.filter(area=area, ended_on__isnull=True)
    households = Household.objects.filter(team__in=teams.values("team"), branch=area.branch_id).count()
    if members or teams.exists():
        sentence = _(
            "%(area)s still has %(members)s members, %(teams)s teams and %(households)s households. "
            "Merge it into another area: they go along."
        )
        counts = {"members": members, "teams": teams.count(), "households": households}
        raise ValidationError({"units": sentence % {"area": area.label, **counts}})


def _refuse_full_village(village: Village) -> None:
    teams = ProductionTeam.objects.filter(village=village).count()
    branches = Branch.objects.filter(village=village, ended_on__isnull=True).count()
    if teams or branches:
        sentence = _(
            "%(village)s still has %(teams)s teams and %(branches)s branches. "
            "Merge it into another village: they go along."
        )
        raise ValidationError({"units": sentence % {"village": village.label, "teams": teams, "branches": branches}})
