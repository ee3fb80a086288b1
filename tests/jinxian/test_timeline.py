"""The years on a member's page: what changed, on which day, for whom; and the page with all of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.recording import recorded
from members import transfers
from members.identity import enter_id_number, reveal_id_number
from members.models import Affiliation, ExemptionApplication, Member, Post
from members.statuses import change_status, make_full
from tests.assessments.sheet_world import client, fresh
from tests.jinxian import admin_world as base
from tests.members import transfer_world as world
from tests.members.transfer_world import applied, issued, linked, received

NUMBER = "11010519491231002X"


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    made = world.world()
    time_machine.move_to(world.MORNING.format(world.TODAY))
    return made


def page(user: Any, member: Member, name: str = "member_detail", language: str = "en", **query: Any) -> Any:
    return client(user, language).get(reverse(name, args=[member.pk]), query)


def events(response: Any) -> list[tuple[date, str]]:
    years = response.context["page"].object_list if "page" in response.context else response.context["years"]
    return [(event.on, event.text) for year in years for event in year.events]


def status(w: Any, member: Member, to: str, on: date = date(2026, 6, 20)) -> None:
    with recorded(by=w.staff):
        change_status(fresh(member), status=to, on=on, document="组 8", seen=fresh(member).status, by=w.staff)


def test_a_transfer_is_told_step_by_step(w: Any) -> None:
    row = issued(w)
    said = [text for _on, text in events(page(w.secretary, w.plain))]
    assert "Transfer applied for: Dongcao Branch" in said and "Letter issued: Dongcao Branch" in said
    with recorded(by=w.new_secretary):
        transfers.reject(row, by=w.new_secretary, seen_version=row.version, reason="不收")
    assert "Transfer: Rejected, Dongcao Branch" in [text for _on, text in events(page(w.secretary, w.plain))]


def test_the_new_branch_reads_on_where_the_old_one_stopped(w: Any) -> None:
    received(w)
    said = [text for _on, text in events(page(w.new_secretary, w.plain))]
    assert "Transfer: Received, Dongcao Branch" in said


def test_an_application_for_exemption_is_told_by_its_steps_not_its_reason(w: Any) -> None:
    row = ExemptionApplication.objects.create(
        member=w.plain, branch=w.branch, reason="ill", scope="links", starts_on=date(2026, 8, 1),
        applied_at="2026-06-01T09:00+08:00", state="filed", ended_at="2026-06-20T09:00+08:00",
    )  # fmt: skip
    told = events(page(w.auditor, w.plain))
    assert (date(2026, 6, 1), "Exemption applied for: Household links only") in told
    assert (date(2026, 6, 20), "Exemption filed with the township: Household links only") in told
    assert "Seriously ill" not in page(w.auditor, w.plain).content.decode()
    ExemptionApplication.objects.filter(pk=row.pk).update(state="refused")
    assert (date(2026, 6, 20), "Exemption refused: Household links only") in events(page(w.secretary, w.plain))


def test_a_status_stands_on_its_day_with_its_paper(w: Any) -> None:
    status(w, w.plain, "suspended", date(2026, 3, 1))
    status(w, w.plain, "restored")
    told = events(page(w.secretary, w.plain))
    assert told.index((date(2026, 6, 20), "Restored (组 8)")) < told.index((date(2026, 3, 1), "Suspended (组 8)"))


def test_a_status_from_before_changes_were_kept_is_told_once(w: Any) -> None:
    Member.objects.filter(pk=w.plain.pk).update(status="suspended", status_on=date(2026, 2, 1), status_document="组 1")
    assert events(page(w.secretary, w.plain)).count((date(2026, 2, 1), "Suspended (组 1)")) == 1
    row = fresh(w.plain)
    row.contact = "0311"
    row.save()
    assert events(page(w.secretary, w.plain)).count((date(2026, 2, 1), "Suspended (组 1)")) == 1


def test_full_membership_is_told_with_its_paper(w: Any) -> None:
    Member.objects.filter(pk=w.plain.pk).update(member_type="probationary", admitted_on=date(2025, 1, 1))
    row = fresh(w.plain)
    row.save()
    make_full(row, on=date(2026, 1, 2), document="批 3", by=w.staff)
    assert (date(2026, 1, 2), "Became a full member (批 3)") in events(page(w.secretary, w.plain))


def test_five_years_stand_on_the_page_and_all_of_them_behind_it(w: Any) -> None:
    for year in range(2001, 2027):
        Post.objects.create(
            member=w.plain, kind="deputy", branch=w.branch, started_on=date(year, 3, 1), ended_on=date(year, 4, 1)
        )
    shown = page(w.secretary, w.plain)
    assert {on.year for on, _text in events(shown)} == {2022, 2023, 2024, 2025, 2026}
    assert reverse("member_timeline", args=[w.plain.pk]) in shown.content.decode()
    whole = page(w.secretary, w.plain, "member_timeline")
    assert [on.year for on, _text in events(whole)][:1] == [2026] and len(whole.context["page"].object_list) == 10
    last = page(w.secretary, w.plain, "member_timeline", page=3)
    assert {on.year for on, _text in events(last)} == {2001, 2002, 2003, 2004, 2005, 2006}


@pytest.mark.parametrize(
    ("who", "expected"),
    [("officer", 200), ("staff", 200), ("secretary", 200), ("leader", 200), ("member_user", 200), ("auditor", 200),
     ("clerk", 404), ("keeper", 404), ("nobody", 404), ("far_staff", 404), ("far_secretary", 404), ("stranger", 404)],
)  # fmt: skip
def test_who_reads_all_records_reads_the_member(w: Any, who: str, expected: int) -> None:
    assert page(getattr(w, who), w.plain, "member_timeline").status_code == expected
    assert page(getattr(w, who), w.plain).status_code == expected


def test_longer_years_cost_no_more_queries(w: Any) -> None:
    browser = client(w.secretary)

    def cost(name: str) -> int:
        url = reverse(name, args=[w.plain.pk])
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len(queries)

    applied(w)
    linked(w)
    names = ("member_detail", "member_timeline")
    cost(names[0])  # the first visit also writes the session
    before = [cost(name) for name in names]
    for number in range(9):
        days = {"started_on": date(2025, 1, 1) + timedelta(number), "ended_on": date(2025, 2, 1)}
        Post.objects.create(member=w.plain, kind="deputy", branch=w.branch, **days)
        Affiliation.objects.create(
            member=w.plain, branch=w.branch, small_group=w.group, area=w.area, started_on=base.BEGAN,
            ended_on=base.BEGAN + timedelta(number),
        )  # fmt: skip
        row = fresh(w.plain)
        row.contact = str(number)
        row.save()
    assert [cost(name) for name in names] == before and max(before) <= 20, before


# What may be done, and what waits


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("secretary", {"transfer_new", "exemption_new", "member_edit", "member_id_number", "history_record"}),
        ("staff", {"member_edit", "member_status", "history_record"}),
        ("officer", {"member_status", "history_record"}),
        ("auditor", {"history_record"}),
        ("leader", set()),
        ("member_user", {"transfer_new", "exemption_new"}),
    ],
)
def test_the_page_offers_what_the_person_may_do(w: Any, who: str, names: set[str]) -> None:
    steps = {name: [w.plain.pk] for name in
             ("transfer_new", "exemption_new", "member_edit", "member_status", "member_id_number")}  # fmt: skip
    steps["history_record"] = ["member", w.plain.pk]
    shown = page(getattr(w, who), w.plain).content.decode()
    assert {name for name, args in steps.items() if f'"{reverse(name, args=args)}"' in shown} == names


def test_every_offer_opens(w: Any) -> None:
    for who in (w.secretary, w.staff, w.officer, w.member_user):
        shown = page(who, w.plain)
        member = reverse("member_detail", args=[w.plain.pk])
        links = [part.split('"')[0] for part in shown.content.decode().split('href="')[1:]]
        for link in {link for link in links if link.startswith((member, "/organization/history/"))}:
            assert client(who).get(link).status_code == 200, link


def test_households_of_somebody_who_left_wait_on_the_page_until_handed_over(w: Any) -> None:
    linked(w)
    status(w, w.plain, "deceased")
    url = reverse("handover", args=[w.plain.pk])
    shown = page(w.secretary, w.plain).content.decode()
    assert "1 household waits for somebody else." in shown and url in shown
    shown = page(w.staff, w.plain).content.decode()
    assert "1 household waits for somebody else." in shown and url not in shown


def test_who_saw_the_number_is_read_by_the_person_and_the_auditor_alone_of_those_who_cannot(w: Any) -> None:
    Member.objects.filter(pk=w.plain.pk).update(birth_date=None, sex="f")
    enter_id_number(w.plain, typed=NUMBER, by=w.secretary)
    reveal_id_number(fresh(w.plain), reason="核对养老金", by=w.secretary)
    for who in (w.member_user, w.auditor, w.secretary):
        shown = page(who, w.plain).content.decode()
        assert "核对养老金" in shown and "Pang Hongliang" in shown and NUMBER not in shown
    assert "核对养老金" not in page(w.leader, w.plain).content.decode()
