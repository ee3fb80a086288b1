"""Spreadsheets as no program should write them: built here, piece by piece, because no file of the kind is kept."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import xlsxwriter

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def ole(*, holding: str) -> bytes:
    """The beginning of Microsoft's older container, with one name in its directory."""
    return OLE + bytes(512) + holding.encode("utf-16-le") + bytes(512)


def written(**sheets: Callable[[Any, Any], None]) -> bytes:
    """A workbook as a program writes it: each function fills a sheet, given the workbook and the page."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, fill in sheets.items():
            fill(book, book.add_worksheet(name))
    return out.getvalue()


def xlsx(
    rows: str, *, part: str = "worksheets/sheet1.xml", name: str = "S", parts: Mapping[str, bytes] | None = None
) -> bytes:
    """A workbook of one sheet with just these rows of its XML, kept in that part of the package."""
    sheet = f'<sheet name="{name}" sheetId="1" r:id="rId1"/>'
    contents: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheet}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relation("worksheet", part),
        f"xl/{part}": f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    return packed(contents | dict(parts or {}))


def packed(contents: Mapping[str, str | bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in contents.items():
            zipped.writestr(name, content)
    return out.getvalue()


def text_cell(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


def two_far_cells() -> bytes:
    """1.3 kB that make a reader ask for terabytes: something in the first cell and in the last."""
    return xlsx('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>')


def bomb(megabytes: int) -> bytes:
    """A sheet that unpacks to so many megabytes of nothing."""
    return xlsx(" " * (megabytes * 1024 * 1024))


def million_styled_rows() -> bytes:
    """A heading, a row, and a border around the first two cells of every other row that a sheet has."""
    styled = "".join(f'<row r="{row}"><c r="A{row}" s="1"/><c r="B{row}" s="1"/></row>' for row in range(3, 1_048_577))
    return xlsx(f'<row r="1">{text_cell("A1", "code")}</row><row r="2">{text_cell("A2", "7")}</row>{styled}')


def with_password_flag(data: bytes) -> bytes:
    """The same package, saying of its parts that they are encrypted."""
    spoilt = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = spoilt.find(signature)
        while at >= 0:
            spoilt[at + offset] |= 1
            at = spoilt.find(signature, at + 4)
    return bytes(spoilt)


def _relation(kind: str, target: str) -> str:
    inner = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_RELATIONS}">{inner}</Relationships>'
