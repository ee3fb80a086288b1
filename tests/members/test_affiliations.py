"""Belonging to a branch, a small group and an area: one open row, and pointers that follow it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from members.affiliations import affiliate
from members.models import HouseholdLink, Post
from tests.jinxian import admin_world as world

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 1)


@pytest.fixture
def w() -> Any:
    return world.everything()


def move(w: Any, branch: Any, group: Any = None, area: Any = None, on: date = MAY) -> Any:
    return affiliate(member=w.member, branch=branch, small_group=group, area=area, on=on, by=w.officer)


def test_the_open_row_ends_on_the_day_the_next_begins(w: Any) -> None:
    other = world.branch(w, "02")
    move(w, other)
    old, new = w.member.affiliations.order_by("started_on")
    assert (old.ended_on, new.started_on, new.branch, new.ended_on) == (MAY, MAY, other, None)
    w.member.refresh_from_db()
    assert (w.member.branch, w.member.small_group, w.member.area) == (other, None, None)


def test_saying_the_same_again_changes_nothing(w: Any) -> None:
    move(w, w.branch, w.group, w.area)
    assert w.member.affiliations.get().started_on == world.BEGAN


def test_a_correction_on_the_very_day_leaves_no_empty_row(w: Any) -> None:
    other = world.branch(w, "02")
    move(w, other, on=world.BEGAN)
    assert w.member.affiliations.get().branch == other


@pytest.mark.parametrize("post", [True, False])
def test_links_and_posts_keep_a_member_in_the_branch(w: Any, post: bool) -> None:
    if post:
        Post.objects.create(member=w.member, branch=w.branch, kind="secretary", started_on=world.BEGAN)
    else:
        HouseholdLink.objects.create(member=w.member, household=w.household, branch=w.branch, started_on=world.BEGAN)
    with pytest.raises(ValidationError):
        move(w, world.branch(w, "02"))
    group, area = world.group_and_area(w, w.branch, 2)
    move(w, w.branch, group, area)
    assert w.member.affiliations.count() == 2


def test_an_area_rests_on_its_own_small_group(w: Any) -> None:
    group, _area = world.group_and_area(w, w.branch, 2)
    with pytest.raises(ValidationError, match="rests on another small group"):
        move(w, w.branch, group, w.area)


def test_a_unit_that_has_ended_takes_nobody_in(w: Any) -> None:
    other = world.branch(w, "02")
    type(other).objects.filter(pk=other.pk).update(ended_on=date(2026, 4, 1))
    other.refresh_from_db()
    with pytest.raises(ValidationError, match="did not exist"):
        move(w, other)
    assert w.member.affiliations.count() == 1
