"""The wrong rows taken along: every cell as it stood in the file, what is wrong beside it, and the way back."""

from __future__ import annotations

from datetime import date, datetime, time
from types import SimpleNamespace
from typing import Any

import pytest

from jinxian.lib import spreadsheets
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in
from tests.workbook.books import sheet_of, xlsx
from tests.workbook.runs import PATH, checked
from workbook import processes
from workbook.models import Run
from workbook.wrong_rows import wrong_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _not_started(monkeypatch, settings, tmp_path):
    settings.RUNS_DIR = tmp_path
    monkeypatch.setattr(processes, "start", lambda run_id: None)


@pytest.fixture
def w() -> SimpleNamespace:
    return base.everything()


def rows_in(data: bytes) -> dict[str, list[list[Any]]]:
    """The cells by sheet, heading first, without the columns that were added."""
    return {source.name: [cells for _number, cells in source.rows] for source in spreadsheets.read(data, "x.xlsx")}


def first_row(run: Run) -> list[Any]:
    [(_heading, row)] = rows_in(wrong_rows(run)).values()
    return row


# Cells


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("value", 12345.75),
        ("value", 1234567.0),
        ("value", 1234567.125),
        ("value", -1.0),
        ("value", 1e16),
        ("year", 1987.0),
        ("member", 130183101201.0),
        ("member", 13812345678.0),
        ("member", "1.30183E+11"),
        ("member", "031185551234567890123"),
        ("member", "=1+1"),
        ("member", "  two  words "),
        ("member", True),
    ],
)
def test_a_cell_comes_back_as_it_stood(w, column, cell):
    given = {"year": 2026.0, "quarter": 9.0, "indicator": "i1", "member": "nobody", "value": 5.0} | {column: cell}
    row = first_row(checked(w, sheet_of("targets", given)))
    found = dict(zip(given, row, strict=False))[column]
    assert (found, type(found)) == (cell, type(cell))


@pytest.mark.parametrize("day", [date(1987, 3, 24), date(1900, 3, 1), 19870324.0, 31860.0, "1987年3月"])
def test_a_day_comes_back_as_it_stood(w, day):
    run = checked(w, sheet_of("members", {"name": "甲", "branch": "没有", "birth_date": day}))
    found = first_row(run)[2]
    assert (found.date() if isinstance(found, datetime) else found) == day


def test_a_formula_comes_back_as_its_result_and_an_error_as_its_name(w):
    def write(book: Any, page: Any) -> None:
        page.write_row(0, 0, ["code", "name", "branch", "contact", "status_document", "admitted_on", "full_on"])
        page.write_string(1, 0, "N1")
        page.write_formula(1, 1, '="甲"&"乙"', None, "甲乙")
        page.write_string(1, 2, "没有")
        page.write_formula(1, 3, '="0311"&"…"', None, "031185551234567890123")
        page.write_formula(1, 4, "=1/0", None, "#DIV/0!")
        page.write_datetime(1, 5, time(8, 30), book.add_format({"num_format": "hh:mm"}))
        page.write_datetime(1, 6, datetime(2011, 7, 1, 8, 30), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001

    row = first_row(checked(w, xlsx(members=write)))
    expected = ["N1", "甲乙", "没有", "031185551234567890123", "#DIV/0!", time(8, 30), datetime(2011, 7, 1, 8, 30)]  # noqa: DTZ001
    assert row[:7] == expected


# Sheets


def taken_along(w: SimpleNamespace, data: bytes) -> dict[str, list[list[Any]]]:
    run = checked(w, data)
    answer = signed_in(w.officer).post(f"{PATH}{run.pk}/wrong-rows/")
    assert answer.status_code == 200
    return rows_in(answer.content)


def test_a_sheet_that_comes_twice_is_taken_along_once(w):
    wrong = [["code", "name"], ["12", "东镇"]]
    assert [*taken_along(w, xlsx(townships=wrong, 乡镇=wrong))] == ["Townships"]


def test_hidden_sheets_and_those_of_people_are_passed_over(w):
    def backup(book: Any, page: Any) -> None:
        page.write_row(0, 0, ["code", "name", "sex", "birth_date", "branch"])
        page.write_row(1, 0, ["q", "乙", "男", "1970-01-01", w.branch.code])
        page.hide()

    member = [["code", "name", "sex", "birth_date", "branch"], ["a b", "甲", "男", "1970-01-01", w.branch.code]]
    found = taken_along(w, xlsx(members=member, backup=backup, Help=member))
    assert [row[0] for row in found["Members"]] == ["code", "a b"] and len(found) == 1
