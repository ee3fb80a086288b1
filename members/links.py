"""Linking households with members: begin, end, and the counts that follow from it.

One primary member per household at a time (rule 8), inside the branch's own territory (rule 9).
Link coverage is recounted from the households, level by level, under a lock on the county's row.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Min, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import HouseholdLink, LinkTotal, Member
from service_areas.dated import holds_on, not_ended
from service_areas.models import AreaTeam, Branch, County, Household, ServiceArea

SUMS = ("household_count", "people_count", "linkable_count", "linked_count")


@transaction.atomic
def begin_link(*, member: Member, household: Household, is_primary: bool, on: date, by: Any) -> HouseholdLink:
    """A member takes over a household from the day `on`; a former primary link ends on that day.

    Errors: ValidationError where the day is still to come, the household lies outside the member's branch, is not to
    be linked, the member has it already, or another primary link would begin after that day.
    """
    refuse_future(on, "started_on")
    if household.branch_id != member.branch_id:
        raise ValidationError(
            _("This household belongs to another branch: links stay inside the branch's own territory.")
        )
    if not household.is_linkable:
        raise ValidationError(_("This household is marked as not to be linked."))
    held = _held_from(household, on)
    if held.filter(member=member).exists():
        raise ValidationError(_("This member looks after this household already."))
    if is_primary:
        _end_former(held.filter(is_primary=True), on)
    link = HouseholdLink(
        member=member, household=household, branch_id=member.branch_id, is_primary=is_primary, started_on=on
    )
    link.full_clean()
    link.save()
    recount(branch=household.branch, on=timezone.localdate())
    return link


def _held_from(household: Household, on: date) -> Any:
    """The household's links that hold on the day `on` or on a later one."""
    return HouseholdLink.objects.filter(not_ended(on), household=household)


def _end_former(primary_links: Any, on: date) -> None:
    """A link that begins after that day cannot end on it."""
    if primary_links.filter(started_on__gt=on).exists():
        raise ValidationError(_("This household has a primary member already; end that link first."))
    for link in primary_links:
        link.ended_on = on
        link.save(update_fields=["ended_on"])


@transaction.atomic
def end_link(*, link: HouseholdLink, on: date, by: Any) -> None:
    """The link holds no longer from the day `on`. ValidationError where that day is still to come."""
    refuse_future(on, "ended_on")
    link.ended_on = on
    link.full_clean()
    link.save(update_fields=["ended_on"])
    recount(branch=link.branch, on=timezone.localdate())


def refuse_future(on: date, field: str) -> None:
    """Links begin and end on the day they do: a count taken today would not know of tomorrow's."""
    if on > timezone.localdate():
        raise ValidationError({field: _("This day lies in the future.")})


def recount(*, branch: Branch, on: date) -> None:
    """Count the links that hold on a day (today's are kept) for the branch's households, areas, township and county."""
    with transaction.atomic():
        County.objects.select_for_update().get(pk=branch.county_id)
        _count_links(Household.objects.filter(branch=branch), on)
        areas = _area_totals(Q(branch=branch), on)
        emptied = LinkTotal.objects.filter(level="area", branch=branch).exclude(
            unit_id__in=[row.unit_id for row in areas]
        )
        emptied.delete()
        _write([*areas, _branch_total(branch)])
        _write(_sum_up("township", branch.township_id, "branch"))
        _write(_sum_up("county", branch.county_id, "township"))


def recount_county(*, county: County, on: date) -> None:
    """The same for a whole county at once."""
    with transaction.atomic():
        County.objects.select_for_update().get(pk=county.pk)
        _count_links(Household.objects.filter(branch__county=county), on)
        LinkTotal.objects.filter(county=county).delete()
        branches = [_branch_total(branch) for branch in Branch.objects.filter(county=county)]
        _write(_area_totals(Q(branch__county=county), on) + branches)
        for township in county.townships.all():
            _write(_sum_up("township", township.pk, "branch"))
        _write(_sum_up("county", county.pk, "township"))


def _count_links(households: Any, on: date) -> None:
    """Write `link_count` where it is not what the links say."""
    counted = households.annotate(now=Count("links", filter=holds_on(on, "links__"))).only("pk", "link_count")
    wrong = [household for household in counted if household.now != household.link_count]
    for household in wrong:
        household.link_count = household.now
    Household.objects.bulk_update(wrong, ["link_count"], batch_size=500)


def _counts() -> dict[str, Any]:
    linkable = Q(is_linkable=True)
    return {
        "household_count": Count("pk"),
        "people_count": Sum("people_count", default=0),
        "linkable_count": Count("pk", filter=linkable),
        "linked_count": Count("pk", filter=linkable & Q(link_count__gt=0)),
    }


def _area_totals(households: Q, on: date) -> list[LinkTotal]:
    """One row per area: the households of the teams that are in it today."""
    area_of = dict(AreaTeam.objects.current(on=on).values_list("team", "area"))
    places = ServiceArea.objects.in_bulk(set(area_of.values()))
    totals: dict[int, LinkTotal] = {}
    counted = (
        Household.objects.filter(households)
        .order_by()
        .values("team")
        .annotate(**{f"n_{k}": v for k, v in _counts().items()})
    )
    for row in counted:
        area = places.get(area_of.get(row["team"], 0))
        if area is None:
            continue
        total = totals.setdefault(
            area.pk,
            LinkTotal(
                level="area",
                unit_id=area.pk,
                county_id=area.county_id,
                township_id=area.township_id,
                branch_id=area.branch_id,
                area_id=area.pk,
            ),
        )
        for name in SUMS:
            setattr(total, name, getattr(total, name) + row[f"n_{name}"])
    return list(totals.values())


def _branch_total(branch: Branch) -> LinkTotal:
    sums = Household.objects.filter(branch=branch).aggregate(**{f"n_{k}": v for k, v in _counts().items()})
    values = {name: sums[f"n_{name}"] for name in SUMS}
    return LinkTotal(
        level="branch",
        unit_id=branch.pk,
        county_id=branch.county_id,
        township_id=branch.township_id,
        branch=branch,
        **values,
    )


def _sum_up(level: str, unit_id: int, below: str) -> list[LinkTotal]:
    rows = LinkTotal.objects.filter(level=below, **{level: unit_id}).order_by().values_list("county")
    summed = rows.annotate(Min("township"), *(Sum(name) for name in SUMS))
    return [
        LinkTotal(
            level=level, unit_id=unit_id, county_id=county, township_id=township if level == "township" else None,
            **dict(zip(SUMS, sums, strict=True)),
        )
        for county, township, *sums in summed
    ]  # fmt: skip


def _write(rows: list[LinkTotal]) -> None:
    LinkTotal.objects.bulk_create(rows, update_conflicts=True, unique_fields=["level", "unit_id"], update_fields=SUMS)
