"""Changes of places by the workbook: shown before, carried out by the page's own rules, noted where they are so."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from members.models import Member
from service_areas.models import AreaTeam, County, PlaceChange, ServiceArea
from tests.jinxian import admin_world as base
from tests.workbook.books import brought_in, looked_at, only_sentence, sentences, sheet_of
from tests.workbook.test_round_trip import empty_everything, export_of, pictured

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> SimpleNamespace:
    w = base.county("130183", "晋")
    w.group2, w.area2 = base.group_and_area(w, w.branch, 2)
    w.team2 = base.team(w, "2")
    AreaTeam.objects.create(area=w.area2, team=w.team2, started_on=base.BEGAN)
    w.day = timezone.localdate() - timedelta(3)
    return w


def change(w: SimpleNamespace, **cells: object) -> bytes:
    row = {"kind": "merge", "unit": w.area2.code, "into": w.area.code, "on": w.day, "document": "晋组 8"}
    return sheet_of("place_changes", row | cells)


def test_an_area_merges_into_another_and_is_found_in_the_list(w):
    brought_in(change(w))
    w.area2.refresh_from_db()
    assert w.area2.ended_on == w.day and PlaceChange.objects.get().kind == "merge"
    assert AreaTeam.objects.get(team=w.team2, ended_on__isnull=True).area == w.area


def test_a_second_import_of_the_change_changes_nothing(w):
    brought_in(change(w))
    counts = looked_at(change(w)).counts()["place_changes"]
    assert (counts["added"], counts["same"]) == (0, 1)


def test_a_service_area_is_renamed(w):
    brought_in(change(w, kind="rename", into="新区"))
    assert ServiceArea.objects.get(pk=w.area2.pk).name == "新区"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"unit": "nothing"}, "There is no village and no service area"),
        ({"into": None}, "Write the code of what it becomes part of"),
        ({"on": date(2099, 1, 1)}, "lies in the future"),
        ({"kind": "move", "into": "nothing"}, "Write the code of the branch"),
        ({"kind": "rename", "into": None}, "Write the new name"),
        ({"kind": "split"}, "is none of these"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_the_preview(w, cells, says):
    assert says in " ".join(sentences(looked_at(change(w, **cells))))


def test_the_rules_of_the_page_speak_in_the_preview(w):
    said = only_sentence(looked_at(change(w, unit=w.area.code, into=None, kind="close")))
    assert said.startswith("place_changes ") and Member.objects.filter(area=w.area).exists()


def test_an_export_with_a_merger_comes_back_as_it_was(w):
    brought_in(change(w), county=w.county)
    before = pictured(w.county)
    data = export_of(w.county)
    empty_everything()
    brought_in(data)
    assert pictured(County.objects.get()) == before
