"""What is looked at before a spreadsheet is opened: is it one, how large would it unpack, where do its cells lie.

A file of 1.5 kB with a cell at each end of a sheet makes the reading library ask for terabytes, and one of half a
megabyte can unpack to gigabytes. Both are seen here, in the packed parts, some rows at a time. This runs in the process
that asks, on bytes that anybody may have made: no pattern looks at a byte more than a few times (possessive
repetitions, never past the next “<”).
"""

from __future__ import annotations

import codecs
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from pathlib import PurePath

from django.utils.translation import gettext_noop

from jinxian.lib.spreadsheets.kinds import FileRefused

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# Pictures, PDF and other archives, whatever they are called.
OTHERS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
UNPACKED = 400 * 1024 * 1024
ENTRIES = 2000
RATIO = 400  # unpacked to packed; a workbook of blank rows reaches 200
WIDEST, LONGEST = 200, 300_000  # columns and rows
PART = 1024 * 1024
LONGEST_ROW = 16 * PART  # beyond, a row is looked at in pieces; nor is any list of sheets longer
KINDS_OF_ERRORS = 30  # spreadsheets have some fifteen
EMPTY_RESULT = ""  # stands for formulas that show nothing, FORMULA for the others
FORMULA = "="

_NOT_A_SPREADSHEET = gettext_noop("“%(name)s” is not a spreadsheet, whatever its name says. Save it as xlsx or csv.")
_OLD_OR_LOCKED = gettext_noop(
    "“%(name)s” is protected by a password or in the old format xls. Take the password off, or save it as xlsx."
)
_OLD = gettext_noop("“%(name)s” is in the old format xls. Save it as xlsx.")
_DAMAGED = gettext_noop("“%(name)s” is damaged. Open it, save it anew and bring it in again.")
_UNPACKS = gettext_noop("“%(name)s” would unpack to far more than any county needs, and was not opened.")
_TOO_WIDE = gettext_noop(
    "“%(name)s” has something in the cell %(cell)s. A sheet goes to column GR and row 300000: delete what lies beyond."
)
_ENCRYPTED = gettext_noop("“%(name)s” is protected by a password. Take it off and save the file again.")

_SEPARATED = re.compile(r"[^\n\r]*[,;\t]")
_FAR_COLUMN = rb"(?:[A-Z]{4,}|[A-Z]{3}|G[S-Z]|[H-Z][A-Z])[0-9]+"
_FAR_ROW = rb"[A-Z]+(?:[3-9][0-9]{5}|[0-9]{7,})(?<![A-Z]300000)"
# A cell beyond the limits with something in it: a value, a text of its own, a formula.
_FAR = re.compile(
    rb"<(?:\w+:)?c\b(?>[^<>]*?\sr\s*=\s*[\"'])(" + _FAR_COLUMN + rb"|" + _FAR_ROW + rb")[\"'][^<>]*+(?<!/)>"
    rb"\s*+<(?:\w+:)?(?:is\b|f\b|v>[^<])"
)
# A row, or a cell with its formula and what its value begins with.
_CELL = re.compile(
    rb"<(?:\w+:)?(?:(row)|c)\b([^<>]*+)>"
    rb"(?:\s*+<(?:\w+:)?(f)\b[^<>]*+>(?:[^<]*+</(?:\w+:)?f\s*>)?+)?+"
    rb"(?:\s*+<(?:\w+:)?v(?:\s*/>|>([^<]{0,20})))?+"
)
_ADDRESS = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})([0-9]{1,7})[\"']")
_OF_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_OF_TEXT = re.compile(rb"\st\s*=\s*[\"']str[\"']")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^<>]*+>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^<>]*+>")


@dataclass
class Found:
    """What a sheet's packed part tells of cells that the library would not.

    Text of an error, FORMULA or EMPTY_RESULT → row → the columns, one bit each; rows and columns from 0.
    """

    cells: dict[str, dict[int, int]] = field(default_factory=dict)

    def add(self, what: str, row: int, column: int) -> None:
        rows = self.cells.setdefault(what, {})
        rows[row] = rows.get(row, 0) | 1 << column

    @property
    def rows(self) -> list[int]:
        return sorted(set().union(*self.cells.values()))


def looks_like_text(data: bytes, file_name: str) -> bool:
    """Whether it is to be read as csv: no known binary beginning, and either so named or plainly a table of text."""
    if data.startswith((OLE, *ZIP, *OTHERS)):
        return False
    if data.startswith(UTF_16) or PurePath(file_name).suffix.lower() in {".csv", ".txt", ".tsv"}:
        return True
    return _is_table_of_text(data[:4096])


def _is_table_of_text(begins: bytes) -> bool:
    """Whether its first line has a separator and nothing in it is unprintable; other formats begin with a sign."""
    if begins.lstrip()[:1] in (b"<", b"{", b"[", b"%") or re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", begins):
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(begins)
        except UnicodeDecodeError:
            continue
        return _SEPARATED.match(text.lstrip()) is not None
    return False


def refuse_other_formats(data: bytes, file_name: str) -> None:
    """Raise FileRefused where the content is no xlsx at all."""
    if data.startswith(OLE):
        # The names of what is inside, as this format writes them.
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise FileRefused("password", _ENCRYPTED, name=file_name)
        if "Workbook".encode("utf-16-le") in data:
            raise FileRefused("old_format", _OLD, name=file_name)
        raise FileRefused("old_or_locked", _OLD_OR_LOCKED, name=file_name)
    if not data.startswith(ZIP):
        raise FileRefused("not_a_spreadsheet", _NOT_A_SPREADSHEET, name=file_name)


