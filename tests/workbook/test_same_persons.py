"""Rows and persons that are alike: who is who is never settled by the order of codes alone."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from jinxian.lib.id_numbers import make_id_number
from members.models import Member
from service_areas.models import County
from tests.workbook.books import ON, brought_in, looked_at, only_sentence, sentences, sheet_of, xlsx
from tests.workbook.test_round_trip import whole_county
from workbook.planning import Plan, make_plan
from workbook.reading import read_files

pytestmark = pytest.mark.django_db
BORN = date(1990, 1, 1)
PERSON = {"name": "王五", "sex": "男", "birth_date": BORN, "branch": "B1", "group": "G1", "area": "A1"}
NUMBERS = [make_id_number("130101", BORN, order, "m") for order in (1, 2)]


@pytest.fixture(autouse=True)
def county() -> County:
    brought_in(whole_county())
    return County.objects.get()


def decided(data: bytes, decisions: dict[tuple[str, int, str], str]) -> Plan:
    read = read_files([("a.xlsx", data)], tell=lambda share: None)
    plan = partial(make_plan, county=County.objects.get(), effective_on=ON, by=None, tell=lambda share: None)
    return plan(read, decisions=decisions)


def two_alike(**more: Any) -> None:
    brought_in(sheet_of("members", *[PERSON | {"code": code} | more for code in ("B1-007", "B1-008")]))


def test_rows_of_another_branch_do_not_hinder_the_pairing() -> None:
    brought_in(
        xlsx(
            branches=[["code", "name", "township"], ["B2", "周乡党支部", "130999102"]],
            groups=[["code", "name", "branch"], ["G21", "机关党小组", "B2"]],
        )
    )
    two_alike()
    brought_in(
        sheet_of("members", PERSON | {"code": "B2-001", "branch": "B2", "group": "G21", "area": None}),
        duplicates="other",
    )
    rows = [PERSON, PERSON | {"branch": "周乡党支部", "group": "G21", "area": None}, PERSON | {"branch": "李村党支部"}]
    again = looked_at(sheet_of("members", *rows))
    assert not sentences(again) and again.counts()["members"]["same"] == 3


def test_the_id_number_goes_before_the_order() -> None:
    brought_in(
        sheet_of(
            "members",
            *[
                PERSON | {"code": code, "id_number": number}
                for code, number in zip(("B1-007", "B1-008"), NUMBERS, strict=True)
            ],
        )
    )
    rows = [PERSON | {"id_number": number, "contact": number[-3:]} for number in reversed(NUMBERS)]
    brought_in(sheet_of("members", *rows))
    for code, number in zip(("B1-007", "B1-008"), NUMBERS, strict=True):
        assert Member.objects.get(code=code).contact == number[-3:]


def test_whom_another_row_names_by_code_or_number_is_not_paired() -> None:
    two_alike()
    brought_in(sheet_of("members", {"code": "B1-007", "branch": "B1", "id_number": NUMBERS[0]}))
    for told in ({"code": "B1-007"}, {"id_number": NUMBERS[0]}):
        rows = [PERSON | {"contact": "8"}, PERSON | told | {"contact": "7"}]
        plan = looked_at(sheet_of("members", *rows))
        assert not sentences(plan)
        assert sorted(row.key for row in plan.sheets["members"].changed) == ["B1-007", "B1-008"]
        assert {row.key: plan.sheets["members"].value(row, "contact") for row in plan.sheets["members"].changed} == {
            "B1-007": "7",
            "B1-008": "8",
        }


def test_another_id_number_is_asked_about() -> None:
    brought_in(sheet_of("members", PERSON | {"code": "B1-007", "id_number": NUMBERS[0]}))
    other = sheet_of("members", PERSON | {"id_number": NUMBERS[1]})
    assert "Perhaps the same person as 王五, B1-007" in only_sentence(looked_at(other))
    assert [row.key for row in decided(other, {("members", 2, "B1-007"): "other"}).sheets["members"].added] == [
        "B1-008"
    ]


def test_who_is_not_the_first_is_asked_about_the_next() -> None:
    two_alike()
    data = sheet_of("members", PERSON | {"contact": "138"})
    no = {("members", 2, "B1-007"): "other"}
    first = decided(data, no)
    assert first.is_blocked and [each.candidate["code"] for each in first.findings if each.kind == "decide"] == [
        "B1-007",
        "B1-008",
    ]
    second = decided(data, no | {("members", 2, "B1-008"): "same"})
    assert not second.is_blocked and [row.key for row in second.sheets["members"].changed] == ["B1-008"]
    nobody = decided(data, no | {("members", 2, "B1-008"): "other"})
    assert not nobody.is_blocked and [row.key for row in nobody.sheets["members"].added] == ["B1-009"]


def test_a_code_on_one_row_and_an_id_number_on_the_other_tell_two_people_apart() -> None:
    rows = [PERSON | {"code": "B1-007"}, PERSON | {"id_number": NUMBERS[0]}]
    plan = looked_at(sheet_of("members", *rows))
    assert not sentences(plan)
    assert any("Row 2 has the same name" in each for each in sentences(plan, "look"))
    assert "delete a row" in only_sentence(looked_at(sheet_of("members", rows[0], PERSON)))
