"""Moves that are not made: from the wrong state, on an older version, twice, or without what they need."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assessments import totals, workflow
from assessments.models import Sheet
from assessments.workflow import MOVES, Refused, Stale
from tests.assessments import sheet_world as world
from tests.assessments.sheet_world import cell, fresh, save

WORDS = {"return": {"reason": "请补齐"}, "reopen": {"reason": "复核", "until": date(2026, 7, 31)}}
STEPS = {
    "submit": workflow.submit,
    "take_back": workflow.take_back,
    "return": workflow.return_sheet,
    "confirm": workflow.confirm,
    "reopen": workflow.reopen,
}
MADE = {
    "not_started": lambda w: w.sheet,
    "draft": world.filled,
    "submitted": world.scored,
    "returned": world.returned,
    "confirmed": world.confirmed,
    "reopened": world.reopened,
}
WRONG = [(verb, state) for verb in STEPS for state in MADE if state not in MOVES[verb][0]]


def step(w: Any, verb: str, sheet: Any, *, by: Any = None, version: int | None = None, **words: Any) -> Any:
    """Make the move as the person it belongs to, on the version that stands now."""
    sheet = fresh(sheet)
    hands = {"submit": w.secretary, "take_back": w.secretary, "reopen": w.officer}
    version = sheet.version if version is None else version
    return STEPS[verb](
        sheet, by=by or hands.get(verb, w.staff_b), seen_version=version, **(WORDS.get(verb, {}) | words)
    )


@pytest.mark.parametrize(("verb", "state"), WRONG)
def test_no_move_starts_from_the_wrong_state(w: Any, verb: str, state: str) -> None:
    sheet = fresh(MADE[state](w))
    moves = sheet.moves.count()
    with pytest.raises(Refused) as refusal:
        step(w, verb, sheet)
    assert refusal.value.sentence
    after = fresh(sheet)
    assert (after.state, after.version, after.moves.count()) == (state, sheet.version, moves)
    assert totals.differences(w.period) == []


def test_the_refusal_names_the_state_the_sheet_is_in(w: Any) -> None:
    for verb, made, sentence in (
        ("take_back", world.filled, "This sheet is “Draft” now."),
        ("submit", world.scored, "Submitted: it waits for Jin Town."),
        ("submit", world.confirmed, "Confirmed: only the county can reopen it."),
    ):
        Sheet.objects.filter(pk=w.sheet.pk).update(state="not_started", version=0, is_counted=False)
        w.sheet.lines.all().delete()
        sheet = made(w)
        with pytest.raises(Refused, match=sentence):
            step(w, verb, sheet, by=w.officer)


@pytest.mark.parametrize("verb", STEPS)
def test_no_move_is_made_on_a_version_that_was_not_on_the_screen(w: Any, verb: str) -> None:
    state = next(state for state in MADE if state in MOVES[verb][0])
    sheet = fresh(MADE[state](w))
    for version in (sheet.version - 1, sheet.version + 1, -1):
        with pytest.raises(Stale):
            step(w, verb, sheet, version=version)
    assert (fresh(sheet).state, fresh(sheet).version) == (state, sheet.version)


def test_who_typed_meanwhile_is_not_overlooked(w: Any) -> None:
    sheet = world.filled(w)
    save(sheet, {cell(w, w.plain, "visits"): "1"}, by=w.leader)
    with pytest.raises(Stale, match="Cells of this sheet were changed after you opened the page"):
        step(w, "submit", sheet, version=sheet.version)


def test_who_moved_it_meanwhile_is_named_with_the_hour_and_the_state(w: Any) -> None:
    sheet = world.scored(w)
    step(w, "take_back", sheet)
    old = Sheet(**{field.attname: getattr(sheet, field.attname) for field in Sheet._meta.concrete_fields})
    with pytest.raises(Stale) as stale:
        workflow.confirm(old, by=w.staff_b, seen_version=sheet.version)
    sentence = "Pang Hongliang changed this sheet at 09:00: it is “Draft” now. Look at it again before you go on."
    assert stale.value.sentence == sentence


@pytest.mark.parametrize("verb", STEPS)
def test_the_same_click_twice_is_one_move(w: Any, verb: str) -> None:
    sheet = fresh(MADE[next(state for state in MADE if state in MOVES[verb][0])](w))
    first = step(w, verb, sheet)
    again = step(w, verb, sheet, version=sheet.version)
    assert (again.state, again.version) == (first.state, first.version) == (MOVES[verb][1], sheet.version + 1)
    assert sheet.moves.filter(verb=verb, seen_version=sheet.version).count() == 1


@pytest.mark.parametrize("verb", STEPS)
def test_two_clicks_at_once_are_one_move(w: Any, verb: str) -> None:
    """Both requests have read the sheet before the first one wrote."""
    sheet = fresh(MADE[next(state for state in MADE if state in MOVES[verb][0])](w))
    hand = {"submit": w.secretary, "take_back": w.secretary, "reopen": w.officer}.get(verb, w.staff_b)
    one, other = fresh(sheet), fresh(sheet)
    STEPS[verb](one, by=hand, seen_version=sheet.version, **WORDS.get(verb, {}))
    STEPS[verb](other, by=hand, seen_version=sheet.version, **WORDS.get(verb, {}))
    assert other.state == one.state == fresh(sheet).state
    assert sheet.moves.filter(verb=verb, seen_version=sheet.version).count() == 1


def test_the_same_step_of_another_person_is_not_ones_own(w: Any) -> None:
    sheet = world.scored(w)
    one, other = fresh(sheet), fresh(sheet)
    workflow.confirm(one, by=w.staff, seen_version=sheet.version)
    with pytest.raises(Stale, match="staff changed this sheet at 09:00: it is “Confirmed” now"):
        workflow.confirm(other, by=w.staff_b, seen_version=sheet.version)
    with pytest.raises(Stale, match="This sheet is “Confirmed” now."):
        workflow.confirm(fresh(sheet), by=w.staff_b, seen_version=sheet.version)


def test_beginning_twice_draws_up_the_lines_once(w: Any) -> None:
    one, other = fresh(w.sheet), fresh(w.sheet)
    workflow.begin(one, by=w.secretary)
    workflow.begin(other, by=w.secretary)
    with pytest.raises(Stale):
        workflow.begin(fresh_not_started(w), by=w.leader)
    assert (w.sheet.lines.count(), w.sheet.moves.count()) == (5, 1)


def fresh_not_started(w: Any) -> Any:
    """The sheet as a page read it before somebody else began it."""
    sheet = fresh(w.sheet)
    sheet.state, sheet.version = "not_started", 0
    return sheet


def test_submitting_needs_every_cell_of_the_branch(w: Any) -> None:
    sheet = world.filled(w)
    save(sheet, {cell(w, w.plain, "visits"): "", cell(w, w.part, "meeting"): ""}, by=w.leader)
    with pytest.raises(Refused, match="Not submitted: 2 cells are still empty."):
        step(w, "submit", sheet)
    assert fresh(sheet).first_submitted_at is None


def test_submitting_does_not_wait_for_the_secretarys_line_nor_for_a_summary(w: Any) -> None:
    sheet = step(w, "submit", world.filled(w))
    assert sheet.summary == "" and not world.line(sheet, w.boss).is_complete


@pytest.mark.parametrize("reason", ["", "   ", "\n\u3000"])
def test_returning_and_reopening_need_a_reason(w: Any, reason: str) -> None:
    sheet = world.scored(w)
    with pytest.raises(Refused, match="Write the reason: which person, which item, what to change."):
        step(w, "return", sheet, reason=reason)
    step(w, "confirm", sheet)
    with pytest.raises(Refused, match="Write the reason for reopening."):
        step(w, "reopen", sheet, reason=reason)
    assert fresh(sheet).state == "confirmed"


def test_a_reopening_does_not_end_before_it_begins(w: Any) -> None:
    sheet = world.confirmed(w)
    with pytest.raises(Refused, match="The last day of the reopening lies in the past."):
        step(w, "reopen", sheet, until=date(2026, 7, 2))
    assert step(w, "reopen", sheet, until=date(2026, 7, 3)).state == "reopened"
