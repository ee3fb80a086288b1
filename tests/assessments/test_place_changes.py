"""What becomes of quarters when places change: past ones stay byte for byte, running ones are drawn up anew."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assessments import workflow
from assessments.models import ItemTotal, Period, Sheet, SheetMember
from assessments.place_changes import Changed, New, asked_of, carry_out_asked, made_already, preview
from assessments.totals import differences
from members.models import Affiliation, Member
from service_areas.models import AreaTeam, PlaceChange, ServiceArea
from tests.assessments import sheet_world
from tests.jinxian import admin_world as base
from tests.members import place_world
from tests.members.place_world import DAY, JULY, change, counts, faults, frozen

pytestmark = pytest.mark.django_db
TODAY = date(2026, 8, 3)
State = Sheet.State


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    """Second quarter: area 1 confirmed, area 2 a draft. It is 3 August, the third quarter runs."""
    made = place_world.world()
    time_machine.move_to(sheet_world.MORNING.format(sheet_world.TODAY))
    sheet_world.confirmed(made)
    sheet_world.begun(made, made.sheet2)
    time_machine.move_to(place_world.NOW)
    return made


def sheets(w: Any, period: Period) -> set[tuple[ServiceArea, str, int]]:
    rows = Sheet.objects.filter(period=period, branch=w.branch).select_related("area")
    return {(row.area, row.state, row.member_count) for row in rows}


def asked(w: Any, kind: str = "merge", **changed: Any) -> Any:
    more: dict[str, Any] = {"units": [w.area2], "into": w.area, "on": DAY} | changed
    return asked_of(kind=kind, **more)


# Past quarters


def test_a_merger_leaves_past_quarters_and_totals_as_they_were(w: Any) -> None:
    before = frozen(DAY)
    assert before[2]
    change(w, "merge", w.area2, into=w.area)
    assert frozen(DAY) == before
    assert differences(w.period) == []


def test_a_sheet_of_a_quarter_that_ended_before_is_still_finished_for_the_ended_area(w: Any, time_machine: Any) -> None:
    time_machine.move_to(sheet_world.MORNING.format("2026-07-15"))
    change(w, "merge", w.area2, into=w.area)
    row = sheet_world.fresh(w.sheet2)
    sheet_world.save(row, sheet_world.good(w, row), by=w.secretary)
    done = workflow.submit(sheet_world.fresh(row), by=w.secretary, seen_version=sheet_world.fresh(row).version)
    assert done.state == State.SUBMITTED and done.area == w.area2
    assert {line.member for line in row.lines.all()} == {w.other, w.head2}


def test_a_sheet_begun_after_the_change_has_the_members_of_its_quarters_last_day(w: Any, time_machine: Any) -> None:
    change(w, "move", w.area2, into=w.joint)
    sheet = Sheet.objects.get(area=w.area2, period=w.period)
    SheetMember.objects.filter(sheet=sheet).delete()
    Sheet.objects.filter(pk=sheet.pk).update(state=State.NOT_STARTED)
    time_machine.move_to(sheet_world.MORNING.format("2026-07-15"))
    begun = workflow.begin(sheet_world.fresh(sheet), by=w.secretary)
    assert {line.member for line in begun.lines.all()} == {w.other, w.head2} and begun.branch == w.branch


def test_a_renamed_area_keeps_its_name_on_reported_sheets_and_takes_the_new_one_on_those_to_come(w: Any) -> None:
    change(w, "rename", w.area, new=[New(name="长清服务区", name_en="Changqing Area")])
    names = dict(Sheet.objects.filter(area=w.area).values_list("period", "area_name"))
    assert names == {w.before.pk: "1区", w.period.pk: "1区", w.next.pk: "长清服务区"}


# The running quarter


def test_sheets_that_were_not_begun_are_drawn_up_anew_for_the_areas_of_the_new_state(w: Any) -> None:
    assert sheets(w, w.next) == {(w.area, State.NOT_STARTED, 5), (w.area2, State.NOT_STARTED, 2)}
    made = change(w, "merge", w.area2, into=w.area)
    assert sheets(w, w.next) == {(w.area, State.NOT_STARTED, 7)}
    assert made.moved["sheets"] == 2


def test_a_new_area_gets_its_sheet_of_the_running_quarter(w: Any) -> None:
    change(w, "split", w.area, new=[New(teams=(w.team3,), members=(w.part,))])
    area = ServiceArea.objects.get(started_on=DAY)
    assert sheets(w, w.next) == {
        (w.area, State.NOT_STARTED, 4), (w.area2, State.NOT_STARTED, 2), (area, State.NOT_STARTED, 1),
    }  # fmt: skip
    assert {row.area for row in Sheet.objects.filter(period=w.period, branch=w.branch)} == {w.area, w.area2}


def test_a_new_area_gets_its_sheet_where_the_former_one_had_none_yet(w: Any) -> None:
    Sheet.objects.filter(area=w.area, period=w.next).delete()
    change(w, "split", w.area, new=[New(teams=(w.team3,), members=(w.part,))])
    assert Sheet.objects.filter(area__started_on=DAY).get().period == w.next


def test_a_successor_in_another_branch_gets_the_sheet_and_the_old_area_loses_it(w: Any) -> None:
    change(w, "move", w.area2, into=w.joint)
    area = ServiceArea.objects.get(branch=w.joint)
    assert Sheet.objects.get(area=area).period == w.next
    assert not Sheet.objects.filter(area=w.area2, period=w.next).exists()


def test_a_begun_sheet_of_the_running_quarter_blocks_and_says_from_which_day_on_it_goes(w: Any) -> None:
    Sheet.objects.filter(area=w.area2, period=w.next).update(state=State.DRAFT)
    with pytest.raises(ValidationError) as error:
        change(w, "merge", w.area2, into=w.area)
    assert error.value.message_dict == {
        "on": [
            "The sheet of 2区 for Quarter 3, 2026 is begun, reported or closed. Finish the quarter and take "
            "Oct. 1, 2026 or a later day."
        ]
    }
    assert ServiceArea.objects.get(pk=w.area2.pk).ended_on is None


def test_a_day_inside_a_reported_quarter_is_refused_and_the_day_after_it_will_do(w: Any) -> None:
    with pytest.raises(ValidationError, match="take July 1, 2026 or a later day"):
        change(w, "merge", w.area2, into=w.area, on=date(2026, 6, 30))
    change(w, "merge", w.area2, into=w.area, on=JULY)


def test_a_begun_sheet_of_another_area_blocks_nothing(w: Any) -> None:
    Sheet.objects.filter(area=w.far.area, period=w.next).update(state=State.DRAFT)
    change(w, "merge", w.area2, into=w.area)
    assert Sheet.objects.get(area=w.far.area, period=w.next).state == State.DRAFT


def test_a_begun_sheet_does_not_keep_an_area_from_a_new_name(w: Any) -> None:
    Sheet.objects.filter(area=w.area, period=w.next).update(state=State.DRAFT)
    change(w, "rename", w.area, new=[New(name="长清服务区")])
    assert Sheet.objects.get(area=w.area, period=w.next).area_name == "1区"


def test_villages_merge_whatever_their_areas_sheets_are(w: Any) -> None:
    Sheet.objects.filter(period=w.next).update(state=State.DRAFT)
    before = list(Sheet.objects.order_by("pk").values())
    village = w.village.__class__.objects.create(township=w.township, code=f"{w.township.code}202", name="东曹村")
    change(w, "merge", w.village, into=village)
    assert list(Sheet.objects.order_by("pk").values()) == before


# Seen and confirmed


def test_a_preview_writes_nothing_and_is_the_same_until_something_changes(w: Any) -> None:
    digest = preview(asked(w)).digest
    assert not PlaceChange.objects.exists() and Sheet.objects.filter(area=w.area2, period=w.next).exists()
    assert preview(asked(w)).digest == digest
    base.member(sheet_world.at(w, w.branch, w.group2, w.area2), "M10")
    assert preview(asked(w)).digest != digest
    assert preview(asked(w, on=date(2026, 7, 4))).digest != digest


def test_what_was_not_seen_is_not_carried_out(w: Any) -> None:
    seen = preview(asked(w)).digest
    AreaTeam.objects.create(area=w.area2, team=base.team(w, "9"), started_on=base.BEGAN)
    with pytest.raises(Changed):
        carry_out_asked(asked(w), document="晋组 8 号", by=w.officer, seen=seen)
    assert not PlaceChange.objects.exists()
    carry_out_asked(asked(w), document="晋组 8 号", by=w.officer, seen=preview(asked(w)).digest)


def test_a_change_that_was_made_is_found_again_by_who_made_it(w: Any) -> None:
    seen = preview(asked(w)).digest
    assert made_already(seen, by=w.officer) is None
    made = carry_out_asked(asked(w), document="晋组 8 号", by=w.officer, seen=seen)
    assert made_already(seen, by=w.officer) == made
    assert made_already(seen, by=w.secretary) is None
    assert made_already("", by=w.officer) is None


def test_the_same_change_of_another_day_or_after_another_one_is_not_the_same(w: Any) -> None:
    def renamed(name: str) -> str:
        return preview(asked_of(kind="rename", units=[w.area], on=DAY, new=[New(name=name)])).digest

    first = renamed("新区")
    carry_out_asked(
        asked_of(kind="rename", units=[w.area], on=DAY, new=[New(name="新区")]), document="甲", by=w.officer, seen=first
    )
    change(w, "rename", w.area, new=[New(name="旧区")])
    assert renamed("新区") != first


def test_nothing_is_kept_of_a_change_that_breaks_half_way(w: Any, monkeypatch: Any) -> None:
    before = list(Affiliation.objects.order_by("pk").values()), list(Sheet.objects.order_by("pk").values())

    def broken(**kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("assessments.place_changes.issue_sheets", broken)
    with pytest.raises(RuntimeError):
        change(w, "merge", w.area2, into=w.area)
    assert before == (list(Affiliation.objects.order_by("pk").values()), list(Sheet.objects.order_by("pk").values()))


# Whatever is changed, in whatever order


@pytest.mark.parametrize("seed", range(6))
def test_no_member_household_or_link_is_lost_and_the_past_stays(w: Any, seed: int) -> None:
    rng = Random(seed)
    before, past = counts(), frozen(JULY)
    members = list(Affiliation.objects.filter(ended_on__isnull=True).values_list("member", flat=True).order_by("pk"))
    done = 0
    for step in range(8):
        done += _try(w, rng, date(2026, 7, 1 + 3 * step))
        assert counts() == before and faults(TODAY) == [] and frozen(JULY) == past
    assert done >= 3
    rows = Affiliation.objects.filter(ended_on__isnull=True).values_list("member", flat=True)
    assert sorted(rows) == sorted(members)
    assert differences(w.period) == [] and ItemTotal.objects.exists()
    areas = ServiceArea.objects.filter(ended_on__isnull=True, county=w.county)
    assert {row.area for row in Sheet.objects.filter(period=w.next)} == {*areas}
    assert Member.objects.filter(area__ended_on__isnull=False).count() == 0


def _try(w: Any, rng: Random, on: date) -> int:
    """A change by chance, and whether it was one that can be made."""
    areas = list(ServiceArea.objects.filter(ended_on__isnull=True, branch__in=[w.branch, w.joint]).order_by("pk"))
    area = rng.choice(areas)
    beside = [other for other in areas if other.branch_id == area.branch_id and other != area]
    teams = [row.team for row in area.area_teams.filter(ended_on__isnull=True).select_related("team")]
    people = list(Member.objects.filter(area=area).order_by("pk"))
    kind = rng.choice(["merge", "split", "move", "rename"])
    more: dict[str, Any] = {"new": [New(name=f"区{on:%d}")]}
    if kind == "merge":
        more = {"into": rng.choice(beside)} if beside else {}
    elif kind == "split":
        more = {"new": [New(teams=tuple(teams[:1]), members=tuple(rng.sample(people, len(people) // 2)))]}
    elif kind == "move":
        more = {"into": w.joint if area.branch_id == w.branch.pk else w.branch}
    try:
        change(w, kind, area, on=on, **more)
    except ValidationError:
        return 0
    return 1
