"""Indicators, plans, periods and targets in the admin: what is refused, what is frozen."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Indicator, Period, Plan, Sheet, Target
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


def test_a_plan_is_written_by_one_and_published_by_another(w: Any, officer: Any) -> None:
    plan = world.plan_of(w, author=w.officer)
    url = reverse("admin:assessments_plan_changelist")
    send = {"action": "publish", "_selected_action": [plan.pk]}
    assert "somebody else publishes it" in officer.post(url, send, follow=True).content.decode()
    plan.refresh_from_db()
    assert plan.state == Plan.State.DRAFT
    other = world.signed_in(w.officer_b)
    assert "is published" in other.post(url, send, follow=True).content.decode()
    plan.refresh_from_db()
    assert (plan.state, plan.published_by, plan.published_on) == ("published", w.officer_b, timezone.localdate())
    assert "is published already" in other.post(url, send, follow=True).content.decode()


def test_who_changed_a_draft_last_is_its_author(w: Any) -> None:
    plan = world.plan_of(w, author=w.officer)
    other = world.signed_in(w.officer_b)
    assert world.typed(other, change(plan)).status_code == 302
    plan.refresh_from_db()
    assert plan.author == w.officer
    assert world.typed(other, change(plan), **{"items-0-points": "70"}).status_code == 302
    plan.refresh_from_db()
    assert plan.author == w.officer_b


def test_a_plan_that_does_not_make_a_hundred_points_is_not_published(w: Any) -> None:
    plan = world.plan_of(w, author=w.officer, points=("60", "30"))
    send = {"action": "publish", "_selected_action": [plan.pk]}
    page = world.signed_in(w.officer_b).post(reverse("admin:assessments_plan_changelist"), send, follow=True)
    assert "make 90.00 points; they must make 100.00" in page.content.decode()


def test_a_published_plan_and_its_items_do_not_change(w: Any, officer: Any) -> None:
    plan = world.plan_of(w, author=w.officer)
    Plan.objects.update(state=Plan.State.PUBLISHED)
    page = officer.get(change(plan))
    assert "is published and does not change" in page.content.decode()
    assert officer.post(change(plan), {"items-0-points": "99"}).status_code == 403
    item = plan.items.first()
    assert officer.post(change(item), {"points": "99"}).status_code == 403
    held = world.typed(officer, change(item.indicator), name="改名", kind="bonus", unit="吨")
    assert held.status_code == 302
    item.indicator.refresh_from_db()
    assert (item.indicator.name, item.indicator.kind, item.indicator.unit) == ("改名", "quantity", "")


@pytest.mark.parametrize("points", ["0", "-1", "100.01", "1e9", "9" * 40, "12.345", "１２．５x", "NaN", ""])
def test_points_out_of_bounds_are_refused(w: Any, officer: Any, points: str) -> None:
    plan = world.plan_of(w, author=w.officer)
    assert world.errors_of(world.typed(officer, change(plan), **{"items-0-points": points}))


def test_an_indicator_stands_once_in_a_plan_and_a_forged_item_of_another_plan_is_refused(w: Any, officer: Any) -> None:
    plan = world.plan_of(w, author=w.officer)
    first, second = plan.items.all()
    assert world.errors_of(world.typed(officer, change(plan), **{"items-1-indicator": first.indicator_id}))
    foreign = world.plan_of(w.twin, author=w.stranger)
    forged = {"items-1-id": foreign.items.first().pk, "items-1-points": "1"}
    assert world.errors_of(world.typed(officer, change(plan), **forged))
    assert str(foreign.items.first().points) == "60.00" and second.pk


def test_a_period_keeps_its_dates_in_order_and_stands_once(w: Any, officer: Any) -> None:
    values = {"county": w.county.pk, "year": 2026, "quarter": 4}
    dates = {"opens_on": "2027-01-01", "due_on": "2027-01-10", "closes_on": "2027-01-31"}
    wrong = world.typed(officer, add(Period), **values, **(dates | {"due_on": "2027-02-10"}))
    assert "Opening, due and closing dates are out of order." in world.errors_of(wrong)
    assert world.errors_of(world.typed(officer, add(Period), **(values | {"quarter": 5}), **dates))
    assert world.errors_of(world.typed(officer, add(Period), **(values | {"year": 99999}), **dates))
    assert world.typed(officer, add(Period), **values, **dates).status_code == 302
    assert "already exists" in world.errors_of(world.typed(officer, add(Period), **values, **dates))
    period = Period.objects.get()
    said = world.errors_of(world.typed(officer, change(period), closes_on="2026-01-31"))
    assert "out of order" in said


def test_sheets_are_issued_once_and_only_with_a_published_plan(w: Any, officer: Any) -> None:
    period, url = world.period_of(w), reverse("admin:assessments_period_changelist")
    send = {"action": "issue", "_selected_action": [period.pk]}
    assert "There is no published plan" in officer.post(url, send, follow=True).content.decode()
    world.plan_of(w, author=w.officer)
    Plan.objects.update(state=Plan.State.PUBLISHED)
    assert "1 sheet issued" in officer.post(url, send, follow=True).content.decode()
    assert "0 sheets issued" in officer.post(url, send, follow=True).content.decode()
    assert Sheet.objects.count() == 1


def test_a_target_belongs_to_its_quarters_plan_and_stays_once_the_quarter_opened(w: Any, officer: Any) -> None:
    plan, period = world.plan_of(w, author=w.officer), world.period_of(w)
    values = {"item": plan.items.first().pk, "period": period.pk, "member": w.member.pk, "value": "12.5"}
    assert "valid choice" in world.errors_of(
        world.typed(officer, add(Target), **(values | {"member": w.twin.member.pk}))
    )
    for value in ("-1", "1" * 40, "x"):
        assert world.errors_of(world.typed(officer, add(Target), **(values | {"value": value})))
    assert world.typed(officer, add(Target), **values).status_code == 302
    assert world.errors_of(world.typed(officer, add(Target), **values))
    target = Target.objects.get()
    assert world.typed(officer, change(target), value="13").status_code == 302
    Period.objects.update(opens_on=world.BEGAN)
    assert officer.post(change(target), {"value": "14"}).status_code == 403
    Plan.objects.update(year=2025)
    said = world.errors_of(world.typed(officer, add(Target), **(values | {"member": world.member(w, "M2").pk})))
    assert "the plan of another year or county" in said


def test_an_indicators_code_stands_once_per_county(w: Any, officer: Any) -> None:
    values = {"county": w.county.pk, "code": "wells", "name": "机井", "function": "service", "kind": "quantity"}
    values |= {"direction": "more", "decimals": 0, "summary_factor": 1, "summary_decimals": 0}
    assert world.typed(officer, add(Indicator), **values).status_code == 302
    assert "already exists" in world.errors_of(world.typed(officer, add(Indicator), **values))
    for typed in ({"decimals": 4}, {"summary_factor": 0}, {"code": "井"}):
        assert world.errors_of(world.typed(officer, add(Indicator), **(values | {"code": "w2"} | typed)))
