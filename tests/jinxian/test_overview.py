"""Every figure opens a list that adds up to it, at every level, and nobody's figures leave the own place."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
import time_machine
from django.db.models import Sum

from accounts.models import User
from assessments import workflow
from assessments.models import Entry, Indicator, Period, Sheet
from service_areas.models import Appointment, Branch, County, ServiceArea, Township
from tests.jinxian.demo_pages import NOON, ON, client_of, links_of, text_of, written_township

pytestmark = pytest.mark.django_db
LEVELS = ("county", "township", "branch")
PLACED = {"county": "line__sheet__county", "township": "line__sheet__township", "branch": "line__sheet__branch"}
MOST_QUERIES = 20


@pytest.fixture(scope="module", autouse=True)
def township(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with written_township(django_db_blocker):
        yield


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


def place_of(level: str):
    rows = {"county": County.objects, "township": Township.objects, "branch": Branch.objects.filter(name="庞村党支部")}
    return rows[level].get()


def address(level: str) -> str:
    return (
        "/overview/"
        if level == "county"
        else f"/overview/{level}{'e' if level == 'branch' else ''}s/{place_of(level).pk}/"
    )


def current() -> Period:
    return Period.objects.get(year=2026, quarter=3)


def overview(level: str, username: str = "haojianmin", query: str = ""):
    response = client_of(username).get(address(level) + query)
    assert response.status_code == 200
    return response


def cells(level: str, periods, code: str):
    """The reported cells of an indicator, counted from the sheets themselves."""
    place = {PLACED[level]: place_of(level).pk}
    rows = Entry.objects.filter(line__sheet__is_counted=True, status="applies", actual__isnull=False, **place)
    return rows.filter(line__period__in=periods, item__indicator__code=code)


# Every number opens the list that adds up to it


@pytest.mark.parametrize("level", LEVELS)
def test_numbers_of_today_and_of_the_quarter_are_as_many_rows_as_their_lists_find(level):
    response = overview(level)
    facts, links = response.context["facts"], links_of(response, "figure")
    shown = {
        "areas": facts.area_count,
        "members": facts.today.members,
        "households": facts.today.households,
        "linked": facts.today.linked,
        "reported": facts.reporting.reported,
        "confirmed": facts.reporting.confirmed,
        "missing": facts.reporting.missing,
    }
    assert facts.reporting.missing and facts.reporting.confirmed
    client = client_of("haojianmin")
    for name, number in shown.items():
        assert client.get(links[name]).context["found"] == number, (name, links[name])


@pytest.mark.parametrize("level", LEVELS)
def test_every_indicator_is_the_sum_of_its_cells_and_of_its_list(level):
    response = overview(level)
    client, links, years = client_of("haojianmin"), links_of(response, "figure"), links_of(response, "year")
    periods = Period.objects.filter(year=2026, quarter__lte=3)
    codes = [line.quarter.indicator.code for line in response.context["facts"].lines]
    assert len(codes) == Indicator.objects.count() == 11
    for line in response.context["facts"].lines:
        code = line.quarter.indicator.code
        for figure, url, asked in ((line.quarter, links[code], [current()]), (line.year, years[code], periods)):
            counted = sum(cells(level, asked, code).values_list("actual", flat=True), Decimal(0))
            listed = client.get(url).context["total"]
            assert figure.actual == counted == listed.actual, (code, url)
            assert figure.target == listed.target, (code, url)


def test_a_list_opens_down_to_the_members_cells_and_adds_up_at_every_step():
    client, seen = client_of("haojianmin"), []
    urls = [f"/figures/road/?period={current().pk}", f"/figures/dues/?period={current().pk}&span=year"]
    while urls:
        page = client.get(urls.pop())
        rows, total = page.context["rows"], page.context["total"]
        assert total.actual == (sum(r.value for r in rows if r.value is not None) if rows else None)
        seen.append(page.context["kind"])
        if page.context["kind"] == "cell":
            continue
        for row in [row for row in rows if row.value is not None][:2]:
            below = client.get(row.url).context
            assert (below["total"].actual, below["total"].target) == (row.value, row.target), row.url
            urls.append(row.url)
    assert set(seen) == {"township", "branch", "area", "cell"}


@pytest.mark.parametrize("level", LEVELS)
def test_sheets_on_time_are_counted_part_by_part(level):
    response = overview(level)
    page = client_of("haojianmin").get(links_of(response, "figure")["on-time"])
    sheets = Sheet.objects.filter(period=current(), is_counted=True, **{level: place_of(level)})
    on_time = sum(sheet.first_submitted_at.date() <= current().due_on for sheet in sheets)
    assert response.context["facts"].reporting.on_time == page.context["total"] == on_time


@pytest.mark.parametrize("level", LEVELS)
def test_the_last_line_is_the_sum_of_the_rows_and_the_place_itself(level):
    facts = overview(level).context["facts"]
    assert facts.total.reporting == facts.reporting
    assert (facts.total.members, facts.total.households) == (facts.today.members, facts.today.households)
    assert (facts.total.linked, facts.total.linkable) == (facts.today.linked, facts.today.linkable)
    own = {line.quarter.indicator.code: line.quarter.actual for line in facts.lines}
    assert {each.indicator.code: each.actual for each in facts.total.figures} == {
        code: own[code] for code in ("wells", "road", "deeds", "visits")
    }


def test_members_and_households_of_no_area_have_their_own_row():
    branch = place_of("branch")
    area = branch.areas.order_by("number").last()
    moved = area.members.count()
    area.members.update(area=None)
    facts = overview("branch").context["facts"]
    outside = facts.rows[-1]
    assert (outside.label, outside.members, facts.total.members) == ("In no service area", moved, facts.today.members)


def test_the_figures_move_by_exactly_the_sheet_that_is_returned():
    sheet = Sheet.objects.filter(branch__name="庞村党支部", period=current(), state="submitted").get()
    before = overview("county").context["facts"]
    road = cells("branch", [current()], "road").filter(line__sheet=sheet).aggregate(total=Sum("actual"))["total"]
    by = User.objects.get(username="lishumin")
    workflow.return_sheet(sheet, by=by, seen_version=sheet.version, reason="修路请再量一次。")
    after = overview("county").context["facts"]
    assert before.reporting.reported - after.reporting.reported == 1
    figures = [{line.quarter.indicator.code: line.quarter.actual for line in f.lines}["road"] for f in (before, after)]
    assert figures[0] - figures[1] == road > 0


# What is not reported


def test_what_is_not_reported_is_a_dash_and_stands_first():
    facts = overview("branch").context["facts"]
    missing = [row.reporting.missing for row in facts.rows]
    assert missing == sorted(missing, reverse=True) and missing[0] == 1
    assert [each.actual for each in facts.rows[0].figures] == [None] * 4
    page = client_of("haojianmin").get(f"/figures/road/?branch={place_of('branch').pk}")
    assert {row.value for row in page.context["rows"] if not row.sheet.is_counted} == {None}
    assert "—" in text_of(page)


def test_a_quarter_of_which_nothing_is_reported_has_no_figure_at_all():
    Sheet.objects.filter(period=current()).update(is_counted=False, state="draft", first_submitted_at=None)
    page = overview("county")
    assert {line.quarter.actual for line in page.context["facts"].lines} == {None}
    assert "Nothing submitted yet" in text_of(page)


def test_coverage_is_said_in_words_and_the_trend_in_a_sentence():
    page = overview("county")
    reported = page.context["facts"].reporting
    assert f"{reported.reported} of {reported.expected} areas reported" in text_of(page)
    assert 'aria-label="Field road by quarter: Quarter 4, 2025 ' in page.content.decode()
    assert 'style="' not in page.content.decode()


def test_the_year_stands_apart_and_ends_with_the_quarter_shown():
    first = Period.objects.get(year=2026, quarter=1)
    for line in overview("county", query=f"?period={first.pk}").context["facts"].lines:
        assert line.quarter.actual == line.year.actual


# Whose figures


def test_everybody_lands_on_the_own_level():
    assert client_of("haojianmin").get("/overview/").context["unit"].level == "county"
    assert client_of("mawenbin").get("/overview/").context["unit"].level == "county"
    for username, level in (("lishumin", "township"), ("panghongliang", "branch")):
        response = client_of(username).get("/overview/?period=1")
        assert (response.status_code, response.url) == (302, address(level) + "?period=1")
    leader = client_of("gaowenming").get("/overview/")
    assert (leader.context["unit"].level, leader.context["unit"].label) == ("area", "Area 2")


def test_a_secretarys_overview_shows_the_own_branch_only():
    page = overview("branch", "panghongliang")
    own = place_of("branch")
    assert {row.sheet.branch_id for row in page.context["facts"].rows} == {own.pk}
    others = Branch.objects.exclude(pk=own.pk)
    assert not [branch.label for branch in others if branch.name_en in text_of(page)]


@pytest.mark.parametrize("username", ["panghongliang", "dongcaocun", "gaowenming", "panglixin", "yinsufen", "xulei"])
def test_levels_above_and_beside_do_not_exist(username):
    client = client_of(username)
    branch = Branch.objects.exclude(name__in=["庞村党支部", "东曹村党支部"]).first()
    area = ServiceArea.objects.filter(branch=branch).first()
    township = place_of("township")
    for url in (
        address("township"), f"/overview/branches/{branch.pk}/", f"/figures/road/?township={township.pk}",
        f"/figures/road/?branch={branch.pk}", f"/figures/road/?area={area.pk}", f"/figures/on-time/?branch={branch.pk}",
    ):  # fmt: skip
        assert client.get(url).status_code == 404, url


def test_a_leader_sees_the_own_area_and_not_the_branchs_figures():
    client = client_of("gaowenming")
    assert client.get(address("branch")).status_code == 403
    assert client.get(f"/figures/road/?branch={place_of('branch').pk}").status_code == 403
    page = client.get("/figures/deeds/?period=3")
    assert (page.status_code, page.context["unit"].level) == (200, "area")


@pytest.mark.parametrize("username", ["panglixin", "yinsufen", "xulei"])
def test_who_sees_no_assessment_is_told_so(username):
    client = client_of(username)
    for url in ("/overview/", "/figures/road/"):
        assert client.get(url).status_code == 403
    for url in ("/service/", "/education/"):
        page = client.get(url)
        assert page.status_code == 200
        assert not page.context.get("facts")


def test_a_secretary_of_two_branches_finds_the_second_one():
    other = Branch.objects.exclude(name="庞村党支部").first()
    user = User.objects.get(username="panghongliang")
    Appointment.objects.create(user=user, role="secretary", branch=other, started_on=ON)
    first = min(other.pk, place_of("branch").pk)
    page = client_of("panghongliang").get(f"/overview/branches/{first}/")
    assert f"Also yours: {other.label if first != other.pk else place_of('branch').label}" in text_of(page)


# Bad addresses, and what a page costs


@pytest.mark.parametrize("query", ["?period=abc", "?period=99999999999999999999", "?period=-1", "?period=", "?x=\0"])
def test_an_unknown_quarter_is_the_current_one(query):
    for url in ("/overview/", "/figures/road/", "/service/", "/"):
        page = client_of("haojianmin").get(url + query)
        assert page.status_code == 200
        assert url == "/" or page.context["period"] == current()


@pytest.mark.parametrize(
    "query", ["?township=x", "?branch=-1", "?area=1e5", "?branch=99999999999999999999", "?township=²"]
)
def test_an_unknown_place_does_not_exist(query):
    assert client_of("haojianmin").get("/figures/road/" + query).status_code == 404


def test_an_unknown_indicator_does_not_exist():
    assert client_of("haojianmin").get("/figures/gold/").status_code == 404


def test_before_any_quarter_has_opened_the_pages_say_so():
    with time_machine.travel(NOON.replace(year=2024)):
        Appointment.objects.update(started_on="2020-01-01")
        for url in ("/overview/", "/figures/road/", "/service/", "/education/", "/"):
            assert client_of("haojianmin").get(url).status_code == 200, url
        assert "No quarter has opened yet" in text_of(client_of("haojianmin").get("/overview/"))


@pytest.mark.parametrize("level", LEVELS)
def test_an_overview_stays_within_its_queries(level, django_assert_max_num_queries):
    client, url = client_of("haojianmin"), address(level)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("url", ["/overview/", "/service/", "/education/", "/figures/road/", "/figures/on-time/"])
def test_a_leaders_pages_stay_within_their_queries(url, django_assert_max_num_queries):
    client = client_of("gaowenming")
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(url).status_code == 200
