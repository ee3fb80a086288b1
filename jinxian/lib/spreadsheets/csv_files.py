"""A csv: which encoding, which separator, which line is broken."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper

from django.utils.translation import gettext_noop

from jinxian.lib.spreadsheets.guard import LONGEST, UTF_16, WIDEST
from jinxian.lib.spreadsheets.kinds import Cell, FileRefused, Row, Sheet

SEPARATORS = ",\t;"
LONGEST_FIELD = 1_000_000
# What a spreadsheet takes for a formula: an apostrophe is put before it, and before an apostrophe.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "'")
CERTAIN = 5  # so many Chinese characters read as UTF-8 are no accident of another encoding
_CHINESE = re.compile("[\u3400-\u9fff]")
_IN_QUOTES = re.compile(r'"[^"]*+"?')

_ENCODING = gettext_noop(
    "Line %(line)s of “%(name)s” holds characters that are neither UTF-8 nor GB18030. Save the file as “CSV UTF-8”."
)
_NUL = gettext_noop("Line %(line)s of “%(name)s” holds a character that cannot be stored. Save the file anew as csv.")
_BROKEN = gettext_noop("Line %(line)s of “%(name)s” is broken: a quotation mark is not closed. Mend it there.")
_TOO_LONG = gettext_noop("“%(name)s” has more than %(rows)s rows or %(columns)s columns. Split it.")


def read_csv(data: bytes, name: str) -> Sheet:
    """The one sheet of the file. Errors: FileRefused, also while its rows are read."""
    encoding, separator = _looked_at(data, name)
    return Sheet(name, False, _rows(data, encoding, separator, name))


def _looked_at(data: bytes, name: str) -> tuple[str, str]:
    """Encoding and separator: the one that stands most in the heading line, outside quotation marks."""
    encoding, text = _decoded(data, name)
    if "\x00" in text:
        raise FileRefused("nul", _NUL, name=name, line=text[: text.index("\x00")].count("\n") + 1)
    head = re.match(r"[^\r\n]*", _IN_QUOTES.sub("", text[:100_000]).lstrip("\ufeff\r\n "))
    return encoding, max(SEPARATORS, key=head[0].count if head else "".count)


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    """The encoding that all of the file is in, and its text."""
    if data.startswith(UTF_16):
        encodings = ["utf-16"]
    elif data.startswith(codecs.BOM_UTF8):
        encodings = ["utf-8-sig"]
    else:
        encodings = ["utf-8", "gb18030"]
    failed = 0
    for encoding in encodings:
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError as error:
            failed = max(failed, error.start)
            # Spoilt UTF-8 can often be read as GB18030, and means nothing then.
            if encoding == "utf-8" and len(_CHINESE.findall(data[: error.start].decode())) >= CERTAIN:
                break
    raise FileRefused("encoding", _ENCODING, name=name, line=data[:failed].count(b"\n") + 1)


def _unescaped(field: str) -> str:
    """The field without the apostrophe that an export puts before a sign that begins a formula."""
    return field[1:] if field[:1] == "'" and field[1:2] in FORMULA_SIGNS else field


def _rows(data: bytes, encoding: str, separator: str, name: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(TextIOWrapper(BytesIO(data), encoding, newline=""), delimiter=separator, strict=True)
    number = line = 0  # of the row, and of the lines before it
    try:
        for fields in reader:
            number, line = number + 1, reader.line_num
            if number > LONGEST or len(fields) > WIDEST:
                code = "too_wide" if len(fields) > WIDEST else "too_many_rows"
                raise FileRefused(code, _TOO_LONG, name=name, rows=LONGEST, columns=WIDEST)
            cells: list[Cell] = [None if not field or field.isspace() else _unescaped(field) for field in fields]
            if any(cell is not None for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise FileRefused("broken", _BROKEN, name=name, line=line + 1) from error
