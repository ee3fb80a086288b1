"""What moves when areas and villages change, and what is refused with a sentence; nothing is lost on the way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assessments.place_changes import New
from members.models import Affiliation, Exemption, HouseholdLink, LinkTotal, Member, Post, Transfer
from service_areas.models import (
    Appointment,
    AreaTeam,
    Branch,
    Household,
    PlaceChange,
    ServiceArea,
    SmallGroup,
    Village,
)
from tests.jinxian import admin_world as base
from tests.members import place_world as world
from tests.members.place_world import DAY, JULY, change, counts, faults

pytestmark = pytest.mark.django_db
TODAY = date(2026, 8, 3)


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    made = world.world()
    time_machine.move_to(world.NOW)
    return made


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def sentence(error: Any) -> str:
    return " ".join(error.value.messages)


def second_village(w: Any, code: str = "202", name: str = "东曹村") -> Village:
    return Village.objects.create(township=w.township, code=f"{w.township.code}{code}", name=name)


# Merging areas


def test_a_merger_takes_teams_members_and_households_to_the_area_that_stays(w: Any) -> None:
    before = counts()
    made = change(w, "merge", w.area2, into=w.area)
    assert fresh(w.area2).ended_on == DAY and fresh(w.area).ended_on is None
    row = AreaTeam.objects.get(team=w.team2, ended_on__isnull=True)
    assert (row.area, row.started_on) == (w.area, DAY)
    assert AreaTeam.objects.get(area=w.area2).ended_on == DAY
    for member in (w.other, w.head2):
        kept = Affiliation.objects.filter(member=member).order_by("started_on")
        assert [(a.area, a.small_group, a.started_on, a.ended_on) for a in kept] == [
            (w.area2, w.group2, base.BEGAN, DAY), (w.area, w.group, DAY, None),
        ]  # fmt: skip
    assert made.moved == {"members": 2, "teams": 1, "households": 1, "sheets": 2}
    assert counts() == before and faults(TODAY) == []
    total = LinkTotal.objects.get(level="area", unit_id=w.area.pk)
    assert (total.household_count, total.linked_count) == (3, 3)
    assert not LinkTotal.objects.filter(level="area", unit_id=w.area2.pk).exists()


def test_posts_access_and_small_group_of_the_ended_area_end_with_it(w: Any) -> None:
    change(w, "merge", w.area2, into=w.area)
    assert {post.ended_on for post in Post.objects.filter(member=w.head2)} == {DAY}
    assert Appointment.objects.get(user=w.leader2).ended_on == DAY
    assert fresh(w.group2).ended_on == DAY
    assert Post.objects.get(member=w.head).ended_on is None
    assert Appointment.objects.get(user=w.leader).ended_on is None


def test_links_inside_the_branch_stay_as_they_are(w: Any) -> None:
    kept = list(HouseholdLink.objects.order_by("pk").values())
    change(w, "merge", w.area2, into=w.area)
    assert list(HouseholdLink.objects.order_by("pk").values()) == kept


def test_areas_merge_into_a_new_one_that_may_take_over_one_of_their_small_groups_and_numbers(w: Any) -> None:
    before = counts()
    new = New(name="联合服务区", name_en="Joint Area", number=1, group=w.group)
    made = change(w, "merge", w.area, w.area2, new=[new])
    area = ServiceArea.objects.get(name="联合服务区")
    assert (area.number, area.small_group, area.started_on, area.branch) == (1, w.group, DAY, w.branch)
    assert area.code == f"{w.branch.code}-01" and area.search_key.endswith("lianhefuwuqu lhfwq")
    assert fresh(w.group).ended_on is None and fresh(w.group2).ended_on == DAY
    assert {m.area_id for m in Member.objects.filter(branch=w.branch)} == {area.pk}
    assert [unit.area for unit in made.units.filter(side="before")] == [w.area, w.area2]
    assert [unit.area for unit in made.units.filter(side="after")] == [area]
    assert counts() == before and faults(TODAY) == []


def test_every_changed_row_says_who_changed_it(w: Any) -> None:
    change(w, "merge", w.area2, into=w.area, by=w.secretary)
    rows = (w.area2, w.group2, fresh(w.other), Affiliation.objects.get(member=w.other, ended_on__isnull=True),
            AreaTeam.objects.get(area=w.area2), AreaTeam.objects.get(team=w.team2, ended_on__isnull=True),
            Appointment.objects.get(user=w.leader2))  # fmt: skip
    assert [row.history.order_by("history_id").last().history_user for row in rows] == [w.secretary] * len(rows)


@pytest.mark.parametrize("units", [(), ("area",), ("area", "area"), ("area", "far_area")])
def test_a_merger_takes_two_different_areas_of_one_branch(w: Any, units: tuple[str, ...]) -> None:
    w.far_area = w.far.area
    with pytest.raises(ValidationError):
        change(w, "merge", *(getattr(w, name) for name in units), new=[New(name="新区")]) if units else change_nothing(
            w
        )
    assert not PlaceChange.objects.exists() and fresh(w.area).ended_on is None


def change_nothing(w: Any) -> None:
    change(w, "merge")


def test_an_area_that_has_ended_merges_no_more(w: Any) -> None:
    change(w, "merge", w.area2, into=w.area)
    with pytest.raises(ValidationError, match="has an end already"):
        change(w, "merge", w.area2, into=w.area)


# The day


def test_a_day_to_come_is_refused(w: Any) -> None:
    with pytest.raises(ValidationError, match="still to come"):
        change(w, "merge", w.area2, into=w.area, on=date(2026, 8, 4))


def test_a_day_before_a_member_came_is_refused_and_says_which_day_will_do(w: Any) -> None:
    Affiliation.objects.filter(member=w.other).update(started_on=date(2026, 7, 20))
    with pytest.raises(ValidationError) as error:
        change(w, "merge", w.area2, into=w.area)
    assert sentence(error) == "Zhang Erni: the last entry is of July 20, 2026. Take that day or a later one."
    change(w, "merge", w.area2, into=w.area, on=date(2026, 7, 20))
    assert Affiliation.objects.get(member=w.other).area == w.area and faults(TODAY) == []


def test_a_day_before_a_member_left_is_refused(w: Any) -> None:
    Affiliation.objects.filter(member=w.other).update(ended_on=date(2026, 7, 20))
    with pytest.raises(ValidationError, match="Zhang Erni"):
        change(w, "merge", w.area2, into=w.area)


def test_a_post_that_is_to_end_later_ends_with_its_area(w: Any) -> None:
    Post.objects.filter(member=w.head2).update(ended_on=date(2027, 1, 1))
    change(w, "merge", w.area2, into=w.area)
    assert {post.ended_on for post in Post.objects.filter(member=w.head2)} == {DAY}


def test_a_day_before_a_later_change_is_refused(w: Any) -> None:
    change(w, "rename", w.area, new=[New(name="新名")], on=date(2026, 7, 20))
    with pytest.raises(ValidationError, match="July 20, 2026"):
        change(w, "merge", w.area2, into=w.area)


# Renaming


def test_a_renamed_area_keeps_its_former_name_in_the_change(w: Any) -> None:
    made = change(w, "rename", w.area, new=[New(name="长清服务区", name_en="Changqing Area")])
    area = fresh(w.area)
    assert (area.name, area.name_en, area.ended_on) == ("长清服务区", "Changqing Area", None)
    assert "zhangqing" in area.search_key
    assert [(u.side, u.name, u.name_en, u.area) for u in made.units.order_by("pk")] == [
        ("before", "1区", "Area 1", area), ("after", "长清服务区", "Changqing Area", area),
    ]  # fmt: skip


def test_a_villagers_committee_called_after_its_village_follows_the_new_name(w: Any) -> None:
    Village.objects.filter(pk=w.village.pk).update(committee_name=f"{w.village.name}民委员会")
    change(w, "rename", w.village, new=[New(name="新晋村")])
    village = fresh(w.village)
    assert (village.name, village.name_en, village.committee_name) == ("新晋村", "Xinjincun", "新晋村民委员会")


@pytest.mark.parametrize("name", ["", "  ", "长" * 61])
def test_a_name_is_neither_empty_nor_too_long(w: Any, name: str) -> None:
    with pytest.raises(ValidationError) as error:
        change(w, "rename", w.area, new=[New(name=name)])
    assert "name_1" in error.value.message_dict


def test_the_name_it_has_already_is_no_change(w: Any) -> None:
    with pytest.raises(ValidationError, match="called so already"):
        change(w, "rename", w.area, new=[New(name="1区", name_en="Area 1")])


# Closing


def test_an_area_with_people_is_not_closed_and_says_what_it_still_has(w: Any) -> None:
    with pytest.raises(ValidationError) as error:
        change(w, "close", w.area2)
    assert "2 members, 1 teams and 1 households" in sentence(error)


def test_an_empty_area_is_closed_with_its_leader_post_and_small_group(w: Any) -> None:
    group, area = base.group_and_area(w, w.branch, 3)
    leader = base.user("leader3")
    base.appoint(leader, base.ROLES.LEADER, area=area)
    Post.objects.create(member=w.other, kind="leader", branch=w.branch, area=area, started_on=base.BEGAN)
    change(w, "close", area)
    assert (fresh(area).ended_on, fresh(group).ended_on) == (DAY, DAY)
    assert Appointment.objects.get(user=leader).ended_on == DAY
    assert Post.objects.get(area=area).ended_on == DAY


def test_the_small_group_of_a_closed_area_may_go_on(w: Any) -> None:
    group, area = base.group_and_area(w, w.branch, 3)
    change(w, "close", area, ends_groups=False)
    assert (fresh(area).ended_on, fresh(group).ended_on) == (DAY, None)


def test_a_small_group_in_which_somebody_stays_does_not_end(w: Any) -> None:
    group, area = base.group_and_area(w, w.branch, 3)
    stays = base.member(w, "M10")
    Affiliation.objects.filter(member=stays).update(small_group=group, area=None)
    change(w, "close", area)
    assert fresh(group).ended_on is None


def test_a_village_is_closed_only_without_teams_and_branches(w: Any) -> None:
    with pytest.raises(ValidationError, match="3 teams and 2 branches"):
        change(w, "close", w.village)
    empty = second_village(w)
    clerk = base.user("clerk2")
    base.appoint(clerk, base.ROLES.CLERK, village=empty)
    change(w, "close", empty)
    assert fresh(empty).ended_on == DAY and Appointment.objects.get(user=clerk).ended_on == DAY


# Splitting an area


def test_a_split_gives_teams_with_their_households_and_members_to_a_new_area(w: Any) -> None:
    before = counts()
    new = New(teams=(w.team3,), members=(w.part, w.out))
    made = change(w, "split", w.area, new=[new])
    area = ServiceArea.objects.get(started_on=DAY)
    assert (area.number, area.code, area.name, area.name_en) == (3, f"{w.branch.code}-03", "第三服务区", "Area 3")
    assert (area.small_group.name, area.small_group.started_on) == (f"{w.village.name}第三党小组", DAY)
    assert fresh(w.area).ended_on is None
    assert {m.pk for m in Member.objects.filter(area=area)} == {w.part.pk, w.out.pk}
    assert AreaTeam.objects.get(team=w.team3, ended_on__isnull=True).area == area
    assert made.moved == {"members": 2, "teams": 1, "households": 1, "sheets": 1}
    assert counts() == before and faults(TODAY) == []
    assert LinkTotal.objects.get(level="area", unit_id=area.pk).household_count == 1


def test_a_leader_who_goes_to_the_new_area_no_longer_leads_the_old_one(w: Any) -> None:
    change(w, "split", w.area, new=[New(teams=(w.team3,), members=(w.head,))])
    assert Post.objects.get(member=w.head).ended_on == DAY
    assert Appointment.objects.get(user=w.leader).ended_on == DAY


def test_an_area_is_split_into_several_at_once(w: Any) -> None:
    team4 = base.team(w, "4")
    AreaTeam.objects.create(area=w.area, team=team4, started_on=base.BEGAN)
    change(w, "split", w.area, new=[New(teams=(w.team3,)), New(teams=(team4,), members=(w.out,))])
    assert [(a.number, a.name) for a in ServiceArea.objects.filter(started_on=DAY)] == [
        (3, "第三服务区"), (4, "第四服务区"),
    ]  # fmt: skip
    assert faults(TODAY) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"teams": ()}, "__all__"),
        ({"teams": ("team", "team3")}, "__all__"),
        ({"teams": ("team2",)}, "__all__"),
        ({"teams": ("team3", "team3")}, "__all__"),
        ({"teams": ("team3",), "members": ("other",)}, "__all__"),
        ({"teams": ("team3",), "code": "taken"}, "code_1"),
        ({"teams": ("team3",), "number": 2}, "number_1"),
        ({"teams": ("team3",), "code": "1" * 25}, "code_1"),
        ({"teams": ("team3",), "name": "长" * 61}, "name_1"),
        ({"teams": ("team3",), "group_name": "第2组"}, "group_name_1"),
        ({"teams": ("team3",), "group": "group2"}, "group_1"),
    ],
)
def test_a_split_that_does_not_add_up_is_refused(w: Any, given: dict[str, Any], field: str) -> None:
    rows = {name: tuple(getattr(w, key) for key in keys) for name, keys in given.items() if isinstance(keys, tuple)}
    more = {name: value for name, value in given.items() if not isinstance(value, tuple)}
    if more.get("code") == "taken":
        more["code"] = w.area2.code
    if "group" in more:
        more["group"] = w.group2
    with pytest.raises(ValidationError) as error:
        change(w, "split", w.area, new=[New(**rows, **more)])
    assert field in error.value.update_error_dict({})
    assert not ServiceArea.objects.filter(started_on=DAY).exists() and not SmallGroup.objects.filter(started_on=DAY)


# Moving an area to another branch


def test_an_area_moves_with_everything_it_has_and_ends_where_it_was(w: Any) -> None:
    before = counts()
    Affiliation.objects.filter(member=w.other).update(started_on=base.BEGAN)
    exempt = Exemption.objects.create(
        member=w.other, branch=w.branch, reason="away", scope="links", started_on=base.BEGAN, ended_on=date(2027, 1, 1)
    )
    made = change(w, "move", w.area2, into=w.joint)
    area = ServiceArea.objects.get(branch=w.joint)
    assert (area.code, area.number, area.name, area.started_on) == (f"{w.joint.code}-01", 1, "2区", DAY)
    assert fresh(w.area2).ended_on == DAY and fresh(w.group2).ended_on == DAY
    assert {m.branch_id for m in Member.objects.filter(area=area)} == {w.joint.pk}
    assert fresh(w.house2).branch == w.joint
    rows = HouseholdLink.objects.filter(household=w.house2).order_by("started_on")
    assert [(r.branch, r.started_on, r.ended_on) for r in rows] == [
        (w.branch, base.BEGAN, DAY), (w.joint, DAY, None),
    ]  # fmt: skip
    exempt.refresh_from_db()
    goes_on = Exemption.objects.get(member=w.other, started_on=DAY)
    assert (exempt.ended_on, goes_on.branch, goes_on.ended_on) == (DAY, w.joint, date(2027, 1, 1))
    assert made.moved["links"] == 1 and made.moved["households"] == 1
    assert counts() == before and faults(TODAY) == []
    assert LinkTotal.objects.get(level="branch", unit_id=w.joint.pk).linked_count == 1
    assert LinkTotal.objects.get(level="branch", unit_id=w.branch.pk).linked_count == 2


def test_the_leader_stays_the_leader_and_signs_in_for_the_successor(w: Any) -> None:
    base.appoint(w.leader2, base.ROLES.MEMBER, branch=w.branch)
    change(w, "move", w.area2, into=w.joint)
    area = ServiceArea.objects.get(branch=w.joint)
    held = {
        p.kind: (p.branch, p.area, p.small_group) for p in Post.objects.filter(member=w.head2, ended_on__isnull=True)
    }
    assert held == {"leader": (w.joint, area, None), "group_leader": (w.joint, None, area.small_group)}
    access = Appointment.objects.filter(user=w.leader2, ended_on__isnull=True)
    assert {(a.role, a.area, a.branch) for a in access} == {("leader", area, None), ("member", None, w.joint)}
    assert {a.ended_on for a in Appointment.objects.filter(user=w.leader2, started_on=base.BEGAN)} == {DAY}


def test_a_household_that_would_be_torn_from_its_member_is_handed_over_first(w: Any) -> None:
    HouseholdLink.objects.filter(household=w.house2).update(member=w.plain)
    with pytest.raises(ValidationError) as error:
        change(w, "move", w.area2, into=w.joint)
    assert sentence(error).startswith("1 household would be in another branch") and "Pang Lixin" in sentence(error)
    assert fresh(w.area2).ended_on is None and fresh(w.house2).branch == w.branch


def test_the_secretary_of_the_old_branch_does_not_move_along(w: Any) -> None:
    with pytest.raises(ValidationError, match="Pang Hongliang, Branch secretary"):
        change(w, "move", w.area, into=w.joint)
    Post.objects.filter(member=w.boss).update(ended_on=base.BEGAN)
    with pytest.raises(ValidationError, match="signs in as secretary"):
        change(w, "move", w.area, into=w.joint)


def test_a_transfer_under_way_is_finished_first(w: Any) -> None:
    Transfer.objects.create(
        member=w.other, from_branch=w.branch, to_branch=w.joint, valid_until=TODAY, applied_at=world.NOW,
        applied_by=w.secretary,
    )  # fmt: skip
    with pytest.raises(ValidationError, match="A transfer of Zhang Erni is under way"):
        change(w, "move", w.area2, into=w.joint)


def test_an_area_moves_only_to_a_branch_in_whose_place_its_teams_lie(w: Any) -> None:
    village = second_village(w)
    elsewhere = base.branch(w, "05", village=village)
    with pytest.raises(ValidationError, match="does not lie in 东曹村"):
        change(w, "move", w.area2, into=elsewhere)
    for wrong in (w.branch, w.twin.branch, None):
        with pytest.raises(ValidationError):
            change(w, "move", w.area2, into=wrong)


# Villages


def test_villages_merge_with_teams_and_branches_and_their_clerks_access_ends(w: Any) -> None:
    before = counts()
    village = second_village(w)
    made = change(w, "merge", w.village, into=village)
    assert fresh(w.village).ended_on == DAY
    assert {fresh(team).village for team in (w.team, w.team2, w.team3)} == {village}
    assert {fresh(branch).village for branch in (w.branch, w.far.branch)} == {village}
    assert Appointment.objects.get(user=w.clerk).ended_on == DAY
    assert made.moved == {"teams": 3, "branches": 2, "access": 1}
    assert counts() == before and faults(TODAY) == []


def test_villages_merge_into_a_new_one(w: Any) -> None:
    village = second_village(w)
    change(w, "merge", w.village, village, new=[New(name="晋东村", code=f"{w.township.code}299")])
    made = Village.objects.get(name="晋东村")
    assert (made.name_en, made.committee_name, made.township) == ("Jindongcun", "晋东村村民委员会", w.township)
    assert fresh(w.branch).village == made and fresh(village).ended_on == DAY


@pytest.mark.parametrize("code", ["", "12", "13018310029x", "taken"])
def test_a_new_village_needs_a_code_of_twelve_digits_that_is_free(w: Any, code: str) -> None:
    code = w.village.code if code == "taken" else code
    with pytest.raises(ValidationError) as error:
        change(w, "merge", w.village, second_village(w), new=[New(name="晋东村", code=code)])
    assert "code_1" in error.value.message_dict


def test_a_village_is_split_with_the_areas_that_lie_wholly_on_the_new_side(w: Any) -> None:
    before = counts()
    new = New(name="晋东村", code=f"{w.township.code}299", teams=(w.team2,), branch_name="晋东党支部")
    made = change(w, "split", w.village, new=[new])
    village = Village.objects.get(name="晋东村")
    branch = Branch.objects.get(village=village)
    assert (branch.name, branch.code, branch.started_on) == ("晋东党支部", village.code, DAY)
    area = ServiceArea.objects.get(branch=branch)
    assert fresh(w.team2).village == village and fresh(w.house2).branch == branch
    assert fresh(w.other).area == area
    assert [c.kind for c in PlaceChange.objects.order_by("pk")] == ["split", "move"]
    assert [u.village for u in made.units.order_by("pk")] == [w.village, w.village, village]
    moved = PlaceChange.objects.get(kind="move")
    assert [u.area for u in moved.units.order_by("pk")] == [w.area2, area]
    assert counts() == before and faults(TODAY) == []


def test_a_village_is_not_split_through_an_area(w: Any) -> None:
    with pytest.raises(ValidationError, match="Split the area first"):
        change(w, "split", w.village, new=[New(name="晋东村", code=f"{w.township.code}299", teams=(w.team3,))])


def test_a_village_is_not_split_around_households_that_no_area_takes_along(w: Any) -> None:
    loose = base.team(w, "5")
    world.household(w, loose)
    with pytest.raises(ValidationError, match="1 households of these teams belong to no area"):
        change(w, "split", w.village, new=[New(name="晋东村", code=f"{w.township.code}299", teams=(loose,))])


def test_the_new_village_may_get_a_branch_that_serves_none_yet(w: Any) -> None:
    new = New(name="晋东村", code=f"{w.township.code}299", teams=(w.team2,), branch=w.joint)
    change(w, "split", w.village, new=[new])
    assert fresh(w.joint).village.name == "晋东村" and fresh(w.house2).branch == w.joint
    with pytest.raises(ValidationError, match="serves no village yet"):
        change(w, "split", w.village, new=[New(name="晋西村", code=f"{w.township.code}298", teams=(w.team3,), branch=w.far.branch)])  # fmt: skip  # noqa: E501


def test_all_areas_of_a_village_move_to_another_branch(w: Any) -> None:
    Post.objects.filter(member=w.boss).update(ended_on=base.BEGAN)
    Appointment.objects.filter(user=w.secretary).update(ended_on=base.BEGAN)
    before = counts()
    made = change(w, "move", w.village, into=w.joint)
    assert {a.branch for a in ServiceArea.objects.filter(started_on=DAY)} == {w.joint}
    assert Household.objects.filter(branch=w.branch).count() == 0
    assert made.moved == {"areas": 2, "sheets": 2}
    assert PlaceChange.objects.filter(kind="move").count() == 3
    assert counts() == before and faults(TODAY) == []


def test_a_change_needs_the_number_of_its_document(w: Any) -> None:
    for document in ("", "  ", "号" * 61):
        with pytest.raises(ValidationError) as error:
            change(w, "merge", w.area2, into=w.area, document=document)
        assert "document" in error.value.message_dict


def test_the_first_day_of_a_quarter_will_do(w: Any) -> None:
    change(w, "merge", w.area2, into=w.area, on=JULY)
    assert fresh(w.area2).ended_on == JULY
