"""Status and type of a member: from where to where, with which papers, and what ends with somebody who leaves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.recording import recorded
from members.models import Affiliation, Exemption, ExemptionApplication, HouseholdLink, Member, Post, Transfer
from members.registration import Stale
from members.statuses import NEXT, change_status, ending_of, make_full
from service_areas.models import Appointment
from service_areas.scoping import scope_of
from tests.jinxian import admin_world as base
from tests.members import transfer_world as world
from tests.members.transfer_world import applied, linked

Status = Member.Status
DAY = date(2026, 6, 20)
TODAY = date.fromisoformat(world.TODAY)


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    made = world.world()
    time_machine.move_to(world.MORNING.format(world.TODAY))
    return made


def change(w: Any, member: Member, status: str, on: date = DAY, document: str = "晋组〔2026〕8 号", **more: Any) -> Any:
    with recorded(by=w.staff):
        return change_status(
            member, status=status, on=on, document=document, by=w.staff, **{"seen": member.status} | more
        )


def fresh(row: Any) -> Any:
    return type(row)._base_manager.get(pk=row.pk)


# From where to where


@pytest.mark.parametrize("now", Status.values)
@pytest.mark.parametrize("then", Status.values)
def test_a_member_comes_only_to_the_statuses_that_follow(w: Any, now: str, then: str) -> None:
    Member.objects.filter(pk=w.plain.pk).update(status=now)
    member = fresh(w.plain)
    if then in NEXT[now]:
        change(w, member, then)
        assert fresh(member).status == then
    else:
        with pytest.raises(ValidationError) as refused:
            change(w, member, then)
        assert list(refused.value.message_dict) == ["status"] and fresh(member).status == now


def test_only_who_was_suspended_is_restored_and_death_is_final() -> None:
    assert [now for now, then in NEXT.items() if Status.RESTORED in then] == [Status.SUSPENDED]
    assert NEXT[Status.DECEASED] == () and Status.TRANSFERRED not in {then for to in NEXT.values() for then in to}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"on": date(2026, 7, 4)}, "on"),
        ({"on": date(1999, 12, 31)}, "on"),
        ({"document": " "}, "document"),
    ],
)
def test_a_day_that_cannot_be_and_a_change_without_a_paper_are_refused(
    w: Any, changed: dict[str, Any], field: str
) -> None:
    Member.objects.filter(pk=w.plain.pk).update(admitted_on=date(2000, 1, 1))
    with pytest.raises(ValidationError) as refused:
        change(w, fresh(w.plain), Status.SUSPENDED, **changed)
    assert list(refused.value.message_dict) == [field]
    assert fresh(w.plain).status == Status.NORMAL


def test_a_status_begins_on_the_day_of_the_one_before_at_the_earliest(w: Any) -> None:
    change(w, w.plain, Status.SUSPENDED)
    with pytest.raises(ValidationError, match="began on"):
        change(w, fresh(w.plain), Status.RESTORED, on=date(2026, 6, 19))
    change(w, fresh(w.plain), Status.RESTORED)
    assert fresh(w.plain).status_on == DAY


def test_who_saw_another_status_changes_nothing(w: Any) -> None:
    change(w, w.plain, Status.SUSPENDED)
    with pytest.raises(Stale):
        change(w, w.plain, Status.DECEASED, seen=Status.NORMAL)
    assert fresh(w.plain).status == Status.SUSPENDED


def test_a_change_of_status_is_kept_with_day_paper_and_name(w: Any) -> None:
    change(w, w.plain, Status.SUSPENDED)
    last = w.plain.history.order_by("history_id").last()
    assert (last.status, last.status_on, last.status_document) == (Status.SUSPENDED, DAY, "晋组〔2026〕8 号")
    assert last.history_user == w.staff


# Who leaves


@pytest.mark.parametrize("status", [Status.LEFT, Status.REMOVED, Status.DECEASED])
def test_who_leaves_ends_everything_on_the_day_but_the_households(w: Any, status: str) -> None:
    link = HouseholdLink.objects.create(
        member=w.head, household=w.household, branch=w.branch, started_on=base.BEGAN, is_primary=True
    )
    exemption = Exemption.objects.create(
        member=w.head, branch=w.branch, reason="old", scope="links", started_on=base.BEGAN
    )
    told = change(w, w.head, status)
    assert [post.kind for post in told.posts] == ["leader"] and told.link_count == 1
    assert Affiliation.objects.get(member=w.head).ended_on == DAY
    assert Post.objects.get(member=w.head).ended_on == DAY
    assert Appointment.objects.get(user=w.leader).ended_on == DAY
    assert fresh(exemption).ended_on == DAY
    assert fresh(link).ended_on is None, "it waits until it is handed over"
    user = fresh(w.leader)
    assert user.is_active and not scope_of(user).appointments


def test_each_end_is_recorded_once(w: Any) -> None:
    before = Appointment.history.filter(user=w.leader).count()
    change(w, w.head, Status.DECEASED)
    assert Appointment.history.filter(user=w.leader).count() == before + 1


def test_who_is_suspended_stays_in_branch_and_post(w: Any) -> None:
    change(w, w.head, Status.SUSPENDED)
    assert Affiliation.objects.get(member=w.head).ended_on is None
    assert Post.objects.get(member=w.head).ended_on is None
    assert scope_of(fresh(w.leader)).appointments


def test_what_began_after_the_day_ends_when_it_began(w: Any) -> None:
    Post.objects.filter(member=w.head).update(started_on=TODAY)
    change(w, w.head, Status.DECEASED)
    post = Post.objects.get(member=w.head)
    assert (post.started_on, post.ended_on) == (TODAY, TODAY)


def test_what_the_account_holds_for_another_reason_stays_and_is_told(w: Any) -> None:
    base.appoint(w.leader, base.ROLES.CLERK, village=w.village)
    told = change(w, w.head, Status.LEFT)
    assert ([row.role for row in told.appointments], [row.role for row in told.remaining]) == (["leader"], ["clerk"])
    assert [row.role for row in scope_of(fresh(w.leader)).appointments] == ["clerk"]


def test_a_transfer_and_an_application_under_way_end_with_the_member(w: Any) -> None:
    transfer = applied(w)
    application = ExemptionApplication.objects.create(
        member=w.plain, branch=w.branch, reason="ill", scope="all", starts_on=TODAY, applied_at="2026-07-01T09:00+08:00"
    )
    told = change(w, w.plain, Status.DECEASED)
    assert (told.transfers, told.applications) == ([transfer], [application])
    assert fresh(transfer).state == Transfer.State.REVOKED
    assert fresh(application).state == ExemptionApplication.State.WITHDRAWN


def test_what_will_end_is_told_before_and_nothing_is_written_by_it(w: Any) -> None:
    linked(w)
    told = ending_of(w.plain)
    assert told.link_count == 1 and [row.role for row in told.appointments] == ["member"]
    assert not Affiliation.objects.filter(member=w.plain, ended_on__isnull=False).exists()


# Full membership


@pytest.fixture
def probationary(w: Any) -> Member:
    Member.objects.filter(pk=w.plain.pk).update(member_type="probationary", admitted_on=date(2025, 7, 1))
    return fresh(w.plain)


def test_full_membership_keeps_its_paper_with_the_change(w: Any, probationary: Member) -> None:
    make_full(probationary, on=date(2026, 7, 1), document="批 3 号", by=w.staff)
    row = fresh(probationary)
    assert (row.member_type, row.full_on, row.status_document) == ("full", date(2026, 7, 1), "")
    assert row.history.order_by("history_id").last().history_change_reason == "批 3 号"


@pytest.mark.parametrize(
    ("on", "document", "words"),
    [
        (date(2026, 7, 4), "批", "future"),
        (date(2025, 6, 30), "批", "before admission"),
        (date(2026, 7, 1), " ", "document"),
    ],
)
def test_full_membership_that_cannot_be_is_refused(
    w: Any, probationary: Member, on: date, document: str, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        make_full(probationary, on=on, document=document, by=w.staff)
    assert fresh(probationary).member_type == "probationary"


def test_nobody_becomes_full_twice_or_after_leaving(w: Any, probationary: Member) -> None:
    with pytest.raises(ValidationError, match="full member already"):
        make_full(w.head, on=date(2026, 7, 1), document="批", by=w.staff)
    change(w, probationary, Status.LEFT)
    with pytest.raises(ValidationError, match="no longer belongs"):
        make_full(probationary, on=date(2026, 7, 1), document="批", by=w.staff)
