"""Reading what a spreadsheet program wrote, without being harmed by it (guard.py, child.py) and without guessing.

xlsx and csv; a cell comes as it stands in the file. Numbers are always floats, so that who asks for a code
can tell one in a numeric cell and refuse it where digits are lost; what a cell means is cells.py's question.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from django.utils.translation import gettext_noop

from jinxian.lib.spreadsheets.csv_files import read_csv
from jinxian.lib.spreadsheets.guard import looks_like_text, refuse_other_formats
from jinxian.lib.spreadsheets.kinds import Cell, CellError, FileRefused, Formula, Row, Sheet
from jinxian.lib.spreadsheets.xlsx_files import read_xlsx

__all__ = ["Cell", "CellError", "FileRefused", "Formula", "Row", "Sheet", "read"]

LARGEST = 64 * 1024 * 1024  # bytes of a file

_EMPTY = gettext_noop("“%(name)s” is empty. Choose the file again.")
_TOO_LARGE = gettext_noop("“%(name)s” is larger than %(megabytes)s MB. Bring its sheets in one by one.")


def read(data: bytes, file_name: str) -> Iterator[Sheet]:
    """The sheets of an xlsx, or the one of a csv, which bears the file's name.

    Errors: FileRefused at once or while the rows are read, where the file is none of the two, is damaged, protected by
    a password, or larger than anybody's county.
    """
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise FileRefused("empty", _EMPTY, name=file_name)
    if len(data) > LARGEST:
        raise FileRefused("too_large", _TOO_LARGE, name=file_name, megabytes=LARGEST // 1024 // 1024)
    if looks_like_text(data, file_name):
        yield read_csv(data, PurePath(file_name).stem)
        return
    refuse_other_formats(data, file_name)
    yield from read_xlsx(data, file_name)
