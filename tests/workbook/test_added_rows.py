"""What comes new can be looked at, before and after it is written; so can what asked for a look."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.jinxian.admin_world import signed_in
from tests.workbook.books import sheet_of, xlsx
from tests.workbook.runs import PATH, checked, written
from workbook import running
from workbook.models import Addition, Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("started")]


def added(w: SimpleNamespace, run: Run, query: str = "") -> str:
    answer = signed_in(w.officer).get(f"{PATH}{run.pk}/changes/?show=added{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def many(w: SimpleNamespace, count: int) -> bytes:
    rows: list[dict[str, Any]] = [
        {"code": f"N{number:03}", "name": f"甲{number}", "branch": w.branch.code, "sex": "男"}
        for number in range(count)
    ]
    return sheet_of("members", *rows)


@pytest.mark.parametrize("is_written", [False, True])
def test_each_new_row_is_listed_with_its_code_its_name_and_where_it_goes(w, is_written):
    run = checked(w, many(w, 2))
    run = written(run) if is_written else run
    page = added(w, run, "&sheet=members")
    for text in ("甲0", "N000", "甲1", "N001", f"{w.branch.name} {w.branch.code}", "1 to 2 of 2"):
        assert text in page
    assert ("What was added" if is_written else "What will be added") in page
    linked = signed_in(w.officer).get(f"{PATH}{run.pk}/").content.decode()
    assert f'href="{PATH}{run.pk}/changes/?show=added&amp;sheet=members"' in linked


def test_new_rows_are_paged_sheet_by_sheet(w):
    count = Addition.AT_ONCE * 2 + 3
    run = checked(w, many(w, count))
    assert run.additions.count() == 3
    first, last = added(w, run, "&sheet=members"), added(w, run, "&sheet=members&page=3")
    assert f"1 to {Addition.AT_ONCE} of {count}" in first and f"{count - 2} to {count} of {count}" in last
    assert "N000" in first and "N102" in last and "N099" not in last
    assert added(w, run, "&sheet=members&page=99") == last or "N102" in added(w, run, "&sheet=members&page=99")


def test_without_a_sheet_the_first_with_new_rows_is_shown(w):
    book = xlsx(
        townships=[["code", "name"], ["130183901", "东镇"]],
        villages=[["code", "name", "township_code"], ["130183901201", "李村", "130183901"]],
    )
    run = checked(w, book)
    page = added(w, run)
    assert "东镇" in page and "李村" not in page and "sheet=villages" in page
    assert "东镇 130183901" in added(w, run, "&sheet=villages")


def test_where_nothing_is_new_the_page_says_so(w):
    run = checked(w, sheet_of("members", {"code": w.member.code, "contact": "1"}))
    assert "No row is new" in added(w, run) and "No row is new" in added(w, run, "&sheet=townships")


def test_what_may_be_an_id_number_is_masked(w):
    row = {"code": "N1", "name": "甲", "branch": w.branch.code, "sex": "男", "contact": None}
    run = checked(w, sheet_of("members", row | {"name": "110105194912310021"}))
    assert "194912310021" not in added(w, run)


def test_a_check_takes_the_place_of_the_one_before_and_what_is_given_up_leaves_no_row(w):
    run = checked(w, many(w, 2))
    running.check_again(run)
    running.work_off(run, tell=lambda share, stage: None)
    assert run.additions.count() == 1
    running.discard(run)
    assert not Addition.objects.exists()
    assert "show=added" not in signed_in(w.officer).get(f"{PATH}{run.pk}/").content.decode()


def test_what_asked_for_a_look_stays_on_the_page_once_it_is_written(w):
    run = written(checked(w, sheet_of("members", {"code": w.member.code, "contact": 13812345678.0})))
    assert run.state == "written" and not run.files.exists()
    page = signed_in(w.officer).get(f"{PATH}{run.pk}/").content.decode()
    assert "What the preview asked you to look at" in page and "was taken as 13812345678" in page
