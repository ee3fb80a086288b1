"""The form of an export and the page of the made file: which places, which sheets, whose file."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from service_areas.models import Township
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import ROLES, appoint, signed_in
from workbook import processes
from workbook.lists import SHEET_OF, list_of
from workbook.models import Run, RunFile
from workbook.sealing import seal
from workbook.taking_out import OF_COUNTY

pytestmark = pytest.mark.django_db
PATH = "/organization/workbook/"


@pytest.fixture(autouse=True)
def _not_worked_off(monkeypatch, settings, tmp_path):
    settings.RUNS_DIR = tmp_path
    monkeypatch.setattr(processes, "start", lambda run_id: None)
    monkeypatch.setattr(processes, "is_alive", lambda run_id: True)


def take_out(who: Any, *sheets: str, **typed: str) -> Any:
    return signed_in(who).post(f"{PATH}take-out/", {"sheets": sheets or ("members",), "format": "xlsx"} | typed)


def form_of(who: Any, query: str = "") -> Any:
    return signed_in(who).get(f"{PATH}take-out/{query}").context["form"]


def options() -> dict[str, Any]:
    return Run.objects.latest("pk").options


def test_all_sheets_but_targets_are_ticked_or_the_one_that_was_asked_for(w):
    ticked = form_of(w.officer)["sheets"].value()
    assert "members" in ticked and "targets" not in ticked
    assert form_of(w.officer, "?sheet=households")["sheets"].value() == ["households"]
    assert form_of(w.officer, "?sheet=nonsense")["sheets"].value() == ticked


def test_county_staff_take_out_the_county_or_one_of_its_townships(w):
    take_out(w.officer)
    assert {"township", "branch"}.isdisjoint(options()) and Run.objects.get().title == "晋-county · Members"
    take_out(w.officer, place=f"township-{w.township.pk}")
    assert options()["township"] == w.township.pk
    choices = dict(form_of(w.officer).fields["place"].choices)
    assert f"township-{w.twin.township.pk}" not in choices


def test_a_place_of_others_cannot_be_typed_in(w):
    for place in (f"township-{w.twin.township.pk}", f"branch-{w.branch.pk}", f"county-{w.twin.county.pk}", "x"):
        assert take_out(w.officer, place=place).status_code == 200
    assert not Run.objects.exists()


def test_what_belongs_to_the_county_is_not_offered_below_and_not_with_a_township(w):
    offered = {key for key, _title in form_of(w.secretary).fields["sheets"].choices}
    assert offered and not offered & OF_COUNTY
    assert take_out(w.secretary, "appointments").status_code == 200
    answer = take_out(w.officer, "appointments", place=f"township-{w.township.pk}")
    assert "only with the whole county" in answer.content.decode() and not Run.objects.exists()
    assert take_out(w.officer, "appointments").status_code == 302


def test_who_holds_two_branches_chooses_between_them(w):
    assert "place" not in form_of(w.secretary).fields
    second = base.branch(w, "02")
    appoint(w.secretary, ROLES.SECRETARY, branch=second)
    take_out(w.secretary, place=f"branch-{second.pk}")
    assert options()["branch"] == second.pk


def test_township_staff_take_out_their_township(w):
    clerk = base.user("staff")
    appoint(clerk, ROLES.TOWNSHIP_STAFF, township=w.township)
    take_out(clerk)
    assert options()["township"] == w.township.pk and Run.objects.get().county == w.county


def test_a_second_press_makes_no_second_file(w):
    assert take_out(w.officer)["Location"] == take_out(w.officer)["Location"]
    take_out(w.officer, "households")
    assert Run.objects.count() == 2


@pytest.mark.parametrize("who", ["auditor", "keeper", "nobody", "superuser"])
def test_others_take_nothing_out(w, who):
    assert take_out(getattr(w, who)).status_code == 403 and not Run.objects.exists()


def made(w: SimpleNamespace, by: Any, state: str = "ready") -> tuple[Run, str]:
    take_out(by)
    Run.objects.update(state=state)
    run = Run.objects.get()
    file = RunFile.objects.create(run=run, name="晋县.xlsx", sealed=seal(b"PK"))
    return run, f"{PATH}{run.pk}/files/{file.pk}/"


def test_the_file_is_handed_out_by_a_post_to_no_cache(w):
    run, url = made(w, w.secretary)
    client = signed_in(w.secretary)
    answer = client.post(url)
    assert answer.content == b"PK" and answer["Cache-Control"] == "no-store" and client.get(url).status_code == 405
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert client.post(f"{PATH}{run.pk}/files/999999/").status_code == 404
    statuses = [signed_in(who).post(url).status_code for who in (w.officer, w.superuser, w.stranger)]
    assert statuses == [403, 404, 404]


def test_whose_appointment_ended_gets_the_file_no_more(w):
    _run, url = made(w, w.secretary)
    w.secretary.appointments.update(ended_on=base.BEGAN)
    assert signed_in(w.secretary).post(url).status_code == 404


def test_a_file_that_is_not_ready_is_not_handed_out_and_can_be_removed_later(w):
    run, url = made(w, w.officer, "making")
    client = signed_in(w.officer)
    answer = client.post(url)
    assert answer.status_code == 409 and b'http-equiv="refresh"' not in answer.content
    assert client.post(f"{PATH}{run.pk}/discard/").status_code == 409
    Run.objects.update(state="ready")
    assert client.post(f"{PATH}{run.pk}/discard/").status_code == 302
    assert "no longer here" in client.get(f"{PATH}{run.pk}/").content.decode() and not run.files.exists()


def test_an_export_is_neither_checked_nor_written(w):
    run, _url = made(w, w.officer)
    client = signed_in(w.officer)
    for verb in ("check", "write", "wrong-rows", "decide"):
        assert client.post(f"{PATH}{run.pk}/{verb}/").status_code == 409, verb
    assert client.get(f"{PATH}{run.pk}/changes/").status_code == 200


def test_every_list_that_a_sheet_leads_to_is_there(w):
    for who in (w.officer, w.superuser):
        for key in SHEET_OF.values():
            assert signed_in(who).get(list_of(key, who)).status_code == 200, key
    assert list_of("place_changes", w.officer) == "" and Township.objects.exists()
