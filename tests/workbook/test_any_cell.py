"""Whatever stands in a cell, the check ends with findings or a plan; and what it lets through can be written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from service_areas.models import County
from tests.workbook.books import brought_in, looked_at, sentences, xlsx
from tests.workbook.test_round_trip import whole_county
from workbook.format import SHEETS, Sheet
from workbook.picture import Extent, rows_of

pytestmark = pytest.mark.django_db
JUNK = [None, "abc", "清空", 3.7, date(2099, 1, 1), True]
READ = [sheet for sheet in SHEETS if sheet.key not in {"county", "place_changes"}]


def rows_there(sheet: Sheet) -> list[list[Any]]:
    """What the books hold of a sheet, as cells of a file."""
    return [[cell(value) for value in values] for _pk, values in rows_of(sheet, Extent(County.objects.get().pk))]


def heading_of(sheet: Sheet) -> list[str]:
    return [str(column.heading) for column in sheet.columns]


def cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return " ".join(value)
    return value if value is None or isinstance(value, date | str | bool) else float(value)


@pytest.mark.parametrize("sheet", READ, ids=lambda sheet: sheet.key)
@pytest.mark.parametrize("is_new", [False, True], ids=["there", "new"])
def test_no_cell_ends_the_check_and_what_it_lets_through_is_written(sheet: Sheet, is_new: bool) -> None:
    brought_in(whole_county())
    row, *_others = rows_there(sheet) or [[None] * len(sheet.columns)]
    if is_new:
        row[sheet.places[sheet.keys[0]]] = "130999101909"
    heading = heading_of(sheet)
    for place, column in enumerate(sheet.columns):
        for junk in JUNK if column.kind != "reading" else ():
            data = xlsx(**{sheet.key: [heading, [*row[:place], junk, *row[place + 1 :]]]})
            plan = looked_at(data)
            if plan.is_blocked:
                assert all(said.endswith((".", "?", "”", ")", ":")) or ":" in said for said in sentences(plan))
                continue
            with transaction.atomic():
                brought_in(data)
                transaction.set_rollback(True)


@pytest.mark.parametrize("junk", ["abc", "清空", None])
def test_no_cell_ends_the_check_of_a_county_that_is_not_there(junk: Any) -> None:
    book = {
        sheet.key: [
            [str(column.heading) for column in sheet.columns],
            [column.example or None for column in sheet.columns],
        ]
        for sheet in SHEETS
    }
    for place in range(max(len(sheet.columns) for sheet in SHEETS)):
        spoiled = {key: [heading, [*row[:place], junk, *row[place + 1 :]]] for key, (heading, row) in book.items()}
        assert looked_at(xlsx(**spoiled)).is_blocked


@pytest.mark.parametrize(
    ("key", "column"),
    [("branches", "from"), ("areas", "number"), ("households", "people"), ("households", "linkable"),
     ("members", "type"), ("members", "sex"), ("villages", "name"), ("townships", "code")],
)  # fmt: skip
def test_what_a_record_cannot_be_without_is_not_cleared(key: str, column: str) -> None:
    brought_in(whole_county())
    (sheet,) = [each for each in SHEETS if each.key == key]
    row, *_others = rows_there(sheet)
    row[sheet.places[column]] = "清空"
    said = sentences(looked_at(xlsx(**{key: [heading_of(sheet), row]})))
    assert any("This cannot be emptied." in sentence for sentence in said)


@pytest.mark.parametrize(
    ("key", "column"), [("members", "contact"), ("members", "birth_date"), ("villages", "committee")]
)
def test_what_may_be_missing_is_cleared(key: str, column: str) -> None:
    brought_in(whole_county())
    (sheet,) = [each for each in SHEETS if each.key == key]
    row, *_others = rows_there(sheet)
    row[sheet.places[column]] = "清空"
    brought_in(xlsx(**{key: [heading_of(sheet), row]}))
    assert not rows_there(sheet)[0][sheet.places[column]]
