"""What must never be false is refused by the database itself, whoever writes: each row with its twin that is taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from assessments.models import Entry, Indicator, ItemTotal, Period, Plan, PlanItem, Sheet, SheetMember, Target
from members.models import Affiliation, Exemption, HouseholdLink, Member, Post
from service_areas.models import Appointment, AreaTeam, Branch, Household, ServiceArea, SmallGroup
from tests.assessments import sheet_world as world
from tests.assessments.sheet_world import line
from tests.jinxian import admin_world as base

DAY = date(2026, 5, 1)


def refused(write: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        write()


def again(row: Any, **changed: Any) -> Any:
    """The same row a second time, with what was changed."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**(values | {"id": None} | changed))


def changed(row: Any, **values: Any) -> None:
    refused(lambda: type(row)._base_manager.filter(pk=row.pk).update(**values))


@pytest.fixture
def s(w: Any) -> Any:
    w.begun = world.begun(w)
    w.line, w.entry = line(w.begun, w.plain), world.entry(w, w.plain, "visits")
    w.household_link = HouseholdLink.objects.create(
        member=w.plain, household=w.household, branch=w.branch, started_on=DAY
    )
    return w


# Once and no more


def test_a_household_has_one_primary_member_at_a_time_and_others_may_help(s: Any) -> None:
    refused(again(s.household_link, member_id=s.head.pk).save)
    again(s.household_link, member_id=s.head.pk, is_primary=False).save()
    HouseholdLink.objects.filter(pk=s.household_link.pk).update(ended_on=DAY)
    again(s.household_link, member_id=s.part.pk, ended_on=None).save()


def test_a_member_has_a_household_once_at_a_time(s: Any) -> None:
    refused(again(s.household_link, is_primary=False).save)
    HouseholdLink.objects.filter(pk=s.household_link.pk).update(ended_on=DAY)
    again(s.household_link, is_primary=False, ended_on=None).save()


def test_a_team_lies_in_one_area_at_a_time(s: Any) -> None:
    row = AreaTeam.objects.get(team=s.team)
    refused(again(row, area_id=s.area2.pk).save)
    AreaTeam.objects.filter(pk=row.pk).update(ended_on=DAY)
    again(row, area_id=s.area2.pk, started_on=DAY).save()


def test_an_area_has_one_sheet_per_period_and_a_period_stands_once(s: Any) -> None:
    refused(again(s.sheet).save)
    refused(again(s.period).save)
    refused(again(s.plan).save)
    again(s.plan, version=2).save()


def test_a_member_stands_on_one_sheet_per_period_with_one_cell_per_item(s: Any) -> None:
    refused(again(s.line, sheet_id=s.sheet2.pk).save)
    refused(again(s.entry).save)
    refused(again(Target.objects.get(member=s.plain, item=s.items["visits"])).save)
    again(s.entry, item_id=s.items["deeds"].pk).save()


def test_an_indicator_stands_once_in_a_plan_and_its_code_once_in_a_county(s: Any) -> None:
    refused(again(s.items["visits"]).save)
    refused(again(s.items["visits"].indicator).save)
    again(s.items["visits"].indicator, county_id=s.twin.county.pk).save()


def test_a_total_stands_once(s: Any) -> None:
    place = {"level": "county", "unit_id": s.county.pk, "county": s.county, "period": s.period}
    row = ItemTotal.objects.create(**place, item=s.items["visits"], indicator=s.items["visits"].indicator)
    refused(again(row).save)


def test_posts_and_places_are_held_by_one_at_a_time(s: Any) -> None:
    for kind, place in (("secretary", {}), ("leader", {"area": s.area})):
        refused(lambda k=kind, p=place: Post.objects.create(
            member=s.part, kind=k, branch=s.branch, started_on=DAY, **p
        ))  # fmt: skip
    refused(lambda: base.group_and_area(s, s.branch, 2))
    refused(again(s.area, code="x", number=9).save)
    refused(again(Affiliation.objects.get(member=s.plain)).save)
    refused(again(Exemption.objects.get(member=s.part)).save)
    again(Exemption.objects.get(member=s.part), scope="links").save()


# In order


@pytest.mark.parametrize(
    "row",
    [
        lambda s: s.branch, lambda s: s.group, lambda s: s.area, lambda s: AreaTeam.objects.get(team=s.team),
        lambda s: s.secretary.appointments.get(), lambda s: s.household_link,
        lambda s: Affiliation.objects.get(member=s.plain), lambda s: Post.objects.get(kind="leader"),
        lambda s: Exemption.objects.get(member=s.part),
    ],
    ids=["branch", "group", "area", "team", "appointment", "link", "affiliation", "post", "exemption"],
)  # fmt: skip
def test_nothing_ends_before_it_began(s: Any, row: Callable[[Any], Any]) -> None:
    found = row(s)
    changed(found, ended_on=date(2025, 12, 31))
    type(found)._base_manager.filter(pk=found.pk).update(ended_on=found.started_on)


