"""The pages of the workbook: what is shown, who may, and what each button does."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from members.models import Member
from service_areas.models import County, LedgerEntry, Township
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in
from tests.workbook.books import members, sheet_of, xlsx
from workbook import processes, running
from workbook.models import Problem, Run

pytestmark = pytest.mark.django_db
PATH = "/organization/workbook/"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch, settings, tmp_path):
    """The process beside the server is the test itself."""
    settings.RUNS_DIR = tmp_path

    def start(run_id: int) -> None:
        (tmp_path / f"{run_id}.run").write_text("{}")
        run = Run.objects.get(pk=run_id)
        running.work_off(run, tell=lambda share, stage: processes.tell(run_id, share, stage))

    monkeypatch.setattr(processes, "start", start)


def uploaded(client: Client, *files: tuple[str, bytes], **typed: str):
    given = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post(f"{PATH}bring-in/", {"workbook": given, "effective_on": "2026-07-01"} | typed)


def one_township(code: str = "130183901", name: str = "东镇") -> bytes:
    return sheet_of("townships", {"code": code, "name": name})


def test_a_file_is_checked_shown_and_written(w):
    client = signed_in(w.officer)
    answer = uploaded(client, ("towns.xlsx", one_township()))
    run = Run.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{PATH}{run.pk}/")
    page = client.get(answer["Location"])
    assert "nothing written" in page.content.decode() and not Township.objects.filter(code="130183901").exists()
    client.post(f"{PATH}{run.pk}/write/", {"digest": run.digest})
    run.refresh_from_db()
    assert run.state == "written" and Township.objects.get(code="130183901").name == "东镇"
    assert not run.files.exists() and LedgerEntry.objects.filter(verb="import", by=w.officer).count() == 1
    assert Township.history.get(code="130183901").history_user == w.officer
    assert "written by officer" in client.get(answer["Location"]).content.decode()


def test_several_csv_files_are_one_import(w):
    files = [("townships.csv", "code,name\n130183901,东镇\n".encode()),
             ("villages.csv", "code,name,township\n130183901201,李村,130183901\n".encode("gb18030"))]  # fmt: skip
    uploaded(signed_in(w.officer), *files)
    assert Run.objects.get().counts["villages"]["added"] == 1


def test_while_a_row_is_wrong_nothing_can_be_written(w):
    client = signed_in(w.officer)
    uploaded(client, ("m.xlsx", members({"code": w.member.code, "branch": "没有"})))
    run = Run.objects.get()
    assert "aria-disabled" in client.get(f"{PATH}{run.pk}/").content.decode()
    assert client.post(f"{PATH}{run.pk}/write/", {"digest": run.digest}).status_code == 409
    run.refresh_from_db()
    assert run.state == "checked"


def test_the_preview_of_another_moment_is_not_written(w):
    client = signed_in(w.officer)
    uploaded(client, ("towns.xlsx", one_township()))
    run = Run.objects.get()
    Township.objects.create(county=w.county, code="130183901", name="早镇")
    client.post(f"{PATH}{run.pk}/write/", {"digest": run.digest})
    run.refresh_from_db()
    assert run.state == "checked" and Township.objects.get(code="130183901").name == "早镇"
    assert "The books changed since the preview" in client.get(f"{PATH}{run.pk}/").content.decode()
    assert run.changes.get().old == "早镇"


def test_a_second_press_on_the_button_has_no_second_effect(w):
    client = signed_in(w.officer)
    uploaded(client, ("towns.xlsx", one_township()))
    run = Run.objects.get()
    client.post(f"{PATH}{run.pk}/write/", {"digest": run.digest})
    assert client.post(f"{PATH}{run.pk}/write/", {"digest": run.digest}).status_code == 409
    assert Township.history.filter(code="130183901").count() == 1


def of_somebody_like(w: SimpleNamespace) -> bytes:
    return members({"code": "N1", "name": w.member.name, "branch": w.branch.code, "sex": "男"})


@pytest.mark.parametrize(("choice", "count"), [("same", 1), ("other", 2)])
def test_somebody_who_may_be_there_waits_for_a_decision(w, choice, count):
    client = signed_in(w.officer)
    uploaded(client, ("m.xlsx", of_somebody_like(w)))
    run = Run.objects.get()
    problem = run.problems.get(kind="decide")
    page = client.get(f"{PATH}{run.pk}/").content.decode()
    assert (
        "The same person" in page and client.post(f"{PATH}{run.pk}/write/", {"digest": run.digest}).status_code == 409
    )
    client.post(f"{PATH}{run.pk}/decide/", {"problem": str(problem.pk), "choice": choice})
    run.refresh_from_db()
    client.post(f"{PATH}{run.pk}/write/", {"digest": run.digest})
    assert Member.objects.filter(branch=w.branch).count() == count


@pytest.mark.parametrize("bad", [{"problem": "x"}, {"problem": "999999"}, {}])
def test_a_decision_about_nothing_is_not_found(w, bad):
    client = signed_in(w.officer)
    uploaded(client, ("m.xlsx", of_somebody_like(w)))
    assert client.post(f"{PATH}{Run.objects.get().pk}/decide/", bad | {"choice": "same"}).status_code == 404


def test_a_file_that_cannot_be_read_says_why(w):
    client = signed_in(w.officer)
    uploaded(client, ("x.xlsx", b"\x89PNG not a workbook at all"))
    run = Run.objects.get()
    assert run.state == "failed" and "is not a spreadsheet" in client.get(f"{PATH}{run.pk}/").content.decode()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"effective_on": "2999-01-01"}, "lies in the future"),
        ({"effective_on": "1990-01-01"}, "more than two years back"),
        ({"effective_on": "yesterday"}, "Write the day like"),
    ],
)
def test_a_wrong_day_is_told_in_the_form(w, typed, says):
    answer = uploaded(signed_in(w.officer), ("t.xlsx", one_township()), **typed)
    assert answer.status_code == 200 and says in answer.content.decode() and not Run.objects.exists()


def test_without_a_file_the_form_says_so(w):
    answer = signed_in(w.officer).post(f"{PATH}bring-in/", {"effective_on": "2026-07-01"})
    assert "Choose a file first" in answer.content.decode()


def test_what_was_cut_off_says_so_and_can_be_checked_again(w):
    client = signed_in(w.officer)
    uploaded(client, ("towns.xlsx", one_township()))
    run = Run.objects.get()
    Run.objects.update(state="writing")
    page = client.get(f"{PATH}{run.pk}/").content.decode()
    assert "Nothing was written" in page and "Check again" in page
    client.post(f"{PATH}{run.pk}/check/")
    run.refresh_from_db()
    assert run.state == "checked" and run.counts["townships"]["added"] == 1


def test_a_run_at_work_is_left_alone_and_tells_how_far_it_is(w, monkeypatch):
    client = signed_in(w.officer)
    uploaded(client, ("towns.xlsx", one_township()))
    run = Run.objects.get()
    Run.objects.update(state="checking")
    monkeypatch.setattr(processes, "is_alive", lambda run_id: True)
    assert [client.post(f"{PATH}{run.pk}/{verb}/").status_code for verb in ("check", "discard", "write")] == [409] * 3
    assert client.get(f"{PATH}{run.pk}/progress/").json()["is_at_work"] is True
    assert "<progress" in client.get(f"{PATH}{run.pk}/").content.decode()


def test_what_is_given_up_leaves_no_file(w):
    client = signed_in(w.officer)
    uploaded(client, ("towns.xlsx", one_township()))
    run = Run.objects.get()
    client.post(f"{PATH}{run.pk}/discard/")
    run.refresh_from_db()
    assert run.state == "discarded" and not run.files.exists() and not Problem.objects.exists()


def test_the_wrong_rows_come_back_as_a_workbook(w):
    client = signed_in(w.officer)
    rows = [{"code": "N1", "name": "甲", "branch": "没有", "sex": "男"}, {"code": "N2", "name": "乙",
            "branch": w.branch.code, "sex": "男"}]  # fmt: skip
    uploaded(client, ("m.xlsx", members(*rows)))
    answer = client.post(f"{PATH}{Run.objects.get().pk}/wrong-rows/")
    assert answer["Cache-Control"] == "no-store" and answer.content[:2] == b"PK"
    mended = uploaded(client, ("again.xlsx", answer.content))
    counts = Run.objects.latest("pk").counts["members"]
    assert mended.status_code == 302 and (counts["refused"], counts["added"]) == (1, 1)


@pytest.mark.parametrize("who", ["secretary", "auditor", "keeper", "nobody"])
def test_only_county_staff_bring_workbooks_in(w, who):
    client = signed_in(getattr(w, who))
    assert client.get(f"{PATH}bring-in/").status_code == 403
    assert uploaded(client, ("t.xlsx", one_township())).status_code == 403


def test_a_run_of_the_county_next_door_does_not_exist(w):
    uploaded(signed_in(w.officer), ("towns.xlsx", one_township()))
    run = Run.objects.get()
    assert signed_in(w.stranger).get(f"{PATH}{run.pk}/").status_code == 404
    assert signed_in(w.officer_b).get(f"{PATH}{run.pk}/").status_code == 200
    assert signed_in(w.secretary).get(f"{PATH}{run.pk}/").status_code in (403, 404)


def test_nobody_grants_himself_anything_by_a_workbook(w):
    rows = [["username", "name", "role", "place"], ["officer", "officer", "township_staff", w.township.code],
            ["newcomer", "新人", "county_staff", w.county.code]]  # fmt: skip
    uploaded(signed_in(w.officer), ("a.xlsx", xlsx(appointments=rows)))
    said = {problem.cell: problem.sentence for problem in Run.objects.get().problems.filter(kind="error")}
    assert said["A2"].startswith("Nobody grants") and said["C3"].startswith("You grant appointments below")


def test_a_superuser_founds_a_county_that_comes_with_the_workbook(db):
    founder = base.user("founder", is_superuser=True)
    client = signed_in(founder)
    assert "Bring a county in" in client.get("/").content.decode()
    uploaded(client, ("c.xlsx", xlsx(county=[["code", "name"], ["130999", "河县"]])), county="new")
    run = Run.objects.get()
    client.post(f"{PATH}{run.pk}/write/", {"digest": run.digest})
    assert County.objects.get().name == "河县" and client.get(f"{PATH}{run.pk}/").status_code == 200


def test_an_export_is_made_and_only_its_maker_gets_it(w):
    client = signed_in(w.officer)
    answer = client.post(f"{PATH}take-out/", {"sheets": ["townships", "members"], "format": "xlsx"})
    run = Run.objects.get()
    assert run.state == "ready" and answer["Location"] == f"{PATH}{run.pk}/"
    file = run.files.get()
    assert client.post(f"{PATH}{run.pk}/files/{file.pk}/").content[:2] == b"PK"
    assert signed_in(w.officer_b).post(f"{PATH}{run.pk}/files/{file.pk}/").status_code == 403
    assert LedgerEntry.objects.filter(verb="export").count() == 1


def test_a_secretary_takes_out_the_own_branch_alone(w):
    client = signed_in(w.secretary)
    client.post(f"{PATH}take-out/", {"sheets": ["members", "branches"], "format": "csv", "township": "1"})
    run = Run.objects.get()
    assert run.options["branch"] == w.branch.pk and "township" not in run.options


def test_the_template_is_a_workbook_in_the_language_of_the_page(w):
    answer = signed_in(w.officer).get(f"{PATH}template/")
    assert answer.content[:2] == b"PK" and "county-workbook-template.xlsx" in answer["Content-Disposition"]


def test_the_effective_day_holds_for_what_has_none(w):
    client = signed_in(w.officer)
    other = base.group_and_area(w, w.branch, 2)[1]
    uploaded(client, ("m.xlsx", members({"code": w.member.code, "group": other.small_group.code, "area": other.code})))
    run = Run.objects.get()
    client.post(f"{PATH}{run.pk}/write/", {"digest": run.digest})
    held = w.member.affiliations.order_by("started_on")
    assert [(row.area, row.started_on, row.ended_on) for row in held] == [
        (w.area, base.BEGAN, date(2026, 7, 1)), (other, date(2026, 7, 1), None),
    ]  # fmt: skip
