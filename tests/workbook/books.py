"""Workbooks as people make them, and as spreadsheets spoil them; and what the check says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter

from service_areas.models import County
from workbook.console import read_in
from workbook.findings import in_words
from workbook.planning import Plan

ON = date(2026, 7, 1)
Rows = Sequence[Sequence[Any]]


def xlsx(**sheets: Rows | Callable[[Any, Any], None]) -> bytes:
    """A workbook of sheets with headings and rows; a function writes a sheet by hand. Text stays text."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            if callable(rows):
                rows(book, page)
                continue
            for line, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    if isinstance(cell, str):
                        page.write_string(line, place, cell)
                    elif isinstance(cell, date):
                        page.write_datetime(line, place, cell, book.add_format({"num_format": "yyyy-mm-dd"}))
                    elif cell is not None:
                        page.write(line, place, cell)
    return out.getvalue()


def members(*rows: Mapping[str, Any]) -> bytes:
    """A sheet of members with just the columns that the rows speak of."""
    return sheet_of("members", *rows)


def sheet_of(name: str, *rows: Mapping[str, Any]) -> bytes:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return xlsx(**{name: [columns, *[[row.get(key) for key in columns] for row in rows]]})


def looked_at(data: bytes, name: str = "county.xlsx", *, county: County | None = None, **given: Any) -> Plan:
    """What the check finds; nothing is written."""
    given = {"on": ON, "duplicates": "ask"} | given
    plan, _is_written = read_in([(name, data)], county=county or County.objects.first(), is_check=True, **given)
    return plan


def brought_in(data: bytes, name: str = "county.xlsx", *, county: County | None = None, **given: Any) -> Plan:
    """Written, or the test fails with what is wrong."""
    given = {"on": ON, "duplicates": "ask"} | given
    plan, is_written = read_in([(name, data)], county=county or County.objects.first(), is_check=False, **given)
    assert is_written, sentences(plan)
    return plan


def sentences(plan: Plan, *kinds: str) -> list[str]:
    """What is said, as “sheet cell: sentence”; all but what only asks for a look, or of the kinds named."""
    wanted = kinds or ("error", "decide")
    found = [each for each in plan.findings if each.kind in wanted]
    return [f"{each.sheet} {each.cell or each.row}: {in_words(each)}" for each in found]


def only_sentence(plan: Plan, *kinds: str) -> str:
    found = sentences(plan, *kinds)
    assert len(found) == 1, found
    return found[0]
