"""Who stands on a sheet, in which order, with which cells and by whose hand: as of the quarter's last day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assessments import workflow
from assessments.models import Entry, SheetMember, Target
from members.affiliations import affiliate
from members.models import Affiliation, Exemption, Member, Post
from tests.assessments import sheet_world as world
from tests.assessments.sheet_world import begun, entry, line

Status = Entry.Status


def names(sheet: Any) -> list[str]:
    return list(sheet.lines.order_by("position").values_list("name", flat=True))


def test_the_leader_stands_first_and_the_secretary_last(w: Any) -> None:
    assert names(begun(w)) == ["高文明", "庞立新", "单玉梅", "李福来", "庞洪亮"]


def test_beginning_counts_members_exempt_ones_and_cells_of_the_branch(w: Any) -> None:
    sheet = world.fresh(begun(w))
    assert (sheet.state, sheet.version) == ("draft", 1)
    # two lines with four cells, one without the road; the secretary's is not the branch's to fill
    assert (sheet.member_count, sheet.exempt_count, sheet.filled_count, sheet.needed_count) == (5, 1, 0, 11)
    assert (sheet.leader_name, sheet.leader_name_en) == ("高文明", "Gao Wenming")


def test_a_sheet_knows_what_it_will_need_before_it_is_begun(w: Any) -> None:
    assert (w.sheet.state, w.sheet.member_count, w.sheet.needed_count) == ("not_started", 5, 11)


def test_only_items_that_have_to_be_filled_get_a_cell(w: Any) -> None:
    cells = line(begun(w), w.plain).entries.order_by("item__position")
    assert [cell.item.indicator.code for cell in cells] == ["road", "visits", "meeting", "conduct"]
    assert [cell.target for cell in cells] == [100, 12, None, None]
    assert {(cell.actual, cell.points, cell.status) for cell in cells} == {(None, None, "applies")}


def test_an_exempt_member_has_a_line_and_no_cells(w: Any) -> None:
    row = line(begun(w), w.out)
    assert (row.exempt_scope, row.exempt_until, row.points) == ("all", date(2027, 1, 1), None)
    assert not row.entries.exists() and row.is_exempt


def test_a_partial_exemption_takes_out_the_work_it_covers(w: Any) -> None:
    sheet = begun(w)
    assert entry(w, w.part, "road").status == Status.EXEMPT
    assert entry(w, w.part, "visits").status == Status.APPLIES
    assert not line(sheet, w.part).is_exempt and line(sheet, w.part).needed_count == 3


def test_a_full_exemption_wins_over_a_partial_one(w: Any) -> None:
    Exemption.objects.create(member=w.part, branch=w.branch, reason="ill", scope="all", started_on=date(2026, 6, 1))
    assert line(begun(w), w.part).exempt_scope == "all"


@pytest.mark.parametrize(("ended_on", "is_exempt"), [(date(2026, 6, 30), False), (date(2026, 7, 1), True)])
def test_an_exemption_counts_if_it_holds_on_the_last_day(w: Any, ended_on: date, is_exempt: bool) -> None:
    Exemption.objects.filter(member=w.out).update(ended_on=ended_on)
    assert line(begun(w), w.out).is_exempt is is_exempt


def test_a_suspended_member_is_exempt_without_an_end(w: Any) -> None:
    Member.objects.filter(pk=w.plain.pk).update(status="suspended", status_on=date(2026, 5, 1))
    row = line(begun(w), w.plain)
    assert (row.exempt_scope, row.exempt_until) == ("all", None)


@pytest.mark.parametrize("status", ["left", "removed", "deceased", "transferred"])
def test_who_is_no_member_any_more_has_no_line(w: Any, status: str) -> None:
    Member.objects.filter(pk=w.plain.pk).update(status=status)
    assert names(begun(w)) == ["高文明", "单玉梅", "李福来", "庞洪亮"]


@pytest.mark.parametrize(("day", "stays"), [(date(2026, 6, 30), False), (date(2026, 7, 1), True)])
def test_the_area_of_the_quarters_last_day_assesses_a_member_who_moved(w: Any, day: date, stays: bool) -> None:
    affiliate(member=w.plain, branch=w.branch, small_group=w.group2, area=w.area2, on=day, by=w.officer)
    assert ("庞立新" in names(begun(w))) is stays
    assert ("庞立新" in names(begun(w, w.sheet2))) is not stays


def test_a_move_entered_after_the_sheet_was_begun_leaves_the_member_where_he_stands(w: Any) -> None:
    begun(w)
    affiliate(
        member=w.plain, branch=w.branch, small_group=w.group2, area=w.area2, on=date(2026, 6, 1), by=w.officer
    )  # fmt: skip
    assert names(begun(w, w.sheet2)) == ["张二妮"]
    assert SheetMember.objects.get(member=w.plain, period=w.period).sheet == w.sheet


def test_the_secretarys_line_is_in_the_townships_hand_and_all_others_in_the_branchs(w: Any) -> None:
    rows = begun(w).lines.values_list("name", "filled_by")
    assert {name for name, hand in rows if hand == "township"} == {"庞洪亮"}


def test_a_secretary_who_leads_an_area_too_is_filled_in_by_the_township(w: Any) -> None:
    Post.objects.filter(kind="leader").update(member=w.boss)
    row = line(begun(w), w.boss)
    assert (row.post, row.filled_by) == ("secretary", "township")


@pytest.mark.parametrize(("day", "stays"), [(date(2026, 6, 30), False), (date(2026, 7, 1), True)])
def test_who_left_the_organization_stands_where_the_last_day_found_him(w: Any, day: date, stays: bool) -> None:
    Affiliation.objects.filter(member=w.plain).update(ended_on=day)
    Member.objects.filter(pk=w.plain.pk).update(status="deceased", status_on=day)
    assert ("庞立新" in names(begun(w))) is stays


@pytest.mark.parametrize(("day", "scope"), [(date(2026, 6, 30), "all"), (date(2026, 7, 1), "")])
def test_a_suspension_counts_from_its_day(w: Any, day: date, scope: str) -> None:
    w.plain.status, w.plain.status_on, w.plain.status_document = "suspended", day, "甲"
    w.plain.save()
    assert line(begun(w), w.plain).exempt_scope == scope


def test_who_was_restored_after_the_last_day_was_suspended_on_it(w: Any) -> None:
    for status, day in (("suspended", date(2026, 5, 1)), ("restored", date(2026, 7, 2))):
        w.plain.status, w.plain.status_on, w.plain.status_document = status, day, "甲"
        w.plain.save()
    assert line(begun(w), w.plain).exempt_scope == "all"


def test_the_township_fills_in_for_the_secretary_of_the_last_day_and_for_todays(w: Any) -> None:
    Post.objects.filter(kind="secretary").update(ended_on=date(2026, 7, 1))
    Post.objects.create(member=w.plain, kind="secretary", branch=w.branch, started_on=date(2026, 7, 1))
    sheet = begun(w)
    assert line(sheet, w.boss).filled_by == "township"
    assert (line(sheet, w.plain).filled_by, line(sheet, w.plain).post) == ("township", "")


@pytest.mark.parametrize("value", [None, "0"])
def test_without_a_target_a_quantity_leaves_the_base_and_the_others_make_a_hundred(w: Any, value: str | None) -> None:
    Target.objects.filter(member=w.plain, item=w.items["road"]).delete()
    if value is not None:
        Target.objects.create(member=w.plain, item=w.items["road"], period=w.period, value=Decimal(value))
    sheet = begun(w)
    assert entry(w, w.plain, "road").status == Status.NO_TARGET
    cells = {f"c-{line(sheet, w.plain).pk}-{w.items[code].pk}": world.GOOD[code] for code in ("visits", "meeting")}
    cells[world.cell(w, w.plain, "conduct")] = "20"
    world.save(sheet, cells, by=w.secretary)
    assert line(sheet, w.plain).points == Decimal("100.00") and line(sheet, w.plain).is_complete


def test_while_the_quarter_runs_the_members_of_today_stand_on_the_sheet(w: Any, on: Any) -> None:
    type(w.period).objects.filter(pk=w.period.pk).update(opens_on=date(2026, 5, 1))
    affiliate(member=w.plain, branch=w.branch, small_group=w.group2, area=w.area2, on=date(2026, 6, 1), by=w.officer)
    on("2026-05-20")
    assert "庞立新" in names(begun(w))


def test_a_sheet_is_drawn_up_once(w: Any) -> None:
    first = begun(w)
    again = workflow.begin(world.fresh(w.sheet), by=w.leader)
    assert (again.version, again.lines.count(), again.moves.count()) == (first.version, 5, 1)
