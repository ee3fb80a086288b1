"""A csv in whatever encoding and with whatever separator; a broken one names the line."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from jinxian.lib.spreadsheets import FileRefused, read

TABLE = [["编码", "姓名", "备注"], ["130183901", "𠮷立新", "长，短"]]


def rows(data: bytes, name: str = "党员名册.csv") -> list[tuple[int, list[Any]]]:
    (sheet,) = read(data, name)
    assert (sheet.name, sheet.is_hidden) == (name.rsplit(".", 1)[0], False)
    return list(sheet.rows)


def refusal(data: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        rows(data, "members.csv")
    with translation.override("en"):
        assert "members" in str(caught.value)
    return caught.value


def as_csv(table: list[list[str]], separator: str = ",", end: str = "\r\n") -> str:
    out = StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(table)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_usual_way_to_write_a_csv_is_read(encoding, separator, end):
    assert rows(as_csv(TABLE, separator, end).encode(encoding)) == [(1, TABLE[0]), (2, TABLE[1])]


@pytest.mark.parametrize("name", ["list.txt", "list.tsv", "list.dat", "list", "list.xlsx", "list.xls"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_table_of_text_is_a_csv_whatever_it_is_called(name, encoding):
    assert next(next(iter(read(as_csv(TABLE).encode(encoding), name))).rows) == (1, TABLE[0])


def test_line_ends_quotation_marks_and_separators_inside_quotes_belong_to_the_cell():
    assert rows(b'a,b\r\n"one\r\ntwo","say ""yes"", so"\r\n') == [(1, ["a", "b"]), (2, ["one\r\ntwo", 'say "yes", so'])]


def test_a_separator_inside_the_quotes_of_the_heading_is_none():
    assert rows(b'"code, name, sex";"b"\n1;2\n') == [(1, ["code, name, sex", "b"]), (2, ["1", "2"])]


def test_numbers_stay_text_and_what_is_blank_is_nothing():
    assert rows(b"1,2.50,true, ,,\xe3\x80\x80\n") == [(1, ["1", "2.50", "true", None, None, None])]


def test_blank_rows_are_left_out_and_counted():
    assert rows(b"a,b\n\n , \n,,\nc,d\n") == [(1, ["a", "b"]), (5, ["c", "d"])]


def test_a_file_of_blank_rows_has_none():
    assert rows(b"\n,,\n ,\n") == []


@pytest.mark.parametrize("place", [2, 90])
def test_a_character_in_no_known_encoding_names_its_line(place):
    lines = [b"code,name"] * 100
    lines[place - 1] = b"130183901,\xff\xff"
    refused = refusal(b"\n".join(lines))
    assert (refused.code, refused.params["line"]) == ("encoding", place)


def test_spoilt_utf_8_is_not_taken_for_gb18030():
    """These bytes can be read as GB18030, and would be nonsense without a word said."""
    data = "编码,姓名,支部\n".encode() + "王立".encode()[:-2] + b",1\n"
    data.decode("gb18030")
    assert (refusal(data).code, refusal(data).params["line"]) == ("encoding", 2)


def test_a_byte_order_mark_is_believed():
    assert refusal(b"\xef\xbb\xbf" + "编码\n".encode() + "王立新".encode("gb18030")).code == "encoding"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_character_that_no_database_keeps_names_its_line(encoding):
    refused = refusal("code,姓名\n1,甲\n2,\x00乙\n".encode(encoding))
    assert (refused.code, refused.params["line"]) == ("nul", 3)


@pytest.mark.parametrize("broken", [b'"open,1\n2,3\n4,5\n', b'"closed"again,1\n2,3\n', b'1,"open\n\n\n'])
def test_quotation_marks_that_do_not_match_name_the_line_where_they_stand(broken):
    refused = refusal(b'a,b\n"two\nlines",1\n' + broken)
    assert (refused.code, refused.params["line"]) == ("broken", 4)


def test_a_field_without_end_is_refused():
    assert refusal(b'a,b\n"' + b"x" * 1_100_000).code == "broken"


def test_more_columns_or_rows_than_a_county_has_are_refused():
    assert refusal(b",".join([b"a"] * 201)).code == "too_wide"
    assert refusal(b"a,b\n" * 300_001).code == "too_many_rows"
    assert len(rows(b",".join([b"a"] * 200))[0][1]) == 200


# Without what no file may hold, and what is read as nothing.
FIELDS = st.text(st.characters(exclude_characters="\x00\ufeff", exclude_categories=("Cs",)), max_size=12).filter(
    lambda field: field == "" or not field.isspace()
)


@given(
    table=st.lists(st.lists(FIELDS, min_size=1, max_size=4), min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    separator=st.sampled_from([",", ";", "\t"]),
)
def test_what_is_written_as_csv_is_read_back(table, encoding, separator):
    """The Chinese heading tells the encoding and the separator, as headings do."""
    table = [["编码", "姓名", "所在党支部", "备注"], *table]
    out = StringIO(newline="")
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(table)
    expected = [
        (number, [field or None for field in fields]) for number, fields in enumerate(table, start=1) if any(fields)
    ]
    assert rows(out.getvalue().encode(encoding)) == expected


@pytest.mark.parametrize("text", ["=1+1", "-5", "@home", "'quoted", "+86"])
def test_the_apostrophe_before_a_sign_that_begins_a_formula_is_taken_off(text):
    assert rows(as_csv([["a", f"'{text}"]]).encode())[0][1][1] == text


def test_any_other_apostrophe_stays():
    assert rows(as_csv([["'a", "b'=1"]]).encode())[0][1] == ["'a", "b'=1"]
