"""One cell at a time: taken as meant, taken with a word, or refused in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from jinxian.lib.spreadsheets import CellError, Formula
from jinxian.lib.spreadsheets.cells import CellRefused, Notice, choice, code, day, decimal, quoted, text, whole, yes_no

TEXT = partial(text, longest=10)
CODE = partial(code, longest=20)
WHOLE = partial(whole, lowest=0, highest=50)
DECIMAL = partial(decimal, decimals=2, highest=Decimal(100))
DAY = partial(day, latest=date(2026, 12, 31))
CHOICE = partial(choice, choices={"男": "m", "male": "m", "女": "f", "female": "f", "1": "m"}, offered="Male, Female")
LEADING_ZEROS = "Leading zeros would be lost: set the column to text."
ALL = [TEXT, CODE, WHOLE, DECIMAL, DAY, CHOICE, yes_no]


def taken(parse: Callable[[Any], Any], cell: Any) -> Any:
    """The value, of a cell about which nothing is to be said."""
    value, notice = parse(cell)
    assert notice is None
    return value


def noticed(parse: Callable[[Any], Any], cell: Any) -> tuple[Any, str]:
    """The value and what is said of it."""
    value, notice = parse(cell)
    assert isinstance(notice, Notice)
    return value, notice.sentence % notice.values


def refused(parse: Callable[[Any], Any], cell: Any) -> tuple[str, str]:
    """The code of the refusal and its sentence."""
    with pytest.raises(CellRefused) as caught:
        parse(cell)
    with translation.override("en"):
        return caught.value.code, str(caught.value)


# Of every kind


@pytest.mark.parametrize("parse", ALL)
@pytest.mark.parametrize("blank", [None, "", " ", "　", "\u00a0 \n"])
def test_a_blank_cell_is_nothing(parse, blank):
    assert taken(parse, blank) is None


@pytest.mark.parametrize("parse", ALL)
def test_an_error_is_named_and_never_a_value(parse):
    said = "The cell shows #N/A. Mend the formula, or write the value."
    assert refused(parse, CellError("#N/A")) == ("error", said)


@pytest.mark.parametrize("parse", ALL)
@pytest.mark.parametrize("nothing", [None, ""])
def test_a_formula_without_a_result_is_refused(parse, nothing):
    assert refused(parse, Formula(nothing))[0] == "no_result"


@pytest.mark.parametrize(
    ("parse", "result", "value", "shown"),
    [
        (TEXT, "东镇", "东镇", "东镇"),
        (CODE, "B-1", "B-1", "B-1"),
        (WHOLE, 5.0, 5, "5"),
        (DECIMAL, 5.5, Decimal("5.50"), "5.5"),
        (DAY, date(1987, 3, 24), date(1987, 3, 24), "1987-03-24"),
        (CHOICE, "男", "m", "男"),
        (yes_no, True, True, "TRUE"),
    ],
)
def test_a_formulas_result_is_taken_and_said(parse, result, value, shown):
    assert noticed(parse, Formula(result)) == (value, f"The cell holds a formula; its result {shown} was taken.")


def test_a_formulas_result_outside_is_shown_as_the_cell_shows_it():
    assert refused(WHOLE, Formula(51.0)) == ("outside", "“51”: between 0 and 50 is possible here.")


@pytest.mark.parametrize("parse", [WHOLE, DECIMAL, DAY, CHOICE, yes_no])
@pytest.mark.parametrize(
    "number", ["110105194912310021", "１１０１０５１９４９１２３１００２１", "11010519491231002X", "110105491231002"]
)
def test_an_id_number_in_the_wrong_column_is_never_repeated(parse, number):
    _code, sentence = refused(parse, number)
    assert not any(part in sentence for part in ("19491231", "491231", "１９４９"))


@given(
    cell=st.one_of(
        st.text(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.none(),
        st.text("零〇一二三四五六七八九十年月日号0123456789０１-/.:：年 E+", max_size=14),
    )
)  # fmt: skip
@example(cell="一九八七年十十月三日")
@example(cell=1e300)
@example(cell="٣٤")
def test_every_cell_is_taken_or_refused_in_a_sentence(cell):
    for parse in ALL:
        for given_cell in (cell, Formula(cell)):
            try:
                _value, notice = parse(given_cell)
                assert notice is None or notice.sentence % notice.values
            except CellRefused as caught:
                assert str(caught) and "Formula(" not in str(caught)
                assert all(isinstance(value, str | int) for value in caught.params.values())


# Text


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("庞立新", "庞立新"),
        (" 庞立新　", "庞立新"),
        ("\u00a0庞\u200b立新\n", "庞立新"),
        ("单　明", "单　明"),
        ("𠮷𣲗", "𠮷𣲗"),
        ("Ａ村", "Ａ村"),
        ("\u9fff\U00030edd", "\u9fff\U00030edd"),
        ("a\r\nb", "a b"),
        ("\ue001", "\ue001"),
    ],
)
def test_a_text_is_kept_as_it_is_written_but_for_spaces_at_its_ends(cell, value):
    assert taken(TEXT, cell) == value


def test_a_whole_number_is_taken_as_its_digits_and_said():
    assert noticed(TEXT, 12.0) == ("12", f"This cell is a number; it was taken as 12. {LEADING_ZEROS}")
    assert noticed(partial(text, longest=40), 13812345678.0)[0] == "13812345678"
    assert refused(partial(text, longest=2), 123.0)[0] == "too_long"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (1.5, "1.5"),
        (1e15, "1.00000E+15"),
        (1.1010519491231e17, "1.10105E+17"),
        (True, "TRUE"),
        (date(2020, 1, 2), "2020-01-02"),
        (time(8, 30), "08:30:00"),
        (float("nan"), "nan"),
    ],
)
def test_what_is_no_text_is_refused(cell, shown):
    assert refused(TEXT, cell) == (
        "not_text",
        f"{shown} is not a text here. Set the column to “text” and write it again.",
    )


def test_a_text_that_is_too_long_is_refused_with_the_length():
    assert refused(TEXT, "长" * 40_000) == ("too_long", "This is longer than 10 characters. Shorten it.")
    assert taken(TEXT, " " + "长" * 10 + " ") == "长" * 10


@pytest.mark.parametrize("cell", ["东\x07镇", "东\x00镇", "\ud842"])
@pytest.mark.parametrize("parse", [TEXT, CODE])
def test_characters_that_no_database_keeps_are_refused(parse, cell):
    assert refused(parse, cell)[0] == "unseen"


# Codes


@pytest.mark.parametrize("cell", ["130183101201-01-001", " 130183901　", "'130183901", "12E3", "0012", "党-1", "1.5"])
def test_a_code_is_taken_as_it_is_written(cell):
    assert taken(CODE, cell) == cell.strip(" 　").removeprefix("'")


def test_full_width_signs_of_a_code_are_folded_and_said():
    assert noticed(CODE, "１３０１８３Ａ－１") == ("130183A-1", "Full-width characters were taken as “130183A-1”.")


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (1.5, "kept as a number (1.5)"),
        (-7.0, "kept as a number (-7)"),
        (130183901.25, "kept as a number (130183901.25)"),
        (1e15, "has become 1.00000E+15"),
        (110105194912310000.0, "has become 1.10105E+17"),
        ("1.30183E+11", "has become 1.30183E+11"),
        ("1.30183e11", "has become 1.30183e11"),
        ("1E+11", "has become 1E+11"),
        ("１．３０１８３Ｅ＋１１", "has become 1.30183E+11"),
        ("130183100201.0", "kept as a number (130183100201.0)"),
        (Formula(1.30183100201123e17), "has become 1.30183E+17"),
    ],
)
def test_a_code_that_lost_digits_as_a_number_is_refused_and_never_guessed(cell, says):
    why, sentence = refused(CODE, cell)
    assert why == "code_as_number" and f"The code is {says}".replace("is has", "has") in sentence


@pytest.mark.parametrize("cell", [0.0, 7.0, 130183901.0, 130131100202.0, 999999999999999.0])
def test_a_code_that_is_a_number_with_all_its_digits_is_taken_and_said(cell):
    digits = f"{cell:.0f}"
    said = f"This cell is a number; it was taken as {quoted(digits)}. {LEADING_ZEROS}"
    assert noticed(CODE, cell) == noticed(CODE, Formula(cell)) == (digits, said)


def test_a_code_that_is_a_longer_number_than_any_is_too_long():
    assert refused(partial(code, longest=6), 1301839.0)[0] == "too_long"


def test_an_old_id_number_that_is_a_number_is_taken_without_repeating_it():
    value, notice = code(110105491231002.0, longest=40, secret=True)
    assert (value, notice.values) == ("110105491231002", {"text": "···"})


@pytest.mark.parametrize("cell", ["13 018", "13\u00a0018", "13　018", "13\n018", "13\u2003018"])
def test_a_code_has_no_spaces(cell):
    assert refused(CODE, cell)[0] == "code_spaces"


def test_a_code_that_is_too_long_or_a_day_is_refused():
    assert refused(CODE, "1-" * 11)[0] == "too_long"
    assert refused(CODE, date(2020, 1, 2))[0] == "not_text"


@pytest.mark.parametrize(
    "cell", [110105194912310000.0, "1.10105E+17", "110105194912310000.0", date(1949, 12, 31), True]
)
@pytest.mark.parametrize("parse", [text, code])
def test_a_secret_is_not_repeated(parse, cell):
    try:
        _value, notice = parse(cell, longest=40, secret=True)
        assert notice is None
    except CellRefused as caught:
        assert not {"1.10105E+17", "110105", "1949-12-31", "TRUE"} & {str(value) for value in caught.params.values()}


def test_a_secret_formula_or_full_width_number_is_not_repeated():
    for cell in (Formula("110105194912310021"), "１１０１０５１９４９１２３１００２１"):
        value, notice = code(cell, longest=40, secret=True)
        assert (value, notice.values) == ("110105194912310021", {"text": "···"})


# Numbers


@pytest.mark.parametrize(
    ("cell", "value"), [(5.0, 5), (0.0, 0), (-0.0, 0), (4.9999999999, 5), ("5", 5), (" 50 ", 50), ("5.0", 5)]
)
def test_a_whole_number_is_taken(cell, value):
    found = taken(WHOLE, cell)
    assert (found, type(found)) == (value, int)


@pytest.mark.parametrize("cell", ["5 口", "５", "5人", "５户"])
def test_a_unit_or_full_width_digits_are_taken_off_and_said(cell):
    assert noticed(WHOLE, cell) == (5, "Full-width digits or the unit were taken off: 5.")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (5.5, "not_whole"),
        ("5.5", "not_whole"),
        (51.0, "outside"),
        (-1.0, "outside"),
        ("51", "outside"),
        ("-1", "negative"),
        ("五", "other_digits"),
        ("1e1", "exponent"),
        ("5 亩", "unit"),
        (True, "not_a_number"),
        (date(2020, 1, 2), "not_a_number"),
        (1e300, "outside"),
        (float("inf"), "not_a_number"),
        (float("nan"), "not_a_number"),
    ],
)
def test_what_is_no_whole_number_of_the_range_is_refused(cell, code):
    assert refused(WHOLE, cell)[0] == code


def test_a_number_too_large_for_any_cell_is_never_cut():
    assert refused(partial(whole, lowest=0, highest=10**14), 1e16)[0] == "outside"
    assert taken(partial(whole, lowest=0, highest=10**14), 99999999999999.0) == 99999999999999


@pytest.mark.parametrize(
    ("cell", "value"),
    [(5.25, "5.25"), (0.1 + 0.2, "0.30"), (5.0, "5.00"), (-1e-12, "0.00"), ("5.2", "5.20"), ("100", "100.00")],
)
def test_a_decimal_number_is_taken_without_the_noise_of_binary_fractions(cell, value):
    assert str(taken(DECIMAL, cell)) == value


@pytest.mark.parametrize(
    ("cell", "says"),
    [(5.255, "“5.255”: the finest step is 0.01"), (12345678.123, "“12345678.123”: the finest step is 0.01"),
     ("5.255", "the finest step is 0.01"), (100.01, "between 0 and 100"), (-5.0, "between 0 and 100"),
     (date(2020, 1, 2), "“2020-01-02” is not a number")],
)  # fmt: skip
def test_what_is_no_number_of_the_range_and_fineness_is_refused(cell, says):
    assert says in refused(DECIMAL, cell)[1]


# Days


@pytest.mark.parametrize(
    "cell",
    [
        date(1987, 3, 24),
        datetime.fromisoformat("1987-03-24"),
        "1987-03-24",
        "1987/3/24",
        "1987.3.24",
        "1987年3月24日",
        "1987 年 3 月 24 日",
        "1987年3月24",
        "19870324",
        19870324.0,
        "24/3/1987",
        "3/24/1987",
        "24.03.1987",
        "１９８７－３－２４",
        "1987。3。24",
        " 1987-3-24　",
        "1987-03-24 00:00:00",
        "一九八七年三月二十四日",
        "一九八七年三月二十四号",
    ],
)
def test_a_day_written_in_a_usual_style_is_taken(cell):
    assert taken(DAY, cell) == date(1987, 3, 24)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("二〇〇五年十二月三十一日", date(2005, 12, 31)),
        ("二零二〇年十月十日", date(2020, 10, 10)),
        ("5/5/2005", date(2005, 5, 5)),
    ],
)
def test_other_days_are_taken(cell, value):
    assert taken(DAY, cell) == value


def test_the_number_of_a_day_is_taken_and_said():
    said = "This is the number of a day; it was taken as 1987-03-24. If that is wrong, write it like 1987-03-24."
    assert noticed(DAY, 31860.0) == (date(1987, 3, 24), said)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1987-02-30", "no_such_day"),
        ("19870230", "no_such_day"),
        (19871324.0, "no_such_day"),
        ("二〇〇五年二月三十日", "no_such_day"),
        ("3/4/1987", "day_or_month"),
        ("03-04-1987", "day_or_month"),
        ("1987-03", "only_month"),
        ("1987年3月", "only_month"),
        ("198703", "only_month"),
        ("1987", "only_month"),
        ("87-3-24", "not_a_day"),
        ("去年", "not_a_day"),
        ("1987/3-24", "not_a_day"),
        ("1899-12-31", "outside"),
        ("2027-01-01", "outside"),
        (1900.0, "only_month"),
        (1987.0, "only_month"),
        (Formula(2100.0), "only_month"),
        (80_000.0, "outside"),
        (0.5, "not_a_day"),
        (80_001.0, "not_a_day"),
        (True, "not_a_day"),
        (time(8), "not_a_day"),
        (datetime.fromisoformat("1987-03-24 08:00"), "with_time"),
        ("一九八七年十十月三日", "not_a_day"),
    ],
)
def test_what_is_no_day_or_can_be_read_in_two_ways_is_refused(cell, code):
    assert refused(DAY, cell)[0] == code


def test_a_day_outside_names_the_bounds():
    assert refused(DAY, "1850-01-01")[1] == "“1850-01-01” lies outside 1900-01-01 to 2026-12-31."
    assert refused(day, "1850-01-01")[1] == "“1850-01-01” lies outside 1900-01-01 to 9999-12-31."


@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)))
def test_every_day_is_read_back_from_every_style(on):
    for written in (f"{on}", f"{on:%Y%m%d}", f"{on.year}年{on.month}月{on.day}日", f"{on.year}.{on.month}.{on.day}"):
        assert taken(DAY, written) == on


# Words


@pytest.mark.parametrize(
    ("cell", "value"),
    [("男", "m"), (" 男 ", "m"), ("Male", "m"), ("FE MALE", "f"), ("ｆｅｍａｌｅ", "f"), (1.0, "m"), ("１", "m")],
)
def test_a_word_of_the_list_is_found_in_every_spelling(cell, value):
    assert taken(CHOICE, cell) == value


@pytest.mark.parametrize(
    ("cell", "shown"), [("其他", "其他"), (2.0, "2"), (True, "TRUE"), (date(2020, 1, 2), "2020-01-02")]
)
def test_another_word_is_refused_with_the_list(cell, shown):
    assert refused(CHOICE, cell) == ("not_offered", f"“{shown}” is none of these: Male, Female.")


@pytest.mark.parametrize("cell", [True, "是", "YES", "y", "√", "1", 1.0, "１", "True", " 是　"])
def test_yes_is_yes(cell):
    assert taken(yes_no, cell) is True


@pytest.mark.parametrize("cell", [False, "否", "no", "N", "×", "0", 0.0, "FALSE"])
def test_no_is_no(cell):
    assert taken(yes_no, cell) is False


@pytest.mark.parametrize("cell", ["有", "无", "x", "maybe", "2", 2.0, date(2020, 1, 2)])
def test_what_is_neither_yes_nor_no_is_refused(cell):
    assert refused(yes_no, cell)[0] == "yes_or_no"


@pytest.mark.parametrize(
    ("written", "repeated"),
    [
        ("110105194912310021", "110·············21"),
        ("户主110105491231002", "户主110··········02"),
        ("１１０１０５４９１２３１００２", "１１０··········０２"),
        ("130183106201001", "130183106201001"),  # a team's code: there is no 62nd month
    ],
)
def test_what_may_be_an_id_number_is_repeated_masked(written, repeated):
    assert quoted(written) == repeated
