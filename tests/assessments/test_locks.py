"""Which lock holds a sheet on which day, in which words; and that each lock holds against every step of the page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from assessments.entry import line_lock
from assessments.locks import Kind, lock_of, period_lock, township_lock
from assessments.models import Period, Sheet
from tests.assessments import sheet_world as world
from tests.assessments.pages import areas, words
from tests.assessments.sheet_world import cell, client, entry, fresh, line, url

CLOSED = ("Closed: the county has closed Quarter 2, 2026. Its figures no longer change.", "2026年第二季度")
NOT_OPEN = ("Not open yet: entry begins on July 1, 2026.", "2026年7月1日")
OVER = ("Locked: entry ended on July 20, 2026. Ask the county committee to reopen the sheet.", "2026年7月20日")


def close(w: Any) -> None:
    Period.objects.filter(pk=w.period.pk).update(state=Period.State.CLOSED)


def lock_on(sheet: Any, day: date) -> Any:
    return lock_of(fresh(sheet), on=day)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 6, 30), Kind.NOT_OPEN),
        (date(2026, 7, 1), None),
        (date(2026, 7, 10), None),
        (date(2026, 7, 11), None),  # overdue, and still open
        (date(2026, 7, 20), None),
        (date(2026, 7, 21), Kind.DATE),
    ],
)
def test_a_quarter_is_open_from_its_first_to_its_closing_day(w: Any, day: date, kind: Kind | None) -> None:
    held = period_lock(w.period, on=day)
    assert (held.kind if held else None) == kind
    held = lock_of(w.sheet, on=day)
    assert (held.kind if held else None) == kind


@pytest.mark.parametrize(
    ("day", "closed", "sentences"),
    [
        (date(2026, 6, 30), False, NOT_OPEN),
        (date(2026, 7, 21), False, OVER),
        (date(2026, 7, 5), True, CLOSED),
        (date(2026, 7, 21), True, CLOSED),
    ],
)
def test_the_lock_says_which_one_it_is_in_both_languages(
    w: Any, day: date, closed: bool, sentences: tuple[str, str]
) -> None:
    if closed:
        close(w)
    english, chinese = sentences
    assert lock_on(w.sheet, day).sentence == english
    with translation.override("zh-hans"):
        said = lock_on(w.sheet, day).sentence
    assert chinese in said and said != english and "。" in said


@pytest.mark.parametrize("state", ["not_started", "draft", "returned"])
def test_before_submission_an_open_quarter_holds_nothing_shut(w: Any, state: str) -> None:
    Sheet.objects.filter(pk=w.sheet.pk).update(state=state)
    assert lock_on(w.sheet, date(2026, 7, 3)) is None


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("submitted", "Submitted: it waits for Jin Town."),
        ("confirmed", "Confirmed: only the county can reopen it."),
    ],
)
def test_a_sheet_on_its_way_is_shut(w: Any, state: str, sentence: str) -> None:
    Sheet.objects.filter(pk=w.sheet.pk).update(state=state)
    assert lock_on(w.sheet, date(2026, 7, 3)).sentence == sentence


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 7, 20), None),
        (date(2026, 7, 25), None),  # past the closing day, inside the reopening
        (date(2026, 7, 31), None),
        (date(2026, 8, 1), Kind.REOPENING_OVER),
    ],
)
@pytest.mark.parametrize("state", ["reopened", "draft", "returned"])
def test_a_reopened_sheet_is_open_until_its_own_day(w: Any, state: str, day: date, kind: Kind | None) -> None:
    Sheet.objects.filter(pk=w.sheet.pk).update(state=state, reopened_until=date(2026, 7, 31))
    held = lock_on(w.sheet, day)
    assert (held.kind if held else None) == kind
    if held:
        assert held.sentence == "Locked: the sheet was open again until July 31, 2026."


def test_a_reopening_that_is_over_holds_even_while_the_quarter_is_open(w: Any) -> None:
    Sheet.objects.filter(pk=w.sheet.pk).update(state="reopened", reopened_until=date(2026, 7, 5))
    assert lock_on(w.sheet, date(2026, 7, 6)).kind == Kind.REOPENING_OVER


def test_a_closed_quarter_holds_against_a_reopening(w: Any) -> None:
    close(w)
    Sheet.objects.filter(pk=w.sheet.pk).update(state="reopened", reopened_until=date(2026, 7, 31))
    assert lock_on(w.sheet, date(2026, 7, 25)).kind == Kind.CLOSED


@pytest.mark.parametrize("state", sorted(Sheet.State))
def test_the_secretarys_line_is_open_to_the_township_only_while_the_sheet_is_submitted(w: Any, state: str) -> None:
    Sheet.objects.filter(pk=w.sheet.pk).update(state=state)
    held = township_lock(fresh(w.sheet), on=date(2026, 7, 30))
    assert (held is None) is (state == "submitted")
    if held:
        assert held.sentence == "The secretary's line is filled in after the branch has submitted."
    close(w)
    assert township_lock(fresh(w.sheet), on=date(2026, 7, 3)).kind == Kind.CLOSED


def test_each_line_has_the_lock_of_its_own_hand(w: Any) -> None:
    sheet = world.submitted(w)
    assert line_lock(sheet, line(sheet, w.plain)).kind == Kind.SUBMITTED
    assert line_lock(sheet, line(sheet, w.boss)) is None


# The same locks on the way through the pages


def shut(w: Any, on: Any, lock: str) -> str:
    """Shut the sheet that was filled in meanwhile; the sentence that the page must show."""
    if lock == "closed":
        close(w)
    on({"closed": "2026-07-15", "over": "2026-07-21", "not open": "2026-06-30"}[lock])
    return {"closed": CLOSED[0], "over": OVER[0], "not open": NOT_OPEN[0]}[lock]


@pytest.mark.parametrize("lock", ["closed", "over", "not open"])
def test_a_form_that_comes_too_late_is_answered_with_what_was_typed_beside_what_is_stored(
    w: Any, on: Any, lock: str
) -> None:
    sheet = world.filled(w)
    sentence = shut(w, on, lock)
    visits = cell(w, w.plain, "visits")
    page = client(w.leader).post(url("sheet_save", sheet.pk), {visits: "345", "seen": "{}"})
    assert page.status_code == 409
    assert sentence in words(page) and "Nothing was saved." in words(page)
    assert "Pang Lixin visits 345 12" in words(page)
    assert entry(w, w.plain, "visits").actual == 12 and fresh(sheet).version == sheet.version


@pytest.mark.parametrize("lock", ["closed", "over", "not open"])
def test_the_script_is_told_the_lock(w: Any, on: Any, lock: str) -> None:
    world.filled(w)
    sentence = shut(w, on, lock)
    answer = w.script(w.leader, {cell(w, w.plain, "visits"): "345"})
    assert (answer.status_code, answer.json()) == (409, {"error": "locked", "message": sentence})


def test_a_reopened_sheet_is_filled_until_its_day_and_not_after(w: Any, on: Any) -> None:
    sheet, visits = world.reopened(w), cell(w, w.plain, "visits")
    on("2026-07-31")
    assert w.script(w.leader, {visits: "11"}).status_code == 200
    on("2026-08-01")
    page = client(w.leader).post(url("sheet_save", sheet.pk), {visits: "10", "seen": "{}"})
    submit = client(w.secretary).post(url("sheet_submit", sheet.pk), {"version": fresh(sheet).version})
    for answer in (page, submit):
        assert answer.status_code == 409 and "Locked: the sheet was open again until July 31, 2026." in words(answer)
    assert "Pang Lixin visits 10 11" in words(page) and entry(w, w.plain, "visits").actual == 11


@pytest.mark.parametrize("lock", ["closed", "over", "not open"])
def test_nothing_is_begun_summed_up_or_submitted_behind_a_lock(w: Any, on: Any, lock: str) -> None:
    sheet = world.filled(w)
    sentence = shut(w, on, lock)
    begin = client(w.leader2).post(url("sheet_begin", w.sheet2.pk))
    summary = client(w.leader).post(url("sheet_summary", sheet.pk), {"summary": "迟到的总结", "seen": ""})
    submit = client(w.secretary).post(url("sheet_submit", sheet.pk), {"version": sheet.version})
    for answer in (begin, summary, submit):
        assert answer.status_code == 409 and sentence in words(answer)
    assert "迟到的总结" in areas(summary)
    assert (fresh(w.sheet2).state, fresh(sheet).state, fresh(sheet).summary) == ("not_started", "draft", "")


@pytest.mark.parametrize("lock", ["closed", "over"])
def test_nothing_is_taken_back_or_returned_behind_a_lock(w: Any, on: Any, lock: str) -> None:
    sheet = world.scored(w)
    sentence = shut(w, on, lock)
    back = client(w.secretary).post(url("sheet_take_back", sheet.pk), {"version": sheet.version})
    returned = client(w.staff).post(url("sheet_return", sheet.pk), {"version": sheet.version, "reason": "请补齐"})
    for answer in (back, returned):
        assert answer.status_code == 409 and sentence in words(answer)
    assert "请补齐" in areas(returned) and fresh(sheet).state == "submitted"


def test_a_submitted_sheet_is_still_scored_and_confirmed_after_the_closing_day(w: Any, on: Any) -> None:
    sheet = world.submitted(w)
    on("2026-07-21")
    assert w.script(w.staff, world.good(w, sheet, by="township")).status_code == 200
    sheet = fresh(sheet)
    client(w.staff).post(url("sheet_confirm", sheet.pk), {"version": sheet.version})
    assert fresh(sheet).state == "confirmed"


def test_a_closed_quarter_is_neither_confirmed_nor_reopened(w: Any) -> None:
    sheet, other = world.confirmed(w), world.scored(w, w.sheet2)
    close(w)
    confirm = client(w.staff).post(url("sheet_confirm", other.pk), {"version": other.version})
    data = {"version": sheet.version, "reason": "漏报", "until": "2026-07-31"}
    reopen = client(w.officer).post(url("sheet_reopen", sheet.pk), data)
    for answer in (confirm, reopen):
        assert answer.status_code == 409 and CLOSED[0] in words(answer)
    assert "漏报" in areas(reopen)
    assert (fresh(sheet).state, fresh(other).state) == ("confirmed", "submitted")
