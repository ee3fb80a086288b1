"""What lies outside a scope cannot be read, counted, chosen, searched for or written through any form of the inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments import workflow
from assessments.models import Sheet
from members import links
from tests.access import making
from tests.access.addresses import data_of, url_of
from tests.access.asking import MAY_READ, OF_A, OF_B, everything_written, marks_on
from tests.access.filled_sheets import FIGURES, cell_name, line_of
from tests.access.marks import FIND_ALL
from tests.access.table import Row, written_rows
from tests.access.world import client_of, undone, written_world

pytestmark = pytest.mark.django_db
PAGES = [
    row for row in written_rows() if row.method == "GET" and row.at in {"own", "-"} and row.name[:9] != "accounts:"
]
LISTS = [row for row in PAGES if row.at == "-" and row.name != "home"]
PLACED = [who for who in MAY_READ if who not in {"county", "auditor", "township_b", "secretary_b1"}]


@pytest.fixture(scope="module")
def w(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with written_world(django_db_blocker) as world:
        yield world


# Read


def questions(w: SimpleNamespace) -> Iterator[dict[str, Any]]:
    """What can be asked of a list: everything, and every key that only others know."""
    yield from ({"q": FIND_ALL}, {"q": "head 001"}, {"tab": "confirmed"})
    for state, tab in (("submitted", "waiting"), ("draft", "missing")):
        yield {"period": w.at["own"].sheets[state].period_id, "state": state, "tab": tab}
    for at in (w.at["sister"], w.at["twin"]):
        yield {"township": at.township.pk, "branch": at.branch.pk, "area": at.area.pk}
        yield {"period": at.sheets["submitted"].period_id, "branch": at.branch.pk}
        yield {"area": at.area.pk, "q": FIND_ALL, "linked": "0"}


@pytest.mark.parametrize("row", LISTS, ids=str)
def test_no_question_to_a_list_brings_words_from_outside(w: SimpleNamespace, row: Row) -> None:
    for who in [*PLACED, "county", "nobody"]:
        for asked in questions(w):
            response = client_of(w, who).get(url_of(w, row), asked)
            assert response.status_code in {200, 302, 403, 404}, (who, asked)
            assert marks_on(response) <= MAY_READ.get(who, set()), (who, asked)


@pytest.mark.parametrize("name", ["area_list", "branch_list", "household_list", "member_list", "place_tree"])
def test_the_words_are_there_for_whom_they_are_meant(w: SimpleNamespace, name: str) -> None:
    for who, there in (("auditor", OF_A | OF_B), ("township_b", OF_B), ("secretary_b1", OF_B)):
        found = marks_on(client_of(w, who).get(reverse(name), {"q": FIND_ALL}))
        assert found and found <= there


# Count


def pages_of(w: SimpleNamespace, who: str) -> dict[str, str]:
    """Every page of the person's own place as it reads now, without the forms' tokens."""
    seen = {}
    for row in PAGES:
        answer = client_of(w, who).get(url_of(w, row), {"q": FIND_ALL} if row in LISTS else None)
        if not answer.headers["Content-Type"].startswith("text/"):  # a workbook bears the moment it was made
            continue
        page = answer.content.decode()
        seen[str(row)] = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page)
    return seen


def grow(at: SimpleNamespace) -> None:
    """A member, a household and a link more; one sheet taken back, one begun, the newest quarter's opened again."""
    making.member(at, "new")
    making.HouseholdLink.objects.create(
        member=at.head, household=making.household(at, "003"), branch=at.branch, started_on=making.BEGAN
    )
    links.recount(branch=at.branch, on=timezone.localdate())
    for state, move in (("submitted", workflow.take_back), ("not_started", workflow.begin)):
        sheet = Sheet.objects.select_related("period", "plan").get(pk=at.sheets[state].pk)
        more = {} if state == "not_started" else {"seen_version": sheet.version}
        move(sheet, by=at.secretary, **more)
    Sheet.objects.filter(pk=at.sheets["confirmed"].pk).update(state=Sheet.State.REOPENED, is_counted=False)


@pytest.mark.parametrize(("who", "at"), [(who, "sister") for who in PLACED] + [("county", "twin"), ("auditor", "twin")])
def test_what_happens_next_door_changes_nothing_on_any_page(w: SimpleNamespace, who: str, at: str) -> None:
    before = pages_of(w, who)
    with undone():
        grow(w.at[at])
        after = pages_of(w, who)
    assert [page for page in before if before[page] != after[page]] == []


def test_what_happens_inside_is_seen(w: SimpleNamespace) -> None:
    before = pages_of(w, "county")
    with undone():
        grow(w.at["sister"])
        assert pages_of(w, "county") != before


# What has ended


def households_of(w: SimpleNamespace, who: str) -> set[int]:
    return {row.pk for row in client_of(w, who).get(reverse("household_list")).context["rows"]}


@pytest.mark.parametrize(
    ("begins", "ends", "is_seen"), [(-9, None, True), (-9, 1, True), (-9, 0, False), (1, 9, False)]
)
def test_a_member_sees_a_household_as_long_as_the_link_lasts(
    w: SimpleNamespace, begins: int, ends: int | None, is_seen: bool
) -> None:
    own, today = w.at["own"], timezone.localdate()
    with undone():
        own.link.started_on = today + timedelta(begins)
        own.link.ended_on = None if ends is None else today + timedelta(ends)
        own.link.save()
        assert households_of(w, "member_a1") == ({own.household.pk} if is_seen else set())


