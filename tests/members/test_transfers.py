"""A transfer from application to receipt: who acts, on which version, and what moves with the member."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from members import permissions, transfers
from members.models import Exemption, HouseholdLink, Member, Post, Transfer
from members.transfer_queue import Step, queue_of, transfers_waiting, unsettled
from service_areas.models import Appointment, Branch
from tests.jinxian import admin_world as base
from tests.members import transfer_world as world
from tests.members.transfer_world import applied, issued, linked, received

TODAY = date.fromisoformat(world.TODAY)
State = Transfer.State


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    made = world.world()
    time_machine.move_to(world.MORNING.format(world.TODAY))
    return made


@pytest.fixture
def on(time_machine: Any) -> Any:
    return lambda day: time_machine.move_to(world.MORNING.format(day))


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


# The way through


def test_a_transfer_goes_from_application_over_the_letter_to_the_new_branch(w: Any) -> None:
    row = applied(w)
    assert (row.state, row.from_branch, row.valid_until) == (State.APPLIED, w.branch, TODAY + timedelta(days=30))
    row = issued(w, row)
    assert (row.state, row.letter_no, row.issued_by) == (State.ISSUED, "晋组介 7 号", w.staff)
    assert fresh(w.plain).branch == w.branch, "the old branch stays responsible until receipt"
    row = received(w, row)
    member = fresh(w.plain)
    assert (row.state, row.received_on, row.ended_by) == (State.RECEIVED, TODAY, w.new_secretary)
    assert (member.branch, member.small_group, member.area) == (w.new.branch, w.new.group, w.new.area)
    old, new = member.affiliations.order_by("started_on")
    assert (old.ended_on, new.started_on) == (TODAY, TODAY)


def test_every_step_is_kept_with_who_made_it(w: Any) -> None:
    rows = received(w).history.order_by("history_id")
    assert [(row.state, row.history_user, row.version) for row in rows] == [
        (State.APPLIED, w.secretary, 1), (State.ISSUED, w.staff, 2), (State.RECEIVED, w.new_secretary, 3),
    ]  # fmt: skip


def test_rights_end_in_the_old_branch_and_a_plain_members_begins_in_the_new_one(w: Any) -> None:
    base.appoint(w.member_user, base.ROLES.LEADER, area=w.area2)
    ahead = base.appoint(w.member_user, base.ROLES.SECRETARY, branch=w.branch, started_on=date(2026, 8, 1))
    received(w)
    held = Appointment.objects.filter(user=w.member_user).current(on=TODAY)
    assert [(row.role, row.branch) for row in held] == [("member", w.new.branch)]
    assert fresh(ahead).ended_on == date(2026, 8, 1), "what had not begun never holds"


def test_a_member_without_an_account_gets_no_appointment(w: Any) -> None:
    row = issued(w, applied(w, member=w.part))
    before = Appointment.objects.count()
    received(w, row)
    assert (fresh(w.part).branch, Appointment.objects.count()) == (w.new.branch, before)


def test_an_exemption_goes_along_as_it_was_agreed(w: Any) -> None:
    row = issued(w, applied(w, member=w.out))
    received(w, row)
    old, new = Exemption.objects.filter(member=w.out).order_by("pk")
    assert (old.branch, old.ended_on) == (w.branch, TODAY)
    assert (new.branch, new.started_on, new.ended_on, new.scope) == (w.new.branch, TODAY, date(2027, 1, 1), "all")


def test_out_of_the_county_the_township_records_the_slip_and_the_affiliation_ends(w: Any) -> None:
    row = issued(w, applied(w, to_branch=None, outside="石家庄市桥西区某支部"))
    assert permissions.may_receive_transfer(w.staff, row) and not permissions.may_receive_transfer(w.new_secretary, row)
    done = transfers.receive(row, by=w.staff, seen_version=2, on=TODAY, document="回执 12 号")
    member = fresh(w.plain)
    assert (done.state, member.status, member.status_on) == (State.RECEIVED, Member.Status.TRANSFERRED, TODAY)
    assert (member.status_document, member.branch, member.area) == ("回执 12 号", w.branch, None)
    assert member.affiliations.get().ended_on == TODAY
    assert not Appointment.objects.filter(user=w.member_user).current(on=TODAY).exists()


def test_the_slip_from_outside_has_a_number(w: Any) -> None:
    row = issued(w, applied(w, to_branch=None, outside="石家庄"))
    with pytest.raises(ValidationError) as refused:
        transfers.receive(row, by=w.staff, seen_version=2, on=TODAY, document=" ")
    assert refused.value.message_dict.keys() == {"document"}
    assert (fresh(row).state, fresh(w.plain).status) == (State.ISSUED, "normal")


# Handing over first


def test_open_households_and_posts_keep_the_member_from_being_received(w: Any) -> None:
    row = issued(w)
    link = linked(w)
    with pytest.raises(transfers.Refused, match="1 household is still to be handed over"):
        received(w, row)
    link.ended_on = TODAY
    link.save()
    post = Post.objects.create(member=w.plain, kind="deputy", branch=w.branch, started_on=base.BEGAN)
    with pytest.raises(transfers.Refused, match="Deputy secretary, Pangcun Branch, has still to be ended"):
        received(w, row)
    post.ended_on = TODAY
    post.save()
    assert received(w, row).state == State.RECEIVED


def test_a_link_that_ends_after_the_receipt_is_still_to_be_handed_over(w: Any) -> None:
    row = issued(w)
    linked(w)
    HouseholdLink.objects.update(ended_on=TODAY + timedelta(days=1))
    assert transfers.unfinished(w.plain, on=TODAY).households == 1
    with pytest.raises(transfers.Refused):
        received(w, row)


# Other endings


def test_the_township_rejects_before_the_letter_and_the_new_branch_after_it(w: Any) -> None:
    row = applied(w)
    with pytest.raises(transfers.Refused, match="Only the staff of Jin Town"):
        transfers.reject(row, by=w.new_secretary, seen_version=1, reason="不收")
    row = issued(w, row)
    with pytest.raises(transfers.Refused, match="Only the secretary of Dongcao Branch"):
        transfers.reject(row, by=w.staff, seen_version=2, reason="不发")
    done = transfers.reject(row, by=w.new_secretary, seen_version=2, reason="查无此人")
    assert (done.state, done.ended_reason, done.ended_by) == (State.REJECTED, "查无此人", w.new_secretary)


def test_a_rejection_has_a_reason(w: Any) -> None:
    row = applied(w)
    with pytest.raises(transfers.Refused, match="Write the reason"):
        transfers.reject(row, by=w.staff, seen_version=1, reason="  ")


def test_the_old_branch_revokes_as_long_as_it_is_open(w: Any) -> None:
    row = issued(w)
    assert transfers.revoke(row, by=w.secretary, seen_version=2).state == State.REVOKED
    with pytest.raises(transfers.Stale, match="“Revoked” now"):
        received(w, row)
    assert fresh(w.plain).branch == w.branch


def test_past_its_last_day_it_can_be_neither_issued_nor_received(w: Any, on: Any) -> None:
    row = applied(w)
    on("2026-08-03")
    assert fresh(row).state_on(date(2026, 8, 3)) == State.EXPIRED
    with pytest.raises(transfers.Refused, match="Expired"):
        issued(w, row)


def test_a_new_application_closes_the_one_that_has_expired(w: Any, on: Any) -> None:
    row = issued(w)
    on("2026-10-01")
    with pytest.raises(transfers.Refused, match="Expired"):
        received(w, row, on=date(2026, 9, 30))
    new = applied(w)
    assert (fresh(row).state, fresh(row).version, new.state) == (State.EXPIRED, 3, State.APPLIED)
    assert new.pk != row.pk


def test_on_its_last_day_a_letter_is_still_good(w: Any, on: Any) -> None:
    row = issued(w)
    on("2026-09-30")
    assert received(w, row, on=date(2026, 9, 30)).state == State.RECEIVED


# Twice, too late, and two at once


def test_the_same_request_again_has_one_effect(w: Any) -> None:
    row = applied(w)
    assert applied(w).pk == row.pk and Transfer.objects.count() == 1
    issued(w, row)
    assert transfers.issue(row, by=w.staff, seen_version=1, letter_no="x", valid_until=TODAY).letter_no == "晋组介 7 号"
    letter = fresh(row)
    received(w, letter)
    assert received(w, letter).version == 3
    assert w.plain.affiliations.count() == 2


def test_of_two_who_act_on_the_same_version_the_second_is_told(w: Any) -> None:
    row = applied(w)
    issued(w, row)
    with pytest.raises(transfers.Stale, match="staff changed this transfer at .* it is “Letter issued” now"):
        transfers.revoke(row, by=w.secretary, seen_version=1)
    with pytest.raises(transfers.Stale):
        transfers.reject(row, by=w.staff_b, seen_version=1, reason="材料不齐")
    assert fresh(row).state == State.ISSUED


def test_two_secretaries_cannot_both_receive(w: Any) -> None:
    row = issued(w)
    second = base.user("second")
    base.appoint(second, base.ROLES.SECRETARY, branch=w.new.branch)
    received(w, row)
    with pytest.raises(transfers.Stale):
        transfers.receive(row, by=second, seen_version=2, on=TODAY)
    assert fresh(w.plain).area == w.new.area


def test_a_second_application_is_refused_while_one_is_under_way(w: Any) -> None:
    applied(w)
    with pytest.raises(transfers.Refused, match="under way already"):
        applied(w, to_branch=w.far.branch)


def test_who_has_left_the_branch_is_not_applied_for_on_an_old_page(w: Any) -> None:
    old = fresh(w.plain)
    received(w)
    with pytest.raises(transfers.Refused, match="no longer belongs"):
        applied(w, member=old, to_branch=w.far.branch)


# What cannot be


def test_a_member_goes_to_another_branch_of_the_county_that_exists_today(w: Any) -> None:
    with pytest.raises(ValidationError, match="to this branch already"):
        applied(w, to_branch=w.branch)
    for branch in (w.far.branch, w.twin.branch):
        Branch.objects.filter(pk=w.far.branch.pk).update(ended_on=TODAY)
        with pytest.raises(ValidationError, match="no such branch"):
            applied(w, to_branch=branch)
    assert not Transfer.objects.exists()


def test_a_transfer_leads_somewhere_and_to_one_place(w: Any) -> None:
    with pytest.raises(ValidationError, match="leads to a branch"):
        applied(w, to_branch=None)
    with pytest.raises(ValidationError, match="leads to a branch"):
        applied(w, outside="石家庄")


@pytest.mark.parametrize(("day", "sentence"), [("2026-07-04", "still to come"), ("2026-07-02", "was issued on")])
def test_a_receipt_lies_between_the_letter_and_today(w: Any, day: str, sentence: str) -> None:
    row = issued(w)
    with pytest.raises(ValidationError, match=sentence):
        received(w, row, on=date.fromisoformat(day))
    assert fresh(row).state == State.ISSUED


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_a_letter_is_valid_for_90_days_at_most(w: Any, days: int) -> None:
    row = applied(w)
    with pytest.raises(ValidationError):
        issued(w, row, valid_until=TODAY + timedelta(days=days))
    assert issued(w, row, valid_until=TODAY + timedelta(days=90)).state == State.ISSUED


def test_a_township_gives_a_number_once(w: Any) -> None:
    issued(w)
    other = applied(w, member=w.other)
    with pytest.raises(ValidationError, match="has this number already"):
        issued(w, other)


def test_a_group_or_area_of_another_branch_receives_nobody(w: Any) -> None:
    row = issued(w)
    with pytest.raises(ValidationError):
        received(w, row, small_group=w.far.group, area=w.far.area)
    assert (fresh(row).state, fresh(w.plain).branch) == (State.ISSUED, w.branch)


# Whose hand


def test_nobody_acts_for_both_branches_and_nobody_about_oneself(w: Any) -> None:
    base.appoint(w.new_secretary, base.ROLES.SECRETARY, branch=w.branch)
    row = issued(w)
    verdict = permissions.may_receive_transfer(w.new_secretary, row)
    assert not verdict and "old branch already" in verdict.reason
    assert permissions.may_revoke_transfer(w.new_secretary, row)


def test_who_applied_does_not_issue_and_who_issued_does_not_receive(w: Any) -> None:
    base.appoint(w.secretary, base.ROLES.TOWNSHIP_STAFF, township=w.township)
    assert not permissions.may_issue_transfer(w.secretary, applied(w))
    base.appoint(w.staff, base.ROLES.SECRETARY, branch=w.new.branch)
    row = issued(w, fresh(Transfer.objects.get()))
    assert not permissions.may_receive_transfer(w.staff, row)


def test_the_person_asks_and_takes_back_the_own_request_but_decides_nothing(w: Any) -> None:
    base.appoint(w.member_user, base.ROLES.TOWNSHIP_STAFF, township=w.township)
    row = applied(w, by=w.member_user)
    assert permissions.may_apply_for_transfer(w.member_user, w.plain)
    assert not permissions.may_issue_transfer(w.member_user, row)
    assert permissions.may_revoke_transfer(w.member_user, row) and permissions.may_revoke_transfer(w.secretary, row)


def test_the_person_does_not_revoke_what_the_branch_applied_for(w: Any) -> None:
    base.appoint(w.member_user, base.ROLES.SECRETARY, branch=w.new.branch)
    row = issued(w)
    assert not permissions.may_revoke_transfer(w.member_user, row)
    assert not permissions.may_receive_transfer(w.member_user, row)


# What waits for whom


def steps(user: Any, on: date = TODAY) -> list[Step | None]:
    return [row.step for row in queue_of(user, unsettled(user, on=on), on=on).to_do]


def test_a_transfer_waits_for_one_person_after_the_other(w: Any) -> None:
    row = applied(w)
    everybody = (w.secretary, w.staff, w.new_secretary)
    assert [steps(who) for who in everybody] == [[], [Step.ISSUE], []]
    issued(w, row)
    assert [steps(who) for who in everybody] == [[], [], [Step.RECEIVE]]
    linked(w)
    assert steps(w.secretary) == [Step.HAND_OVER]
    waiting = transfers_waiting(w.new_secretary, on=TODAY)
    assert [(each.label, each.due, each.is_overdue) for each in waiting] == [
        ("Receive Pang Lixin", date(2026, 9, 30), False)
    ]
    assert not any(transfers_waiting(who, on=TODAY) for who in (w.officer, w.auditor, w.member_user, w.nobody))


def test_what_came_back_waits_for_the_old_branch_for_a_month_or_until_it_applies_again(w: Any, on: Any) -> None:
    row = issued(w)
    transfers.reject(row, by=w.new_secretary, seen_version=2, reason="查无此人")
    assert (steps(w.secretary), steps(w.new_secretary)) == ([Step.AGAIN], [])
    assert steps(w.secretary, date(2026, 8, 3)) == []
    applied(w)
    assert steps(w.secretary) == []


def test_one_that_ran_out_is_overdue_and_stands_first(w: Any, on: Any) -> None:
    applied(w)
    on("2026-08-10")
    transfers.reject(applied(w, member=w.other), by=w.staff, seen_version=1, reason="材料不齐")
    waiting = transfers_waiting(w.secretary, on=date(2026, 8, 10))
    assert [(each.due, each.is_overdue) for each in waiting] == [(date(2026, 8, 2), True), (date(2026, 9, 9), False)]


def test_a_slip_from_outside_waits_for_the_township(w: Any) -> None:
    issued(w, applied(w, to_branch=None, outside="石家庄"))
    assert steps(w.staff) == [Step.RETURN_SLIP]
