"""An xlsx comes as it stands in the file, or is refused with a sentence; the process that asks is never harmed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, datetime, time
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.utils import translation

from jinxian.lib import spreadsheets
from jinxian.lib.spreadsheets import CellError, FileRefused, Formula, guard, read, xlsx_files
from tests.lib import bad_files
from tests.lib.bad_files import text_cell, written, xlsx

MORNING = datetime.fromisoformat("1987-03-24 08:30")
Rows = list[tuple[int, list[Any]]]


def sheets(data: bytes, name: str = "county.xlsx") -> list[tuple[str, bool, Rows]]:
    return [(sheet.name, sheet.is_hidden, list(sheet.rows)) for sheet in read(data, name)]


def rows(data: bytes) -> Rows:
    ((_name, _is_hidden, found),) = sheets(data)
    return found


def refusal(data: bytes, name: str = "county.xlsx") -> FileRefused:
    """Why the file is refused; its sentence names the file and is fit for a page."""
    with pytest.raises(FileRefused) as caught:
        sheets(data, name)
    with translation.override("en"):
        assert "county" in str(caught.value) and "%(" not in str(caught.value)
    return caught.value


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started to open files."""
    started = []
    real = subprocess.Popen

    def start(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        started.append(real(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(xlsx_files.subprocess, "Popen", start)
    return started


# Files that are none


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (bad_files.ole(holding="EncryptedPackage"), "password"),
        (bad_files.ole(holding="Workbook"), "old_format"),
        (bad_files.ole(holding="something else"), "old_or_locked"),
        (bad_files.with_password_flag(xlsx("")), "password"),
        (bad_files.PNG, "not_a_spreadsheet"),
        (b"%PDF-1.7\n1 0 obj, 2 0 obj", "not_a_spreadsheet"),
        (b"{\\rtf1\\ansi;\\deff0;}", "not_a_spreadsheet"),
        (b"<html><table><tr><td>a, b</td></tr></table>", "not_a_spreadsheet"),
        (b"Dear committee\nplease find enclosed", "not_a_spreadsheet"),
        (b"\x1f\x8b\x08\x00" + bytes(50), "not_a_spreadsheet"),
        (bad_files.packed({"word/document.xml": "<document/>"}), "not_a_spreadsheet"),
        (b"PK\x03\x04" + bytes(200), "damaged"),
    ],
)
def test_what_is_no_readable_spreadsheet_is_refused_with_the_reason(data, code):
    assert refusal(data).code == code


def test_a_picture_renamed_to_csv_is_no_spreadsheet():
    assert refusal(bad_files.PNG, "county.csv").code == "not_a_spreadsheet"


@pytest.mark.parametrize("end", [100, 700, -30, -1])
def test_a_file_that_was_cut_off_is_damaged(end):
    assert refusal(xlsx('<row r="1"><c r="A1"><v>1</v></c></row>')[:end]).code == "damaged"


@pytest.mark.parametrize(
    "broken",
    ['<row r="1"><c r="A1"><v>1</v></row>', '<row r="1"><c r="A1"><v>1</', '<row r="1"><c r="A0"><v>1</v></c>'],
)
def test_a_sheet_whose_xml_is_broken_is_damaged(broken):
    assert refusal(xlsx(broken)).code == "damaged"


def test_a_file_larger_than_any_county_is_refused(monkeypatch):
    monkeypatch.setattr(spreadsheets, "LARGEST", 1024 * 1024)
    refused = refusal(b"code,name\n" * 110_000, "county.csv")
    assert (refused.code, refused.params["megabytes"]) == ("too_large", 1)


# Files made to do harm


def test_a_zip_bomb_is_refused_before_it_is_unpacked(children):
    assert refusal(bad_files.bomb(410)).code == "unpacks_too_large"
    assert not children


def test_a_small_file_that_unpacks_to_much_of_nothing_is_refused():
    assert refusal(bad_files.bomb(30)).code == "unpacks_too_large"


def test_a_package_of_thousands_of_parts_is_refused_before_they_are_listed(monkeypatch):
    data = xlsx("", parts={f"xl/media/{number}.png": b"" for number in range(guard.ENTRIES)})
    monkeypatch.setattr(guard.zipfile, "ZipFile", None)
    assert refusal(data).code == "unpacks_too_large"


def test_a_part_that_unpacks_to_more_than_it_says_is_refused(monkeypatch):
    monkeypatch.setattr(guard, "UNPACKED", 5000)
    monkeypatch.setattr(guard, "_refuse_packing", lambda *given: None)
    assert refusal(xlsx(" " * 6000)).code == "damaged"


def test_a_cell_at_each_end_of_a_sheet_is_refused_without_opening_it(children):
    data = bad_files.two_far_cells()
    refused = refusal(data)
    assert (refused.code, refused.params["cell"], len(data) < 1500) == ("too_wide", "XFD1048576", True)
    assert not children


@pytest.mark.parametrize("far", ['r="xfd1048576"', 'r="$XFD1048576"', 'foo="a>b" r="XFD1048576"'])
def test_a_far_cell_that_the_guard_does_not_see_ends_only_the_process_that_opens_it(far, children):
    data = xlsx(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c {far}><v>2</v></c></row>')
    assert refusal(data).code in {"too_much_memory", "too_many_rows", "damaged"}
    assert [child.returncode is not None for child in children] == [True]
    assert len(rows(xlsx(f'<row r="1">{text_cell("A1", "next file")}</row>'))) == 1


def test_the_process_is_aborted_rather_than_given_the_memory_of_two_far_cells(monkeypatch, children):
    monkeypatch.setattr(guard, "_FAR", guard.re.compile(rb"(never here)"))
    assert refusal(bad_files.two_far_cells()).code == "too_much_memory"
    assert children[0].returncode < 0


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ('<row r="1"><c r="GS1"><v>1</v></c></row>', "too_wide"),
        ('<row r="1"><c r="AAA1"><f>A1</f></c></row>', "too_wide"),
        ('<row r="9"><c r="ABCDE9"><v>1</v></c></row>', "too_wide"),
        ("<row r='300001'><c r='A300001'><v>1</v></c></row>", "too_many_rows"),
        ('<row r="1000000"><c s="1" r="B1000000" t="inlineStr"><is><t>x</t></is></c></row>', "too_many_rows"),
        ('<row r="300001"><c><v>1</v></c></row>', "too_many_rows"),
        ('<row r="300001"><c t="e"><v>#N/A</v></c></row>', "too_many_rows"),
        ('<row r="300001"><c><f>A1</f></c></row>', "too_many_rows"),
    ],
)
def test_a_cell_beyond_the_limits_is_refused(row, code):
    assert refusal(xlsx(row)).code == code