def test_a_leader_sees_the_households_of_the_teams_of_today(w: SimpleNamespace) -> None:
    own, beside, today = w.at["own"], w.at["beside"], timezone.localdate()
    assert households_of(w, "leader_a1x") == {own.household.pk, own.unlinked.pk}
    with undone():
        own.area.area_teams.update(ended_on=today)
        beside.area.area_teams.create(team=own.team, started_on=today)
        assert households_of(w, "leader_a1x") == set()
        assert own.household.pk in households_of(w, "secretary_a1")


# Write


def test_a_cell_of_another_sheet_is_not_found_in_the_own_one(w: SimpleNamespace) -> None:
    own, sister = w.at["own"], w.at["sister"]
    before = everything_written()
    for stranger in (sister.sheets["draft"], own.sheets["returned"]):
        line = stranger.lines.select_related("sheet__plan").first()
        for name, keys in (("sheet_save", []), ("sheet_line", [line_of(own, own.sheets["draft"], "plain").pk])):
            url = reverse(f"assessments:{name}", args=[own.sheets["draft"].pk, *keys])
            with undone():
                assert client_of(w, "secretary_a1").post(url, {cell_name(line): "99"}).status_code == 404
                assert everything_written() == before


def test_a_line_or_item_of_another_sheet_is_not_found_below_the_own_one(w: SimpleNamespace) -> None:
    own, sister, twin = w.at["own"], w.at["sister"], w.at["twin"]
    sheet, line = own.sheets["draft"], line_of(own, own.sheets["draft"], "plain")
    strange = line_of(sister, sister.sheets["draft"], "plain")
    for name, keys in (
        ("sheet_line", [sheet.pk, strange.pk]),
        ("sheet_line", [strange.sheet_id, line.pk]),
        ("sheet_cell", [sheet.pk, strange.pk, own.item.pk]),
        ("sheet_cell", [sheet.pk, line.pk, twin.item.pk]),
    ):
        page = client_of(w, "secretary_a1").get(reverse(f"assessments:{name}", args=keys))
        assert page.status_code == 404, (name, keys)


def test_after_saving_a_line_nobody_is_led_to_a_line_elsewhere(w: SimpleNamespace) -> None:
    own, sister = w.at["own"], w.at["sister"]
    strange = line_of(sister, sister.sheets["draft"], "plain")
    url = reverse(
        "assessments:sheet_line", args=[own.sheets["draft"].pk, line_of(own, own.sheets["draft"], "plain").pk]
    )
    with undone():
        response = client_of(w, "secretary_a1").post(url, {"go": strange.pk})
    assert response["Location"] == reverse("assessments:sheet_detail", args=[own.sheets["draft"].pk])


def test_a_foreign_sheet_among_the_ticked_ones_confirms_none_of_them(w: SimpleNamespace) -> None:
    ticked = [f"{at.sheets['submitted'].pk}:{at.sheets['submitted'].version}" for at in (w.at["own"], w.at["sister"])]
    before = everything_written()
    with undone():
        response = client_of(w, "township_a").post(reverse("assessments:review_confirm"), {"sheet": ticked})
        assert (response.status_code, everything_written() == before) == (404, True)


@pytest.mark.parametrize("who", ["county", "auditor"])
def test_who_only_looks_at_the_queue_confirms_nothing_and_reads_why(w: SimpleNamespace, who: str) -> None:
    row = next(row for row in written_rows() if row.name == "assessments:review_confirm")
    before = everything_written()
    with undone():
        answer = client_of(w, who).post(url_of(w, row), data_of(w, row))
        assert answer.status_code == 403 and "Your appointments do not cover this" in answer.content.decode()
        assert everything_written() == before


# Answers for scripts


@pytest.mark.parametrize("who", ["county", "township_a", "auditor"])
def test_an_empty_save_tells_nobody_the_figures_of_a_draft(w: SimpleNamespace, who: str) -> None:
    url = reverse("assessments:sheet_save", args=[w.at["own"].sheets["draft"].pk])
    response = client_of(w, who).post(url, {}, headers={"accept": "application/json"})
    assert response.status_code == 403 and response.json()["message"]
    assert "columns" not in response.json()


def test_a_member_learns_nothing_of_the_sheet_by_saving_the_own_line(w: SimpleNamespace) -> None:
    own = w.at["own"]
    for state in ("draft", "submitted"):
        sheet = own.sheets[state]
        url = reverse("assessments:sheet_line", args=[sheet.pk, line_of(own, sheet, "plain").pk])
        response = client_of(w, "member_a1").post(url, {}, headers={"accept": "application/json"})
        assert (response.status_code, "columns" in response.json()) == (403, False)


def test_a_locked_line_of_the_townships_does_not_show_what_stands_beside_it(w: SimpleNamespace) -> None:
    own = w.at["own"]
    boss, plain = (line_of(own, own.sheets["draft"], who) for who in ("boss", "plain"))
    url = reverse("assessments:sheet_save", args=[own.sheets["draft"].pk])
    page = client_of(w, "township_a").post(url, {cell_name(boss): "1", cell_name(plain): "1"})
    assert page.status_code == 403
    assert str(FIGURES["draft"][0]) not in page.content.decode()
