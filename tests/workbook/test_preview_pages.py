"""The pages of an import made by hand in every state: what stands there, where its links lead, who is too late."""

from __future__ import annotations

import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from jinxian.lib import Refused
from service_areas.models import LedgerEntry
from tests.jinxian.admin_world import signed_in
from workbook import forms, processes
from workbook.models import Change, Problem, Run, RunFile
from workbook.sealing import seal
from workbook.views import problems

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("started")]
PATH = "/organization/workbook/"
TEXT = b"code,name\n1,2\n"
COUNTS = {
    "members": {"added": 2, "changed": 1, "same": 5, "refused": 1, "open": 1},
    "villages": {"added": 0, "changed": 1, "same": 9, "refused": 1, "open": 0},
}


def run_of(w: SimpleNamespace, state: str = "checked", **changed: Any) -> Run:
    given = {
        "kind": "import", "state": state, "county": w.county, "by": w.officer, "title": "book.xlsx", "row_count": 20,
        "effective_on": date(2026, 7, 1), "made_at": timezone.now(), "counts": COUNTS, "digest": "d" * 64,
    }  # fmt: skip
    run = Run.objects.create(**given | changed)
    RunFile.objects.create(run=run, name="book.csv", sealed=seal(TEXT))
    return run


def problem(run: Run, kind: str, *, sheet: str = "members", **given: Any) -> Problem:
    text = "Somebody like this: %(who)s."
    values: dict[str, Any] = {"row": 7, "column": "name", "cell": "B7", "sentence": text, "values": {"who": "刘志国"}}
    return Problem.objects.create(run=run, kind=kind, sheet=sheet, position=Problem.objects.count(), **values | given)


