"""What is looked at before a spreadsheet is opened: is it one, how large would it unpack, where do its cells lie.

A file of 1.5 kB with a cell at each end of a sheet makes the reading library ask for terabytes, and one of half a
megabyte can unpack to gigabytes. Both are seen here, in the packed parts, a megabyte at a time.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from pathlib import PurePath
from typing import IO

from django.utils.translation import gettext_noop

from jinxian.lib.spreadsheets.kinds import FileRefused

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
UNPACKED = 400 * 1024 * 1024
ENTRIES = 2000
RATIO = 400  # unpacked to packed; a workbook of blank rows reaches 200
WIDEST, LONGEST = 200, 300_000  # columns and rows
PART = 1024 * 1024
OVERLAP = 16 * 1024

_NOT_A_SPREADSHEET = gettext_noop("“%(name)s” is not a spreadsheet, whatever its name says. Save it as xlsx or csv.")
_OLD_OR_LOCKED = gettext_noop(
    "“%(name)s” is protected by a password or in the old format xls. Take the password off, or save it as xlsx."
)
_DAMAGED = gettext_noop("“%(name)s” is damaged. Open it, save it anew and bring it in again.")
_UNPACKS = gettext_noop("“%(name)s” would unpack to far more than any county needs, and was not opened.")
_TOO_WIDE = gettext_noop(
    "“%(name)s” has something in the cell %(cell)s. A sheet goes to column GR and row 300000: delete what lies beyond."
)
_ENCRYPTED = gettext_noop("“%(name)s” is protected by a password. Take it off and save the file again.")

_CELL = rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3})([0-9]{1,7})\"[^>]*"
_FAR = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="((?:[A-Z]{3}|G[S-Z]|[H-Z][A-Z])[0-9]+|[A-Z]+(?:[3-9][0-9]{5}|[0-9]{7,}))"[^>/]*>\s*<'
)
_ERROR = re.compile(_CELL + rb">\s*(?:<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*)?<(?:\w+:)?v>(#[^<]{1,20})<")
_FORMULA = re.compile(_CELL + rb">\s*<(?:\w+:)?f\b")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")


@dataclass
class Found:
    """What a sheet's packed part tells of cells the library would not: errors with their text, and formulas."""

    errors: dict[int, dict[int, str]] = field(default_factory=dict)  # row → column → text, both from 0
    formulas: dict[int, set[int]] = field(default_factory=dict)


def looks_like_text(data: bytes, file_name: str) -> bool:
    """Whether it is to be read as csv: no known binary beginning, and either so named or without NUL in UTF-8."""
    if data[:8] == OLE or data[:2] == b"PK":
        return False
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    return PurePath(file_name).suffix.lower() in {".csv", ".txt", ".tsv"}


def refuse_other_formats(data: bytes, file_name: str) -> None:
    """Raise FileRefused where the content is no xlsx at all."""
    if data[:8] == OLE:
        raise FileRefused("old_or_locked", _OLD_OR_LOCKED, name=file_name)
    if data[:2] != b"PK":
        raise FileRefused("not_a_spreadsheet", _NOT_A_SPREADSHEET, name=file_name)


def look_into(data: bytes, file_name: str) -> dict[str, Found]:
    """Name of each sheet → what its cells are that need a second look. Errors: FileRefused."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            _refuse_packing(packed, len(data), file_name)
            return {name: _scan(packed, part, file_name) for name, part in _parts(packed, file_name)}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        if isinstance(error, FileRefused):
            raise
        raise FileRefused("damaged", _DAMAGED, name=file_name) from error
    except Exception as error:  # zlib.error and whatever else a broken packing brings up
        raise FileRefused("damaged", _DAMAGED, name=file_name) from error


def _refuse_packing(packed: zipfile.ZipFile, size: int, file_name: str) -> None:
    entries = packed.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED or (unpacked > 20 * PART and unpacked > RATIO * size):
        raise FileRefused("unpacks_too_large", _UNPACKS, name=file_name)
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused("password", _ENCRYPTED, name=file_name)
    if "xl/workbook.xml" not in packed.namelist():
        raise FileRefused("not_a_spreadsheet", _NOT_A_SPREADSHEET, name=file_name)


def _parts(packed: zipfile.ZipFile, file_name: str) -> Iterator[tuple[str, str]]:
    """Sheet's name and the packed part that holds its cells."""
    relations = {}
    for tag in _RELATION.findall(_small(packed, "xl/_rels/workbook.xml.rels")):
        target = _attribute(tag, "Target").removeprefix("/xl/").removeprefix("xl/")
        relations[_attribute(tag, "Id")] = f"xl/{target}"
    for tag in _SHEET.findall(_small(packed, "xl/workbook.xml")):
        part = relations.get(_attribute(tag, "r:id") or _attribute(tag, "id"), "")
        if part in packed.namelist() and "worksheets/" in part:
            yield _attribute(tag, "name"), part


def _small(packed: zipfile.ZipFile, part: str) -> bytes:
    try:
        with packed.open(part) as file:
            return file.read(PART)
    except KeyError:
        return b""


def _attribute(tag: bytes, name: str) -> str:
    found = re.search(rb"\s%s=\"([^\"]*)\"" % name.encode(), tag) or re.search(rb"\s%s='([^']*)'" % name.encode(), tag)
    return unescape(found[1].decode("utf-8", "replace")) if found else ""


def _scan(packed: zipfile.ZipFile, part: str, file_name: str) -> Found:
    found = Found()
    with packed.open(part) as file:
        for text in _overlapping(file):
            if far := _FAR.search(text):
                raise FileRefused("too_wide", _TOO_WIDE, name=file_name, cell=far[1].decode())
            if b't="e"' in text or b"t='e'" in text:
                for column, row, error in _ERROR.findall(text):
                    cells = found.errors.setdefault(int(row) - 1, {})
                    cells[_index(column)] = error.decode("utf-8", "replace")
            if b"<f" in text or b":f" in text:
                for column, row in _FORMULA.findall(text):
                    found.formulas.setdefault(int(row) - 1, set()).add(_index(column))
    return found


def _overlapping(file: IO[bytes]) -> Iterator[bytes]:
    """The part in pieces that overlap, so that no cell is cut in two. What is unpacked is counted, not believed."""
    kept, unpacked = b"", 0
    while piece := file.read(PART):
        unpacked += len(piece)
        if unpacked > UNPACKED:
            raise ValueError("unpacks to more than it says")
        yield kept + piece
        kept = piece[-OVERLAP:]


def _index(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1
