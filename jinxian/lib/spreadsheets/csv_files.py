"""A csv: which encoding, which separator, which line is broken."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from django.utils.translation import gettext_noop

from jinxian.lib.spreadsheets.guard import LONGEST, WIDEST
from jinxian.lib.spreadsheets.kinds import FileRefused, Row, Sheet

SEPARATORS = ",\t;"
LONGEST_FIELD = 1_000_000

_ENCODING = gettext_noop(
    "Line %(line)s of “%(name)s” holds characters that are neither UTF-8 nor GB18030. Save the file as “CSV UTF-8”."
)
_NUL = gettext_noop("Line %(line)s of “%(name)s” holds a character that cannot be stored. Save the file anew as csv.")
_BROKEN = gettext_noop("Line %(line)s of “%(name)s” is broken: a quotation mark is not closed. Mend it there.")
_TOO_LONG = gettext_noop("“%(name)s” has more than %(rows)s rows or %(columns)s columns. Split it.")


def read_csv(data: bytes, name: str) -> Sheet:
    """The one sheet of the file. Errors: FileRefused, also while its rows are read."""
    text = _decoded(data, name)
    if "\x00" in text:
        raise FileRefused("nul", _NUL, name=name, line=text[: text.index("\x00")].count("\n") + 1)
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=head.count)
    return Sheet(name, False, _rows(text, separator, name))


def _decoded(data: bytes, name: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    failed = 0
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            failed = max(failed, error.start)
    raise FileRefused("encoding", _ENCODING, name=name, line=data[:failed].count(b"\n") + 1)


def _rows(text: str, separator: str, name: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for fields in reader:
            number += 1
            if number > LONGEST or len(fields) > WIDEST:
                raise FileRefused("too_long", _TOO_LONG, name=name, rows=LONGEST, columns=WIDEST)
            if any(field.strip() for field in fields):
                yield number, [field or None for field in fields]
    except csv.Error as error:
        raise FileRefused("broken", _BROKEN, name=name, line=reader.line_num) from error
