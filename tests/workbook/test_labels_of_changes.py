"""In the list of changes and in a sentence a record is told by what it is, a number as it was typed."""

from __future__ import annotations

from datetime import date

import pytest

from assessments.models import Period
from tests.workbook.books import brought_in, looked_at, sheet_of
from tests.workbook.test_round_trip import whole_county

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county() -> None:
    brought_in(whole_county())


@pytest.mark.parametrize(("typed", "shown"), [(9, "9"), (100, "100"), (0.0, "0")])
def test_a_target_is_shown_as_it_was_typed(typed: float, shown: str) -> None:
    Period.objects.update(opens_on=date(2099, 1, 1), due_on=date(2099, 1, 2), closes_on=date(2099, 1, 3))
    row = {"year": 2026, "quarter": 3, "indicator": "visits", "member": "M1", "value": typed}
    (change,) = looked_at(sheet_of("targets", row)).changes()
    assert (change["record"], change["old"], change["new"]) == ("李一 visits 2026 Q3", "12", shown)


def test_a_wrong_number_is_repeated_as_it_was_typed() -> None:
    row = {"year": 2026, "quarter": 3, "indicator": "visits", "member": "M1", "value": 9.5}
    (said,) = [each for each in looked_at(sheet_of("targets", row)).findings if "decimals" in each.sentence]
    assert said.value == "9.5"


def test_links_and_posts_name_the_household_and_the_unit() -> None:
    link = {"member": "M1", "team": "13099910120101", "number": "001", "until": date(2026, 6, 1)}
    (change,) = looked_at(sheet_of("links", link)).changes()
    assert change["record"] == "李一 13099910120101 001"
    (change,) = looked_at(
        sheet_of("posts", {"member": "M2", "kind": "secretary", "unit": "B1", "until": date(2026, 6, 1)})
    ).changes()
    assert change["record"] == "李二 B1"
