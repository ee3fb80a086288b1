"""What the books hold, taken out as the county workbook: one xlsx, or one csv file per sheet.

The rows are those of picture.py and the words those of the language that is active, or that the options name. ID
numbers are never among them. What comes out can be brought back in and changes nothing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from tempfile import TemporaryDirectory
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils import timezone, translation
from django.utils.translation import gettext_noop
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from jinxian.lib import Refused
from jinxian.lib.spreadsheets.csv_files import FORMULA_SIGNS
from service_areas.models import Branch, Township
from workbook.format import SHEETS, Column, Sheet
from workbook.layout import HOW_TO, MOST_ROWS, OF_EXPORTS, Layout, title_of, words_of
from workbook.models import Run
from workbook.picture import Extent, rows_of

OF_COUNTY = frozenset({"appointments", "plan_items", "place_changes"})  # kept above townships and branches
FIRST_DAY = date(1900, 3, 1)  # spreadsheets disagree on the days before
TOLD_EVERY = 2_000  # rows
# How long a sheet takes, roughly, against one of few rows; only the progress goes by it.
WEIGHTS = {"members": 15, "households": 45, "links": 45, "targets": 200}

TOO_MANY_ROWS = gettext_noop(
    "“%(sheet)s” has more rows than a worksheet holds (%(most)s). Take it out as csv, or by township."
)
TOO_LONG = gettext_noop("What belongs into %(cell)s of “%(sheet)s” is longer than a cell holds. Take it out as csv.")

Tell = Callable[[float], None]
Values = tuple[Any, ...]
Convert = Callable[[Any], Any]


def make_files(run: Run, tell: Tell) -> tuple[list[tuple[str, bytes]], int]:
    """The files (name, content) of an export, and how many rows they hold.

    Its options: "sheets" (keys; all where missing), "format" ("xlsx" or "csv"), "language" ("zh-hans" or "en"; the
    active one), "township" or "branch" (an id: only what is below). Errors: Refused where a worksheet is too small.
    """
    options = run.options
    extent = Extent(run.county_id or 0, options.get("township"), options.get("branch"))
    sheets = sheets_of(options.get("sheets"), extent)
    out = BytesIO()
    with translation.override(options.get("language") or translation.get_language()):
        stem = f"{_plain_name(_place_of(run, extent).label)}-{timezone.localdate().isoformat()}"
        if options.get("format") != "csv":
            name, counts = f"{stem}.xlsx", write_book(out, sheets, extent, tell)
        elif len(sheets) == 1:
            name, counts = f"{title_of(sheets[0])}.csv", write_csv(out, sheets, extent, tell)
        else:
            name, counts = f"{stem}.zip", write_zip(out, sheets, extent, tell)
    return [(name, out.getvalue())], sum(counts.values())


def sheets_of(keys: Iterable[str] | None, extent: Extent) -> list[Sheet]:
    """The sheets with these keys (None: all) that there are in the extent, in the order of the workbook."""
    wanted = {sheet.key for sheet in SHEETS} if keys is None else {*keys}
    if extent.township_id or extent.branch_id:
        wanted -= OF_COUNTY
    return [sheet for sheet in SHEETS if sheet.key in wanted]


def columns_to_take_out(sheet: Sheet) -> list[Column]:
    """Every column but ID numbers."""
    return [column for column in sheet.columns if column.kind != "id_number"]


def write_book(out: IO[bytes], sheets: Sequence[Sheet], extent: Extent, tell: Tell) -> dict[str, int]:
    """Write the sheets as xlsx; rows by sheet key. Errors: Refused where a worksheet does not hold them."""
    counts = {}
    with TemporaryDirectory(prefix="workbook-") as folder:  # only for its owner's eyes, and gone whatever happens
        layout = Layout(out, {"constant_memory": True, "tmpdir": folder})
        layout.add_help({sheet: columns_to_take_out(sheet) for sheet in sheets}, (*HOW_TO, *OF_EXPORTS))
        for sheet, told in _told(sheets, lambda share: tell(0.88 * share)):
            columns = columns_to_take_out(sheet)
            page = layout.add_sheet(sheet, columns)
            counts[sheet.key] = _fill(page, sheet, _puts(layout, page, sheet), _rows(sheet, extent, told))
            layout.filter(page, columns, counts[sheet.key])
        layout.close()
    tell(1)
    return counts


def write_zip(out: IO[bytes], sheets: Sequence[Sheet], extent: Extent, tell: Tell) -> dict[str, int]:
    """Write the sheets as a zip of csv files, each named as its sheet is; rows by sheet key."""
    counts = {}
    with ZipFile(out, "w", ZIP_DEFLATED) as files:
        for sheet, told in _told(sheets, tell):
            with files.open(f"{title_of(sheet)}.csv", "w", force_zip64=True) as file:
                counts[sheet.key] = _write_rows(file, sheet, _rows(sheet, extent, told))
    tell(1)
    return counts


def write_csv(out: IO[bytes], sheets: Sequence[Sheet], extent: Extent, tell: Tell) -> dict[str, int]:
    """Write the only sheet as csv (UTF-8 with a byte order mark); rows by sheet key."""
    [(sheet, told)] = _told(sheets, tell)
    count = _write_rows(out, sheet, _rows(sheet, extent, told))
    tell(1)
    return {sheet.key: count}


# Rows


def _rows(sheet: Sheet, extent: Extent, told: Callable[[int], None]) -> Iterator[Values]:
    for count, (_pk, values) in enumerate(rows_of(sheet, extent), start=1):
        if not count % TOLD_EVERY:
            told(count)
        yield values


def _told(sheets: Sequence[Sheet], tell: Tell) -> Iterator[tuple[Sheet, Callable[[int], None]]]:
    """Each sheet, and what is to be called with the number of rows that are done: how many come is not known."""
    weights = [WEIGHTS.get(sheet.key, 1) for sheet in sheets]
    before = 0
    for sheet, weight in zip(sheets, weights, strict=True):

        def told(count: int, before: int = before, weight: int = weight) -> None:
            tell((before + weight * count / (count + 500 * weight)) / sum(weights))

        yield sheet, told
        before += weight
        tell(before / sum(weights))


def _converted(column: Column) -> Convert:
    """How a value of the column becomes what is written: words for choices, codes with a space between."""
    if column.kind in {"whole", "decimal", "day"}:
        return lambda value: value
    if column.kind == "refs":
        return " ".join
    words = words_of(column)
    return (lambda value: words.get(value, str(value))) if words else str


# As a worksheet

Put = Callable[[int, Any], None]  # (row, value)


def _fill(page: Worksheet, sheet: Sheet, puts: Sequence[tuple[int, Put]], rows: Iterable[Values]) -> int:
    row = 0
    for row, values in enumerate(rows, start=1):
        if row >= MOST_ROWS:
            raise Refused("too_many_rows", TOO_MANY_ROWS, sheet=title_of(sheet), most=f"{MOST_ROWS - 1:,}")
        for place, put in puts:
            value = values[place]
            if value is not None:
                put(row, value)
    return row


def _puts(layout: Layout, page: Worksheet, sheet: Sheet) -> list[tuple[int, Put]]:
    """For each column that is written: the place of its value in a row, and what puts the value into its cell."""
    return [
        (sheet.places[column.key], _put(layout, page, sheet, column, place))
        for place, column in enumerate(columns_to_take_out(sheet))
    ]


def _put(layout: Layout, page: Worksheet, sheet: Sheet, column: Column, place: int) -> Put:
    looks, converted = layout.format_of_cells(column), _converted(column)
    write_string, write_number, write_datetime = page.write_string, page.write_number, page.write_datetime

    def put_text(row: int, value: Any) -> None:
        if write_string(row, place, converted(value), looks):
            raise Refused("too_long", TOO_LONG, cell=xl_rowcol_to_cell(row, place), sheet=title_of(sheet))

    def put_number(row: int, value: Any) -> None:
        write_number(row, place, float(value), looks)

    def put_day(row: int, value: date) -> None:
        if value < FIRST_DAY:
            write_string(row, place, value.isoformat(), looks)
        else:
            write_datetime(row, place, value, looks)

    return {"whole": put_number, "decimal": put_number, "day": put_day}.get(column.kind, put_text)


# As csv


def _write_rows(out: IO[bytes], sheet: Sheet, rows: Iterable[Values]) -> int:
    columns = columns_to_take_out(sheet)
    cells = [(sheet.places[column.key], _converted(column)) for column in columns]
    text = TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([str(column.heading) for column in columns])
    count = 0
    for values in rows:
        writer.writerow([_cell(convert, values[place]) for place, convert in cells])
        count += 1
    text.flush()
    text.detach()
    return count


def _cell(convert: Convert, value: Any) -> str:
    """What stands in the csv file. Text that a spreadsheet would run as a formula has an apostrophe before it.

    The import takes the apostrophe off; one that was there already gets a second.
    """
    if value is None:
        return ""
    written = convert(value)
    if isinstance(written, Decimal):
        return f"{written.normalize():f}"
    if not isinstance(written, str):
        return str(written)
    return f"'{written}" if written.startswith(FORMULA_SIGNS) else written


# Names


def _place_of(run: Run, extent: Extent) -> Any:
    if extent.branch_id:
        return Branch.objects.get(pk=extent.branch_id)
    return Township.objects.get(pk=extent.township_id) if extent.township_id else run.county


def _plain_name(text: str) -> str:
    """Fit to be the name of a file anywhere."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "-", text).strip(" .-")[:80]
