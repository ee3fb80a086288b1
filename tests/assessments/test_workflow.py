"""The moves of a sheet when everything is right: state, version, dates, totals, and the entry in its history."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone, translation

from assessments import remarks, totals, workflow
from assessments.models import ItemTotal, Sheet, SheetMove
from members.models import Exemption
from tests.assessments import sheet_world as world
from tests.assessments.pages import words
from tests.assessments.sheet_world import fresh
from tests.jinxian import admin_world as base


def last(sheet: Sheet) -> SheetMove:
    return sheet.moves.order_by("pk").last()


def counted(w: Any) -> int | None:
    """Visits that the branch's total counts."""
    assert totals.differences(w.period) == []
    row = ItemTotal.objects.filter(level="branch", unit_id=w.branch.pk, item=w.items["visits"]).first()
    return row and int(row.actual)


def test_beginning_makes_a_draft(w: Any) -> None:
    sheet = workflow.begin(w.sheet, by=w.leader)
    assert (fresh(sheet).state, fresh(sheet).version, fresh(sheet).is_counted) == ("draft", 1, False)
    move = last(sheet)
    assert (move.verb, move.from_state, move.to_state, move.by) == ("begin", "not_started", "draft", w.leader)
    assert counted(w) is None


def test_submitting_puts_the_sheet_into_the_totals(w: Any) -> None:
    sheet = world.filled(w)
    workflow.submit(sheet, by=w.secretary, seen_version=sheet.version)
    stored = fresh(sheet)
    assert (stored.state, stored.is_counted, stored.submitted_by) == ("submitted", True, w.secretary)
    assert stored.submitted_at == stored.first_submitted_at and timezone.localdate(stored.submitted_at) == date(
        2026, 7, 3
    )
    assert stored.version == sheet.version == last(sheet).seen_version + 1
    assert counted(w) == 36


def test_the_history_keeps_who_in_which_post_and_when(w: Any) -> None:
    sheet = world.submitted(w)
    move = last(sheet)
    assert (move.by, move.by_name, move.by_name_latin) == (w.secretary, "庞洪亮", "Pang Hongliang")
    assert move.signature == "Pang Hongliang, Branch secretary, Pangcun Branch" and move.at == fresh(sheet).changed_at
    type(w.secretary).objects.filter(pk=w.secretary.pk).update(name="改名", name_latin="")
    w.secretary.appointments.update(ended_on=date(2026, 7, 3))
    assert last(sheet).signature == "Pang Hongliang, Branch secretary, Pangcun Branch"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_history_reads_in_both_languages_whichever_page_it_was_made_on(w: Any, language: str) -> None:
    sheet = world.filled(w)
    world.client(w.secretary, language).post(world.url("sheet_submit", sheet.pk), {"version": sheet.version})
    with translation.override("zh-hans"):
        assert last(sheet).signature == "支部01 党支部书记 庞洪亮"
    with translation.override("en"):
        assert last(sheet).signature == "Pang Hongliang, Branch secretary, Pangcun Branch"


def test_submitting_in_chinese_is_answered_in_chinese(w: Any) -> None:
    sheet = world.filled(w)
    browser = world.client(w.secretary, "zh-hans")
    page = browser.post(world.url("sheet_submit", sheet.pk), {"version": sheet.version}, follow=True)
    assert "1区已上报，等晋镇审核。" in words(page)


def test_taking_back_leaves_the_totals(w: Any) -> None:
    sheet = world.submitted(w)
    workflow.take_back(sheet, by=w.secretary, seen_version=sheet.version)
    stored = fresh(sheet)
    assert (stored.state, stored.is_counted) == ("draft", False)
    assert (last(sheet).verb, last(sheet).from_state) == ("take_back", "submitted")
    assert counted(w) is None


def test_returning_leaves_the_totals_and_keeps_the_reason_word_for_word(w: Any) -> None:
    sheet = world.scored(w)
    assert counted(w) == 48
    workflow.return_sheet(sheet, by=w.staff, seen_version=sheet.version, reason="  修路请按人分开填。\n谢谢 ")
    stored = fresh(sheet)
    assert (stored.state, stored.is_counted) == ("returned", False)
    assert stored.returned_at is not None and stored.first_submitted_at is not None
    assert (last(sheet).reason, last(sheet).signature) == (
        "修路请按人分开填。\n谢谢",
        "staff, Township staff, Jin Town",
    )
    assert counted(w) is None


def test_a_second_submission_keeps_the_day_of_the_first(w: Any, on: Any) -> None:
    sheet = world.returned(w)
    on("2026-07-12")
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=sheet.version)
    stored = fresh(sheet)
    assert timezone.localdate(stored.first_submitted_at) == date(2026, 7, 3)
    assert timezone.localdate(stored.submitted_at) == date(2026, 7, 12)
    assert counted(w) == 48


