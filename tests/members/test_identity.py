"""The ID number: what is kept of it, whose it may be, who reveals it how often, and that nothing repeats it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.test import override_settings

from jinxian.lib.id_numbers import keyed_hash, make_id_number
from members.identity import TooOften, enter_id_number, reveal_id_number, reveals_left, reveals_of
from members.models import Member
from service_areas.models import LedgerEntry
from tests.jinxian import admin_world as base

NUMBER = make_id_number("100183", date(1970, 3, 24), 7, "m")
OTHER = make_id_number("100183", date(1970, 3, 24), 8, "m")
WHY = "核对养老金资格"


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    made = base.everything()
    made.staff = base.user("staff")
    base.appoint(made.staff, base.ROLES.TOWNSHIP_STAFF, township=made.township)
    made.second = base.member(made, "M2", "李二")
    time_machine.move_to("2026-07-03 09:00:00+08:00")
    return made


def enter(w: Any, typed: str = NUMBER, member: Any = None) -> Member:
    enter_id_number(member or w.member, typed=typed, by=w.secretary)
    return Member.objects.get(pk=(member or w.member).pk)


def test_kept_are_a_cipher_a_hash_and_a_mask(w: Any) -> None:
    row = enter(w, f"　{NUMBER.lower()}")
    assert (row.id_number_hash, row.id_number_masked) == (keyed_hash(NUMBER), f"100{'·' * 13}{NUMBER[-2:]}")
    assert NUMBER.encode() not in bytes(row.id_number_encrypted or b"")


def test_the_history_keeps_the_mask_alone(w: Any) -> None:
    enter(w)
    values = {str(value) for row in w.member.history.values() for value in row.values()}
    assert not [value for value in values if NUMBER in value or keyed_hash(NUMBER) in value]


@pytest.mark.parametrize("typed", [NUMBER[:-1], NUMBER[:-1] + "Z", "", "0" * 18, "١" * 18])
def test_what_is_no_number_is_refused_and_not_repeated(w: Any, typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        enter(w, typed)
    assert list(refused.value.message_dict) == ["id_number"]
    assert not typed or typed not in str(refused.value)
    assert not Member.objects.get(pk=w.member.pk).id_number_masked


def test_the_number_is_this_persons(w: Any) -> None:
    Member.objects.filter(pk=w.member.pk).update(birth_date=date(1971, 3, 24))
    with pytest.raises(ValidationError, match="date of birth"):
        enter(w)
    Member.objects.filter(pk=w.member.pk).update(birth_date=None, sex="f")
    with pytest.raises(ValidationError, match="other sex"):
        enter(w)


def test_one_number_is_one_person_and_nobody_learns_whose(w: Any) -> None:
    enter(w)
    with pytest.raises(ValidationError) as refused:
        enter(w, member=w.second)
    assert w.member.name not in str(refused.value) and NUMBER not in str(refused.value)
    assert not Member.objects.get(pk=w.second.pk).id_number_masked
    enter(w), enter(w, OTHER), enter(w, member=w.second)


def test_a_reveal_stands_in_the_ledger_with_post_place_and_reason(w: Any) -> None:
    enter(w)
    assert reveal_id_number(Member.objects.get(pk=w.member.pk), reason=f"  {WHY} ", by=w.staff) == NUMBER
    entry = reveals_of(w.member).get()
    assert (entry.by, entry.reason, entry.branch, entry.township) == (w.staff, WHY, w.branch, w.township)
    assert entry.by_post and entry.by_post_en, "for which post"
    assert NUMBER not in str(LedgerEntry.objects.values().get())


@pytest.mark.parametrize("reason", ["", "   ", "看 ", "abcd"])
def test_without_a_reason_nothing_is_shown_or_entered(w: Any, reason: str) -> None:
    row = enter(w)
    with pytest.raises(ValidationError):
        reveal_id_number(row, reason=reason, by=w.staff)
    assert not LedgerEntry.objects.exists()


def test_where_no_number_is_kept_there_is_nothing_to_enter(w: Any) -> None:
    with pytest.raises(ValidationError, match="No ID number"):
        reveal_id_number(w.member, reason=WHY, by=w.staff)
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize(("who", "a_day"), [("secretary", 10), ("staff", 20), ("officer", 20), ("auditor", 0)])
def test_each_reveals_so_often_a_day_and_the_next_day_anew(w: Any, time_machine: Any, who: str, a_day: int) -> None:
    row, by = enter(w), getattr(w, who)
    for _number in range(a_day):
        reveal_id_number(row, reason=WHY, by=by)
    with pytest.raises(TooOften):
        reveal_id_number(row, reason=WHY, by=by)
    assert LedgerEntry.objects.count() == a_day
    time_machine.move_to("2026-07-04 00:00:01+08:00")
    assert reveals_left(by) == a_day


def test_a_superuser_without_an_appointment_reveals_none(w: Any) -> None:
    assert reveals_left(w.superuser) == 0


def test_a_number_whose_key_is_gone_is_a_sentence_and_no_entry(w: Any) -> None:
    row = enter(w)
    lost = override_settings(ID_NUMBER_KEYS=[Fernet.generate_key().decode()])
    with lost, pytest.raises(ValidationError, match="key is missing"):
        reveal_id_number(row, reason=WHY, by=w.staff)
    assert not LedgerEntry.objects.exists()
