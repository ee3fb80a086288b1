"""From files to rows of values: which sheet is which, which column is which, what each cell says.

A sheet is known by its name or by its headings, in any order and in every language of the application. Every cell that
cannot be read is named; none is guessed. What the rows mean together is planning.py's question.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, partial
from itertools import chain, islice
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop, pgettext

from jinxian.lib import Refused, spreadsheets
from jinxian.lib.spreadsheets import cells
from workbook.findings import ERROR, LOOK, Finding, Findings, columns_named, letters, written
from workbook.format import SHEETS, Column, Sheet
from workbook.layout import NOT_DATA
from workbook.marks import in_all_languages, is_added, mark_in

HEAD_ROWS = 10  # the heading stands in one of the first so many rows
# What somebody writes to empty a field; an empty cell leaves it as it is.
CLEAR_WORDS = frozenset({"清空", "（清空）", "(清空)", "clear", "(clear)", "Clear"})

NO_HEADING = gettext_noop("No heading of this sheet was found in its first 10 rows. Take the headings of the template.")
NOT_A_SHEET = gettext_noop("“%(name)s” is none of the workbook's sheets and was left out.")
IS_HIDDEN = gettext_noop("“%(name)s” is hidden and was left out. Unhide it to bring it in.")
AMBIGUOUS = gettext_noop("“%(name)s” could be any of these: %(titles)s. Give the sheet the name of one.")
COMES_TWICE = gettext_noop("This sheet comes twice, the second time as “%(name)s”. Put its rows into one.")
NOTHING_KNOWN = gettext_noop("The file holds none of the workbook's sheets. Take the headings of the template.")
UNKNOWN_COLUMNS = gettext_noop("Not known here and left out: %(names)s.")
MISSING_COLUMNS = gettext_noop("Not in this sheet: %(names)s. What is there stays as it is.")
NEEDED_COLUMN = gettext_noop("The column “%(name)s” is missing. Add it; it is needed.")
COLUMN_TWICE = gettext_noop("The heading “%(name)s” stands twice. Take one of them out.")
NEEDED_CELL = gettext_noop("This must not be empty.")
NOT_TO_CLEAR = gettext_noop("This cannot be emptied.")


class Cleared:
    """Stands in a row for “empty this field”."""

    def __repr__(self) -> str:
        return "cleared"


CLEARED = Cleared()


class Row:
    """One row of a sheet: its number as the person sees it, its values in the order of the columns, None for empty.

    Matching fills in the rest: the key, the database's key and the values of the row that is there (`old`), the places
    that change, and what becomes of it ("added", "changed", "same"). `said` has a bit for the place of every cell that
    was refused.
    """

    __slots__ = ("changed", "is_refused", "key", "number", "old", "pk", "said", "state", "values")

    def __init__(self, number: int, values: list[Any]) -> None:
        self.number = number
        self.values = values
        self.key: Any = None
        self.pk = 0
        self.old: Sequence[Any] = ()
        self.changed: tuple[int, ...] = ()
        self.state = ""
        self.is_refused = False
        self.said = 0


@dataclass
class ReadSheet:
    """A sheet of the file that is one of ours. `letters` are the spreadsheet's names of its columns, by column key."""

    sheet: Sheet
    rows: list[Row] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)


@dataclass
class Head:
    """The heading row of a sheet: which columns stand where (by index, 0 the first), and what is not known."""

    sheet: Sheet
    places: dict[str, list[int]]
    unknown: list[str]

    @property
    def fit(self) -> int:
        return len(self.places)

    @property
    def is_enough(self) -> bool:
        """Without a telling name a sheet is one of ours only where it has what a row is found by."""
        keys = [key for key in self.sheet.keys if self.sheet.column(key).is_needed]
        return self.fit >= 2 and all(key in self.places for key in keys or [self.sheet.columns[1].key])


Mended = dict[str, dict[int, dict[str, Any]]]  # sheet key → number of a row → column key → cell


@dataclass
class ReadFiles:
    """What files hold. `mended` takes the place of cells while rows are read, and keeps those that met no row.

    `marks` are the imports (their numbers) from which rows of a file were taken as wrong, by the file's place.
    """

    sheets: dict[str, ReadSheet] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    mended: Mended = field(default_factory=dict)
    mended_count: int = 0
    marks: dict[int, set[int]] = field(default_factory=dict)
    place: int = 0  # of the file that is being read


class Opened(NamedTuple):
    """A sheet that is to be read: what its heading says, the cells of it, and the rows below it (number, cells)."""

    head: Head
    heading: list[Any]
    rows: Iterator[tuple[int, list[Any]]]


def read_files(
    files: Sequence[tuple[str, bytes]], *, tell: Callable[[float], None], mended: Mended | None = None
) -> ReadFiles:
    """Every sheet of the files (name, content) with what is to be said of its cells; `mended` cells in their places.

    Errors: FileRefused where a file cannot be read as a whole, or none of them holds a sheet of the workbook.
    """
    read = ReadFiles(mended=mended or {})
    for place, (name, data) in enumerate(files):
        read.place = place
        for source in spreadsheets.read(data, name):
            _read_sheet(read, source)
            tell((place + 0.5) / len(files))
        tell((place + 1) / len(files))
    if not read.sheets and not any(finding.kind == ERROR for finding in read.findings):
        raise spreadsheets.FileRefused("nothing_known", NOTHING_KNOWN)
    return read