def refuse_beyond(row: int, column: int, name: str) -> None:
    """Raise FileRefused where the cell (from 0) lies beyond the limits."""
    if row >= LONGEST or column >= WIDEST:
        code = "too_wide" if column >= WIDEST else "too_many_rows"
        raise FileRefused(code, _TOO_WIDE, name=name, cell=f"{_letters(column)}{row + 1}")


def look_into(data: bytes, file_name: str) -> list[Found]:
    """Of each sheet, in the workbook's order, what its cells are that need a second look. Errors: FileRefused."""
    # Counted before the list of entries is read, which takes half a kilobyte of memory for each.
    if data.count(b"PK\x01\x02") > ENTRIES:
        raise FileRefused("unpacks_too_large", _UNPACKS, name=file_name)
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            _refuse_packing(packed, len(data), file_name)
            looked: dict[str, Found] = {}
            for part in (parts := _parts(packed)):
                if part and part not in looked:
                    looked[part] = _scan(packed, part, file_name)
            return [looked.get(part, Found()) for part in parts]
    except FileRefused:
        raise
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


def _parts(packed: zipfile.ZipFile) -> list[str]:
    """The packed part that holds each sheet's cells, "" where there is none, in the workbook's order."""
    relations = {}
    for tag in _RELATION.findall(_small(packed, "xl/_rels/workbook.xml.rels")):
        target = _attribute(tag, "Target").removeprefix("/xl/").removeprefix("xl/")
        relations[_attribute(tag, "Id")] = f"xl/{target}"
    names = set(packed.namelist())
    parts = [
        relations.get(_attribute(tag, r"(?:\w+:)?id"), "") for tag in _SHEET.findall(_small(packed, "xl/workbook.xml"))
    ]
    return [part if part in names else "" for part in parts]


def _small(packed: zipfile.ZipFile, part: str) -> bytes:
    try:
        with packed.open(part) as file:
            text = file.read(LONGEST_ROW + 1)
    except KeyError:
        return b""
    if len(text) > LONGEST_ROW:
        raise ValueError(f"{part} is larger than any")
    return text


def _attribute(tag: bytes, name: str) -> str:
    found = re.search(rf"""\s{name}\s*=\s*(?:"([^"]*+)"|'([^']*+)')""".encode(), tag)
    return unescape((found[1] or found[2] or b"").decode("utf-8", "replace")) if found else ""


def _scan(packed: zipfile.ZipFile, part: str, file_name: str) -> Found:
    look = _Look(file_name)
    for rows in _pieces(packed, part):
        if far := _FAR.search(rows):
            letters = far[1].rstrip(b"0123456789").decode()
            code = "too_wide" if len(letters) > 3 or _index(letters) >= WIDEST else "too_many_rows"
            raise FileRefused(code, _TOO_WIDE, name=file_name, cell=far[1][:20].decode())
        look.at(rows)
        if look.is_lost:
            look = _Look(file_name, is_thorough=True)
            for again in _pieces(packed, part):
                look.at(again)
            break
    return look.found


class _Look:
    """Goes through a sheet's rows and keeps where errors and formulas are.

    Pieces without any are passed over at once, unless `is_thorough`. A cell may come without its address, and then
    stands behind the one before it: where one of interest does, all have to be counted from the beginning (`is_lost`).
    """

    def __init__(self, file_name: str, *, is_thorough: bool = False) -> None:
        self.file_name = file_name
        self.is_thorough = is_thorough
        self.is_lost = False
        self.found = Found()
        self.row, self.column = -1, 0  # the row we are in, where its next cell stands

    def at(self, rows: bytes) -> None:
        has_some = b'"e"' in rows or b"'e'" in rows or b"<f" in rows or b":f" in rows
        if not has_some and not self.is_thorough:
            return
        for tag in _CELL.finditer(rows):
            is_row, attributes, formula, value = tag.groups()
            address = _ADDRESS.search(attributes)
            if is_row:
                self.row, self.column = int(address[2]) - 1 if address else self.row + 1, 0
                continue
            if address and address[1]:
                self.row, self.column = int(address[2]) - 1, _index(address[1].decode())
            what = self._what(attributes, formula, value)
            if what is not None:
                if not address and not self.is_thorough:
                    self.is_lost = True
                    return
                refuse_beyond(self.row, self.column, self.file_name)
                self.found.add(what, self.row, self.column)
            self.column += 1

    def _what(self, attributes: bytes, formula: bytes | None, value: bytes | None) -> str | None:
        if value and b"e" in attributes and _OF_ERROR.search(attributes):
            text = value.decode("utf-8", "replace")
            return text if text in self.found.cells or len(self.found.cells) < KINDS_OF_ERRORS else "#?"
        if formula:
            return EMPTY_RESULT if not value and _OF_TEXT.search(attributes) else FORMULA
        return None


def _pieces(packed: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part in pieces that end before a row begins. What is unpacked is counted, not believed."""
    kept, unpacked = b"", 0
    with packed.open(part) as file:
        while piece := file.read(PART):
            unpacked += len(piece)
            if unpacked > UNPACKED:
                raise ValueError("unpacks to more than it says")
            kept += piece
            cut = _where_to_cut(kept)
            if cut > 0:
                yield kept[:cut]
                kept = kept[cut:]
    yield kept


def _where_to_cut(kept: bytes) -> int:
    """Before the last row, or in a row without an end before its last cell; 0 or less: more is to be read first."""
    cut = kept.rfind(b"<row")
    if cut < 0 and (prefixed := kept.rfind(b":row")) > 0:
        cut = kept.rfind(b"<", 0, prefixed)
    if cut <= 0 and len(kept) > LONGEST_ROW:
        cut = kept.rfind(b"<c")
        return cut if cut > 0 else len(kept)
    return cut


def _index(letters: str) -> int:
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - 64
    return place - 1


def _letters(column: int) -> str:
    letters, place = "", column + 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
