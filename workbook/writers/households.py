"""Households and their links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinxian.lib.chinese import latin_name
from members.models import HouseholdLink
from service_areas.models import Household
from workbook.writers.columns import changed_fields, text_of

if TYPE_CHECKING:
    from workbook.planning import SheetPlan
    from workbook.reading import Row
    from workbook.writing import Writer


def write_households(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("households", mine.added, Household)
    value = mine.value
    writer.insert(
        Household,
        "id number head_name head_name_latin contact people_count is_linkable link_count branch_id team_id",
        (
            (row.pk, value(row, "number"), value(row, "head"), text_of(value(row, "head_latin")),
             text_of(value(row, "contact")), value(row, "people"), value(row, "linkable"), 0,
             writer.pk("branches", value(row, "branch")), writer.pk("teams", value(row, "team")))
            for row in rows
        ),
    )  # fmt: skip
    names = {
        "head": "head_name", "head_latin": "head_name_latin", "contact": "contact", "people": "people_count",
        "linkable": "is_linkable",
    }  # fmt: skip
    writer.update(Household, {row.pk: _household_changes(mine, row, names) for row in mine.changed})


def _household_changes(mine: SheetPlan, row: Row, names: dict[str, str]) -> dict[str, Any]:
    """Another head is written anew in Latin letters, unless the file does."""
    changed = changed_fields(mine, row, names)
    if "head_name" in changed and "head_name_latin" not in changed:
        changed["head_name_latin"] = latin_name(changed["head_name"])[:80]
    return changed


def write_links(writer: Writer, mine: SheetPlan) -> None:
    """Who is no longer the primary one comes first: a household has one at a time, also in between."""
    names = {"until": "ended_on", "primary": "is_primary"}
    changed = [(row.pk, changed_fields(mine, row, names)) for row in mine.changed]
    for is_promoted in (False, True):
        some = {pk: fields for pk, fields in changed if (fields.get("is_primary") is True) is is_promoted}
        writer.update(HouseholdLink, some)
    writer.insert(
        HouseholdLink,
        "member_id household_id branch_id is_primary started_on ended_on",
        (_link(writer, mine, row) for row in mine.added),
    )


def _link(writer: Writer, mine: SheetPlan, row: Row) -> tuple[Any, ...]:
    households, value = writer.plan.sheets["households"], mine.value
    household = value(row, "team"), value(row, "number")
    branch = households.value(households.merged[household], "branch")
    return (
        writer.pk("members", value(row, "member")), writer.pk("households", household), writer.pk("branches", branch),
        value(row, "primary"), value(row, "from"), value(row, "until"),
    )  # fmt: skip
