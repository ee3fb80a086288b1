"""A workbook is let through no more than the pages are; what it is told leads to the mending."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from assessments.models import Period, Target
from jinxian.lib.id_numbers import make_id_number
from members.models import HouseholdLink, Member, Post
from service_areas.models import County, Household
from tests.workbook.books import ON, brought_in, looked_at, only_sentence, sentences, sheet_of, xlsx
from tests.workbook.test_round_trip import whole_county
from workbook.planning import make_plan
from workbook.reading import read_files

pytestmark = pytest.mark.django_db
PERSON = {"name": "王五", "sex": "男", "birth_date": date(1990, 1, 1), "branch": "B1", "group": "G1", "area": "A1"}


@pytest.fixture
def county() -> County:
    brought_in(whole_county())
    return County.objects.get()


# People


def test_two_like_rows_are_refused_unless_codes_or_numbers_tell_them_apart(county: County) -> None:
    said = only_sentence(looked_at(sheet_of("members", PERSON, PERSON)))
    assert said.startswith("members A3: Row 2 has the same name") and "give each a code or an ID number" in said
    coded = [PERSON | {"code": code} for code in ("B1-007", "B1-008")]
    assert not sentences(looked_at(sheet_of("members", *coded)))
    numbers = [make_id_number("130101", date(1990, 1, 1), order, "m") for order in (1, 2)]
    assert not sentences(looked_at(sheet_of("members", *[PERSON | {"id_number": number} for number in numbers])))


def test_as_many_like_rows_as_like_persons_change_nothing(county: County) -> None:
    brought_in(sheet_of("members", *[PERSON | {"code": code} for code in ("B1-007", "B1-008")]))
    again = looked_at(sheet_of("members", PERSON, PERSON))
    assert not sentences(again) and again.counts()["members"]["same"] == 2
    assert "Perhaps the same person" in only_sentence(looked_at(sheet_of("members", PERSON)))


def test_a_decision_holds_of_who_was_offered_and_of_nobody_else(county: County) -> None:
    row = {"name": "李一", "sex": "男", "branch": "B1", "contact": "138"}
    read = read_files([("a.xlsx", sheet_of("members", row))], tell=lambda share: None)
    plan = partial(make_plan, county=county, effective_on=ON, by=None, tell=lambda share: None)
    decided = {("members", 2, "M1"): "same"}
    assert not plan(read, decisions=decided).is_blocked
    former = Member.objects.get(code="M1")
    Member.objects.create(
        code="A0", name="李一", sex="m", branch=former.branch, small_group=former.small_group, area=former.area
    )
    read = read_files([("a.xlsx", sheet_of("members", row))], tell=lambda share: None)
    again = plan(read, decisions=decided)
    assert [each.key for each in again.sheets["members"].changed] == ["M1"]
    read = read_files([("a.xlsx", sheet_of("members", row))], tell=lambda share: None)
    assert plan(read, decisions={("members", 2, "M7"): "same"}).is_blocked


def test_who_has_left_takes_no_post_and_nobody_takes_one_ahead_of_time(county: County) -> None:
    post = {"kind": "deputy", "unit": "B1", "from": date(2026, 6, 1)}
    assert "no longer belongs" in only_sentence(looked_at(sheet_of("posts", post | {"member": "M3"})))
    later = post | {"member": "M1", "from": date(2099, 1, 1)}
    assert "in the future" in only_sentence(looked_at(sheet_of("posts", later)))
    assert not Post.objects.filter(kind="deputy").exists()


def test_nobody_is_moved_ahead_of_time(county: County) -> None:
    row = {"code": "M1", "branch": "B1", "group": "G2", "area": "A2", "since": date(2099, 1, 1)}
    assert "in the future" in only_sentence(looked_at(sheet_of("members", row)))


def test_the_account_of_an_appointment_is_taken_from_the_member(county: County) -> None:
    row = {"username": "lier", "role": "党支部书记", "place": "B1", "member": "清空"}
    brought_in(sheet_of("appointments", row))
    assert Member.objects.get(code="M2").user is None


# Households and links


def test_a_household_that_somebody_looks_after_stays_to_be_linked(county: County) -> None:
    row = {"team": "13099910120101", "number": "001", "linkable": "否"}
    assert "end the link first" in only_sentence(looked_at(sheet_of("households", row)))
    assert Household.objects.get(number="001", team__code="13099910120101").is_linkable


def test_a_helper_becomes_the_primary_one_by_a_row_of_its_own(county: County) -> None:
    row = {"member": "M2", "team": "13099910120101", "number": "001", "primary": "是", "from": date(2026, 4, 1)}
    assert "Write a new row with its own first day" in only_sentence(looked_at(sheet_of("links", row)))
    assert HouseholdLink.objects.filter(ended_on__isnull=True, is_primary=True).get().member.code == "M1"


# Targets


def test_a_closed_quarter_takes_no_target_more(county: County) -> None:
    Period.objects.update(state="closed")
    row = {"year": 2026, "quarter": 3, "indicator": "deeds", "member": "M1", "value": 4}
    assert "The quarter is closed" in only_sentence(looked_at(sheet_of("targets", row)))
    assert Target.objects.count() == 1


@pytest.mark.parametrize("value", [None, "六", "清空"])
def test_a_target_that_is_none_is_named(county: County, value: Any) -> None:
    row = {"year": 2026, "quarter": 3, "indicator": "deeds", "member": "M1", "value": value}
    assert only_sentence(looked_at(sheet_of("targets", row))).startswith("targets E2: ")


# What was seen


def test_a_preview_of_other_values_is_another_one(county: County) -> None:
    row = {"code": "M1", "contact": "111"}
    before = looked_at(sheet_of("members", row)).digest()
    assert looked_at(sheet_of("members", row)).digest() == before
    Member.objects.filter(code="M1").update(contact="999")
    assert looked_at(sheet_of("members", row)).digest() != before


def test_a_change_says_of_which_target_it_speaks(county: County) -> None:
    row = {"year": 2026, "quarter": 3, "indicator": "visits", "member": "M1", "value": 15}
    Period.objects.update(opens_on=date(2099, 1, 1), due_on=date(2099, 1, 2), closes_on=date(2099, 1, 3))
    (change,) = looked_at(sheet_of("targets", row)).changes()
    assert change["record"] == "李一 visits 2026 Q3"


def test_a_code_of_another_township_is_not_suggested(county: County) -> None:
    row = {"team": "13099910220101", "number": "009", "head": "赵老汉"}
    said = sentences(looked_at(sheet_of("households", row)))
    assert any("There is none with this code" in each for each in said) and not any("Is it" in each for each in said)
    near = sentences(looked_at(sheet_of("households", row | {"team": "13099910120103"})))
    assert any("Is it “13099910120101”?" in each or "Is it “13099910120102”?" in each for each in near)


def test_a_township_with_two_names_in_the_list_of_villages_is_named(county: County) -> None:
    rows = [["village_code", "village_committee", "township_code", "township"],
            ["130999101202", "王村村民委员会", "130999101", "西镇"]]  # fmt: skip
    plan = looked_at(xlsx(villages=rows))
    assert not sentences(plan)
    assert any("Township 130999101 is called 东镇." in said for said in sentences(plan, "look"))


def test_a_township_that_comes_with_two_names_is_named(county: County) -> None:
    rows = [["village_code", "village_committee", "township_code", "township"],
            ["130999103201", "甲村村民委员会", "130999103", "丙镇"],
            ["130999103202", "乙村村民委员会", "130999103", "丁镇"]]  # fmt: skip
    plan = looked_at(xlsx(villages=rows))
    assert not sentences(plan)
    (said,) = [each for each in sentences(plan, "look") if "is called" in each]
    assert said == "villages D3: Township 130999103 is called 丙镇. The name in this row is not taken."


def test_a_merger_with_one_unknown_unit_is_refused_by_its_row(county: County) -> None:
    rows = [
        {"kind": "merge", "unit": unit, "into": "A1", "on": date(2026, 7, 1), "document": "甲"} for unit in ("A2", "A9")
    ]
    said = sentences(looked_at(sheet_of("place_changes", *rows)))
    assert said and all("B3" in each for each in said)
