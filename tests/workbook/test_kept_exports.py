"""A made file waits for its maker: as long as the maker may still take all of it out, and not for ever."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from service_areas.models import Appointment, Township
from tests.jinxian import admin_world as base
from tests.jinxian.admin_world import signed_in
from tests.workbook.books import ON
from tests.workbook.runs import PATH, work
from workbook import running
from workbook.models import Run, RunFile
from workbook.sealing import seal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("started")]


def made(w: SimpleNamespace, by: Any, **options: int) -> Run:
    run = Run.objects.create(
        kind="export", state="ready", county=w.county, by=by, title=f"books {options}", effective_on=ON,
        made_at=timezone.now(), ended_at=timezone.now(), options={"sheets": ["members"], **options},
    )  # fmt: skip
    RunFile.objects.create(run=run, name="books.xlsx", sealed=seal(b"books"))
    return run


def fetched(user: Any, run: Run) -> int:
    return signed_in(user).post(f"{PATH}{run.pk}/files/{run.files.get().pk}/").status_code


def becomes(w: SimpleNamespace, user: Any, role: str, **place: Any) -> None:
    Appointment.objects.filter(user=user).update(ended_on=date(2026, 1, 2))
    base.appoint(user, role, **place)


def test_who_left_the_county_for_a_branch_no_longer_gets_the_whole_county(w):
    whole, branch = made(w, w.officer), made(w, w.officer, branch=w.branch.pk)
    assert [fetched(w.officer, run) for run in (whole, branch)] == [200, 200]
    becomes(w, w.officer, "secretary", branch=w.branch)
    assert [fetched(w.officer, run) for run in (whole, branch)] == [403, 200]
    page = signed_in(w.officer).get(PATH).content.decode()
    assert "books {&#x27;branch" in page and "books {}" not in page
    assert signed_in(w.officer).get(f"{PATH}{whole.pk}/").status_code == 403


def test_township_staff_gets_the_own_township_and_its_branches_and_no_other(w):
    far = base.branch(w, "09")
    far.township = Township.objects.create(county=w.county, code="130183101", name="远镇")
    far.save()
    runs = [made(w, w.officer, **place) for place in (
        {}, {"township": w.township.pk}, {"township": far.township.pk}, {"branch": w.branch.pk}, {"branch": far.pk},
    )]  # fmt: skip
    becomes(w, w.officer, "township_staff", township=w.township)
    assert [fetched(w.officer, run) for run in runs] == [403, 200, 403, 200, 403]


def test_a_secretary_who_comes_to_the_county_still_gets_what_was_taken_out_of_the_branch(w):
    run = made(w, w.secretary, branch=w.branch.pk)
    becomes(w, w.secretary, "county_staff", county=w.county)
    assert fetched(w.secretary, run) == 200


def test_a_superuser_whose_appointment_has_ended_gets_nothing(w):
    run = made(w, w.superuser)
    assert fetched(w.superuser, run) == 403


def test_a_made_file_is_gone_after_some_days(w):
    old, new = made(w, w.officer), made(w, w.officer)
    Run.objects.filter(pk=old.pk).update(ended_at=timezone.now() - Run.KEPT - timedelta(minutes=1))
    assert [fetched(w.officer, run) for run in (old, new)] == [409, 200]
    assert "no longer here" in signed_in(w.officer).get(f"{PATH}{old.pk}/").content.decode()
    work(running.take_out(county=w.county, by=w.officer, options={"sheets": ["townships"]}, title="towns"))
    assert [run.files.count() for run in (old, new)] == [0, 1]
    old.refresh_from_db()
    assert old.state == "discarded"
