"""Writing a plan: what ends ends on the day, what begins begins on it, and every row keeps its history.

The caller holds the locks and the transaction. The order matters: areas end before others take their numbers and
small groups, links end before their member leaves the branch, and begin again when both are there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from members.affiliations import affiliate
from members.links import recount
from members.models import Exemption, HouseholdLink, Post
from members.place_changes.asked import Unit
from members.place_changes.plan import Flow, Plan, Record
from service_areas.models import (
    Appointment,
    AreaTeam,
    Branch,
    PlaceChange,
    PlaceChangeUnit,
    ProductionTeam,
    ServiceArea,
    Village,
)
from service_areas.placing import fill_search_key

BATCH = 500
Side = PlaceChangeUnit.Side
Ends = dict[HouseholdLink | Post | Appointment, date | None]  # the last days that were planned


def write_plan(plan: Plan, *, document: str, by: Any) -> list[PlaceChange]:
    """Write everything; the rows of the list of changes, the one that was asked for first."""
    on = plan.asked.on
    _rename(plan)
    _write_villages(plan)
    _end_areas(plan, on)
    _begin_areas(plan)
    ends: Ends = {}
    for flow in plan.flows:
        if flow.changes_branch:
            ends |= _leave_branch(flow, on, by)
    for flow in plan.flows:
        _carry(flow, on, by)
        if flow.changes_branch:
            _arrive(flow, ends, on, by)
    _end([*plan.ended_groups, *plan.ended_villages], on)
    for branch in plan.branches:
        recount(branch=branch, on=timezone.localdate())
    return [_write_record(plan, record, document, by) for record in plan.records]


def _rename(plan: Plan) -> None:
    for unit, values in plan.renamed:
        for name, value in values.items():
            setattr(unit, name, value)
        fields = [*values]
        if isinstance(unit, ServiceArea):
            fill_search_key(unit)
            fields.append("search_key")
        unit.save(update_fields=fields)


def _write_villages(plan: Plan) -> None:
    for village in plan.new_villages:
        village.save()
    for branch in plan.new_branches:
        branch.save()
    lying: list[tuple[ProductionTeam | Branch, Village]] = [*plan.team_villages, *plan.branch_villages]
    for row, village in lying:
        row.village = village
        row.save(update_fields=["village"])


def _end(rows: Iterable[Any], on: date) -> None:
    """What began on a later day, as access may, ends on that day: it never held."""
    for row in rows:
        started_on = getattr(row, "started_on", on)
        row.ended_on = max(on, started_on)
        row.save(update_fields=["ended_on"])


def _end_areas(plan: Plan, on: date) -> None:
    _end(plan.ended_posts, on)
    _end(plan.ended_access, on)
    _end(plan.ended_areas, on)


def _begin_areas(plan: Plan) -> None:
    for group in plan.new_groups:
        group.save()
    for area in plan.new_areas:
        area.save()


def _leave_branch(flow: Flow, on: date, by: Any) -> Ends:
    """Links, posts and access end in the old branch, before the members leave it; the ends they had before."""
    rows: list[HouseholdLink | Post | Appointment] = [*flow.links, *flow.posts, *flow.access]
    ends: Ends = {row: row.ended_on for row in rows}
    for link in flow.links:
        link.ended_on = on
    if flow.links:
        bulk_update_with_history(flow.links, HouseholdLink, ["ended_on"], batch_size=BATCH, default_user=by)
    _end(flow.posts, on)
    _end(flow.access, on)
    return ends


def _carry(flow: Flow, on: date, by: Any) -> None:
    """Teams and members go; households go with their teams and change only where the branch does."""
    for row in flow.teams:
        row.ended_on = on
        row.save(update_fields=["ended_on"])
        begun = AreaTeam(area=flow.target, team_id=row.team_id, started_on=on)  # the team as it lies now
        begun.full_clean()
        begun.save()
    target = flow.target
    for affiliation in flow.members:
        affiliate(
            member=affiliation.member, branch=target.branch, small_group=target.small_group, area=target, on=on, by=by
        )
    if flow.changes_branch:
        for household in flow.households:
            household.branch = target.branch
            household.save(update_fields=["branch"])


def _arrive(flow: Flow, ends: Ends, on: date, by: Any) -> None:
    """What ended in the old branch begins in the new one."""
    branch = flow.target.branch
    links = [
        HouseholdLink(
            member_id=link.member_id, household_id=link.household_id, branch=branch, is_primary=link.is_primary,
            started_on=on, ended_on=ends[link],
        )
        for link in flow.links
    ]  # fmt: skip
    bulk_create_with_history(links, HouseholdLink, batch_size=BATCH, default_user=by)
    for post in flow.posts:
        place = {"area": flow.target} if post.area_id else {"small_group": flow.target.small_group}
        Post.objects.create(
            member_id=post.member_id, kind=post.kind, branch=branch, started_on=on, ended_on=ends[post], **place
        )
    for row in flow.access:
        where = {"area": flow.target} if row.area_id else {"branch": branch}
        appointment = Appointment(
            user_id=row.user_id, role=row.role, title=row.title, title_en=row.title_en,
            started_on=max(on, row.started_on), ended_on=ends[row], **where,
        )  # fmt: skip
        appointment.full_clean()
        appointment.save()
    for exemption in flow.exemptions:
        _move_exemption(exemption, flow, on)
    for application in flow.applications:
        application.branch = branch
        application.version += 1
        application.save(update_fields=["branch", "version"])


def _move_exemption(exemption: Exemption, flow: Flow, on: date) -> None:
    """It goes on in the new branch, as it was agreed and filed, with its application."""
    if exemption.started_on >= on:
        exemption.branch = flow.target.branch
        exemption.save(update_fields=["branch"])
        return
    ends_on, exemption.ended_on = exemption.ended_on, on
    exemption.save(update_fields=["ended_on"])
    Exemption.objects.create(
        member_id=exemption.member_id, branch=flow.target.branch, reason=exemption.reason, scope=exemption.scope,
        agreed_on=exemption.agreed_on, filed_on=exemption.filed_on, reviewed_on=exemption.reviewed_on, started_on=on,
        ended_on=ends_on,
    )  # fmt: skip


def _write_record(plan: Plan, record: Record, document: str, by: Any) -> PlaceChange:
    asked = plan.asked
    change = PlaceChange.objects.create(
        county_id=asked.county_id, township_id=asked.township_id, kind=record.kind, changed_on=asked.on,
        document=document, moved={name: count for name, count in record.counts.items() if count}, by=by,
        by_name=by.name if by else "", by_name_latin=by.name_latin if by else "", at=timezone.now(),
    )  # fmt: skip
    for unit, name, name_en in record.before:
        _write_unit(change, Side.BEFORE, unit, name, name_en)
    for unit in record.after:
        _write_unit(change, Side.AFTER, unit, unit.name, unit.name_en)
    return change


def _write_unit(change: PlaceChange, side: str, unit: Unit, name: str, name_en: str) -> None:
    place: dict[str, Any] = {"village": unit} if isinstance(unit, Village) else {"area": unit}
    PlaceChangeUnit.objects.create(change=change, side=side, name=name, name_en=name_en, **place)
