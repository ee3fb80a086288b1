"""The empty workbook: every sheet with its headings and drop-downs, and no row. Examples stand on the help sheet."""

from __future__ import annotations

from io import BytesIO

from django.utils import translation

from workbook.format import SHEETS, Column, Sheet
from workbook.layout import HOW_TO, Layout


def make_template(language: str) -> bytes:
    """The workbook as xlsx, in the words of the language ("zh-hans" or "en")."""
    out = BytesIO()
    sheets = {sheet: columns_to_fill_in(sheet) for sheet in SHEETS}
    with translation.override(language):
        layout = Layout(out, {"in_memory": True})
        layout.add_help(sheets, HOW_TO)
        for sheet, columns in sheets.items():
            layout.add_sheet(sheet, columns)
        layout.close()
    return out.getvalue()


def columns_to_fill_in(sheet: Sheet) -> list[Column]:
    """The columns that are read in."""
    return [column for column in sheet.columns if column.kind != "reading"]