def page_of(who: Any, run: Run, query: str = "") -> str:
    answer = signed_in(who).get(f"{PATH}{run.pk}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


# What stands there


def test_a_problem_names_its_cell_what_is_written_and_what_is_so(w):
    run = run_of(w)
    problem(run, "error", value="<b>刘</b>")
    page = re.sub(r"\s+", " ", page_of(w.officer, run))
    assert (
        "Members B7" in page and "<code>&lt;b&gt;刘&lt;/b&gt;</code>" in page and "Somebody like this: 刘志国." in page
    )


@pytest.mark.parametrize(
    "given",
    [
        {"sentence": "100 % of %(what)s", "values": {}},
        {"sheet": "sheet_of_old", "column": "gone"},
        {"column": "column_of_old"},
        {"row": 0, "cell": "", "column": ""},
    ],
)
def test_a_problem_that_an_older_version_wrote_down_is_still_shown(w, given):
    run = run_of(w)
    said = problem(run, "look", **given)
    Change.objects.create(
        run=run, sheet=said.sheet, column=said.column or "x", position=1, row=2, record="r", old="1", new="2"
    )
    assert said.sentence.partition("%")[0] in page_of(w.officer, run)


def test_problems_are_filtered_by_kind_and_sheet_and_counted_in_the_sheet(w):
    run = run_of(w)
    for kind, sheet, value in [
        ("error", "members", "one"), ("error", "villages", "two"), ("look", "members", "three"),
        ("look", "villages", "four"), ("error", "villages", "five"),
    ]:  # fmt: skip
        problem(run, kind, sheet=sheet, value=value)

    def values(query: str) -> list[str]:
        return re.findall(r"<code>(\w+)</code>", page_of(w.officer, run, query))

    assert values("") == ["one", "two", "three", "four", "five"] and values("?kind=error") == ["one", "two", "five"]
    assert values("?sheet=members&kind=look") == ["three"] and values("?kind=nonsense&sheet=nonsense") == values("")
    assert "Wrong 1</a>" in page_of(w.officer, run, "?sheet=members") and "Wrong 3</a>" in page_of(w.officer, run)
    assert "First mend 3 places" in page_of(w.officer, run, "?sheet=members")
    assert "Nothing of this kind here" in page_of(w.officer, run, "?kind=decide")


def test_each_number_leads_to_what_is_behind_it(w):
    run = run_of(w)
    problem(run, "error")
    page = page_of(w.officer, run)
    for query in ("kind=error&amp;sheet=members#problems", "kind=decide&amp;sheet=members#problems"):
        assert f'href="{PATH}{run.pk}/?{query}"' in page
    assert f'href="{PATH}{run.pk}/changes/?sheet=villages"' in page


def test_what_blocks_writing_stands_beside_the_shut_button(w):
    run = run_of(w)
    problem(run, "error")
    problem(run, "decide")
    page = re.sub(r"\s+", " ", page_of(w.officer, run))
    button = re.search(r"<button[^>]*>(?=.{0,120}Write all)", page)
    assert button and 'aria-disabled="true"' in button[0] and 'aria-describedby="why-not"' in button[0]
    assert "First mend one place in the file." in page and "One row waits for your decision." in page
    run.problems.all().delete()
    assert "aria-disabled" not in page_of(w.officer, run)


def test_changes_are_shown_in_words_old_and_new_and_by_sheet(w):
    run = run_of(w)
    for position, (sheet, column, old, new) in enumerate([
        ("members", "type", "probationary", "full"), ("villages", "name_en", "", "Li Village"),
        ("households", "linkable", "True", "False"),
    ]):  # fmt: skip
        Change.objects.create(
            run=run, sheet=sheet, column=column, position=position, row=2, record=f"record {position}", old=old, new=new
        )
    client = signed_in(w.officer)
    page = client.get(f"{PATH}{run.pk}/changes/").content.decode()
    assert "<del>Probationary member</del>" in page and "<b>Full member</b>" in page and "<b>No</b>" in page
    assert "record 1" not in client.get(f"{PATH}{run.pk}/changes/?sheet=members").content.decode()


def test_a_written_import_leads_to_the_lists_the_person_has(w):
    run = run_of(w, "written", ended_at=timezone.now(), by=w.superuser)
    assert '<th scope="row"><a href="/organization/members/">' in page_of(w.officer, run)
    assert '<th scope="row"><a href="/admin/members/member/">' in page_of(w.superuser, run)
    assert "written by superuser" in page_of(w.officer, run)


def test_what_failed_says_why_and_can_be_cleared_away(w):
    failure = {"sentence": "“%(name)s” is empty. Choose the file again.", "values": {"name": "book.xlsx"}}
    run = run_of(w, "failed", counts={}, failure=failure)
    page = page_of(w.officer, run)
    assert all(words in page for words in ("“book.xlsx” is empty", "Choose another file", "Discard the import"))
    assert signed_in(w.officer).post(f"{PATH}{run.pk}/discard/").status_code == 302
    assert not run.files.exists() and "This import was given up" in page_of(w.officer, run)


def test_without_a_script_the_page_of_a_run_at_work_looks_again_by_itself(w, monkeypatch):
    monkeypatch.setattr(processes, "is_alive", lambda run_id: True)
    run = run_of(w, "checking", counts={})
    page = page_of(w.officer, run)
    assert '<noscript><meta http-equiv="refresh"' in page and f'data-page="{PATH}{run.pk}/"' in page
    answer = signed_in(w.officer).post(f"{PATH}{run.pk}/check/")
    # The address of a post must not be looked at again.
    assert answer.status_code == 409 and b'http-equiv="refresh"' not in answer.content


@pytest.mark.parametrize("state", ["checking", "writing"])
def test_a_run_that_nobody_works_on_was_cut_off(w, state, started):
    run = run_of(w, state)
    page = page_of(w.officer, run)
    assert "Nothing was written" in page and "<progress" not in page
    assert "Cut off" in signed_in(w.officer).get(PATH).content.decode()
    assert signed_in(w.officer).get(f"{PATH}{run.pk}/progress/").json()["is_at_work"] is False
    signed_in(w.officer).post(f"{PATH}{run.pk}/check/")
    assert started == [run.pk]


# Too late


def test_the_answer_to_a_post_that_came_too_late_leads_on_only_to_pages(w):
    run = run_of(w)
    for _each in range(30):
        problem(run, "error")
    answer = signed_in(w.officer).post(f"{PATH}{run.pk}/write/", {"digest": run.digest})
    page = answer.content.decode()
    assert answer.status_code == 409 and "mend and decide first" in page
    assert 'href="?' not in page and f'href="{PATH}{run.pk}/#problems"' in page


@pytest.mark.parametrize("digest", ["", "e" * 64])
def test_writing_names_the_preview_that_was_seen(w, digest, started):
    run = run_of(w)
    answer = signed_in(w.officer).post(f"{PATH}{run.pk}/write/", {"digest": digest})
    assert answer.status_code == 409 and "stands elsewhere by now" in answer.content.decode() and started == []


def test_a_decision_about_an_older_preview_is_not_taken(w, started):
    run = run_of(w)
    asked = problem(run, "decide")
    typed = {"problem": asked.pk, "choice": "same", "digest": "e" * 64}
    assert signed_in(w.officer).post(f"{PATH}{run.pk}/decide/", typed).status_code == 409
    Run.objects.update(state="written")
    assert signed_in(w.officer).post(f"{PATH}{run.pk}/decide/", typed | {"digest": run.digest}).status_code == 409
    asked.refresh_from_db()
    assert asked.choice == "" and started == []


def test_after_a_decision_the_person_is_back_at_the_row_and_the_last_one_checks_again(w, started):
    run = run_of(w)
    first, last = problem(run, "decide"), problem(run, "decide")
    client = signed_in(w.officer)
    typed = {"problem": first.pk, "choice": "other", "kind": "decide", "sheet": "members", "page": "1"}
    answer = client.post(f"{PATH}{run.pk}/decide/", typed)
    assert answer["Location"] == f"{PATH}{run.pk}/?kind=decide&sheet=members&page=1#problem-{first.pk}"
    assert started == [] and 'value="other" aria-pressed="true"' in page_of(w.officer, run)
    client.post(f"{PATH}{run.pk}/decide/", {"problem": last.pk, "choice": "perhaps"})
    assert started == []
    client.post(f"{PATH}{run.pk}/decide/", {"problem": last.pk, "choice": "same"})
    assert started == [run.pk]


# Files


def upload(w: SimpleNamespace, *names: str, **typed: str) -> Any:
    files = [SimpleUploadedFile(name, TEXT) for name in names]
    return signed_in(w.officer).post(f"{PATH}bring-in/", {"workbook": files, "effective_on": "2026-07-01"} | typed)


def test_a_second_press_within_seconds_leads_to_the_same_run(w, monkeypatch):
    monkeypatch.setattr(processes, "is_alive", lambda run_id: True)
    first, second = upload(w, "a.csv"), upload(w, "a.csv")
    assert first["Location"] == second["Location"] and Run.objects.count() == 1
    upload(w, "b.csv")
    Run.objects.update(made_at=timezone.now() - timedelta(seconds=11))
    upload(w, "a.csv")
    assert Run.objects.count() == 3


def test_too_many_and_too_large_files_are_told_in_the_form(w, monkeypatch):
    monkeypatch.setattr(forms, "FILES", 2)
    assert "Choose at most 2 files." in upload(w, "a.csv", "b.csv", "c.csv").content.decode()
    monkeypatch.setattr(forms, "MEGABYTES", 0)
    assert "larger than 0 MB" in upload(w, "a.csv").content.decode() and not Run.objects.exists()


def test_the_form_tells_the_columns_of_the_sheet_it_was_opened_for(w):
    client = signed_in(w.officer)
    assert "The columns of “Households”" in client.get(f"{PATH}bring-in/?sheet=households").content.decode()
    assert "The columns of" not in client.get(f"{PATH}bring-in/?sheet=nonsense").content.decode()


def test_wrong_rows_are_entered_in_the_ledger_and_gone_with_the_preview(w):
    run = run_of(w)
    problem(run, "error")
    answer = signed_in(w.officer).post(f"{PATH}{run.pk}/wrong-rows/")
    assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
    entry = LedgerEntry.objects.get(verb="export")
    assert (entry.by, entry.county, entry.subject_label) == (w.officer, w.county, "Wrong rows of book.xlsx")
    Run.objects.update(state="written")
    assert signed_in(w.officer).post(f"{PATH}{run.pk}/wrong-rows/").status_code == 409


def test_a_file_that_takes_too_long_to_open_again_is_no_error_of_ours(w, monkeypatch):
    def too_long(run: Run) -> bytes:
        raise Refused("too_long", "“%(name)s” takes longer than %(seconds)s seconds.", name="book.xlsx", seconds=60)

    monkeypatch.setattr(problems, "wrong_rows", too_long)
    answer = signed_in(w.officer).post(f"{PATH}{run_of(w).pk}/wrong-rows/")
    assert answer.status_code == 409 and "“book.xlsx” takes longer" in answer.content.decode()
    assert not LedgerEntry.objects.exists()


# Who


@pytest.mark.parametrize("verb", ["decide", "write", "check", "discard", "wrong-rows"])
@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("auditor", 403), ("secretary", 404), ("nobody", 404)])
def test_others_move_nothing(w, verb, who, status, started):
    run = run_of(w)
    asked = problem(run, "decide")
    typed = {"problem": asked.pk, "choice": "same", "digest": run.digest}
    assert signed_in(getattr(w, who)).post(f"{PATH}{run.pk}/{verb}/", typed).status_code == status
    run.refresh_from_db()
    assert run.state == "checked" and run.problems.filter(choice="").count() == 1 and started == []


