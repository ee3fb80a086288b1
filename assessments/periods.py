"""Opening a quarter: every area that exists then gets its sheet, so that expected sheets are rows.

Which plan a quarter is judged by, and which days count, is decided here; states of single
sheets are workflow.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Indicator, Period, Plan, Sheet
from members.models import Affiliation, Exemption, Post
from members.statuses import belonged_on
from service_areas.models import PlaceChange, ServiceArea


def plan_of(period: Period) -> Plan | None:
    """The published plan of the period's county and year; the newest version where there are several."""
    plans = Plan.objects.filter(county=period.county_id, year=period.year, state=Plan.State.PUBLISHED)
    return plans.order_by("-version").first()


def day_of_record(period: Period, *, on: date) -> date:
    """The day whose membership a sheet shows: the quarter's last, or today while the quarter runs."""
    return min(period.as_quarter.last_day, on)


@transaction.atomic
def issue_sheets(*, period: Period, by: Any, on: date | None = None) -> int:
    """Make the sheets that are still missing for the areas of the period; the number made.

    Errors: ValidationError where the period's year has no published plan.
    """
    plan = plan_of(period)
    if plan is None:
        raise ValidationError(_("There is no published plan for %(year)s: publish one first.") % {"year": period.year})
    day = day_of_record(period, on=on or period.as_quarter.last_day)
    Period.objects.select_for_update().get(pk=period.pk)  # of two who issue at once, the second finds them made
    areas = ServiceArea.objects.current(on=day).filter(county=period.county_id)
    areas = areas.exclude(sheets__period=period).select_related("branch", "township").order_by("pk")
    needed = _cells_needed(plan, day)
    sheets = [_new_sheet(area, period, plan, needed.get(area.pk, (0, 0))) for area in areas]
    Sheet.objects.bulk_create(sheets, batch_size=1000)
    return len(sheets)


def _new_sheet(area: ServiceArea, period: Period, plan: Plan, needed: tuple[int, int]) -> Sheet:
    sheet = Sheet(
        county_id=area.county_id,
        township_id=area.township_id,
        branch_id=area.branch_id,
        area=area,
        period=period,
        plan=plan,
    )
    freeze_names(sheet, area)
    sheet.member_count, sheet.needed_count = needed
    return sheet


def changed_since(sheet: Sheet) -> bool:
    """Whether the area took another name or place after the quarter: the sheet keeps those of its time."""
    changes = PlaceChange.objects.filter(changed_on__gt=sheet.period.as_quarter.last_day)
    return changes.filter(units__area=sheet.area_id).exists()


def freeze_names(sheet: Sheet, area: ServiceArea) -> None:
    """Copy the names of the day onto the sheet; it shows them from then on."""
    sheet.area_name, sheet.area_name_en = area.name, area.name_en
    sheet.branch_name, sheet.branch_name_en = area.branch.name, area.branch.name_en
    sheet.township_name, sheet.township_name_en = area.township.name, area.township.name_en


def secretaries_on(days: Iterable[date]) -> set[int]:
    """Members who are secretary on one of the days."""
    posts = Post.objects.filter(kind=Post.Kind.SECRETARY)
    return {member for day in days for member in posts.current(on=day).values_list("member", flat=True)}


def _cells_needed(plan: Plan, day: date) -> dict[int, tuple[int, int]]:
    """Per area: members, and cells the branch will have to fill. An exemption takes out what it covers."""
    optional = [Indicator.Kind.BONUS, Indicator.Kind.DEDUCTION, Indicator.Kind.VETO]
    burdens = list(plan.items.exclude(indicator__kind__in=optional).values_list("indicator__burden", flat=True))
    covered = {scope: burdens.count(scope) for scope in Exemption.Scope} | {Exemption.Scope.ALL: len(burdens)}
    left_out: dict[int, int] = {}
    for member, scope in Exemption.objects.current(on=day).values_list("member", "scope"):
        left_out[member] = max(left_out.get(member, 0), covered[scope])
    left_out |= dict.fromkeys(secretaries_on({day, timezone.localdate()}), len(burdens))
    counted: dict[int, tuple[int, int]] = {}
    present = Affiliation.objects.current(on=day).filter(belonged_on(day), area__isnull=False)
    for area, member in present.values_list("area", "member"):
        members, cells = counted.get(area, (0, 0))
        counted[area] = members + 1, cells + len(burdens) - left_out.get(member, 0)
    return counted
