"""Places, branches, small groups and areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinxian.lib.chinese import search_key
from service_areas.models import (
    AreaTeam,
    Branch,
    County,
    ProductionTeam,
    ServiceArea,
    SmallGroup,
    Township,
    Village,
)
from workbook.writers.columns import DATES, NAMES, changed_fields, text_of, update

if TYPE_CHECKING:
    from workbook.planning import SheetPlan
    from workbook.reading import Row
    from workbook.writing import Writer


def write_county(writer: Writer, mine: SheetPlan) -> None:
    for row in mine.added:
        code, name, name_en = row.values
        writer.plan.county = County.objects.create(code=code, name=name, name_en=text_of(name_en))
    update(writer, mine, County, NAMES)


def write_townships(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("townships", mine.added, Township)
    writer.insert(
        Township,
        "id code name name_en county_id",
        [(row.pk, row.values[0], row.values[1], text_of(row.values[2]), writer.county.pk) for row in rows],
    )
    update(writer, mine, Township, NAMES)


def write_villages(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("villages", mine.added, Village)
    value = mine.value
    writer.insert(
        Village,
        "id code name name_en committee_name ended_on township_id",
        [
            (row.pk, row.key, value(row, "name"), text_of(value(row, "name_en")), text_of(value(row, "committee")),
             value(row, "until"), writer.pk("townships", value(row, "township")))
            for row in rows
        ],
    )  # fmt: skip
    update(writer, mine, Village, NAMES | {"committee": "committee_name"})


def write_teams(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("teams", mine.added, ProductionTeam)
    value = mine.value
    writer.insert(
        ProductionTeam,
        "id code name name_en township_id village_id",
        [
            (row.pk, row.key, value(row, "name"), text_of(value(row, "name_en")),
             writer.pk("townships", value(row, "township")), writer.pk("villages", value(row, "village")))
            for row in rows
        ],
    )  # fmt: skip
    update(writer, mine, ProductionTeam, NAMES)


def _renamed(mine: SheetPlan, row: Row, changed: dict[str, Any], length: int) -> dict[str, Any]:
    """The key by which a name is searched follows the name."""
    if "name" in changed:
        changed["search_key"] = search_key(changed["name"])[:length]
    return changed


def write_branches(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("branches", mine.added, Branch)
    value = mine.value
    writer.insert(
        Branch,
        "id code name name_en search_key started_on ended_on county_id township_id village_id",
        [
            (row.pk, row.key, value(row, "name"), text_of(value(row, "name_en")),
             search_key(value(row, "name"))[:200], value(row, "from"), value(row, "until"), writer.county.pk,
             writer.pk("townships", value(row, "township")), writer.pk("villages", value(row, "village")))
            for row in rows
        ],
    )  # fmt: skip
    names = NAMES | DATES
    writer.update(Branch, {row.pk: _renamed(mine, row, changed_fields(mine, row, names), 200) for row in mine.changed})


def write_groups(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("groups", mine.added, SmallGroup)
    value = mine.value
    update(writer, mine, SmallGroup, NAMES | DATES)
    writer.insert(
        SmallGroup,
        "id code name name_en started_on ended_on branch_id",
        [
            (row.pk, row.key, value(row, "name"), text_of(value(row, "name_en")), value(row, "from"),
             value(row, "until"), writer.pk("branches", value(row, "branch")))
            for row in rows
        ],
    )  # fmt: skip


def write_areas(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("areas", mine.added, ServiceArea)
    value, branches = mine.value, writer.plan.sheets["branches"]
    names = NAMES | DATES | {"number": "number"}
    writer.update(
        ServiceArea, {row.pk: _renamed(mine, row, changed_fields(mine, row, names), 200) for row in mine.changed}
    )
    writer.insert(
        ServiceArea,
        "id code name name_en search_key number started_on ended_on county_id township_id branch_id small_group_id",
        [
            (row.pk, row.key, value(row, "name"), text_of(value(row, "name_en")), search_key(value(row, "name"))[:200],
             value(row, "number"), value(row, "from"), value(row, "until"), writer.county.pk,
             writer.pk("townships", branches.value(branches.merged[value(row, "branch")], "township")),
             writer.pk("branches", value(row, "branch")), writer.pk("groups", value(row, "group")))
            for row in rows
        ],
    )  # fmt: skip
    _teams_of_areas(writer, mine)


def _teams_of_areas(writer: Writer, mine: SheetPlan) -> None:
    """Teams leave an area, or come into one, on the day of the import; a new area has its own from its first day."""
    place, on = mine.sheet.places["teams"], writer.plan.effective_on
    begun = [(row.pk, team, mine.value(row, "from"), mine.value(row, "until")) for row in mine.added
             for team in mine.value(row, "teams") or ()]  # fmt: skip
    changed = [row for row in mine.changed if place in row.changed]
    held = AreaTeam.objects.filter(area__in=[row.pk for row in changed], ended_on__isnull=True)
    open_rows = {(area, team): (pk, start) for pk, area, team, start in
                 held.values_list("pk", "area", "team__code", "started_on")}  # fmt: skip
    ended = {}
    for row in changed:
        before, now = set(row.old[place] or ()), set(row.values[place] or ())
        for team in before - now:
            pk, start = open_rows[row.pk, team]
            ended[pk] = {"ended_on": max(on, start)}
        begun += [(row.pk, team, on, None) for team in sorted(now - before)]
    writer.update(AreaTeam, ended)
    writer.insert(
        AreaTeam,
        "area_id team_id started_on ended_on",
        [(area, writer.pk("teams", team), start, end) for area, team, start, end in begun],
    )
