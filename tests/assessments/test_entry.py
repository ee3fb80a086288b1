"""Saving cells: what is written, marked, counted and remembered; who typed over whom is in test_conflicts.py."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from assessments import entry as saving
from assessments.entry import Locked, UnknownCell
from assessments.models import Entry, Sheet
from tests.assessments import sheet_world as world
from tests.assessments.sheet_world import begun, cell, entry, fresh, line, save


def test_a_value_is_saved_scored_and_counted(w: Any) -> None:
    sheet = begun(w)
    outcome = save(sheet, {cell(w, w.plain, "visits"): "9"}, by=w.leader)
    assert [each.name for each in outcome.saved] == [cell(w, w.plain, "visits")] and outcome.is_clean
    row = entry(w, w.plain, "visits")
    assert (row.actual, row.points, row.changed_by) == (9, Decimal("22.50"), w.leader)
    assert (line(sheet, w.plain).points, line(sheet, w.plain).filled_count) == (Decimal("22.50"), 1)
    stored = fresh(sheet)
    assert (stored.version, stored.filled_count, stored.complete_count) == (2, 1, 0)
    assert stored.changed_at == row.changed_at


@pytest.mark.parametrize(
    ("code", "typed", "actual", "points"),
    [
        ("road", "50.5", "50.5", "20.20"),
        ("visits", "24", "24", "30.00"),
        ("meeting", "是", "1", "10.00"),
        ("meeting", "No", "0", "0.00"),
        ("conduct", "17.25", "17.25", "17.25"),
        ("deeds", "4", "4", "2.00"),
        ("deeds", "99", "99", "10.00"),
        ("fault", "1.5", "1.5", "-1.50"),
        ("fault", "12", "12", "-10.00"),
    ],
)
def test_each_kind_of_item_takes_its_values(w: Any, code: str, typed: str, actual: str, points: str) -> None:
    sheet = begun(w)
    assert save(sheet, {cell(w, w.plain, code): typed}, by=w.leader).is_clean
    row = entry(w, w.plain, code)
    assert (row.actual, row.points) == (Decimal(actual), Decimal(points))


def test_a_full_line_is_complete_and_enters_the_mean(w: Any) -> None:
    sheet = world.filled(w)
    row = line(sheet, w.plain)
    assert (row.points, row.filled_count, row.needed_count, row.is_complete) == (Decimal("98.00"), 4, 4, True)
    assert line(sheet, w.part).points == Decimal("96.67")
    assert (sheet.filled_count, sheet.needed_count, sheet.complete_count) == (11, 11, 3)
    assert sheet.points_sum == Decimal("292.67")


def test_bonus_and_deduction_come_on_top(w: Any) -> None:
    sheet = world.filled(w)
    save(sheet, {cell(w, w.plain, "deeds"): "10", cell(w, w.plain, "fault"): "2"}, by=w.leader)
    assert line(sheet, w.plain).points == Decimal("101.00")
    assert line(sheet, w.plain).needed_count == 4


def test_empty_is_not_zero(w: Any) -> None:
    sheet = begun(w)
    save(sheet, {cell(w, w.plain, "road"): "0", cell(w, w.plain, "visits"): " "}, by=w.leader)
    assert (entry(w, w.plain, "road").actual, entry(w, w.plain, "road").points) == (0, 0)
    assert (entry(w, w.plain, "visits").actual, entry(w, w.plain, "visits").points) == (None, None)
    assert (line(sheet, w.plain).points, line(sheet, w.plain).filled_count) == (0, 1)


def test_a_cleared_cell_is_empty_again_and_its_line_incomplete(w: Any) -> None:
    sheet = world.filled(w)
    save(sheet, {cell(w, w.plain, "visits"): ""}, by=w.leader)
    assert entry(w, w.plain, "visits").actual is None
    row = line(sheet, w.plain)
    assert (row.is_complete, row.filled_count, row.points) == (False, 3, Decimal("68.00"))
    assert fresh(sheet).complete_count == 2


def test_an_optional_cell_gets_a_row_once_there_is_something_and_keeps_its_target(w: Any) -> None:
    sheet = begun(w)
    save(sheet, {cell(w, w.plain, "deeds"): ""}, by=w.leader)
    assert not line(sheet, w.plain).entries.filter(item=w.items["deeds"]).exists()
    save(sheet, {cell(w, w.plain, "deeds"): "2"}, by=w.leader)
    assert entry(w, w.plain, "deeds").target == 10
    save(sheet, {cell(w, w.plain, "deeds"): ""}, by=w.leader)
    assert entry(w, w.plain, "deeds").actual is None


def test_only_a_changed_value_is_written_into_the_history(w: Any) -> None:
    sheet = begun(w)
    name = cell(w, w.plain, "visits")
    save(sheet, {name: "5"}, by=w.leader)
    assert not sheet.changes.exists()
    save(sheet, {name: "7"}, by=w.secretary)
    save(sheet, {name: ""}, by=w.leader)
    found = sheet.changes.order_by("pk").values_list("old", "new", "by__username")
    assert list(found) == [(5, 7, "secretary"), (7, None, "leader")]


def test_saving_what_stands_there_writes_nothing(w: Any) -> None:
    sheet = world.filled(w)
    before = sheet.version
    again = world.good(w, sheet)
    outcome = save(sheet, again, by=w.far_staff)  # whose hand it is does not even come into question
    assert outcome.saved == [] and fresh(sheet).version == before


def test_the_same_number_written_otherwise_is_no_change(w: Any) -> None:
    sheet = world.filled(w)
    name = cell(w, w.plain, "road")
    outcome = save(sheet, {name: "１００"}, by=w.leader, seen={name: "100.0"})
    assert outcome.saved == [] and fresh(sheet).version == sheet.version


def test_a_refused_cell_keeps_its_value_and_the_others_are_saved(w: Any) -> None:
    sheet = begun(w)
    visits, road = cell(w, w.plain, "visits"), cell(w, w.plain, "road")
    save(sheet, {visits: "5"}, by=w.leader)
    outcome = save(sheet, {visits: "many", road: "12.5"}, by=w.leader)
    assert [(each.text, each.sentence) for each in outcome.refused] == [
        ("many", "“many” is not a number: enter digits only")
    ]
    assert (entry(w, w.plain, "visits").actual, entry(w, w.plain, "road").actual) == (5, Decimal("12.5"))


def test_a_cell_that_a_partial_exemption_covers_takes_nothing(w: Any) -> None:
    sheet = begun(w)
    outcome = save(sheet, {cell(w, w.part, "road"): "3"}, by=w.leader)
    assert outcome.refused[0].sentence == "This item does not apply to this member: leave it empty."
    assert entry(w, w.part, "road").actual is None and fresh(sheet).version == 1


@pytest.mark.parametrize(
    "name", ["c-0-0", "c-1-2-3", "c-", "c-x-1", "c-1-９", "c-9999999999999999999-1", "version", ""]
)
def test_a_field_that_is_no_cell_of_the_sheet_saves_nothing_at_all(w: Any, name: str) -> None:
    sheet = begun(w)
    with pytest.raises(UnknownCell):
        save(sheet, {cell(w, w.plain, "visits"): "9", name: "1"}, by=w.leader)
    assert entry(w, w.plain, "visits").actual is None and fresh(sheet).version == 1


def test_one_line_of_another_hand_saves_nothing_at_all(w: Any) -> None:
    sheet = begun(w)
    with pytest.raises(PermissionDenied, match="This is your own line"):
        save(sheet, {cell(w, w.plain, "visits"): "9", cell(w, w.head, "visits"): "9"}, by=w.leader)
    assert entry(w, w.plain, "visits").actual is None


def test_a_locked_sheet_saves_nothing(w: Any) -> None:
    sheet = world.submitted(w)
    with pytest.raises(Locked, match="Submitted: it waits for Jin Town"):
        save(sheet, {cell(w, w.plain, "visits"): "1"}, by=w.leader)
    assert entry(w, w.plain, "visits").actual == 12


def test_a_save_that_meets_another_one_tries_again_on_the_newer_sheet(w: Any, monkeypatch: Any) -> None:
    sheet = begun(w)
    write = saving.write

    def meet(*args: Any, **more: Any) -> bool:
        monkeypatch.setattr(saving, "write", write)
        save(sheet, {cell(w, w.part, "visits"): "3"}, by=w.secretary)
        return write(*args, **more)

    monkeypatch.setattr(saving, "write", meet)
    assert save(sheet, {cell(w, w.plain, "visits"): "9"}, by=w.leader).is_clean
    assert (entry(w, w.plain, "visits").actual, entry(w, w.part, "visits").actual) == (9, 3)
    stored = fresh(sheet)
    assert (stored.version, stored.filled_count) == (3, 2)


def test_a_save_during_a_submission_is_locked_out(w: Any, monkeypatch: Any) -> None:
    sheet = world.filled(w)
    write = saving.write

    def meet(*args: Any, **more: Any) -> bool:
        monkeypatch.setattr(saving, "write", write)
        Sheet.objects.filter(pk=sheet.pk).update(state="submitted", version=sheet.version + 1)
        return write(*args, **more)

    monkeypatch.setattr(saving, "write", meet)
    with pytest.raises(Locked):
        save(sheet, {cell(w, w.plain, "visits"): "1"}, by=w.leader)
    assert entry(w, w.plain, "visits").actual == 12


def test_every_cell_is_the_sheets_own_row(w: Any) -> None:
    sheet = world.filled(w)
    assert Entry.objects.filter(line__sheet=sheet).count() == Entry.objects.count() == 16
