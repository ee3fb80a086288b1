"""The pages of one sheet: what stands on them in which state, and what the buttons answer."""

from __future__ import annotations

from typing import Any

import pytest

from assessments import workflow
from tests.assessments import sheet_world as world
from tests.assessments.pages import areas, inputs, raw, words
from tests.assessments.sheet_world import cell, client, entry, fresh, line, save, url, whole_form


def page_of(user: Any, sheet: Any, language: str = "en") -> Any:
    return client(user, language).get(url("sheet_detail", sheet.pk))


def test_a_sheet_not_begun_offers_to_begin_to_those_who_fill_it_in(w: Any) -> None:
    assert "Start filling in" in words(page_of(w.leader, w.sheet))
    assert "5 members stand on this sheet." in words(page_of(w.secretary, w.sheet))
    above = words(page_of(w.staff, w.sheet))
    assert "Start filling in" not in above
    assert "The branch is still filling in this sheet. Its figures can be seen once it is submitted." in above


def test_beginning_leads_to_the_grid_and_again_for_who_was_a_moment_later(w: Any) -> None:
    for who in (w.leader, w.leader, w.secretary):
        page = client(who).post(url("sheet_begin", w.sheet.pk), follow=True)
        assert page.status_code == 200 and cell(w, w.plain, "visits") in inputs(page)
    assert w.sheet.lines.count() == 5


def test_each_person_can_type_into_the_lines_of_the_own_hand_and_no_others(w: Any) -> None:
    def inputs(user: Any, sheet: Any) -> set[str]:
        shown = page_of(user, sheet).context["shown"]
        return {row.line.name for row in shown.rows if row.kind == "edit"}

    sheet = world.filled(w)
    assert inputs(w.secretary, sheet) == {"高文明", "庞立新", "单玉梅"}
    assert inputs(w.leader, sheet) == {"庞立新", "单玉梅"}
    workflow.submit(sheet, by=w.secretary, seen_version=sheet.version)
    assert inputs(w.secretary, sheet) == inputs(w.leader, sheet) == set()
    assert inputs(w.staff, sheet) == {"庞洪亮"}
    assert inputs(w.officer, sheet) == set()


def test_a_line_without_cells_says_why(w: Any) -> None:
    world.filled(w)
    said = words(page_of(w.leader, w.sheet))
    assert "Exempt from assessment until 2026-12-31. Nothing to fill in, no points, in no average." in said
    assert "The secretary's own line is filled in and scored by Jin Town." in said
    assert "This is your own line. It is filled in one level above you." in said


def test_before_submitting_the_page_says_what_is_missing_and_what_was_said(w: Any) -> None:
    sheet = world.filled(w)
    save(sheet, {cell(w, w.plain, "visits"): ""}, by=w.leader)
    page = page_of(w.secretary, sheet)
    assert "1 cell is empty" in words(page) and page.context["check"].blocking_count == 1
    assert "Jin Town fills it in after submission. It does not keep you from submitting." in words(page)
    save(sheet, {cell(w, w.plain, "visits"): "12"}, by=w.leader)
    assert "Ready to submit" in words(page_of(w.secretary, sheet))


def test_submitting_answers_with_whom_it_waits_for(w: Any) -> None:
    sheet = world.filled(w)
    browser = client(w.secretary)
    for _click in range(2):
        page = browser.post(url("sheet_submit", sheet.pk), {"version": sheet.version}, follow=True)
        assert "Area 1 is submitted. It waits for Jin Town." in words(page)
    assert sheet.moves.filter(verb="submit").count() == 1


def test_submitting_with_empty_cells_is_not_done_and_says_how_many(w: Any) -> None:
    sheet = world.begun(w)
    page = client(w.secretary).post(url("sheet_submit", sheet.pk), {"version": sheet.version})
    assert page.status_code == 409 and "Not submitted: 11 cells are still empty." in words(page)
    chinese = client(w.secretary, "zh-hans").post(url("sheet_submit", sheet.pk), {"version": sheet.version})
    assert "11 格" in words(chinese) and "没有上报" in words(chinese)