def test_confirming_keeps_the_sheet_in_the_totals(w: Any) -> None:
    sheet = world.scored(w)
    workflow.confirm(sheet, by=w.staff, seen_version=sheet.version)
    stored = fresh(sheet)
    assert (stored.state, stored.is_counted, stored.confirmed_by) == ("confirmed", True, w.staff)
    assert (last(sheet).verb, last(sheet).by_name) == ("confirm", "staff")
    assert counted(w) == 48


def test_reopening_leaves_the_totals_until_the_next_submission(w: Any, on: Any) -> None:
    sheet = world.confirmed(w)
    workflow.reopen(sheet, by=w.officer, seen_version=sheet.version, reason="漏了一户", until=date(2026, 8, 5))
    stored = fresh(sheet)
    assert (stored.state, stored.is_counted, stored.reopened_until) == ("reopened", False, date(2026, 8, 5))
    assert (last(sheet).reason, last(sheet).signature) == ("漏了一户", "officer, County staff, 晋-county")
    assert counted(w) is None
    on("2026-08-05")
    world.save(sheet, {world.cell(w, w.plain, "visits"): "13"}, by=w.leader)
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=fresh(sheet).version)
    assert counted(w) == 49


def test_a_sheet_that_came_back_inside_its_reopening_can_be_returned_again(w: Any, on: Any) -> None:
    sheet = world.reopened(w)
    on("2026-07-25")
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=sheet.version)
    sheet = fresh(sheet)
    workflow.return_sheet(sheet, by=w.staff_b, seen_version=sheet.version, reason="再看")
    assert fresh(sheet).state == "returned"


def test_once_the_reopening_is_over_it_cannot_be_returned_because_nobody_could_correct_it(w: Any, on: Any) -> None:
    sheet = world.reopened(w)
    workflow.submit(fresh(sheet), by=w.secretary, seen_version=sheet.version)
    on("2026-08-01")
    sheet = fresh(sheet)
    with pytest.raises(workflow.Refused, match="Locked: entry ended on July 20, 2026"):
        workflow.return_sheet(sheet, by=w.staff_b, seen_version=sheet.version, reason="再看")


def test_the_secretarys_line_waits_for_the_township_before_confirming(w: Any) -> None:
    sheet = world.submitted(w)
    with pytest.raises(workflow.Refused, match="Not confirmed: fill in the secretary's line first."):
        workflow.confirm(sheet, by=w.staff, seen_version=sheet.version)
    assert fresh(sheet).state == "submitted"


def test_a_sheet_without_the_secretary_is_confirmed_at_once(w: Any) -> None:
    sheet = world.submitted(w, w.sheet2)
    assert workflow.confirm(sheet, by=w.staff, seen_version=sheet.version).state == "confirmed"


@pytest.mark.parametrize("exempt", ["all", "links"])
def test_a_secretary_who_is_exempt_is_not_waited_for(w: Any, exempt: str) -> None:
    Exemption.objects.create(member=w.boss, branch=w.branch, reason="ill", scope=exempt, started_on=base.BEGAN)
    sheet = world.submitted(w)
    if exempt == "all":
        workflow.confirm(sheet, by=w.staff, seen_version=sheet.version)
        assert fresh(sheet).state == "confirmed"
    else:
        with pytest.raises(workflow.Refused, match="fill in the secretary's line first"):
            workflow.confirm(sheet, by=w.staff, seen_version=sheet.version)


def test_a_secretary_to_whom_nothing_applies_is_not_waited_for(w: Any) -> None:
    sheet = world.submitted(w)
    row = world.line(sheet, w.boss)
    for code in world.GOOD:
        sheet = fresh(sheet)
        key = (row.pk, w.items[code].pk)
        remarks.remark(sheet, key=key, by=w.staff, note="新到任", applies=False, seen_version=sheet.version)
    sheet = fresh(sheet)
    workflow.confirm(sheet, by=w.staff_b, seen_version=sheet.version)
    assert fresh(sheet).state == "confirmed"
    assert counted(w) == 36


def test_every_move_counts_the_version_up_by_one(w: Any) -> None:
    sheet = fresh(world.reopened(w))
    moves = list(sheet.moves.order_by("pk"))
    assert [move.verb for move in moves] == ["begin", "submit", "confirm", "reopen"]
    assert sheet.version == 4 + 3  # moves, and the three saves between them
    assert [move.seen_version for move in moves] == sorted(move.seen_version for move in moves)


def test_the_table_of_moves_counts_only_what_was_handed_in() -> None:
    for verb, (_allowed, to_state) in workflow.MOVES.items():
        assert (to_state in workflow.COUNTED) is (verb in {"submit", "confirm"})
