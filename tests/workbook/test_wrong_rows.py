"""The wrong rows taken along: every cell as it stood in the file, what is wrong beside it, and the way back."""

from __future__ import annotations

from datetime import date, datetime, time
from types import SimpleNamespace
from typing import Any

import pytest

from jinxian.lib import spreadsheets
from members.models import Member
from tests.jinxian.admin_world import signed_in
from tests.workbook.books import ON, sheet_of, xlsx
from tests.workbook.runs import PATH, checked, work, written
from workbook import mending, running
from workbook.findings import in_words
from workbook.models import Run
from workbook.wrong_rows import wrong_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("started")]


def rows_in(data: bytes) -> dict[str, list[list[Any]]]:
    """The cells by sheet, heading first, without the columns that were added."""
    return {source.name: [cells for _number, cells in source.rows] for source in spreadsheets.read(data, "x.xlsx")}


def first_row(run: Run) -> list[Any]:
    [(_heading, row)] = rows_in(wrong_rows(run)).values()
    return row


# Cells


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("value", 12345.75),
        ("value", 1234567.0),
        ("value", 1234567.125),
        ("value", -1.0),
        ("value", 1e16),
        ("year", 1987.0),
        ("member", 130183101201.0),
        ("member", 13812345678.0),
        ("member", "1.30183E+11"),
        ("member", "031185551234567890123"),
        ("member", "=1+1"),
        ("member", "  two  words "),
        ("member", True),
    ],
)
def test_a_cell_comes_back_as_it_stood(w, column, cell):
    given = {"year": 2026.0, "quarter": 9.0, "indicator": "i1", "member": "nobody", "value": 5.0} | {column: cell}
    row = first_row(checked(w, sheet_of("targets", given)))
    found = dict(zip(given, row, strict=False))[column]
    assert (found, type(found)) == (cell, type(cell))


@pytest.mark.parametrize("day", [date(1987, 3, 24), date(1900, 3, 1), 19870324.0, 31860.0, "1987年3月"])
def test_a_day_comes_back_as_it_stood(w, day):
    run = checked(w, sheet_of("members", {"name": "甲", "branch": "没有", "birth_date": day}))
    found = first_row(run)[2]
    assert (found.date() if isinstance(found, datetime) else found) == day


