"""Who may open which address: a table of every address of the site × persona → status, over real pages.

The table is tests/access/table.py; the addresses come from the resolver, so one that is missing there fails here.
The admin's addresses have a table of their own (tests/access/test_admin_access.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from tests.access.addresses import every_address, url_of, url_of_nothing
from tests.access.asking import DENIED, ask, everything_written, faults_of
from tests.access.table import PERSONAS, Row, all_rows, written_rows
from tests.access.world import client_of, undone, written_world

pytestmark = pytest.mark.django_db
ROWS = all_rows()
OURS = {name: pattern for name, pattern in every_address() if not pattern.startswith("admin/")}
OWN = {(row.name, row.method): row for row in ROWS if row.at in {"own", "-"}}
BEHIND_THE_DOOR = [row for row in OWN.values() if row.statuses["anonymous"] == "door"]


@pytest.fixture(scope="module")
def w(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with written_world(django_db_blocker) as world:
        world.written = everything_written()
        yield world


def test_every_address_of_the_site_is_in_the_table() -> None:
    named = {row.name for row in written_rows()}
    assert OURS.keys() - named == set(), "write down who may open it"
    assert named - OURS.keys() == set(), "there is no such address any more"


def test_every_address_of_an_object_is_asked_for_elsewhere_too() -> None:
    of_objects = {name for name, pattern in OURS.items() if "<int:" in pattern}
    for at in ("own", "sister", "twin"):
        assert of_objects <= {row.name for row in ROWS if row.at == at}


def test_at_least_four_in_ten_cells_are_denials() -> None:
    cells = [status for row in ROWS for status in row.statuses.values()]
    assert sum(status in DENIED for status in cells) >= 0.4 * len(cells)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_gets_what_the_table_says_and_reads_nothing_of_others(w: SimpleNamespace, row: Row) -> None:
    assert [f"{who}: {fault}" for who in PERSONAS for fault in faults_of(w, who, row)] == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.at in {"sister", "twin"}], ids=str)
def test_what_lies_outside_and_what_does_not_exist_get_the_same_answer(w: SimpleNamespace, row: Row) -> None:
    for who in ("secretary_a1", "clerk_a"):
        if row.statuses[who] == "404":
            with undone():
                outside, nowhere = ask(w, who, row), ask(w, who, row, url=url_of_nothing(row))
            assert nowhere.status_code == 404
            assert without_address(outside) == without_address(nowhere)


def without_address(response: Any) -> str:
    """The page without what differs from request to request: its own address, and the form's token."""
    page = response.content.decode().replace(response.request["PATH_INFO"], "")
    return re.sub(r'csrfmiddlewaretoken" value="\w+"|\?\w+=\d+', "", page)


@pytest.mark.parametrize("name", OURS)
def test_a_wrong_method_is_refused_to_everybody(w: SimpleNamespace, name: str) -> None:
    rows = {method: OWN[name, method] for method in ("GET", "POST") if (name, method) in OWN}
    row = next(iter(rows.values()))
    wrong = next(method for method in ("GET", "POST", "DELETE") if method not in rows)
    for who in PERSONAS:
        if who != "anonymous" or row not in BEHIND_THE_DOOR:
            assert client_of(w, who).generic(wrong, url_of(w, row)).status_code == 405, who


@pytest.mark.parametrize("row", BEHIND_THE_DOOR, ids=str)
def test_a_script_without_a_session_is_told_so_in_json(w: SimpleNamespace, row: Row) -> None:
    response = ask(w, "anonymous", row, accept="application/json")
    assert (response.status_code, response.json()["error"]) == (401, "signed_out")
    assert response.json()["sign_in"] == reverse("accounts:sign_in")