def test_the_last_cell_within_the_limits_is_taken():
    ((number, cells),) = rows(xlsx('<row r="300000"><c r="GR300000"><v>1</v></c></row>'))
    assert (number, len(cells), cells[-1]) == (300_000, 200, 1.0)


@pytest.mark.parametrize("empty", ["", "<v></v>", "<v/>", "<v />"])
def test_a_far_cell_with_nothing_in_it_is_no_cell(empty):
    data = xlsx(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1">{empty}</c></row>')
    assert rows(data) == [(1, [1.0])]


@pytest.mark.parametrize(
    "repeated", ["<c ", '<c r="A1" t="e"', '<c r="XFD1"', ' r="XFD1"', "<c r= ", "<f>", '<c r="A1"><f>', "<row r "]
)
def test_no_pattern_of_the_guard_runs_for_minutes(repeated):
    """A pattern that looks back at every byte would need hours for this."""
    with pytest.raises(FileRefused):
        sheets(xlsx("<c t='e'" + repeated * 300_000))


@pytest.mark.parametrize("repeated", [b"<sheet ", b' r:id="', b"<sheet a"])
def test_a_list_of_sheets_that_is_a_trap_is_refused(repeated):
    assert refusal(xlsx("", parts={"xl/workbook.xml": b"<sheet " + repeated * 300_000})).code == "damaged"


def test_a_list_of_sheets_larger_than_any_is_not_even_looked_at(monkeypatch, children):
    monkeypatch.setattr(guard, "LONGEST_ROW", 10_000)
    assert refusal(xlsx("", parts={"xl/workbook.xml": b"<sheet>" * 2000})).code == "damaged"
    assert not children


def test_a_file_that_takes_too_long_is_given_up_and_its_process_ended(monkeypatch, children):
    monkeypatch.setattr(xlsx_files, "SECONDS", 0)
    assert refusal(xlsx('<row r="1"><c r="A1"><v>1</v></c></row>')).code == "took_too_long"
    assert children[0].returncode is not None


def test_a_process_that_says_nothing_is_not_waited_for(monkeypatch, tmp_path, children):
    asleep = tmp_path / "asleep.py"
    asleep.write_text("import time; time.sleep(30)")
    monkeypatch.setattr(xlsx_files, "_CHILD", asleep)
    monkeypatch.setattr(xlsx_files, "SECONDS", 1)
    begun = monotonic()
    assert refusal(xlsx("")).code == "took_too_long"
    assert monotonic() - begun < 20 and children[0].returncode is not None


def test_a_file_that_needs_too_much_memory_is_refused(monkeypatch):
    monkeypatch.setattr(xlsx_files, "MEMORY", 8 * 1024 * 1024)
    many = "".join(f'<row r="{row}">{text_cell(f"A{row}", f"cell {row}")}</row>' for row in range(1, 200_000))
    assert refusal(xlsx(many)).code == "too_much_memory"


def test_a_text_repeated_in_many_cells_comes_in_small_packets():
    long = "长" * 150_000
    shared = {"xl/sharedStrings.xml": f"<sst><si><t>{long}</t></si></sst>".encode()}
    relations = {
        "xl/_rels/workbook.xml.rels": b'<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
        b'Target="sharedStrings.xml"/></Relationships>'
    }
    found = rows(
        xlsx("".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 101)),
             parts=shared | relations)
    )  # fmt: skip
    assert [len(found), {len(cells[0]) for _row, cells in found}] == [100, {100_001}]