def test_a_formula_comes_back_as_its_result_and_an_error_as_its_name(w):
    def write(book: Any, page: Any) -> None:
        page.write_row(0, 0, ["code", "name", "branch", "contact", "status_document", "admitted_on", "full_on"])
        page.write_string(1, 0, "N1")
        page.write_formula(1, 1, '="甲"&"乙"', None, "甲乙")
        page.write_string(1, 2, "没有")
        page.write_formula(1, 3, '="0311"&"…"', None, "031185551234567890123")
        page.write_formula(1, 4, "=1/0", None, "#DIV/0!")
        page.write_datetime(1, 5, time(8, 30), book.add_format({"num_format": "hh:mm"}))
        page.write_datetime(1, 6, datetime(2011, 7, 1, 8, 30), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001

    row = first_row(checked(w, xlsx(members=write)))
    expected = ["N1", "甲乙", "没有", "031185551234567890123", "#DIV/0!", time(8, 30), datetime(2011, 7, 1, 8, 30)]  # noqa: DTZ001
    assert row[:7] == expected


# Sheets


def taken_along(w: SimpleNamespace, data: bytes) -> dict[str, list[list[Any]]]:
    run = checked(w, data)
    answer = signed_in(w.officer).post(f"{PATH}{run.pk}/wrong-rows/")
    assert answer.status_code == 200
    return rows_in(answer.content)


def test_a_sheet_that_comes_twice_is_taken_along_once(w):
    wrong = [["code", "name"], ["12", "东镇"]]
    assert [*taken_along(w, xlsx(townships=wrong, 乡镇=wrong))] == ["Townships"]


def test_hidden_sheets_and_those_of_people_are_passed_over(w):
    def backup(book: Any, page: Any) -> None:
        page.write_row(0, 0, ["code", "name", "sex", "birth_date", "branch"])
        page.write_row(1, 0, ["q", "乙", "男", "1970-01-01", w.branch.code])
        page.hide()

    member = [["code", "name", "sex", "birth_date", "branch"], ["a b", "甲", "男", "1970-01-01", w.branch.code]]
    found = taken_along(w, xlsx(members=member, backup=backup, Help=member))
    assert [row[0] for row in found["Members"]] == ["code", "a b"] and len(found) == 1


# What is wrong


def test_each_wrong_cell_is_named_with_its_heading_one_below_the_other(w):
    rows = [{"code": "N1", "name": "甲", "branch": w.branch.code, "sex": "男"},
            {"code": "N2", "name": None, "branch": "没有", "sex": "男"}]  # fmt: skip
    run = checked(w, sheet_of("members", *rows))
    [(heading, row)] = rows_in(wrong_rows(run)).values()
    assert heading == ["code", "name", "branch", "sex", "What is wrong", f"Row in the file #{run.pk}"]
    first, second = row[4].split("\n")
    assert {first, second} == {
        "B3 Name: This must not be empty.", "C3 Branch code: There is none with this code or name here.",
    }  # fmt: skip
    assert row[5] == 3.0


# The way back


def mended(data: bytes, **cells: Any) -> bytes:
    """The workbook of wrong rows with other cells, by heading; `rows` keeps only so many, `name` names the sheet."""
    kept = cells.pop("rows", None)
    changed = {}
    for name, (heading, *rows) in rows_in(data).items():
        padded = [[*row, *[None] * (len(heading) - len(row))] for row in rows[:kept]]
        for row in padded:
            for place, column in enumerate(heading):
                row[place] = cells.get(column, row[place])
        changed[name] = [heading, *padded]
    return xlsx(**changed)


def five_members(w: SimpleNamespace) -> list[dict[str, Any]]:
    """Rows 2 to 6 of the file; the branch of 3 and 5 is wrong."""
    branches = [w.branch.code, "没有", w.branch.code, "没有", w.branch.code]
    return [
        {"code": f"N{number}", "name": f"甲{number}", "branch": branch, "sex": "男", "contact": 13800000000.0 + number}
        for number, branch in enumerate(branches)
    ]


def csv_of(rows: list[dict[str, Any]]) -> bytes:
    lines = [
        [*rows[0]],
        *[[f"{cell:.0f}" if isinstance(cell, float) else cell for cell in row.values()] for row in rows],
    ]
    return "\n".join(",".join(line) for line in lines).encode()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_mended_rows_go_back_to_their_places_and_all_of_the_file_is_written(w, kind):
    rows = five_members(w)
    data = csv_of(rows) if kind == "csv" else sheet_of("members", *rows)
    first = checked(w, data, f"members.{kind}")
    assert first.counts["members"]["refused"] == 2
    run = checked(w, mended(wrong_rows(first), branch=w.branch.code), "wrong-rows.xlsx")
    assert (run.state, run.title, run.failure, run.problems.filter(kind="error").count()) == (
        "checked", f"members.{kind}", {}, 0,
    )  # fmt: skip
    assert (run.counts["members"]["added"], run.options["mended_rows"]) == (5, 2)
    page = " ".join(signed_in(w.officer).get(f"{PATH}{run.pk}/").content.decode().split())
    assert f"2 mended rows put into members.{kind}." in page
    assert written(run).state == "written"
    found = Member.objects.filter(code__startswith="N").order_by("code").values_list("code", "contact", "branch__code")
    assert [*found] == [(f"N{n}", f"1380000000{n}", w.branch.code) for n in range(5)]
    first.refresh_from_db()
    assert (first.state, first.files.count(), run.files.count()) == ("discarded", 0, 0)


def test_a_row_left_out_stays_as_it_was_and_goes_in_a_second_round(w):
    first = checked(w, sheet_of("members", *five_members(w)))
    second = checked(w, mended(wrong_rows(first), branch=w.branch.code, rows=1, name="乙"), "wrong-rows.xlsx")
    assert second.counts["members"]["refused"] == 1
    [(_heading, row)] = rows_in(wrong_rows(second)).values()
    assert row[0] == "N3" and row[-1] == 5.0
    third = written(checked(w, mended(wrong_rows(second), branch=w.branch.code), "wrong-rows (1).xlsx"))
    assert (third.state, third.title, third.options["mended_rows"]) == ("written", "book.xlsx", 2)
    names = Member.objects.filter(code__startswith="N").order_by("code").values_list("name", flat=True)
    assert [*names] == ["甲0", "乙", "甲2", "甲3", "甲4"]
    assert set(Run.objects.exclude(pk=third.pk).values_list("state", flat=True)) == {"discarded"}


def test_the_second_round_shows_what_was_mended_in_the_first(w):
    first = checked(w, sheet_of("members", *five_members(w)))
    second = checked(w, mended(wrong_rows(first), branch="又没有", contact=13999999999.0), "wrong-rows.xlsx")
    assert [row[2:5:2] for row in rows_in(wrong_rows(second))["Members"][1:]] == [["又没有", 13999999999.0]] * 2


def test_a_decision_made_before_the_mending_holds_on(w):
    rows = [{"code": "N1", "name": w.member.name, "branch": w.branch.code, "sex": "男"},
            {"code": "N2", "name": "乙", "branch": "没有", "sex": "男"}]  # fmt: skip
    first = checked(w, sheet_of("members", *rows))
    running.decide(first.problems.get(kind="decide"), "other")
    run = checked(w, mended(wrong_rows(first), branch=w.branch.code), "wrong-rows.xlsx")
    assert run.problems.get(kind="decide").choice == "other" and run.counts["members"]["added"] == 2


def test_wrong_rows_of_somebody_elses_import_are_refused(w):
    first = checked(w, sheet_of("members", *five_members(w)))
    run = checked(w, mended(wrong_rows(first), branch=w.branch.code), "wrong-rows.xlsx", by=w.officer_b)
    assert run.state == "failed" and run.failure["sentence"] == mending.FOREIGN and run.files.count() == 1


def test_wrong_rows_of_an_import_next_door_are_read_by_themselves(w):
    first = checked(w, sheet_of("members", *five_members(w)))
    run = checked(w, wrong_rows(first), "w.xlsx", by=w.stranger, county=w.twin.county)
    assert (run.state, run.title, run.failure["sentence"]) == ("checked", "w.xlsx", mending.GONE)


@pytest.mark.parametrize("end", ["written", "discarded", "gone"])
def test_wrong_rows_of_an_import_that_is_over_are_read_by_themselves_and_told_so(w, end):
    first = checked(w, sheet_of("members", *five_members(w)))
    data = mended(wrong_rows(first), branch=w.branch.code)
    if end == "gone":
        Run.objects.all().delete()
    Run.objects.update(state=end)
    run = checked(w, data, "wrong-rows.xlsx")
    assert (run.state, run.title, run.counts["members"]["added"]) == ("checked", "wrong-rows.xlsx", 2)
    assert not any("What is wrong" in str(problem.values) for problem in run.problems.all())
    running.check_again(run)
    work(run)
    page = signed_in(w.officer).get(f"{PATH}{run.pk}/").content.decode()
    assert "has to be mended there" in page and "mended rows put into" not in page
    assert written(run).state == "written"


def test_rows_of_several_imports_are_refused(w):
    books = [wrong_rows(checked(w, sheet_of("members", *five_members(w)))) for _each in range(2)]
    run = running.bring_in(
        [(f"{place}.xlsx", data) for place, data in enumerate(books)], county=w.county, by=w.officer, effective_on=ON
    )
    assert work(run).failure["sentence"] == mending.OF_SEVERAL


@pytest.mark.parametrize(
    ("number", "says"),
    [("77", "The file has no row 77."), ("", "Row 2 of “w.xlsx” has no number of its own"),
     ("3", "Row 3 of “w.xlsx” has no number of its own"), ("x", "Row 2 of “w.xlsx” has no number")],
)  # fmt: skip
def test_a_row_whose_number_was_changed_is_never_put_anywhere(w, number, says):
    first = checked(w, sheet_of("members", *five_members(w)))
    given = {f"Row in the file #{first.pk}": number, "branch": w.branch.code}
    run = checked(w, mended(wrong_rows(first), **given), "w.xlsx")
    said = [in_words(problem) for problem in run.problems.filter(kind="error", row=0)]
    assert any(sentence.startswith(says) for sentence in said), said


def test_a_mended_row_that_is_emptied_is_none(w):
    first = checked(w, sheet_of("members", *five_members(w)))
    empty = dict.fromkeys(("code", "name", "branch", "sex", "contact"))
    run = checked(w, mended(wrong_rows(first), **empty), "w.xlsx")
    assert (run.row_count, run.counts["members"]["added"]) == (3, 3)


def test_the_page_says_what_to_do_with_the_wrong_rows_and_offers_the_day_again(w):
    run = checked(w, sheet_of("members", *five_members(w)), effective_on=date(2026, 6, 3))
    client = signed_in(w.officer)
    page = client.get(f"{PATH}{run.pk}/").content.decode()
    assert "bring that workbook in alone" in page and f"bring-in/?after={run.pk}" in page
    assert 'value="2026-06-03"' in client.get(f"{PATH}bring-in/?after={run.pk}").content.decode()
    assert client.get(f"{PATH}bring-in/?after=nonsense").status_code == 200
