"""A member's record: the code, names and their spelling, dates in order, what makes one think."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from jinxian.lib.id_numbers import make_id_number
from members.identity import enter_id_number
from members.models import Affiliation, Member, Post
from members.registration import Stale, change_member, enter_member, next_code, stamp, warnings_of
from tests.jinxian import admin_world as base

DAY = date(2026, 2, 1)


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    made = base.everything()
    time_machine.move_to("2026-07-03 09:00:00+08:00")
    return made


def enter(w: Any, *, on: date = DAY, area: Any = None, **fields: Any) -> Member:
    given = {"name": "庞新", "sex": "f", "birth_date": date(1990, 5, 1), "admitted_on": date(2020, 7, 1)} | fields
    return enter_member(
        Member(**given), branch=w.branch, small_group=w.group, area=area or w.area, on=on, by=w.secretary
    )


def change(member: Member, **changed: Any) -> Member:
    return change_member(member, seen=stamp(member), by=None, **changed)


def fresh(row: Any) -> Any:
    return type(row)._base_manager.get(pk=row.pk)


def test_codes_go_on_from_the_highest_number_of_the_branch(w: Any) -> None:
    assert next_code(w.branch) == f"{w.branch.code}-001"
    for tail in ("002", "41", "x7", "٣"):
        Member.objects.create(code=f"{w.branch.code}-{tail}", name="甲", sex="m", branch=w.branch)
    assert next_code(w.branch) == f"{w.branch.code}-042"
    assert enter(w).code == f"{w.branch.code}-042"


def test_a_new_member_can_be_found_by_name_and_pinyin_and_belongs_somewhere(w: Any) -> None:
    row = enter(w)
    assert row.name_latin == "Pang Xin" and "px" in row.search_key and "庞新" in row.search_key
    held = Affiliation.objects.get(member=row)
    assert (held.branch, held.small_group, held.area, held.started_on) == (w.branch, w.group, w.area, DAY)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"birth_date": date(2026, 7, 4)}, "birth_date"),
        ({"birth_date": date(2020, 7, 1)}, "birth_date"),
        ({"admitted_on": date(2026, 7, 4), "on": date(2026, 7, 4)}, "admitted_on"),
        ({"on": date(2020, 6, 30)}, "on"),
        ({"full_on": date(2026, 7, 4)}, "full_on"),
        ({"full_on": date(2021, 7, 1), "member_type": "probationary"}, "full_on"),
        ({"name": ""}, "name"),
    ],
)
def test_a_record_that_cannot_be_is_refused_at_its_field(w: Any, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        enter(w, **fields)
    assert field in refused.value.message_dict
    assert not Member.objects.filter(name="庞新").exists() and not Affiliation.objects.filter(started_on=DAY).exists()


def test_an_area_of_another_branch_takes_nobody_in(w: Any) -> None:
    with pytest.raises(ValidationError, match="another branch"):
        enter(w, area=w.twin.area)
    assert not Member.objects.filter(name="庞新").exists()


def test_a_new_name_is_spelled_anew_unless_its_spelling_came_along(w: Any) -> None:
    row = enter(w)
    assert change(row, name="庞立新", name_latin="Pang Xin").name_latin == "Pang Lixin"
    row = change(fresh(row), name="单立新", name_latin="Shan Lixin")
    assert row.name_latin == "Shan Lixin" and "shan" in row.search_key.lower()


def test_of_two_the_second_is_told(w: Any) -> None:
    row = enter(w)
    seen = stamp(row)
    change_member(row, seen=seen, contact="0311", by=w.secretary)
    with pytest.raises(Stale):
        change_member(row, seen=seen, contact="0312", by=w.officer)
    assert fresh(row).contact == "0311"


def test_sex_and_date_of_birth_stay_those_of_the_number_that_is_kept(w: Any) -> None:
    row = enter(w)
    enter_id_number(row, typed=make_id_number("100183", date(1990, 5, 1), 3, "f"), by=w.secretary)
    for changed, field in (({"sex": "m"}, "sex"), ({"birth_date": date(1990, 5, 2)}, "birth_date")):
        with pytest.raises(ValidationError) as refused:
            change(fresh(row), **changed)
        assert refused.value.message_dict == {field: ["The ID number that is kept says otherwise."]}
    assert change(fresh(row), contact="0311").contact == "0311"


# What makes one think


def test_a_small_area_is_named_also_the_one_that_was_left(w: Any) -> None:
    row = enter(w)
    group2, area2 = base.group_and_area(w, w.branch, 2)
    assert list(warnings_of(row)) == [f"{w.area.label} has fewer than 3 members."]
    assert len(list(warnings_of(row, former=area2))) == 2
    enter(w)
    assert list(warnings_of(row)) == [] and group2.pk


def test_a_large_branch_is_named(w: Any) -> None:
    row = enter(w)
    Member.objects.bulk_create(
        Member(code=f"b{number}", name="甲", sex="m", branch=w.branch, area=w.area) for number in range(48)
    )
    assert list(warnings_of(row)) == []
    Member.objects.create(code="b99", name="甲", sex="m", branch=w.branch)
    assert list(warnings_of(row)) == [f"{w.branch.label} has more than 50 members."]


def test_a_leader_who_is_not_full_or_sits_elsewhere_is_named(w: Any) -> None:
    row = enter(w, member_type="probationary")
    enter(w)
    Post.objects.create(member=row, kind="leader", branch=w.branch, area=w.area, started_on=DAY)
    assert [text.partition(" and ")[2] for text in warnings_of(row)] == ["is not a full member."]
    _group, row.area = base.group_and_area(w, w.branch, 2)
    assert any(text.endswith("is in another area.") for text in warnings_of(row))
