"""A confirmed sheet keeps what it was judged by: names, branch, township, plan, targets, whatever is renamed later."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assessments import totals
from assessments.models import Indicator, ItemTotal, Target
from members.affiliations import affiliate
from members.models import Member, Post
from service_areas.models import Branch, ServiceArea, Township
from tests.assessments import sheet_world as world
from tests.assessments.pages import raw
from tests.assessments.sheet_world import client, entry, fresh, line, url

FROZEN = ("area_name", "area_name_en", "branch_name", "branch_name_en", "township_name", "township_name_en",
          "leader_name", "leader_name_en", "branch_id", "township_id", "county_id", "area_id", "plan_id", "version",
          "points_sum", "member_count")  # fmt: skip
LINE = ("name", "name_latin", "post", "member_type", "exempt_scope", "filled_by", "position", "points", "branch_id")


def kept(sheet: Any) -> list[Any]:
    stored = fresh(sheet)
    rows = list(stored.lines.order_by("position").values_list(*LINE))
    cells = list(stored.lines.order_by("position", "entries__item").values_list("entries__target", "entries__points"))
    return [getattr(stored, name) for name in FROZEN] + rows + cells


def renamed(w: Any) -> None:
    for model in (Branch, ServiceArea, Township):
        model.objects.update(name="改了名", name_en="Renamed")
    Member.objects.filter(pk=w.plain.pk).update(name="庞改名", name_latin="Pang Gaiming", member_type="probationary")


def moved(w: Any) -> None:
    affiliate(member=w.plain, branch=w.far.branch, small_group=None, area=None, on=date(2026, 7, 2), by=w.officer)
    ServiceArea.objects.filter(pk=w.area.pk).update(branch=w.far.branch, township=w.far_township, number=9)
    Branch.objects.filter(pk=w.branch.pk).update(township=w.far_township)


def asked_otherwise(w: Any) -> None:
    Target.objects.update(value=999)
    world.plan_of(w, 2026, 2)
    Indicator.objects.update(name_en="renamed")


def led_by_others(w: Any) -> None:
    Post.objects.all().delete()
    Member.objects.filter(pk=w.head.pk).update(status="deceased")
    w.out.exemptions.update(ended_on=date(2026, 2, 1))


CHANGES = [renamed, moved, asked_otherwise, led_by_others]


@pytest.mark.parametrize("change", CHANGES)
def test_a_confirmed_sheet_stays_as_it_was(w: Any, change: Any) -> None:
    sheet = world.confirmed(w)
    before, sums = kept(sheet), list(ItemTotal.objects.order_by("pk").values())
    change(w)
    assert kept(sheet) == before
    assert list(ItemTotal.objects.order_by("pk").values()) == sums and totals.differences(w.period) == []


def test_its_page_shows_the_names_of_its_time(w: Any) -> None:
    sheet = world.confirmed(w)
    renamed(w)
    page = client(w.secretary).get(url("sheet_detail", sheet.pk))
    assert "Pang Lixin" in raw(page) and "Pang Gaiming" not in raw(page)
    said = raw(page).partition("<main")[2].partition("</main>")[0]
    assert "Area 1" in said and "Renamed" not in said


def test_the_names_are_those_of_the_last_submission(w: Any) -> None:
    sheet = world.returned(w)
    renamed(w)
    world.workflow.submit(fresh(sheet), by=w.secretary, seen_version=sheet.version)
    stored = fresh(sheet)
    assert (stored.area_name, stored.branch_name_en, stored.township_name) == ("改了名", "Renamed", "改了名")
    assert line(sheet, w.plain).name == "庞立新"


def test_a_sheet_keeps_the_targets_with_which_it_was_begun(w: Any) -> None:
    sheet = world.begun(w)
    Target.objects.update(value=999)
    world.save(sheet, {world.cell(w, w.plain, "visits"): "6"}, by=w.leader)
    row = entry(w, w.plain, "visits")
    assert (row.target, str(row.points)) == (12, "15.00")


def test_a_member_who_left_the_branch_still_reads_the_own_line_of_that_time(w: Any) -> None:
    sheet = world.confirmed(w)
    row = line(sheet, w.plain)
    affiliate(member=w.plain, branch=w.far.branch, small_group=None, area=None, on=date(2026, 7, 3), by=w.officer)
    w.member_user.appointments.update(branch=w.far.branch)
    page = client(w.member_user).get(url("sheet_line", sheet.pk, row.pk))
    assert page.status_code == 200 and "98.00" in raw(page)


def test_the_moved_areas_sheet_stays_with_the_branch_that_reported_it(w: Any) -> None:
    sheet = world.confirmed(w)
    moved(w)
    assert client(w.secretary).get(url("sheet_detail", sheet.pk)).status_code == 200
    assert client(w.far_secretary).get(url("sheet_detail", sheet.pk)).status_code == 404
