"""Who may take which step on a sheet, and the prevent rules: each with the person who may and the twin who may not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from assessments import permissions, workflow
from assessments.models import SheetMember
from members.models import Member
from tests.assessments import sheet_world as world
from tests.assessments.pages import words
from tests.assessments.sheet_world import cell, client, fresh, line, save, url
from tests.jinxian import admin_world as base

EVERYBODY = (
    "officer", "staff", "staff_b", "far_staff", "secretary", "far_secretary", "leader", "leader2", "member_user",
    "clerk", "auditor", "keeper", "nobody", "stranger", "superuser",
)  # fmt: skip
# Step → who may take it on area 1's sheet; everybody else may not.
ALLOWED = {
    "may_fill": {"secretary", "leader"},
    "may_submit": {"secretary"},
    "may_take_back": {"secretary"},
    "may_review": {"staff", "staff_b"},
    "may_reopen": {"officer"},
}
REASONS = {
    "may_fill": "Only the branch secretary and the leader of this area fill in this sheet.",
    "may_submit": "Only the branch secretary submits. Tell the secretary when the sheet is full.",
    "may_take_back": "Only the branch secretary takes a sheet back.",
    "may_review": "Only the staff of Jin Town return and confirm.",
    "may_reopen": "Only the county reopens a confirmed sheet.",
}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("step", ALLOWED)
def test_each_step_belongs_to_its_persons_and_the_others_are_told_whose_it_is(w: Any, step: str, who: str) -> None:
    verdict = getattr(permissions, step)(getattr(w, who), fresh(w.sheet))
    assert bool(verdict) is (who in ALLOWED[step])
    assert verdict.reason == ("" if verdict else REASONS[step])


def test_the_reasons_are_chinese_too(w: Any) -> None:
    with translation.override("zh-hans"):
        for step, english in REASONS.items():
            reason = getattr(permissions, step)(w.nobody, fresh(w.sheet)).reason
            assert reason != english and reason.endswith("。")


# Cells


@pytest.mark.parametrize("state", ["not_started", "draft", "returned", "reopened"])
def test_an_unsubmitted_sheets_figures_stay_in_the_branch(w: Any, state: str) -> None:
    w.sheet.state = state
    seen = {who for who in EVERYBODY if permissions.may_see_cells(getattr(w, who), w.sheet)}
    assert seen == {"secretary", "leader"}
    reason = "The branch is still filling in this sheet. Its figures can be seen once it is submitted."
    assert permissions.may_see_cells(w.staff, w.sheet).reason == reason


@pytest.mark.parametrize("state", ["submitted", "confirmed", "closed"])
def test_a_submitted_sheets_figures_are_seen_above_but_by_no_clerk_member_or_administrator(w: Any, state: str) -> None:
    w.sheet.state = state
    seen = {who for who in EVERYBODY if permissions.may_see_cells(getattr(w, who), w.sheet)}
    assert seen == {"secretary", "leader", "staff", "staff_b", "officer", "auditor"}
    refused = permissions.may_see_cells(w.clerk, w.sheet).reason
    assert refused == "You may see the state of this sheet, but not its figures."


# Lines


def may_fill(w: Any, who: str, member: Member) -> Any:
    sheet = fresh(w.sheet)
    return permissions.may_fill_line(getattr(w, who), sheet, line(sheet, member))


def test_nobody_fills_the_own_line_but_the_one_above_does(w: Any) -> None:
    world.begun(w)
    own = "This is your own line. It is filled in one level above you."
    assert may_fill(w, "leader", w.head).reason == own
    assert may_fill(w, "secretary", w.head)
    assert may_fill(w, "secretary", w.boss).reason == own
    assert may_fill(w, "staff", w.boss)


def test_the_secretarys_line_is_the_townships_alone(w: Any) -> None:
    world.begun(w)
    allowed = {who for who in EVERYBODY if may_fill(w, who, w.boss)}
    assert allowed == {"staff", "staff_b"}
    assert may_fill(w, "leader", w.boss).reason == "The secretary's line is filled in by Jin Town."


def test_township_staff_who_is_the_secretary_too_does_not_fill_the_own_line(w: Any) -> None:
    world.begun(w)
    base.appoint(w.secretary, base.ROLES.TOWNSHIP_STAFF, township=w.township)
    assert may_fill(w, "secretary", w.boss).reason.startswith("This is your own line.")


def test_the_other_lines_are_the_secretarys_and_the_leaders(w: Any) -> None:
    world.begun(w)
    assert {who for who in EVERYBODY if may_fill(w, who, w.part)} == {"secretary", "leader"}


def test_a_member_sees_the_own_line_from_the_first_submission_on(w: Any) -> None:
    def sees(member: Member) -> Any:
        return permissions.may_see_line(w.member_user, SheetMember.objects.get(sheet=w.sheet, member=member))

    sheet = world.filled(w)
    assert sees(w.plain).reason == "Your figures can be seen once the branch has submitted the sheet."
    workflow.submit(sheet, by=w.secretary, seen_version=sheet.version)
    assert sees(w.plain) and not sees(w.part)
    sheet = fresh(sheet)
    workflow.return_sheet(sheet, by=w.staff, seen_version=sheet.version, reason="请补齐")
    assert sees(w.plain)


def test_the_leader_sees_the_own_line_no_earlier_than_any_member(w: Any) -> None:
    row = line(world.filled(w), w.head)
    assert not permissions.may_see_line(w.leader, row)
    assert permissions.may_see_line(w.secretary, row)


def test_the_secretarys_line_is_not_the_leaders_to_read_either(w: Any) -> None:
    row = line(world.scored(w), w.boss)
    seen = {who for who in EVERYBODY if permissions.may_see_line(getattr(w, who), row)}
    assert seen == {"officer", "staff", "staff_b", "secretary", "auditor"}


# Persons are compared, not roles


def reviewer(w: Any, user: Any) -> Any:
    """The same person, now on the staff of the township."""
    base.appoint(user, base.ROLES.TOWNSHIP_STAFF, township=w.township)
    return type(user).objects.get(pk=user.pk)


MINE = "You filled in or submitted this sheet yourself; somebody else must review it."


def test_who_submitted_it_does_not_review_it(w: Any) -> None:
    sheet = world.submitted(w, w.sheet2)
    assert permissions.may_review(reviewer(w, w.secretary), sheet).reason == MINE
    assert permissions.may_review(w.staff, sheet)


@pytest.mark.parametrize("name", ["sheet_return", "sheet_confirm"])
def test_the_page_refuses_who_worked_on_it_and_takes_it_from_another_one(w: Any, name: str) -> None:
    sheet = world.scored(w)
    data = {"version": sheet.version, "reason": "请核对"}
    Member.objects.filter(user__in=[w.secretary, w.leader]).update(user=None)
    for who in (w.secretary, w.leader):
        page = client(reviewer(w, who)).post(url(name, sheet.pk), data)
        assert page.status_code == 403 and MINE in words(page)
    assert fresh(sheet).state == "submitted"
    assert client(w.staff_b).post(url(name, sheet.pk), data).status_code == 302


def test_who_submitted_an_earlier_version_does_not_review_it_either(w: Any) -> None:
    deputy = base.user("deputy")
    base.appoint(deputy, base.ROLES.SECRETARY, branch=w.branch)
    sheet = world.filled(w)
    workflow.submit(sheet, by=deputy, seen_version=sheet.version)
    sheet = fresh(sheet)
    workflow.return_sheet(sheet, by=w.staff, seen_version=sheet.version, reason="请补齐")
    sheet = fresh(sheet)
    workflow.submit(sheet, by=w.secretary, seen_version=sheet.version)
    assert permissions.may_review(reviewer(w, deputy), fresh(sheet)).reason == MINE


def test_who_filled_in_one_cell_does_not_review_it(w: Any) -> None:
    sheet = world.submitted(w)
    Member.objects.filter(user=w.leader).update(user=None)  # so that no other rule stands against it
    assert permissions.may_review(reviewer(w, w.leader), sheet).reason == MINE


def test_who_changed_a_cell_that_another_one_changed_again_does_not_review_it(w: Any) -> None:
    deputy = base.user("deputy")
    base.appoint(deputy, base.ROLES.SECRETARY, branch=w.branch)
    sheet, visits = world.filled(w), cell(w, w.plain, "visits")
    save(sheet, {visits: "3"}, by=deputy)
    save(sheet, {visits: "12"}, by=w.secretary)
    assert permissions.may_review(reviewer(w, deputy), fresh(sheet)).reason == MINE


def test_who_only_scored_the_secretarys_line_reviews_the_sheet(w: Any) -> None:
    assert permissions.may_review(w.staff, world.scored(w))


def test_who_stands_on_the_sheet_does_not_review_it(w: Any) -> None:
    sheet = world.scored(w)
    Member.objects.filter(pk=w.part.pk).update(user=w.staff_b)
    verdict = permissions.may_review(w.staff_b, sheet)
    assert verdict.reason == "You are on this sheet yourself; somebody else must review it."
    assert permissions.may_review(w.staff_b, world.scored(w, w.sheet2))


@pytest.mark.parametrize("who", ["staff", "secretary", "leader", "officer", "auditor"])
def test_an_appointment_that_ended_gives_nothing_from_the_next_request_on(w: Any, who: str) -> None:
    sheet = world.scored(w)
    browser = client(getattr(w, who))
    assert browser.get(url("sheet_detail", sheet.pk)).status_code == 200
    getattr(w, who).appointments.update(ended_on=date(2026, 7, 3))
    assert browser.get(url("sheet_detail", sheet.pk)).status_code == 404
    for name in ("sheet_submit", "sheet_confirm", "sheet_return", "sheet_take_back", "sheet_reopen", "sheet_save"):
        data = {"version": sheet.version, "reason": "x", "until": "2026-07-31", cell(w, w.plain, "visits"): "1"}
        assert browser.post(url(name, sheet.pk), data).status_code == 404
    assert fresh(sheet).version == sheet.version


def test_an_appointment_that_begins_tomorrow_gives_nothing_today(w: Any) -> None:
    sheet = world.scored(w)
    assert permissions.may_review(w.staff_b, sheet)
    w.staff_b.appointments.update(started_on=date(2026, 7, 4))
    assert not permissions.may_review(type(w.staff_b).objects.get(pk=w.staff_b.pk), sheet)
