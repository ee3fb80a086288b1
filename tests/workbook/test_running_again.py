"""A run that meets what it did not expect: changes that look alike, processes that end late, a second press."""

from __future__ import annotations

import contextlib
import fcntl
import json
from datetime import date
from io import StringIO
from pathlib import Path
from threading import Timer
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from benchmarks.books import GOALS
from jinxian.configuration import sqlite_options
from jinxian.lib.id_numbers import make_id_number, masked
from members.models import Member
from service_areas.models import AreaTeam
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in
from tests.workbook.books import ON, sheet_of
from tests.workbook.runs import PATH, checked, work, written
from workbook import console, mending, processes, running
from workbook.models import Problem, Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("started")]
REALLY_START = processes.start


# Changes


def test_the_last_of_many_teams_that_is_taken_out_of_an_area_is_shown(w):
    teams = [base.team(w, f"{number:02}") for number in range(10, 16)]
    for team in teams:
        AreaTeam.objects.create(area=w.area, team=team, started_on=base.BEGAN)
    codes = ["1301831002011", *(team.code for team in teams)]
    run = checked(w, sheet_of("areas", {"code": "130183-01-1", "teams": " ".join(codes[:-1])}))
    change = run.changes.get()
    assert (run.state, change.old, change.new) == ("checked", " ".join(codes), " ".join(codes[:-1]))


def test_a_change_at_the_end_of_a_long_name_is_shown_whole(w):
    w.village.committee_name = "甲" * 70
    w.village.save()
    run = checked(w, sheet_of("villages", {"code": "130183100201", "committee": "甲" * 69 + "乙"}))
    assert run.changes.get().new == "甲" * 69 + "乙"


def alike_when_masked() -> tuple[str, str]:
    numbers: dict[str, str] = {}
    for serial in range(1000):
        number = make_id_number("130183", date(1970, 1, 1), serial, "m")
        if masked(number) in numbers:
            return numbers[masked(number)], number
        numbers[masked(number)] = number
    raise AssertionError("no two ID numbers look alike")


def test_an_id_number_that_looks_alike_when_masked_is_said_to_be_another(w):
    first, second = alike_when_masked()
    written(checked(w, sheet_of("members", {"code": w.member.code, "id_number": first})))
    run = checked(w, sheet_of("members", {"code": w.member.code, "id_number": second}))
    assert run.state == "checked" and run.changes.get().old == run.changes.get().new == masked(second)
    page = signed_in(w.officer).get(f"{PATH}{run.pk}/").content.decode()
    assert "(another number)" in page and first not in page and second not in page
    assert written(run).state == "written"


# A process that ends late


@pytest.fixture
def held(w, settings, monkeypatch):
    """A run in preview whose process has not gone yet: `run`, `let_go`, and what was started."""
    run = checked(w, sheet_of("members", {"code": w.member.code, "contact": "111"}))
    monkeypatch.setattr(processes, "start", REALLY_START)
    commands: list[Any] = []
    monkeypatch.setattr(processes.subprocess, "Popen", lambda command, **given: commands.append(command))
    monkeypatch.setattr(processes, "PATIENCE", 0.3)
    path = Path(settings.RUNS_DIR) / f"{run.pk}.run"
    with open(path, "w") as file:
        file.write('{"share": 0.5, "stage": "checking"}')
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        yield SimpleNamespace(run=run, commands=commands, let_go=lambda: fcntl.flock(file, fcntl.LOCK_UN))


@pytest.mark.parametrize("verb", ["write", "check"])
def test_a_button_pressed_while_the_process_before_does_not_end_says_so_and_changes_nothing(w, held, verb):
    answer = signed_in(w.officer_b).post(f"{PATH}{held.run.pk}/{verb}/", {"digest": held.run.digest})
    assert answer.status_code == 409 and "press the button again" in answer.content.decode()
    held.run.refresh_from_db()
    assert (held.run.state, held.run.by, held.commands) == ("checked", w.officer, [])
    assert processes.progress_of(held.run.pk).share == 0.5


def test_the_last_decision_made_while_the_process_before_does_not_end_is_kept(w, held):
    asked = Problem.objects.create(run=held.run, kind="decide", sheet="members", row=2, position=1, sentence="who?")
    typed = {"problem": asked.pk, "choice": "same", "digest": held.run.digest}
    assert signed_in(w.officer).post(f"{PATH}{held.run.pk}/decide/", typed).status_code == 409
    asked.refresh_from_db()
    assert asked.choice == "same"


