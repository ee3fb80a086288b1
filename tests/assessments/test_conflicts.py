"""Two people and one cell: the second is told what is stored and by whom, and keeps what was typed."""

from __future__ import annotations

from typing import Any

import pytest

from assessments import remarks
from tests.assessments import sheet_world as world
from tests.assessments.pages import inputs, words
from tests.assessments.sheet_world import cell, client, entry, fresh, save, url, whole_form

SENTENCE = "Gao Wenming has entered 6 meanwhile. Type your value again to keep it."
CHINESE = "高文明 刚才填了 6。要保留您的，请再填一次。"


@pytest.fixture
def visits(w: Any) -> str:
    """The cell that the leader has just filled; the secretary's page still shows 5."""
    sheet = world.begun(w)
    name = cell(w, w.plain, "visits")
    save(sheet, {name: "5"}, by=w.secretary)
    save(sheet, {name: "6"}, by=w.leader, seen={name: "5"})
    return name


def test_the_second_keeps_what_was_typed_and_the_stored_value_stays(w: Any, visits: str) -> None:
    outcome = save(w.sheet, {visits: "7"}, by=w.secretary, seen={visits: "5"})
    (conflict,) = outcome.conflicts
    assert (conflict.text, conflict.cell.value_text, conflict.by) == ("7", "6", "Gao Wenming")
    assert entry(w, w.plain, "visits").actual == 6 and not outcome.saved


def test_the_script_is_told_both_values_and_by_whom(w: Any, visits: str) -> None:
    answer = w.script(w.secretary, {visits: "7"}, {visits: "5"})
    assert answer.status_code == 409
    assert answer.json()["conflicts"] == {visits: {"stored": "6", "sentence": SENTENCE}}
    assert answer.json()["cells"][visits]["value"] == "6" and answer.json()["version"] == 3


def test_the_page_shows_both_values_and_saves_the_other_cells(w: Any, visits: str) -> None:
    browser = client(w.secretary)
    form = whole_form(browser.get(url("sheet_detail", w.sheet.pk)))
    road = cell(w, w.plain, "road")
    save(w.sheet, {visits: "8"}, by=w.leader, seen={visits: "6"})
    page = browser.post(url("sheet_save", w.sheet.pk), form | {visits: "7", road: "40"})
    assert page.status_code == 409
    assert inputs(page)[visits] == "7"
    assert "Pang Lixin visits: Gao Wenming has entered 8 meanwhile. Type your value again to keep it." in words(page)
    assert "The cells below keep what you typed; the others are saved." in words(page)
    assert (entry(w, w.plain, "visits").actual, entry(w, w.plain, "road").actual) == (8, 40)


def test_sending_the_page_once_more_keeps_the_own_value(w: Any, visits: str) -> None:
    browser = client(w.secretary)
    form = whole_form(browser.get(url("sheet_detail", w.sheet.pk)))
    save(w.sheet, {visits: "8"}, by=w.leader, seen={visits: "6"})
    page = browser.post(url("sheet_save", w.sheet.pk), form | {visits: "7"})
    again = browser.post(url("sheet_save", w.sheet.pk), whole_form(page, **{visits: "7"}))
    assert again.status_code == 302
    assert entry(w, w.plain, "visits").actual == 7
    assert [change.new for change in w.sheet.changes.all()] == [6, 8, 7]


def test_the_sentence_is_chinese_on_a_chinese_page(w: Any, visits: str) -> None:
    data = {visits: "7", "seen": f'{{"{visits}": "5"}}'}
    page = client(w.secretary, "zh-hans").post(url("sheet_save", w.sheet.pk), data)
    assert page.status_code == 409 and CHINESE in words(page)


def test_the_same_value_typed_by_both_is_no_conflict(w: Any, visits: str) -> None:
    before = fresh(w.sheet).version
    assert w.script(w.secretary, {visits: "6"}, {visits: "5"}).status_code == 200
    assert entry(w, w.plain, "visits").changed_by == w.leader and fresh(w.sheet).version == before


def test_a_cell_that_was_not_touched_is_no_conflict(w: Any, visits: str) -> None:
    answer = w.script(w.secretary, {visits: "5"}, {visits: "5"})
    assert answer.status_code == 200 and answer.json()["conflicts"] == {}
    assert entry(w, w.plain, "visits").actual == 6


@pytest.mark.parametrize("typed", ["7", ""])
def test_a_cell_that_was_cleared_meanwhile_is_a_conflict_too(w: Any, visits: str, typed: str) -> None:
    save(w.sheet, {visits: ""}, by=w.leader)
    answer = w.script(w.secretary, {visits: typed}, {visits: "6"})
    # both cleared it: they agree
    assert answer.status_code == (409 if typed else 200)
    if typed:
        assert answer.json()["conflicts"][visits]["sentence"].startswith("Gao Wenming has emptied this cell meanwhile.")
    assert entry(w, w.plain, "visits").actual is None


def test_a_cell_filled_meanwhile_is_not_typed_over_by_a_page_that_showed_it_empty(w: Any, visits: str) -> None:
    assert w.script(w.secretary, {visits: "7"}, {visits: ""}).status_code == 409
    assert entry(w, w.plain, "visits").actual == 6


def test_a_refused_text_comes_before_a_conflict(w: Any, visits: str) -> None:
    answer = w.script(w.secretary, {visits: "lots"}, {visits: "5"})
    assert answer.status_code == 422
    assert answer.json()["refused"][visits] == "“lots” is not a number: enter digits only"


def test_a_cell_set_to_not_applicable_meanwhile_says_so_and_shows_what_was_typed(w: Any, visits: str) -> None:
    browser = client(w.secretary)
    form = whole_form(browser.get(url("sheet_detail", w.sheet.pk)))
    sheet = fresh(w.sheet)
    remarks.remark(
        sheet, key=(world.line(sheet, w.plain).pk, w.items["visits"].pk), by=w.leader, note="住院",
        applies=False, seen_version=sheet.version,
    )  # fmt: skip
    page = browser.post(url("sheet_save", w.sheet.pk), form | {visits: "7"})
    assert page.status_code == 422
    assert "“7”" in words(page) and "This item does not apply to this member: leave it empty." in words(page)


@pytest.mark.parametrize("seen", ["", "[]", "{", "null", '"x"', '{"a": 1}', "[" * 100_000, '{"c": "\\ud800"}', "\x00"])
def test_what_was_seen_may_be_nonsense(w: Any, visits: str, seen: str) -> None:
    answer = client(w.secretary).post(url("sheet_save", w.sheet.pk), {visits: "7", "seen": seen}, headers=world.SCRIPT)
    assert answer.status_code == 200
    assert entry(w, w.plain, "visits").actual == 7