def test_the_process_knows_nothing_of_the_servers_settings(monkeypatch):
    seen = {}
    real = subprocess.Popen

    def start(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        seen.update(kwargs)
        return real(*args, **kwargs)

    monkeypatch.setenv("SECRET_KEY", "not to be seen")
    monkeypatch.setattr(xlsx_files.subprocess, "Popen", start)
    rows(xlsx('<row r="1"><c r="A1"><v>1</v></c></row>'))
    assert set(seen["env"]) <= {"LANG", "LD_LIBRARY_PATH"}


def test_the_process_imports_nothing_of_the_project():
    code = f"import runpy, sys; runpy.run_path({str(Path(xlsx_files._CHILD))!r}); print(*sys.modules)"
    out = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"django", "jinxian"} & set(out.split())


def test_no_process_and_no_open_file_is_left_behind(children):
    def open_files() -> int:
        return len(os.listdir("/proc/self/fd"))

    data = xlsx("".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(1, 50_000)))
    before = open_files()
    for sheet in read(data, "county.xlsx"):
        next(sheet.rows)
        break
    rows(data)
    refusal(xlsx('<row r="1"><c r="A1"><v>1'))
    assert len(children) == 3 and all(child.poll() is not None for child in children)
    assert open_files() == before


# What stands in the cells


