"""The rows of a run that were refused, as a workbook to correct and bring back (mending.py).

Every cell stands there as it stood in the file: numbers as numbers, days as days, digit by digit. Only formulas are
replaced by their results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter

from jinxian.lib import spreadsheets
from jinxian.lib.spreadsheets.cells import is_exact
from workbook.findings import in_words
from workbook.layout import DAY, LOOKS, NUMBER, TEXT, title_of
from workbook.marks import WHAT_IS_WRONG, heading_for, is_added
from workbook.mending import sheets_of
from workbook.models import Problem, Run
from workbook.reading import Opened
from workbook.taking_out import FIRST_DAY

LONGEST = 32_767  # characters a cell holds
WIDTH, WIDE = 18, 60
WRONG = {"bg_color": "#FBE3E0"}
Problems = dict[int, list[Problem]]  # by row


def wrong_rows(run: Run) -> bytes:
    """An xlsx with every refused row as it was written, below its heading, the wrong cells marked.

    Two columns are added: what is wrong, cell by cell, and the number that leads the row back. Rows that wait for a
    decision are not in it.
    """
    wrong: dict[str, Problems] = defaultdict(lambda: defaultdict(list))
    for problem in run.problems.filter(kind=Problem.Kind.ERROR, row__gt=0):
        wrong[problem.sheet][problem.row].append(problem)
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "nan_inf_to_errors": True}) as book:
        writing = _Writing(book, run)
        for opened in sheets_of(run):
            found = wrong.get(opened.head.sheet.key, {})
            kept = [(number, cells, found[number]) for number, cells in opened.rows if number in found]
            if kept:
                writing.add(opened, kept)
    return out.getvalue()


def _said(problem: Problem, opened: Opened) -> str:
    """Which cell, under which heading, and why."""
    column = opened.head.sheet.column(problem.column).heading if problem.column in opened.head.places else ""
    where = " ".join(filter(None, (problem.cell, str(column))))
    return f"{where}: {in_words(problem)}" if where else in_words(problem)


class _Writing:
    """The workbook while it is made."""

    def __init__(self, book: Any, run: Run) -> None:
        self.book, self.run = book, run
        self.formats: dict[str, Any] = {}
        self.titles: set[str] = set()

    def add(self, opened: Opened, rows: list[tuple[int, list[Any], list[Problem]]]) -> None:
        """A sheet of wrong rows; every column stands where it stands in the file, so that A2 is in column A."""
        page = self.book.add_worksheet(self._free_title(title_of(opened.head.sheet)))
        added_before = [place for place, heading in enumerate(opened.heading) if is_added(heading)]
        width = min(added_before, default=len(opened.heading))
        page.freeze_panes(1, 0)
        page.set_column(0, width + 1, WIDTH, self._format(TEXT))
        page.set_column(width, width, WIDE, self._format(TEXT))
        for key, indexes in opened.head.places.items():
            looks = LOOKS.get(opened.head.sheet.column(key).kind, TEXT)
            page.set_column(indexes[0], indexes[0], WIDTH, self._format(looks))
        added = [str(WHAT_IS_WRONG), heading_for(self.run.pk)]
        self._write_row(page, 0, [*opened.heading[:width], *added], {"bold": True})
        for line, (number, cells, problems) in enumerate(rows, start=1):
            wrong = {opened.head.places[each.column][0] for each in problems if each.column in opened.head.places}
            self._write_row(page, line, cells[:width], {}, wrong)
            sentences = "\n".join(_said(problem, opened) for problem in problems)
            page.write_string(line, width, sentences[:LONGEST], self._format(TEXT | {"text_wrap": True}))
            page.write_number(line, width + 1, number, self._format(NUMBER))

    def _free_title(self, title: str) -> str:
        """The title, with a number where it is taken."""
        free, number = title, 1
        while free.casefold() in self.titles:
            number += 1
            free = f"{title[: 31 - len(str(number)) - 1]} {number}"
        self.titles.add(free.casefold())
        return free

    def _write_row(
        self, page: Any, line: int, cells: list[Any], looks: dict[str, Any], wrong: Set[int] = frozenset()
    ) -> None:
        for place, cell in enumerate(cells):
            if cell is not None:
                self._write(page, line, place, cell, looks | WRONG if place in wrong else looks)
        for place in wrong:
            if place >= len(cells) or cells[place] is None:
                page.write_blank(line, place, None, self._format(TEXT | WRONG))

    def _write(self, page: Any, line: int, place: int, cell: Any, looks: dict[str, Any]) -> None:
        if isinstance(cell, spreadsheets.Formula):
            cell = cell.value
        if isinstance(cell, bool):
            page.write_boolean(line, place, cell, self._format(looks))
        elif isinstance(cell, float):
            number = {"num_format": "0"} if is_exact(cell) else NUMBER
            page.write_number(line, place, cell, self._format(number | looks))
        elif isinstance(cell, time) or (isinstance(cell, date) and _date_of(cell) >= FIRST_DAY):
            page.write_datetime(line, place, cell, self._format(_format_of_time(cell) | looks))
        elif cell is not None:
            text = cell.text if isinstance(cell, spreadsheets.CellError) else _text_of(cell)
            page.write_string(line, place, text[:LONGEST], self._format(TEXT | looks))

    def _format(self, looks: dict[str, Any]) -> Any:
        key = repr(sorted(looks.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(looks)
        return self.formats[key]


def _date_of(cell: date) -> date:
    return cell.date() if isinstance(cell, datetime) else cell


def _text_of(cell: Any) -> str:
    """The text; of a day before all that spreadsheets agree on, the day as it is written."""
    if isinstance(cell, datetime) and cell.time() == time(0):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _format_of_time(cell: date | time) -> dict[str, Any]:
    if isinstance(cell, time):
        return {"num_format": "hh:mm:ss"}
    has_time = isinstance(cell, datetime) and cell.time() != time(0)
    return {"num_format": "yyyy-mm-dd hh:mm:ss"} if has_time else DAY
