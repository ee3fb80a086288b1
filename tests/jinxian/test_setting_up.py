"""Between a county that was brought in and its first sheet: who does what next, and nobody is told that all is done."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from assessments.models import Period, Plan, Sheet, Target
from assessments.periods import issue_sheets
from members.models import Member
from service_areas.models import ServiceArea
from tests.assessments import sheet_world
from tests.assessments.sheet_world import client
from tests.jinxian import admin_world as base

pytestmark = pytest.mark.django_db


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    """The second quarter is open, and its sheets have not been issued."""
    made = sheet_world.world()
    time_machine.move_to(sheet_world.MORNING.format(sheet_world.TODAY))
    Sheet.objects.all().delete()
    return made


def page(user: Any, address: str = "/") -> str:
    text: str = client(user).get(address).content.decode()
    return text


def test_the_county_is_led_to_the_sheets_that_were_not_issued(w: Any) -> None:
    text = page(w.officer)
    assert "The sheets of Quarter 2, 2026 have not been issued" in text and "/admin/assessments/period/" in text
    assert "No sheets have been issued yet." in text and "All have reported" not in text


def test_a_draft_is_somebody_elses_to_publish(w: Any) -> None:
    Plan.objects.update(state=Plan.State.DRAFT, author=w.officer)
    text = page(w.officer)
    assert "The plan of 2026 is a draft" in text and "You wrote it: another officer publishes it." in text
    assert "have not been issued" not in text, "one step after the other"
    Plan.objects.update(year=2025)
    assert "There is no plan for 2026 yet" in page(w.officer)


def test_with_sheets_there_is_no_such_step(w: Any) -> None:
    issue_sheets(period=w.period, by=w.officer)
    assert "First this" not in page(w.officer)


def test_nobody_is_told_that_all_is_reported_without_sheets(w: Any) -> None:
    for user in (w.secretary, w.leader, w.staff):
        text = page(user)
        assert "Everything is reported" not in text and "All have reported" not in text, user.username
    assert "The county committee issues those of Quarter 2, 2026" in page(w.secretary)
    assert "Nobody is waited for" not in page(w.officer, "/overview/")


def test_the_tree_counts_the_areas_that_are_there(w: Any) -> None:
    tree = client(w.officer).get("/organization/").context["tree"]
    assert (tree.total.area_count, tree.total.missing) == (3, None)
    assert "Complete" not in page(w.officer, "/organization/")


def test_the_county_finds_the_setting_up(w: Any) -> None:
    assert 'href="/admin/"' in page(w.officer) and 'href="/admin/"' not in page(w.secretary)
    assert "/admin/assessments/period/" in page(w.officer, "/management/sheets/")
    assert "/admin/" not in page(w.secretary, "/management/sheets/")


def test_the_county_finds_the_setting_up_from_the_places(w: Any) -> None:
    assert 'href="/admin/"' in page(w.officer, "/organization/")
    assert 'href="/admin/"' not in page(w.staff, "/organization/")


def test_a_draft_is_told_of_though_no_quarter_was_entered(w: Any) -> None:
    Target.objects.all().delete()
    Period.objects.all().delete()
    Plan.objects.update(state=Plan.State.DRAFT, author=w.officer_b)
    text = page(w.officer)
    assert "The plan of 2026 is a draft" in text and "Look it through and publish it" in text
    assert "No quarter has been entered yet" in text
    assert "/admin/assessments/period/" in page(w.officer, "/management/sheets/"), "no quarter: the way to enter one"


def test_another_version_in_draft_stands_in_nobodys_way(w: Any) -> None:
    issue_sheets(period=w.period, by=w.officer)
    Plan.objects.create(county=w.county, year=2026, version=2, author=w.officer)
    assert "First this" not in page(w.officer)


def test_the_township_is_not_asked_to_review_what_was_not_issued(w: Any) -> None:
    text = page(w.staff)
    assert "No sheets have been issued yet." in text and "to review" not in text


def test_the_figures_of_a_quarter_without_sheets_are_left_out(w: Any) -> None:
    text = page(w.officer, "/overview/")
    assert (
        "No sheets have been issued yet." in text
        and "0 of 0 areas" not in text
        and 'data-figure="reported"' not in text
    )


# A superuser without an appointment


def test_a_superuser_finds_what_was_brought_in(w: Any) -> None:
    assert 'href="/organization/workbook/"' in page(w.superuser)


def test_a_superuser_is_told_what_is_there_and_what_comes_next(w: Any, django_assert_max_num_queries: Any) -> None:
    w.member_user.set_unusable_password()
    w.member_user.save()
    browser = client(w.superuser)
    with django_assert_max_num_queries(20):
        got = browser.get("/")
    text = got.content.decode()
    assert "The sheets of Quarter 2, 2026 have not been issued" in text and "What is there" in text
    (held,) = [data for name, data in got.context["side"] if name.endswith("_held.html")]
    assert {each.label: each.count for each in held["held"]} | {"Members": 8, "Service areas": 4} == {
        each.label: each.count for each in held["held"]
    }
    Member.objects.filter(pk=w.plain.pk).update(status="deceased")
    User.objects.filter(pk=w.leader.pk).update(is_active=False)
    ServiceArea.objects.filter(pk=w.area2.pk).update(ended_on=base.BEGAN)
    (held,) = [data for name, data in browser.get("/").context["side"] if name.endswith("_held.html")]
    for each in held["held"]:
        assert browser.get(each.url).context["cl"].result_count == each.count, each.label
    assert "Nobody has signed in to 1 account yet." in text and "Bring a county in" not in text
    assert text.count("btn-primary") == 1


def test_a_superuser_begins_with_the_workbook(db: Any) -> None:
    text = page(base.user("founder", is_superuser=True))
    assert "Bring a county in" in text and "What is there" not in text and "First this" not in text
