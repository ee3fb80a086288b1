"""The rows of a run that were refused, as a workbook to correct and bring back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from itertools import chain, islice
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from jinxian.lib import spreadsheets
from workbook.findings import in_words
from workbook.models import Problem, Run
from workbook.reading import HEAD_ROWS, as_shown, find_heads
from workbook.sealing import unseal

LONGEST = 32_767  # characters a cell holds


def wrong_rows(run: Run) -> bytes:
    """An xlsx with every refused row as it was written, below its heading, and what is wrong in a column of its own.

    The added column is left out when the workbook is brought back. Rows that wait for a decision are not in it.
    """
    wrong: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for problem in run.problems.filter(kind=Problem.Kind.ERROR, row__gt=0):
        wrong[problem.sheet][problem.row].append(in_words(problem))
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "num_format": "@"})
        for title, head, rows in _sheets(run, wrong):
            page = book.add_worksheet(title)
            page.set_column(0, len(head), 18, text)
            _write_row(page, 0, [*head, _("What is wrong")], bold)
            for line, (cells, sentences) in enumerate(rows, start=1):
                padded = [*cells[: len(head)], *[None] * (len(head) - len(cells)), " ".join(sentences)]
                _write_row(page, line, padded, text)
    return out.getvalue()


def _sheets(run: Run, wrong: dict[str, dict[int, list[str]]]) -> Iterator[tuple[str, list[Any], list[Any]]]:
    for file in run.files.order_by("pk"):
        for source in spreadsheets.read(unseal(file.sealed), file.name):
            rows = iter(source.rows)
            above = list(islice(rows, HEAD_ROWS))
            line, heads = find_heads(above, source.name)
            head = heads[0] if len(heads) == 1 else None
            found = wrong.get(head.sheet.key, {}) if head else {}
            kept = [(cells, found[number]) for number, cells in chain(above[line + 1 :], rows) if number in found]
            if head and kept:
                yield str(head.sheet.title)[:31], above[line][1], kept


def _write_row(page: Any, line: int, cells: list[Any], text: Any) -> None:
    for place, cell in enumerate(cells):
        if cell is not None:
            shown = cell.isoformat()[:10] if isinstance(cell, date | datetime) else as_shown(cell)
            page.write_string(line, place, (cell if isinstance(cell, str) else shown)[:LONGEST], text)
