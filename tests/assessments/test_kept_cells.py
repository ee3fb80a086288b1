"""A session that ended while somebody typed: the script is told in JSON, the plain form goes through the sign-in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.assessments import sheet_world as world
from tests.assessments.pages import hidden, raw, words
from tests.assessments.sheet_world import SCRIPT, cell, client, entry, fresh, line, save, url, whole_form

SIGN_IN = "/accounts/sign-in/"
PASSWORD = "Reed-and-River-12"


@pytest.fixture
def lost(w: Any, on: Any) -> Any:
    """The leader typed, had lunch, and then pressed the button: the answer to that press."""
    w.browser = client(w.leader)
    sheet = world.begun(w)
    save(sheet, {cell(w, w.plain, "visits"): "5"}, by=w.leader)
    form = whole_form(w.browser.get(url("sheet_detail", sheet.pk)))
    w.typed = form | {cell(w, w.plain, "visits"): "9", cell(w, w.plain, "road"): "１２．５米"}
    on("2026-07-04")
    w.browser.cookies["django_language"] = "en"
    return w.browser.post(url("sheet_save", sheet.pk), w.typed)


def sign_in(w: Any, page: Any, username: str = "leader") -> Any:
    return w.browser.post(SIGN_IN, {"username": username, "password": PASSWORD, **hidden(page)})


def test_nothing_is_saved_and_everything_typed_is_in_the_sign_in_page(w: Any, lost: Any) -> None:
    assert lost.status_code == 401
    assert hidden(lost)[f"kept.{cell(w, w.plain, 'road')}"] == "１２．５米"
    assert entry(w, w.plain, "visits").actual == 5


def test_after_signing_in_one_click_saves_it(w: Any, lost: Any) -> None:
    again = sign_in(w, lost)
    assert f'action="{url("sheet_save", w.sheet.pk)}"' in raw(again) and "Save what I typed" in words(again)
    done = w.browser.post(url("sheet_save", w.sheet.pk), hidden(again), follow=True)
    assert "2 cells are saved." in words(done)
    assert (entry(w, w.plain, "visits").actual, str(entry(w, w.plain, "road").actual)) == (9, "12.500")


def test_what_another_one_saved_meanwhile_is_not_typed_over(w: Any, lost: Any) -> None:
    save(w.sheet, {cell(w, w.plain, "visits"): "7"}, by=w.secretary)
    again = sign_in(w, lost)
    page = w.browser.post(url("sheet_save", w.sheet.pk), hidden(again))
    assert page.status_code == 409
    assert "Pang Hongliang has entered 7 meanwhile. Type your value again to keep it." in words(page)
    assert (entry(w, w.plain, "visits").actual, str(entry(w, w.plain, "road").actual)) == (7, "12.500")


def test_another_person_who_signs_in_gains_nothing(w: Any, lost: Any) -> None:
    again = sign_in(w, lost, "leader2")
    assert w.browser.post(url("sheet_save", w.sheet.pk), hidden(again)).status_code == 404
    assert entry(w, w.plain, "visits").actual == 5


def test_a_sheet_that_was_submitted_meanwhile_shows_what_was_typed(w: Any, lost: Any) -> None:
    type(w.sheet).objects.filter(pk=w.sheet.pk).update(state="submitted")
    page = w.browser.post(url("sheet_save", w.sheet.pk), hidden(sign_in(w, lost)))
    assert page.status_code == 409 and "Submitted: it waits for Jin Town." in words(page)
    assert "１２．５米" in words(page)


@pytest.mark.parametrize("name", ["sheet_save", "sheet_submit", "sheet_summary"])
def test_the_script_is_told_to_sign_in(w: Any, name: str) -> None:
    sheet = world.begun(w)
    answer = Client().post(url(name, sheet.pk), {cell(w, w.plain, "visits"): "9"}, headers=SCRIPT)
    assert answer.status_code == 401
    assert (answer.json()["error"], answer.json()["sign_in"]) == ("signed_out", SIGN_IN)
    assert fresh(sheet).version == sheet.version


@pytest.mark.parametrize(
    ("name", "who", "made", "field"),
    [
        ("sheet_summary", "leader", world.begun, "summary"),
        ("sheet_return", "staff", world.scored, "reason"),
        ("sheet_reopen", "officer", world.confirmed, "reason"),
    ],
)
def test_words_are_kept_through_the_sign_in_too(w: Any, name: str, who: str, made: Any, field: str) -> None:
    sheet = made(w)
    w.browser = Client()
    w.browser.cookies["django_language"] = "en"
    data = {field: "写了半天的话\n第二行", "seen": "", "version": sheet.version, "until": "2026-07-31"}
    again = sign_in(w, w.browser.post(url(name, sheet.pk), data), who)
    assert w.browser.post(url(name, sheet.pk), hidden(again)).status_code == 302
    kept = fresh(sheet).summary or sheet.moves.order_by("pk").last().reason
    assert kept == "写了半天的话\n第二行"


def test_a_whole_branchs_largest_sheet_goes_through_the_sign_in(w: Any) -> None:
    """60 members and 24 items: 1,440 fields are carried, with what was seen of them."""
    names = {f"c-{100_000 + place}-{item}": "1234.5" for place in range(60) for item in range(24)}
    page = Client().post(url("sheet_save", w.sheet.pk), names | {"seen": json.dumps(names)})
    assert page.status_code == 401 and len(hidden(page)) == len(names) + 2


def test_a_line_on_a_phone_is_kept_with_the_button_that_was_pressed(w: Any) -> None:
    sheet = world.begun(w)
    row, after = line(sheet, w.plain), line(sheet, w.part)
    w.browser = Client()
    w.browser.cookies["django_language"] = "en"
    address = url("sheet_line", sheet.pk, row.pk)
    typed = {cell(w, w.plain, "visits"): "9", "go": str(after.pk), "seen": "{}"}
    again = sign_in(w, w.browser.post(address, typed))
    assert w.browser.post(address, hidden(again))["Location"] == url("sheet_line", sheet.pk, after.pk)
    assert entry(w, w.plain, "visits").actual == 9
