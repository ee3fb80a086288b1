"""A sheet in which every cell is wrong: all rows are refused and counted, and only so many problems are kept."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.jinxian.admin_world import signed_in
from tests.workbook.books import looked_at, sheet_of
from tests.workbook.runs import PATH, checked
from workbook import findings
from workbook.findings import in_words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("started")]
COUNT = 30


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    monkeypatch.setitem(findings.MOST_ALIKE, "error", 5)
    monkeypatch.setitem(findings.MOST_ALIKE, "look", 3)


def in_wrong_columns() -> bytes:
    """Years and points are none in every row, and every name is a number."""
    rows: list[dict[str, Any]] = [
        {"year": "x", "indicator": f"i{number}", "name": float(number + 1), "points": "y", "function": "service"}
        for number in range(COUNT)
    ]
    return sheet_of("plan_items", *rows)


def test_every_row_is_refused_and_so_many_problems_alike_are_kept(w):
    plan = looked_at(in_wrong_columns(), county=w.county)
    assert plan.counts()["plan_items"]["refused"] == COUNT
    kept = [each for each in plan.findings if each.kind == "error" and each.column == "year"]
    assert [each.row for each in kept] == [2, 3, 4, 5, 6]


def test_what_was_refused_is_not_also_called_empty_where_it_is_not_kept(w):
    plan = looked_at(in_wrong_columns(), county=w.county)
    said = {in_words(each) for each in plan.findings if each.kind == "error" and each.column in ("year", "points")}
    assert said == {"“x” is not a number: enter digits only", "“y” is not a number: enter digits only"}


def test_the_page_counts_all_and_lists_what_is_kept(w):
    run = checked(w, in_wrong_columns())
    errors = run.problems.filter(kind="error")
    assert sum(errors.values_list("stands_for", flat=True)) % COUNT == 0
    page = " ".join(signed_in(w.officer).get(f"{PATH}{run.pk}/?sheet=plan_items&kind=error").content.decode().split())
    count = sum(errors.values_list("stands_for", flat=True))
    assert f"Wrong {count}</a>" in page and f"First mend {count} places in the file." in page
    assert f"From row 7 on, {COUNT - 5} more cells of this column are wrong in the same way." in page
    assert f"1 to {errors.count()} of {errors.count()}" in page
    more = run.problems.get(kind="look", stands_for__gt=1)
    assert (more.stands_for, in_words(more)) == (
        COUNT - 3, f"{COUNT - 3} more cells of this column were taken in the same way.",
    )  # fmt: skip


def test_the_wrong_rows_that_are_kept_are_taken_along_and_the_page_says_so(w):
    run = checked(w, in_wrong_columns())
    client = signed_in(w.officer)
    assert "the others come in the next round" in client.get(f"{PATH}{run.pk}/").content.decode()
    assert client.post(f"{PATH}{run.pk}/wrong-rows/").status_code == 200


def test_the_console_counts_all_too(w, tmp_path):
    file = tmp_path / "book.xlsx"
    file.write_bytes(in_wrong_columns())
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_workbook", str(file), "--county", w.county.code, "--json", "--check", stdout=out)
    problems = json.loads(out.getvalue())["problems"]
    assert sum(each["stands_for"] for each in problems if each["column"] == "year" and each["kind"] == "error") == COUNT