@pytest.mark.parametrize("version", ["", "x", "-1", "{}.0", "{} ", "９", "9" * 40])
def test_a_version_that_is_no_number_counts_as_an_old_page(w: Any, version: str) -> None:
    sheet = world.filled(w)
    type(sheet).objects.filter(pk=sheet.pk).update(version=9)
    version = version.format(9)
    page = client(w.secretary).post(url("sheet_submit", sheet.pk), {"version": version})
    assert page.status_code == 409 and "Look at it again before you go on." in words(page)
    assert fresh(sheet).state == "draft"


def test_taking_back_is_told_and_can_be_done_again(w: Any) -> None:
    sheet = world.submitted(w)
    browser = client(w.secretary)
    page = browser.post(url("sheet_take_back", sheet.pk), {"version": sheet.version}, follow=True)
    assert "Area 1 is taken back. Submit it again when it is right." in words(page)


def test_the_back_button_after_a_return_moves_nothing_and_keeps_the_reason_that_was_typed(w: Any) -> None:
    sheet = world.scored(w)
    client(w.staff).post(url("sheet_return", sheet.pk), {"version": sheet.version, "reason": "走访对不上"})
    data = {"version": sheet.version, "reason": "我写的另一条原因"}
    page = client(w.staff_b).post(url("sheet_return", sheet.pk), data)
    assert page.status_code == 409
    assert "我写的另一条原因" in areas(page) and "This sheet is “Returned” now." in words(page)
    old = client(w.staff).post(url("sheet_confirm", sheet.pk), {"version": sheet.version})
    assert old.status_code == 409 and fresh(sheet).state == "returned"
    assert sheet.moves.filter(verb="return").get().reason == "走访对不上"


def test_the_branch_reads_the_reason_word_for_word_and_what_changed_since(w: Any, on: Any) -> None:
    sheet = world.returned(w, "走访对不上，<请>核对")
    on("2026-07-04")
    save(sheet, {cell(w, w.plain, "visits"): "10"}, by=w.leader)
    page = page_of(w.secretary, sheet)
    assert "走访对不上，<请>核对" in words(page) and "staff, Township staff, Jin Town" in words(page)
    assert "Pang Lixin · visits 12 → 10" in words(page)


@pytest.mark.parametrize(
    ("name", "who", "made"),
    [
        ("sheet_submit", "secretary", world.filled),
        ("sheet_take_back", "secretary", world.scored),
        ("sheet_return", "staff_b", world.scored),
        ("sheet_confirm", "staff_b", world.scored),
        ("sheet_reopen", "officer", world.confirmed),
    ],
)
def test_an_old_page_moves_nothing_and_leads_to_the_sheet_as_it_is_now(w: Any, name: str, who: str, made: Any) -> None:
    sheet = fresh(made(w))
    data = {"version": sheet.version - 1, "reason": "写好的原因", "until": "2026-07-31"}
    page = client(getattr(w, who)).post(url(name, sheet.pk), data)
    assert page.status_code == 409
    assert "Look at it again before you go on." in words(page)
    assert f'href="{url("sheet_detail", sheet.pk)}"' in raw(page)
    assert ("写好的原因" in areas(page)) is (name in {"sheet_return", "sheet_reopen"})
    assert (fresh(sheet).version, fresh(sheet).state) == (sheet.version, sheet.state)


@pytest.mark.parametrize("reason", ["长" * 601, "a\x00b", "  "])
def test_a_reason_that_is_refused_comes_back(w: Any, reason: str) -> None:
    sheet = world.scored(w)
    page = client(w.staff).post(url("sheet_return", sheet.pk), {"version": sheet.version, "reason": reason})
    assert page.status_code == 409 and fresh(sheet).state == "submitted"
    assert reason.strip() == "" or reason in areas(page)


@pytest.mark.parametrize("until", ["", "soon", "2026-02-30", "２０２６-07-31", "31.7.2026", "99999-01-01"])
def test_reopening_needs_a_day_and_keeps_the_reason(w: Any, until: str) -> None:
    sheet = world.confirmed(w)
    data = {"version": sheet.version, "reason": "漏了一户", "until": until}
    page = client(w.officer).post(url("sheet_reopen", sheet.pk), data)
    assert page.status_code == 409 and fresh(sheet).state == "confirmed"
    assert "Not reopened: choose the last day of entry." in words(page) and "漏了一户" in areas(page)


