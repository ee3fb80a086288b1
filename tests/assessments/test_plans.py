"""Publishing a plan (rule 10, prevent rule 4): each refusal beside the case that passes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assessments.models import Indicator, Plan, PlanItem
from assessments.plans import base_points, publish, why_frozen, written_by
from tests.jinxian import admin_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> Any:
    return world.everything()


def test_another_one_than_the_author_publishes(w: Any) -> None:
    plan = world.plan_of(w, author=w.officer)
    publish(plan, by=w.officer_b, on=world.BEGAN)
    plan.refresh_from_db()
    assert (plan.state, plan.published_by, plan.published_on) == (Plan.State.PUBLISHED, w.officer_b, world.BEGAN)
    assert why_frozen(plan)


def test_the_author_does_not_publish(w: Any) -> None:
    plan = world.plan_of(w, author=w.officer)
    with pytest.raises(ValidationError, match="somebody else publishes it"):
        publish(plan, by=w.officer, on=world.BEGAN)
    plan.refresh_from_db()
    assert plan.state == Plan.State.DRAFT and not why_frozen(plan)


def test_a_published_plan_is_not_published_again(w: Any) -> None:
    plan = world.plan_of(w, author=w.officer)
    publish(plan, by=w.officer_b, on=world.BEGAN)
    with pytest.raises(ValidationError, match="published already"):
        publish(plan, by=w.keeper, on=world.BEGAN)


@pytest.mark.parametrize("points", [(), ("99.99",), ("60", "40.01"), ("100", "0.01")])
def test_base_points_make_exactly_a_hundred(w: Any, points: tuple[str, ...]) -> None:
    plan = world.plan_of(w, author=w.officer, points=points)
    with pytest.raises(ValidationError, match="must make 100.00"):
        publish(plan, by=w.officer_b, on=world.BEGAN)


@pytest.mark.parametrize("kind", ["bonus", "deduction", "veto"])
def test_bonus_deduction_and_veto_stand_outside_the_hundred(w: Any, kind: str) -> None:
    plan = world.plan_of(w, author=w.officer)
    extra = Indicator.objects.create(county=w.county, code="x", name="另", function="service", kind=kind)
    PlanItem.objects.create(plan=plan, indicator=extra, position=9, points=Decimal(10))
    assert base_points(plan) == Decimal("100.00")
    publish(plan, by=w.officer_b, on=world.BEGAN)


def test_who_wrote_last_is_the_author_of_a_draft_only(w: Any) -> None:
    plan = world.plan_of(w, author=w.officer)
    written_by(plan, by=w.officer_b)
    with pytest.raises(ValidationError, match="somebody else publishes it"):
        publish(plan, by=w.officer_b, on=world.BEGAN)
    publish(plan, by=w.officer, on=world.BEGAN)
    written_by(plan, by=w.keeper)
    plan.refresh_from_db()
    assert plan.author == w.officer_b