def test_the_list_holds_what_the_person_may_open(w):
    mine, theirs = run_of(w, title="mine.xlsx"), run_of(w, title="theirs.xlsx", by=w.officer_b)
    run_of(w, "ready", kind="export", title="their export", by=w.officer_b)
    run_of(w, title="next door", county=w.twin.county, by=w.stranger)
    page = signed_in(w.officer).get(PATH).content.decode()
    assert str(mine) in page and str(theirs) in page and "their export" not in page and "next door" not in page
    for run in Run.objects.all():
        status = signed_in(w.officer).get(f"{PATH}{run.pk}/").status_code
        assert (str(run) in page) == (status == 200)


def test_pages_stay_within_their_queries(w, django_assert_max_num_queries):
    run = run_of(w)
    for number in range(30):
        problem(run, ("error", "decide", "look")[number % 3])
        run_of(w, title=f"{number}.xlsx")
    client = signed_in(w.officer)
    for path, most in (("", 10), (f"{run.pk}/", 14), (f"{run.pk}/changes/", 10)):
        with django_assert_max_num_queries(most):
            assert client.get(f"{PATH}{path}").status_code == 200


@pytest.mark.parametrize(("model", "sheet"), [("members/member", "members"), ("service_areas/branch", "branches")])
def test_the_admins_lists_lead_to_the_workbook(w, model, sheet):
    page = signed_in(w.officer).get(f"/admin/{model}/").content.decode()
    assert f'href="{PATH}bring-in/?sheet={sheet}"' in page and f'href="{PATH}take-out/?sheet={sheet}"' in page
    assert "bring-in" not in signed_in(w.officer).get("/admin/assessments/sheet/").content.decode()
    assert "bring-in" not in signed_in(w.keeper).get("/admin/service_areas/branch/").content.decode()
