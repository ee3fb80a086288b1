"""Quarters: days, neighbours, order and names."""

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from jinxian.lib.quarters import Quarter

QUARTERS = st.builds(Quarter, st.integers(2, 9998), st.integers(1, 4))


@pytest.mark.parametrize(
    ("number", "first", "last", "days"),
    [
        (1, date(2026, 1, 1), date(2026, 3, 31), 90),
        (2, date(2026, 4, 1), date(2026, 6, 30), 91),
        (3, date(2026, 7, 1), date(2026, 9, 30), 92),
        (4, date(2026, 10, 1), date(2026, 12, 31), 92),
    ],
)
def test_a_quarter_knows_its_days(number, first, last, days):
    quarter = Quarter(2026, number)
    assert (quarter.first_day, quarter.last_day, quarter.days) == (first, last, days)


def test_the_first_quarter_of_a_leap_year_has_91_days():
    assert Quarter(2028, 1).days == 91


def test_neighbours_cross_the_year():
    assert Quarter(2026, 1).previous() == Quarter(2025, 4)
    assert Quarter(2025, 4).next() == Quarter(2026, 1)
    assert Quarter(2026, 3).year_before() == Quarter(2025, 3)


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 9, 30), Quarter(2026, 2)),
        (date(2026, 10, 1), Quarter(2026, 3)),
        (date(2026, 1, 1), Quarter(2025, 4)),
    ],
)
def test_a_quarter_has_ended_only_after_its_last_day(day, quarter):
    assert Quarter.last_ended(day) == quarter


@pytest.mark.parametrize(("year", "number"), [(2026, 0), (2026, 5), (0, 1), (10000, 1)])
def test_there_is_no_such_quarter(year, number):
    with pytest.raises(ValueError, match="no quarter"):
        Quarter(year, number)


def test_quarters_sort_by_time():
    assert sorted([Quarter(2026, 1), Quarter(2025, 4), Quarter(2025, 2)]) == [
        Quarter(2025, 2),
        Quarter(2025, 4),
        Quarter(2026, 1),
    ]


def test_a_quarter_is_named_in_english():
    with translation.override("en"):
        assert str(Quarter(2026, 3)) == Quarter(2026, 3).label == "Quarter 3, 2026"
        assert Quarter(2026, 3).short_label == "Q3"


@given(st.dates(date(2, 1, 1), date(9998, 12, 31)))
def test_every_day_lies_in_its_quarter(day):
    quarter = Quarter.containing(day)
    assert quarter.first_day <= day <= quarter.last_day


@given(QUARTERS)
def test_quarters_follow_each_other_without_a_gap(quarter):
    assert quarter.next().first_day == quarter.last_day + timedelta(days=1)
    assert quarter.next().previous() == quarter
    assert quarter < quarter.next()