def _read_sheet(read: ReadFiles, source: Any) -> None:
    opened = open_sheet(read, source)
    if opened is not None:
        read.findings += _said_of_head(opened.head)
        _read_rows(read.sheets[opened.head.sheet.key], opened.rows, opened.head, read.findings)


def open_sheet(read: ReadFiles, source: Any) -> Opened | None:
    """The sheet, entered in `read`, with the rows that are still to be read; None where it is none to be read.

    A sheet that is hidden, comes twice or is none of ours is passed over, and `read` says so.
    """
    rows = iter(source.rows)
    above = list(islice(rows, HEAD_ROWS))
    line, heads = find_heads(above, source.name)
    head = heads[0] if heads else None
    if head and (mark := mark_in(above[line][1])):
        read.marks.setdefault(read.place, set()).add(mark.run)
    finding = _why_not_read(read, source, heads, is_empty=not above)
    if head is None or finding or source.name in NOT_DATA:
        read.findings += [finding] if finding else []
        deque(rows, maxlen=0)  # the next sheet comes after the last row of this one
        return None
    mine = read.sheets[head.sheet.key] = ReadSheet(head.sheet)
    mine.letters = {key: letters(indexes[0]) for key, indexes in head.places.items()}
    heading, rows = above[line][1], chain(above[line + 1 :], rows)
    if mended := read.mended.get(head.sheet.key):
        rows = _with_mended(read, rows, head, mended)
    return Opened(head, heading, rows)


def _with_mended(
    read: ReadFiles, rows: Iterator[tuple[int, list[Any]]], head: Head, mended: dict[int, dict[str, Any]]
) -> Iterator[tuple[int, list[Any]]]:
    for number, written_cells in rows:
        values = mended.pop(number, None)
        if values is not None:
            read.mended_count += 1
            width = max(indexes[0] for indexes in head.places.values()) + 1
            written_cells += [None] * (width - len(written_cells))
            for key in values.keys() & head.places.keys():
                written_cells[head.places[key][0]] = values[key]
        yield number, written_cells


def _why_not_read(read: ReadFiles, source: Any, heads: Sequence[Head], *, is_empty: bool) -> Finding | None:
    if is_empty or source.name in NOT_DATA:
        return None
    named = _by_name(source.name)
    if not heads:
        if named is None:
            return Finding(LOOK, "", 0, "", "", "", NOT_A_SHEET, {"name": source.name})
        read.sheets.setdefault(named.key, ReadSheet(named))
        return Finding(ERROR, named.key, 0, "", "", "", NO_HEADING, {})
    if source.is_hidden:
        return Finding(LOOK, "", 0, "", "", "", IS_HIDDEN, {"name": source.name})
    if len(heads) > 1:
        titles = pgettext("between names", ", ").join(str(head.sheet.title) for head in heads)
        return Finding(ERROR, "", 0, "", "", "", AMBIGUOUS, {"name": source.name, "titles": titles})
    head = heads[0]
    if head.sheet.key in read.sheets:
        return Finding(ERROR, head.sheet.key, 0, "", "", "", COMES_TWICE, {"name": source.name})
    return None


# Headings


def _plain(heading: Any) -> str:
    """A heading for comparing: no case, no spaces, no star or colon that marks it."""
    text = heading.value if isinstance(heading, spreadsheets.Formula) else heading
    return re.sub(r"[\s\u3000*＊:：_]+", "", text).casefold() if isinstance(text, str) else ""


@cache
def _headings_of(sheet: Sheet) -> dict[str, str]:
    """Plain heading → column key. A column's own heading wins over another one's alias."""
    known = {_plain(alias): column.key for column in sheet.columns for alias in (column.key, *column.aliases)}
    own = {_plain(word): column.key for column in sheet.columns for word in in_all_languages(column.heading)}
    return known | own


@cache
def _names_of_sheets() -> dict[str, Sheet]:
    names = {sheet: (sheet.key, *sheet.aliases, *in_all_languages(sheet.title)) for sheet in SHEETS}
    return {_plain(name): sheet for sheet, words in names.items() for name in words}


def _by_name(name: str) -> Sheet | None:
    return _names_of_sheets().get(_plain(name))


def find_heads(above: Sequence[tuple[int, list[Any]]], name: str) -> tuple[int, list[Head]]:
    """Which of a sheet's first rows is the heading, and whose: none, one, or several sheets that it fits alike.

    The row that names most columns wins, so merged titles above it are passed over; `name` is the sheet's.
    """
    named = _by_name(name)
    candidates = [named] if named else SHEETS
    heads = [(line, _head(sheet, row)) for line, (_, row) in enumerate(above) for sheet in candidates]
    good = [(line, head) for line, head in heads if head.is_enough or (named and head.fit)]
    if not good:
        return 0, []
    line, best = max(good, key=lambda each: each[1].fit)
    return line, [head for at, head in good if at == line and head.fit == best.fit]


