"""What spreadsheets do to data, one file each: handled, or refused with a sentence; nothing is written."""

from __future__ import annotations

import struct
import zipfile
import zlib
from datetime import date
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest

from jinxian.lib.spreadsheets import FileRefused
from members.models import Member
from service_areas.models import Township, Village
from tests.jinxian import admin_world
from tests.workbook.books import brought_in, looked_at, only_sentence, sentences, sheet_of, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def w() -> SimpleNamespace:
    return admin_world.county("130183", "晋")


def refused(data: bytes, name: str = "county.xlsx") -> str:
    """The code of the file's refusal; its sentence is there."""
    with pytest.raises(FileRefused) as caught:
        looked_at(data, name)
    assert str(caught.value) and Member.objects.count() == 1
    return caught.value.code


def one_township() -> bytes:
    return sheet_of("townships", {"code": "130183901", "name": "东镇"})


# Files that are none


def test_a_workbook_with_a_password_is_refused():
    assert refused(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(2000)) == "old_or_locked"


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + bytes(300), b"%PDF-1.7 ...", b"{\\rtf1 hello}", b"<html>"])
def test_another_format_renamed_to_xlsx_is_refused(content):
    assert refused(content) == "not_a_spreadsheet"


def test_a_zip_that_is_no_workbook_is_refused():
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("hello.txt", "hello")
    assert refused(out.getvalue()) == "not_a_spreadsheet"


@pytest.mark.parametrize("cut", [200, 2000, -40])
def test_half_a_file_is_refused(cut):
    assert refused(one_township()[:cut]) == "damaged"


