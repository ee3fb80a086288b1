"""Notes, "not applicable" with its reason, and the summary: same hands and locks as the figures, nothing typed over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from assessments import remarks, totals, workflow
from assessments.entry import Locked
from tests.assessments import sheet_world as world
from tests.assessments.pages import areas, inputs, words
from tests.assessments.sheet_world import cell, client, entry, fresh, line, save, url


def remark(w: Any, member: Any, code: str, note: str, *, by: Any, applies: bool = True, version: int = 0) -> Any:
    sheet = fresh(w.sheet)
    key = (line(sheet, member).pk, w.items[code].pk)
    return remarks.remark(sheet, key=key, by=by, note=note, applies=applies, seen_version=version or sheet.version)


def test_a_note_is_kept_beside_the_value(w: Any) -> None:
    sheet = world.filled(w)
    remark(w, w.plain, "visits", " 雨天少走两户\u200b ", by=w.leader)
    row = entry(w, w.plain, "visits")
    assert (row.note, row.actual, row.status) == ("雨天少走两户", 12, "applies")
    assert fresh(sheet).version == sheet.version + 1


def test_an_item_that_does_not_apply_leaves_the_base_and_keeps_its_value_for_later(w: Any) -> None:
    world.filled(w)
    remark(w, w.plain, "visits", "住院", by=w.leader, applies=False)
    row = entry(w, w.plain, "visits")
    assert (row.status, row.actual, row.points, row.note) == ("not_applicable", 12, None, "住院")
    # 40 + 10 + 18 of 70, spread again: 57.14, 14.29 and 28.57 × 18 ÷ 20
    assert (line(w.sheet, w.plain).points, line(w.sheet, w.plain).needed_count) == (Decimal("97.14"), 3)
    remark(w, w.plain, "visits", "", by=w.leader)
    assert line(w.sheet, w.plain).points == Decimal("98.00")


def test_what_does_not_apply_is_not_missing(w: Any) -> None:
    sheet = world.filled(w)
    save(sheet, {cell(w, w.plain, "visits"): ""}, by=w.leader)
    remark(w, w.plain, "visits", "住院", by=w.leader, applies=False)
    sheet = fresh(sheet)
    assert workflow.submit(sheet, by=w.secretary, seen_version=sheet.version).state == "submitted"


@pytest.mark.parametrize(
    ("code", "note", "applies", "sentence"),
    [
        ("visits", "  ", False, "Write the reason: the township reads it."),
        ("visits", "长" * 201, True, "201 characters are too many: 200 at most."),
        ("visits", "a\x00b", True, "The text contains characters that cannot be stored"),
        ("deeds", "没有", False, "This item may stay empty: there is nothing to take out."),
    ],
)
def test_a_note_that_is_refused_changes_nothing(w: Any, code: str, note: str, applies: bool, sentence: str) -> None:
    sheet = world.filled(w)
    with pytest.raises(ValidationError, match=sentence):
        remark(w, w.plain, code, note, by=w.leader, applies=applies)
    assert fresh(sheet).version == sheet.version


def test_an_item_that_is_exempt_anyway_takes_no_note(w: Any) -> None:
    world.begun(w)
    with pytest.raises(ValidationError, match="This item does not apply to this member"):
        remark(w, w.part, "road", "腿伤", by=w.leader)


def test_notes_are_in_the_same_hands_and_locks_as_the_figures(w: Any) -> None:
    world.filled(w)
    for member, by in ((w.head, w.leader), (w.boss, w.secretary), (w.plain, w.staff)):
        with pytest.raises(PermissionDenied):
            remark(w, member, "visits", "x", by=by)
    world.submitted(w)
    with pytest.raises(Locked, match="Submitted: it waits for Jin Town"):
        remark(w, w.plain, "visits", "x", by=w.leader)


def test_a_note_on_an_older_page_is_not_written_over_a_newer_one(w: Any) -> None:
    sheet = world.filled(w)
    remark(w, w.plain, "visits", "第一条", by=w.leader)
    with pytest.raises(workflow.Stale):
        remark(w, w.plain, "visits", "第二条", by=w.secretary, version=sheet.version)
    page = client(w.secretary).post(
        url("sheet_cell", sheet.pk, line(sheet, w.plain).pk, w.items["visits"].pk),
        {"note": "第二条", "version": sheet.version},
    )
    assert page.status_code == 409 and areas(page) == ["第二条"]
    assert entry(w, w.plain, "visits").note == "第一条"


def test_the_township_takes_an_item_out_of_the_secretarys_line_and_the_totals_follow(w: Any) -> None:
    sheet = world.scored(w)
    remark(w, w.boss, "visits", "外出学习", by=w.staff, applies=False)
    assert entry(w, w.boss, "visits").status == "not_applicable"
    assert totals.differences(w.period) == []
    assert fresh(sheet).points_sum == Decimal("292.67") + Decimal("97.14")


def test_the_note_page_shows_what_was_refused_and_what_was_written(w: Any) -> None:
    sheet = world.filled(w)
    address = url("sheet_cell", sheet.pk, line(sheet, w.plain).pk, w.items["visits"].pk)
    page = client(w.leader).post(address, {"note": "长" * 201, "version": sheet.version, "out": "on"})
    assert page.status_code == 422
    assert "201 characters are too many: 200 at most." in words(page)
    assert areas(page) == ["长" * 201] and "out" in inputs(page)
    done = client(w.leader).post(address, {"note": "雨天", "version": sheet.version}, follow=True)
    assert "The note is saved." in words(done)


# The summary


def summarize(sheet: Any, text: str, seen: str, *, by: Any) -> None:
    remarks.summarize(sheet, by=by, summary=text, seen=seen)


def test_the_summary_is_written_once_with_a_new_version(w: Any) -> None:
    sheet = world.begun(w)
    summarize(fresh(sheet), "修路一公里。\r\n走访四十户。", "", by=w.leader)
    assert (fresh(sheet).summary, fresh(sheet).version) == ("修路一公里。\n走访四十户。", 2)
    summarize(fresh(sheet), "修路一公里。\n走访四十户。", "anything", by=w.leader)
    assert fresh(sheet).version == 2


def test_two_summaries_do_not_overwrite_each_other_and_both_stand_on_the_page(w: Any) -> None:
    sheet = world.begun(w)
    summarize(fresh(sheet), "组长写的", "", by=w.leader)
    page = client(w.secretary).post(url("sheet_summary", sheet.pk), {"summary": "书记写的", "seen": ""})
    assert page.status_code == 409
    assert "Somebody else wrote another summary after you opened the page. Both stand below." in words(page)
    assert areas(page) == ["组长写的", "书记写的"]
    assert fresh(sheet).summary == "组长写的"
    again = client(w.secretary).post(url("sheet_summary", sheet.pk), {"summary": "书记写的", "seen": "组长写的"})
    assert again.status_code == 302 and fresh(sheet).summary == "书记写的"


@pytest.mark.parametrize("text", ["长" * 4001, "a\x00b"])
def test_a_summary_that_is_refused_comes_back(w: Any, text: str) -> None:
    sheet = world.begun(w)
    page = client(w.leader).post(url("sheet_summary", sheet.pk), {"summary": text, "seen": ""})
    assert page.status_code == 422 and areas(page) == [text] and fresh(sheet).summary == ""


def test_a_refused_summary_does_not_hide_what_somebody_else_wrote_meanwhile(w: Any) -> None:
    sheet = world.begun(w)
    summarize(fresh(sheet), "组长写的", "", by=w.leader)
    browser = client(w.secretary)
    page = browser.post(url("sheet_summary", sheet.pk), {"summary": "长" * 4001, "seen": ""})
    assert page.status_code == 409 and areas(page) == ["组长写的", "长" * 4001]


def test_a_summary_does_not_slip_into_a_sheet_that_was_submitted_meanwhile(w: Any) -> None:
    sheet = world.filled(w)
    opened = fresh(sheet)
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=sheet.version)
    with pytest.raises(workflow.Refused, match="Submitted: it waits for Jin Town"):
        summarize(opened, "迟到", "", by=w.leader)
    assert (fresh(sheet).summary, fresh(sheet).version) == ("", sheet.version + 1)