def test_reopening_through_the_page(w: Any) -> None:
    sheet = world.confirmed(w)
    data = {"version": sheet.version, "reason": "漏了一户", "until": "2026-07-31"}
    page = client(w.officer).post(url("sheet_reopen", sheet.pk), data, follow=True)
    assert "is open again." in words(page) and fresh(sheet).state == "reopened"
    assert cell(w, w.plain, "visits") in inputs(page_of(w.leader, sheet))


def test_the_county_looks_at_a_draft_no_closer_than_its_state(w: Any) -> None:
    sheet = world.filled(w)
    for who in (w.officer, w.staff, w.auditor):
        page = page_of(who, sheet)
        assert "shown" not in page.context and "Pang Lixin" not in raw(page)


def test_a_line_leads_on_to_the_next_one_of_the_same_hand(w: Any) -> None:
    sheet = world.begun(w)
    browser, first, second = client(w.secretary), line(sheet, w.head), line(sheet, w.plain)
    page = browser.get(url("sheet_line", sheet.pk, first.pk))
    assert "Next: Pang Lixin" in words(page) and "1 of 3" in words(page)
    form = whole_form(page, **{cell(w, w.head, "visits"): "9", "go": str(second.pk)})
    assert browser.post(url("sheet_line", sheet.pk, first.pk), form)["Location"] == url(
        "sheet_line", sheet.pk, second.pk
    )
    assert entry(w, w.head, "visits").actual == 9
    world.begun(w, w.sheet2)
    for go in ("check", "", "x", "9" * 30, str(line(w.sheet2, w.other).pk), "//example.org"):
        answer = browser.post(url("sheet_line", sheet.pk, first.pk), {"go": go, "seen": "{}"})
        assert answer["Location"] == url("sheet_detail", sheet.pk)


def test_the_tabs_are_the_branchs_areas_as_far_as_one_sees_them(w: Any) -> None:
    tabs = page_of(w.secretary, w.sheet).context["tabs"]
    assert [tab.pk for tab in tabs] == [w.sheet.pk, w.sheet2.pk]
    assert [tab.pk for tab in page_of(w.leader, w.sheet).context["tabs"]] == [w.sheet.pk]


def test_a_sheet_is_late_by_its_first_submission(w: Any, on: Any) -> None:
    sheet = world.filled(w)
    on("2026-07-11")
    assert "Overdue" in words(page_of(w.secretary, sheet))
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=sheet.version)
    assert "Submitted late" in words(page_of(w.secretary, sheet))
    other = world.submitted(w, w.sheet2)
    type(other).objects.filter(pk=other.pk).update(first_submitted_at="2026-07-10T23:59:00+08:00")
    assert "Submitted late" not in raw(page_of(w.secretary, other))


def test_the_page_is_chinese_for_who_reads_chinese(w: Any) -> None:
    page = raw(page_of(w.secretary, world.filled(w), "zh-hans"))
    assert "庞立新" in page and "可以上报" in page and "Pang Lixin" not in page and "Area 1" not in page


def test_the_script_is_answered_with_everything_that_moved(w: Any) -> None:
    world.begun(w)
    visits = cell(w, w.plain, "visits")
    answer = w.script(w.leader, {visits: "9"}, {visits: ""}).json()
    assert answer["cells"][visits] == {
        "value": "9",
        "says": "9 of 12 visits = 75 % × 30 points = 22.50 points",
        "points": "22.50",
        "is_empty": False,
    }
    row = str(line(w.sheet, w.plain).pk)
    assert answer["lines"] == {row: {"points": "22.50", "note": "not full", "filled": 1, "needed": 4}}
    assert answer["columns"][str(w.items["visits"].pk)] == {"actual": "9", "target": "48"}  # four lines of 12
    assert (answer["version"], answer["filled"], answer["needed"], answer["empty"]) == (2, 1, 11, 10)
    assert (answer["saved_at"], answer["mean"]) == ("09:00", "—")