def test_a_file_with_broken_packing_is_refused():
    data = bytearray(one_township())
    data[len(data) // 3 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 3)
    assert refused(bytes(data)) in {"damaged", "not_read", "not_a_spreadsheet"}


@pytest.mark.parametrize("data", [b"", b"  \n "])
def test_an_empty_file_is_refused(data):
    assert refused(data) == "empty"


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    assert refused(with_sheet(b"<c/>" + bytes(450 * 1024 * 1024))) == "unpacks_too_large"


def test_a_zip_that_lies_about_its_size_is_refused():
    data = bytearray(with_sheet(b" " * (30 * 1024 * 1024)))
    said = struct.pack("<L", 30 * 1024 * 1024 + len(SHEET_HEAD) + len(SHEET_TAIL))
    assert said in bytes(data)
    assert refused(bytes(data).replace(said, struct.pack("<L", 10))) in {"damaged", "unpacks_too_large", "not_read"}


def test_two_cells_at_the_ends_of_a_sheet_harm_nobody():
    def write(book: Any, page: Any) -> None:
        page.write_string(0, 0, "code")
        page.write_string(1_048_575, 16_383, "far")

    assert refused(xlsx(members=write)) == "too_wide"


SHEET_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SHEET_TAIL = b"</sheetData></worksheet>"


def with_sheet(content: bytes) -> bytes:
    """A workbook whose sheet's packed part holds just this."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(one_township())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            new.writestr(name, SHEET_HEAD + content + SHEET_TAIL if is_sheet else old.read(name))
    return out.getvalue()


# Sheets and headings


def test_a_million_rows_that_are_only_formatted_are_no_rows():
    def write(book: Any, page: Any) -> None:
        bold = book.add_format({"bold": True})
        page.write_row(0, 0, ["code", "name"])
        page.write_row(1, 0, ["130183901", "东镇"])
        for line in range(2, 200_000):
            page.write_blank(line, 0, None, bold)

    assert looked_at(xlsx(townships=write)).row_count == 1


def test_blank_rows_and_a_merged_title_above_the_heading_are_passed_over():
    def write(book: Any, page: Any) -> None:
        page.merge_range(0, 0, 0, 3, "晋县乡镇一览表 2026")
        page.write_row(3, 1, ["编码", "名称"])
        page.write_row(5, 1, ["130183901", "东镇"])
        page.write_row(8, 1, ["130183902", "西镇"])

    plan = brought_in(xlsx(乡镇=write))
    assert [plan.counts()["townships"]["added"], Township.objects.filter(code__startswith="1301839").count()] == [2, 2]


def test_headings_come_in_either_language_and_any_order_with_stars_and_spaces():
    plan = looked_at(xlsx(townships=[["名 称*", " Code ：", "英文名称"], ["东镇", "130183901", None]]))
    assert plan.counts()["townships"]["added"] == 1


def test_a_hidden_sheet_is_left_out_and_named():
    def write(book: Any, page: Any) -> None:
        page.write_row(0, 0, ["code", "name"])
        page.write_row(1, 0, ["130183901", "东镇"])
        page.hide()

    plan = looked_at(xlsx(villages=[["code", "name", "township"]], townships=write))
    assert "hidden" in " ".join(sentences(plan, "look")) and plan.row_count == 0


def test_unknown_and_missing_columns_are_named():
    plan = looked_at(xlsx(townships=[["code", "name", "备注", "产值"], ["130183901", "东镇", "好", "9"]]))
    said = sentences(plan, "look")
    assert "townships 0: Not known here and left out: 备注, 产值." in said
    assert "townships 0: Not in this sheet: English name. What is there stays as it is." in said


def test_a_key_column_that_is_missing_or_stands_twice_is_an_error():
    assert "is missing" in sentences(looked_at(xlsx(townships=[["name"], ["东镇"]])))[0]
    twice = looked_at(xlsx(townships=[["code", "编码", "name"], ["130183901", "130183901", "东镇"]]))
    assert only_sentence(twice) == "townships 0: The heading “Code” stands twice. Take one of them out."


def test_a_file_without_any_known_sheet_says_so():
    assert refused(xlsx(Sheet1=[["产值", "利润"], [1, 2]])) == "nothing_known"


def test_a_sheet_that_could_be_several_is_to_be_named():
    said = only_sentence(looked_at(xlsx(Sheet1=[["code", "name"], ["130183901", "东镇"]])))
    assert "could be any of these" in said and "Townships" in said


def test_the_same_sheet_twice_is_an_error():
    rows = [["code", "name"], ["130183901", "东镇"]]
    assert "comes twice" in only_sentence(looked_at(xlsx(townships=rows, 乡镇=rows)))


# Cells


def of_member(w: SimpleNamespace, **cells: Any) -> bytes:
    return sheet_of("members", {"code": w.member.code} | cells)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (1301831002010001.0, "The code has become 1.30183E+15"),
        ("1.30183E+11", "The code has become 1.30183E+11"),
        ("130183901.0", "The code is kept as a number (130183901.0)"),
    ],
)
def test_a_code_that_lost_digits_as_a_number_is_refused_and_never_guessed(cell, says):
    plan = looked_at(sheet_of("townships", {"code": cell, "name": "东镇"}))
    assert only_sentence(plan).startswith(f"townships A2: {says}")


def test_a_code_or_telephone_number_that_is_a_number_with_all_its_digits_is_taken_and_said(w):
    village = {"code": 130183901202.0, "name": "东村", "township_code": 130183901.0, "township": "东镇"}
    plan = brought_in(sheet_of("villages", village))
    assert Village.objects.get(code="130183901202").township.code == "130183901"
    looks = [each for each in plan.findings if each.cell]
    assert [(each.cell, each.value) for each in looks] == [("A2", "130183901202"), ("C2", "130183901")]
    assert "villages A2: This cell is a number; it was taken as 130183901202." in sentences(plan, "look")[1]
    brought_in(of_member(w, contact=13812345678.0))
    assert Member.objects.get(code=w.member.code).contact == "13812345678"


def test_an_id_number_that_became_a_number_is_refused_without_repeating_it(w):
    plan = looked_at(of_member(w, id_number=110105194912310000.0))
    (finding,) = [each for each in plan.findings if each.kind == "error"]
    assert (finding.cell, finding.value) == ("B2", "···") and "1101" not in str(finding)


@pytest.mark.parametrize(
    "written",
    [
        *("1987-03-24", "1987/3/24", "1987.3.24", "1987年3月24日", "19870324", "一九八七年三月二十四日"),
        *("１９８７－３－２４", "24/3/1987", " 1987-3-24　"),
    ],
)
def test_a_date_written_in_one_of_the_usual_styles_is_understood(w, written):
    brought_in(of_member(w, birth_date=written))
    assert Member.objects.get(code=w.member.code).birth_date == date(1987, 3, 24)


def test_the_number_of_a_day_is_taken_and_shown(w):
    plan = brought_in(of_member(w, birth_date=31860.0))
    assert Member.objects.get(code=w.member.code).birth_date == date(1987, 3, 24)
    assert "taken as 1987-03-24" in " ".join(sentences(plan, "look"))


@pytest.mark.parametrize("written", ["1987-02-30", "3/4/1987", "1987-03", "去年", 0.5, 1987.0, 99999999.0])
def test_a_date_that_is_none_or_can_be_read_in_two_ways_is_refused(w, written):
    assert only_sentence(looked_at(of_member(w, birth_date=written))).startswith("members B2: ")


def test_spaces_at_the_ends_go_and_rare_characters_stay():
    brought_in(sheet_of("townships", {"code": " 130183901　", "name": "　𠮷𣲗镇 "}))
    assert Township.objects.get(code="130183901").name == "𠮷𣲗镇"


def test_full_width_codes_are_folded_with_a_notice():
    plan = brought_in(sheet_of("townships", {"code": "１３０１８３９０１", "name": "东镇"}))
    assert Township.objects.filter(code="130183901").exists() and "Full-width" in " ".join(sentences(plan, "look"))


def test_a_formula_gives_its_result_with_a_notice_and_is_refused_without_one():
    def write(book: Any, page: Any) -> None:
        page.write_row(0, 0, ["code", "name"])
        page.write_string(1, 0, "130183901")
        page.write_formula(1, 1, '="东"&"镇"', None, "东镇")
        page.write_string(2, 0, "130183902")
        page.write_formula(2, 1, "=B9", None, "")

    plan = looked_at(xlsx(townships=write))
    assert only_sentence(plan) == "townships B3: The cell holds a formula without a result. Write the value."
    assert "its result 东镇 was taken" in " ".join(sentences(plan, "look"))


def test_an_error_cell_is_named():
    def write(book: Any, page: Any) -> None:
        page.write_row(0, 0, ["code", "name"])
        page.write_string(1, 0, "130183901")
        page.write_formula(1, 1, "=VLOOKUP(1,A:A,2)", None, "#N/A")

    assert only_sentence(looked_at(xlsx(townships=write))).startswith("townships B2: The cell shows #N/A.")


def test_a_text_that_is_far_too_long_is_refused():
    assert "longer than 60" in only_sentence(
        looked_at(sheet_of("townships", {"code": "130183901", "name": "长" * 30000}))
    )


@pytest.mark.parametrize("name", ["东\x07镇", "东\u0000镇"])
def test_characters_that_no_database_keeps_are_refused(name):
    data = f"code,name\n130183901,{name}\n".encode()
    try:
        assert "cannot be stored" in only_sentence(looked_at(data, "townships.csv"))
    except FileRefused as caught:
        assert caught.code == "nul"


def test_every_problem_of_a_file_is_named_not_the_first_alone(w):
    plan = looked_at(
        sheet_of(
            "members",
            {"code": "N1", "name": "甲", "branch": "没有", "birth_date": "1987-02-30", "sex": "男"},
            {"code": "N2", "name": None, "branch": w.branch.code, "birth_date": None, "sex": "??"},
        )
    )
    assert len(sentences(plan)) == 4 and plan.counts()["members"]["refused"] == 2


# csv


VILLAGES = "village_code,village_committee,township_code,township\n130183901201,𠮷村村民委员会,130183901,东镇\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_comes_in_whatever_encoding_and_separator(encoding, separator):
    brought_in(VILLAGES.replace(",", separator).encode(encoding), "村.csv")
    assert Village.objects.get(code="130183901201").name == "𠮷村"
    assert Township.objects.get(code="130183901").name == "东镇"


def test_a_csv_in_no_known_encoding_names_the_line():
    with pytest.raises(FileRefused, match="Line 2 of “villages”"):
        looked_at(b"village_code,village_committee\n\xff\xfe\xff\x81\n", "villages.csv")


def test_a_csv_with_an_open_quotation_mark_names_the_line():
    assert refused(b'code,name\n130183901,"east\n', "townships.csv") == "broken"


def test_line_ends_inside_quotes_belong_to_the_cell():
    plan = looked_at('code,name\r\n130183901,"东\r\n镇"\r\n'.encode(), "townships.csv")
    assert plan.counts()["townships"]["added"] == 1 and not sentences(plan)


def test_a_csv_is_packed_text_and_not_taken_for_a_workbook():
    assert refused(zlib.compress(VILLAGES.encode()), "villages.xlsx") == "not_a_spreadsheet"


# The list of the statistics office


@pytest.mark.parametrize(
    ("committee", "name"),
    [("西关村村民委员会", "西关村"), ("庞村村委会", "庞村"), ("阳光社区居委会", "阳光社区"),
     ("阳光社区居民委员会", "阳光社区"), ("东街村", "东街村")],
)  # fmt: skip
def test_a_village_is_called_after_its_committee(committee, name):
    rows = [["village_code", "village_committee", "township_code", "township"],
            ["130183901201", committee, "130183901", "东镇"]]  # fmt: skip
    brought_in(xlsx(Sheet1=rows))
    village = Village.objects.get(code="130183901201")
    assert (village.name, village.committee_name) == (name, committee)


def test_two_villages_of_one_name_in_different_townships_are_two():
    brought_in(
        (
            "village_code,village_committee,township_code,township\n"
            "130183901201,李村村委会,130183901,东镇\n130183902201,李村村委会,130183902,西镇\n"
        ).encode(),
        "list.csv",
    )
    assert Village.objects.filter(name="李村").count() == 2
    plan = looked_at(sheet_of("branches", {"code": "B9", "name": "新支部", "township": "东镇", "village": "李村"}))
    assert "2 are called so. Write the code: 130183901201, 130183902201." in only_sentence(plan)
