"""Posts: begun, ended, handed on; the access that follows, and whom nobody can put there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from members.models import Affiliation, Exemption, Member, Post
from members.posts import begin_post, end_post, holders
from service_areas.models import Appointment, ServiceArea
from service_areas.scoping import scope_of
from tests.assessments import sheet_world as world
from tests.jinxian import admin_world as base

Kind = Post.Kind
DAY = date(2026, 6, 20)


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    made = world.world()
    time_machine.move_to(world.MORNING.format(world.TODAY))
    return made


def begin(w: Any, member: Member, kind: str = Kind.LEADER, unit: Any = None, on: date = DAY, by: Any = None) -> Post:
    return begin_post(member=member, kind=kind, unit=unit or w.area, on=on, by=by or w.secretary)


def access(user: Any) -> list[tuple[str, Any]]:
    return [(row.role, row.ended_on) for row in Appointment.objects.filter(user=user).order_by("started_on", "pk")]


def test_the_former_leader_ends_on_the_day_and_loses_the_access(w: Any) -> None:
    begin(w, w.plain)
    posts = Post.objects.filter(area=w.area).order_by("started_on")
    assert [(post.member, post.ended_on) for post in posts] == [(w.head, DAY), (w.plain, None)]
    assert access(w.leader) == [("leader", DAY)] and not scope_of(world.fresh(w.leader)).appointments
    assert ("leader", None) in access(w.member_user) and ("member", None) in access(w.member_user)


def test_a_new_secretary_reaches_the_branch_and_the_former_one_no_longer(w: Any) -> None:
    begin(w, w.plain, Kind.SECRETARY, w.branch, by=w.staff)
    roles = {row.role for row in scope_of(world.fresh(w.member_user)).appointments}
    assert "secretary" in roles and access(w.secretary) == [("secretary", DAY)]
    assert [post.member for post in holders(Kind.SECRETARY, w.branch)] == [w.plain]


def test_deputies_stand_beside_each_other_and_have_no_access_of_their_own(w: Any) -> None:
    before = Appointment.objects.count()
    begin(w, w.plain, Kind.DEPUTY, w.branch, by=w.staff)
    begin(w, w.part, Kind.DEPUTY, w.branch, by=w.staff)
    assert len(holders(Kind.DEPUTY, w.branch)) == 2 and Appointment.objects.count() == before
    with pytest.raises(ValidationError, match="already"):
        begin(w, w.plain, Kind.DEPUTY, w.branch, by=w.staff)


def test_a_member_without_an_account_takes_the_post_alone(w: Any) -> None:
    before = Appointment.objects.filter(ended_on__isnull=True).count()
    begin(w, w.part, Kind.GROUP_LEADER, w.group)
    begin(w, w.part)
    assert Appointment.objects.filter(ended_on__isnull=True).count() == before - 1, "only the former leader's ended"


def test_who_had_the_access_already_is_not_given_it_twice(w: Any) -> None:
    base.appoint(w.member_user, base.ROLES.LEADER, area=w.area)
    begin(w, w.plain)
    assert [role for role, _ended in access(w.member_user)].count("leader") == 1


def test_the_auditor_becomes_no_leader(w: Any) -> None:
    Member.objects.filter(pk=w.part.pk).update(user=w.auditor)
    with pytest.raises(ValidationError, match="auditor only reads"):
        begin(w, world.fresh(w.part))
    assert [post.member for post in holders(Kind.LEADER, w.area)] == [w.head], "and the former one stays"


def test_nobody_fills_a_post_with_himself(w: Any) -> None:
    with pytest.raises(ValidationError, match="one level up"):
        begin(w, world.fresh(w.boss), by=w.secretary)
    begin(w, world.fresh(w.boss), by=w.staff)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda w: Member.objects.filter(pk=w.plain.pk).update(status="suspended"), "cannot hold a post"),
        (lambda w: Member.objects.filter(pk=w.plain.pk).update(status="left"), "cannot hold a post"),
        (lambda w: Affiliation.objects.filter(member=w.plain).update(started_on=date(2026, 7, 1)), "did not belong"),
        (lambda w: ServiceArea.objects.filter(pk=w.area.pk).update(ended_on=date(2026, 6, 1)), "did not exist"),
        (lambda w: Post.objects.filter(member=w.head).update(started_on=date(2026, 7, 1)), "cannot end before"),
        (
            lambda w: Exemption.objects.create(
                member=w.plain, branch=w.branch, reason="ill", scope="all", started_on=base.BEGAN
            ),
            "exempt from all work",
        ),
    ],
)
def test_who_cannot_hold_it_is_refused_and_nothing_changes(w: Any, spoil: Any, words: str) -> None:
    spoil(w)
    with pytest.raises(ValidationError, match=words):
        begin(w, world.fresh(w.plain), unit=world.fresh(w.area))
    assert [post.member for post in holders(Kind.LEADER, w.area)] == [w.head]


def test_a_member_of_another_branch_and_a_day_to_come_are_refused(w: Any) -> None:
    with pytest.raises(ValidationError, match="another branch"):
        begin(w, w.far.member)
    with pytest.raises(ValidationError, match="future"):
        begin(w, w.plain, on=date(2026, 7, 4))


def test_the_holder_is_not_put_there_again(w: Any) -> None:
    with pytest.raises(ValidationError, match="holds this post already"):
        begin(w, w.head)
    assert Post.objects.filter(member=w.head).count() == 1


def test_a_post_that_ends_takes_only_its_own_access_along(w: Any) -> None:
    base.appoint(w.leader, base.ROLES.MEMBER, branch=w.branch)
    end_post(post=Post.objects.get(member=w.head), on=DAY, by=w.secretary)
    assert sorted(access(w.leader)) == [("leader", DAY), ("member", None)]


@pytest.mark.parametrize(("on", "words"), [(date(2026, 7, 4), "future"), (date(1980, 1, 1), "cannot end before")])
def test_a_post_cannot_end_in_the_future_or_before_it_began(w: Any, on: date, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        end_post(post=Post.objects.get(member=w.head), on=on, by=w.secretary)
    assert access(w.leader) == [("leader", None)]
