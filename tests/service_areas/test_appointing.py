"""Prevent rule 7 as a function: who may grant what, and who may keep whose account."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from service_areas.appointing import may_grant, may_keep_account, refuse_grant
from service_areas.models import Appointment
from tests.jinxian import admin_world as world

pytestmark = pytest.mark.django_db
BELOW = ["township_staff", "secretary", "leader", "member", "clerk", "auditor"]


@pytest.fixture
def w() -> Any:
    return world.everything()


def appointment(w: Any, user: Any, role: str, *, at_county: bool = False) -> Appointment:
    kind = {"secretary": "branch", "member": "branch", "leader": "area", "clerk": "village"}.get(role, "township")
    kind = "county" if at_county or role in ("county_staff", "administrator") else kind
    return Appointment(user=user, role=role, started_on=world.BEGAN, **{kind: getattr(w, kind)})


@pytest.mark.parametrize("role", BELOW)
@pytest.mark.parametrize("by", ["officer", "keeper", "superuser"])
def test_below_the_county_they_grant(w: Any, by: str, role: str) -> None:
    refuse_grant(by=getattr(w, by), appointment=appointment(w, w.nobody, role))


@pytest.mark.parametrize("role", BELOW)
@pytest.mark.parametrize("by", ["officer", "keeper", "superuser"])
def test_nobody_grants_to_the_own_account(w: Any, by: str, role: str) -> None:
    with pytest.raises(ValidationError, match="own account"):
        refuse_grant(by=getattr(w, by), appointment=appointment(w, getattr(w, by), role))


@pytest.mark.parametrize("by", ["secretary", "auditor", "nobody", "stranger"])
def test_who_is_not_over_the_place_grants_nothing_there(w: Any, by: str) -> None:
    for role in BELOW:
        assert not may_grant(getattr(w, by), appointment(w, w.officer_b, role))


def test_county_posts_are_granted_from_above_only(w: Any) -> None:
    for role, at_county in (("county_staff", True), ("auditor", True)):
        row = appointment(w, w.nobody, role, at_county=at_county)
        assert may_grant(w.keeper, row) and may_grant(w.superuser, row)
        assert not may_grant(w.officer, row)
    administrator = appointment(w, w.nobody, "administrator")
    assert may_grant(w.superuser, administrator)
    assert not may_grant(w.keeper, administrator) and not may_grant(w.officer, administrator)


def test_an_appointment_that_ended_grants_nothing_any_more(w: Any) -> None:
    row = appointment(w, w.nobody, "secretary")
    assert may_grant(w.officer, row)
    w.officer.appointments.update(ended_on=date(2026, 2, 1))
    del w.officer._scope
    assert not may_grant(w.officer, row)


def test_a_superuser_is_not_made_an_auditor(w: Any) -> None:
    other = world.user("other", is_superuser=True)
    assert not may_grant(w.superuser, appointment(w, other, "auditor"))
    assert may_grant(w.superuser, appointment(w, other, "secretary"))


@pytest.mark.parametrize(("by", "whose"), [("officer", "secretary"), ("officer", "nobody"), ("keeper", "officer")])
def test_accounts_below_are_kept(w: Any, by: str, whose: str) -> None:
    assert may_keep_account(getattr(w, by), getattr(w, whose))


@pytest.mark.parametrize(
    ("by", "whose"),
    [
        ("officer", "officer"),
        ("officer", "officer_b"),
        ("officer", "keeper"),
        ("officer", "auditor"),
        ("officer", "superuser"),
        ("officer", "stranger"),
        ("keeper", "keeper"),
        ("superuser", "superuser"),
    ],
)
def test_accounts_at_or_above_the_own_level_are_not(w: Any, by: str, whose: str) -> None:
    assert not may_keep_account(getattr(w, by), getattr(w, whose))


def test_a_future_appointment_protects_the_account_too(w: Any) -> None:
    world.appoint(w.nobody, world.ROLES.COUNTY_STAFF, county=w.county, started_on=date(2100, 1, 1))
    assert not may_keep_account(w.officer, w.nobody)
