"""The pages of changes of places: choose, look, carry out; who gets what; what came too late or does not fit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from jinxian.views.place_change_facts import predecessors_of, successors_of
from members.models import Member
from service_areas.models import AreaTeam, PlaceChange, ServiceArea, Village
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in
from tests.members import place_world
from tests.members.place_world import DAY, change

pytestmark = pytest.mark.django_db
NEW, CONFIRM, LIST = reverse("place_change_new"), reverse("place_change_confirm"), reverse("place_change_list")
PEOPLE = ("officer", "staff", "secretary", "leader", "member_user", "clerk", "auditor", "keeper", "nobody", "stranger")


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    made = place_world.world()
    time_machine.move_to(place_world.NOW)
    return made


def merger(w: Any, **changed: Any) -> dict[str, Any]:
    """What the form of the second step sends: area 2 goes into area 1."""
    sent = {
        "area": w.area.pk, "kind": "merge", "parts": 1, "units": [w.area2.pk], "into": w.area.pk,
        "on": DAY.isoformat(), "document": "晋组 8 号",
    }  # fmt: skip
    return {name: value for name, value in (sent | changed).items() if value is not None}


def look(who: Any, sent: dict[str, Any]) -> Any:
    return signed_in(who).get(NEW, sent | {"look": 1})


def confirm(who: Any, sent: dict[str, Any], page: Any = None) -> Any:
    """Press the button of the page that was looked at: its hidden fields, as a browser sends them."""
    page = page or look(who, sent)
    assert page.status_code == 200, page.status_code
    data: dict[str, list[str]] = {"digest": [page.context["seen"].digest]}
    for name, value in page.context["kept"]:
        data.setdefault(name, []).append(value)
    return signed_in(who).post(CONFIRM, data)


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def errors(response: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = response.context["form"].errors
    return found


# The way through


def test_a_secretary_looks_at_what_will_move_and_carries_it_out(w: Any) -> None:
    page = look(w.secretary, merger(w))
    titles = [part.title for part in page.context["parts"]]
    assert titles == ["Pangcun Branch 2区 → Pangcun Branch Area 1", "Ends", "Running quarters"]
    shown = {item.label: item.count for item in page.context["parts"][0].items}
    assert shown == {"Members": 2, "Former production teams": 1, "Households": 1}
    assert "Nothing has been changed yet." in words(page) and "Zhang Erni" in words(page)
    assert not PlaceChange.objects.exists()
    response = confirm(w.secretary, merger(w))
    made = PlaceChange.objects.get()
    assert response.status_code == 302 and response["Location"] == reverse("place_change_detail", args=[made.pk])
    assert (made.by, made.by_name, made.document, made.changed_on) == (w.secretary, "庞洪亮", "晋组 8 号", DAY)
    assert ServiceArea.objects.get(pk=w.area2.pk).ended_on == DAY
    assert (
        AreaTeam.objects.get(team=w.team2, ended_on=None).history.order_by("history_id").last().history_user
        == w.secretary
    )
    page = signed_in(w.secretary).get(response["Location"])
    assert [place.url for place in page.context["row"].before] == [
        reverse("area_detail", args=[area.pk]) for area in (w.area, w.area2)
    ]
    assert "Past quarters stay as they were" in words(page)


def test_the_second_step_keeps_what_was_chosen_when_one_goes_back(w: Any) -> None:
    page = look(w.secretary, merger(w))
    back = signed_in(w.secretary).get(page.context["back_url"])
    form = back.context["form"]
    assert not form.is_bound and [str(key) for key in form["units"].value()] == [str(w.area2.pk)]
    assert (form["into"].value(), form["document"].value()) == (str(w.area.pk), "晋组 8 号")


def test_the_county_splits_an_area_into_two_new_ones(w: Any) -> None:
    team = base.team(w, "4")
    AreaTeam.objects.create(area=w.area, team=team, started_on=base.BEGAN)
    sent = merger(
        w, kind="split", parts=2, units=None, into=None, teams_1=[w.team3.pk], members_1=[w.part.pk], name_1="东区",
        teams_2=[team.pk], group_name_2="东组",
    )  # fmt: skip
    page = look(w.officer, sent)
    begins = next(part for part in page.context["parts"] if part.title == "Begins")
    assert [item.names[0] for item in begins.items] == ["东区", "Area 4"]
    assert "has fewer than 3 members" in words(page)
    assert confirm(w.officer, sent).status_code == 302
    assert {area.name for area in ServiceArea.objects.filter(started_on=DAY)} == {"东区", "第四服务区"}


def test_the_county_moves_an_area_to_a_branch_in_whose_place_it_lies(w: Any) -> None:
    form = signed_in(w.officer).get(NEW, {"area": w.area2.pk, "kind": "move"}).context["form"]
    assert set(form.fields["into"].queryset) == {w.joint, w.far.branch}
    sent = merger(w, area=w.area2.pk, kind="move", units=None, into=w.joint.pk)
    assert confirm(w.officer, sent).status_code == 302
    assert Member.objects.get(pk=w.other.pk).branch == w.joint


def test_where_no_branch_fits_the_page_says_what_to_do_first(w: Any) -> None:
    page = signed_in(w.officer).get(NEW, {"area": w.area2.pk, "kind": "move"})
    assert "No other branch lies where its teams lie" not in words(page)
    w.joint.ended_on = w.far.branch.ended_on = DAY
    w.joint.save()
    w.far.branch.save()
    page = signed_in(w.officer).get(NEW, {"area": w.area2.pk, "kind": "move"})
    assert "No other branch lies where its teams lie" in words(page) and "Look at what will move" not in words(page)


def test_a_village_is_renamed_split_and_merged_by_the_county(w: Any) -> None:
    plain = {"village": w.village.pk, "parts": 1, "on": DAY.isoformat(), "document": "晋组 8 号"}
    assert confirm(w.officer, plain | {"kind": "rename", "name_1": "新晋村"}).status_code == 302
    code = f"{w.township.code}299"
    split = plain | {"kind": "split", "teams_1": [w.team2.pk], "name_1": "晋东村", "code_1": code}
    page = look(w.officer, split)
    assert [part.title for part in page.context["parts"]][1:] == [
        "Lies elsewhere then",
        "Begins",
        "Ends",
        "Running quarters",
    ]
    assert confirm(w.officer, split).status_code == 302
    east = Village.objects.get(code=code)
    detail = signed_in(w.officer).get(reverse("place_change_detail", args=[PlaceChange.objects.get(kind="split").pk]))
    assert [row.before[0].label for row in detail.context["with_it"]] == ["Pangcun Branch 2区"]
    merge = plain | {"village": east.pk, "kind": "merge", "units": [w.village.pk], "into": w.village.pk}
    assert confirm(w.officer, merge).status_code == 302
    assert Village.objects.get(pk=east.pk).ended_on == DAY


def test_an_empty_area_is_closed(w: Any) -> None:
    group, area = base.group_and_area(w, w.branch, 3)
    sent = merger(w, area=area.pk, kind="close", units=None, into=None)
    assert confirm(w.secretary, sent).status_code == 302
    group.refresh_from_db()
    assert group.ended_on is None, "the box was not ticked"


# Who


@pytest.mark.parametrize(
    ("who", "status"),
    [*zip(PEOPLE, (200, 403, 200, 403, 403, 403, 403, 403, 403, 404), strict=True)],
)
def test_who_may_change_an_area(w: Any, who: str, status: int) -> None:
    assert look(getattr(w, who), merger(w)).status_code == status
    posted = signed_in(getattr(w, who)).post(CONFIRM, merger(w, digest="x"))
    assert posted.status_code == {200: 409}.get(status, status)
    assert not PlaceChange.objects.exists()


def test_an_area_goes_to_another_branch_only_by_the_county(w: Any) -> None:
    asked = {"area": w.area.pk, "kind": "move"}
    page = signed_in(w.secretary).get(NEW, asked)
    assert page.status_code == 403 and "county" in words(page)
    assert signed_in(w.officer).get(NEW, asked).status_code == 200
    kinds = [kind for kind, _words, _url in signed_in(w.secretary).get(NEW, {"area": w.area.pk}).context["kinds"]]
    assert kinds == ["merge", "split", "rename", "close"]


def test_villages_are_changed_by_the_county_only(w: Any) -> None:
    asked = {"village": w.village.pk}
    assert signed_in(w.officer).get(NEW, asked).status_code == 200
    assert signed_in(w.secretary).get(NEW, asked).status_code == 403
    assert signed_in(w.stranger).get(NEW, asked).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [*zip(PEOPLE, (200, 200, 200, 200, 403, 200, 200, 403, 403, 200), strict=True)],
)
def test_who_sees_the_list(w: Any, who: str, status: int) -> None:
    change(w, "merge", w.area2, into=w.area)
    page = signed_in(getattr(w, who)).get(LIST)
    assert page.status_code == status
    if status == 200:
        found = len(page.context["rows"])
        assert found == (0 if who in {"stranger", "clerk"} else 1)


def test_a_change_of_another_county_does_not_exist(w: Any) -> None:
    made = change(w, "merge", w.area2, into=w.area)
    url = reverse("place_change_detail", args=[made.pk])
    assert signed_in(w.stranger).get(url).status_code == 404
    assert signed_in(w.far_secretary).get(url).status_code == 404
    assert signed_in(w.leader).get(url).status_code == 200


# What does not fit


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"units": []}, "units"),
        ({"document": " "}, "document"),
        ({"document": "号" * 61}, "document"),
        ({"on": "2026-08-04"}, "on"),
        ({"on": "gestern"}, "on"),
        ({"on": ""}, "on"),
        ({"into": "999999"}, "into"),
        ({"into": "new", "name_1": "长" * 61}, "name_1"),
        ({"into": "new", "name_1": "新区", "code_1": "taken"}, "code_1"),
        ({"into": "new", "number_1": "0"}, "number_1"),
        ({"into": "new", "number_1": "99999999"}, "number_1"),
        ({"units": ["far"]}, "units"),
        ({"units": ["x"]}, "units"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_lost(
    w: Any, changed: dict[str, Any], field: str
) -> None:
    if changed.get("code_1"):
        changed = changed | {"code_1": w.area2.code}
    if changed.get("units") == ["far"]:
        changed = {"units": [w.far.area.pk]}
    page = look(w.secretary, merger(w, **changed))
    assert page.status_code == 200 and field in errors(page)
    posted = signed_in(w.secretary).post(CONFIRM, merger(w, digest="x", **changed))
    assert posted.status_code in {409, 422} and field in errors(posted)
    assert not PlaceChange.objects.exists()


def test_the_same_area_twice_is_one_area(w: Any) -> None:
    assert confirm(w.secretary, merger(w, units=[w.area2.pk, w.area2.pk])).status_code == 302
    page = look(w.officer, merger(w, area=w.area.pk, units=[w.area.pk]))
    assert "units" in errors(page)


@pytest.mark.parametrize(
    "asked",
    [{"area": "x"}, {"area": "0"}, {"area": "9" * 30}, {"village": "x"}, {"area": "AREA", "kind": "eat"}],
)
def test_an_address_of_nothing_is_not_found(w: Any, asked: dict[str, str]) -> None:
    asked = {name: str(w.area.pk) if value == "AREA" else value for name, value in asked.items()}
    assert signed_in(w.officer).get(NEW, asked).status_code == 404
    assert signed_in(w.officer).post(CONFIRM, asked).status_code == 404


def test_a_number_of_parts_that_is_none_is_one(w: Any) -> None:
    for parts in ("x", "0", "99", "-1"):
        page = signed_in(w.officer).get(NEW, {"area": w.area.pk, "kind": "split", "parts": parts})
        assert page.status_code == 200 and 1 <= page.context["form"].parts <= 3


def test_an_area_that_has_ended_offers_no_change(w: Any) -> None:
    change(w, "merge", w.area2, into=w.area)
    page = signed_in(w.secretary).get(NEW, {"area": w.area2.pk})
    assert page.status_code == 200 and "It has an end already" in words(page)


# Too late, twice


def test_what_changed_after_the_look_is_shown_anew_and_nothing_moves(w: Any) -> None:
    page = look(w.secretary, merger(w))
    base.member(place_world.sheet_world.at(w, w.branch, w.group2, w.area2), "M10", "新来的")
    response = confirm(w.secretary, merger(w), page)
    assert response.status_code == 409 and not PlaceChange.objects.exists()
    assert "Not carried out." in words(response) and "新来的" in words(response)
    assert confirm(w.secretary, merger(w), response_as_page(response)).status_code == 302


def response_as_page(response: Any) -> Any:
    response.status_code = 200
    return response


def test_what_became_impossible_after_the_look_is_refused_with_what_was_typed(w: Any) -> None:
    page = look(w.secretary, merger(w))
    change(w, "merge", w.area2, into=w.area, by=w.officer, document="晋组 7 号")
    response = confirm(w.secretary, merger(w), page)
    assert response.status_code in {409, 422} and PlaceChange.objects.count() == 1
    assert "晋组 8 号" in words(response)


@pytest.mark.parametrize("kind", ["merge", "rename"])
def test_a_button_pressed_twice_does_it_once(w: Any, kind: str) -> None:
    sent = merger(w) if kind == "merge" else merger(w, kind="rename", units=None, into=None, name_1="长清服务区")
    page = look(w.secretary, sent)
    first, second = confirm(w.secretary, sent, page), confirm(w.secretary, sent, page)
    assert first.status_code == second.status_code == 302 and first["Location"] == second["Location"]
    assert PlaceChange.objects.count() == 1


def test_another_change_of_the_day_under_the_same_document_is_carried_out_too(w: Any) -> None:
    for name in ("甲区", "乙区"):
        sent = merger(w, kind="rename", units=None, into=None, name_1=name)
        assert confirm(w.secretary, sent, look(w.secretary, sent)).status_code == 302
        w.area.refresh_from_db()
        assert w.area.name == name
    assert PlaceChange.objects.count() == 2


def test_looking_and_choosing_write_nothing_and_confirming_is_a_post(w: Any) -> None:
    assert signed_in(w.officer).get(CONFIRM).status_code == 405
    assert signed_in(w.officer).post(NEW).status_code == 405


# Choosing and finding


def test_a_secretary_chooses_among_the_own_areas_and_the_county_searches(w: Any) -> None:
    assert [area for area, _label in signed_in(w.secretary).get(NEW).context["areas"]] == [w.area, w.area2]
    assert signed_in(w.officer).get(NEW).context["areas"] == []
    w.branch.search_key = "晋支部 jinzhibu jzb"
    w.branch.save()
    page = signed_in(w.officer).get(NEW, {"q": "jzb"})
    assert [area for area, _label in page.context["areas"]] == [w.area, w.area2]
    assert page.context["villages"] == [w.village]
    assert "No place is called so" in words(signed_in(w.officer).get(NEW, {"q": "没有"}))


def test_the_list_is_narrowed_by_kind_and_needs_few_queries(w: Any, django_assert_max_num_queries: Any) -> None:
    from service_areas.models import PlaceChange as Change

    change(w, "merge", w.area2, into=w.area)
    for number in range(30):
        Change.objects.create(
            county=w.county,
            township=w.township,
            kind="rename",
            changed_on=DAY,
            document=f"{number}",
            at=place_world.NOW,
        ).units.create(side="before", area=w.area, name=f"旧{number}")
    client = signed_in(w.officer)
    with django_assert_max_num_queries(12):
        page = client.get(LIST)
    assert len(page.context["rows"]) == 25 and page.context["page"].paginator.count == 31
    assert [row.change.kind for row in client.get(LIST, {"kind": "merge"}).context["rows"]] == ["merge"]
    assert "No change is of this kind" in words(client.get(LIST, {"kind": "close"}))


# Who came of whom


def test_an_ended_area_leads_to_its_successor_and_back(w: Any) -> None:
    change(w, "merge", w.area2, into=w.area)
    area2, area = ServiceArea.objects.get(pk=w.area2.pk), ServiceArea.objects.get(pk=w.area.pk)
    assert [place.url for place in successors_of(area2, w.secretary)] == [reverse("area_detail", args=[w.area.pk])]
    assert [place.url for place in predecessors_of(area, w.secretary)] == [reverse("area_detail", args=[w.area2.pk])]
    assert successors_of(area, w.secretary) == [] and successors_of(area2, w.stranger) == []


def test_an_area_that_was_split_before_it_ended_leads_to_where_it_ended(w: Any) -> None:
    from assessments.place_changes import New

    change(w, "split", w.area, new=[New(teams=(w.team3,))])
    change(w, "merge", w.area, into=w.area2, on=date(2026, 7, 20))
    ended = ServiceArea.objects.get(pk=w.area.pk)
    assert [place.code for place in successors_of(ended, w.secretary)] == [w.area2.code]
    split = ServiceArea.objects.get(started_on=DAY)
    assert [place.code for place in predecessors_of(split, w.secretary)] == [w.area.code]


def test_a_successor_in_another_branch_is_named_to_who_may_not_open_it(w: Any) -> None:
    change(w, "move", w.area2, into=w.joint)
    ended = ServiceArea.objects.get(pk=w.area2.pk)
    (place,) = successors_of(ended, w.secretary)
    assert place.label == "支部04 2区" and place.url == ""
    assert successors_of(ended, w.officer)[0].url
