"""“clear” stands only where the database lets a record be without a value."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from tests.workbook.books import brought_in, looked_at, only_sentence, xlsx
from tests.workbook.test_any_cell import heading_of, rows_there
from tests.workbook.test_round_trip import whole_county
from workbook.format import BY_KEY, SHEETS
from workbook.writers.columns import DATES
from workbook.writers.people import MEMBER_FIELDS

# Sheet → model, and the fields that are called otherwise than their columns.
MODELS = {
    "county": "service_areas.County", "townships": "service_areas.Township", "villages": "service_areas.Village",
    "teams": "service_areas.ProductionTeam", "branches": "service_areas.Branch", "groups": "service_areas.SmallGroup",
    "areas": "service_areas.ServiceArea", "members": "members.Member", "posts": "members.Post",
    "exemptions": "members.Exemption", "households": "service_areas.Household", "links": "members.HouseholdLink",
    "appointments": "service_areas.Appointment", "quarters": "assessments.Period",
    "plan_items": "assessments.PlanItem", "targets": "assessments.Target",
}  # fmt: skip
FIELDS = DATES | MEMBER_FIELDS | {
    "committee": "committee_name", "head": "head_name", "head_latin": "head_name_latin", "people": "people_count",
    "linkable": "is_linkable", "primary": "is_primary", "group": "small_group",
}  # fmt: skip


def cleared_columns() -> list[tuple[str, str, Any]]:
    found = []
    for sheet in SHEETS:
        fields: dict[str, Any] = {}
        for name in [MODELS.get(sheet.key), "assessments.Indicator" if sheet.key == "plan_items" else None]:
            fields |= {field.name: field for field in apps.get_model(name)._meta.concrete_fields} if name else {}
        for column in sheet.columns:
            field = fields.get(column.key) or fields.get(FIELDS.get(column.key, ""))
            if field is not None and column.may_be_cleared and column.key not in sheet.keys:
                found.append((sheet.key, column.key, field))
    return found


@pytest.mark.parametrize(("sheet", "column", "field"), cleared_columns(), ids=str)
def test_what_may_be_cleared_may_be_missing_in_the_database(sheet: str, column: str, field: Any) -> None:
    assert field.null or field.blank, f"{sheet}.{column}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sheet", "column"),
    [(sheet.key, column.key) for sheet in SHEETS for column in sheet.columns
     if sheet.key != "place_changes" and column.kind != "reading"
     and (column.key in sheet.keys or not column.may_be_cleared)],
)  # fmt: skip
def test_every_other_cell_is_refused_by_its_name_and_nothing_else_is_said(sheet: str, column: str) -> None:
    brought_in(whole_county())
    declared = BY_KEY[sheet]
    row, *_others = rows_there(declared)
    row[declared.places[column]] = "清空"
    said = only_sentence(looked_at(xlsx(**{sheet: [heading_of(declared), row]})))
    assert said.endswith(": This cannot be emptied.")
