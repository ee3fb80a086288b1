"""Numbers, dates and states as people read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import RequestFactory
from django.utils import translation

from jinxian.templatetags import shell


@pytest.mark.parametrize(
    ("value", "written"), [(1312, "1,312"), (Decimal("15690.5"), "15,690.5"), (0, "0"), (None, "—"), ("", "—")]
)
def test_grouped(value, written):
    assert shell.grouped(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(Decimal("96.1"), "96.10"), (Decimal("76.665"), "76.67"), (0, "0.00"), (None, "—"), (100, "100.00")],
)
def test_points_are_rounded_half_up(value, written):
    assert shell.points(value) == written


@pytest.mark.parametrize(
    ("value", "places", "written"), [(Decimal("4.60"), 1, "4.6"), (15690, 0, "15,690"), (0.5, 0, "1"), (None, 1, "—")]
)
def test_quantity_has_its_units_precision(value, places, written):
    assert shell.quantity(value, places) == written


@pytest.mark.parametrize(("value", "written"), [(Decimal("0.96835"), "96.8\u00a0%"), (1, "100.0\u00a0%"), (None, "—")])
def test_percent(value, written):
    assert shell.percent1(value) == written


def test_a_day_is_the_day_in_china():
    late = datetime(2026, 10, 7, 17, 30, tzinfo=UTC)
    with translation.override("en"):
        assert shell.day(late) == "8 Oct"
        assert shell.day(date(2026, 10, 8), "year") == "8 Oct 2026"
        assert shell.moment(late) == "8 Oct, 01:30"
        assert shell.day(None) == "—"


def test_a_state_is_shape_word_and_colour():
    with translation.override("en"):
        html = shell.state("returned", pill=True)
    assert 'class="st bad pill"' in html
    assert "#arrow-back-up" in html
    assert "Returned" in html


def test_what_stands_beside_an_icon_is_escaped():
    assert "&lt;b&gt;" in shell.mark("warn", "clock", "<b>")


def test_a_link_keeps_the_rest_of_the_query():
    request = RequestFactory().get("/?q=pang&page=3&sort=name")
    assert shell.query({"request": request}, "sort", "-name", "page", "") == "?q=pang&sort=-name"
