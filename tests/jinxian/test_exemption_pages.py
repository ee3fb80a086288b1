"""The pages of exemptions: the way through in a browser's posts, who gets what, what is kept where it came too late."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import workflow
from assessments.models import SheetMember
from members.models import Exemption, ExemptionApplication, HouseholdLink, Member
from tests.assessments import sheet_world
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in
from tests.jinxian.organization_world import SECRET, world

pytestmark = pytest.mark.django_db
State = ExemptionApplication.State
ASKED = {"scope": "links", "reason": "ill", "starts_on": "2026-07-01", "ends_on": "2026-12-31"}
PEOPLE = ("officer", "staff", "secretary", "leader", "member_user", "clerk", "auditor", "keeper", "nobody", "stranger")


@pytest.fixture
def w(db: Any, time_machine: Any) -> SimpleNamespace:
    made = world()
    made.far.staff = base.user("far_staff")
    base.appoint(made.far.staff, base.ROLES.TOWNSHIP_STAFF, township=made.far.township)
    time_machine.move_to("2026-07-03 09:00:00+08:00")
    return made


def apply(w: Any, who: Any = None, member: Any = None, **changed: Any) -> ExemptionApplication:
    """The newest application after somebody sent the form."""
    url = reverse("exemption_new", args=[(member or w.plain).pk])
    response = signed_in(who or w.secretary).post(url, ASKED | changed)
    assert response.status_code == 302, response.status_code
    return ExemptionApplication.objects.latest("pk")


def step(who: Any, row: ExemptionApplication, name: str, *, version: int | None = None, **typed: Any) -> Any:
    """Send a step as it stood on the page of that version."""
    row.refresh_from_db()
    data = {"version": version or row.version, **typed}
    return signed_in(who).post(reverse(f"exemption_{name}", args=[row.pk]), data)


def agree(w: Any, row: Any = None) -> ExemptionApplication:
    row = row or apply(w)
    assert step(w.secretary, row, "agree", agreed_on="2026-07-02").status_code == 302
    return fresh(row)


def file(w: Any, row: Any = None) -> ExemptionApplication:
    row = agree(w, row)
    assert step(w.staff, row, "file").status_code == 302
    return fresh(row)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def page(who: Any, name: str, *args: Any, **asked: Any) -> Any:
    return signed_in(who).get(reverse(name, args=args), asked)


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def change(who: Any, name: str, row: Exemption, **typed: Any) -> Any:
    """Open the form of an exemption and send it."""
    client = signed_in(who)
    url = reverse(name, args=[row.pk])
    return client.post(url, {"seen": client.get(url).context["seen"], **typed})


# The way through


def test_an_exemption_goes_from_the_secretarys_form_to_the_townships_file(w: Any) -> None:
    row = apply(w)
    assert (row.state, row.applied_by, row.ends_on) == (State.APPLIED, w.secretary, date(2027, 1, 1))
    assert "Waits for 支部01: its meeting agrees or does not." in words(page(w.staff, "exemption_detail", row.pk))
    row = agree(w, row)
    assert "Waits for 晋镇, which files it." in words(page(w.secretary, "exemption_detail", row.pk))
    assert step(w.staff, row, "file").status_code == 302
    held = Exemption.objects.get(member=w.plain)
    assert (held.scope, held.agreed_on, held.filed_on) == ("links", date(2026, 7, 2), date(2026, 7, 3))
    text = words(page(w.member_user, "exemption_detail", row.pk))
    assert "It counts from Quarter 3, 2026 on" in text and "31 Dec 2026" in text
    steps = [(step.mark[2], step.who) for step in page(w.officer, "exemption_detail", row.pk).context["steps"]]
    assert steps == [
        ("Filed with the township", "staff"),
        ("Agreed by the branch", "secretary"),
        ("Applied for", "secretary"),
    ]


def test_a_member_applies_and_withdraws(w: Any) -> None:
    row = apply(w, w.member_user)
    assert "Applied for by the member." in words(page(w.secretary, "exemption_detail", row.pk))
    assert step(w.secretary, row, "withdraw").status_code == 403
    assert step(w.member_user, row, "withdraw").status_code == 302
    assert fresh(row).state == State.WITHDRAWN


def test_a_secretarys_own_application_waits_for_the_township_and_says_why(w: Any) -> None:
    row = apply(w, w.secretary, w.boss)
    text = words(page(w.secretary, "exemption_detail", row.pk))
    assert "Nobody agrees to the own exemption: a secretary&#x27;s goes to 晋镇 directly." in text
    assert step(w.secretary, row, "agree", agreed_on="2026-07-02").status_code == 403
    assert step(w.staff, row, "file").status_code == 302


def test_the_reason_of_a_refusal_is_read_by_branch_and_member(w: Any) -> None:
    row = agree(w)
    assert step(w.staff, row, "refuse", reason="缺会议记录").status_code == 302
    for who in (w.secretary, w.member_user, w.officer):
        assert "缺会议记录" in words(page(who, "exemption_detail", row.pk))
    listed = page(w.secretary, "exemption_list")
    assert listed.context["tab"] == "todo" and "缺会议记录" in words(listed)
    assert "缺会议记录" in words(page(w.member_user, "exemption_list"))


def test_back_to_work_is_found_by_the_township(w: Any) -> None:
    row = file(w).exemption
    assert change(w.secretary, "exemption_end", row, on="2026-08-01").status_code == 302
    assert fresh(row).ended_on == date(2026, 8, 1)
    listed = page(w.staff, "exemption_list", tab="over")
    assert [found.subject for found in listed.context["page"].object_list] == [row]
    assert "At work again from 1 Aug 2026" in words(listed)
    assert "for no quarter" in words(page(w.member_user, "exemption_detail", row.application.pk))


def test_the_yearly_review_goes_on_or_ends(w: Any, time_machine: Any) -> None:
    row = Exemption.objects.get(member=w.other)
    time_machine.move_to("2027-01-05 09:00:00+08:00")
    listed = page(w.staff, "exemption_list")
    assert listed.context["tab"] == "todo" and listed.context["overdue_count"] == 2
    assert change(w.staff, "exemption_review", row, decision="goes_on").status_code == 302
    assert (fresh(row).reviewed_on, fresh(row).ended_on) == (date(2027, 1, 5), None)
    assert change(w.staff, "exemption_review", row, decision="ends", on="2027-02-01").status_code == 302
    assert fresh(row).ended_on == date(2027, 2, 1)


# What it means for the quarters


@pytest.fixture
def q(db: Any, time_machine: Any) -> SimpleNamespace:
    """The second quarter of 2026 is being entered; 庞立新 stands on the sheet of area 1."""
    made = sheet_world.world()
    time_machine.move_to("2026-07-03 09:00:00+08:00")
    made.plain = Member.objects.get(name="庞立新", branch=made.branch)
    return made


def test_a_sheet_that_is_drawn_up_after_the_filing_shows_it_and_one_before_stays_as_it_is(q: Any) -> None:
    row = apply(q, q.secretary, q.plain, scope="all", starts_on="2026-04-01", ends_on="")
    assert "It counts from Quarter 2, 2026 on" in words(page(q.secretary, "exemption_detail", row.pk))
    workflow.begin(q.sheet, by=q.secretary)
    text = words(page(q.secretary, "exemption_detail", row.pk))
    assert "The sheet of Quarter 2, 2026 is drawn up already" in text and "from Quarter 3, 2026 on" in text
    SheetMember.objects.filter(sheet=q.sheet).delete()
    file(q, row)
    type(q.sheet).objects.filter(pk=q.sheet.pk).update(state="not_started")
    workflow.begin(fresh(q.sheet), by=q.secretary)
    assert SheetMember.objects.get(sheet=q.sheet, member=q.plain).exempt_scope == "all"
    assert "It counts from Quarter 2, 2026 on" in words(page(q.secretary, "exemption_detail", row.pk))


# Who gets what


def test_each_persona_gets_the_status_of_the_table(w: Any) -> None:
    row = agree(w)
    own = apply(w, w.secretary, w.other)
    held = Exemption.objects.get(member=w.head)
    table = {
        ("exemption_list",): (200, 200, 200, 200, 200, 403, 200, 403, 403, 200),
        ("exemption_detail", row.pk): (200, 200, 200, 404, 200, 404, 200, 404, 404, 404),
        ("exemption_detail", own.pk): (200, 200, 200, 404, 404, 404, 200, 404, 404, 404),
        ("exemption_new", w.plain.pk): (403, 403, 200, 403, 200, 404, 403, 404, 404, 404),
        ("exemption_new", w.other.pk): (403, 403, 200, 404, 404, 404, 403, 404, 404, 404),
        ("exemption_end", held.pk): (403, 403, 200, 403, 404, 404, 403, 404, 404, 404),
        ("exemption_review", held.pk): (403, 200, 403, 403, 404, 404, 403, 404, 404, 404),
    }
    for (name, *args), expected in table.items():
        got = tuple(page(getattr(w, who), name, *args).status_code for who in PEOPLE)
        assert dict(zip(PEOPLE, got, strict=True)) == dict(zip(PEOPLE, expected, strict=True)), (name, args)


@pytest.mark.parametrize(
    ("name", "of", "statuses"),
    [
        ("agree", "applied", (403, 403, 302, 404, 404, 404, 403, 404, 404, 404)),
        ("file", "agreed", (403, 302, 403, 404, 404, 404, 403, 404, 404, 404)),
        ("refuse", "agreed", (403, 302, 409, 404, 404, 404, 403, 404, 404, 404)),
        ("withdraw", "agreed", (403, 403, 302, 404, 404, 404, 403, 404, 404, 404)),
    ],
)
def test_each_step_is_made_by_its_own_hand(w: Any, name: str, of: str, statuses: tuple[int, ...]) -> None:
    for who, status in zip(PEOPLE, statuses, strict=True):
        ExemptionApplication.objects.all().delete()
        Exemption.objects.filter(member=w.other, scope="links").delete()
        row = apply(w, w.secretary, w.other)
        row = agree(w, row) if of == "agreed" else row
        typed = {"agreed_on": "2026-07-02", "reason": "缺会议记录"}
        assert step(getattr(w, who), row, name, **typed).status_code == status, who
        assert (fresh(row).version > row.version) == (status == 302), who


def test_nothing_of_another_township_is_seen_or_found(w: Any) -> None:
    far = apply(w)
    ExemptionApplication.objects.filter(pk=far.pk).update(branch=w.far.branch, member=w.far.plain)
    Exemption.objects.create(member=w.far.plain, branch=w.far.branch, reason="ill", scope="all", started_on=base.BEGAN)
    for who in (w.staff, w.secretary, w.leader, w.member_user):
        for tab in ("todo", "open", "holds", "over"):
            assert SECRET not in words(page(who, "exemption_list", tab=tab))
        assert page(who, "exemption_detail", far.pk).status_code == 404
    assert SECRET in words(page(w.far.staff, "exemption_list", tab="holds"))


def test_the_reason_is_shown_to_neither_auditor_nor_anybody_who_need_not_know(w: Any) -> None:
    row = file(w)
    for who, sees in (
        (w.auditor, False),
        (w.officer, True),
        (w.staff, True),
        (w.secretary, True),
        (w.member_user, True),
    ):
        pages = [page(who, "exemption_detail", row.pk), page(who, "exemption_list", tab="holds")]
        assert [("Seriously ill" in words(found)) for found in pages] == [sees, sees], who


def test_a_plain_member_and_a_leader_see_only_the_own(w: Any) -> None:
    apply(w)
    apply(w, w.secretary, w.other)
    assert [row.subject.member for row in page(w.member_user, "exemption_list").context["page"]] == [w.plain]
    assert [row.subject.member for row in page(w.leader, "exemption_list", tab="holds").context["page"]] == [w.head]
    assert page(w.leader, "exemption_list", tab="open").context["page"].paginator.count == 0


def test_what_waits_for_the_person_is_not_listed_a_second_time_as_under_way(w: Any) -> None:
    row = apply(w)
    for who, tab in ((w.secretary, "todo"), (w.staff, "open"), (w.officer, "open")):
        for name in ("todo", "open"):
            found = page(who, "exemption_list", tab=name).context["page"] if name == tab or who == w.secretary else []
            assert [each.subject for each in found] == ([row] if name == tab else []), (who, name)


def test_the_list_is_searched_by_pinyin(w: Any) -> None:
    found = page(w.officer, "exemption_list", tab="holds", q="shanyumei").context["page"]
    assert [row.subject.member for row in found] == [w.other]


# Bad input and what came too late


@pytest.mark.parametrize(
    ("changed", "words_of_it"),
    [
        ({"starts_on": ""}, "This field is required."),
        ({"starts_on": "2026-02-31"}, "Enter a valid date."),
        ({"starts_on": "2020-01-01"}, "It begins on 1 Apr 2026 at the earliest"),
        ({"ends_on": "2026-06-01"}, "The last day lies before the first."),
        ({"ends_on": "9999-12-31"}, "This day is too far away."),
        ({"scope": "everything"}, "Select a valid choice."),
        ({"reason": "flu"}, "Select a valid choice."),
    ],
)
def test_bad_input_is_named_at_its_field_and_what_was_typed_stays(
    w: Any, changed: dict[str, str], words_of_it: str
) -> None:
    response = signed_in(w.secretary).post(reverse("exemption_new", args=[w.plain.pk]), ASKED | changed)
    assert response.status_code == 422 and words_of_it in words(response)
    (name,) = changed
    assert response.context["form"][name].value() == changed[name]
    assert not ExemptionApplication.objects.exists()


def test_nobody_applies_for_who_has_left(w: Any) -> None:
    Member.objects.filter(pk=w.plain.pk).update(status=Member.Status.DECEASED)
    url = reverse("exemption_new", args=[w.plain.pk])
    client = signed_in(w.secretary)
    assert "is not assessed any more: Deceased." in words(client.get(url))
    assert client.post(url, ASKED).status_code == 422 and not ExemptionApplication.objects.exists()


@pytest.mark.parametrize("typed", [{"agreed_on": ""}, {"agreed_on": "tomorrow"}, {"agreed_on": "2026-07-04"}, {}])
def test_a_day_of_the_meeting_that_is_refused_changes_nothing(w: Any, typed: dict[str, str]) -> None:
    row = apply(w)
    assert step(w.secretary, row, "agree", **typed).status_code == 422
    assert fresh(row).state == State.APPLIED


@pytest.mark.parametrize("reason", ["", "   ", "字" * 201, "缺\x07记录"])
def test_a_refusal_without_words_that_can_be_kept_changes_nothing(w: Any, reason: str) -> None:
    row = agree(w)
    assert step(w.staff, row, "refuse", reason=reason).status_code == 422
    assert fresh(row).state == State.AGREED


def test_a_step_on_an_old_page_is_not_made_and_what_was_typed_is_kept(w: Any) -> None:
    row = file(w)
    response = step(w.staff, row, "refuse", version=2, reason="缺会议记录")
    text = words(response)
    assert response.status_code == 409 and "缺会议记录" in text
    assert "staff changed this application" in text and "Agreed by the branch" in text
    response = step(w.secretary, row, "agree", version=1, agreed_on="")
    assert response.status_code == 409
    assert fresh(row).state == State.FILED and Exemption.objects.filter(member=w.plain).count() == 1


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_version_that_is_none_is_an_old_page(w: Any, version: str) -> None:
    row = agree(w)
    assert step(w.staff, row, "file", version=version or "none").status_code == 409


def test_a_second_click_leads_to_the_same_page_and_changes_nothing(w: Any) -> None:
    row = file(w)
    assert step(w.staff, row, "file", version=2).status_code == 302
    assert apply(w, scope="physical").pk == apply(w, scope="physical").pk
    assert Exemption.objects.filter(member=w.plain).count() == 1 and fresh(row).history.count() == 3


def test_an_end_on_an_old_page_is_not_written_and_what_was_typed_is_kept(w: Any) -> None:
    row = Exemption.objects.get(member=w.other)
    url, client = reverse("exemption_end", args=[row.pk]), signed_in(w.secretary)
    seen = client.get(url).context["seen"]
    assert change(w.staff, "exemption_review", row, decision="ends", on="2026-10-01").status_code == 302
    response = client.post(url, {"seen": seen, "on": "2026-09-01"})
    assert response.status_code == 409 and "2026-09-01" in words(response)
    assert fresh(row).ended_on == date(2026, 10, 1)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"decision": "perhaps"},
        {"decision": "ends"},
        {"decision": "goes_on", "on": "2026-10-01"},
        {"decision": "ends", "on": "2019-01-01"},
    ],
)
def test_a_review_that_says_nothing_clear_is_refused(w: Any, typed: dict[str, str]) -> None:
    row = Exemption.objects.get(member=w.other)
    assert change(w.staff, "exemption_review", row, **typed).status_code == 422
    assert fresh(row).reviewed_on is None


def test_the_pages_only_read_and_the_steps_only_write(w: Any) -> None:
    row = apply(w)
    client = signed_in(w.secretary)
    assert client.post(reverse("exemption_list")).status_code == 405
    assert client.post(reverse("exemption_detail", args=[row.pk])).status_code == 405
    for name in ("agree", "file", "refuse", "withdraw"):
        assert client.get(reverse(f"exemption_{name}", args=[row.pk])).status_code == 405
    assert Client(enforce_csrf_checks=True).post(reverse("exemption_agree", args=[row.pk])).status_code in {302, 403}


def test_the_list_costs_no_more_queries_with_more_rows(w: Any, time_machine: Any) -> None:
    def fill(numbers: range) -> None:
        for number in numbers:
            member = base.member(w, f"X{number}", "王来福")
            row = Exemption.objects.create(
                member=member, branch=w.branch, reason="old", scope="physical", started_on=base.BEGAN
            )
            HouseholdLink.objects.create(
                member=member, household=base.household(w, f"1{number}"), branch=w.branch, started_on=base.BEGAN
            )
            file(w, apply(w, w.secretary, member))
            agree(w, apply(w, w.secretary, member, scope="all"))
            apply(w, w.secretary, w.boss, scope="all") if not number else None
            Exemption.objects.filter(pk=row.pk).update(reviewed_on=None)

    def asked() -> list[int]:
        return [
            queries(who, tab) for who in (w.secretary, w.staff, w.officer) for tab in ("todo", "open", "holds", "over")
        ]

    def queries(who: Any, tab: str) -> int:
        client = signed_in(who)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("exemption_list"), {"tab": tab}).status_code == 200
        return len(captured)

    fill(range(2))
    few = asked()
    fill(range(2, 9))
    assert asked() == few and max(few) <= 16
    time_machine.move_to("2027-02-05 09:00:00+08:00")
    assert len(page(w.staff, "exemption_list").context["page"].object_list) > 9
    assert queries(w.staff, "todo") <= 16
