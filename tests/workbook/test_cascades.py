"""One wrong row is named once: what refers to it says so, or says nothing, and nothing far away is suggested."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import pytest

from tests.workbook.books import brought_in, looked_at, only_sentence, sentences, sheet_of, xlsx
from tests.workbook.test_round_trip import whole_county
from workbook.findings import Finding, in_words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county() -> None:
    brought_in(whole_county())


def test_a_code_that_is_wrong_in_its_own_row_is_mended_there() -> None:
    said = sentences(
        looked_at(
            xlsx(
                teams=[["code", "name", "village"], ["130999101201 03", "三队", "130999101201"]],
                households=[
                    ["team", "number", "head"],
                    ["130999101201 03", "001", "王老汉"],
                    ["三队", "002", "赵老汉"],
                ],
            )
        )
    )
    wrong = "Row 2 of “Production teams” has this code or name and is wrong itself: mend it first."
    assert said == [
        "teams A2: A code has no spaces. Take them out.",
        f"households A2: {wrong}",
        f"households A3: {wrong}",
    ]


@pytest.mark.parametrize(
    ("sheet", "row", "cell"),
    [("posts", {"member": "M1", "kind": "leader", "unit": "三区"}, "C2"),
     ("appointments", {"username": "new", "name": "新", "role": "leader", "place": "三区"}, "D2"),
     ("place_changes", {"kind": "rename", "unit": "三区", "into": "新区", "on": "2026-06-01", "document": "甲"}, "B2")],
)  # fmt: skip
def test_whoever_names_a_unit_that_is_wrong_itself_is_led_to_its_row(
    sheet: str, row: dict[str, Any], cell: str
) -> None:
    areas = [["code", "name", "branch", "group"], ["A 3", "三区", "B1", "G1"]]
    said = sentences(looked_at(xlsx(areas=areas, **{sheet: [list(row), list(row.values())]})))
    assert f"{sheet} {cell}: Row 2 of “Service areas” has this code or name and is wrong itself: mend it first." in said


def test_an_item_of_the_plan_that_is_wrong_itself_is_mended_first() -> None:
    items = [["year", "indicator", "name", "points", "unit", "function"], [2027, "a b", "新", 100, "件", "服务"]]
    targets = [["year", "quarter", "indicator", "member", "value"], [2026, 3, "新", "M1", 3]]
    said = sentences(looked_at(xlsx(plan_items=items, targets=targets)))
    assert any(each.startswith("targets C2: Row 2 of “Plan items” has this code") for each in said)


def test_two_of_a_name_whose_codes_are_wrong_are_mended_first() -> None:
    plan = looked_at(
        xlsx(
            members=[["code", "name", "sex", "branch"], ["a b", "王五", "男", "B1"], ["c d", "王五", "男", "B1"]],
            posts=[["member", "kind", "unit"], ["王五", "deputy", "B1"]],
        )
    )
    assert sentences(plan)[-1].startswith("posts A2: Row 2 of “Members” has this code or name")


def test_what_hangs_on_a_wrong_village_is_not_wrong_itself() -> None:
    plan = looked_at(
        xlsx(
            villages=[["code", "committee", "township_code"], ["130999101202", "王村村委会", "130999109"]],
            teams=[["code", "name", "village"], ["13099910120201", "一队", "130999101202"]],
            branches=[["code", "name", "township", "village"], ["B2", "王村党支部", "130999101", "130999101202"]],
            groups=[["code", "name", "branch"], ["G21", "第一党小组", "B2"]],
            areas=[["code", "name", "branch", "group", "teams"], ["A21", "第一服务区", "B2", "G21", "13099910120201"]],
            households=[["team", "number", "head"], ["13099910120201", "001", "王老汉"]],
        )
    )
    assert only_sentence(plan).startswith("villages C2: ")


def test_a_code_under_the_heading_of_the_name_makes_no_township() -> None:
    rows = [["code", "committee", "township"], ["130999101202", "王村村委会", "130999109"]]
    assert "There is none with this code" in only_sentence(looked_at(xlsx(villages=rows)))


def test_what_hangs_on_a_wrong_branch_is_not_wrong_itself() -> None:
    plan = looked_at(
        xlsx(
            groups=[["code", "name", "branch"], ["G3", "第三党小组", "B9"]],
            areas=[["code", "name", "branch", "group", "teams"], ["A3", "第三服务区", "B1", "G3", None]],
            members=[["code", "name", "sex", "branch", "group", "area"], ["M7", "李七", "男", "B1", "G3", "A3"],
                     ["M8", "李八", "男", "B9", None, None]],
            posts=[["member", "kind", "unit"], ["M7", "group_leader", "G3"], ["M8", "deputy", "B1"]],
            links=[["member", "team", "number"], ["M8", "13099910120102", "001"]],
        )
    )  # fmt: skip
    assert [each.split(":")[0] for each in sentences(plan)] == ["groups C2", "members D3"]


def test_a_team_of_a_village_that_is_not_there_is_not_asked_for_the_village() -> None:
    said = only_sentence(
        looked_at(sheet_of("teams", {"code": "13099910129901", "name": "队", "village": "130999101299"}))
    )
    assert said.startswith("teams C2: There is none with this code")


def test_households_of_an_area_that_is_wrong_are_not_asked_for_a_branch() -> None:
    plan = looked_at(
        xlsx(
            teams=[["code", "name", "village"], ["13099910120103", "三队", "130999101201"]],
            areas=[["code", "name", "branch", "group", "teams"], ["A 3", "第三服务区", "B1", "G1", "13099910120103"]],
            households=[["team", "number", "head"], ["13099910120103", "001", "王老汉"]],
        )
    )
    assert only_sentence(plan).startswith("areas A2: ")


def test_only_what_lies_in_the_branch_that_the_row_tells_is_suggested() -> None:
    brought_in(
        xlsx(
            branches=[["code", "name", "township"], ["B2", "周乡党支部", "130999102"]],
            groups=[["code", "name", "branch"], ["G21", "机关党小组", "B2"]],
        )
    )
    row = {"name": "王五", "sex": "男", "group": "机关党小组组"}
    (near,) = sentences(looked_at(sheet_of("members", {**row, "branch": "B2"})))
    assert near.endswith("Is it “机关党小组”?")
    (far,) = sentences(looked_at(sheet_of("members", {**row, "branch": "B1"})))
    assert "机关党小组”?" not in far


def test_of_many_names_only_those_that_are_like_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def matches(text: str, near: list[str], **given: Any) -> list[str]:
        compared.append(len(near))
        return get_close_matches(text, near, **given)

    monkeypatch.setattr("workbook.references.get_close_matches", matches)
    names = [f"{chr(0x4E00 + place)}村{chr(0x5E00 + place)}" for place in range(2000)]
    groups = [["code", "name", "branch"], *[[f"N{place}", name, "B1"] for place, name in enumerate(names)]]
    members = [["name", "sex", "branch", "group"], ["王五", "男", "B1", f"{names[7][:2]}某"]]
    (said,) = sentences(looked_at(xlsx(groups=groups, members=members)))
    assert said.endswith(f"Is it “{names[7]}”?") and compared == [1]


@pytest.mark.parametrize(
    "text", ["columns:x", "columns:members", "columns:members:nothing", "sheet:x", "columns:a:b:c"]
)
def test_a_cell_that_looks_like_a_name_of_ours_ends_no_page(text: str) -> None:
    said = in_words(Finding("error", "members", 2, "name", "B2", text, "“%(text)s”: write yes or no.", {"text": text}))
    assert said.endswith(": write yes or no.")
