"""Who opens which page of the organization: a table persona × page → status, and no name from outside the scope."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from tests.jinxian.admin_world import signed_in
from tests.jinxian.organization_world import SECRET, world

pytestmark = pytest.mark.django_db

LISTS = ("place_tree", "branch_list", "area_list", "member_list", "household_list", "search")
PEOPLE = ("officer", "staff", "secretary", "leader", "member_user", "clerk", "auditor", "keeper", "nobody")
NEAR_ONLY = ("staff", "secretary", "leader", "member_user", "clerk", "keeper", "nobody")
# page → status for each of PEOPLE, in that order
TABLE = {
    "place_tree": (200, 200, 200, 200, 403, 200, 200, 403, 403),
    "branch_list": (200, 200, 200, 200, 403, 200, 200, 403, 403),
    "area_list": (200, 200, 200, 200, 200, 200, 200, 403, 403),
    "member_list": (200, 200, 200, 200, 200, 403, 200, 403, 403),
    "household_list": (200, 200, 200, 200, 200, 200, 200, 403, 403),
    "search": (200, 200, 200, 200, 200, 200, 200, 200, 200),
    "place_township": (200, 200, 404, 404, 404, 404, 200, 404, 404),
    "branch_detail": (200, 200, 200, 200, 403, 404, 200, 404, 404),
    "area_detail": (200, 200, 200, 200, 200, 200, 200, 404, 404),
    "area_detail 2": (200, 200, 200, 404, 404, 200, 200, 404, 404),
    "member_detail": (200, 200, 200, 200, 200, 404, 200, 404, 404),
    "member_detail 2": (200, 200, 200, 404, 404, 404, 200, 404, 404),
    "far place_township": (200, 404, 404, 404, 404, 404, 200, 404, 404),
    "far branch_detail": (200, 404, 404, 404, 404, 404, 200, 404, 404),
    "far area_detail": (200, 404, 404, 404, 404, 404, 200, 404, 404),
    "far member_detail": (200, 404, 404, 404, 404, 404, 200, 404, 404),
}


@pytest.fixture
def w(db: Any) -> SimpleNamespace:
    return world()


def url_of(w: SimpleNamespace, page: str) -> str:
    near, name = (w.far, page.removeprefix("far ")) if page.startswith("far ") else (w, page)
    name, _space, second = name.partition(" ")
    if name in LISTS:
        return reverse(name)
    row = {
        "place_township": near.township,
        "branch_detail": near.branch,
        "area_detail": near.area2 if second else near.area,
        "member_detail": near.other if second else near.plain,
    }[name]
    return reverse(name, args=[row.pk])


@pytest.mark.parametrize("opened", TABLE)
def test_each_persona_gets_the_status_of_the_table(w: SimpleNamespace, opened: str) -> None:
    url = url_of(w, opened)
    got = tuple(signed_in(getattr(w, who)).get(url).status_code for who in PEOPLE)
    assert dict(zip(PEOPLE, got, strict=True)) == dict(zip(PEOPLE, TABLE[opened], strict=True))


@pytest.mark.parametrize("opened", TABLE)
def test_staff_of_another_county_finds_nothing_of_jin(w: SimpleNamespace, opened: str) -> None:
    response = signed_in(w.stranger).get(url_of(w, opened), {"q": "庞"})
    assert response.status_code == (200 if opened in LISTS else 404)
    assert "庞立新" not in response.content.decode()


@pytest.mark.parametrize("who", NEAR_ONLY)
def test_no_list_search_or_choice_shows_a_name_from_outside_the_scope(w: SimpleNamespace, who: str) -> None:
    client = signed_in(getattr(w, who))
    for name in LISTS:
        for asked in (
            {},
            {"q": "1"},
            {"q": "13"},
            {"q": "001"},
            {"township": w.far.township.pk},
            {"branch": w.far.branch.pk},
        ):
            for more in ({}, {"area": w.far.area.pk}):
                assert SECRET not in client.get(reverse(name), {**asked, **more}).content.decode()


def test_the_secret_is_there_for_who_may_see_it(w: SimpleNamespace) -> None:
    client = signed_in(w.auditor)
    assert all(SECRET in client.get(reverse(name), {"q": SECRET}).content.decode() for name in LISTS)


def test_a_refusal_says_why(w: SimpleNamespace) -> None:
    page = signed_in(w.clerk).get(reverse("member_list"))
    assert "Your appointments do not cover this" in page.content.decode()


def test_a_member_without_rights_on_others_sees_only_the_own_record(w: SimpleNamespace) -> None:
    page = signed_in(w.member_user).get(reverse("member_list"))
    assert [row.pk for row in page.context["rows"]] == [w.plain.pk]


def test_a_clerk_sees_names_of_areas_and_households_and_the_linked_member_and_no_record(w: SimpleNamespace) -> None:
    client = signed_in(w.clerk)
    areas = client.get(reverse("area_list"))
    assert {row.pk for row in areas.context["rows"]} == {w.area.pk, w.area2.pk}
    assert "member_count" not in vars(areas.context["rows"][0])
    households = client.get(reverse("household_list")).content.decode()
    assert "庞立新" in households
    assert reverse("member_detail", args=[w.plain.pk]) not in households
    area = client.get(reverse("area_detail", args=[w.area.pk])).content.decode()
    assert "高文明" in area
    assert "庞立新" not in area


def test_a_leader_sees_no_number_of_the_whole_branch(w: SimpleNamespace) -> None:
    page = signed_in(w.leader).get(reverse("branch_detail", args=[w.branch.pk]))
    assert "member_count" not in page.context
    assert [area.pk for area in page.context["areas"]] == [w.area.pk]


def test_nobody_sees_a_contact_in_a_list(w: SimpleNamespace) -> None:
    client = signed_in(w.officer)
    for name in ("household_list", "member_list", "search"):
        page = client.get(reverse(name), {"q": "李"}).content.decode() + client.get(reverse(name)).content.decode()
        assert "13900000000" not in page
        assert "13800001111" not in page


def test_the_pages_only_read(w: SimpleNamespace) -> None:
    client = signed_in(w.officer)
    assert all(client.post(url_of(w, page)).status_code == 405 for page in TABLE)
