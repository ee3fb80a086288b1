"""What the empty template and the export look like alike: headings, widths, formats, drop-downs, the help sheet.

The words are those of the language that is active while the workbook is made. What stands in the rows is not decided
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import IO, Any
from unicodedata import east_asian_width

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from workbook.format import Column, Sheet

NOT_DATA = frozenset({"Help", "说明", "Lists", "词表"})  # sheets that are for people and are not read in
MOST_ROWS = 1_048_576  # of a worksheet, its heading among them
LONGEST_LIST = 255  # characters that a drop-down holds itself; longer ones stand on the hidden sheet
FILTERED = 1_000  # rows that the filter of an empty sheet reaches
TEXT, NUMBER, DAY = {"num_format": "@"}, {"num_format": "General"}, {"num_format": "yyyy-mm-dd"}
LOOKS: dict[str, dict[str, Any]] = {"whole": NUMBER, "decimal": NUMBER, "day": DAY}
WIDTHS = {"code": 20, "ref": 20, "refs": 32, "whole": 8, "decimal": 10, "day": 12, "choice": 16, "yes_no": 8}
WIDEST = 40
GREY = "#7F7F7F"

HOW_TO = (
    gettext_lazy("Write below the headings, one row for each. Rows, columns and sheets may stand in any order."),
    gettext_lazy("Columns in bold are needed. What is not brought in may stay empty or be taken out; nothing is lost."),
    gettext_lazy("An empty cell leaves what is there as it is. To empty a field, write “clear” in it."),
    gettext_lazy("Codes are text and keep every digit. Leave the format of the cells as it is."),
    gettext_lazy("Dates are written like 1987-03-24. Where a list opens, choose one of its words."),
    gettext_lazy("Hidden rows are read too, and those that a filter hides. Hidden sheets are not."),
)
OF_EXPORTS = (
    gettext_lazy("Columns in grey are for reading. What is changed there is left out."),
    gettext_lazy("An export never holds ID numbers. They stay as they are when it is brought back."),
)


def words_of(column: Column) -> dict[Any, str]:
    """Value → its word, of a column with a list of words; empty for all others."""
    if column.kind == "yes_no":
        return {True: _("Yes"), False: _("No")}
    return {value: str(label) for value, label in column.choices.items()}


def title_of(sheet: Sheet) -> str:
    """The sheet's name as a spreadsheet takes it."""
    return str(sheet.title)[:31]