def test_a_button_pressed_just_before_the_process_ends_waits_for_it(w, held, monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE", 5)
    Timer(0.3, held.let_go).start()
    answer = signed_in(w.officer).post(f"{PATH}{held.run.pk}/write/", {"digest": held.run.digest})
    held.run.refresh_from_db()
    assert (answer.status_code, held.run.state, len(held.commands)) == (302, "writing", 1)


def test_until_the_process_is_gone_the_page_is_told_that_it_is_at_work(w, held):
    client = signed_in(w.officer)
    assert client.get(f"{PATH}{held.run.pk}/progress/").json()["is_at_work"] is True
    held.let_go()
    assert client.get(f"{PATH}{held.run.pk}/progress/").json()["is_at_work"] is False


# Ends


def test_a_written_run_no_longer_says_that_the_books_changed_meanwhile(w):
    run = checked(w, sheet_of("members", {"code": w.member.code, "contact": "111", "name": "新"}))
    Member.objects.filter(pk=w.member.pk).update(contact="111")
    assert written(run).failure and run.state == "checked"
    assert written(run).state == "written" and not run.failure
    assert "The books changed" not in signed_in(w.officer).get(f"{PATH}{run.pk}/").content.decode()


def broken(run: Run, monkeypatch: Any) -> Run:
    with monkeypatch.context() as patch:
        patch.setattr(running, "make_plan", lambda *given, **more: 1 / 0)
        return work(run)


def test_what_fails_unexpectedly_says_once_that_nothing_was_written_and_can_be_checked_again(w, monkeypatch, started):
    data = sheet_of("members", {"code": w.member.code, "contact": "111"})
    run = running.bring_in([("book.xlsx", data)], county=w.county, by=w.officer, effective_on=ON)
    assert broken(run, monkeypatch).state == "failed"
    client = signed_in(w.officer)
    page = client.get(f"{PATH}{run.pk}/").content.decode()
    assert page.count("Nothing was written") == 1 and "did not expect" in page and f"{PATH}{run.pk}/check/" in page
    assert client.post(f"{PATH}{run.pk}/check/").status_code == 302 and started == [run.pk, run.pk]
    assert work(run).state == "checked" and not run.failure and run.ended_at is None


def test_a_file_that_is_none_is_not_offered_to_be_checked_again(w):
    run = checked(w, b"%PDF-1.7 ...")
    page = signed_in(w.officer).get(f"{PATH}{run.pk}/").content.decode()
    assert run.state == "failed" and "Choose another file" in page and "Check again" not in page


def test_an_export_that_failed_is_not_checked(w, started):
    run = Run.objects.create(
        kind="export", state="failed", county=w.county, by=w.officer, effective_on=ON, made_at=timezone.now()
    )
    with pytest.raises(running.Moved):
        running.check_again(run)
    assert started == []


# Again


def uploaded(w: SimpleNamespace, *files: tuple[str, bytes]) -> str:
    given = [SimpleUploadedFile(name, data) for name, data in files]
    typed = {"workbook": given, "effective_on": "2026-07-01"}
    return signed_in(w.officer).post(f"{PATH}bring-in/", typed)["Location"]


def test_a_mended_file_of_the_same_name_within_seconds_is_another_import(w, monkeypatch):
    monkeypatch.setattr(processes, "is_alive", lambda run_id: True)
    wrong, right = b"code,name\n1,2\n", b"code,name\n1,3\n"
    first = uploaded(w, ("book.csv", wrong))
    assert uploaded(w, ("book.csv", wrong)) == first
    assert uploaded(w, ("book.csv", right)) != first and Run.objects.count() == 2


# At the console


def told(*given: str) -> Any:
    out = StringIO()
    with contextlib.suppress(SystemExit):
        call_command("import_workbook", *given, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_an_import_of_the_console_keeps_what_it_changed(w, tmp_path):
    file = tmp_path / "book.xlsx"
    file.write_bytes(sheet_of("members", {"code": w.member.code, "contact": "42"}))
    assert told(str(file), "--county", w.county.code)["written"] is True
    run = Run.objects.get()
    assert (run.state, run.changes.get().new) == ("written", "42")
    page = signed_in(w.officer).get(f"{PATH}{run.pk}/changes/").content.decode()
    assert "<b>42</b>" in page


@pytest.mark.parametrize(
    "given", [["/nowhere.xlsx", "--county", "130183"], ["/nowhere.xlsx"], [__file__, "--county", "9"]]
)
def test_every_stop_of_the_console_is_json_where_json_is_asked_for(w, given):
    stopped = told(*given)
    assert stopped["written"] is False and stopped["failure"]


# Who waits


def test_a_look_and_the_reading_of_the_file_hold_nobody_up(w, monkeypatch):
    events: list[str] = []
    for module, name, lock in ((console, "read_files", "lock_books"), (mending, "read_files", None)):
        really = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, really=really, **k: events.append("read") or really(*a, **k))
        if lock:
            monkeypatch.setattr(module, lock, lambda county: events.append("lock"))
    monkeypatch.setattr(running, "lock_books", lambda county: events.append("lock"))
    given: dict[str, Any] = {"county": w.county, "on": ON, "duplicates": "ask"}
    data = sheet_of("members", {"code": w.member.code, "contact": "1"})
    console.read_in([("a.xlsx", data)], is_check=True, **given)
    assert events == ["read"]
    console.read_in([("a.xlsx", data)], is_check=False, **given)
    assert events == ["read", "read", "lock"]
    run = checked(w, sheet_of("members", {"code": w.member.code, "contact": "2"}))
    assert written(run).state == "written" and events[3:] == ["read", "read", "lock"]


def test_who_saves_waits_longer_than_a_whole_county_is_written():
    assert sqlite_options()["timeout"] > GOALS["write"] - GOALS["check"]
