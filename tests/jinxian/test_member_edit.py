"""Keeping a member's record: entered, changed, moved, status, posts, the ID number; by whom, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from jinxian.lib.id_numbers import make_id_number
from members.models import Affiliation, Member, Post
from service_areas.models import Appointment, LedgerEntry
from service_areas.scoping import scope_of
from tests.assessments import sheet_world
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def w(time_machine) -> SimpleNamespace:
    time_machine.move_to("2026-07-03 09:00:00+08:00")
    w = base.everything()
    w.staff = base.user("staff")
    base.appoint(w.staff, "township_staff", township=w.township)
    w.second = base.member(w, "M2", "李二")
    w.group2, w.area2 = base.group_and_area(w, w.branch, 2)
    return w


def page_of(who, member, step: str):
    return signed_in(who).get(f"/organization/members/{member.pk}/{step}/")


def send(who, member, step: str, **typed: object):
    return signed_in(who).post(f"/organization/members/{member.pk}/{step}/", typed)


def new_member(w, **changed: object) -> dict:
    return {
        "name": "庞新", "sex": "f", "birth_date": "1990-05-01", "member_type": "probationary",
        "admitted_on": "2026-01-10", "small_group": str(w.group.pk), "area": str(w.area.pk), "on": "2026-02-01",
    } | changed  # fmt: skip


def test_a_secretary_enters_a_member_of_the_own_branch(w):
    answer = signed_in(w.secretary).post("/organization/members/new/", new_member(w))
    member = Member.objects.get(name="庞新")
    assert answer["Location"] == f"/organization/members/{member.pk}/"
    assert (member.code, member.area, member.name_latin) == (f"{w.branch.code}-001", w.area, "Pang Xin")
    assert Affiliation.objects.get(member=member).started_on == date(2026, 2, 1)
    assert {change.history_user for change in member.history.all()} == {w.secretary}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"birth_date": "2999-01-01"}, "lies in the future"),
        ({"birth_date": "2026-01-10"}, "lies after the admission"),
        ({"name": ""}, "This field is required"),
        ({"name": "a\x07b"}, "cannot be stored"),
        ({"area": "999999"}, "Select a valid choice"),
        ({"sex": "?"}, "Select a valid choice"),
    ],
)
def test_a_record_that_cannot_be_is_refused_and_kept_in_the_form(w, changed, says):
    answer = signed_in(w.secretary).post("/organization/members/new/", new_member(w, **changed))
    assert answer.status_code == 200 and says in answer.content.decode()
    assert Member.objects.filter(branch=w.branch).count() == 2 and "1990-05-01" in answer.content.decode() or changed


def test_the_branch_changes_contact_and_the_township_the_record(w):
    seen = page_of(w.secretary, w.member, "edit").context["seen"]
    send(w.secretary, w.member, "edit", seen=seen, contact="0311", name_latin="Jin", name="改名")
    w.member.refresh_from_db()
    assert (w.member.contact, w.member.name) == ("0311", "晋党员")
    seen = page_of(w.staff, w.member, "edit").context["seen"]
    send(w.staff, w.member, "edit", seen=seen, name="晋新", sex="m", contact="0311", name_latin="")
    w.member.refresh_from_db()
    assert w.member.name == "晋新"


def test_of_two_who_change_a_record_the_second_is_told(w):
    seen = page_of(w.staff, w.member, "edit").context["seen"]
    send(w.staff, w.member, "edit", seen=seen, name="晋一", sex="m")
    answer = send(w.staff, w.member, "edit", seen=seen, name="晋二", sex="m")
    text = answer.content.decode()
    assert answer.status_code == 409 and 'value="晋二"' in text and "Name: 晋一" in text, "theirs beside mine"
    w.member.refresh_from_db()
    assert w.member.name == "晋一"


def test_another_area_holds_from_the_day_and_the_former_one_ends(w):
    send(w.secretary, w.member, "move", small_group=w.group2.pk, area=w.area2.pk, on="2026-03-01")
    rows = Affiliation.objects.filter(member=w.member).order_by("started_on")
    assert [(row.area, row.ended_on) for row in rows] == [(w.area, date(2026, 3, 1)), (w.area2, None)]


def test_an_area_brings_its_small_group_along(w):
    send(w.secretary, w.member, "move", area=w.area2.pk, on="2026-03-01")
    w.member.refresh_from_db()
    assert (w.member.small_group, w.member.area) == (w.group2, w.area2)


@pytest.mark.parametrize(
    ("on", "says"), [("2026-07-04", "future"), (str(base.BEGAN - timedelta(1)), "did not exist on that day")]
)
def test_nobody_moves_on_a_day_to_come_or_before_the_present_place(w, on, says):
    answer = send(w.secretary, w.member, "move", area=w.area2.pk, on=on)
    assert answer.status_code == 200 and says in answer.content.decode()
    w.member.refresh_from_db()
    assert w.member.area == w.area and Affiliation.objects.filter(member=w.member).count() == 1


def test_to_another_branch_leads_a_transfer(w):
    assert f"/organization/members/{w.member.pk}/transfer/" in page_of(w.secretary, w.member, "move").content.decode()


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


@pytest.fixture
def quarter(db, time_machine) -> SimpleNamespace:
    made = sheet_world.world()
    time_machine.move_to(sheet_world.MORNING.format(sheet_world.TODAY))
    return made


def test_the_empty_line_of_an_open_quarter_goes_along_and_the_page_says_so(quarter):
    for sheet in (quarter.sheet, quarter.sheet2):
        sheet_world.begun(quarter, sheet)
    answer = send(quarter.secretary, quarter.plain, "move", area=quarter.area2.pk, on="2026-06-20")
    assert quarter.sheet2.lines.filter(member=quarter.plain).exists()
    assert any("the empty line moved" in sentence for sentence in said(answer))
    assert any("fewer than 3 members" in sentence for sentence in said(answer)), said(answer)


def test_who_leaves_leaves_the_open_sheet_where_nothing_is_filled_in(quarter):
    sheet_world.begun(quarter)
    typed = {"status": "deceased", "on": "2026-06-20", "document": "证", "seen": "normal", "confirmed": "1"}
    answer = send(quarter.staff, quarter.plain, "status", **typed)
    assert not quarter.sheet.lines.filter(member=quarter.plain).exists()
    assert any("taken off" in sentence for sentence in said(answer))


def test_another_branch_is_no_choice_here(w):
    other = base.branch(w, "02")
    group, area = base.group_and_area(w, other, 1)
    answer = send(w.secretary, w.member, "move", small_group=group.pk, area=area.pk, on="2026-03-01")
    assert "Select a valid choice" in answer.content.decode()


@pytest.mark.parametrize("step", ["edit", "move", "status", "id-number", "id-number/reveal", "full"])
@pytest.mark.parametrize("who", ["auditor", "keeper", "nobody", "stranger"])
def test_nobody_else_gets_at_a_record(w, step, who):
    assert page_of(getattr(w, who), w.member, step).status_code in (403, 404)


# Status


def leave(w, **changed: str):
    typed = {"status": "deceased", "on": "2026-05-01", "document": "证 1", "seen": "normal", "confirmed": "1"} | changed
    return send(
        w.staff, w.member, "status", **{name: text for name, text in typed.items() if text or name != "confirmed"}
    )


def with_account(w) -> None:
    w.person = base.user("person")
    Member.objects.filter(pk=w.member.pk).update(user=w.person)
    base.appoint(w.person, "leader", area=w.area)
    Post.objects.create(member=w.member, kind="leader", branch=w.branch, area=w.area, started_on=base.BEGAN)


def test_who_leaves_ends_affiliation_posts_and_access_on_that_day(w):
    with_account(w)
    told = leave(w, confirmed="").content.decode()
    assert "the affiliation with" in told and "the post: Service-area leader (" in told and "the access as" in told
    w.member.refresh_from_db()
    assert w.member.status == "normal", "nothing happens before it is confirmed"
    assert leave(w).status_code == 302
    w.member.refresh_from_db()
    assert (w.member.status, w.member.status_document) == ("deceased", "证 1")
    assert Affiliation.objects.get(member=w.member).ended_on == date(2026, 5, 1)
    assert Post.objects.get(member=w.member).ended_on == date(2026, 5, 1)
    assert Appointment.objects.get(user=w.person).ended_on == date(2026, 5, 1)
    w.person = type(w.person).objects.get(pk=w.person.pk)
    assert not scope_of(w.person).appointments


@pytest.mark.parametrize(
    "changed",
    [{"status": "restored"}, {"document": ""}, {"on": "2999-01-01"}, {"status": "normal"}, {"status": ""},
     {"on": "yesterday"}],
)  # fmt: skip
def test_a_status_that_cannot_be_is_refused(w, changed):
    assert leave(w, **changed).status_code == 200
    w.member.refresh_from_db()
    assert w.member.status == "normal"


def test_of_two_who_change_a_status_the_second_is_told(w):
    leave(w, status="suspended")
    answer = leave(w)
    assert answer.status_code == 409 and "“Suspended” by now" in answer.content.decode()
    assert "证 1" in answer.content.decode(), "what was typed is still there"
    w.member.refresh_from_db()
    assert w.member.status == "suspended"


def test_a_suspended_member_is_restored_and_stays(w):
    leave(w, status="suspended")
    leave(w, status="restored", on="2026-06-01", seen="suspended")
    w.member.refresh_from_db()
    assert w.member.status == "restored" and Affiliation.objects.get(member=w.member).ended_on is None


def test_nobody_changes_the_own_status(w):
    Member.objects.filter(pk=w.member.pk).update(user=w.staff)
    assert leave(w).status_code == 403


def test_a_branch_secretary_changes_no_status(w):
    assert page_of(w.secretary, w.member, "status").status_code == 403


def test_a_probationary_member_becomes_a_full_one_with_a_document(w):
    Member.objects.filter(pk=w.member.pk).update(member_type="probationary", admitted_on=date(2025, 1, 1))
    send(w.staff, w.member, "full", on="2026-01-02", document="批 3")
    w.member.refresh_from_db()
    assert (w.member.member_type, w.member.full_on) == ("full", date(2026, 1, 2))


# Posts


def fill(who, kind: str, unit, member, on: str = "2026-04-01", **more: str):
    typed = {"member": member.pk, "on": on} | more
    return signed_in(who).post(f"/organization/posts/{kind}/{unit.pk}/begin/", typed)


def test_a_new_leader_ends_the_one_before_and_takes_the_access(w):
    with_account(w)
    newcomer = base.user("newcomer")
    Member.objects.filter(pk=w.second.pk).update(user=newcomer)
    assert fill(w.secretary, "leader", w.area, w.second).status_code == 302
    posts = Post.objects.filter(area=w.area).order_by("started_on")
    assert [(post.member, post.ended_on) for post in posts] == [(w.member, date(2026, 4, 1)), (w.second, None)]
    assert Appointment.objects.get(user=w.person).ended_on == date(2026, 4, 1)
    gained = Appointment.objects.get(user=newcomer)
    assert (gained.role, gained.area, gained.ended_on) == ("leader", w.area, None)


def test_of_two_who_fill_a_post_the_second_is_told(w):
    with_account(w)
    seen = str(Post.objects.get().pk)
    fill(w.secretary, "leader", w.area, w.second, seen=seen)
    answer = fill(w.secretary, "leader", w.area, w.member, seen=seen)
    assert answer.status_code == 409 and "李二, since 1 Apr 2026." in answer.content.decode()
    assert Post.objects.get(ended_on__isnull=True).member == w.second


def test_the_township_names_the_secretary_and_the_branch_the_leaders(w):
    assert fill(w.secretary, "secretary", w.branch, w.second).status_code == 403
    assert fill(w.staff, "secretary", w.branch, w.second).status_code == 302
    assert fill(w.staff, "leader", w.area, w.second).status_code == 403


def test_nobody_fills_a_post_with_himself(w):
    Member.objects.filter(pk=w.second.pk).update(user=w.secretary)
    assert "one level up" in fill(w.secretary, "leader", w.area, w.second).content.decode()
    assert not Post.objects.exists()


def test_a_member_of_another_branch_is_no_choice_for_a_post(w):
    assert "Select a valid choice" in fill(w.secretary, "leader", w.area, w.twin.member).content.decode()


def test_a_post_ends_on_a_day_and_the_holder_stays_visible(w):
    with_account(w)
    post = Post.objects.get()
    signed_in(w.secretary).post(f"/organization/posts/{post.pk}/end/", {"on": "2026-06-01"})
    post.refresh_from_db()
    assert post.ended_on == date(2026, 6, 1) and Appointment.objects.get(user=w.person).ended_on == date(2026, 6, 1)
    assert "晋党员" in signed_in(w.secretary).get(f"/organization/areas/{w.area.pk}/").content.decode()
    again = signed_in(w.secretary).post(f"/organization/posts/{post.pk}/end/", {"on": "2026-06-01"})
    assert again.status_code == 404


@pytest.mark.parametrize("kind", ["king", "secretary"])
def test_a_post_of_nothing_is_not_found(w, kind):
    assert signed_in(w.staff).get(f"/organization/posts/{kind}/999999/begin/").status_code == 404


# The ID number


NUMBER = make_id_number("100183", date(1970, 3, 24), 7, "m")


def enter(w, number: str = NUMBER, member=None):
    return send(w.secretary, member or w.member, "id-number", id_number=number)


def test_a_number_is_kept_encrypted_and_shown_masked(w):
    assert enter(w, f" {NUMBER.lower()} ").status_code == 302
    w.member.refresh_from_db()
    assert w.member.id_number_masked.startswith("100") and NUMBER.encode() not in bytes(w.member.id_number_encrypted)
    page = signed_in(w.secretary).get(f"/organization/members/{w.member.pk}/").content.decode()
    assert w.member.id_number_masked in page and NUMBER not in page


@pytest.mark.parametrize("bad", ["110105194912310021", "1", "x" * 18, NUMBER[:-1] + "Z", ""])
def test_a_number_that_is_none_is_refused_without_repeating_it_elsewhere(w, bad):
    assert enter(w, bad).status_code == 200
    w.member.refresh_from_db()
    assert not w.member.id_number_masked


def test_the_number_of_another_member_is_refused_without_telling_whose(w):
    enter(w)
    page = enter(w, member=w.second).content.decode()
    assert "Another member has this ID number" in page and "晋党员" not in page


def test_the_typed_number_stands_in_no_address_message_or_session(w):
    client = signed_in(w.secretary)
    answer = client.post(f"/organization/members/{w.member.pk}/id-number/", {"id_number": NUMBER})
    assert NUMBER not in answer["Location"] and not [sentence for sentence in said(answer) if NUMBER in sentence]
    assert NUMBER not in str(dict(client.session)) and "no-store" in answer["Cache-Control"]
    page = client.get(f"/organization/members/{w.member.pk}/id-number/").content.decode()
    assert NUMBER not in page


def reveal(who, member, reason: str = "核对养老金"):
    return send(who, member, "id-number/reveal", reason=reason)


def test_revealing_needs_a_reason_and_is_recorded(w):
    enter(w)
    assert NUMBER not in reveal(w.staff, w.member, "").content.decode() and not LedgerEntry.objects.exists()
    answer = reveal(w.staff, w.member)
    assert NUMBER in answer.content.decode() and "no-store" in answer["Cache-Control"]
    entry = LedgerEntry.objects.get()
    assert (entry.by, entry.subject_id, entry.reason, entry.branch) == (w.staff, w.member.pk, "核对养老金", w.branch)


def test_the_person_sees_who_saw_the_number(w):
    enter(w)
    reveal(w.staff, w.member)
    with_account(w)
    page = signed_in(w.person).get(f"/organization/members/{w.member.pk}/").content.decode()
    assert "核对养老金" in page and NUMBER not in page


def test_a_secretary_reveals_ten_a_day_and_no_more(w):
    enter(w)
    answers = [reveal(w.secretary, w.member) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] and LedgerEntry.objects.count() == 10
    last = answers[-1].content.decode()
    assert "used up" in last and NUMBER not in last


@pytest.mark.parametrize("who", ["auditor", "keeper", "superuser", "stranger"])
def test_neither_auditor_nor_administrator_nor_superuser_reveals(w, who):
    enter(w)
    assert reveal(getattr(w, who), w.member).status_code in (403, 404) and not LedgerEntry.objects.exists()


# History and timeline


def test_the_history_tells_what_was_changed_from_what_to_what_by_whom(w):
    seen = page_of(w.staff, w.member, "edit").context["seen"]
    send(w.staff, w.member, "edit", seen=seen, name="晋新", sex="m", contact="0311")
    page = signed_in(w.officer).get(f"/organization/history/member/{w.member.pk}/").content.decode()
    assert all(words in page for words in ("晋党员", "晋新", "staff", "0311"))


def test_the_history_of_an_area_tells_of_its_leaders(w):
    fill(w.secretary, "leader", w.area, w.second)
    page = signed_in(w.officer).get(f"/organization/history/area/{w.area.pk}/").content.decode()
    assert "李二" in page and "Service-area leader" in page


def test_the_auditor_reads_the_history_without_contact(w):
    seen = page_of(w.secretary, w.member, "edit").context["seen"]
    send(w.secretary, w.member, "edit", seen=seen, contact="0311-77", name_latin="Jin")
    page = signed_in(w.auditor).get(f"/organization/history/member/{w.member.pk}/").content.decode()
    assert "0311-77" not in page and "Jin" in page


@pytest.mark.parametrize("path", ["member/999999", "king/1", "household/999999"])
def test_the_history_of_nothing_is_not_found(w, path):
    assert signed_in(w.officer).get(f"/organization/history/{path}/").status_code == 404


def test_a_member_reads_no_history_of_records(w):
    with_account(w)
    assert signed_in(w.person).get(f"/organization/history/member/{w.member.pk}/").status_code == 403


def test_the_history_costs_a_fixed_number_of_queries(w, django_assert_max_num_queries):
    for number in range(12):
        w.member.contact = str(number)
        w.member.save()
    client = signed_in(w.officer)
    with django_assert_max_num_queries(24):
        client.get(f"/organization/history/member/{w.member.pk}/")


def test_the_timeline_tells_of_a_change_of_status(w):
    leave(w, status="suspended", on=str(TODAY() - timedelta(40)))
    page = signed_in(w.secretary).get(f"/organization/members/{w.member.pk}/").content.decode()
    assert "Suspended (证 1)" in page
