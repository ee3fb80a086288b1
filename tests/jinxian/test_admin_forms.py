"""Members, areas, households and places in the admin: what is refused, what follows from a save."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Exemption, HouseholdLink, LinkTotal, Member, Post
from service_areas.models import AreaTeam, Branch, Household, ProductionTeam, ServiceArea, SmallGroup
from tests.jinxian import admin_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> Any:
    return world.everything()


@pytest.fixture
def officer(w: Any) -> Any:
    return world.signed_in(w.officer)


def add(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def change(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def a_member(w: Any, **changed: Any) -> dict[str, Any]:
    place = {"branch": w.branch.pk, "small_group": w.group.pk, "area": w.area.pk, "affiliated_on": "2026-03-01"}
    return {"code": "M9", "name": "单庞立", "sex": "m", "member_type": "full", "status": "normal"} | place | changed


# Members


def test_a_new_member_gets_a_search_key_and_an_open_affiliation(w: Any, officer: Any) -> None:
    response = world.typed(officer, add(Member), **a_member(w, name_latin="Shan Pangli"))
    assert response.status_code == 302
    row = Member.objects.get(code="M9")
    assert row.search_key == "单庞立 shanpangli spl"
    held = row.affiliations.get()
    assert (held.branch, held.small_group, held.area, held.started_on, held.ended_on) == (
        *(w.branch, w.group, w.area),
        *(date(2026, 3, 1), None),
    )


def test_saving_a_member_leaves_the_affiliation_alone(w: Any, officer: Any) -> None:
    assert world.typed(officer, change(w.member), name="庞新").status_code == 302
    assert w.member.affiliations.get().started_on == world.BEGAN
    w.member.refresh_from_db()
    assert w.member.search_key.startswith("庞新 pangxin")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"code": "130183-M1"}, "already exists"),
        ({"admitted_on": "2020-01-01", "full_on": "2019-01-01"}, "Full membership cannot begin before admission."),
        ({"status": "left"}, "A change of status has a date."),
        ({"status": "left", "status_on": "2026-01-01"}, "A change of status has a document"),
        ({"affiliated_on": "1980-01-01"}, "It did not exist on that day."),
        ({"affiliated_on": "31.2.2026"}, "valid date"),
        ({"area": ""}, ""),
    ],
)
def test_a_member_that_cannot_be_is_refused(w: Any, officer: Any, typed: dict[str, str], sentence: str) -> None:
    response = world.typed(officer, add(Member), **a_member(w, **typed))
    if not sentence:
        assert response.status_code == 302
        return
    assert sentence in world.errors_of(response)
    assert response.context["adminform"].form["name"].value() == "单庞立"
    assert not Member.objects.filter(code="M9").exists()


def test_a_small_group_of_another_branch_is_refused(w: Any, officer: Any) -> None:
    other = world.branch(w, "02")
    group, area = world.group_and_area(w, other, 1)
    said = world.errors_of(world.typed(officer, add(Member), **a_member(w, small_group=group.pk, area=area.pk)))
    assert "This small group belongs to another branch." in said
    assert "This service area belongs to another branch." in said


def test_an_exemption_stands_in_the_members_branch_and_once_per_scope(w: Any, officer: Any) -> None:
    values = {"member": w.member.pk, "reason": "old", "scope": "all", "started_on": "2026-02-01"}
    assert world.typed(officer, add(Exemption), **values).status_code == 302
    assert Exemption.objects.get().branch == w.branch
    assert world.errors_of(world.typed(officer, add(Exemption), **values))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"kind": "leader"}, "A leader needs a service area"),
        ({"kind": "secretary", "area": "own"}, "A leader needs a service area"),
        ({"kind": "leader", "area": "other"}, "This service area belongs to another branch."),
        (
            {"kind": "secretary", "started_on": "2026-02-01", "ended_on": "2026-01-01"},
            "The end lies before the beginning.",
        ),
    ],
)
def test_a_post_that_cannot_be_is_refused(w: Any, officer: Any, typed: dict[str, str], sentence: str) -> None:
    _group, elsewhere = world.group_and_area(w, world.branch(w, "02"), 1)
    areas = {"own": w.area.pk, "other": elsewhere.pk}
    typed = typed | {"area": areas.get(typed.get("area", ""), "")}
    values = {"member": w.member.pk, "branch": w.branch.pk, "started_on": "2026-02-01"} | typed
    assert sentence in world.errors_of(world.typed(officer, add(Post), **values))


def test_a_branch_has_one_secretary_at_a_time(w: Any, officer: Any) -> None:
    values = {"member": w.member.pk, "branch": w.branch.pk, "kind": "secretary", "started_on": "2026-02-01"}
    assert world.typed(officer, add(Post), **values).status_code == 302
    second = values | {"member": world.member(w, "M2").pk}
    assert world.errors_of(world.typed(officer, add(Post), **second))
    first = Post.objects.get()
    assert world.typed(officer, change(first), ended_on="2026-03-01").status_code == 302
    assert world.typed(officer, add(Post), **second, ended_on="").status_code == 302


def test_dates_out_of_order_are_refused_on_a_change_page_too(w: Any, officer: Any) -> None:
    post = Post.objects.create(member=w.member, branch=w.branch, kind="secretary", started_on=date(2026, 2, 1))
    assert "The end lies before" in world.errors_of(world.typed(officer, change(post), ended_on="2026-01-01"))


# Areas, households, links


def test_a_new_area_takes_county_and_township_from_its_branch(w: Any, officer: Any) -> None:
    group = SmallGroup.objects.create(branch=w.branch, code="g2", name="第二组", started_on=world.BEGAN)
    values = {"branch": w.branch.pk, "small_group": group.pk, "code": "a2", "number": 2, "name": "二区"}
    team = {
        "area_teams-TOTAL_FORMS": 1,
        "area_teams-0-team": world.team(w, "2").pk,
        "area_teams-0-started_on": "2026-02-01",
    }
    assert world.typed(officer, add(ServiceArea), started_on="2026-02-01", **values, **team).status_code == 302
    area = ServiceArea.objects.get(code="a2")
    assert (area.county, area.township, area.search_key) == (w.county, w.township, "二区 erqu eq")
    assert area.area_teams.count() == 1


@pytest.mark.parametrize(
    "typed", [{"code": "130183-01-1"}, {"number": 1}, {"small_group": "own"}, {"ended_on": "2020-01-01"}]
)
def test_an_area_that_cannot_be_is_refused(w: Any, officer: Any, typed: dict[str, Any]) -> None:
    group = SmallGroup.objects.create(branch=w.branch, code="g2", name="第二组", started_on=world.BEGAN)
    values = {"branch": w.branch.pk, "small_group": group.pk, "code": "a2", "number": 2, "name": "二区"} | typed
    values |= {"small_group": w.group.pk} if typed.get("small_group") else {}
    assert world.errors_of(world.typed(officer, add(ServiceArea), **({"started_on": "2026-02-01"} | values)))


def test_a_small_group_of_another_branch_carries_no_area(w: Any, officer: Any) -> None:
    group, _area = world.group_and_area(w, world.branch(w, "02"), 1)
    values = {"branch": w.branch.pk, "small_group": group.pk, "code": "a2", "number": 2, "name": "二区"}
    response = world.typed(officer, add(ServiceArea), started_on="2026-02-01", **values)
    assert "This small group belongs to another branch." in world.errors_of(response)


def test_a_team_is_in_one_area_at_a_time(w: Any, officer: Any) -> None:
    _group, area = world.group_and_area(w, w.branch, 2)
    values = {"area": area.pk, "team": w.team.pk, "started_on": "2026-02-01"}
    said = world.errors_of(world.typed(officer, add(AreaTeam), **values))
    assert "This team is in another service area; end that first." in said
    inline = {"area_teams-TOTAL_FORMS": 1, "area_teams-0-team": w.team.pk, "area_teams-0-started_on": "2026-02-01"}
    assert "end that first" in world.errors_of(world.typed(officer, change(area), **inline))
    held = w.area.area_teams.get()
    assert world.typed(officer, change(held), ended_on="2026-02-01").status_code == 302
    assert world.typed(officer, add(AreaTeam), **values, ended_on="").status_code == 302


def test_a_team_from_elsewhere_is_refused(w: Any, officer: Any) -> None:
    team = ProductionTeam.objects.create(township=w.township, code="77", name="外队")
    said = world.errors_of(world.typed(officer, add(AreaTeam), area=w.area.pk, team=team.pk, started_on="2026-02-01"))
    assert "does not lie in the place of the area's branch" in said


def test_a_household_lies_in_its_branchs_place_and_has_its_number_once(w: Any, officer: Any) -> None:
    values = {"branch": w.branch.pk, "team": w.team.pk, "number": "002", "head_name": "李", "people_count": 3}
    assert world.typed(officer, add(Household), **values, is_linkable="on").status_code == 302
    assert "already exists" in world.errors_of(world.typed(officer, add(Household), **values))
    assert world.errors_of(world.typed(officer, add(Household), **(values | {"number": "003", "people_count": 0})))
    elsewhere = ProductionTeam.objects.create(township=w.township, code="77", name="外队")
    said = world.errors_of(world.typed(officer, add(Household), **(values | {"team": elsewhere.pk, "number": "004"})))
    assert "does not lie in the place of the household's branch" in said
    total = LinkTotal.objects.get(level="county", unit_id=w.county.pk)
    assert (total.household_count, total.linkable_count, total.linked_count) == (2, 2, 0)


def test_a_link_counts_at_once_and_a_second_primary_one_is_refused(w: Any, officer: Any) -> None:
    values = {"household": w.household.pk, "member": w.member.pk, "is_primary": "on", "started_on": "2026-02-01"}
    assert world.typed(officer, add(HouseholdLink), **values).status_code == 302
    w.household.refresh_from_db()
    assert w.household.link_count == 1
    assert LinkTotal.objects.get(level="area", unit_id=w.area.pk).linked_count == 1
    second = values | {"member": world.member(w, "M2").pk}
    said = world.errors_of(world.typed(officer, add(HouseholdLink), **second))
    assert "This household has a primary member already; end that link first." in said
    assert HouseholdLink.objects.get().ended_on is None


def test_a_link_ends_once_and_the_coverage_follows(w: Any, officer: Any) -> None:
    values = {"household": w.household.pk, "member": w.member.pk, "is_primary": "on", "started_on": "2026-02-01"}
    world.typed(officer, add(HouseholdLink), **values)
    link = HouseholdLink.objects.get()
    assert "The end lies before" in world.errors_of(world.typed(officer, change(link), ended_on="2026-01-01"))
    assert world.typed(officer, change(link), ended_on="2026-03-01").status_code == 302
    w.household.refresh_from_db()
    assert w.household.link_count == 0
    assert officer.post(change(link), {"ended_on": ""}).status_code == 403


def test_a_link_does_not_end_on_a_day_to_come(w: Any, officer: Any) -> None:
    values = {"household": w.household.pk, "member": w.member.pk, "is_primary": "on", "started_on": "2026-02-01"}
    world.typed(officer, add(HouseholdLink), **values)
    later = timezone.localdate() + timedelta(days=30)
    answer = world.typed(officer, change(HouseholdLink.objects.get()), ended_on=later)
    assert "lies in the future" in world.errors_of(answer)
    assert HouseholdLink.objects.get().ended_on is None


def test_links_stay_inside_the_branch(w: Any, officer: Any) -> None:
    other = world.branch(w, "02", village=w.village)
    Member.objects.filter(pk=w.member.pk).update(branch=other)
    values = {"household": w.household.pk, "member": w.member.pk, "is_primary": "on", "started_on": "2026-02-01"}
    assert "belongs to another branch" in world.errors_of(world.typed(officer, add(HouseholdLink), **values))
    assert not HouseholdLink.objects.exists()


# Places and branches


def test_a_new_branch_takes_its_county_and_search_key(w: Any, officer: Any) -> None:
    values = {
        "township": w.township.pk,
        "village": w.village.pk,
        "code": "b9",
        "name": "庞村党支部",
        "started_on": "2026-02-01",
    }
    assert world.typed(officer, add(Branch), **values).status_code == 302
    row = Branch.objects.get(code="b9")
    assert (row.county, row.search_key) == (w.county, "庞村党支部 pangcundangzhibu pcdzb")
    assert "already exists" in world.errors_of(world.typed(officer, add(Branch), **values))


def test_a_village_of_another_township_is_refused(w: Any, officer: Any) -> None:
    other = type(w.township).objects.create(county=w.county, code="130183101", name="乙镇")
    values = {"township": other.pk, "village": w.village.pk, "code": "9", "name": "乙", "started_on": "2026-02-01"}
    for model in (Branch, ProductionTeam):
        assert "This village belongs to another township." in world.errors_of(
            world.typed(officer, add(model), **values)
        )


@pytest.mark.parametrize("code", ["12345", "13018a", "130183100"])
def test_a_code_has_its_digits_and_is_unique(w: Any, officer: Any, code: str) -> None:
    values = {"county": w.county.pk, "name": "乙镇", "code": code}
    assert "code" in world.typed(officer, add(type(w.township)), **values).context["adminform"].form.errors
