"""What people type into a cell: taken exactly as meant, or refused in a sentence that says what to do."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from jinxian.lib.numbers import (
    LARGEST,
    NumberRefused,
    format_quantity,
    format_trimmed,
    parse_judgement,
    parse_quantity,
    parse_yes_no,
    shown,
)


def refusal(parse, *args, **kwargs) -> NumberRefused:
    with pytest.raises(NumberRefused) as refused:
        parse(*args, **kwargs)
    return refused.value


def sentence(refused: NumberRefused) -> str:
    with translation.override("en"):
        return str(refused)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("5.8", "5.8"),
        ("0", "0.0"),
        ("0.0", "0.0"),
        ("007", "7.0"),
        (".5", "0.5"),
        ("5.", "5.0"),
        ("5.80", "5.8"),
        (" 12 ", "12.0"),
        ("\u00a012\u3000", "12.0"),
        ("　１２．５　", "12.5"),
        ("12。5", "12.5"),
        ("1,200", "1200.0"),
        ("1，200", "1200.0"),
        ("１，２００．５", "1200.5"),
        ("1,234,567", "1234567.0"),
        ("5.8 米", "5.8"),
        ("5.8米", "5.8"),
        ("５．８　米", "5.8"),
        ("5.8m", "5.8"),
        ("5.8 M", "5.8"),
        ("5.8ｍ", "5.8"),
        ("9,999,999,999", "9999999999.0"),
        ("0" * 40 + "5", "5.0"),
    ],
)
def test_a_plainly_written_number_is_taken(typed, number):
    value = parse_quantity(typed, decimals=1, unit="米", units=("m",))
    assert value == Decimal(number)
    assert str(value) == number


@pytest.mark.parametrize("blank", ["", " ", "\t\r\n", "\u3000\u00a0"])
def test_empty_is_not_zero(blank):
    assert parse_quantity(blank, decimals=0) is None
    assert parse_yes_no(blank) is None
    assert parse_judgement(blank, maximum=Decimal(10)) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("-3", "negative"),
        ("－3", "negative"),
        ("−3", "negative"),
        ("–3", "negative"),
        ("- 3", "negative"),
        ("-.5", "negative"),
        ("+5", "plus"),
        ("＋5", "plus"),
        ("－", "none_word"),
        ("—", "none_word"),
        ("——", "none_word"),
        ("/", "none_word"),
        ("无", "none_word"),
        ("没有", "none_word"),
        ("None", "none_word"),
        ("1,20", "comma"),
        ("12,3456", "comma"),
        ("1200,5", "comma"),
        ("0,200", "comma"),
        ("1,200,", "comma"),
        ("1,2 米", "comma"),
        ("1 200", "spaces"),
        ("1\u00a0200", "spaces"),
        ("1　200", "spaces"),
        ("abc", "not_a_number"),
        ("很多", "not_a_number"),
        ("米", "not_a_number"),
        ("(5)", "not_a_number"),
        ("¥5", "not_a_number"),
        ("1'200", "not_a_number"),
        ("3月5日", "not_a_number"),
        (".", "not_a_number"),
        (",", "comma"),
        ("十二", "other_digits"),
        ("٣", "other_digits"),
        ("1٣", "other_digits"),
        ("१२", "other_digits"),
        ("①", "other_digits"),
        ("5²", "other_digits"),
        ("1e5", "exponent"),
        ("1E+5", "exponent"),
        ("１ｅ５", "exponent"),
        ("1_000", "underscore"),
        ("1/2", "fraction"),
        ("１／２", "fraction"),
        ("½", "fraction"),
        ("1½", "fraction"),
        ("=1+1", "formula"),
        ("＝1＋1", "formula"),
        ("@A1", "formula"),
        ("1+1", "formula"),
        ("3*4", "formula"),
        ("3×4", "formula"),
        ("50%", "percent"),
        ("50 ％", "percent"),
        ("0x1F", "hexadecimal"),
        ("0b11", "hexadecimal"),
        ("inf", "infinite"),
        ("-inf", "not_a_number"),
        ("Infinity", "infinite"),
        ("NaN", "infinite"),
        ("1.2.3", "two_points"),
        ("1.2万", "multiplier"),
        ("1.2万米", "multiplier"),
        ("3千", "multiplier"),
        ("12k", "multiplier"),
        ("5.8 公里", "unit"),
        ("5 千米", "unit"),
        ("5.8 mm", "unit"),
        ("1\x002", "unseen"),
        ("\x00", "unseen"),
        ("1\ud800", "unseen"),
        ("\u200b12", "unseen"),
        ("1\n2", "unseen"),
        ("9999999999.5", "too_large"),
        ("10000000000", "too_large"),
        ("1" * 40, "too_large"),
        ("9" * 100_000, "too_large"),
        ("5.85", "too_fine"),
        ("0.05", "too_fine"),
        ("0." + "1" * 1000, "too_fine"),
    ],
)
def test_anything_else_is_refused_for_its_own_reason(typed, code):
    refused = refusal(parse_quantity, typed, decimals=1, unit="米", units=("m",))
    assert refused.code == code
    text = sentence(refused)
    assert text.isprintable()
    assert len(text) < 200
    text.encode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("12.5", "“12.5”: visits are whole numbers"),
        (" １２．５ ", "“１２．５”: visits are whole numbers"),
        ("-3", "“-3”: a number below 0 cannot be entered"),
        ("没有", "“没有”: if there were none, enter 0"),
        ("5 km", "“5 km”: this is counted in visits. Enter the number alone"),
        ("1" * 40, f"“{'1' * 40}”: the largest number that can be entered is 9,999,999,999"),
        ("x" * 100, f"“{'x' * 59}…” is not a number: enter digits only"),
        ("1\x002", "“1�2” contains a character that cannot be seen: type the number again"),
        ("50%", "“50%”: enter the amount, not a percentage"),
    ],
)
def test_a_refusal_says_what_is_so_and_what_to_do(typed, words):
    assert sentence(refusal(parse_quantity, typed, decimals=0, unit="visits")) == words


def test_a_finer_number_is_not_rounded_but_refused_with_the_finest_step():
    refused = refusal(parse_quantity, "5.85", decimals=1, unit="m")
    assert sentence(refused) == "“5.85”: the finest step is 0.1 m, round it"


def test_without_a_unit_the_sentences_name_none():
    assert sentence(refusal(parse_quantity, "12.5", decimals=0)) == "“12.5”: enter a whole number"
    assert sentence(refusal(parse_quantity, "0.55", decimals=1)) == "“0.55”: the finest step is 0.1, round it"
    assert sentence(refusal(parse_quantity, "5 m", decimals=0)) == "“5 m”: enter the number alone"


@pytest.mark.parametrize("typed", ["12件次", "12 次", "12.0"])
def test_a_whole_number_is_taken_with_its_unit_and_with_zeros_after_the_point(typed):
    assert str(parse_quantity(typed, decimals=0, unit="件次", units=("次",))) == "12"


def test_the_sentence_is_put_into_words_only_when_it_is_shown():
    refused = refusal(parse_quantity, "12.5", decimals=0)
    with translation.override("en"):
        english = str(refused)
    assert english == "“12.5”: enter a whole number"
    assert refused.args == (refused.code, refused.message)


@given(st.text(max_size=300), st.integers(0, 3))
def test_whatever_is_typed_is_a_number_nothing_or_a_refusal(typed, decimals):
    try:
        value = parse_quantity(typed, decimals=decimals, unit="米")
    except NumberRefused as refused:
        assert sentence(refused).isprintable()
    else:
        assert value is None or (0 <= value <= LARGEST and value == round(value, decimals))


@given(st.text("0123456789.,eE+-_ %/x１２．，米万", max_size=12))
def test_what_is_taken_means_what_a_reader_sees(typed):
    try:
        value = parse_quantity(typed, decimals=3, unit="米")
    except NumberRefused:
        return
    if value is not None:
        plain = typed.translate(str.maketrans("１２．，", "12.,", "米, ，"))
        assert value == Decimal(plain)


@given(st.decimals(0, LARGEST, places=2), st.booleans())
def test_a_number_shown_can_be_typed_again(value, group):
    assert parse_quantity(format_quantity(value, 2, group=group), decimals=2) == value


@pytest.mark.parametrize("typed", ["是", " 是 ", "Yes", "ｙｅｓ", "y", "Y", "1", "１", "√", "✓", "✔"])
def test_yes_is_one(typed):
    assert parse_yes_no(typed) == 1


@pytest.mark.parametrize("typed", ["否", "No", "n", "0", "０", "×", "✗", "✘"])
def test_no_is_zero(typed):
    assert parse_yes_no(typed) == 0
    assert parse_yes_no(typed) is not None


@pytest.mark.parametrize("typed", ["有", "无", "x", "2", "1.0", "-", "是否", "\x00", "\ud800", "y" * 1000])
def test_what_is_neither_yes_nor_no_is_refused(typed):
    refused = refusal(parse_yes_no, typed)
    assert refused.code == "yes_or_no"
    assert sentence(refused).endswith("”: enter yes or no")
    assert sentence(refused).isprintable()


@pytest.mark.parametrize(("typed", "points"), [("8", "8.00"), ("8.25", "8.25"), ("10分", "10.00"), ("0", "0.00")])
def test_points_by_judgement_are_taken_up_to_the_maximum(typed, points):
    assert str(parse_judgement(typed, maximum=Decimal(10))) == points


@pytest.mark.parametrize(("typed", "code"), [("10.01", "above_maximum"), ("-1", "negative"), ("8.255", "too_fine")])
def test_points_outside_the_maximum_are_refused(typed, code):
    assert refusal(parse_judgement, typed, maximum=Decimal(10)).code == code


def test_points_above_the_maximum_are_refused_naming_it():
    refused = refusal(parse_judgement, "12", maximum=Decimal("10.00"))
    assert sentence(refused) == "“12”: at most 10 points can be given"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("1312", 0, "1,312"),
        ("1312.25", 1, "1,312.3"),
        ("6", 1, "6.0"),
        ("0.5", 0, "1"),
        ("2.5", 0, "3"),
        ("-0.001", 2, "0.00"),
        ("1E+3", 0, "1,000"),
        (None, 2, ""),
    ],
)
def test_a_quantity_is_shown_at_its_precision(value, decimals, text):
    assert format_quantity(None if value is None else Decimal(value), decimals) == text


def test_thousands_can_be_left_together():
    assert format_quantity(Decimal(1312), 0, group=False) == "1312"


@pytest.mark.parametrize(
    ("value", "text"),
    [("10.00", "10"), ("7.50", "7.5"), ("11.11", "11.11"), ("0", "0"), ("100", "100"), ("1E+2", "100")],
)
def test_points_in_sentences_have_no_zeros_at_the_end(value, text):
    assert format_trimmed(Decimal(value)) == text


def test_what_was_typed_is_shown_short_and_printable():
    assert shown("a" * 60) == "a" * 60
    assert shown("a" * 61) == "a" * 59 + "…"
    assert shown("a\nb\ud800") == "a\ufffdb\ufffd"
