"""The history of a record as a person reads it: in words, without what the reader does not see, in a fixed cost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.recording import recorded
from members.affiliations import affiliate
from members.models import Affiliation, Exemption, HouseholdLink, Member, Post
from members.posts import begin_post
from tests.assessments.sheet_world import client, fresh
from tests.jinxian import admin_world as base
from tests.members import transfer_world as world
from tests.members.transfer_world import received


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    made = world.world()
    for model in (Affiliation, Member, Post, Exemption, HouseholdLink):
        model.history.all().delete()  # as records are that were set up before changes were kept
    time_machine.move_to(world.MORNING.format(world.TODAY))
    return made


def page(user: Any, kind: str, row: Any, language: str = "en", **query: Any) -> Any:
    return client(user, language).get(reverse("history_record", args=[kind, row.pk]), query)


def told(response: Any) -> list[Any]:
    assert response.status_code == 200, response.status_code
    return [event for event, _url in response.context["rows"]]


def fields(event: Any) -> dict[str, tuple[str, str]]:
    return {each.label: (each.old, each.new) for each in event.fields}


def change(row: Any, *, by: Any, run: int | None = None, **changed: Any) -> None:
    for name, value in changed.items():
        setattr(row, name, value)
    with recorded(by=by, import_run=run):
        row.save()


def entered(w: Any, **more: Any) -> Member:
    row = Member(code="H1", name="庞新", name_latin="Pang Xin", sex="f", branch=w.branch, area=w.area)
    change(row, by=w.officer, **more)
    return row


def test_a_change_reads_from_what_to_what_by_whom_and_when(w: Any) -> None:
    row = entered(w)
    change(row, by=w.staff, member_type="probationary", birth_date=date(1990, 5, 1), contact="0311")
    last, first = told(page(w.secretary, "member", row))
    assert (last.who, last.verb, last.subject) == ("staff", "changed", "Party member")
    assert fields(last) == {
        "Member type": ("Full member", "Probationary member"),
        "Date of birth": ("—", "1 May 1990"),
        "Contact": ("—", "0311"),
    }
    assert first.verb == "entered" and fields(first)["Sex"] == ("", "female")


def test_it_is_read_in_the_language_of_the_page(w: Any) -> None:
    row = entered(w)
    change(row, by=w.staff, member_type="probationary", birth_date=date(1990, 5, 1))
    last = told(page(w.secretary, "member", row, "zh-hans"))[0]
    assert fields(last)["党员类别"] == ("正式党员", "预备党员") and fields(last)["出生日期"][1] == "1990年5月1日"


def test_an_import_is_named_and_leads_on_for_who_opens_it(w: Any) -> None:
    row = entered(w)
    change(row, by=w.officer, run=12, contact="0311")
    url = reverse("run_detail", args=[12])
    shown = page(w.officer, "member", row).content.decode()
    assert "by import 12" in shown and f'href="{url}"' in shown
    shown = page(w.secretary, "member", row).content.decode()
    assert "by import 12" in shown and url not in shown


def test_a_record_from_before_says_that_older_things_are_not_known(w: Any) -> None:
    shown = page(w.secretary, "member", w.plain)
    assert told(shown) == [] and "from now on every change is kept" in shown.content.decode()
    change(fresh(w.plain), by=w.staff, contact="0311")
    shown = page(w.secretary, "member", w.plain)
    (only,) = told(shown)
    assert (only.verb, only.is_first_known, fields(only)["Contact"]) == ("changed", True, ("", "0311"))
    text = shown.content.decode()
    assert "What it was before is not recorded" in text and "set up before changes were kept" in text
    assert "set up before changes" not in page(w.secretary, "member", entered(w)).content.decode()


def test_a_members_story_has_posts_moves_and_households(w: Any) -> None:
    with recorded(by=w.secretary):
        affiliate(
            member=w.plain, branch=w.branch, small_group=w.group2, area=w.area2, on=date(2026, 7, 1), by=w.secretary
        )
        begin_post(member=fresh(w.plain), kind="leader", unit=w.area2, on=date(2026, 7, 2), by=w.secretary)
        world.linked(w)
    stories = {(event.subject, event.about, event.verb) for event in told(page(w.officer, "member", w.plain))}
    place = f"Pangcun Branch · {w.group2.label} · {w.area2.label}"
    assert ("Affiliation", place, "entered") in stories
    assert ("Post", f"Service-area leader · {w.area2.label}", "entered") in stories
    assert ("Member–household link", w.household.label, "entered") in stories


def test_branch_area_household_and_group_tell_of_their_rows(w: Any) -> None:
    with recorded(by=w.secretary):
        begin_post(member=w.plain, kind="leader", unit=w.area, on=date(2026, 7, 2), by=w.secretary)
        begin_post(member=w.plain, kind="group_leader", unit=w.group, on=date(2026, 7, 2), by=w.secretary)
        world.linked(w)
    for kind, row in (("branch", w.branch), ("area", w.area), ("group", w.group), ("household", w.household)):
        about = [event.about for event in told(page(w.officer, kind, row))]
        assert any("Pang Lixin" in words for words in about), kind


@pytest.mark.parametrize("kind", ["township", "village", "team", "plan"])
def test_places_and_plans_have_one_too(w: Any, kind: str) -> None:
    row = getattr(w, kind)
    assert page(w.officer, kind, row).status_code == 200
    assert page(w.stranger, kind, row).status_code == 404


def test_the_township_reads_its_own(w: Any) -> None:
    assert page(w.staff, "township", w.township).status_code == 200
    assert page(w.far_staff, "township", w.township).status_code == 404


# What the reader does not see


@pytest.mark.parametrize(
    ("who", "status"),
    [("officer", 200), ("staff", 200), ("secretary", 200), ("auditor", 200), ("leader", 403), ("member_user", 403),
     ("clerk", 404), ("keeper", 404), ("nobody", 404), ("far_staff", 404), ("far_secretary", 404), ("stranger", 404),
     ("superuser", 404)],
)  # fmt: skip
def test_who_reads_the_history_of_a_member(w: Any, who: str, status: int) -> None:
    assert page(getattr(w, who), "member", w.plain).status_code == status


def test_the_auditor_reads_neither_contact_nor_number_nor_reason(w: Any) -> None:
    change(fresh(w.plain), by=w.staff, contact="0311-77", birth_date=date(1977, 3, 4), id_number_masked="130·42")
    with recorded(by=w.staff):
        Exemption.objects.create(member=w.plain, branch=w.branch, reason="ill", scope="links", started_on=base.BEGAN)
    secrets = ("0311-77", "4 Mar 1977", "130·42", "Seriously ill")
    shown = page(w.auditor, "member", w.plain).content.decode()
    assert not [word for word in secrets if word in shown] and "Household links only" in shown
    shown = page(w.secretary, "member", w.plain).content.decode()
    assert all(word in shown for word in secrets)


def test_a_households_contact_is_read_by_who_keeps_it(w: Any) -> None:
    change(w.household, by=w.secretary, contact="0311-88")
    assert "0311-88" in page(w.secretary, "household", w.household).content.decode()
    for who in (w.officer, w.auditor, w.staff):
        shown = page(who, "household", w.household).content.decode()
        assert "0311-88" not in shown


def test_after_a_transfer_the_new_branch_reads_nothing_of_the_old_ones_affairs(w: Any) -> None:
    with recorded(by=w.secretary):
        Post.objects.create(
            member=w.plain, kind="deputy", branch=w.branch, started_on=base.BEGAN, ended_on=date(2026, 1, 1)
        )
    received(w)
    shown = page(w.new_secretary, "member", w.plain).content.decode()
    assert "Transfer of affiliation" in shown and "Deputy secretary" not in shown and "迁居" not in shown
    shown = page(w.officer, "member", w.plain).content.decode()
    assert "Deputy secretary" in shown and "迁居" in shown


def test_no_key_and_no_column_name_stands_on_the_page(w: Any) -> None:
    received(w)
    shown = page(w.officer, "member", w.plain, "zh-hans").content.decode()
    assert not [word for word in ("applied at", "applied by", "ended at", "issued by", "version") if word in shown]
    assert "东曹支部" in shown


# Pages and cost


def test_a_long_story_is_paged_and_ends_with_the_beginning(w: Any) -> None:
    row = entered(w)
    for number in range(35):
        change(row, by=w.staff, contact=str(number))
    assert len(told(page(w.officer, "member", row))) == 30
    rest = told(page(w.officer, "member", row, page=2))
    assert len(rest) == 6 and rest[-1].verb == "entered"


def test_a_longer_story_costs_no_more_queries(w: Any) -> None:
    browser, url = client(w.officer), reverse("history_record", args=["member", w.plain.pk])

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len(queries)

    received(w)
    change(fresh(w.plain), by=w.staff, contact="0")
    cost()  # the first visit also writes the session
    once = cost()
    for number in range(12):
        change(fresh(w.plain), by=w.staff, contact=str(number + 1))
        with recorded(by=w.staff):
            Exemption.objects.create(
                member=w.plain, branch=w.new.branch, reason="old", scope="links", started_on=date(2000, 1, 1),
                ended_on=date(2001, 1, number + 1),
            )  # fmt: skip
    assert cost() == once <= 20


def test_what_is_typed_is_escaped(w: Any) -> None:
    change(fresh(w.plain), by=w.staff, contact="<script>x</script>")
    assert "<script>x" not in page(w.secretary, "member", w.plain).content.decode()