class Layout:
    """A workbook while it is made. `options` are XlsxWriter's; what is made is in `out` after close()."""

    def __init__(self, out: IO[bytes], options: dict[str, Any]) -> None:
        self.book = xlsxwriter.Workbook(out, options)
        self._formats: dict[Any, Format] = {}
        self._lists: list[Sequence[str]] = []

    def format_of(self, **looks: Any) -> Format:
        """The one format with these looks."""
        key = tuple(sorted(looks.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(looks)
        return self._formats[key]

    def format_of_cells(self, column: Column) -> Format:
        """Text stays text whatever is typed; numbers and days are such."""
        looks = LOOKS.get(column.kind, TEXT)
        return self.format_of(**looks, font_color=GREY) if column.kind == "reading" else self.format_of(**looks)

    def add_sheet(self, sheet: Sheet, columns: Sequence[Column]) -> Worksheet:
        """The sheet with its heading, formats and drop-downs; its rows begin in the second line (1)."""
        page = self.book.add_worksheet(title_of(sheet))
        page.freeze_panes(1, 0)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.repeat_rows(0)
        for place, column in enumerate(columns):
            page.set_column(place, place, _width_of(column), self.format_of_cells(column))
            page.write_string(0, place, str(column.heading), self._format_of_heading(column))
            page.write_comment(0, place, note_of(column), {"author": "", "x_scale": 1.6, "font_size": 9})
            words = list(words_of(column).values())
            if words:
                self._offer(page, place, words)
        self.filter(page, columns, FILTERED)
        return page

    def filter(self, page: Worksheet, columns: Sequence[Column], row_count: int) -> None:
        """Let the filter reach so many rows."""
        page.autofilter(0, 0, max(row_count, 1), len(columns) - 1)

    def add_help(self, sheets: Mapping[Sheet, Sequence[Column]], sentences: Iterable[Any]) -> None:
        """How the workbook is filled in, then each of its columns with meaning, example and allowed words."""
        page = self.book.add_worksheet(pgettext("workbook", "Help"))
        plain, bold = self.format_of(**TEXT, valign="top", text_wrap=True), self.format_of(**TEXT, bold=True)
        heading = self._format_of_heading(None)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        for place, width in enumerate((20, 26, 9, 56, 26, 56)):
            page.set_column(place, place, width)
        told = list(sentences)
        for line, sentence in enumerate(told):
            page.write_string(line, 0, str(sentence))
        first = len(told) + 1
        self._write_line(page, first, _headings_of_help(), heading)
        for line, (cells, is_title) in enumerate(_lines_of_help(sheets), start=first + 1):
            self._write_line(page, line, cells, bold if is_title else plain)

    def close(self) -> None:
        """Add the lists that are too long for a drop-down, and finish the file."""
        if self._lists:
            page = self.book.add_worksheet(_name_of_lists())
            page.hide()
            for line, words in enumerate(zip_longest(*self._lists, fillvalue="")):
                self._write_line(page, line, words, self.format_of(**TEXT))
        self.book.close()

    def _format_of_heading(self, column: Column | None) -> Format:
        looks: dict[str, Any] = {**TEXT, "bg_color": "#F2F2F2", "bottom": 1, "valign": "top"}
        if column is None or column.is_needed:
            looks["bold"] = True
        elif column.kind == "reading":
            looks |= {"font_color": GREY, "italic": True}
        return self.format_of(**looks)

    def _offer(self, page: Worksheet, place: int, words: Sequence[str]) -> None:
        """A list to choose from. Another word may still be written: the import knows more than the list."""
        offered = {
            "validate": "list",
            "source": list(words) if _fits_a_list(words) else self._listed(words),
            "error_type": "warning",
            "error_title": _("Not in the list"),
            "error_message": _("Choose a word of the list, or write “clear” to empty the field."),
        }
        if page.data_validation(1, place, MOST_ROWS - 1, place, offered):
            raise ValueError(f"no drop-down of {words}")

    def _listed(self, words: Sequence[str]) -> str:
        if words not in self._lists:
            self._lists.append(words)
        letter = xl_col_to_name(self._lists.index(words), col_abs=True)
        return f"='{_name_of_lists()}'!{letter}$1:{letter}${len(words)}"

    def _write_line(self, page: Worksheet, line: int, cells: Iterable[str], looks: Format) -> None:
        for place, text in enumerate(cells):
            if text:
                page.write_string(line, place, text, looks)


def note_of(column: Column) -> str:
    """What a heading says when one points at it."""
    if column.kind == "reading":
        return _("For reading. What is changed here is left out.")
    parts = [_("Needed.") if column.is_needed else "", str(column.meaning)]
    if column.example:
        parts.append(_("Example: %(example)s") % {"example": column.example})
    return "\n".join(filter(None, parts))


def _headings_of_help() -> list[str]:
    return [
        pgettext("workbook", "Sheet"), pgettext("workbook", "Column"), pgettext("workbook", "Needed"),
        pgettext("workbook", "Meaning"), pgettext("workbook", "Example"), pgettext("workbook", "Allowed words"),
    ]  # fmt: skip


def _lines_of_help(sheets: Mapping[Sheet, Sequence[Column]]) -> Iterable[tuple[list[str], bool]]:
    for sheet, columns in sheets.items():
        title = title_of(sheet)
        yield [title, "", "", str(sheet.meaning)], True
        for column in columns:
            is_needed = _("Yes") if column.is_needed else ""
            allowed = " / ".join(words_of(column).values())
            yield [title, str(column.heading), is_needed, str(column.meaning), column.example, allowed], False


def _name_of_lists() -> str:
    return pgettext("workbook", "Lists")


def _fits_a_list(words: Sequence[str]) -> bool:
    return len(",".join(words)) <= LONGEST_LIST and not any({",", '"'} & set(word) for word in words)


def _width_of(column: Column) -> int:
    """Wide enough for the heading with its filter, and for what usually stands below."""
    text = str(column.heading)
    heading = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text) + 4
    longest = max((len(word) + 2 for word in words_of(column).values()), default=0)
    return min(WIDEST, max(heading, longest, WIDTHS.get(column.kind, 18)))
