"""A run that meets what it did not expect: changes that look alike, processes that end late, a second press."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from jinxian.lib.id_numbers import make_id_number, masked
from service_areas.models import AreaTeam
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in
from tests.workbook.books import sheet_of
from tests.workbook.runs import PATH, checked, written
from workbook import processes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def started(monkeypatch, settings, tmp_path) -> list[int]:
    """The runs that were started; runs.work works one off."""
    settings.RUNS_DIR = tmp_path
    begun: list[int] = []
    monkeypatch.setattr(processes, "start", begun.append)
    return begun


@pytest.fixture
def w() -> SimpleNamespace:
    return base.everything()


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