def test_every_kind_of_cell_comes_as_it_is():
    def fill(book: Any, page: Any) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        hour = book.add_format({"num_format": "hh:mm:ss"})
        page.write_string(0, 0, "庞立新")
        page.write_number(0, 1, 5)
        page.write_number(0, 2, 130183100201)
        page.write_boolean(0, 3, True)
        page.write_datetime(0, 4, date(1987, 3, 24), day)
        page.write_datetime(0, 5, MORNING, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
        page.write_datetime(0, 6, time(8, 30), hour)

    ((_number, cells),) = rows(written(S=fill))
    assert cells[:4] == ["庞立新", 5.0, 130183100201.0, True]
    assert [type(cell) for cell in cells[1:4]] == [float, float, bool]
    assert cells[4:] == [date(1987, 3, 24), MORNING, time(8, 30)]


def test_rare_characters_and_very_long_texts_come_whole():
    long = "长" * 32_767
    found = rows(
        xlsx(f'<row r="1">{text_cell("A1", "𠮷𣲗㐂")}{text_cell("B1", long)}{text_cell("C1", "字" * 40_000)}</row>')
    )
    assert found == [(1, ["𠮷𣲗㐂", long, "字" * 40_000])]


def test_rows_keep_their_numbers_and_blank_ones_are_left_out():
    found = rows(xlsx(f'<row r="3">{text_cell("C3", "x")}</row><row r="5"/><row r="7">{text_cell("A7", "y")}</row>'))
    assert found == [(3, [None, None, "x"]), (7, ["y", None, None])]


def test_a_sheet_without_anything_has_no_rows():
    assert sheets(xlsx("")) == [("S", False, [])]


def test_a_million_rows_with_nothing_but_borders_are_no_rows():
    assert rows(bad_files.million_styled_rows()) == [(1, ["code"]), (2, ["7"])]


def test_a_merged_heading_stands_in_its_first_cell():
    def fill(book: Any, page: Any) -> None:
        page.merge_range(0, 0, 0, 3, "晋县党员名册")
        page.write_row(1, 0, ["编码", "姓名"])

    assert rows(written(S=fill)) == [(1, ["晋县党员名册", None]), (2, ["编码", "姓名"])]


def test_sheets_come_in_order_and_hidden_ones_say_so():
    def fill(book: Any, page: Any) -> None:
        page.write_string(0, 0, page.name)

    def hide(book: Any, page: Any) -> None:
        fill(book, page)
        page.very_hidden() if page.name == "丙" else page.hide()

    found = sheets(written(甲=fill, 乙=hide, 丙=hide, 丁=fill))
    assert [(name, is_hidden, cells[0][1]) for name, is_hidden, cells in found] == [
        ("甲", False, ["甲"]), ("乙", True, ["乙"]), ("丙", True, ["丙"]), ("丁", False, ["丁"]),
    ]  # fmt: skip


def test_a_sheets_name_comes_unescaped():
    assert sheets(xlsx("", name="A&amp;B &lt;甲&gt;"))[0][0] == "A&B <甲>"


def test_rows_that_nobody_asked_for_do_not_stand_in_the_way_of_the_next_sheet():
    def fill(book: Any, page: Any) -> None:
        for line in range(5000):
            page.write_string(line, 0, f"{page.name}{line}")

    firsts = [next(sheet.rows) for sheet in read(written(甲=fill, 乙=fill), "county.xlsx")]
    assert firsts == [(1, ["甲0"]), (1, ["乙0"])]


# Errors and formulas, which the reading library does not tell


def test_a_formula_comes_with_its_result_and_an_error_by_its_name():
    def fill(book: Any, page: Any) -> None:
        page.write_string(0, 0, "x")
        page.write_formula(0, 1, "=1+1", None, 2)
        page.write_formula(0, 2, '="东"&"镇"', None, "东镇")
        page.write_formula(0, 3, "=1/0", None, "#DIV/0!")
        page.write_formula(2, 3, "=VLOOKUP(1,A:A,2)", None, "#N/A")
        page.write_string(4, 0, "y")

    assert rows(written(S=fill)) == [
        (1, ["x", Formula(2.0), Formula("东镇"), CellError("#DIV/0!")]),
        (3, [None, None, None, CellError("#N/A")]),
        (5, ["y", None, None, None]),
    ]


@pytest.mark.parametrize("no_result", ["<f>B1</f>", "<f>B1</f><v></v>", "<f>B1</f><v/>", '<f t="shared" si="0"/>'])
def test_a_formula_without_a_stored_result_is_told_even_where_it_stands_alone(no_result):
    data = xlsx(f'<row r="1">{text_cell("A1", "x")}</row><row r="2"><c r="C2">{no_result}</c></row>')
    assert rows(data) == [(1, ["x"]), (2, [None, None, Formula(None)])]


def test_rows_of_nothing_but_formulas_that_show_nothing_are_blank():
    """Templates are filled down with =IF(A2="","",…) for thousands of rows."""
    blank = '<c r="B{0}" t="str"><f>IF(A{0}="","",1)</f><v></v></c>'
    data = xlsx(
        f'<row r="1">{text_cell("A1", "x")}{blank.format(1)}</row>'
        + "".join(f'<row r="{row}">{blank.format(row)}</row>' for row in range(2, 5))
    )
    assert rows(data) == [(1, ["x", Formula("")])]


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1"><f>X</f><v>2</v></c></row>',
        "<row r='1'><c r='A1' t='e'><v>#REF!</v></c><c r='B1'><f>X</f><v>2</v></c></row>",
        '<row><c t="e"><v>#REF!</v></c><c><f>X</f><v>2</v></c></row>',
        '<x:row r="1"><x:c r="A1" t="e"><x:v>#REF!</x:v></x:c><x:c r="B1"><x:f>X</x:f><x:v>2</x:v></x:c></x:row>',
        '<row\nr="1"><c t="e"\nr="A1">\n<f>Y</f>\n<v>#REF!</v>\n</c><c s="4" r="B1"><f>X</f>\n<v>2</v></c></row>',
        '<row r="1"><c r="A1" t="e"><f t="shared" si="1"/><v>#REF!</v></c><c r="B1"><f ca="1">X</f><v>2</v></c></row>',
    ],
)
def test_errors_and_formulas_are_found_however_the_file_is_written(row):
    assert rows(xlsx(row)) == [(1, [CellError("#REF!"), Formula(2.0)])]


