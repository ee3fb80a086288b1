"""Changes of places beside others, each with a connection of their own: one effect, no deadlock, nothing half done."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assessments import totals, workflow
from assessments.models import Period, Sheet
from assessments.place_changes import Changed, New, asked_of, carry_out_asked, preview
from service_areas.models import PlaceChange, ServiceArea
from tests.assessments.sheet_world import begun, fresh, submitted
from tests.assessments.test_totals_together import together
from tests.members import place_world
from tests.members.place_world import DAY, change, counts, faults

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 8, 3)


@pytest.fixture
def w(time_machine: Any) -> SimpleNamespace:
    made = place_world.world()
    time_machine.move_to(place_world.NOW)
    return made


def merger(w: Any) -> Any:
    return asked_of(kind="merge", units=[w.area2], into=w.area, on=DAY)


def test_of_two_who_confirm_the_same_at_once_one_does_it(w: Any) -> None:
    seen, before = preview(merger(w)).digest, counts()
    asked = [merger(w), merger(w)]
    given = together(
        *(lambda each=each: carry_out_asked(each, document="1 号", by=w.officer, seen=seen) for each in asked)
    )
    refused = [each for each in given if isinstance(each, Exception)]
    assert len(refused) == 1 and isinstance(refused[0], Changed | ValidationError)
    assert PlaceChange.objects.count() == 1 and counts() == before and faults(TODAY) == []


def test_of_a_merger_and_a_split_of_one_area_at_once_nothing_is_torn(w: Any) -> None:
    before = counts()
    together(
        lambda: change(w, "merge", w.area2, into=w.area),
        lambda: change(w, "split", w.area, new=[New(teams=(w.team3,), members=(w.part,))]),
        lambda: change(w, "move", w.area2, into=w.joint),
    )
    assert PlaceChange.objects.count() in {1, 2, 3}
    assert counts() == before and faults(TODAY) == []
    running = ServiceArea.objects.filter(county=w.county, ended_on__isnull=True)
    assert {sheet.area for sheet in Sheet.objects.filter(period=w.next)} == {*running}


def test_a_sheet_that_is_begun_meanwhile_blocks_the_change_or_is_not_begun(w: Any, time_machine: Any) -> None:
    Period.objects.filter(pk=w.next.pk).update(opens_on=date(2026, 8, 1))
    sheet = Sheet.objects.get(area=w.area2, period=w.next)
    given = together(
        lambda: workflow.begin(fresh(sheet), by=w.secretary), lambda: change(w, "merge", w.area2, into=w.area)
    )
    has_ended = ServiceArea.objects.get(pk=w.area2.pk).ended_on is not None
    found = Sheet.objects.filter(pk=sheet.pk).first()
    assert has_ended == (found is None)
    assert any(isinstance(each, Exception) for each in given), "one of them came too late"
    assert found is None or found.lines.count() == 2
    assert faults(TODAY) == []


def test_sheets_of_past_quarters_are_submitted_beside_a_change(w: Any, time_machine: Any) -> None:
    time_machine.move_to("2026-07-10 09:00:00+08:00")
    sheet = begun(w, w.sheet2)
    given = together(lambda: submitted(w), lambda: change(w, "merge", w.area2, into=w.area))
    assert not [each for each in given if isinstance(each, Exception)]
    assert fresh(sheet).area == w.area2 and totals.differences(w.period) == [] and faults(TODAY) == []