def test_every_dated_table_carries_that_rule() -> None:
    for model in (Branch, SmallGroup, ServiceArea, AreaTeam, Appointment, HouseholdLink, Affiliation, Post, Exemption):
        assert any(constraint.name.endswith("_dates_in_order") for constraint in model._meta.constraints), model


@pytest.mark.parametrize(
    "values",
    [{"opens_on": date(2026, 7, 11)}, {"due_on": date(2026, 6, 30)}, {"due_on": date(2026, 7, 21)},
     {"closes_on": date(2026, 7, 9)}, {"quarter": 0}, {"quarter": 5}],
)  # fmt: skip
def test_a_periods_dates_are_in_order_and_a_year_has_four_quarters(s: Any, values: dict[str, Any]) -> None:
    changed(s.period, **values)
    Period.objects.filter(pk=s.period.pk).update(opens_on=DAY, due_on=DAY, closes_on=DAY)


# Within bounds


@pytest.mark.parametrize(
    ("name", "values", "taken"),
    [
        ("line", {"points": Decimal("-0.01")}, {"points": Decimal(0)}),
        ("line", {"points": Decimal("200.01")}, {"points": Decimal(200)}),
        ("line", {"filled_count": 5}, {"filled_count": 4}),
        ("line", {"exempt_scope": "all", "points": Decimal(0)}, {"exempt_scope": "all", "points": None}),
        ("entry", {"actual": Decimal("-0.001")}, {"actual": Decimal(0)}),
        ("entry", {"points": Decimal("-100.01")}, {"points": Decimal(-100)}),
        ("entry", {"points": Decimal("200.01")}, {"points": Decimal(200)}),
        ("begun", {"exempt_count": 6}, {"exempt_count": 5}),
        ("begun", {"complete_count": 6}, {"complete_count": 5}),
        ("begun", {"filled_count": 12}, {"filled_count": 11}),
        ("begun", {"is_counted": True}, {"is_counted": True, "state": "submitted"}),
        ("begun", {"is_counted": True, "state": "returned"}, {"is_counted": True, "state": "closed"}),
        ("item", {"points": Decimal(0)}, {"points": Decimal("0.01")}),
        ("item", {"points": Decimal("100.01")}, {"points": Decimal(100)}),
        ("item", {"cap": Decimal(0)}, {"cap": Decimal("0.01")}),
        ("item", {"cap": Decimal("2.01")}, {"cap": Decimal(2)}),
        ("target", {"value": Decimal("-0.001")}, {"value": Decimal(0)}),
        ("indicator", {"decimals": 4}, {"decimals": 3}),
        ("indicator", {"summary_decimals": 4}, {"summary_decimals": 3}),
        ("indicator", {"summary_factor": 0}, {"summary_factor": 1}),
        ("household", {"people_count": 0}, {"people_count": 1}),
    ],
)
def test_figures_stay_within_their_bounds(s: Any, name: str, values: dict[str, Any], taken: dict[str, Any]) -> None:
    item = s.items["visits"]
    rows = {
        "line": s.line, "entry": s.entry, "begun": s.begun, "item": item, "indicator": item.indicator,
        "target": Target.objects.get(member=s.plain, item=item), "household": s.household,
    }  # fmt: skip
    changed(rows[name], **values)
    assert type(rows[name])._base_manager.filter(pk=rows[name].pk).update(**taken) == 1


def test_the_author_does_not_publish_even_past_the_forms(s: Any) -> None:
    changed(s.plan, author=s.officer, published_by=s.officer)
    Plan.objects.filter(pk=s.plan.pk).update(author=s.officer, published_by=s.officer_b)


def test_a_post_has_the_place_of_its_kind(s: Any) -> None:
    changed(Post.objects.get(kind="leader"), area=None)
    changed(Post.objects.get(kind="secretary"), area=s.area)
    changed(s.leader.appointments.get(), branch=s.branch)


def test_nothing_that_others_rest_on_can_be_deleted(s: Any) -> None:
    from django.db.models import ProtectedError

    for row in (s.area, s.branch, s.plain, s.period, s.plan, s.items["visits"], s.leader, s.household, s.team):
        with pytest.raises(ProtectedError):
            row.delete()
    kept = (Sheet, SheetMember, Entry, Indicator, PlanItem, Member, Household)
    assert all(model._base_manager.exists() for model in kept)
