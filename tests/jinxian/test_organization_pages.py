"""The pages of a place, branch, area and member, and the search: what stands on them, and for whom."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from assessments.models import Sheet
from members.models import Affiliation, Exemption, Member, Post
from service_areas.models import AreaTeam, Branch, ProductionTeam, Township
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in
from tests.jinxian.organization_world import BEGAN, SECRET, sheet, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w(db: Any) -> SimpleNamespace:
    return world()


def text(who: Any, name: str, *args: Any, **asked: Any) -> str:
    answer = signed_in(who).get(reverse(name, args=args), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def facts(who: Any, name: str, *args: Any) -> Any:
    return signed_in(who).get(reverse(name, args=args)).context


def test_the_county_shows_its_townships_with_their_states_and_what_is_missing(w: SimpleNamespace) -> None:
    tree = facts(w.officer, "place_tree")["tree"]
    near = next(row for row in tree.rows if row.label == w.township.name)
    assert (near.level, near.below, near.area_count, near.missing) == (2, [], 2, 1)
    assert (near.states["returned"], near.states["submitted"]) == (1, 1)
    assert tree.total.area_count == Sheet.objects.filter(period=w.period).count() == 3
    assert tree.total.members == Member.objects.filter(branch__county=w.county).count()


def test_what_is_missing_opens_exactly_those_areas(w: SimpleNamespace) -> None:
    client = signed_in(w.officer)
    for page in (reverse("place_tree"), reverse("place_township", args=[w.township.pk])):
        for row in client.get(page).context["tree"].rows:
            if row.missing:
                assert client.get(row.missing_url).context["found"] == row.missing


def test_a_township_opens_to_branches_and_their_areas(w: SimpleNamespace) -> None:
    rows = facts(w.staff, "place_township", w.township.pk)["tree"].rows
    assert [(row.level, row.label) for row in rows] == [(3, w.village.name), (4, "1区"), (4, "2区")]
    assert [row.sheet and row.sheet.state for row in rows] == [None, "returned", "submitted"]


def test_a_township_without_villages_opens_to_its_teams(w: SimpleNamespace) -> None:
    place = SimpleNamespace(county=w.county)
    place.township = Township.objects.create(county=w.county, code=f"{w.county.code}300", name="周家庄乡")
    place.branch = base.branch(place, "300-01")
    _group, area = base.group_and_area(place, place.branch, 1)
    team = ProductionTeam.objects.create(township=place.township, code="300001", name="一队")
    AreaTeam.objects.create(area=area, team=team, started_on=BEGAN)
    rows = facts(w.officer, "place_township", place.township.pk)["tree"].rows
    assert [(row.level, row.label, row.note) for row in rows] == [(3, "支部300-01", ""), (4, "1区", "一队")]
    county = {row.label: row.note for row in facts(w.officer, "place_tree")["tree"].rows}
    assert county["周家庄乡"] == "1 team, no villages"


def test_an_earlier_quarter_can_be_chosen_and_an_unknown_one_is_the_current(w: SimpleNamespace) -> None:
    client = signed_in(w.staff)
    assert client.get(reverse("place_tree"), {"period": w.closed.pk}).context["tree"].total.states["closed"] == 2
    assert client.get(reverse("place_tree"), {"period": "none"}).context["period"] == w.period


def test_the_page_of_the_tree_reads_as_a_treegrid(w: SimpleNamespace) -> None:
    page = " ".join(text(w.staff, "place_tree").split())
    assert '<table class="jx tt" role="treegrid" data-tree' in page
    assert '<tr aria-level="3" id="branch-' in page


def test_a_clerk_sees_the_village_and_its_areas_by_name(w: SimpleNamespace) -> None:
    tree = facts(w.clerk, "place_tree")["tree"]
    assert [row.label for row in tree.rows] == [w.village.name, "1区", "2区"]
    assert {row.members for row in tree.rows} | {row.sheet for row in tree.rows} == {None}


def test_a_branch_names_secretary_now_and_before_with_dates(w: SimpleNamespace) -> None:
    Post.objects.filter(member=w.boss).update(ended_on="2026-01-10")
    Post.objects.create(member=w.plain, kind="secretary", branch=w.branch, started_on="2026-01-10")
    context = facts(w.secretary, "branch_detail", w.branch.pk)
    assert [post.member for post in context["leading"]] == [w.plain]
    assert [post.member for post in context["led"]] == [w.boss]
    assert "1 Jan 2026 to 10 Jan 2026" in text(w.secretary, "branch_detail", w.branch.pk)
    assert (context["member_count"], context["total"].household_count) == (5, 2)


def test_an_area_shows_leader_members_households_and_the_unlinked_by_name(w: SimpleNamespace) -> None:
    context = facts(w.leader, "area_detail", w.area.pk)
    assert context["leader"] == w.head
    assert [row["member"] for row in context["people"]][0] == w.head
    assert [h.pk for row in context["people"] for h in row["households"]] == [w.linked.pk]
    assert ([h.pk for h in context["unlinked"]], context["coverage"]) == ([w.unlinked.pk], 0.5)
    assert [q["mean"] for q in context["quarters"]] == [Decimal("90.25"), None]


def test_an_area_keeps_its_former_leader_and_team(w: SimpleNamespace) -> None:
    Post.objects.filter(area=w.area).update(ended_on="2026-01-10")
    Post.objects.create(member=w.plain, kind="leader", branch=w.branch, area=w.area, started_on="2026-01-10")
    gone = base.team(w, "9")
    AreaTeam.objects.create(area=w.area, team=gone, started_on=BEGAN, ended_on="2026-01-15")
    context = facts(w.staff, "area_detail", w.area.pk)
    assert (context["leader"], [team.pk for team in context["teams"]]) == (w.plain, [w.team.pk])
    assert [entry["label"] for entry in context["past"]] == ["第9队, no longer in this area", "Leader 高文明"]


def test_a_plain_member_reads_of_the_own_area_no_record_household_or_sheet_of_others(w: SimpleNamespace) -> None:
    context = facts(w.member_user, "area_detail", w.area.pk)
    assert "people" not in context
    assert "total" not in context
    assert context["quarters"] == []


@pytest.mark.parametrize(
    ("who", "contact", "id_number", "reason"),
    [
        ("officer", True, True, True), ("staff", True, True, True), ("secretary", True, True, True),
        ("leader", True, False, False), ("auditor", False, False, False),
    ],
)  # fmt: skip
def test_contact_id_number_and_reason_are_shown_as_granted(
    w: SimpleNamespace, who: str, contact: bool, id_number: bool, reason: bool
) -> None:
    Exemption.objects.create(member=w.plain, branch=w.branch, reason="ill", scope="physical", started_on=BEGAN)
    page = text(getattr(w, who), "member_detail", w.plain.pk)
    seen = ("13800001111" in page, "130············42" in page, "Seriously ill" in page)
    assert seen == (contact, id_number, reason)


def test_a_member_sees_the_own_contact_id_number_and_reason(w: SimpleNamespace) -> None:
    Exemption.objects.create(member=w.plain, branch=w.branch, reason="ill", scope="physical", started_on=BEGAN)
    page = text(w.member_user, "member_detail", w.plain.pk)
    assert all(piece in page for piece in ("13800001111", "130············42", "Seriously ill"))


def quarters_seen(who: Any, w: SimpleNamespace) -> dict[int, str]:
    years = facts(who, "member_detail", w.plain.pk)["years"]
    return {
        row["line"].period_id: str(row["line"].points) if row["sees_points"] else "—"
        for year in years
        for row in year.quarters
    }


def test_points_of_a_returned_sheet_are_the_branchs_and_the_members_own(w: SimpleNamespace) -> None:
    for who in (w.secretary, w.leader, w.member_user):
        assert quarters_seen(who, w) == {w.closed.pk: "91.25", w.period.pk: "88.34"}
    for who in (w.staff, w.officer, w.auditor):
        assert quarters_seen(who, w) == {w.closed.pk: "91.25", w.period.pk: "—"}


def test_a_member_sees_an_own_quarter_only_after_the_first_submission(w: SimpleNamespace) -> None:
    Sheet.objects.filter(pk=w.returned.pk).update(first_submitted_at=None, state="draft")
    assert quarters_seen(w.member_user, w) == {w.closed.pk: "91.25"}
    assert "88.34" not in text(w.member_user, "member_detail", w.plain.pk)


def test_a_members_moves_posts_and_households_stand_in_their_years(w: SimpleNamespace) -> None:
    Affiliation.objects.filter(member=w.plain).update(ended_on="2026-01-15")
    Affiliation.objects.create(member=w.plain, branch=w.branch, area=w.area2, started_on="2026-01-15")
    Post.objects.create(member=w.plain, kind="deputy", branch=w.branch, started_on="2026-01-12")
    year = facts(w.secretary, "member_detail", w.plain.pk)["years"][0]
    assert [event.text for event in year.events] == [
        "Now in 支部01 · 2区", "Became Deputy secretary, 支部01", "Took over 1 household",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["place_township", "branch_detail", "area_detail", "member_detail"])
def test_a_key_that_cannot_be_is_not_found(w: SimpleNamespace, name: str) -> None:
    client = signed_in(w.officer)
    assert [client.get(reverse(name, args=[pk])).status_code for pk in (0, 10**9, 10**30)] == [404] * 3


@pytest.mark.parametrize("name", ["branch_detail", "area_detail", "member_detail"])
def test_a_page_takes_twenty_queries_at_most(w: SimpleNamespace, name: str, django_assert_max_num_queries: Any) -> None:
    for number in range(3, 9):
        _group, area = base.group_and_area(w, w.branch, number)
        sheet(w, area, w.period, "draft")
        base.household(w, f"1{number}")
        base.member(w, f"X{number}")
    client = signed_in(w.officer)
    row = {"branch_detail": w.branch, "area_detail": w.area, "member_detail": w.plain}[name]
    with django_assert_max_num_queries(20):
        client.get(reverse(name, args=[row.pk]))


def test_the_township_page_takes_ten_queries_at_most(w: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    for number in range(3, 9):
        _group, area = base.group_and_area(w, w.branch, number)
        sheet(w, area, w.period, "draft")
        base.branch(w, f"B{number}")
    client = signed_in(w.officer)
    client.get(reverse("accounts:account"))  # the first page of a session writes when it began
    with django_assert_max_num_queries(10):
        client.get(reverse("place_township", args=[w.township.pk]))


@pytest.mark.parametrize("typed", ["庞立新", "panglixin", "plx"])
def test_the_search_finds_a_member(w: SimpleNamespace, typed: str) -> None:
    groups = facts_of_search(w.secretary, typed)
    assert [hit.url for hit in groups["Members"].hits] == [reverse("member_detail", args=[w.plain.pk])]


def facts_of_search(who: Any, typed: str) -> dict[str, Any]:
    answer = signed_in(who).get(reverse("search"), {"q": typed})
    assert answer.status_code == 200
    return {str(group.title): group for group in answer.context["groups"]}


def test_the_search_groups_areas_branches_places_and_households(w: SimpleNamespace) -> None:
    Branch.objects.filter(pk=w.branch.pk).update(name="晋村支部", search_key="晋村支部 jincunzhibu jczb")
    w.unlinked.head_name = "晋老汉"
    w.unlinked.save()
    found = facts_of_search(w.officer, "晋")
    assert list(found) == ["Members", "Service areas", "Party branches", "Places", "Households"]
    assert {hit.label for hit in found["Places"].hits} == {w.township.label, w.village.label}
    assert facts_of_search(w.officer, "jinzhen")["Places"].count == 1


def test_at_most_eight_of_each_are_shown_and_the_list_has_them_all(w: SimpleNamespace) -> None:
    for number in range(12):
        row = base.member(w, f"S{number:02}", "赵小")
        Member.objects.filter(pk=row.pk).update(search_key="赵小 zhaoxiao zx")
    group = facts_of_search(w.staff, "zx")["Members"]
    assert (len(group.hits), group.count) == (8, 12)
    assert signed_in(w.staff).get(group.url).context["found"] == 12


@pytest.mark.parametrize("typed", ["", " ", "x", "x" * 10_000, "\0", "p\0x", "·", "%", "nobodyatall", "[["])
def test_an_odd_search_finds_nothing_calmly(w: SimpleNamespace, typed: str) -> None:
    assert facts_of_search(w.officer, typed) == {}


def test_one_letter_asks_for_more(w: SimpleNamespace) -> None:
    assert "One letter finds too much" in text(w.officer, "search", q="x")
    assert "Nothing found in your places" in text(w.officer, "search", q="nobodyatall")


def test_the_search_stays_in_the_scope(w: SimpleNamespace) -> None:
    assert facts_of_search(w.staff, SECRET) == {}
    assert facts_of_search(w.keeper, "庞") == {}
    assert "Members" not in facts_of_search(w.clerk, "庞")