def _head(sheet: Sheet, row: Sequence[Any]) -> Head:
    known = _headings_of(sheet)
    head = Head(sheet, {}, [])
    for index, cell in enumerate(row):
        plain = _plain(cell)
        if plain in known:
            head.places.setdefault(known[plain], []).append(index)
        elif plain and not is_added(cell):
            head.unknown.append(written(cell))
    return head


def _said_of_head(head: Head) -> Iterator[Finding]:
    sheet = head.sheet
    say = partial(Finding, sheet=sheet.key, row=0, cell="", value="")
    if head.unknown:
        names = pgettext("between names", ", ").join(head.unknown)
        yield say(kind=LOOK, column="", sentence=UNKNOWN_COLUMNS, values={"names": names})
    for key, indexes in head.places.items():
        if len(indexes) > 1:
            yield say(kind=ERROR, column=key, sentence=COLUMN_TWICE, values={"name": columns_named(sheet, [key])})
    missing = [
        column
        for column in sheet.columns
        if column.key not in head.places and column.kind not in ("reading", "id_number")
    ]
    for column in missing:
        if column.is_needed and column.key in sheet.keys:
            values = {"name": columns_named(sheet, [column.key])}
            yield say(kind=ERROR, column=column.key, sentence=NEEDED_COLUMN, values=values)
    names = columns_named(
        sheet, [column.key for column in missing if not (column.is_needed and column.key in sheet.keys)]
    )
    if not names.endswith(":"):
        yield say(kind=LOOK, column="", sentence=MISSING_COLUMNS, values={"names": names})


# Cells

Parser = Callable[[Any], tuple[Any, Any]]


def _text_or_code(cell: Any, *, longest: int) -> tuple[Any, Any]:
    """A code or a name: names may hold spaces, and a number is never a name."""
    return cells.text(cell, longest=longest) if isinstance(cell, str) else cells.code(cell, longest=longest)


def _several(cell: Any, *, longest: int) -> tuple[Any, Any]:
    value, notice = _text_or_code(cell, longest=longest)
    parts = tuple(dict.fromkeys(re.findall(r"[^\s,，、;；]+", value))) if value else None
    return parts or None, notice


def parser_of(column: Column) -> Parser:
    """How a cell of this column is read."""
    kind = column.kind
    if kind == "code":
        return partial(cells.code, longest=column.longest)
    if kind == "ref":
        return partial(_text_or_code, longest=max(column.longest, 60))
    if kind == "refs":
        return partial(_several, longest=1000)
    if kind == "whole":
        return partial(cells.whole, lowest=column.lowest, highest=column.highest)
    if kind == "decimal":
        return partial(cells.decimal, decimals=column.decimals, highest=Decimal(column.highest))
    if kind == "day":
        return partial(cells.day, latest=date(2100, 12, 31))
    if kind == "choice":
        offered = pgettext("between names", ", ").join(str(label) for label in column.choices.values())
        return partial(cells.choice, choices=_spellings(column), offered=offered)
    if kind == "yes_no":
        return cells.yes_no
    if kind == "id_number":
        return partial(cells.code, longest=40, secret=True)
    return partial(cells.text, longest=column.longest)


def _spellings(column: Column) -> dict[str, str]:
    spelled = {}
    for value, label in column.choices.items():
        for word in (str(value), *in_all_languages(label)):
            spelled[re.sub(r"\s+", "", word).casefold()] = str(value)
    return spelled


def _read_rows(mine: ReadSheet, rows: Iterable[tuple[int, list[Any]]], head: Head, findings: list[Finding]) -> None:
    sheet, width = mine.sheet, len(mine.sheet.columns)
    columns = [
        (place, head.places[column.key][0], column, parser_of(column))
        for place, column in enumerate(sheet.columns)
        if column.key in head.places and column.kind != "reading"
    ]
    for number, written_cells in rows:
        row = Row(number, [None] * width)
        count = len(written_cells)
        is_blank = True
        for place, index, column, parse in columns:
            cell = written_cells[index] if index < count else None
            if cell is None or cell == "":
                continue
            if isinstance(cell, str) and cell.strip() in CLEAR_WORDS:
                row.values[place] = CLEARED
                is_blank = False
                continue
            try:
                value, notice = parse(cell)
            except Refused as refused:
                is_blank = False
                row.is_refused = True
                row.said |= 1 << place
                findings.append(_of_cell(ERROR, mine, row, column, cell, refused.message, refused.params))
                continue
            if value is not None:
                is_blank = False
                row.values[place] = value
            if notice is not None:
                findings.append(_of_cell(LOOK, mine, row, column, cell, notice.sentence, notice.values))
        if not is_blank:
            mine.rows.append(row)


def _of_cell(
    kind: str, mine: ReadSheet, row: Row, column: Column, cell: Any, sentence: str, values: dict[str, Any]
) -> Finding:
    is_secret = column.kind == "id_number"
    return Finding(
        kind, mine.sheet.key, row.number, column.key, f"{mine.letters[column.key]}{row.number}",
        "···" if is_secret else cells.as_shown(cell), sentence, values,
    )  # fmt: skip
