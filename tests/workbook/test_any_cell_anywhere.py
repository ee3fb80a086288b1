"""A whole workbook with one cell that does not belong there: the check ends, on an empty database and on a full one."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

from jinxian.lib import spreadsheets
from service_areas.models import County
from tests.workbook.books import brought_in, looked_at, sentences, xlsx
from tests.workbook.test_round_trip import BEGAN, whole_county
from workbook.format import SHEETS, Sheet

pytestmark = pytest.mark.django_db
JUNK = [None, "abc", "清空", 3.7, date(2099, 1, 1)]
CHANGE = {"kind": "rename", "unit": "A1", "into": "新区", "on": BEGAN, "document": "甲"}


@cache
def book() -> dict[str, list[list[Any]]]:
    """The little county, every column of every sheet there, empty where it says nothing."""
    found: dict[str, list[list[Any]]] = {}
    given = {sheet.name: [row for _number, row in sheet.rows] for sheet in spreadsheets.read(whole_county(), "a.xlsx")}
    given["place_changes"] = [list(CHANGE), list(CHANGE.values())]
    for sheet in SHEETS:
        heading, *rows = given[sheet.key]
        keys = [column.key for column in sheet.columns if column.kind != "reading"]
        found[sheet.key] = [keys]
        for row in rows:
            told = dict(zip(heading, row, strict=False))
            told |= {"township_code": told.pop("township")} if sheet.key == "villages" else {}
            found[sheet.key].append([told.get(key, told.get(f"{key}_code")) for key in keys])
    found["villages"][0] = [f"{key}_code" if key == "township" else key for key in found["villages"][0]]
    return found


def spoiled(sheet: Sheet, place: int, junk: Any) -> bytes:
    heading, row, *rows = book()[sheet.key]
    row = [*row[:place], junk, *row[place + 1 :]]
    return xlsx(**book() | {sheet.key: [heading, row, *rows]})


@pytest.mark.parametrize("is_there", [False, True], ids=["empty", "full"])
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.key)
def test_one_cell_ends_no_check(sheet: Sheet, is_there: bool) -> None:
    if is_there:
        brought_in(whole_county())
    assert County.objects.exists() is is_there
    for place in range(len(book()[sheet.key][0])):
        for junk in JUNK:
            plan = looked_at(spoiled(sheet, place, junk))
            assert not any("%(" in each for each in sentences(plan, "error", "decide", "look"))


def test_the_workbook_itself_is_let_through() -> None:
    plan = looked_at(xlsx(**book()))
    assert not sentences(plan), sentences(plan)
