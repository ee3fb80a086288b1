"""Household links: begun, handed over and ended on a day, inside the branch, and counted as the households say."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from members.links import begin_link, end_link, recount, recount_county
from members.models import HouseholdLink, LinkTotal
from service_areas.models import AreaTeam, Household
from tests.jinxian import admin_world as world

pytestmark = pytest.mark.django_db
MAY, JUNE, TODAY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 3)


@pytest.fixture
def w(time_machine: Any) -> Any:
    made = world.everything()
    made.second = world.member(made, "M2", "高文明")
    made.more = [world.household(made, f"00{number}") for number in (2, 3)]
    time_machine.move_to("2026-07-03 09:00:00+08:00")
    recount(branch=made.branch, on=TODAY)
    return made


def begin(w: Any, member: Any = None, household: Any = None, *, on: date = MAY, is_primary: bool = True) -> Any:
    return begin_link(
        member=member or w.member, household=household or w.household, is_primary=is_primary, on=on, by=w.officer
    )


def total(w: Any, level: str) -> tuple[int, int, int, int]:
    unit = {"area": w.area, "branch": w.branch, "township": w.township, "county": w.county}[level]
    row = LinkTotal.objects.get(level=level, unit_id=unit.pk)
    return row.household_count, row.people_count, row.linkable_count, row.linked_count


def link_count(household: Any) -> int:
    return int(Household.objects.get(pk=household.pk).link_count)


def open_primaries(household: Any, on: date) -> list[Any]:
    links = HouseholdLink.objects.current(on=on).filter(household=household, is_primary=True)
    return [link.member for link in links]


def test_a_begun_link_counts_in_the_household_and_on_every_level(w: Any) -> None:
    link = begin(w)
    assert (link.branch, link.is_primary, link.started_on, link.ended_on) == (w.branch, True, MAY, None)
    assert link_count(w.household) == 1
    assert {total(w, level) for level in ("area", "branch", "township", "county")} == {(3, 3, 3, 1)}


def test_a_new_primary_member_takes_over_on_the_day_the_former_one_ends(w: Any) -> None:
    first = begin(w)
    second = begin(w, w.second, on=JUNE)
    first.refresh_from_db()
    assert (first.ended_on, second.started_on) == (JUNE, JUNE)
    assert open_primaries(w.household, JUNE - timedelta(1)) == [w.member]
    assert open_primaries(w.household, JUNE) == [w.second]
    assert link_count(w.household) == 1


def test_a_hand_over_on_the_very_day_of_the_beginning_leaves_no_gap_and_no_overlap(w: Any) -> None:
    first = begin(w, on=MAY)
    begin(w, w.second, on=MAY)
    first.refresh_from_db()
    assert first.ended_on == MAY and open_primaries(w.household, MAY) == [w.second]


def test_a_hand_over_does_not_reach_back_before_the_former_link(w: Any) -> None:
    first = begin(w, on=JUNE)
    with pytest.raises(ValidationError, match="This household has a primary member already; end that link first."):
        begin(w, w.second, on=MAY)
    first.refresh_from_db()
    assert first.ended_on is None and HouseholdLink.objects.count() == 1


def test_a_link_that_was_ended_on_its_first_day_never_held_and_stands_in_nobodys_way(w: Any) -> None:
    end_link(link=begin(w, on=JUNE), on=JUNE, by=w.officer)
    begin(w, w.second, on=MAY)
    begin(w, on=MAY, is_primary=False)
    assert open_primaries(w.household, JUNE) == [w.second]


def test_a_link_neither_begins_nor_ends_on_a_day_to_come(w: Any) -> None:
    first, later = begin(w), TODAY + timedelta(1)
    with pytest.raises(ValidationError, match="This day lies in the future."):
        end_link(link=first, on=later, by=w.officer)
    with pytest.raises(ValidationError, match="This day lies in the future."):
        begin(w, w.second, on=later)
    first.refresh_from_db()
    assert first.ended_on is None and HouseholdLink.objects.count() == 1


def test_who_helps_leaves_the_primary_member_in_place(w: Any) -> None:
    first = begin(w)
    begin(w, w.second, is_primary=False)
    first.refresh_from_db()
    assert first.ended_on is None and link_count(w.household) == 2
    assert total(w, "county")[3] == 1  # one household, however many look after it


def test_a_member_has_a_household_once(w: Any) -> None:
    begin(w)
    for is_primary in (True, False):
        with pytest.raises(ValidationError, match="This member looks after this household already."):
            begin(w, on=JUNE, is_primary=is_primary)
    assert HouseholdLink.objects.get().ended_on is None


def test_a_refused_take_over_leaves_the_former_link_open(w: Any) -> None:
    first = begin(w)
    begin(w, w.second, is_primary=False)
    with pytest.raises(ValidationError):
        begin(w, w.second, on=JUNE)
    first.refresh_from_db()
    assert first.ended_on is None and link_count(w.household) == 2


def test_a_household_of_another_branch_is_refused(w: Any) -> None:
    sentence = "This household belongs to another branch: links stay inside the branch's own territory."
    with pytest.raises(ValidationError, match=sentence):
        begin(w, household=w.twin.household)
    Household.objects.filter(pk=w.household.pk).update(branch=world.branch(w, "02"))
    with pytest.raises(ValidationError, match=sentence):
        begin(w, household=Household.objects.get(pk=w.household.pk))
    assert not HouseholdLink.objects.exists()


def test_a_household_that_is_not_to_be_linked_is_refused(w: Any) -> None:
    w.household.is_linkable = False
    w.household.save()
    with pytest.raises(ValidationError, match="marked as not to be linked"):
        begin(w)
    recount(branch=w.branch, on=TODAY)
    assert total(w, "branch") == (3, 3, 2, 0)


def test_an_ended_link_counts_no_longer_from_that_day_on(w: Any) -> None:
    link = begin(w)
    assert link_count(w.household) == 1 and total(w, "county")[3] == 1
    end_link(link=link, on=TODAY, by=w.officer)
    assert link_count(w.household) == 0 and total(w, "county")[3] == 0


def test_a_link_does_not_end_before_it_began(w: Any) -> None:
    link = begin(w, on=JUNE)
    with pytest.raises(ValidationError, match="The end lies before the beginning."):
        end_link(link=link, on=MAY, by=w.officer)
    link.refresh_from_db()
    assert link.ended_on is None and link_count(w.household) == 1


def test_households_count_in_the_area_that_has_their_team(w: Any) -> None:
    begin(w)
    group, area = world.group_and_area(w, w.branch, 2)
    AreaTeam.objects.filter(team=w.team).update(ended_on=TODAY)
    AreaTeam.objects.create(team=w.team, area=area, started_on=TODAY)
    recount(branch=w.branch, on=TODAY)
    assert not LinkTotal.objects.filter(level="area", unit_id=w.area.pk).exists()
    assert LinkTotal.objects.get(level="area", unit_id=area.pk).linked_count == 1
    assert total(w, "branch") == (3, 3, 3, 1)
    assert group.pk


def test_one_branch_recounted_leaves_the_others_and_the_sum_is_right(w: Any) -> None:
    other = world.branch(w, "02")
    Household.objects.create(branch=other, team=w.team, number="099", head_name="王老汉", people_count=4)
    begin(w)
    recount(branch=other, on=TODAY)
    assert LinkTotal.objects.get(level="branch", unit_id=other.pk).people_count == 4
    assert total(w, "branch") == (3, 3, 3, 1) and total(w, "township") == (4, 7, 4, 1) == total(w, "county")
    recount(branch=w.twin.branch, on=TODAY)
    assert LinkTotal.objects.get(level="county", unit_id=w.twin.county.pk).household_count == 1


def totals() -> list[tuple[Any, ...]]:
    fields = ("level", "unit_id", "household_count", "people_count", "linkable_count", "linked_count")
    return sorted(LinkTotal.objects.values_list(*fields))


@pytest.mark.parametrize("seed", range(3))
def test_after_any_sequence_of_links_the_counts_equal_the_households(w: Any, seed: int) -> None:
    chance, households = Random(seed), [w.household, *w.more]
    for _step in range(25):
        on = TODAY - timedelta(chance.randrange(-2, 40))
        link = chance.choice([None, *HouseholdLink.objects.filter(ended_on__isnull=True)])
        try:
            if link is not None and chance.random() < 0.5:
                end_link(link=link, on=on, by=w.officer)
            else:
                begin(w, chance.choice([w.member, w.second]), chance.choice(households), on=on,
                      is_primary=chance.random() < 0.7)  # fmt: skip
        except ValidationError:
            continue
    for household in households:
        links = HouseholdLink.objects.current(on=TODAY).filter(household=household)
        assert link_count(household) == links.count() and links.filter(is_primary=True).count() <= 1
    linked = sum(link_count(household) > 0 for household in households)
    assert {total(w, level)[3] for level in ("area", "branch", "township", "county")} == {linked}
    before = totals()
    recount_county(county=w.county, on=timezone.localdate())
    assert totals() == before
