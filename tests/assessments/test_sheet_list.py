"""The list of sheets: whose are on it, in which order, narrowed by what, and what it says of each."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.models import Sheet
from jinxian.lib.chinese import search_key
from tests.assessments import sheet_world as world
from tests.assessments.pages import words
from tests.assessments.sheet_world import client, url


def found(user: Any, **asked: Any) -> list[int]:
    page = client(user).get(url("sheet_list"), asked)
    assert page.status_code == 200
    return [row.record.pk for row in page.context["table"].paginated_rows]


@pytest.mark.parametrize(
    ("who", "sheets"),
    [
        ("officer", ["sheet", "sheet2", "far"]),
        ("staff", ["sheet", "sheet2", "far"]),
        ("auditor", ["sheet", "sheet2", "far"]),
        ("secretary", ["sheet", "sheet2"]),
        ("far_secretary", ["far"]),
        ("leader", ["sheet"]),
        ("far_staff", []),
        ("stranger", []),
    ],
)
def test_each_person_sees_the_sheets_of_the_own_subtree(w: Any, who: str, sheets: list[str]) -> None:
    known = {"sheet": w.sheet.pk, "sheet2": w.sheet2.pk, "far": w.far.sheet.pk}
    assert found(getattr(w, who)) == [known[name] for name in sheets]


def test_the_newest_quarter_stands_first_and_an_older_one_can_be_chosen(w: Any, on: Any) -> None:
    assert set(found(w.leader)) == {w.sheet.pk}
    assert found(w.leader, period=w.before.pk) == [Sheet.objects.get(area=w.area, period=w.before).pk]
    assert found(w.leader, period=999) == [w.sheet.pk]
    on("2026-06-30")
    assert found(w.leader, period=w.period.pk) == [Sheet.objects.get(area=w.area, period=w.before).pk]


def test_it_is_narrowed_by_state_branch_and_words(w: Any) -> None:
    w.branch.search_key = search_key("庞村支部")
    w.branch.save()
    world.submitted(w)
    assert found(w.staff, state="submitted") == [w.sheet.pk]
    assert found(w.staff, branch=w.far.branch.pk) == [w.far.sheet.pk]
    for asked in ("庞村", "pangcun", "ＰＣ", "pc"):
        assert set(found(w.staff, q=asked)) == {w.sheet.pk, w.sheet2.pk}
    assert found(w.staff, q="周家庄") == []
    assert found(w.staff, township=w.far_township.pk) == found(w.staff)  # not among this person's choices


@pytest.mark.parametrize("value", ["x", "-1", "9" * 30, "\x00", "'", "%", "٣", "\ud7ff"])
def test_it_bears_any_question(w: Any, value: str) -> None:
    for name in ("q", "township", "state", "branch", "page", "sort", "period"):
        assert client(w.staff).get(url("sheet_list"), {name: value}).status_code == 200


def test_it_says_what_is_overdue_late_and_how_good(w: Any, on: Any) -> None:
    world.scored(w)
    on("2026-07-11")
    page = client(w.staff).get(url("sheet_list"))
    rows = {row.record.pk: row.record for row in page.context["table"].paginated_rows}
    sheet, missing = rows[w.sheet.pk], rows[w.sheet2.pk]
    assert (sheet.is_overdue, sheet.is_late, str(sheet.mean)) == (False, False, "97.67")
    assert (missing.is_overdue, missing.is_late, missing.mean) == (True, False, None)
    Sheet.objects.filter(pk=w.sheet.pk).update(first_submitted_at="2026-07-11T00:00:00+08:00")
    page = client(w.staff).get(url("sheet_list"))
    assert next(iter(page.context["table"].paginated_rows)).record.is_late


def test_a_draft_shows_no_mean(w: Any) -> None:
    world.filled(w)
    page = client(w.secretary).get(url("sheet_list"))
    assert next(iter(page.context["table"].paginated_rows)).record.mean is None
    assert "11/11" in words(page).replace(" ", "")


def test_without_an_open_quarter_it_says_so(w: Any, on: Any) -> None:
    on("2026-03-31")
    assert "No quarter has opened yet" in words(client(w.staff).get(url("sheet_list")))
