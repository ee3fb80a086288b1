"""Identity numbers: the standard's own examples, invented ones, and how they are hidden."""

from datetime import date

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.test import override_settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from jinxian.lib.id_numbers import (
    IdNumberRefused,
    check_digit,
    decrypt,
    encrypt,
    keyed_hash,
    make_id_number,
    masked,
    parse_id_number,
)

TODAY = date(2026, 10, 8)
WOMAN = "11010519491231002X"
NEW_KEY, OLD_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
keys = override_settings(ID_NUMBER_KEYS=[NEW_KEY, OLD_KEY], ID_NUMBER_HASH_KEY="for the tests only")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (WOMAN, WOMAN),
        ("440524188001010014", "440524188001010014"),
        ("11010519491231002x", WOMAN),
        (" １１０１０５１９４９１２３１００２Ｘ　", WOMAN),
        ("１１０１０５１９４９１２３１００２ｘ", WOMAN),
        ("110105491231002", "110105491231002"),
    ],
)
def test_a_right_number_is_taken_in_its_plain_form(typed, number):
    assert parse_id_number(typed, on=TODAY) == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("110105194912310021", "check_digit"),
        ("110105194912310029", "check_digit"),
        ("11010519490231002X", "no_such_date"),
        ("11010519491331002X", "no_such_date"),
        ("110105490231002", "no_such_date"),
        (make_id_number("110105", date(2026, 10, 9), 0, "f"), "future_date"),
        ("", "shape"),
        ("1101051949123100", "shape"),
        ("1101051949123100 2X", "shape"),
        ("X1010519491231002X", "shape"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "shape"),
        (WOMAN + "\n1", "shape"),
        ("11010519491231002X\x00", "shape"),
        ("1" * 5000, "shape"),
    ],
)
def test_a_wrong_number_is_refused_for_its_reason(typed, code):
    with pytest.raises(IdNumberRefused) as refused:
        parse_id_number(typed, on=TODAY)
    assert refused.value.code == code


def test_somebody_born_today_is_taken():
    number = make_id_number("110105", TODAY, 3, "m")
    assert parse_id_number(number, on=TODAY, sex="m", birth_date=TODAY) == number


def test_the_number_agrees_with_the_record():
    assert parse_id_number(WOMAN, on=TODAY, sex="f", birth_date=date(1949, 12, 31)) == WOMAN
    assert parse_id_number("110105491231002", on=TODAY, sex="f", birth_date=date(1949, 12, 31))


@pytest.mark.parametrize("number", [WOMAN, "110105491231002"])
@pytest.mark.parametrize(
    ("record", "code"), [({"sex": "m"}, "sex"), ({"birth_date": date(1949, 12, 30)}, "birth_date")]
)
def test_a_number_that_disagrees_with_the_record_is_refused(number, record, code):
    with pytest.raises(IdNumberRefused) as refused:
        parse_id_number(number, on=TODAY, **record)
    assert refused.value.code == code


def test_no_sentence_repeats_the_number():
    with translation.override("en"), pytest.raises(IdNumberRefused) as refused:
        parse_id_number("110105194912310021", on=TODAY)
    assert "19491231" not in str(refused.value)
    assert "19491231" not in repr(refused.value)
    assert str(refused.value) == "The last digit does not fit the others: check the number for a slip"


@pytest.mark.parametrize(("first17", "digit"), [(WOMAN[:17], "X"), ("44052418800101001", "4")])
def test_the_check_digit_is_the_standards(first17, digit):
    assert check_digit(first17) == digit


@given(
    born=st.dates(date(1900, 1, 1), TODAY),
    sequence=st.integers(0, 498),
    sex=st.sampled_from(["m", "f"]),
    place=st.integers(0, 17),
    shift=st.integers(1, 9),
)
def test_an_invented_number_is_right_and_one_changed_digit_is_found(born, sequence, sex, place, shift):
    number = make_id_number("130183", born, sequence, sex)
    assert parse_id_number(number, on=TODAY, sex=sex, birth_date=born) == number
    digit = "0123456789"[(int(number[place].replace("X", "0")) + shift) % 10]
    changed = number[:place] + digit + number[place + 1 :]
    if changed != number:
        with pytest.raises(IdNumberRefused):
            parse_id_number(changed, on=TODAY)


def test_invented_numbers_of_a_day_differ():
    made = {make_id_number("130183", TODAY, sequence, sex) for sequence in range(499) for sex in ("m", "f")}
    assert len(made) == 998
    with pytest.raises(ValueError, match="0 to 498"):
        make_id_number("130183", TODAY, 499, "m")


@pytest.mark.parametrize(
    ("number", "shown"),
    [("130183198001010042", "130·············42"), ("130183800101042", "130··········42"), ("1234", "····"), ("", "")],
)
def test_a_masked_number_shows_the_first_3_and_the_last_2(number, shown):
    assert masked(number) == shown
    assert len(shown) == len(number)


@keys
def test_an_encrypted_number_comes_back_and_shows_nothing():
    token = encrypt(WOMAN)
    assert WOMAN.encode() not in token
    assert encrypt(WOMAN) != token
    assert decrypt(token) == decrypt(memoryview(token)) == WOMAN


@keys
def test_a_number_under_an_older_key_is_still_read():
    with override_settings(ID_NUMBER_KEYS=[OLD_KEY]):
        token = encrypt(WOMAN)
    assert decrypt(token) == WOMAN
    with override_settings(ID_NUMBER_KEYS=[NEW_KEY]), pytest.raises(InvalidToken):
        decrypt(token)


@keys
def test_the_hash_is_the_persons_and_the_keys():
    assert keyed_hash(WOMAN) == keyed_hash(WOMAN) != keyed_hash("440524188001010014")
    assert len(keyed_hash(WOMAN)) == 64
    with override_settings(ID_NUMBER_HASH_KEY="another"):
        other = keyed_hash(WOMAN)
    assert other != keyed_hash(WOMAN)


@keys
def test_an_old_number_hashes_like_the_new_one_of_the_same_person():
    assert keyed_hash("110105491231002") == keyed_hash(WOMAN)
