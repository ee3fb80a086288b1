"""What of a page a person may read: words, figures and reasons inside the own scope, over every page of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from assessments.models import PlanItem, Sheet
from assessments.permissions import SEE_PLAN, SEE_STATE
from members.models import HouseholdLink, Member
from members.permissions import SEE_LINKS, SEE_MEMBERS
from service_areas.models import Household, ServiceArea
from service_areas.permissions import SEE_AREAS, SEE_HOUSEHOLDS, Grant
from tests.access.addresses import url_of
from tests.access.filled_sheets import FIGURES, POINTS, note_of, summary_of
from tests.access.making import MASKS, PHONES
from tests.access.table import PERSONAS, written_rows
from tests.access.world import client_of, written_world

pytestmark = pytest.mark.django_db
PAGES = [row for row in written_rows() if row.method == "GET" and row.at in {"own", "-"}]
# The leader of the table is the head of A1x, the member its plain member: both read of themselves what others do not.
ABOVE = {"county", "township_a"}
ON_THE_SHEET = {"secretary_a1", "leader_a1x"}
READERS = ABOVE | ON_THE_SHEET | {"auditor"}


def number(value: int) -> str:
    """As it may stand on a page: 4711, 4,711."""
    return f"{value // 1000},?{value % 1000}"


def either(pair: tuple[str, str]) -> str:
    return "|".join(map(re.escape, pair))


# What (a pattern in a page) → who of the first branch, its township and county reads it somewhere.
SIGHTS = {
    "a member's telephone": (PHONES["plain"], ABOVE | ON_THE_SHEET | {"member_a1"}),
    "the leader's telephone": (PHONES["head"], ABOVE | ON_THE_SHEET),
    "a member's ID number, masked": (re.escape(MASKS["plain"]), ABOVE | {"secretary_a1", "member_a1"}),
    "the leader's ID number, masked": (re.escape(MASKS["head"]), ABOVE | ON_THE_SHEET),
    "a member's reason of exemption": ("Long-term away", ABOVE | {"secretary_a1", "member_a1"}),
    "the leader's reason of exemption": ("Incapacitated", ABOVE | ON_THE_SHEET),
    "a household's telephone": ("13900003333", ON_THE_SHEET | {"clerk_a"}),
    "a figure of a draft": (number(FIGURES["draft"][0]), ON_THE_SHEET),
    "points of a draft": (either(POINTS["draft"]), ON_THE_SHEET),
    "a note on a draft": (note_of("draft"), ON_THE_SHEET),
    "the summary of a draft": (summary_of("draft"), ON_THE_SHEET),
    "a figure of a returned sheet": (number(FIGURES["returned"][0]), ON_THE_SHEET | {"member_a1"}),  # rule 17
    "why a sheet was returned": (re.escape("to be corrected"), ON_THE_SHEET | {"township_a"}),  # its own words
    "a figure of a submitted sheet": (number(FIGURES["submitted"][0]), READERS | {"member_a1"}),
    "points of a submitted sheet": (either(POINTS["submitted"]), READERS | {"member_a1"}),
    "a note on a submitted sheet": (note_of("submitted"), READERS | {"member_a1"}),
    "the summary of a submitted sheet": (summary_of("submitted"), READERS),
    "points of a confirmed sheet": (either(POINTS["confirmed"]), READERS | {"member_a1"}),
}
WHO = [who for who in PERSONAS if who not in {"secretary_b1", "township_b"}]


@pytest.fixture(scope="module")
def w(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with written_world(django_db_blocker) as world:
        yield world


@pytest.fixture(scope="module")
def read(w: SimpleNamespace) -> dict[str, str]:
    """Everything that each person reads on the pages of the first branch."""
    return {who: "\n".join(words_of(w, who)) for who in WHO}


def words_of(w: SimpleNamespace, who: str) -> Iterator[str]:
    for row in PAGES:
        for state in [*FIGURES] if row.on == "draft" else [""]:
            page = client_of(w, who).get(url_of(w, row._replace(on=state or row.on)))
            if page.headers["Content-Type"].startswith("text/"):
                yield re.sub(r"<option [^>]*>[^<]*", "", page.content.decode())  # what may be chosen is nobody's record


@pytest.mark.parametrize("what", SIGHTS)
def test_only_those_read_it_whom_it_concerns(read: dict[str, str], what: str) -> None:
    pattern, readers = SIGHTS[what]
    assert {who for who in WHO if re.search(pattern, read[who])} == readers


# A grant to see → the rows that visible_to gives to those who hold it, and to nobody else.
SEEN = (
    (SEE_AREAS, ServiceArea),
    (SEE_HOUSEHOLDS, Household),
    (SEE_MEMBERS, Member),
    (SEE_LINKS, HouseholdLink),
    (SEE_PLAN, PlanItem),
    (SEE_STATE, Sheet),
)


@pytest.mark.parametrize(("grant", "model"), SEEN, ids=[model.__name__ for _grant, model in SEEN])
def test_who_is_granted_to_see_is_whom_the_scope_lets_see(w: SimpleNamespace, grant: Grant, model: Any) -> None:
    for user in w.people.values():
        sees = model.objects.visible_to(user).exists()
        assert sees == grant.held_anywhere(user), user
