"""What an address cannot reach: lines and items of other sheets, numbers nobody has, steps that are not one's own.

Who may open which address is the table of tests/test_permissions.py; here are the sentences, and what forged ids meet.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.assessments import sheet_world as world
from tests.assessments.pages import raw, words
from tests.assessments.sheet_world import SCRIPT, cell, client, entry, fresh, line, url

STEPS = (
    "sheet_begin",
    "sheet_save",
    "sheet_submit",
    "sheet_take_back",
    "sheet_return",
    "sheet_confirm",
    "sheet_reopen",
)
REFUSED = [
    ("sheet_begin", "staff", "Only the branch secretary and the leader of this area fill in this sheet."),
    ("sheet_save", "staff", "Only the branch secretary and the leader of this area fill in this sheet."),
    ("sheet_summary", "staff", "Only the branch secretary and the leader of this area fill in this sheet."),
    ("sheet_submit", "leader", "Only the branch secretary submits. Tell the secretary when the sheet is full."),
    ("sheet_take_back", "leader", "Only the branch secretary takes a sheet back."),
    ("sheet_return", "secretary", "Only the staff of Jin Town return and confirm."),
    ("sheet_confirm", "officer", "Only the staff of Jin Town return and confirm."),
    ("sheet_reopen", "staff", "Only the county reopens a confirmed sheet."),
]


def data_for(w: Any, name: str, sheet: Any) -> dict[str, Any]:
    data = {"version": sheet.version, "reason": "请看", "until": "2026-07-31", "summary": "x", "seen": ""}
    return data | ({cell(w, w.plain, "visits"): "345"} if name == "sheet_save" else {})


@pytest.mark.parametrize(("name", "who", "sentence"), REFUSED)
def test_inside_the_own_subtree_a_step_of_others_is_refused_with_its_reason(
    w: Any, name: str, who: str, sentence: str
) -> None:
    sheet = world.submitted(w)
    answer = client(getattr(w, who)).post(url(name, sheet.pk), data_for(w, name, sheet))
    assert answer.status_code == 403 and sentence in words(answer)
    assert fresh(sheet).version == sheet.version


@pytest.mark.parametrize("who", ["far_secretary", "far_staff", "stranger", "leader2", "member_user", "clerk", "keeper"])
@pytest.mark.parametrize("name", STEPS)
def test_a_sheet_outside_it_is_not_found_and_not_moved(w: Any, name: str, who: str) -> None:
    sheet = world.submitted(w)
    answer = client(getattr(w, who)).post(url(name, sheet.pk), data_for(w, name, sheet))
    assert answer.status_code == 404 and "Pangcun" not in raw(answer).replace("Party member, Pangcun Branch", "")
    assert fresh(sheet).version == sheet.version


@pytest.mark.parametrize("number", [0, 999_999, 10**18, 10**30])
def test_a_number_that_no_sheet_has_is_not_found(w: Any, number: int) -> None:
    browser = client(w.secretary)
    for name, more in (("sheet_detail", []), ("sheet_line", [1]), ("sheet_cell", [1, 1]), ("sheet_summary", [])):
        assert browser.get(url(name, number, *more)).status_code == 404
    sheet = world.begun(w)
    row = line(sheet, w.plain)
    assert browser.get(url("sheet_line", sheet.pk, number)).status_code == 404
    assert browser.get(url("sheet_cell", sheet.pk, row.pk, number)).status_code == 404


@pytest.mark.parametrize("name", STEPS)
def test_a_link_never_changes_anything(w: Any, name: str) -> None:
    sheet = world.submitted(w)
    assert client(w.secretary).get(url(name, sheet.pk)).status_code == 405
    assert fresh(sheet).version == sheet.version


def test_a_line_of_another_sheet_is_not_found_under_this_one(w: Any) -> None:
    sheet = world.submitted(w)
    other = line(world.begun(w, w.sheet2), w.other)
    for name, more in (("sheet_line", [other.pk]), ("sheet_cell", [other.pk, w.items["visits"].pk])):
        assert client(w.secretary).get(url(name, sheet.pk, *more)).status_code == 404
        assert client(w.secretary).get(url(name, w.sheet2.pk, *more)).status_code == 200


@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_a_posted_cell_of_another_sheet_is_not_found_and_nothing_is_saved(w: Any, headers: dict[str, str]) -> None:
    """Neither of another area of the own branch, nor of another branch."""
    sheet = world.begun(w)
    world.begun(w, w.sheet2)
    w.far.line = world.workflow.begin(w.far.sheet, by=w.far_secretary).lines.get()
    visits = cell(w, w.plain, "visits")
    for foreign in (cell(w, w.other, "visits", w.sheet2), f"c-{w.far.line.pk}-{w.items['visits'].pk}"):
        typed = {visits: "9", foreign: "9", "seen": "{}"}
        assert client(w.secretary).post(url("sheet_save", sheet.pk), typed, headers=headers).status_code == 404
        assert client(w.secretary).post(url("sheet_line", sheet.pk, line(sheet, w.plain).pk), typed).status_code == 404
    assert entry(w, w.plain, "visits").actual is None
    assert entry(w, w.other, "visits", w.sheet2).actual is None
    assert not w.far.line.entries.filter(actual__isnull=False).exists()
    assert fresh(sheet).version == 1


def test_an_item_of_another_plan_is_not_found_and_nothing_is_saved(w: Any) -> None:
    sheet = world.begun(w)
    row, foreign = line(sheet, w.plain), world.plan_of(w, 2026, 2).items.first()
    typed = {cell(w, w.plain, "visits"): "9", f"c-{row.pk}-{foreign.pk}": "9"}
    assert client(w.secretary).post(url("sheet_save", sheet.pk), typed).status_code == 404
    assert client(w.secretary).get(url("sheet_cell", sheet.pk, row.pk, foreign.pk)).status_code == 404
    assert entry(w, w.plain, "visits").actual is None and row.entries.count() == 4


def test_the_own_line_is_refused_with_the_reason_before_the_first_submission(w: Any) -> None:
    row = line(world.filled(w), w.plain)
    page = client(w.member_user).get(url("sheet_line", w.sheet.pk, row.pk))
    assert page.status_code == 403
    assert "Your figures can be seen once the branch has submitted the sheet." in words(page)
    chinese = client(w.member_user, "zh-hans").get(url("sheet_line", w.sheet.pk, row.pk))
    assert "支部上报以后，您就能看到自己的分数。" in words(chinese)


def test_the_member_reads_the_own_line_after_it_and_nobody_elses(w: Any) -> None:
    sheet = world.submitted(w)
    browser = client(w.member_user)
    page = browser.get(url("sheet_line", sheet.pk, line(sheet, w.plain).pk))
    assert page.status_code == 200 and "98.00" in words(page) and "Not final yet." in words(page)
    assert "12 of 12 visits = full marks, 30 points" in words(page)
    for other in (w.head, w.part, w.out, w.boss):
        assert other.name_latin not in raw(page)
        assert browser.get(url("sheet_line", sheet.pk, line(sheet, other).pk)).status_code == 404


def test_the_leader_types_nothing_into_the_own_line_and_is_told_why(w: Any) -> None:
    sheet = world.begun(w)
    visits, own = cell(w, w.plain, "visits"), cell(w, w.head, "visits")
    page = client(w.leader).post(url("sheet_save", sheet.pk), {visits: "9", own: "99", "seen": "{}"})
    assert page.status_code == 403
    assert "This is your own line. It is filled in one level above you." in words(page)
    assert w.script(w.leader, {own: "99"}).json() == {
        "error": "refused",
        "message": "This is your own line. It is filled in one level above you.",
    }
    assert entry(w, w.head, "visits").actual is None and entry(w, w.plain, "visits").actual is None


def test_a_member_types_nothing_into_the_own_line(w: Any) -> None:
    sheet = world.submitted(w)
    row, visits = line(sheet, w.plain), cell(w, w.plain, "visits")
    assert client(w.member_user).post(url("sheet_line", sheet.pk, row.pk), {visits: "99"}).status_code == 403
    answer = client(w.member_user).post(url("sheet_line", sheet.pk, row.pk), {visits: "99"}, headers=SCRIPT)
    assert answer.status_code == 403 and answer.json()["error"] == "refused"
    assert entry(w, w.plain, "visits").actual == 12