def test_errors_are_found_wherever_the_sheet_is_kept_in_the_package():
    assert rows(xlsx('<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>', part="other/place.xml")) == [
        (1, [CellError("#N/A")])
    ]


def test_a_text_that_only_looks_like_an_error_is_text():
    error = '<c r="C1" t="e"><v>#REF!</v></c><c r="D1" xml:space="preserve"><v>5</v></c>'
    row = f'<row r="1">{text_cell("A1", "#N/A")}<c r="B1" t="str"><v>#1</v></c>{error}</row>'
    assert rows(xlsx(row)) == [(1, ["#N/A", "#1", CellError("#REF!"), 5.0])]


def test_errors_between_the_pieces_in_which_a_sheet_is_looked_at_are_found(monkeypatch):
    monkeypatch.setattr(guard, "PART", 700)
    row_of = '<row r="{0}"><c r="A{0}"><v>{0}</v></c><c r="B{0}" t="e"><f>{1}</f><v>#N/A</v></c></row>'
    lines = "".join(row_of.format(row, "x" * (row % 90)) for row in range(1, 400))
    assert rows(xlsx(lines)) == [(row, [float(row), CellError("#N/A")]) for row in range(1, 400)]


def test_a_row_longer_than_a_piece_is_looked_at_all_the_same(monkeypatch):
    monkeypatch.setattr(guard, "PART", 700)
    monkeypatch.setattr(guard, "LONGEST_ROW", 4000)
    columns = [chr(65 + place // 26 - 1) + chr(65 + place % 26) for place in range(26, 200)]
    cells = "".join(f'<c r="{column}1" t="e"><v>#N/A</v></c>' for column in columns)
    ((_number, found),) = rows(xlsx(f'<row r="1">{cells}</row>'))
    assert found == [None] * 26 + [CellError("#N/A")] * 174


def test_cells_without_an_address_count_from_the_beginning_of_the_file(monkeypatch):
    monkeypatch.setattr(guard, "PART", 500)
    plain = "<row><c><v>1</v></c></row>" * 300
    found = rows(xlsx(f'{plain}<row><c><v>1</v></c><c t="e"><v>#N/A</v></c></row>'))
    assert (len(found), found[-1]) == (301, (301, [1.0, CellError("#N/A")]))
