"""The link planner and the handover: what is proposed is taken over in one step, or nothing is."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.utils import timezone

from members.links import begin_link
from members.models import Exemption, HouseholdLink, LinkTotal, Member
from service_areas.models import Household
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> SimpleNamespace:
    w = base.everything()
    w.second = base.member(w, "M2", "李二")
    w.old = base.member(w, "M3", "庞老")
    Exemption.objects.create(member=w.old, branch=w.branch, reason="old", started_on=base.BEGAN)
    w.more = [base.household(w, f"00{number}") for number in (2, 3, 4)]
    base.appoint(w.officer_b, "township_staff", township=w.township)
    return w


def plan_page(w: SimpleNamespace, path: str = ""):
    return signed_in(w.secretary).get(path or f"/organization/branches/{w.branch.pk}/links/")


def form_of(page, **changed: object) -> dict:
    """What the page would send as it stands: every ticked household with its member."""
    data: dict = {"digest": page.context["plan"].digest, "household": []}
    for row in [*page.context["rows"], *page.context["more_rows"]]:
        if row["is_chosen"]:
            data["household"].append(str(row["household"].pk))
            data[f"member_{row['household'].pk}"] = str(row["member"].pk)
    return data | changed


def take(w: SimpleNamespace, data: dict, path: str = ""):
    return signed_in(w.secretary).post(path or f"/organization/branches/{w.branch.pk}/links/take/", data)


def test_a_secretary_takes_the_whole_proposal_over_in_one_step(w):
    page = plan_page(w)
    assert page.status_code == 200 and len(page.context["rows"]) == 4
    assert take(w, form_of(page)).status_code == 302
    assert Household.objects.filter(branch=w.branch).unlinked().count() == 0
    loads = sorted(HouseholdLink.objects.filter(ended_on__isnull=True).values_list("member__name", flat=True))
    assert loads == ["晋党员", "晋党员", "李二", "李二"]
    total = LinkTotal.objects.get(level="branch", unit_id=w.branch.pk)
    assert (total.linkable_count, total.linked_count) == (4, 4)
    assert HouseholdLink.history.filter(history_user=w.secretary, history_type="+").count() == 4


def test_an_exempt_member_is_not_proposed_and_cannot_be_chosen(w):
    page = plan_page(w)
    assert w.old not in page.context["plan"].members and w.old in page.context["plan"].exempt
    data = form_of(page)
    data[f"member_{w.household.pk}"] = str(w.old.pk)
    answer = take(w, data)
    assert answer.status_code == 200 and HouseholdLink.objects.count() == 0
    assert "cannot take a household" in answer.content.decode()


def test_what_the_secretary_chose_otherwise_holds(w):
    page = plan_page(w)
    data = form_of(page, household=[str(w.household.pk)])
    data[f"member_{w.household.pk}"] = str(w.second.pk)
    take(w, data)
    assert [link.member for link in HouseholdLink.objects.all()] == [w.second]


def test_links_that_somebody_changed_meanwhile_are_not_written_over(w):
    data = form_of(plan_page(w))
    begin_link(member=w.member, household=w.household, is_primary=True, on=date(2026, 3, 1), by=None)
    answer = take(w, data)
    assert answer.status_code == 409 and HouseholdLink.objects.count() == 1
    assert len(answer.context["rows"]) == 3


def test_sending_the_same_twice_has_one_effect(w):
    data = form_of(plan_page(w))
    assert [take(w, data).status_code, take(w, data).status_code] == [302, 409]
    assert HouseholdLink.objects.count() == 4


@pytest.mark.parametrize("bad", ["x", "9" * 30, "-1", "", "٣"])
def test_odd_numbers_in_the_form_take_nothing_over(w, bad):
    data = form_of(plan_page(w)) | {"household": [bad], f"member_{bad}": bad}
    assert take(w, data).status_code in (302, 409) and HouseholdLink.objects.count() == 0


def test_a_household_of_another_branch_is_not_taken_over(w):
    data = form_of(plan_page(w), household=[str(w.twin.household.pk)])
    data[f"member_{w.twin.household.pk}"] = str(w.member.pk)
    assert take(w, data).status_code == 409 and HouseholdLink.objects.count() == 0


def test_nobody_gets_more_than_the_highest_number(w):
    for number in range(10, 32):
        base.household(w, f"0{number}")
    page = plan_page(w)
    data = form_of(page)
    for key in data["household"]:
        data[f"member_{key}"] = str(w.member.pk)
    assert "more than 20 households" in take(w, data).content.decode()
    assert HouseholdLink.objects.count() == 0


def test_the_county_reads_and_does_not_plan(w):
    assert signed_in(w.officer).get(f"/organization/branches/{w.branch.pk}/links/").status_code == 403
    assert signed_in(w.stranger).get(f"/organization/branches/{w.branch.pk}/links/").status_code == 404


def test_the_plan_of_an_area_holds_its_teams_alone(w):
    group, area = base.group_and_area(w, w.branch, 2)
    page = plan_page(w, f"/organization/areas/{area.pk}/links/")
    assert page.context["rows"] == [] and "Every household has a member" in page.content.decode()


def linked(w: SimpleNamespace) -> None:
    for household in (w.household, *w.more):
        begin_link(member=w.member, household=household, is_primary=True, on=date(2026, 3, 1), by=None)


def test_all_households_of_a_member_who_leaves_go_to_others_in_one_step(w):
    linked(w)
    path = f"/organization/members/{w.member.pk}/handover/"
    page = plan_page(w, path)
    assert {row["member"] for row in page.context["rows"]} == {w.second}
    assert take(w, form_of(page), f"{path}take/").status_code == 302
    today = timezone.localdate()
    assert HouseholdLink.objects.filter(member=w.member, ended_on=today).count() == 4
    assert HouseholdLink.objects.filter(member=w.second, ended_on__isnull=True, started_on=today).count() == 4
    assert Household.objects.filter(branch=w.branch).unlinked().count() == 0


def test_a_household_for_which_nobody_is_chosen_stands_in_the_planner_afterwards(w):
    linked(w)
    path = f"/organization/members/{w.member.pk}/handover/"
    data = form_of(plan_page(w, path))
    data["household"] = data["household"][1:]
    take(w, data, f"{path}take/")
    assert Household.objects.filter(branch=w.branch).unlinked().count() == 1


def test_links_of_a_member_who_is_gone_stand_on_the_secretarys_home(w):
    linked(w)
    Member.objects.filter(pk=w.member.pk).update(status="deceased", status_on=date(2026, 5, 1), status_document="1")
    page = signed_in(w.secretary).get("/").content.decode()
    assert "is gone: 4 households are to be handed over" in page
    assert f"/organization/members/{w.member.pk}/handover/" in page


def test_who_helped_becomes_the_primary_member(w):
    linked(w)
    begin_link(member=w.second, household=w.household, is_primary=False, on=date(2026, 3, 1), by=None)
    path = f"/organization/members/{w.member.pk}/handover/"
    assert take(w, form_of(plan_page(w, path)), f"{path}take/").status_code == 302
    held = HouseholdLink.objects.filter(household=w.household, ended_on__isnull=True)
    assert [(link.member, link.is_primary) for link in held] == [(w.second, True)]


def test_a_handover_promises_no_coverage(w):
    """The households of who leaves count as linked already; the planner of a branch tells what it adds."""
    for household in w.more:
        begin_link(member=w.member, household=household, is_primary=True, on=date(2026, 3, 1), by=None)
    planned = plan_page(w).content.decode()
    handed = plan_page(w, f"/organization/members/{w.member.pk}/handover/").content.decode()
    assert "data-coverage" in planned and "data-coverage" not in handed and "data-linked" not in handed
