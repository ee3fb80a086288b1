"""What people type into cells, through the page: taken, or refused in words, with everything typed still there.

How a number is read is tested in tests/lib/test_numbers.py; here every text goes the whole way, by script and by form.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.assessments import sheet_world as world
from tests.assessments.pages import inputs, words
from tests.assessments.sheet_world import cell, client, entry, fresh, url, whole_form

FORTY = "9" * 40
TAKEN = [
    ("visits", "１２", "12"),
    ("visits", "1,200", "1200"),
    ("visits", "１，２００", "1200"),
    ("visits", "12 户次", "12"),
    ("visits", "12户次", "12"),
    ("visits", "12 visits", "12"),
    ("visits", "12.0", "12"),
    ("visits", " 007\u3000", "7"),
    ("visits", "0", "0"),
    ("road", "12.5米", "12.5"),
    ("road", "１２。５", "12.5"),
    ("road", ".5", "0.5"),
    ("road", "9999999999", "9999999999"),
    ("meeting", "√", "1"),
    ("meeting", "0", "0"),
    ("conduct", "18.25 分", "18.25"),
    ("fault", "0", "0"),
]
REFUSED = [
    ("visits", "1.5", "“1.5”: visits are whole numbers"),
    ("road", "12.55", "“12.55”: the finest step is 0.1 m, round it"),
    ("visits", "-3", "“-3”: a number below 0 cannot be entered"),
    ("visits", "−3", "“−3”: a number below 0 cannot be entered"),
    ("visits", FORTY, f"“{FORTY}”: the largest number that can be entered is 9,999,999,999"),
    ("road", "9999999999.1", "“9999999999.1”: the largest number that can be entered is 9,999,999,999"),
    ("visits", "٣", "“٣”: use the digits 0 to 9"),
    ("visits", "三", "“三”: use the digits 0 to 9"),
    ("visits", "1_000", "“1_000”: leave out the underscore"),
    ("visits", "1e5", "“1e5”: write the number out in full, without the letter e"),
    ("visits", "1\x002", "“1\ufffd2” contains a character that cannot be seen: type the number again"),
    ("visits", "12\u200b", "“12\ufffd” contains a character that cannot be seen: type the number again"),
    ("visits", "1,20", "“1,20” can be read in two ways: leave out the comma, or write a point for decimals"),
    ("visits", "12 km", "“12 km”: this is counted in visits. Enter the number alone"),
    ("visits", "1.2万", "“1.2万”: write the number out in full, 12000 for 1.2万"),
    ("visits", "无", "“无”: if there were none, enter 0"),
    ("visits", "inf", "“inf” is not an amount: enter what was counted"),
    ("visits", "NaN", "“NaN” is not an amount: enter what was counted"),
    ("visits", "=6+6", "“=6+6”: formulas are not worked out here, enter the result"),
    ("visits", "<b>9", "“<b>9” is not a number: enter digits only"),
    ("meeting", "2", "“2”: enter yes or no"),
    ("conduct", "20.01", "“20.01”: at most 20 points can be given"),
    ("fault", "1.555", "“1.555”: the finest step is 0.01, round it"),
    ("fault", "-2", "“-2”: a number below 0 cannot be entered"),
]
CHINESE = [
    ("visits", "1.5", "“1.5”：户次要填整数"),
    ("road", "12.55", "“12.55”：最细填到 0.1 米，请四舍五入"),
    ("visits", "-3", "“-3”：不能填小于 0 的数"),
    ("visits", FORTY, f"“{FORTY}”：最大只能填 9,999,999,999"),
    ("visits", "٣", "“٣”：请用数字 0 到 9"),
    ("visits", "1_000", "“1_000”：请去掉下划线"),
    ("visits", "1e5", "“1e5”：请把数写全，不用字母 e"),
    ("visits", "1\x002", "“1\ufffd2”里有看不见的字符：请重新打这个数"),
    ("meeting", "2", "“2”：请填“是”或“否”"),
]


@pytest.mark.parametrize(("code", "text", "value"), TAKEN)
def test_it_is_taken_from_the_script(w: Any, code: str, text: str, value: str) -> None:
    world.begun(w)
    name = cell(w, w.plain, code)
    answer = w.script(w.leader, {name: text}, {name: ""})
    assert (answer.status_code, answer.json()["refused"]) == (200, {})
    assert entry(w, w.plain, code).actual == Decimal(value)


@pytest.mark.parametrize(("code", "text", "sentence"), REFUSED)
def test_it_is_refused_in_words_to_the_script(w: Any, code: str, text: str, sentence: str) -> None:
    sheet = world.begun(w)
    name = cell(w, w.plain, code)
    answer = w.script(w.leader, {name: text}, {name: ""})
    assert (answer.status_code, answer.json()["refused"]) == (422, {name: sentence})
    assert answer.json()["cells"][name]["value"] == "" and fresh(sheet).version == 1


@pytest.mark.parametrize(("code", "text", "sentence"), REFUSED)
def test_it_comes_back_in_the_form_and_the_others_are_saved(w: Any, code: str, text: str, sentence: str) -> None:
    world.begun(w)
    browser = client(w.leader)
    name, good = cell(w, w.plain, code), cell(w, w.part, "visits")
    form = whole_form(browser.get(url("sheet_detail", w.sheet.pk)), **{name: text, good: "9"})
    page = browser.post(url("sheet_save", w.sheet.pk), form)
    assert page.status_code == 422
    assert inputs(page)[name] == text
    assert sentence in words(page) and "Not everything was saved." in words(page)
    assert (entry(w, w.part, "visits").actual, w.sheet.lines.filter(entries__actual__isnull=False).count()) == (9, 1)
    # once more as it stands: the good cell is no longer typed, the bad one still is
    again = browser.post(url("sheet_save", w.sheet.pk), whole_form(page, **{name: text}))
    assert again.status_code == 422 and inputs(again)[name] == text


@pytest.mark.parametrize(("code", "text", "sentence"), CHINESE)
def test_it_is_refused_in_chinese_on_a_chinese_page(w: Any, code: str, text: str, sentence: str) -> None:
    world.begun(w)
    page = client(w.leader, "zh-hans").post(url("sheet_save", w.sheet.pk), {cell(w, w.plain, code): text, "seen": "{}"})
    assert page.status_code == 422 and " ".join(sentence.split()) in words(page)


def test_a_line_on_a_phone_keeps_what_was_refused_and_saves_the_rest(w: Any) -> None:
    row = world.line(world.begun(w), w.plain)
    browser = client(w.leader)
    address = url("sheet_line", w.sheet.pk, row.pk)
    visits, road = cell(w, w.plain, "visits"), cell(w, w.plain, "road")
    form = whole_form(browser.get(address), **{visits: "1.5", road: "30", "go": "check"})
    page = browser.post(address, form)
    assert page.status_code == 422
    assert inputs(page)[visits] == "1.5" and "“1.5”: visits are whole numbers" in words(page)
    assert entry(w, w.plain, "road").actual == 30


def test_a_megabyte_in_a_cell_is_refused_without_being_repeated(w: Any) -> None:
    world.begun(w)
    name = cell(w, w.plain, "visits")
    answer = w.script(w.leader, {name: "9" * 1_000_000}, {name: ""})
    assert answer.status_code == 422 and len(answer.json()["refused"][name]) < 150


def test_an_untouched_form_saves_nothing_and_says_so(w: Any) -> None:
    sheet = world.filled(w)
    browser = client(w.leader)
    form = whole_form(browser.get(url("sheet_detail", sheet.pk)))
    done = browser.post(url("sheet_save", sheet.pk), form, follow=True)
    assert "Nothing was changed." in words(done) and fresh(sheet).version == sheet.version


def test_a_whole_table_is_saved_by_one_press_of_the_plain_button(w: Any) -> None:
    sheet = world.begun(w)
    browser = client(w.secretary)
    form = whole_form(browser.get(url("sheet_detail", sheet.pk)), **world.good(w, sheet))
    done = browser.post(url("sheet_save", sheet.pk), form, follow=True)
    assert "11 cells are saved." in words(done)
    assert (fresh(sheet).filled_count, fresh(sheet).version) == (11, 2)
