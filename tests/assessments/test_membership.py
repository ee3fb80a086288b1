"""Lines of open quarters follow their members, as long as nothing is filled in and the branch has the sheet in hand.

It is 3 July; the second quarter ended on 30 June. 庞立新 moves from area 1 to the neighbour branch.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assessments import membership, totals, workflow
from assessments.membership import Outcome
from assessments.models import Entry, Period, Sheet, SheetMember
from members import transfers
from members.affiliations import affiliate
from members.models import Transfer
from tests.assessments.sheet_world import begun, cell, entry, fresh, line, save, submitted
from tests.members import transfer_world

LAST_DAY = date(2026, 6, 30)
JULY = date(2026, 7, 3)


def moved(w: Any, *, on: date = LAST_DAY, area: Any = None, follow: bool = True) -> list[membership.Followed]:
    place = area or w.far.area
    affiliate(member=w.plain, branch=place.branch, small_group=place.small_group, area=place, on=on, by=w.officer)
    return membership.follow(member=w.plain, on=on, by=w.officer) if follow else []


def outcomes(found: list[membership.Followed]) -> list[Outcome]:
    return [step.outcome for step in found]


def members_of(sheet: Sheet) -> list[str]:
    return list(sheet.lines.values_list("name", flat=True))


def begin_both(w: Any) -> tuple[Sheet, Sheet]:
    return begun(w), workflow.begin(fresh(w.far.sheet), by=w.far_secretary)


def test_an_empty_line_moves_to_the_sheet_of_the_new_area(w: Any) -> None:
    old, new = begin_both(w)
    (step,) = moved(w)
    assert (step.outcome, step.former, step.sheet) == (Outcome.MOVED, w.sheet, w.far.sheet)
    assert "the empty line moved from Pangcun Branch Area 1 to 支部02 1区" in step.sentence
    assert "庞立新" not in members_of(w.sheet)
    assert members_of(w.far.sheet) == ["邻村人", "庞立新"]
    assert fresh(old).version == old.version + 1 and fresh(new).version == new.version + 1


def test_both_sheets_are_counted_anew(w: Any) -> None:
    old, new = begin_both(w)
    needed = line(old, w.plain).needed_count
    moved(w)
    assert (fresh(old).member_count, fresh(old).needed_count) == (old.member_count - 1, old.needed_count - needed)
    assert (fresh(new).member_count, fresh(new).needed_count) == (new.member_count + 1, new.needed_count + needed)
    added = line(new, w.plain)
    assert (added.needed_count, added.branch) == (needed, w.far.branch)
    assert entry(w, w.plain, "road", new).target == 100, "the target goes along"


def test_a_line_with_a_figure_stays_where_it_was_entered(w: Any) -> None:
    old, new = begin_both(w)
    save(old, {cell(w, w.plain, "visits"): "5"}, by=w.secretary)
    (step,) = moved(w)
    assert (step.outcome, step.sheet) == (Outcome.FILLED, w.sheet)
    assert "because figures are entered" in step.sentence
    assert "庞立新" in members_of(w.sheet) and "庞立新" not in members_of(new)
    assert [each.sheet for each in membership.kept_lines(member=w.plain, branch=w.branch, on=LAST_DAY)] == [w.sheet]


def test_words_and_not_applicable_are_something_filled_in(w: Any) -> None:
    begin_both(w)
    Entry.objects.filter(line=line(w.sheet, w.plain), item=w.items["visits"]).update(note="住院")
    assert outcomes(moved(w)) == [Outcome.FILLED]


def test_a_figure_that_was_taken_out_again_holds_no_line(w: Any) -> None:
    old, _new = begin_both(w)
    name = cell(w, w.plain, "visits")
    save(old, {name: "5"}, by=w.secretary)
    save(old, {name: ""}, by=w.secretary)
    assert outcomes(moved(w)) == [Outcome.MOVED]


def test_what_was_submitted_keeps_its_lines(w: Any) -> None:
    row = submitted(w)
    workflow.begin(fresh(w.far.sheet), by=w.far_secretary)
    before = (row.version, row.points_sum)
    assert outcomes(moved(w)) == [Outcome.REPORTED]
    assert (fresh(row).version, fresh(row).points_sum) == before
    assert totals.differences(w.period) == []


def test_a_returned_sheet_is_in_the_branchs_hands_again(w: Any) -> None:
    old, _new = begin_both(w)
    Sheet.objects.filter(pk=old.pk).update(state=Sheet.State.RETURNED)
    assert outcomes(moved(w)) == [Outcome.MOVED]


def test_a_sheet_not_begun_draws_up_its_lines_itself(w: Any) -> None:
    begun(w)
    assert outcomes(moved(w)) == [Outcome.TAKEN_OFF]
    new = workflow.begin(fresh(w.far.sheet), by=w.far_secretary)
    assert "庞立新" in members_of(new)


def test_a_begun_sheet_gets_the_line_that_the_old_one_never_had(w: Any) -> None:
    new = workflow.begin(fresh(w.far.sheet), by=w.far_secretary)
    assert outcomes(moved(w)) == [Outcome.ADDED]
    assert "庞立新" in members_of(new)
    assert "庞立新" not in members_of(begun(w))


def test_a_new_area_that_has_submitted_already_is_named(w: Any) -> None:
    begin_both(w)
    Sheet.objects.filter(pk=w.far.sheet.pk).update(state=Sheet.State.SUBMITTED)
    (step,) = moved(w)
    assert step.outcome == Outcome.MISSED and "支部02 1区 has submitted already" in step.sentence
    assert not SheetMember.objects.filter(member=w.plain, period=w.period).exists()


def test_a_quarter_that_ended_before_the_move_stays_as_it_is(w: Any) -> None:
    begin_both(w)
    assert moved(w, on=date(2026, 7, 1)) == []
    assert "庞立新" in members_of(w.sheet)


def test_a_closed_quarter_does_not_change(w: Any) -> None:
    begin_both(w)
    Period.objects.update(state=Period.State.CLOSED)
    assert moved(w) == []
    assert "庞立新" in members_of(w.sheet)


def test_following_again_changes_nothing(w: Any) -> None:
    begin_both(w)
    moved(w)
    version = fresh(w.far.sheet).version
    assert membership.follow(member=w.plain, on=LAST_DAY, by=w.officer) == []
    assert fresh(w.far.sheet).version == version


def test_a_move_between_areas_of_one_branch_is_followed_too(w: Any) -> None:
    begun(w)
    begun(w, w.sheet2)
    assert outcomes(moved(w, area=w.area2)) == [Outcome.MOVED]
    assert members_of(w.sheet2)[-1] == "庞立新"


def test_an_exempt_member_keeps_an_empty_line_on_the_new_sheet(w: Any) -> None:
    begin_both(w)
    affiliate(member=w.out, branch=w.far.branch, small_group=w.far.group, area=w.far.area, on=LAST_DAY, by=w.officer)
    (step,) = membership.follow(member=w.out, on=LAST_DAY, by=w.officer)
    assert step.outcome == Outcome.MOVED
    added = line(w.far.sheet, w.out)
    assert added.is_exempt and not added.entries.exists() and fresh(w.far.sheet).exempt_count == 1


# Receipt and lines together


@pytest.fixture
def letter(time_machine: Any, db: Any) -> Any:
    """The letter of 10 June; it is 3 July now."""
    w = transfer_world.world()
    time_machine.move_to("2026-06-10 09:00:00+08:00")
    w.letter = transfer_world.issued(w, transfer_world.applied(w, to_branch=w.far.branch), valid_until=date(2026, 9, 1))
    time_machine.move_to("2026-07-03 09:00:00+08:00")
    return w


def receive(w: Any, **changed: Any) -> tuple[Transfer, list[membership.Followed]]:
    place = {"small_group": w.far.group, "area": w.far.area, "on": LAST_DAY} | changed
    return membership.receive_and_follow(w.letter, by=w.far_secretary, seen_version=2, **place)


def test_a_receipt_moves_the_member_and_the_empty_line(letter: Any) -> None:
    begin_both(letter)
    row, found = receive(letter)
    assert (row.state, outcomes(found)) == (Transfer.State.RECEIVED, [Outcome.MOVED])
    assert fresh(letter.plain).area == letter.far.area


def test_a_receipt_that_is_refused_leaves_the_lines_alone(letter: Any) -> None:
    begin_both(letter)
    transfer_world.linked(letter)
    with pytest.raises(transfers.Refused):
        receive(letter)
    with pytest.raises(ValidationError):
        receive(letter, on=date(2026, 6, 9))
    assert "庞立新" in members_of(letter.sheet) and fresh(letter.plain).branch == letter.branch


def test_who_leaves_the_county_leaves_the_open_sheet(letter: Any) -> None:
    begin_both(letter)
    Transfer.objects.update(to_branch=None, outside="石家庄")
    letter.letter.refresh_from_db()
    _row, found = membership.receive_and_follow(
        letter.letter, by=letter.staff, seen_version=2, on=LAST_DAY, document="回执 1 号"
    )
    assert outcomes(found) == [Outcome.TAKEN_OFF]
    assert "庞立新" not in members_of(letter.sheet)


def test_a_receipt_after_the_quarter_changes_nothing_in_it(letter: Any) -> None:
    begin_both(letter)
    _row, found = receive(letter, on=JULY)
    assert found == [] and "庞立新" in members_of(letter.sheet)
    assert membership.kept_lines(member=letter.plain, branch=letter.branch, on=JULY) == []
