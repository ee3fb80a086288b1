"""Rights come from today's appointments alone: not from yesterday's, tomorrow's, the session's or a flag's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from tests.access.asking import ask, outcome
from tests.access.making import ROLES, appoint
from tests.access.table import Row, written_rows
from tests.access.world import client_of, undone, written_world

pytestmark = pytest.mark.django_db
ROWS = [row for row in written_rows() if row.at in {"own", "-"} and not row.name.startswith("accounts:")]


@pytest.fixture(scope="module")
def w(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with written_world(django_db_blocker) as world:
        yield world


def other_than(w: SimpleNamespace, who: str, expected: str) -> list[str]:
    """The rows in which the person does not get what the table says of another one."""
    faults = []
    for row in ROWS:
        with undone():
            got = outcome(ask(w, who, row))
        if got != row.statuses[expected]:
            faults.append(f"{row}: {got} instead of {row.statuses[expected]}")
    return faults


def test_who_was_released_is_nobody_from_the_next_request_on(w: SimpleNamespace) -> None:
    people, today = w.people, timezone.localdate()
    with undone():
        assert client_of(w, "secretary_a1").get("/overview/").status_code == 302
        people["secretary_a1"].appointments.update(ended_on=today)
        assert other_than(w, "secretary_a1", "nobody") == []


def test_who_is_released_tomorrow_still_acts_today(w: SimpleNamespace) -> None:
    with undone():
        w.people["secretary_a1"].appointments.update(ended_on=timezone.localdate() + timedelta(1))
        assert other_than(w, "secretary_a1", "secretary_a1") == []


def test_who_begins_tomorrow_is_nobody_today(w: SimpleNamespace) -> None:
    with undone():
        tomorrow = timezone.localdate() + timedelta(1)
        appoint(w.people["nobody"], ROLES.COUNTY_STAFF, county=w.jin.county, started_on=tomorrow)
        assert other_than(w, "nobody", "nobody") == []


def test_a_superuser_without_an_appointment_sets_up_and_is_nobody_else(w: SimpleNamespace) -> None:
    with undone():
        type(w.people["nobody"]).objects.filter(username="nobody").update(is_superuser=True, is_staff=True)
        more = {said.split(" ")[0] for said in other_than(w, "nobody", "nobody")}
    assert more == {"slip_list", "slip_print", "run_list", "run_new", "template_file"}


def test_a_closed_account_stands_before_the_door(w: SimpleNamespace) -> None:
    with undone():
        type(w.people["county"]).objects.filter(username="county").update(is_active=False)
        assert other_than(w, "county", "anonymous") == []


def test_two_appointments_add_up_and_reach_no_further(w: SimpleNamespace) -> None:
    """A secretary who is also leader next door: both places, and of the other branch not more than a leader."""
    with undone():
        sister = w.at["sister"]
        appoint(w.people["secretary_a1"], ROLES.LEADER, area=sister.area)
        assert other_than(w, "secretary_a1", "secretary_a1") == []
        draft = Row("assessments:sheet_submit", "POST", "sister", "draft", {})
        for name, expected in (("sheet_submit", "403"), ("sheet_save", "302"), ("sheet_reopen", "403")):
            with undone():
                assert outcome(ask(w, "secretary_a1", draft._replace(name=f"assessments:{name}"))) == expected
