"""Accounts and appointments in the admin: prevent rule 7 as a person at the form meets it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from service_areas.models import Appointment
from tests.jinxian import admin_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> Any:
    return world.everything()


@pytest.fixture
def officer(w: Any) -> Any:
    return world.signed_in(w.officer)


def add(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def change(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def a_member(w: Any, **changed: Any) -> dict[str, Any]:
    place = {"branch": w.branch.pk, "small_group": w.group.pk, "area": w.area.pk, "affiliated_on": "2026-03-01"}
    return {"code": "M9", "name": "单庞立", "sex": "m", "member_type": "full", "status": "normal"} | place | changed


def grant(client: Any, user: Any, role: str, **place: Any) -> Any:
    values = {"user": user.pk, "role": role, "started_on": "2026-02-01"} | {k: v.pk for k, v in place.items()}
    return world.typed(client, add(Appointment), **values)


def test_county_staff_appoint_a_secretary(w: Any, officer: Any) -> None:
    assert grant(officer, w.nobody, "secretary", branch=w.branch).status_code == 302


def test_administrator_appoints_county_staff(w: Any) -> None:
    assert grant(world.signed_in(w.keeper), w.nobody, "county_staff", county=w.county).status_code == 302


@pytest.mark.parametrize(
    ("by", "role", "user"),
    [
        ("officer", "secretary", "officer"),
        ("officer", "county_staff", "nobody"),
        ("officer", "administrator", "nobody"),
        ("keeper", "administrator", "nobody"),
        ("keeper", "county_staff", "keeper"),
        ("superuser", "county_staff", "superuser"),
    ],
)
def test_nobody_grants_to_the_own_account_nor_at_or_above_the_own_level(w: Any, by: str, role: str, user: str) -> None:
    place = {"branch": w.branch} if role == "secretary" else {"county": w.county}
    said = world.errors_of(grant(world.signed_in(getattr(w, by)), getattr(w, user), role, **place))
    assert "own account" in said if by == user else "below your own level" in said
    assert not Appointment.objects.filter(started_on=date(2026, 2, 1)).exists()


def test_an_appointment_at_the_wrong_place_is_refused(w: Any, officer: Any) -> None:
    sentence = "This role is held at another kind of place."
    assert sentence in world.errors_of(grant(officer, w.nobody, "secretary", township=w.township))
    assert sentence in world.errors_of(grant(officer, w.nobody, "secretary", branch=w.branch, township=w.township))
    assert sentence in world.errors_of(grant(world.signed_in(w.superuser), w.nobody, "leader"))


def test_an_auditor_gets_no_writing_role_and_a_superuser_does_not_become_an_auditor(w: Any, officer: Any) -> None:
    client = world.signed_in(w.superuser)
    assert "An auditor only reads" in world.errors_of(grant(officer, w.auditor, "secretary", branch=w.branch))
    assert "An auditor only reads" in world.errors_of(grant(client, w.secretary, "auditor", township=w.township))
    other = world.user("second_superuser", is_superuser=True)
    assert "An auditor only reads" in world.errors_of(grant(client, other, "auditor", county=w.county))


def test_who_holds_what_where_does_not_change_but_its_end_does(w: Any, officer: Any) -> None:
    held = w.secretary.appointments.get()
    response = world.typed(officer, change(held), role="county_staff", user=w.officer.pk, ended_on="2026-06-01")
    assert response.status_code == 302
    held.refresh_from_db()
    assert (held.role, held.user, held.ended_on) == ("secretary", w.secretary, date(2026, 6, 1))


def test_an_appointment_of_the_own_level_is_looked_at_only(w: Any, officer: Any) -> None:
    for held in (w.officer.appointments.get(), w.officer_b.appointments.get(), w.keeper.appointments.get()):
        assert officer.get(change(held)).status_code == 200
        assert officer.post(change(held), {"ended_on": "2026-06-01"}).status_code == 403


def test_county_staff_make_an_account_and_it_gets_no_flags(w: Any, officer: Any) -> None:
    values = {"username": "new", "name": "新人", "usable_password": "true", "language": "zh-hans", "name_latin": ""}
    passwords = {"password1": "Reed-and-River-12", "password2": "Reed-and-River-12"}
    flags = {"is_superuser": "on", "is_staff": "on"}
    assert world.typed(officer, add(type(w.officer)), **values, **passwords, **flags).status_code == 302
    made = type(w.officer).objects.get(username="new")
    assert (made.name, made.is_superuser, made.is_staff) == ("新人", False, False)
    assert made.check_password("Reed-and-River-12")
    again = world.typed(officer, add(type(w.officer)), **values, **passwords)
    assert "already exists" in world.errors_of(again)


@pytest.mark.parametrize("whose", ["officer", "officer_b", "keeper", "superuser"])
def test_accounts_at_or_above_the_own_level_and_the_own_one_are_not_taken_over(
    w: Any, officer: Any, whose: str
) -> None:
    user = getattr(w, whose)
    assert officer.post(change(user), {"username": "x", "name": "x", "language": "en"}).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[user.pk])
    assert officer.get(password).status_code == 403
    sent = {"password1": "Taken-Over-12", "password2": "Taken-Over-12", "usable_password": "true", "set-password": "1"}
    assert officer.post(password, sent).status_code == 403
    user.refresh_from_db()
    assert not user.check_password("Taken-Over-12")


def test_a_secretarys_password_can_be_set_and_a_strangers_account_does_not_exist(w: Any, officer: Any) -> None:
    sent = {"password1": "Reed-and-River-13", "password2": "Reed-and-River-13", "usable_password": "true"}
    url = reverse("admin:auth_user_password_change", args=[w.secretary.pk])
    assert officer.post(url, sent).status_code == 302
    w.secretary.refresh_from_db()
    assert w.secretary.check_password("Reed-and-River-13")
    for key in (w.stranger.pk, "9" * 30, "abc", "%00"):
        assert officer.get(f"/admin/accounts/user/{key}/password/").status_code == 404


def test_an_account_with_a_past_beyond_the_county_goes_on_being_seen_by_its_county(w: Any, officer: Any) -> None:
    Appointment.objects.filter(user=w.secretary).update(ended_on=date(2026, 2, 1))
    assert officer.get(change(w.secretary)).status_code == 200
