"""The organization's lists: what searches and filters find, that the count is the rows', odd addresses, few queries."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from assessments.models import Sheet
from members.models import Exemption, HouseholdLink, Member
from service_areas.models import Household
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in
from tests.jinxian.organization_world import fill_keys, sheet, world

pytestmark = pytest.mark.django_db

LISTS = ("branch_list", "area_list", "member_list", "household_list")


@pytest.fixture
def w(db: Any) -> SimpleNamespace:
    return world()


def rows(who: Any, name: str, **asked: Any) -> set[int]:
    """The keys of the first page; the number that stands above the list is theirs."""
    found = signed_in(who).get(reverse(name), asked)
    assert found.status_code == 200
    assert found.context["found"] == len(found.context["rows"]) < 25
    return {row.pk for row in found.context["rows"]}


@pytest.mark.parametrize("typed", ["庞立新", "立新", "panglixin", "PangLi", "plx", "ＰＬＸ", "pang lixin", " plx "])
def test_a_member_is_found_by_name_pinyin_and_initials(w: SimpleNamespace, typed: str) -> None:
    assert rows(w.staff, "member_list", q=typed) == {w.plain.pk}


def test_a_surname_is_found_in_its_own_reading(w: SimpleNamespace) -> None:
    assert rows(w.staff, "member_list", q="shanyumei") == {w.other.pk}


@pytest.mark.parametrize("typed", ["李福来", "福来", "lifulai", "lfl", "LFL", "002"])
def test_a_household_is_found_by_head_pinyin_initials_and_number(w: SimpleNamespace, typed: str) -> None:
    assert rows(w.staff, "household_list", q=typed) == {w.unlinked.pk}


@pytest.mark.parametrize("typed", ["lf", "fl", "lfx", "003", "王福来"])
def test_a_household_is_not_found_by_part_of_its_initials_or_anything_else(w: SimpleNamespace, typed: str) -> None:
    assert rows(w.staff, "household_list", q=typed) == set()


@pytest.mark.parametrize("typed", ["晋村1区", "jincun1", "高文明", "gaowenming", "gwm"])
def test_an_area_is_found_by_its_village_and_its_leader(w: SimpleNamespace, typed: str) -> None:
    assert rows(w.staff, "area_list", q=typed) == {w.area.pk}


@pytest.mark.parametrize("typed", ["支部01", "zhibu", "庞洪亮", "phl"])
def test_a_branch_is_found_by_its_name_and_its_secretary(w: SimpleNamespace, typed: str) -> None:
    assert rows(w.staff, "branch_list", q=typed) == {w.branch.pk}


def test_areas_by_whether_they_have_reported_are_the_sheets_that_count(w: SimpleNamespace) -> None:
    for reported, expected in (("1", {w.area2.pk}), ("0", {w.area.pk, w.far.area.pk})):
        assert rows(w.officer, "area_list", period=w.period.pk, reported=reported) == expected
        counted = Sheet.objects.filter(period=w.period, is_counted=reported == "1").count()
        assert counted == len(expected)


def test_areas_by_state_of_the_current_quarter_or_of_a_named_one(w: SimpleNamespace) -> None:
    assert rows(w.officer, "area_list", state="returned") == {w.area.pk}
    assert rows(w.officer, "area_list", state="returned", period=w.closed.pk) == set()
    assert rows(w.officer, "area_list", state="closed", period=w.closed.pk) == {w.area.pk, w.area2.pk}
    assert rows(w.officer, "area_list", state="draft", township=w.township.pk) == set()


def test_an_area_that_has_ended_stays_in_the_list_of_its_quarter_only(w: SimpleNamespace) -> None:
    w.area2.ended_on = "2026-01-20"
    w.area2.save()
    assert w.area2.pk not in rows(w.officer, "area_list")
    assert w.area2.pk in rows(w.officer, "area_list", period=w.period.pk, reported="1")
    page = signed_in(w.officer).get(reverse("area_list"), {"period": w.period.pk, "reported": "1"})
    assert page.content.decode().count("ended on 20 Jan 2026") == 1


def test_the_chips_count_the_areas_their_links_open(w: SimpleNamespace) -> None:
    client = signed_in(w.officer)
    for chip in client.get(reverse("area_list"), {"township": w.township.pk}).context["chips"]:
        assert client.get(reverse("area_list") + chip["url"]).context["found"] == chip["count"]


def test_filters_by_place_narrow_every_list(w: SimpleNamespace) -> None:
    near, far = {"township": w.township.pk}, {"branch": w.far.branch.pk}
    assert rows(w.officer, "branch_list", **near) == {w.branch.pk}
    assert rows(w.officer, "area_list", **far) == {w.far.area.pk, w.far.area2.pk}
    assert rows(w.officer, "member_list", **near) == set(w.branch.members.values_list("pk", flat=True))
    assert rows(w.officer, "member_list", area=w.area2.pk) == {w.other.pk}
    assert rows(w.officer, "household_list", **far) == {w.far.linked.pk, w.far.unlinked.pk}
    assert rows(w.officer, "household_list", area=w.area.pk) == {w.linked.pk, w.unlinked.pk}
    assert rows(w.officer, "household_list", area=w.area2.pk) == set()


def test_households_by_link_leave_out_what_is_not_to_be_linked(w: SimpleNamespace) -> None:
    apart = base.household(w, "003")
    Household.objects.filter(pk=apart.pk).update(is_linkable=False)
    assert rows(w.staff, "household_list", linked="1") == {w.linked.pk}
    assert rows(w.staff, "household_list", linked="0") == {w.unlinked.pk}
    assert rows(w.staff, "household_list") == {w.linked.pk, w.unlinked.pk, apart.pk}


def test_exempt_means_from_all_work_and_today(w: SimpleNamespace) -> None:
    assert rows(w.auditor, "member_list", exempt="1", branch=w.branch.pk) == {w.other.pk}
    Exemption.objects.update(ended_on="2026-01-20")
    assert rows(w.auditor, "member_list", exempt="1") == set()


def test_members_by_type_and_only_those_who_still_belong(w: SimpleNamespace) -> None:
    Member.objects.filter(pk=w.plain.pk).update(member_type="probationary")
    Member.objects.filter(pk=w.head.pk).update(status="transferred", status_on="2026-01-05", status_document="1")
    assert rows(w.staff, "member_list", type="probationary") == {w.plain.pk}
    assert w.head.pk not in rows(w.staff, "member_list")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "asked",
    [
        {"page": "99"}, {"page": "0"}, {"page": "-1"}, {"page": "x"}, {"page": "9" * 5000}, {"page": "٣"},
        {"sort": "nothing"}, {"sort": "-id_number_hash"}, {"sort": "'"}, {"per_page": "0"}, {"per_page": "100000"},
        {"township": "x"}, {"township": "9" * 30}, {"branch": "-1"}, {"area": "9" * 30}, {"area": "1,2"},
        {"period": "none"}, {"state": "lost"}, {"reported": "2"}, {"linked": "maybe"}, {"exempt": "0"}, {"type": ""},
        {"q": "x"}, {"q": "x" * 10_000}, {"q": "\0"}, {"q": "a\0b"}, {"q": "%"}, {"q": "_"}, {"q": "\\"}, {"q": "·"},
        {"q": "(((" }, {"q": "\ud7ff\U0010ffff"}, {"q": " "},
    ],
)  # fmt: skip
def test_an_odd_address_is_answered_calmly(w: SimpleNamespace, name: str, asked: dict[str, str]) -> None:
    assert signed_in(w.officer).get(reverse(name), asked).status_code == 200


def test_a_choice_from_outside_the_scope_is_left_out_and_named(w: SimpleNamespace) -> None:
    answer = signed_in(w.staff).get(reverse("member_list"), {"branch": w.far.branch.pk})
    assert "no such choice here: Party branch" in answer.content.decode()
    assert {row.branch_id for row in answer.context["rows"]} == {w.branch.pk}


def test_an_empty_list_says_so_and_offers_to_clear_the_filters(w: SimpleNamespace) -> None:
    for name in LISTS:
        answer = signed_in(w.officer).get(reverse(name), {"q": "nobodyatall"}).content.decode()
        assert f'href="{reverse(name)}">Clear the filters</a>' in answer


def test_paging_and_sorting_keep_the_filters(w: SimpleNamespace) -> None:
    for number in range(30):
        base.member(w, f"N{number:02}", "王小")
    fill_keys(w)
    client = signed_in(w.staff)
    first = client.get(reverse("member_list"), {"q": "wx", "type": "full", "sort": "-member"})
    assert (first.context["found"], len(first.context["rows"])) == (30, 25)
    answer = " ".join(first.content.decode().split())
    assert "?q=wx&amp;type=full&amp;sort=-member&amp;page=2" in answer
    assert "?q=wx&amp;type=full&amp;sort=member" in answer
    assert '<input type="hidden" name="sort" value="-member">' in answer
    second = client.get(reverse("member_list"), {"q": "wx", "type": "full", "sort": "-member", "page": "2"})
    shown = [row.pk for row in [*first.context["rows"], *second.context["rows"]]]
    assert len(set(shown)) == 30


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("branch_list", "branch township areas members households coverage"),
        ("area_list", "area branch township members households coverage state points"),
        ("member_list", "member place type standing links points"),
        ("household_list", "number head team people linked"),
    ],
)
def test_every_column_sorts_both_ways_with_the_same_rows(w: SimpleNamespace, name: str, columns: str) -> None:
    client = signed_in(w.officer)
    plain = {row.pk for row in client.get(reverse(name)).context["rows"]}
    for column in columns.split():
        for sort in (column, f"-{column}"):
            answer = client.get(reverse(name), {"sort": sort})
            assert {row.pk for row in answer.context["rows"]} == plain
            assert f'aria-sort="{"de" if sort[0] == "-" else "a"}scending"' in answer.content.decode()


def test_rows_sort_by_what_the_column_shows(w: SimpleNamespace) -> None:
    client = signed_in(w.officer)
    by_points = client.get(reverse("member_list"), {"sort": "-points"}).context["rows"]
    assert [row.pk for row in by_points[:2]] == [w.head.pk, w.plain.pk]
    by_state = client.get(reverse("area_list"), {"sort": "state", "township": w.township.pk}).context["rows"]
    assert [row.sheet.state for row in by_state] == ["returned", "submitted"]


def test_points_are_those_of_the_last_confirmed_quarter(w: SimpleNamespace) -> None:
    found = signed_in(w.staff).get(reverse("member_list"), {"q": "plx"})
    assert str(found.context["rows"][0].points) == "91.25"
    area = signed_in(w.staff).get(reverse("area_list")).context["rows"][0]
    assert str(area.mean_points) == "90.25"


def test_a_household_of_a_former_link_is_unlinked(w: SimpleNamespace) -> None:
    HouseholdLink.objects.update(ended_on="2026-01-20")
    assert "庞立新" not in signed_in(w.staff).get(reverse("household_list")).content.decode()


@pytest.mark.parametrize("name", [*LISTS, "place_tree", "search"])
@pytest.mark.parametrize("who", ["officer", "staff", "secretary", "leader"])
def test_a_list_takes_ten_queries_at_most_whatever_its_size(
    w: SimpleNamespace, who: str, name: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(3, 9):
        group, area = base.group_and_area(w, w.branch, number)
        sheet(w, area, w.period, "draft")
        base.household(w, f"1{number}")
        base.member(w, f"X{number}", "庞新")
        base.branch(w, f"B{number}")
    fill_keys(w)
    client = signed_in(getattr(w, who))
    client.get(reverse("accounts:account"))  # the first page of a session writes when it began
    asked: dict[str, Any] = {"q": "pang"} if name == "search" else {}
    for more in ({}, {"branch": w.branch.pk, "area": w.area.pk, "township": w.township.pk, "period": w.period.pk}):
        with django_assert_max_num_queries(10):
            client.get(reverse(name), {**asked, **more})
