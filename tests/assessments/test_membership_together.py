"""Receipts beside others who begin and fill in sheets, each with a connection of their own: one effect, no deadlock."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from assessments import membership, totals, workflow
from assessments.models import SheetMember
from members import transfers
from members.models import Transfer
from service_areas.models import Appointment
from tests.assessments.sheet_world import begun, cell, entry, fresh, save, submitted
from tests.assessments.test_totals_together import together
from tests.jinxian import admin_world as base
from tests.members import transfer_world

pytestmark = pytest.mark.django_db(transaction=True)
LAST_DAY = date(2026, 6, 30)


@pytest.fixture
def w(time_machine: Any) -> SimpleNamespace:
    made = transfer_world.world()
    time_machine.move_to("2026-06-10 09:00:00+08:00")
    row = transfer_world.applied(made, to_branch=made.far.branch)
    made.letter = transfer_world.issued(made, row, valid_until=date(2026, 9, 1))
    time_machine.move_to("2026-07-03 09:00:00+08:00")
    return made


def receive(w: Any, by: Any = None) -> Transfer:
    row, _found = membership.receive_and_follow(
        Transfer.objects.get(pk=w.letter.pk), by=by or w.far_secretary, seen_version=2, on=LAST_DAY,
        small_group=w.far.group, area=w.far.area,
    )  # fmt: skip
    return row


def test_of_two_secretaries_who_receive_at_once_one_does(w: Any) -> None:
    second = base.user("second")
    base.appoint(second, Appointment.Role.SECRETARY, branch=w.far.branch)
    given = together(lambda: receive(w), lambda: receive(w, second))
    assert sorted(type(each) for each in given if isinstance(each, Exception)) == [transfers.Stale]
    assert w.plain.affiliations.count() == 2 and Transfer.objects.get().version == 3


def test_the_same_receipt_sent_twice_at_once_is_one(w: Any) -> None:
    given = together(lambda: receive(w), lambda: receive(w))
    assert [each.version for each in given] == [3, 3]
    assert w.plain.affiliations.count() == 2


def test_one_application_of_two_at_once_is_kept(w: Any) -> None:
    w.letter.delete()
    given = together(lambda: transfer_world.applied(w), lambda: transfer_world.applied(w, by=w.member_user))
    assert [type(each) for each in given if isinstance(each, Exception)] == [transfers.Refused]
    assert Transfer.objects.count() == 1


def test_sheets_that_are_begun_meanwhile_have_the_member_once(w: Any) -> None:
    far = fresh(w.far.sheet)
    given = together(lambda: begun(w), lambda: workflow.begin(far, by=w.far_secretary), lambda: receive(w))
    assert not [each for each in given if isinstance(each, Exception)]
    assert SheetMember.objects.get(member=w.plain, period=w.period).sheet == w.far.sheet


def test_a_figure_typed_meanwhile_is_kept_or_refused_but_never_lost(w: Any) -> None:
    sheet = begun(w)
    workflow.begin(fresh(w.far.sheet), by=w.far_secretary)
    name = cell(w, w.plain, "visits")
    typed, row = together(lambda: save(sheet, {name: "5"}, by=w.secretary), lambda: receive(w))
    assert isinstance(row, Transfer)
    line = SheetMember.objects.get(member=w.plain, period=w.period)
    if isinstance(typed, Exception):
        assert line.sheet == w.far.sheet and not line.filled_count
    else:
        assert line.sheet == w.sheet and entry(w, w.plain, "visits").actual == 5


def test_a_submission_meanwhile_leaves_exact_totals(w: Any) -> None:
    sheet = submitted(w)
    sheet = workflow.take_back(fresh(sheet), by=w.secretary, seen_version=sheet.version)
    version = fresh(sheet).version
    together(lambda: workflow.submit(fresh(sheet), by=w.secretary, seen_version=version), lambda: receive(w))
    assert totals.differences(w.period) == []
