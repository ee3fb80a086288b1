"""A made workbook, opened again: its sheets by name as rows of values, and the XML it is made of."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

from python_calamine import CalamineWorkbook

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets_in(data: bytes) -> dict[str, list[list[Any]]]:
    """Name → rows, "" for an empty cell; hidden sheets too, in the order of the file."""
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def xml_of(data: bytes, name: str) -> ElementTree.Element:
    """The XML of the sheet with this name."""
    place = list(sheets_in(data)).index(name) + 1
    with ZipFile(BytesIO(data)) as files:
        return ElementTree.fromstring(files.read(f"xl/worksheets/sheet{place}.xml"))


def formats_of(data: bytes) -> list[dict[str, Any]]:
    """Format by its number: "number" (how a value is shown), "is_bold", "color"."""
    with ZipFile(BytesIO(data)) as files:
        root = ElementTree.fromstring(files.read("xl/styles.xml"))
    own = {each.get("numFmtId"): each.get("formatCode") for each in root.iter(f"{SPACE}numFmt")}
    fonts = list(root.find(f"{SPACE}fonts") or ())
    found = []
    for each in root.find(f"{SPACE}cellXfs") or ():
        font = fonts[int(each.get("fontId") or 0)]
        color = font.find(f"{SPACE}color")
        number = each.get("numFmtId")
        found.append(
            {
                "number": {"0": "General", "49": "@"}.get(str(number), own.get(number)),
                "is_bold": font.find(f"{SPACE}b") is not None,
                "color": color.get("rgb") if color is not None else None,
            }
        )
    return found


def offered_in(data: bytes, name: str) -> dict[str, str]:
    """The drop-downs of the sheet: its cells → where the words come from."""
    found = xml_of(data, name).iter(f"{SPACE}dataValidation")
    return {str(each.get("sqref")): each.findtext(f"{SPACE}formula1") or "" for each in found}


def everything_in(data: bytes) -> str:
    """Every byte of every file in the archive, as text: what is not in here is nowhere in the file."""
    with ZipFile(BytesIO(data)) as files:
        return "\n".join(f"{name}\n{files.read(name).decode(errors='replace')}" for name in files.namelist())
