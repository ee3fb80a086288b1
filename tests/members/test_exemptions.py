"""Exemption from assessment: who acts, on which version, from when to when, and what waits for whom."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.recording import recorded
from jinxian.lib.quarters import Quarter
from members import exemptions, permissions
from members.exemption_queue import Step, exemptions_waiting
from members.models import Exemption, ExemptionApplication, HouseholdLink, Member, Post
from tests.jinxian import admin_world as base
from tests.jinxian.organization_world import world

pytestmark = pytest.mark.django_db
TODAY, JULY, OCTOBER = date(2026, 7, 3), date(2026, 7, 1), date(2026, 10, 1)
State = ExemptionApplication.State


@pytest.fixture
def w(db: Any, time_machine: Any) -> SimpleNamespace:
    made = world()
    made.staff2 = base.user("staff2")
    base.appoint(made.staff2, base.ROLES.TOWNSHIP_STAFF, township=made.township)
    time_machine.move_to("2026-07-03 09:00:00+08:00")
    return made


@pytest.fixture
def on(time_machine: Any) -> Any:
    return lambda day: time_machine.move_to(f"{day} 09:00:00+08:00")


def applied(w: Any, member: Any = None, *, by: Any = None, **more: Any) -> ExemptionApplication:
    by = by or w.secretary
    asked = {"reason": "ill", "scope": "all", "starts_on": JULY, "ends_on": None} | more
    with recorded(by=by):
        return exemptions.apply(member=member or w.plain, by=by, **asked)


def agreed(w: Any, row: Any = None, *, by: Any = None, version: int | None = None, day: date = TODAY) -> Any:
    row, by = row or applied(w), by or w.secretary
    with recorded(by=by):
        return exemptions.agree(row, by=by, seen_version=version or row.version, agreed_on=day)


def filed(w: Any, row: Any = None, *, by: Any = None, version: int | None = None) -> Any:
    row, by = row or agreed(w), by or w.staff
    with recorded(by=by):
        return exemptions.file(row, by=by, seen_version=version or row.version)


def refused(row: Any, *, by: Any, version: int | None = None, reason: str = "缺村民会议记录") -> Any:
    with recorded(by=by):
        return exemptions.refuse(row, by=by, seen_version=version or row.version, reason=reason)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def waiting(w: Any, who: Any, day: date = TODAY) -> list[tuple[str, str]]:
    who = type(who).objects.get(pk=who.pk)  # without the scope of another day
    return [(str(row.step), row.subject.member.name) for row in exemptions_waiting(who, on=day)]


# The way through


def test_nothing_holds_before_the_township_has_filed_it(w: Any) -> None:
    row = agreed(w)
    assert (row.state, row.agreed_on, row.agreed_by) == (State.AGREED, TODAY, w.secretary)
    assert not Exemption.objects.filter(member=w.plain).exists()
    row = filed(w, row)
    held = Exemption.objects.get(member=w.plain)
    assert (row.state, row.exemption, row.ended_by) == (State.FILED, held, w.staff)
    assert (held.branch, held.scope, held.reason, held.started_on, held.ended_on) == (
        w.branch,
        "all",
        "ill",
        JULY,
        None,
    )
    assert (held.agreed_on, held.filed_on, held.reviewed_on) == (TODAY, TODAY, None)


def test_every_step_is_kept_with_who_made_it(w: Any) -> None:
    rows = filed(w).history.order_by("history_id")
    assert [(row.state, row.history_user, row.version) for row in rows] == [
        (State.APPLIED, w.secretary, 1), (State.AGREED, w.secretary, 2), (State.FILED, w.staff, 3),
    ]  # fmt: skip
    assert Exemption.objects.get(member=w.plain).history.get().history_user == w.staff


def test_the_township_does_not_file_what_the_branch_has_not_agreed_to(w: Any) -> None:
    with pytest.raises(exemptions.Refused, match="has not agreed yet"):
        filed(w, applied(w))


def test_a_secretarys_own_application_goes_to_the_township_directly(w: Any) -> None:
    row = applied(w, w.boss)
    with pytest.raises(exemptions.Refused, match="the township files it directly"):
        agreed(w, row)
    assert waiting(w, w.staff) == [("file", "庞洪亮")]
    assert filed(w, row).exemption.agreed_on is None


def test_whoever_holds_the_post_or_the_appointment_is_a_secretary(w: Any) -> None:
    Post.objects.filter(member=w.boss).delete()
    assert exemptions.secretaries_among([w.boss, w.plain], on=TODAY) == {w.boss.pk}
    w.secretary.appointments.update(ended_on=TODAY)
    assert exemptions.secretaries_among([w.boss, w.plain], on=TODAY) == frozenset()


def test_who_refuses_is_who_has_it_in_hand_and_the_reason_is_kept(w: Any) -> None:
    row = applied(w)
    with pytest.raises(exemptions.Refused, match="Only the staff of|Only the secretary of"):
        refused(row, by=w.staff)
    row = agreed(w, row)
    with pytest.raises(exemptions.Refused, match="Only the staff of"):
        refused(row, by=w.secretary)
    row = refused(row, by=w.staff)
    assert (row.state, row.refusal, row.ended_by) == (State.REFUSED, "缺村民会议记录", w.staff)
    assert refused(applied(w), by=w.secretary).state == State.REFUSED


def test_a_refusal_needs_a_reason(w: Any) -> None:
    row = applied(w)
    with pytest.raises(exemptions.Refused, match="Write the reason"):
        refused(row, by=w.secretary, reason="  ")
    assert fresh(row).state == State.APPLIED


def test_an_application_is_withdrawn_while_it_is_open_and_no_longer(w: Any) -> None:
    row = agreed(w)
    with recorded(by=w.secretary):
        row = exemptions.withdraw(row, by=w.secretary, seen_version=2)
    assert (row.state, row.version) == (State.WITHDRAWN, 3)
    done = filed(w)
    with pytest.raises(exemptions.Stale):
        exemptions.withdraw(done, by=w.secretary, seen_version=done.version)


# Of two people one wins, of two clicks one counts


def test_a_double_click_makes_one_step(w: Any) -> None:
    row = applied(w)
    assert applied(w) == row
    assert agreed(w, row, version=1).version == agreed(w, row, version=1).version == 2
    assert filed(w, row, version=2).version == filed(w, row, version=2).version == 3
    assert Exemption.objects.filter(member=w.plain).count() == 1 and row.history.count() == 3


def test_the_same_step_by_somebody_else_or_on_an_old_version_is_stale(w: Any) -> None:
    row = agreed(w)
    filed(w, row, version=2)
    with pytest.raises(exemptions.Stale, match="staff changed this application .* it is “Filed with the township” now"):
        filed(w, row, by=w.staff2, version=2)
    with pytest.raises(exemptions.Stale):
        refused(row, by=w.staff, version=2)
    assert fresh(row).state == State.FILED


def test_a_second_application_for_the_same_is_refused_while_one_is_open(w: Any) -> None:
    applied(w)
    with pytest.raises(ValidationError, match="applied for already"):
        applied(w, reason="old")
    assert applied(w, scope="links").scope == "links"


# From when to when


@pytest.mark.parametrize(
    ("start", "is_taken"),
    [
        (date(2026, 3, 31), False),
        (date(2026, 4, 1), True),
        (date(2026, 9, 30), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_it_begins_one_quarter_back_at_most_and_in_the_next_one_at_the_latest(
    w: Any, start: date, is_taken: bool
) -> None:
    if is_taken:
        assert applied(w, starts_on=start).starts_on == start
    else:
        with pytest.raises(ValidationError, match="It begins on 1 Apr 2026 at the earliest and on 31 Dec 2026"):
            applied(w, starts_on=start)


def test_it_holds_for_a_day_at_least(w: Any) -> None:
    with pytest.raises(ValidationError, match="The last day lies before the first"):
        applied(w, ends_on=JULY)
    assert applied(w, ends_on=JULY + timedelta(days=1)).ends_on == date(2026, 7, 2)


def test_days_that_overlap_in_the_same_scope_are_refused_and_others_are_not(w: Any) -> None:
    held = Exemption.objects.get(member=w.head)
    with pytest.raises(ValidationError, match="Exempt from this since 1 Jan 2026 already"):
        applied(w, w.head, scope="links")
    Exemption.objects.filter(pk=held.pk).update(ended_on=JULY)
    assert applied(w, w.head, scope="links").starts_on == JULY
    with pytest.raises(ValidationError, match="from 1 Jan 2026 to 30 Jun 2026 already"):
        exemptions.refuse_application(
            member=w.head, scope="links", starts_on=date(2026, 6, 30), ends_on=None, on=TODAY
        )  # fmt: skip


def test_an_exemption_that_never_held_stands_in_nobodys_way(w: Any) -> None:
    Exemption.objects.filter(member=w.head).update(started_on=OCTOBER, ended_on=OCTOBER)
    assert applied(w, w.head, scope="links").pk


def test_an_exemption_that_came_meanwhile_stops_the_filing(w: Any) -> None:
    row = agreed(w)
    Exemption.objects.create(member=w.plain, branch=w.branch, reason="old", scope="all", started_on=JULY)
    with pytest.raises(exemptions.Refused, match="already"):
        filed(w, row)
    assert fresh(row).state == State.AGREED


def test_all_work_covers_the_others_and_it_is_said(w: Any) -> None:
    wide = applied(w, w.head)
    assert exemptions.covering_sentences(wide) == [
        "Household links only: exempt already. All work covers it for as long as both hold."
    ]
    narrow = applied(w, w.other, scope="physical")
    assert exemptions.covering_sentences(narrow) == [
        "All work is exempt already: this one adds nothing while that holds."
    ]
    assert exemptions.covering_sentences(applied(w)) == []


@pytest.mark.parametrize("status", sorted(set(Member.Status.values) - Member.PRESENT))
def test_who_is_not_present_is_not_exempt(w: Any, status: str) -> None:
    row = agreed(w)
    Member.objects.filter(pk=w.plain.pk).update(status=status)
    with pytest.raises(ValidationError, match="is not assessed any more"):
        applied(w, scope="links")
    with pytest.raises(exemptions.Refused, match="is not assessed any more"):
        filed(w, row)


def test_who_moved_to_another_branch_meanwhile_is_not_exempt_by_the_old_one(w: Any) -> None:
    row = agreed(w)
    Member.objects.filter(pk=w.plain.pk).update(branch=w.far.branch)
    with pytest.raises(exemptions.Refused, match="no longer belongs to this branch"):
        filed(w, row)


@pytest.mark.parametrize(("day", "words"), [(TODAY + timedelta(1), "still to come"), (date(2026, 3, 31), "too long")])
def test_the_branch_met_of_late_and_not_in_the_future(w: Any, day: date, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        agreed(w, day=day)


@pytest.mark.parametrize(
    ("start", "end", "quarter"),
    [
        (JULY, None, (2026, 3)),
        (date(2026, 9, 30), None, (2026, 3)),
        (JULY, OCTOBER, (2026, 3)),
        (JULY, date(2026, 9, 30), None),
        (date(2026, 8, 1), date(2027, 1, 1), (2026, 3)),
    ],
)
def test_it_counts_for_a_quarter_on_whose_last_day_it_holds(start: date, end: date | None, quarter: Any) -> None:
    assert exemptions.first_quarter(start, end) == (Quarter(*quarter) if quarter else None)


# Who may


def test_nobody_agrees_to_the_own_exemption_and_who_agreed_does_not_file(w: Any) -> None:
    own = applied(w, w.boss)
    assert not permissions.may_agree_to_exemption(w.secretary, own)
    base.appoint(w.secretary, base.ROLES.TOWNSHIP_STAFF, township=w.township)
    assert not permissions.may_file_exemption(w.secretary, own)
    row = agreed(w)
    assert "somebody else files" in permissions.may_file_exemption(w.secretary, row).reason
    row = applied(w, by=w.member_user, scope="links")
    assert permissions.may_file_exemption(w.secretary, row)
    row = agreed(w, row)
    assert "somebody else files" in permissions.may_file_exemption(w.secretary, row).reason
    assert permissions.may_file_exemption(w.staff, row)


def test_who_applied_withdraws_and_a_new_secretary_what_the_branch_applied_for(w: Any) -> None:
    by_member, by_branch = applied(w, by=w.member_user), applied(w, scope="links")
    w.secretary2 = base.user("secretary2")
    base.appoint(w.secretary2, base.ROLES.SECRETARY, branch=w.branch)
    may = permissions.may_withdraw_exemption
    assert may(w.member_user, by_member) and not may(w.secretary, by_member)
    assert may(w.secretary, by_branch) and may(w.secretary2, by_branch)
    assert not may(w.member_user, by_branch) and not may(w.staff, by_branch)


def test_nobody_ends_or_reviews_the_own_exemption(w: Any) -> None:
    own = filed(w, applied(w, w.boss)).exemption
    assert not permissions.may_end_exemption(w.secretary, own)
    assert permissions.may_review_exemption(w.staff, own)
    Member.objects.filter(pk=w.other.pk).update(user=w.staff)
    assert not permissions.may_review_exemption(w.staff, Exemption.objects.get(member=w.other))


# Ended and reviewed


def end(w: Any, row: Exemption, day: date, *, seen: str | None = None) -> Exemption:
    with recorded(by=w.secretary):
        return exemptions.end(row, by=w.secretary, seen=seen or exemptions.seen_of(fresh(row)), on=day)


def review(w: Any, row: Exemption, ends_on: date | None = None, *, seen: str | None = None) -> Exemption:
    with recorded(by=w.staff):
        return exemptions.review(row, by=w.staff, seen=seen or exemptions.seen_of(fresh(row)), ends_on=ends_on)


def test_a_member_goes_back_to_work_on_a_day(w: Any) -> None:
    row = end(w, Exemption.objects.get(member=w.other), date(2026, 8, 1))
    assert fresh(row).ended_on == date(2026, 8, 1)
    assert row.history.order_by("history_id").last().history_user == w.secretary


def test_the_same_end_twice_is_written_once_and_another_one_on_an_old_page_is_stale(w: Any) -> None:
    row = Exemption.objects.get(member=w.other)
    seen = exemptions.seen_of(row)
    end(w, row, OCTOBER, seen=seen)
    count = row.history.count()
    assert end(w, row, OCTOBER, seen=seen).ended_on == OCTOBER and row.history.count() == count
    for change in (end, review):
        with pytest.raises(exemptions.Stale):
            change(w, row, date(2026, 9, 1), seen=seen)
    assert fresh(row).ended_on == OCTOBER


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 12, 31), "cannot end before"),
        (date(2026, 3, 31), "Choose a day from 1 Apr 2026 to 31 Dec 2026"),
        (date(2027, 1, 1), "Choose a day"),
    ],
)
def test_an_end_lies_after_the_beginning_and_not_far_from_today(w: Any, day: date, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        end(w, Exemption.objects.get(member=w.other), day)


def test_an_end_is_not_put_off_and_what_has_ended_is_left_alone(w: Any) -> None:
    row = end(w, Exemption.objects.get(member=w.other), date(2026, 8, 1))
    with pytest.raises(ValidationError, match="It ends before that anyway"):
        end(w, row, OCTOBER)
    end(w, row, TODAY)
    with pytest.raises(exemptions.Refused, match="has ended on 3 Jul 2026"):
        end(w, row, JULY)


def test_a_review_goes_on_or_ends_and_comes_again_in_a_year(w: Any, on: Any) -> None:
    row = Exemption.objects.get(member=w.other)
    on("2027-01-05")
    assert waiting(w, w.staff, date(2027, 1, 5)) == [("review", "单玉梅"), ("review", "高文明")]
    row = review(w, row)
    assert (row.reviewed_on, row.ended_on) == (date(2027, 1, 5), None)
    assert exemptions.review_due_on(row) == date(2028, 1, 5)
    assert waiting(w, w.staff, date(2027, 1, 5)) == [("review", "高文明")]
    other = review(w, Exemption.objects.get(member=w.head), date(2027, 2, 1))
    assert (other.reviewed_on, other.ended_on) == (date(2027, 1, 5), date(2027, 2, 1))
    assert waiting(w, w.staff, date(2027, 1, 5)) == []


@pytest.mark.parametrize(
    ("day", "ends_on", "is_due"),
    [
        (date(2026, 12, 31), None, False),
        (date(2027, 1, 1), None, True),
        (date(2027, 1, 1), date(2027, 3, 2), False),
        (date(2027, 1, 1), date(2027, 3, 3), True),
        (date(2027, 1, 1), date(2026, 12, 1), False),
    ],
)
def test_a_review_is_due_after_twelve_months_unless_it_ends_soon(
    w: Any, day: date, ends_on: date | None, is_due: bool
) -> None:
    Exemption.objects.filter(member=w.other).update(ended_on=ends_on)
    rows = Exemption.objects.filter(member=w.other)
    assert exemptions.reviews_due(rows, on=day).exists() == is_due == exemptions.is_review_due(rows.get(), on=day)


@pytest.mark.parametrize(
    "day", [date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29), date(2029, 2, 28), date(2029, 3, 1)]
)
def test_a_review_is_in_the_list_from_the_very_day_it_is_due(w: Any, day: date) -> None:
    rows = Exemption.objects.filter(member=w.other)
    for start in (date(2027, 2, 27), date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29), date(2027, 3, 1)):
        rows.update(started_on=start)
        assert exemptions.reviews_due(rows, on=day).exists() == (exemptions.review_due_on(rows.get()) <= day)


# What waits for whom


def test_each_hand_finds_its_own_step_and_nobody_else_any(w: Any) -> None:
    others = (w.member_user, w.leader, w.officer, w.auditor, w.clerk, w.keeper, w.nobody, w.stranger)
    row = applied(w)
    assert waiting(w, w.secretary) == [(Step.AGREE, "庞立新")] and waiting(w, w.staff) == []
    row = agreed(w, row)
    assert waiting(w, w.secretary) == [] and waiting(w, w.staff) == [(Step.FILE, "庞立新")]
    assert [waiting(w, who) for who in others] == [[]] * len(others)
    refused(row, by=w.staff)
    assert waiting(w, w.secretary) == [(Step.CAME_BACK, "庞立新")] and waiting(w, w.staff) == []


def test_what_the_branch_itself_did_not_agree_to_does_not_come_back_to_it(w: Any) -> None:
    refused(applied(w, by=w.member_user), by=w.secretary)
    assert waiting(w, w.secretary) == []


def test_what_came_back_is_done_with_a_new_application_or_after_a_month(w: Any, on: Any) -> None:
    refused(agreed(w), by=w.staff)
    on("2026-08-10")
    assert waiting(w, w.secretary, date(2026, 8, 10)) == []
    on("2026-07-10")
    assert waiting(w, w.secretary, date(2026, 7, 10)) == [(Step.CAME_BACK, "庞立新")]
    applied(w)
    assert waiting(w, w.secretary, date(2026, 7, 10)) == [(Step.AGREE, "庞立新")]


def test_what_is_overdue_stands_first(w: Any) -> None:
    applied(w, starts_on=JULY)
    applied(w, w.other, scope="links", starts_on=date(2026, 4, 1))
    rows = exemptions_waiting(w.secretary, on=TODAY)
    assert [(row.due, row.is_overdue, row.days_late) for row in rows] == [
        (date(2026, 6, 30), True, 3), (date(2026, 9, 30), False, 0),
    ]  # fmt: skip


def test_the_households_of_who_is_exempt_from_links_are_to_be_handed_over(w: Any) -> None:
    filed(w, agreed(w, applied(w, scope="physical")))
    assert waiting(w, w.secretary) == []
    filed(w)
    (row,) = exemptions_waiting(w.secretary, on=TODAY)
    assert (row.step, row.label) == (Step.HAND_OVER, "庞立新: 1 household still has to be handed over.")
    assert (row.due, row.is_overdue) == (date(2026, 8, 2), False), "nobody is late on the day of the filing"
    Exemption.objects.filter(member=w.plain).update(started_on=OCTOBER)
    assert [found.due for found in exemptions_waiting(w.secretary, on=TODAY)] == [OCTOBER]
    HouseholdLink.objects.filter(member=w.plain).update(ended_on=TODAY)
    assert exemptions_waiting(w.secretary, on=TODAY) == []
