"""By whatever way people change, through a page, the admin or the workbook, sheets, access and links follow."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from assessments import workflow
from assessments.membership import fill_post
from assessments.models import Sheet, SheetMember
from assessments.permissions import may_fill_line
from members import exemptions, handover, statuses, transfers
from members.models import Affiliation, ExemptionApplication, HouseholdLink, Member, Post
from members.place_changes import New
from members.posts import begin_post, end_post
from service_areas.models import Appointment, Household
from tests.assessments.sheet_world import begun, client, filled, fresh
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in, typed
from tests.members import place_world, transfer_world
from tests.members.transfer_world import issued, linked, received
from tests.workbook.books import brought_in, looked_at, sentences, sheet_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 3)
NUMBER = "11010519491231002X"


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    made = transfer_world.world()
    time_machine.move_to(transfer_world.MORNING.format(transfer_world.TODAY))
    return made


def gone(w: Any, member: Member, status: str = "deceased", document: str = "1") -> None:
    seen = Member.objects.get(pk=member.pk)
    statuses.change_status(seen, status=status, on=DAY, document=document, seen=seen.status, by=w.staff)


def helping(w: Any) -> HouseholdLink:
    return HouseholdLink.objects.create(
        member=w.plain, household=w.household, branch=w.branch, started_on=base.BEGAN, is_primary=False
    )


def names(sheet: Sheet) -> set[str]:
    return set(fresh(sheet).lines.values_list("name", flat=True))


def open_access(user: Any) -> set[str]:
    return set(Appointment.objects.filter(user=user, ended_on__isnull=True).values_list("role", flat=True))


# Links


def test_who_only_helped_is_handed_over_by_ending_the_links(w: Any) -> None:
    link = helping(w)
    gone(w, w.plain)
    page = client(w.secretary).get(reverse("handover", args=[w.plain.pk]))
    assert "helps with 1 household of somebody else" in page.content.decode()
    answer = client(w.secretary).post(
        reverse("handover_take", args=[w.plain.pk]), {"digest": page.context["plan"].digest}, follow=True
    )
    assert "looks after no household any more" in answer.content.decode()
    link.refresh_from_db()
    assert link.ended_on == DAY and not handover.to_hand_over([w.branch.pk], on=DAY)


def test_a_link_as_a_helper_stands_in_no_transfers_way_once_it_has_ended(w: Any) -> None:
    helping(w)
    row = issued(w)
    with pytest.raises(transfers.Refused, match="still to be handed over"):
        received(w, row)
    seen = handover.plan_handover(member=w.plain, on=DAY).digest
    handover.hand_over(member=w.plain, chosen={}, seen=seen, on=DAY, by=w.secretary)
    assert received(w, row).state == "received"


def test_a_plan_is_read_anew_under_the_lock(w: Any) -> None:
    plan = handover.plan_links(branch=w.branch, area=None, on=DAY)
    chosen = {pk: proposal.member for pk, proposal in plan.proposals.items() if proposal.member}
    asked = {"branch": w.branch, "area": None, "chosen": chosen, "seen": plan.digest, "on": DAY, "by": w.secretary}
    assert handover.take_over(**asked) == len(chosen) == 1
    with pytest.raises(handover.Changed):
        handover.take_over(**asked)


def test_a_linked_household_stays_to_be_linked_in_the_admin(w: Any) -> None:
    linked(w)
    Household.objects.filter(pk=w.household.pk).update(link_count=1)
    address = f"/admin/service_areas/household/{w.household.pk}/change/"
    answer = typed(signed_in(w.officer), address, is_linkable=None)
    assert "end the link first" in base.errors_of(answer) and fresh(w.household).is_linkable


def test_a_workbook_brings_no_link_of_a_day_to_come(w: Any) -> None:
    row = {"team": w.team.code, "number": "001", "member": w.plain.code, "primary": "yes", "from": "2026-09-01"}
    plan = looked_at(sheet_of("links", row), county=w.county)
    assert any("lies in the future" in said for said in sentences(plan)) and not HouseholdLink.objects.exists()


# Who is gone


def test_who_is_gone_is_put_into_no_area_again(w: Any) -> None:
    gone(w, w.plain)
    assert (fresh(w.plain).area, fresh(w.plain).small_group) == (None, None)
    page = client(w.secretary).post(
        reverse("member_move", args=[w.plain.pk]), {"small_group": w.group2.pk, "area": w.area2.pk, "on": "2026-07-03"}
    )
    assert "no longer belongs to the branch" in page.content.decode()
    row = {"code": w.plain.code, "name": w.plain.name, "branch": w.branch.code, "area": w.area2.code}
    plan = looked_at(sheet_of("members", row | {"group": w.group2.code}), county=w.county)
    assert any("no longer belongs" in said for said in sentences(plan))
    assert not Affiliation.objects.filter(member=w.plain, ended_on__isnull=True).exists()


def test_the_document_of_a_status_is_for_those_who_keep_the_records(w: Any) -> None:
    gone(w, w.plain, "suspended", "纪字9号")
    address = reverse("member_detail", args=[w.plain.pk])
    for reader, reads in ((w.leader, False), (w.auditor, False), (w.secretary, True), (w.staff, True)):
        assert ("纪字9号" in client(reader).get(address).content.decode()) is reads, reader.username


def test_a_status_that_changed_meanwhile_is_a_conflict(w: Any, monkeypatch: Any) -> None:
    from jinxian.views import member_edit

    real = member_edit.refuse_change

    def racing(member: Member, **given: Any) -> None:
        real(member, **given)
        Member.objects.filter(pk=member.pk).update(status="suspended", status_on=DAY, status_document="9")

    monkeypatch.setattr(member_edit, "refuse_change", racing)
    asked = {"status": "left", "on": "2026-07-03", "document": "1", "seen": "normal", "confirmed": "1"}
    answer = client(w.staff).post(reverse("member_status", args=[w.plain.pk]), asked)
    assert answer.status_code == 409 and "by now. Look at it again" in answer.content.decode()


def test_a_transfer_takes_nobody_who_is_not_in_the_branch_any_more(w: Any) -> None:
    row = issued(w)
    Member.objects.filter(pk=w.plain.pk).update(status="removed", status_on=DAY, status_document="1")
    with pytest.raises(transfers.Refused, match="no longer belongs to this branch"):
        received(w, row)


def test_an_application_for_an_exemption_ends_with_the_old_branch(w: Any) -> None:
    asked = exemptions.apply(
        member=w.plain, reason="ill", scope="all", starts_on=date(2026, 7, 1), ends_on=None, by=w.secretary
    )
    received(w)
    asked.refresh_from_db()
    assert asked.state == "withdrawn"
    answer = client(w.new_secretary).post(
        reverse("exemption_new", args=[w.plain.pk]), {"scope": "all", "reason": "ill", "starts_on": "2026-07-03"}
    )
    assert answer.status_code == 302 and ExemptionApplication.objects.filter(branch=w.new.branch).exists()


# Sheets


def newcomer(w: Any) -> dict[str, Any]:
    """庞新, in area 1 since June."""
    record = {"name": "庞新", "sex": "f", "birth_date": "1990-05-01", "member_type": "full"}
    return record | {"admitted_on": "2020-01-10", "small_group": w.group.pk, "area": w.area.pk, "on": "2026-06-01"}


def test_a_member_who_is_entered_gets_a_line_on_a_begun_sheet(w: Any) -> None:
    begun(w)
    page = client(w.secretary).post(f"/organization/members/new/?branch={w.branch.pk}", newcomer(w), follow=True)
    assert "a line was added on the sheet of" in page.content.decode() and "庞新" in names(w.sheet)


def test_a_member_who_is_entered_in_the_admin_gets_one_too(w: Any) -> None:
    begun(w)
    place = {"branch": w.branch.pk, "small_group": w.group.pk, "area": w.area.pk, "affiliated_on": "2026-06-01"}
    record = {"code": "M9", "name": "单新", "sex": "m", "member_type": "full", "status": "normal"}
    assert typed(signed_in(w.officer), "/admin/members/member/add/", **record | place).status_code == 302
    assert "单新" in names(w.sheet)


def test_place_and_status_do_not_change_in_the_admin(w: Any) -> None:
    address = f"/admin/members/member/{w.plain.pk}/change/"
    fields = signed_in(w.officer).get(address).context["adminform"].form.fields
    assert {"branch", "small_group", "area", "status", "status_on"}.isdisjoint(fields)


def test_a_workbooks_move_takes_the_line_along(w: Any) -> None:
    begun(w)
    workflow.begin(fresh(w.sheet2), by=w.secretary)
    row = {"code": w.plain.code, "name": w.plain.name, "branch": w.branch.code, "group": w.group2.code}
    brought_in(sheet_of("members", row | {"area": w.area2.code, "since": "2026-06-15"}), county=w.county)
    assert "庞立新" not in names(w.sheet) and "庞立新" in names(w.sheet2)


def test_a_member_who_comes_too_late_is_told_of(w: Any) -> None:
    sheet = filled(w)
    workflow.submit(sheet, by=w.secretary, seen_version=sheet.version)
    page = client(w.secretary).post(f"/organization/members/new/?branch={w.branch.pk}", newcomer(w), follow=True)
    assert "so the member is on no sheet of this quarter" in page.content.decode()


def test_a_renamed_area_keeps_its_name_on_the_sheet_of_the_quarter_before(w: Any, time_machine: Any) -> None:
    made, sheet = w, filled(w)
    before = sheet.area_name
    time_machine.move_to(transfer_world.MORNING.format("2026-07-05"))
    place_world.change(made, "rename", fresh(made.area), on=date(2026, 7, 4), new=[New(name="新名区")])
    sheet = fresh(sheet)
    assert workflow.submit(sheet, by=w.secretary, seen_version=sheet.version).area_name == before
    assert fresh(made.area).name == "新名区"


# Posts


def secretary_on_a_sheet(w: Any) -> SheetMember:
    sheet = begun(w)
    fill_post(member=fresh(w.head), kind="secretary", unit=w.branch, on=DAY, by=w.staff)
    line: SheetMember = sheet.lines.select_related("member").get(member=w.head)
    return line


def test_the_line_of_a_new_secretary_is_the_townships(w: Any) -> None:
    line = secretary_on_a_sheet(w)
    user = type(w.staff).objects.get
    assert line.filled_by == SheetMember.FilledBy.TOWNSHIP
    assert may_fill_line(user(pk=w.staff.pk), fresh(w.sheet), line)
    assert not may_fill_line(user(pk=w.leader.pk), fresh(w.sheet), line)


def test_a_workbooks_new_secretary_too_and_the_former_ones_access_ends(w: Any) -> None:
    sheet = begun(w)
    row = {"member": w.head.code, "kind": "secretary", "unit": w.branch.code, "from": "2026-07-03"}
    brought_in(sheet_of("posts", row), county=w.county)
    assert sheet.lines.get(member=w.head).filled_by == SheetMember.FilledBy.TOWNSHIP
    assert "secretary" not in open_access(w.secretary)


def test_a_post_that_ends_in_the_admin_ends_its_access(w: Any) -> None:
    post = Post.objects.get(member=w.head)
    address = f"/admin/members/post/{post.pk}/change/"
    assert "leader" in open_access(w.leader)
    assert typed(signed_in(w.officer), address, ended_on="2026-07-03").status_code == 302
    assert "leader" not in open_access(w.leader)


def test_a_spell_of_the_past_takes_no_access_from_who_holds_the_post_again(w: Any) -> None:
    spell = {"member": w.head.pk, "kind": "leader", "branch": w.branch.pk, "area": w.area.pk}
    days = {"started_on": "2010-01-01", "ended_on": "2011-01-01"}
    typed(signed_in(w.officer), "/admin/members/post/add/", **spell | days)
    assert "leader" in open_access(w.leader)


def test_nobody_fills_a_post_with_himself_in_the_admin(w: Any) -> None:
    Member.objects.filter(pk=w.part.pk).update(user=w.officer)
    row = {"member": w.part.pk, "kind": "deputy", "branch": w.branch.pk, "started_on": "2026-07-01"}
    answer = typed(signed_in(w.officer), "/admin/members/post/add/", **row)
    assert "Nobody fills a post with himself" in base.errors_of(answer)


def test_a_post_does_not_begin_while_somebody_else_held_it(w: Any) -> None:
    end_post(post=Post.objects.get(member=w.boss, kind="secretary"), on=date(2026, 6, 30), by=w.staff)
    with pytest.raises(ValidationError, match="held this post until"):
        begin_post(member=fresh(w.part), kind="secretary", unit=w.branch, on=date(2026, 3, 1), by=w.staff)


# The ID number


def test_an_id_number_that_was_sent_signed_out_is_typed_again(w: Any) -> None:
    address = reverse("member_id_number", args=[w.plain.pk])
    answer = Client().post(address, {"id_number": NUMBER})
    assert answer.status_code == 302 and NUMBER not in answer.content.decode()
    kept = {"username": "secretary", "password": "wrong", "kept_path": address, "kept.id_number": NUMBER}
    assert NUMBER not in Client().post(reverse("accounts:sign_in"), kept).content.decode()
