"""From which day on a change can be made: nothing may have begun or ended later among what it moves.

Otherwise a member would belong to an area on days on which it no longer stood there, and the past would change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import Affiliation, HouseholdLink, Post
from members.place_changes.plan import Plan
from service_areas.models import AreaTeam, PlaceChange, ServiceArea, Village


def refuse_day(plan: Plan) -> None:
    """Raise ValidationError where something that moves began or ended after the day; the sentence names it."""
    latest = max(_entries(plan), key=lambda entry: entry[0], default=None)
    if latest is not None and latest[0] > plan.asked.on:
        sentence = _("%(what)s: the last entry is of %(day)s. Take that day or a later one.")
        raise ValidationError({"on": sentence % {"what": latest[1], "day": in_words(latest[0])}})


def in_words(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _entries(plan: Plan) -> Iterator[tuple[date, str]]:
    """The days after the asked one on which something that moves began or ended, with its name."""
    on = plan.asked.on
    areas = {area.pk: area for area in [*plan.touched_areas, *plan.renamed_areas]}
    for area in areas.values():
        yield area.started_on, area.label
    for flow in plan.flows:
        if flow.target.branch_id:
            yield flow.target.branch.started_on, flow.target.branch.label
        if flow.target.small_group_id:
            yield flow.target.small_group.started_on, flow.target.small_group.label
    if plan.flows or plan.ended_areas:
        yield from _dated(AreaTeam.objects.filter(area__in=areas).select_related("team"), on, "team")
        yield from _dated(Affiliation.objects.filter(area__in=areas).select_related("member"), on, "member")
        yield from _until_today(Post.objects.filter(area__in=areas).select_related("member"), on, "member")
    yield from _links(plan, on)
    yield from _changes([*areas], plan, on)


def _dated(rows: Any, on: date, name: str) -> Iterator[tuple[date, str]]:
    for row in rows.filter(Q(started_on__gt=on) | Q(ended_on__gt=on)):
        yield max(day for day in (row.started_on, row.ended_on) if day), getattr(row, name).label


def _until_today(rows: Any, on: date, name: str) -> Iterator[tuple[date, str]]:
    """Of posts and links: one that is to end on a day to come may end earlier."""
    today = timezone.localdate()
    for row in rows.filter(Q(started_on__gt=on) | Q(ended_on__gt=on, ended_on__lte=today)):
        is_over = row.ended_on is not None and row.ended_on <= today
        yield row.ended_on if is_over else row.started_on, getattr(row, name).label


def _links(plan: Plan, on: date) -> Iterator[tuple[date, str]]:
    """Only where links move: into another branch."""
    households = [household.pk for flow in plan.flows if flow.changes_branch for household in flow.households]
    links = HouseholdLink.objects.filter(household__in=households).select_related("household")
    yield from _until_today(links, on, "household")


def _changes(areas: Iterable[int], plan: Plan, on: date) -> Iterator[tuple[date, str]]:
    """Changes of places that came later: they were decided on what stood there until now."""
    villages = [unit.pk for unit in plan.asked.villages]
    units = Q(units__area__in=list(areas)) | Q(units__village__in=villages)
    for change in PlaceChange.objects.filter(units, changed_on__gt=on).distinct():
        yield change.changed_on, _unit_label(change, plan)


def _unit_label(change: PlaceChange, plan: Plan) -> str:
    concerned: list[ServiceArea | Village] = [*plan.touched_areas, *plan.asked.units]
    keys = {(unit._meta.model_name, unit.pk): unit.label for unit in concerned}
    for unit in change.units.all():
        key = ("servicearea", unit.area_id) if unit.area_id else ("village", unit.village_id)
        if key in keys:
            return keys[key]
    return str(change)
