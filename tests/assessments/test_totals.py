"""Totals of area, branch, township and county: equal to the cells of what was handed in, whatever happened before."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assessments import remarks, totals, workflow
from assessments.entry import Locked, save_cells
from assessments.models import ItemTotal, Sheet
from tests.assessments import sheet_world as world
from tests.assessments.sheet_world import cell, fresh, line, save

LEVELS = ("area", "branch", "township", "county")


def unit(w: Any, level: str) -> int:
    return {"area": w.area, "branch": w.branch, "township": w.township, "county": w.county}[level].pk


def total(w: Any, level: str, code: str) -> ItemTotal | None:
    rows = ItemTotal.objects.filter(period=w.period, level=level, unit_id=unit(w, level), item=w.items[code])
    return rows.first()


def test_a_submitted_sheet_stands_in_every_level(w: Any) -> None:
    world.submitted(w)
    for level in LEVELS:
        row = total(w, level, "visits")
        assert (row.target, row.actual, row.points) == (36, 36, Decimal("110.00"))  # 30 + 30 + 50
        assert (row.cell_count, row.sheet_count) == (3, 1)
        road = total(w, level, "road")
        assert (road.target, road.actual, road.cell_count) == (200, 200, 2)  # not the member who is exempt from it
    assert totals.differences(w.period) == []


def test_units_add_up_what_lies_below_them(w: Any) -> None:
    world.scored(w)
    world.submitted(w, w.sheet2)
    assert [int(total(w, level, "visits").actual) for level in LEVELS] == [48, 60, 60, 60]
    assert [total(w, level, "visits").sheet_count for level in LEVELS] == [1, 2, 2, 2]


def test_an_optional_item_stands_in_the_totals_while_somebody_reports_it(w: Any) -> None:
    sheet = world.filled(w)
    save(sheet, {cell(w, w.plain, "deeds"): "4", cell(w, w.plain, "fault"): "2"}, by=w.leader)
    sheet = fresh(sheet)
    workflow.submit(sheet, by=w.secretary, seen_version=sheet.version)
    deeds, fault = total(w, "county", "deeds"), total(w, "county", "fault")
    assert (deeds.actual, deeds.target, deeds.points) == (4, 10, 2)
    assert (fault.actual, fault.points) == (2, -2)
    sheet = fresh(sheet)
    workflow.take_back(sheet, by=w.secretary, seen_version=sheet.version)
    save(sheet, {cell(w, w.plain, "deeds"): ""}, by=w.leader)
    sheet = fresh(sheet)
    workflow.submit(sheet, by=w.secretary, seen_version=sheet.version)
    assert [total(w, level, "deeds") for level in LEVELS] == [None] * 4
    assert total(w, "county", "fault") is not None and totals.differences(w.period) == []


@pytest.mark.parametrize("made", [world.returned, world.reopened])
def test_what_was_returned_or_reopened_leaves_no_row_behind(w: Any, made: Any) -> None:
    made(w)
    assert not ItemTotal.objects.exists()
    world.submitted(w, w.sheet2)
    assert [total(w, level, "visits") and int(total(w, level, "visits").actual) for level in LEVELS] == [
        None, 12, 12, 12
    ]  # fmt: skip


def test_what_does_not_apply_is_in_no_total(w: Any) -> None:
    sheet = world.filled(w)
    key = (line(sheet, w.plain).pk, w.items["visits"].pk)
    remarks.remark(sheet, key=key, by=w.leader, note="住院", applies=False, seen_version=sheet.version)
    sheet = fresh(sheet)
    workflow.submit(sheet, by=w.secretary, seen_version=sheet.version)
    row = total(w, "county", "visits")
    assert (row.actual, row.target, row.cell_count) == (24, 24, 2)
    assert totals.differences(w.period) == []


def test_the_township_scores_the_secretary_and_the_totals_follow(w: Any) -> None:
    sheet = world.submitted(w)
    save(sheet, world.good(w, sheet, by="township"), by=w.staff)
    assert total(w, "county", "visits").actual == 48
    save(sheet, {cell(w, w.boss, "visits"): ""}, by=w.staff)
    assert total(w, "county", "visits").actual == 36 and totals.differences(w.period) == []


def test_a_quarter_does_not_touch_the_totals_of_another_one(w: Any) -> None:
    world.submitted(w)
    other = ItemTotal.objects.first()
    other.pk, other.period = None, w.before
    other.save()
    sheet = fresh(w.sheet)
    workflow.take_back(sheet, by=w.secretary, seen_version=sheet.version)
    assert list(ItemTotal.objects.all()) == [other]


def test_a_changed_a_missing_and_a_needless_row_are_found_by_name(w: Any) -> None:
    world.submitted(w)
    assert totals.differences(w.period) == []
    total(w, "branch", "visits").delete()
    ItemTotal.objects.filter(pk=total(w, "county", "road").pk).update(actual=999)
    needless = total(w, "area", "meeting")
    needless.pk, needless.unit_id = None, w.area2.pk
    needless.save()
    found = {(row.level, row.unit_id, row.item_id, row.field): row for row in totals.differences(w.period)}
    changed = found["county", w.county.pk, w.items["road"].pk, "actual"]
    assert (changed.stored, changed.counted) == (999, 200)
    assert found["branch", w.branch.pk, w.items["visits"].pk, "cell_count"][4:] == (0, 3)
    assert found["area", w.area2.pk, w.items["meeting"].pk, "sheet_count"][4:] == (1, 0)
    assert {key[:2] for key in found} == {
        ("county", w.county.pk),
        ("branch", w.branch.pk),
        ("area", w.area2.pk),
    }


def test_the_command_finds_a_changed_row_fails_and_mends_it(w: Any) -> None:
    world.submitted(w)
    said = StringIO()
    call_command("rebuild_totals", "--check", stdout=said)
    assert said.getvalue() == "All totals of 2 periods equal the cells.\n"
    ItemTotal.objects.filter(pk=total(w, "county", "road").pk).update(actual=999)
    told = StringIO()
    with pytest.raises(CommandError, match="1 totals differ from the cells") as failed:
        call_command("rebuild_totals", "--check", stderr=told)
    assert failed.value.returncode == 1
    assert f"county {w.county.pk}, item {w.items['road'].pk}, actual: stored 999" in told.getvalue()
    call_command("rebuild_totals", stdout=StringIO())
    call_command("rebuild_totals", "--check", stdout=StringIO())
    assert total(w, "county", "road").actual == 200


# Any sequence of steps


class Clerk:
    """Takes random steps on all sheets of the branch, as the persons they belong to; some are refused."""

    def __init__(self, w: Any, seed: int) -> None:
        self.w, self.chance = w, Random(seed)
        self.made = 0

    def step(self) -> None:
        sheet = fresh(self.chance.choice([self.w.sheet, self.w.sheet2]))
        action = self.chance.choice([self.move, self.type, self.type, self.set_out])
        try:
            action(sheet)
            self.made += 1
        except (workflow.Refused, Locked):
            pass

    def move(self, sheet: Sheet) -> None:
        w, version = self.w, sheet.version
        words = {"reason": "请核对"}
        if sheet.state == "submitted" and sheet.lines.filter(filled_by="township", is_complete=False).exists():
            save(sheet, world.good(w, sheet, by="township"), by=w.staff)
            return
        steps = {
            "not_started": [lambda: workflow.begin(sheet, by=w.secretary)],
            "submitted": [
                lambda: workflow.take_back(sheet, by=w.secretary, seen_version=version),
                lambda: workflow.return_sheet(sheet, by=w.staff, seen_version=version, **words),
                lambda: workflow.confirm(sheet, by=w.staff_b, seen_version=version),
            ],
            "confirmed": [
                lambda: workflow.reopen(sheet, by=w.officer, seen_version=version, until=w.period.closes_on, **words)
            ],
        }
        self.chance.choice(steps.get(sheet.state, [lambda: self.hand_in(sheet)]))()

    def hand_in(self, sheet: Sheet) -> None:
        save(sheet, world.good(self.w, sheet), by=self.w.secretary)
        sheet = fresh(sheet)
        workflow.submit(sheet, by=self.w.secretary, seen_version=sheet.version)

    def type(self, sheet: Sheet) -> None:
        row = sheet.lines.exclude(exempt_scope="all").order_by("?").first()
        if row is None:
            return
        code = self.chance.choice(["road", "visits", "deeds", "fault", "conduct"])
        text = self.chance.choice(["", "0", "3", "7", "11"])
        hand = self.w.staff if row.filled_by == "township" else self.w.secretary
        save_cells(sheet, by=hand, typed={f"c-{row.pk}-{self.w.items[code].pk}": text}, seen={})

    def set_out(self, sheet: Sheet) -> None:
        row = sheet.lines.exclude(exempt_scope="all").order_by("position").last()
        if row is None or row.exempt_scope:
            return
        hand = self.w.staff if row.filled_by == "township" else self.w.secretary
        key, applies = (row.pk, self.w.items["meeting"].pk), self.chance.random() < 0.5
        remarks.remark(sheet, key=key, by=hand, note="x", applies=applies, seen_version=sheet.version)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_sequence_of_steps_the_totals_equal_the_cells(w: Any, seed: int) -> None:
    clerk = Clerk(w, seed)
    for _step in range(40):
        clerk.step()
        assert totals.differences(w.period) == []
    assert clerk.made >= 20
    verbs = {verb for sheet in (w.sheet, w.sheet2) for verb in sheet.moves.values_list("verb", flat=True)}
    assert {"begin", "submit"} < verbs
