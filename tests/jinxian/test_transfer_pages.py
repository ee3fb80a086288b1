"""The pages of a transfer: who sees what of it, the steps as forms, two people on one version, the printed papers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from assessments import workflow
from jinxian.views import transfer_facts
from members.models import Member, Post, Transfer
from service_areas.models import Branch, LedgerEntry
from tests.assessments.sheet_world import begun, client, fresh
from tests.jinxian import admin_world as base
from tests.members import transfer_world as world
from tests.members.transfer_world import applied, issued, linked, received

State = Transfer.State
ASKED = {"outside": "", "reason": "迁居", "dues_paid_until": "2026-06-30", "q": "dongcao"}


@pytest.fixture
def w(db: Any, time_machine: Any, monkeypatch: Any) -> Any:
    made = world.world()
    monkeypatch.setattr(transfer_facts, "HANDOVER", "member_detail")
    Member.objects.filter(pk=made.plain.pk).update(
        contact="13800001111", id_number_masked="130············42", admitted_on="2001-07-01"
    )
    time_machine.move_to(world.MORNING.format(world.TODAY))
    return made


def page(user: Any, name: str, *args: int, **query: str) -> Any:
    return client(user).get(reverse(name, args=args), query)


def send(user: Any, name: str, row: Any, **data: Any) -> Any:
    return client(user).post(reverse(name, args=[row.pk]), data)


def text(response: Any) -> str:
    return str(response.content.decode())


# The application


def test_the_secretary_finds_the_branch_and_applies(w: Any) -> None:
    shown = send(w.secretary, "transfer_new", w.plain, find="1", **ASKED)
    assert shown.status_code == 200 and not Transfer.objects.exists(), "a search writes nothing"
    assert [branch.pk for branch in shown.context["found"]] == [w.new.branch.pk]
    assert 'value="迁居"' in text(shown) and 'value="2026-06-30"' in text(shown), "what was typed is still there"
    done = send(w.secretary, "transfer_new", w.plain, to_branch=w.new.branch.pk, **ASKED)
    row = Transfer.objects.get()
    assert done.url == reverse("transfer_detail", args=[row.pk])
    assert (row.to_branch, row.reason, row.applied_by) == (w.new.branch, "迁居", w.secretary)
    assert row.history.get().history_user == w.secretary


def test_the_member_asks_and_the_township_sees_who_asked(w: Any) -> None:
    assert "Ask for my transfer" in text(page(w.member_user, "transfer_new", w.plain.pk))
    send(w.member_user, "transfer_new", w.plain, to_branch=w.new.branch.pk, **ASKED)
    shown = page(w.staff, "transfer_detail", Transfer.objects.get().pk)
    assert "Asked for by the member." in text(shown) and "Pang Lixin" in text(shown)


def test_whoever_else_sees_the_member_does_not_apply(w: Any) -> None:
    for who, status in ((w.staff, 403), (w.officer, 403), (w.auditor, 403), (w.leader, 403), (w.new_secretary, 404)):
        assert send(who, "transfer_new", w.plain, to_branch=w.new.branch.pk, **ASKED).status_code == status
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"to_branch": "999999"}, "no such branch"),
        ({"to_branch": "own"}, "no such branch"),
        ({"to_branch": "twin"}, "no such branch"),
        ({"to_branch": "ended"}, "no such branch"),
        ({"to_branch": "٣"}, "no such branch"),
        ({}, "Search for the branch and choose it"),
        ({"to_branch": "new", "outside": "石家庄"}, "not both"),
        ({"to_branch": "new", "reason": " "}, "This field is required"),
        ({"to_branch": "new", "reason": "a\x00b"}, "cannot be stored"),
        ({"to_branch": "new", "reason": "长" * 201}, "at most 200 characters"),
        ({"to_branch": "new", "dues_paid_until": "2026-02-30"}, "Enter a valid date"),
        ({"to_branch": "new", "dues_paid_until": "2001-06-30"}, "before the member was admitted"),
        ({"to_branch": "new", "dues_paid_until": "2027-08-01"}, "a year ahead"),
    ],
)
def test_what_cannot_be_applied_for_is_said_at_its_field(w: Any, changed: dict[str, str], sentence: str) -> None:
    Branch.objects.filter(pk=w.far.branch.pk).update(ended_on=date(2026, 7, 1))
    known = {"own": w.branch, "twin": w.twin.branch, "ended": w.far.branch, "new": w.new.branch}
    asked = {name: known[value].pk if value in known else value for name, value in changed.items()}
    response = send(w.secretary, "transfer_new", w.plain, **{**ASKED, **asked})
    assert response.status_code == 422 and sentence in text(response)
    assert not Transfer.objects.exists()


def test_a_second_application_is_answered_with_the_first_one(w: Any) -> None:
    row = applied(w)
    assert page(w.secretary, "transfer_new", w.plain.pk).url == reverse("transfer_detail", args=[row.pk])
    again = send(w.secretary, "transfer_new", w.plain, to_branch=w.new.branch.pk, **ASKED)
    assert again.url == reverse("transfer_detail", args=[row.pk]), "the same request again"
    other = send(w.secretary, "transfer_new", w.plain, **{**ASKED, "outside": "石家庄市"})
    assert other.status_code == 409 and "under way already" in text(other)
    assert "石家庄市" in text(other) and "迁居" in text(other), "nothing typed is lost"
    assert Transfer.objects.count() == 1


# One transfer


def test_before_receipt_the_new_branch_sees_no_more_than_it_needs(w: Any) -> None:
    row = issued(w)
    for who in (w.new_secretary, w.far_staff):
        shown = text(page(who, "transfer_detail", row.pk))
        assert "Pang Lixin" in shown and "Full member" in shown and "1 Jul 2001" in shown and "晋组介 7 号" in shown
        for hidden in ("13800001111", "130····", "迁居", w.area.name_en, reverse("member_detail", args=[w.plain.pk])):
            assert hidden not in shown
        assert page(who, "member_detail", w.plain.pk).status_code == 404


def test_who_is_beside_it_does_not_see_it(w: Any) -> None:
    row = issued(w)
    for who in (w.far_secretary, w.leader, w.clerk, w.stranger, w.keeper, w.nobody):
        assert page(who, "transfer_detail", row.pk).status_code == 404
    for who in (w.officer, w.auditor, w.staff, w.secretary, w.member_user):
        assert page(who, "transfer_detail", row.pk).status_code == 200


def test_nothing_of_households_but_their_number_is_told(w: Any) -> None:
    linked(w)
    row = applied(w)
    shown = text(page(w.secretary, "transfer_detail", row.pk))
    assert "1 household is still to be handed over." in shown and "Hand over the households" in shown
    assert "王老汉" not in shown
    assert "Hand over the households" not in text(page(w.staff, "transfer_detail", row.pk))
    issued(w, row)
    waiting = text(page(w.new_secretary, "transfer_detail", row.pk))
    assert 'aria-disabled="true"' in waiting and "the old branch has to hand over first" in waiting


def test_the_letter_is_issued_and_the_member_received(w: Any) -> None:
    row = applied(w)
    done = send(w.staff, "transfer_issue", row, version=1, letter_no=" 晋组介 7 号 ", valid_until="2026-09-30")
    assert done.status_code == 302 and fresh(row).letter_no == "晋组介 7 号"
    form = {"version": 2, "on": "2026-07-03", "area": w.new.area.pk}
    done = client(w.new_secretary).post(reverse("transfer_receive", args=[row.pk]), form, follow=True)
    assert "The member is received." in text(done)
    member = fresh(w.plain)
    assert (member.branch, member.small_group, member.area) == (w.new.branch, w.new.group, w.new.area)
    assert reverse("member_detail", args=[w.plain.pk]) in text(done), "now it is the new branch's member"
    assert reverse("member_detail", args=[w.plain.pk]) not in text(page(w.secretary, "transfer_detail", row.pk))


def test_the_page_tells_what_became_of_the_open_quarter(w: Any, time_machine: Any) -> None:
    time_machine.move_to("2026-06-10 09:00:00+08:00")
    row = issued(w, applied(w, to_branch=w.far.branch), valid_until=date(2026, 9, 1))
    time_machine.move_to("2026-07-03 09:00:00+08:00")
    begun(w)
    workflow.begin(fresh(w.far.sheet), by=w.far_secretary)
    form = {"version": 2, "on": "2026-06-20", "area": w.far.area.pk}
    done = client(w.far_secretary).post(reverse("transfer_receive", args=[row.pk]), form, follow=True)
    assert "the empty line moved from Pangcun Branch Area 1 to 支部02 1区" in text(done)
    assert "for 11 of 91 days: less than half" in text(done) and "not rated" in text(done)


def test_more_than_half_a_quarter_says_nothing_of_not_rated(w: Any) -> None:
    row = received(w)
    assert "not rated" not in text(page(w.new_secretary, "transfer_detail", row.pk))


def test_each_step_is_refused_to_the_others(w: Any) -> None:
    row = applied(w)
    letter = {"version": 1, "letter_no": "1", "valid_until": "2026-09-30"}
    asked = {
        "transfer_issue": (letter, (w.secretary, w.new_secretary, w.officer, w.auditor, w.member_user, w.far_staff)),
        "transfer_revoke": ({"version": 1}, (w.staff, w.new_secretary, w.officer, w.auditor, w.member_user)),
        "transfer_reject": ({"version": 1, "reason": "x"}, (w.secretary, w.officer, w.auditor, w.member_user)),
        "transfer_receive": ({"version": 1, "on": "2026-07-03"}, (w.secretary, w.staff, w.officer, w.far_staff)),
        "transfer_letter": ({}, (w.officer, w.auditor, w.member_user, w.far_staff)),
        "transfer_slip": ({}, (w.officer, w.auditor, w.member_user, w.far_staff)),
    }
    for name, (data, people) in asked.items():
        for who in people:
            assert send(who, name, row, **data).status_code == 403, (name, who)
        for who in (w.far_secretary, w.clerk, w.stranger, w.nobody):
            assert send(who, name, row, **data).status_code == 404, (name, who)
        assert page(w.staff, name, row.pk).status_code == 405
    assert (fresh(row).state, fresh(row).version) == (State.APPLIED, 1)
    assert not LedgerEntry.objects.exists()


def test_a_refused_field_leaves_what_was_typed(w: Any) -> None:
    row = applied(w)
    response = send(w.staff, "transfer_issue", row, version=1, letter_no="晋 9 号", valid_until="2027-01-01")
    assert response.status_code == 422 and 'value="晋 9 号"' in text(response) and "at the latest" in text(response)
    issued(w, row)
    form = {"version": 2, "on": "2026-07-04", "area": w.new.area.pk}
    response = send(w.new_secretary, "transfer_receive", row, **form)
    assert response.status_code == 422 and "still to come" in text(response) and "selected" in text(response)
    forged = send(w.new_secretary, "transfer_receive", row, version=2, on="2026-07-03", area=w.area.pk)
    assert forged.status_code == 422 and fresh(row).state == State.ISSUED


def test_of_two_on_one_version_the_second_reads_both_states_and_keeps_the_words(w: Any) -> None:
    row = issued(w)
    send(w.secretary, "transfer_revoke", row, version=2)
    late = send(w.new_secretary, "transfer_reject", row, version=2, reason="人不在本村")
    assert late.status_code == 409 and "人不在本村" in text(late)
    assert (late.context["seen"], str(late.context["now"])) == ("Letter issued", "Revoked")
    assert "changed this transfer at" in text(late)
    unreadable = send(w.new_secretary, "transfer_receive", row, version="x", on="")
    assert unreadable.status_code == 409 and fresh(row).state == State.REVOKED


def test_a_receipt_waits_for_the_handover_with_the_reason(w: Any) -> None:
    row = issued(w)
    linked(w)
    Post.objects.create(member=w.plain, kind="deputy", branch=w.branch, started_on=base.BEGAN)
    response = send(w.new_secretary, "transfer_receive", row, version=2, on="2026-07-03", area=w.new.area.pk)
    assert response.status_code == 409 and "1 household is still to be handed over." in text(response)
    assert fresh(w.plain).branch == w.branch


def test_the_township_records_the_slip_from_outside(w: Any) -> None:
    row = issued(w, applied(w, to_branch=None, outside="石家庄市桥西区"))
    assert "Record the returned slip" in text(page(w.staff, "transfer_detail", row.pk))
    assert send(w.staff, "transfer_receive", row, version=2, on="2026-07-03", document="").status_code == 422
    assert send(w.staff, "transfer_receive", row, version=2, on="2026-07-03", document="回执 12").status_code == 302
    assert fresh(w.plain).status == "transferred"
    assert "回执 12" in text(page(w.staff, "transfer_detail", row.pk))


# The list


def test_the_list_begins_with_what_waits_for_the_person(w: Any) -> None:
    row = issued(w)
    applied(w, member=w.other)
    shown = page(w.new_secretary, "transfer_list")
    assert [each.transfer for each in shown.context["queue"].to_do] == [row]
    township = page(w.staff, "transfer_list").context["queue"]
    assert [each.transfer.member for each in township.to_do] == [w.other]
    assert [each.transfer for each in township.under_way] == [row]
    for who in (w.officer, w.auditor):
        seen = page(who, "transfer_list").context["queue"]
        assert not seen.to_do and len(seen.under_way) == 2


def test_the_list_can_be_narrowed_to_a_state(w: Any, time_machine: Any) -> None:
    issued(w)
    applied(w, member=w.other)
    found = {state: len(page(w.officer, "transfer_list", state=state).context["page"]) for state in State.values}
    assert found == {"applied": 1, "issued": 1, "received": 0, "rejected": 0, "revoked": 0, "expired": 0}
    assert "No transfer is in this state" in text(page(w.officer, "transfer_list", state="revoked"))
    assert page(w.officer, "transfer_list", state="nonsense").context["asked"] == ""
    time_machine.move_to("2026-08-10 09:00:00+08:00")
    found = {state: len(page(w.officer, "transfer_list", state=state).context["page"]) for state in State.values}
    assert (found["applied"], found["expired"]) == (0, 1)


def test_who_has_nothing_to_do_with_it_sees_an_empty_list_or_none(w: Any) -> None:
    row = issued(w)
    assert "Nobody is moving" in text(page(w.far_secretary, "transfer_list"))
    assert [each.transfer for each in page(w.member_user, "transfer_list").context["queue"].under_way] == [row]
    for who in (w.clerk, w.keeper, w.nobody):
        assert page(who, "transfer_list").status_code == 403


def test_a_long_list_takes_as_many_queries_as_a_short_one(w: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        applied(w, member=base.member(w, f"Z{number}"))
    browser = client(w.staff)
    browser.get(reverse("transfer_list"))
    with django_assert_max_num_queries(10):
        assert len(browser.get(reverse("transfer_list")).context["queue"].to_do) == 12


# Papers


def test_a_letter_is_printed_with_its_stub_and_entered_in_the_ledger(w: Any) -> None:
    row = issued(w)
    shown = text(send(w.secretary, "transfer_letter", row))
    for words in (
        "stub",
        "晋组介 7 号",
        "Pang Lixin",
        "Full member",
        "30 Jun 2026",
        "89 days, until 30 Sep 2026",
        "seal",
    ):
        assert words in shown
    assert "130············42" in shown, "masked"
    entry = LedgerEntry.objects.get()
    assert (entry.verb, entry.subject_kind, entry.subject_id, entry.by) == ("print", "transfer", row.pk, w.secretary)
    assert (entry.branch, entry.details) == (w.branch, {"paper": "letter", "letter_no": "晋组介 7 号"})


def test_the_new_branch_prints_without_the_id_number(w: Any) -> None:
    row = issued(w)
    assert "130····" not in text(send(w.new_secretary, "transfer_letter", row))
    assert "130····" not in text(send(w.new_secretary, "transfer_slip", row))
    assert LedgerEntry.objects.count() == 2


def test_a_slip_has_empty_lines_before_the_receipt_and_the_day_after_it(w: Any) -> None:
    row = issued(w)
    before = text(send(w.staff, "transfer_slip", row))
    assert before.count("is-empty") == 2 and "3 Jul 2026" not in before
    received(w, row)
    after = text(send(w.new_secretary, "transfer_slip", row))
    assert after.count("is-empty") == 1 and "3 Jul 2026" in after


@pytest.mark.parametrize("ending", ["not issued", "revoked", "expired"])
def test_no_paper_without_a_letter_in_force(w: Any, time_machine: Any, ending: str) -> None:
    row = applied(w) if ending == "not issued" else issued(w)
    if ending == "revoked":
        send(w.secretary, "transfer_revoke", row, version=2)
    if ending == "expired":
        time_machine.move_to("2026-10-01 09:00:00+08:00")
    assert send(w.staff, "transfer_letter", row).status_code == 409
    assert not LedgerEntry.objects.exists()
    assert "Print the letter" not in text(page(w.staff, "transfer_detail", row.pk))
