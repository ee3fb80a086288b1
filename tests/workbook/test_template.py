"""The empty workbook in both languages: headings, formats and drop-downs of every sheet, and the help before them."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.utils import translation

from tests.workbook.opened import SPACE, everything_in, formats_of, offered_in, sheets_in, xml_of
from workbook.format import BY_KEY, SHEETS, Column
from workbook.layout import HOW_TO, NOT_DATA, Layout, title_of, words_of
from workbook.template import columns_to_fill_in, make_template

LANGUAGES = ("en", "zh-hans")


@pytest.fixture(scope="module", params=LANGUAGES)
def made(request: Any) -> tuple[str, bytes]:
    return request.param, make_template(request.param)


def test_every_sheet_has_its_headings_and_no_row(made) -> None:
    language, data = made
    with translation.override(language):
        expected = {
            title_of(sheet): [[str(column.heading) for column in sheet.columns if column.kind != "reading"]]
            for sheet in SHEETS
        }
    found = sheets_in(data)
    assert {name: rows for name, rows in found.items() if name not in NOT_DATA} == expected


def test_the_help_stands_first_and_is_no_sheet_of_data(made) -> None:
    _language, data = made
    first, *others = sheets_in(data)
    assert first in NOT_DATA
    assert not NOT_DATA & {*others}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_sheets_and_no_two_columns_of_a_sheet_are_called_alike(language: str) -> None:
    with translation.override(language):
        assert len({title_of(sheet).casefold() for sheet in SHEETS}) == len(SHEETS)
        assert not NOT_DATA & {title_of(sheet) for sheet in SHEETS}
        for sheet in SHEETS:
            assert len({str(column.heading).casefold() for column in sheet.columns}) == len(sheet.columns), sheet.key


def test_the_help_says_how_and_tells_each_column_with_meaning_example_and_words(made) -> None:
    language, data = made
    rows = sheets_in(data)[next(iter(sheets_in(data)))]
    with translation.override(language):
        told = [row[0] for row in rows]
        assert [str(sentence) for sentence in HOW_TO] == told[: len(HOW_TO)]
        table = {(row[0], row[1]): row[2:6] for row in rows[len(HOW_TO) :]}
        for sheet in SHEETS:
            assert table[title_of(sheet), ""] == ["", str(sheet.meaning), "", ""]
            for column in columns_to_fill_in(sheet):
                is_needed, meaning, example, words = table[title_of(sheet), str(column.heading)]
                assert bool(is_needed) == column.is_needed
                assert (meaning, example) == (str(column.meaning), column.example)
                assert words == " / ".join(words_of(column).values())


def test_codes_and_texts_stay_text_days_and_numbers_are_such(made) -> None:
    language, data = made
    formats = formats_of(data)
    shown = {"whole": "General", "decimal": "General", "day": "yyyy-mm-dd"}
    with translation.override(language):
        for sheet in SHEETS:
            numbers = []
            for each in xml_of(data, title_of(sheet)).iter(f"{SPACE}col"):
                span = int(str(each.get("max"))) - int(str(each.get("min"))) + 1
                numbers += [formats[int(str(each.get("style")))]["number"]] * span
            assert numbers == [shown.get(column.kind, "@") for column in columns_to_fill_in(sheet)], sheet.key


def test_needed_columns_are_bold_and_their_note_says_so(made) -> None:
    language, data = made
    formats = formats_of(data)
    with translation.override(language):
        for sheet in SHEETS:
            heads = list(xml_of(data, title_of(sheet)).iter(f"{SPACE}c"))
            bold = [formats[int(str(cell.get("s")))]["is_bold"] for cell in heads]
            assert bold == [column.is_needed for column in columns_to_fill_in(sheet)], sheet.key
    with ZipFile(BytesIO(data)) as files:
        notes = files.read("xl/comments1.xml").decode()
    assert "130183" in notes
    if language == "en":
        assert "Needed.\nSix digits (GB/T 2260).\nExample: 130183" in notes


def test_choices_and_yes_no_have_a_drop_down_down_to_the_last_line(made) -> None:
    language, data = made
    with translation.override(language):
        for sheet in SHEETS:
            offered = offered_in(data, title_of(sheet))
            columns = columns_to_fill_in(sheet)
            expected = {
                f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[place]}2:{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[place]}1048576":
                f'"{",".join(words_of(column).values())}"'
                for place, column in enumerate(columns) if words_of(column)
            }  # fmt: skip
            assert offered == expected, sheet.key
    assert offered_in(data, next(iter(sheets_in(data)))) == {}


def test_the_head_stays_in_sight_and_can_be_filtered(made) -> None:
    language, data = made
    with translation.override(language):
        root = xml_of(data, title_of(BY_KEY["townships"]))
    assert [each.get("ySplit") for each in root.iter(f"{SPACE}pane")] == ["1"]
    assert [each.get("ref") for each in root.iter(f"{SPACE}autoFilter")] == ["A1:C1001"]


def test_a_list_that_is_too_long_for_a_drop_down_stands_on_a_hidden_sheet() -> None:
    longer = {f"{number}": f"a rather long word {number}" for number in range(30)}
    with_comma = {"a": "one, or two", "b": "three"}
    columns = [Column("x", "X", "", "choice", choices=longer), Column("y", "Y", "", "choice", choices=with_comma)]
    out = BytesIO()
    layout = Layout(out, {"in_memory": True})
    layout.add_sheet(BY_KEY["county"], columns)
    layout.close()
    data = out.getvalue()
    sheets = sheets_in(data)
    [hidden] = NOT_DATA & {*sheets}
    assert [row[0] for row in sheets[hidden]] == list(longer.values())
    assert [row[1] for row in sheets[hidden] if row[1]] == list(with_comma.values())
    assert list(offered_in(data, "County").values()) == [f"'{hidden}'!$A$1:$A$30", f"'{hidden}'!$B$1:$B$2"]
    assert f'name="{hidden}" sheetId="2" state="hidden"' in everything_in(data)
