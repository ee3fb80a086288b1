"""The home page per persona: what is owed, what came back, what waits; never empty, never another's row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine

from accounts.models import User
from assessments.locks import Kind
from assessments.models import Period, Sheet, SheetMember
from assessments.review import read_queue
from jinxian import duties
from members.models import HouseholdLink, Member
from service_areas.models import Appointment, Branch, ServiceArea, Township, Village
from tests.jinxian.demo_pages import NOON, ON, PERSONAS, client_of, text_of, written_township

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20


@pytest.fixture(scope="module", autouse=True)
def township(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with written_township(django_db_blocker):
        yield


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


def home(username: str, language: str = "en") -> str:
    response = client_of(username, language).get("/")
    assert response.status_code == 200
    return text_of(response)


def user(username: str) -> User:
    return User.objects.get(username=username)


def current() -> Period:
    return Period.objects.get(year=2026, quarter=3)


def pangcun() -> Branch:
    return Branch.objects.get(name="庞村党支部")


def sheet_of(number: int, **of) -> Sheet:
    return Sheet.objects.get(branch=pangcun(), area__number=number, period=of.get("period", current()))


def work(username: str, *, on: date = ON) -> duties.Work:
    return duties.work_of(user(username), list(Period.objects.all()), on=on)


# The secretary


def test_a_secretary_is_told_what_to_take_up_first_and_how_much_is_left():
    (duty,) = work("panghongliang").owed
    assert (duty.sheet, duty.verb, duty.days, duty.is_overdue) == (sheet_of(2), "correct", 2, False)
    assert (duty.reported, duty.expected, duty.filled, duty.needed) == (2, 5, 417, 598)
    assert duty.others == [sheet_of(4), sheet_of(5)] and duty.missing == [duty.sheet, *duty.others]
    assert [(state, count) for state, _label, count in duty.done] == [("submitted", 1), ("confirmed", 1)]
    words = home("panghongliang")
    assert "Quarter 3, 2026" in words and "In 2 days" in words and "417 of 598 cells" in words
    assert "Correct Area 2" in words
    assert "3 sheets" in words and "2 more sheets are due: Area 4: Draft Area 5: Not started" in words


def test_what_came_back_stands_in_the_reviewers_words():
    (back,) = work("panghongliang").came_back
    assert back.sheet == sheet_of(2) and back.move is not None
    assert back.move.reason in home("panghongliang")
    assert "Li Shumin" in home("panghongliang")


def test_the_last_return_counts_where_there_are_several():
    sheet = sheet_of(2)
    last = sheet.moves.order_by("-at").first()
    last.pk, last.at, last.reason = None, last.at + timedelta(days=1), "再看一遍。"
    last.save()
    (back,) = work("panghongliang").came_back
    assert back.move.reason == "再看一遍。"


def test_a_submitted_sheet_is_one_we_wait_for():
    assert work("panghongliang").we_wait == [sheet_of(3)]


def test_after_the_due_day_a_sheet_is_overdue_and_can_still_be_filled():
    (duty,) = work("panghongliang", on=current().due_on + timedelta(3)).owed
    assert (duty.days_late, duty.is_overdue, duty.verb) == (3, True, "correct")
    with time_machine.travel(NOON + timedelta(days=5)):
        assert "Overdue by 3 days" in home("panghongliang")


def test_after_closing_the_lock_is_named_and_no_verb_is_offered():
    (duty,) = work("panghongliang", on=current().closes_on + timedelta(1)).owed
    assert (duty.lock.kind, duty.verb) == (Kind.DATE, "")
    with time_machine.travel(NOON + timedelta(days=40)):
        words = home("panghongliang")
    assert "Locked: entry ended on" in words and "To the sheet" in words


def test_overdue_quarters_stand_first():
    older = Period.objects.get(year=2026, quarter=2)
    Period.objects.filter(pk=older.pk).update(state="open")
    Sheet.objects.filter(pk=sheet_of(5, period=older).pk).update(is_counted=False, state="not_started")
    assert [duty.period for duty in work("panghongliang").owed] == [older, current()]


def test_a_sheet_not_begun_is_started_by_a_form():
    Sheet.objects.filter(branch=pangcun(), period=current()).exclude(pk=sheet_of(5).pk).update(
        state="submitted", is_counted=True
    )
    page = client_of("panghongliang").get("/").content.decode()
    assert f'<form method="post" action="/management/sheets/{sheet_of(5).pk}/begin/">' in page


def test_with_everything_reported_the_next_date_and_a_step_stand_there():
    Sheet.objects.filter(branch=pangcun(), period=current()).update(state="submitted", is_counted=True)
    assert work("panghongliang").owed == []
    words = home("panghongliang")
    assert "Everything is reported" in words and "Look at the sheets" in words and "is due" in words


def test_a_branchs_numbers_are_as_many_rows_as_their_lists_find():
    client = client_of("panghongliang")
    page = client.get("/")
    (fact,) = [data for template, data in page.context["side"] if template.endswith("_facts.html")]
    pk = pangcun().pk
    for url, number in (
        (f"/organization/members/?branch={pk}", fact["members"]),
        (f"/organization/members/?exempt=1&branch={pk}", fact["exempt"]),
        (f"/organization/members/?type=probationary&branch={pk}", fact["probationary"]),
        (f"/organization/areas/?branch={pk}", fact["branch"].area_count),
        (f"/organization/households/?branch={pk}", fact["branch"].household_count),
        (f"/organization/households/?linked=0&branch={pk}", fact["unlinked"]),
    ):
        assert url.replace("&", "&amp;") in page.content.decode(), url
        assert client.get(url).context["found"] == number, url


# The leader


def test_a_leader_sees_the_own_areas_sheet_only():
    found = work("gaowenming")
    assert found.sheets == [sheet_of(2)]
    assert [duty.role for duty in found.owed] == ["leader"]
    assert "Area 3" not in home("gaowenming")


def test_a_leader_with_a_full_sheet_is_told_to_tell_the_secretary():
    sheet = sheet_of(2)
    Sheet.objects.filter(pk=sheet.pk).update(filled_count=sheet.needed_count)
    assert "Tell the secretary, who submits" in home("gaowenming")


def test_a_secretary_who_also_leads_an_area_is_asked_once():
    Appointment.objects.create(
        user=user("panghongliang"), role="leader", area=sheet_of(2).area, started_on=ON - timedelta(1)
    )
    assert len(work("panghongliang").owed) == 1


# The township


def test_what_waits_for_the_township_is_what_its_queue_holds():
    page = client_of("lishumin").get("/")
    (review,) = [data for template, data in page.context["main"] if template.endswith("_review.html")]
    queue = read_queue(user("lishumin"), current(), "waiting", Sheet.objects.visible_to(user("lishumin")))
    (standing,) = review["standings"]
    assert standing.waiting == queue.counts["waiting"] > 0
    assert len({line.sheet_id for line in review["lines"]}) == queue.counts["own_line"] > 0
    assert (standing.reported, standing.expected) == (queue.reported, queue.expected)
    assert f"{standing.waiting} sheets to review" in text_of(page)


def test_the_township_does_not_fill_in_the_own_line():
    lines = duties.own_lines(user("lishumin"), [current()], townships=Township.objects.all(), on=ON)
    Member.objects.filter(pk=lines[0].member_id).update(user=user("lishumin"))
    left = duties.own_lines(user("lishumin"), [current()], townships=Township.objects.all(), on=ON)
    assert left == lines[1:]


def test_branches_stand_by_what_they_miss_and_add_up():
    (standing,) = duties.standing_of(user("lishumin"), [current()], by="branch", within={}, on=ON)
    missing = [part.missing for part in standing.we_wait]
    assert missing == sorted(missing, reverse=True)
    client = client_of("lishumin")
    for part in standing.we_wait:
        url = f"/organization/areas/?reported=0&period={current().pk}&branch={part.pk}"
        assert client.get(url).context["found"] == part.missing
    assert sum(missing) == standing.missing == Sheet.objects.filter(period=current(), is_counted=False).count()


# County, auditor, administrator


def test_the_county_sees_the_state_of_the_quarter_and_whom_it_waits_for():
    words = home("haojianmin")
    reported = Sheet.objects.filter(period=current(), is_counted=True).count()
    assert f"{reported} of 124 areas reported" in words
    assert "We wait for" in words and "Xiaoqiao Town" in words and "In 2 days" in words


def test_an_auditor_reads_what_stands_where():
    words = home("mawenbin")
    assert "What stands where" in words and "Look at the figures" in words


def test_an_auditor_of_a_township_reads_its_branches():
    Appointment.objects.filter(user__username="mawenbin").update(county=None, township=Township.objects.get())
    assert "Pangcun Branch" in home("mawenbin")


def test_an_administrator_gets_accounts_and_no_figures():
    page = client_of("xulei").get("/")
    words = text_of(page)
    assert "Look after accounts" in words and "areas reported" not in words
    for url in ("/admin/accounts/user/", "/admin/service_areas/appointment/"):
        assert f'href="{url}"' in page.content.decode()
        assert client_of("xulei").get(url).status_code == 200


# The member


def member_part(username: str = "panglixin") -> dict:
    page = client_of(username).get("/")
    return next(data for template, data in page.context["main"] if template.endswith("_own_result.html"))


def test_a_member_sees_the_own_points_with_their_working():
    part = member_part()
    line = SheetMember.objects.get(member__user__username="panglixin", period=current())
    assert (part["line"], part["is_final"]) == (line, False)
    assert sum(cell.score.points for cell in part["items"] if cell.score.points is not None) == line.points
    lost = [cell.score.base - cell.score.points for cell in part["items"]]
    assert lost == sorted(lost, reverse=True)
    words = home("panglixin")
    assert str(line.points) in words and "Not final yet" in words
    assert all(cell.says in words for cell in part["items"])


def test_a_member_never_sees_another_members_row():
    words, chinese = home("panglixin"), home("panglixin", "zh-hans")
    own = Member.objects.get(user__username="panglixin")
    for other in Member.objects.filter(branch=own.branch).exclude(pk=own.pk):
        heads = HouseholdLink.objects.filter(member=own).values_list("household__head_name", flat=True)
        assert other.name in heads or other.name not in chinese
        assert other.name in heads or other.name_latin not in words


def test_before_the_first_submission_a_member_sees_targets_and_no_points():
    Sheet.objects.filter(pk=sheet_of(2).pk).update(first_submitted_at=None, state="draft")
    part = member_part()
    line = SheetMember.objects.get(member__user__username="panglixin", period=current())
    assert part["line"].period_id != line.period_id
    assert len(part["targets"]) == 11
    assert str(line.points) not in home("panglixin") and "My targets, Quarter 3, 2026" in home("panglixin")


def test_a_members_households_are_the_own_current_ones():
    part = member_part()
    links = HouseholdLink.objects.filter(member__user__username="panglixin")
    assert {row.household_id for row in part["households"]} == {
        row.household_id for row in links if row.ended_on is None or row.ended_on > ON
    }
    assert part["households"]


def test_an_exempt_member_reads_exempt_and_no_zero():
    line = SheetMember.objects.get(member__user__username="panglixin", period=current())
    SheetMember.objects.filter(pk=line.pk).update(exempt_scope="all", points=None)
    words = home("panglixin")
    assert "Exempt from assessment" in words and "of 100 points" not in words


def test_an_account_without_a_members_record_is_told_whom_to_ask():
    Member.objects.filter(user__username="panglixin").update(user=None)
    assert "No member's record belongs to this account" in home("panglixin")


# The clerk


def test_a_clerk_sees_areas_whom_to_ask_and_the_number_of_households():
    page = client_of("yinsufen").get("/")
    (part,) = [data for template, data in page.context["main"] if template.endswith("_village.html")]
    village = Village.objects.get(name="庞村")
    assert part["households"] == sum(team.households.count() for team in village.teams.all()) > 0
    assert {area.pk for area in part["areas"]} == set(
        ServiceArea.objects.filter(branch=pangcun()).values_list("pk", flat=True)
    )
    words = text_of(page)
    assert "Gao Wenming" in words and "Pang Hongliang" in words and "points" not in words


# Everybody


@pytest.mark.parametrize("username", PERSONAS)
def test_nobody_gets_an_empty_page(username):
    page = client_of(username).get("/")
    assert page.context["main"] and page.context["coming"][0].day >= ON
    main = page.content.decode().partition("<main")[2].partition("</main>")[0]
    assert "<a " in main.partition("jx-cols")[2]
    assert page.content.decode().count("btn-primary") <= 1


def test_without_an_appointment_the_page_says_whom_to_ask():
    Appointment.objects.filter(user__username="panglixin").update(ended_on=ON)
    assert "No appointment today" in home("panglixin")


def test_an_appointment_that_has_ended_gives_nothing():
    Appointment.objects.filter(user__username="panghongliang").update(ended_on=ON)
    assert work("panghongliang").owed == []
    assert "To report" not in home("panghongliang")


def test_several_appointments_show_the_parts_of_each(django_assert_max_num_queries):
    who = user("panghongliang")
    village = Village.objects.get(name="庞村")
    since = ON - timedelta(1)
    Appointment.objects.create(user=who, role="member", branch=pangcun(), started_on=since)
    Appointment.objects.create(user=who, role="clerk", village=village, started_on=since)
    client = client_of("panghongliang")
    with django_assert_max_num_queries(MOST_QUERIES + 6):  # the parts of three appointments
        words = text_of(client.get("/"))
    assert all(part in words for part in ("To report", "Came back", "Branch secretary", "My households"))


@pytest.mark.parametrize("username", PERSONAS)
def test_a_home_page_stays_within_its_queries(username, django_assert_max_num_queries):
    client = client_of(username)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/")


def test_the_next_dates_are_in_order_and_never_none():
    assert [each.kind for each in duties.coming([current()], on=ON)] == ["due", "locks", "ends"]
    (only,) = duties.coming([], on=date(2026, 12, 31))
    assert (only.kind, only.day) == ("ends", date(2026, 12, 31))


def test_a_quarter_that_opens_later_is_announced_and_owes_nothing():
    later = Period(
        year=2026, quarter=4, opens_on=date(2027, 1, 1), due_on=date(2027, 1, 10), closes_on=date(2027, 1, 31)
    )
    assert [each.kind for each in duties.coming([later], on=ON)] == ["ends", "opens", "due", "locks"]
    assert duties.opened([later], on=ON) == []
