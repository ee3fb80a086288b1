"""Between a county that was brought in and its first sheet: who does what next, and nobody is told that all is done."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.models import Plan, Sheet
from tests.assessments import sheet_world
from tests.assessments.sheet_world import client

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
    from assessments.periods import issue_sheets

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


def test_a_superuser_finds_what_was_brought_in(w: Any) -> None:
    from tests.jinxian.admin_world import user

    founder = user("founder")
    type(founder).objects.filter(pk=founder.pk).update(is_superuser=True, is_staff=True)
    assert "/organization/workbook/" in page(type(founder).objects.get(pk=founder.pk))
