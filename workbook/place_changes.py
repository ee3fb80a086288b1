"""Changes of villages and areas that come with a workbook: carried out last, by the same rules as on their page.

What the books say already (a unit that ended on that day, a name that stands) is only noted in the list of changes: so
an export of a county comes back as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_noop

from assessments.place_changes import New, asked_of, carry_out, preview
from jinxian.lib import Refused
from service_areas.models import Branch, PlaceChange, PlaceChangeUnit, ServiceArea, Village

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan
    from workbook.reading import Row
    from workbook.writing import Writer

NOT_POSSIBLE = gettext_noop("%(unit)s: %(sentence)s")
SENTENCE = gettext_noop("%(sentence)s")
WILL_MOVE = gettext_noop("With it move %(members)s members, %(households)s households and %(teams)s teams.")
Kind = PlaceChange.Kind
Side = PlaceChangeUnit.Side


def look_ahead(plan: Plan, mine: SheetPlan) -> None:
    """Ask the rules of the change before anything is written, where the file changes nothing else: they go by what is
    there. What moves is named; a refusal refuses the row.
    """
    others = any(sheet.rows for key, sheet in plan.sheets.items() if key != "place_changes")
    if others or plan.county is None:
        return
    for rows in grouped(mine, mine.added):
        if any(row.is_refused for row in rows) or _is_so_already(mine, rows[0]):
            continue
        try:
            found = preview(asked_of(**_asked(mine, rows)))
        except ValidationError as error:
            plan.say(mine, rows[0], "unit", SENTENCE, sentence=" ".join(error.messages))
            continue
        counts: dict[str, int] = defaultdict(int)
        for flow in found.plan.flows:
            for name, count in flow.counts.items():
                counts[name] += count
        words = {name: counts[name] for name in ("members", "households", "teams")}
        if any(words.values()):
            plan.look(mine, rows[0], "unit", WILL_MOVE, **words)


def carry_out_all(writer: Writer, mine: SheetPlan) -> None:
    """Carry out the added rows, in the order of their days. Errors: Refused with the sentence of the first refusal."""
    for rows in sorted(grouped(mine, mine.added), key=lambda rows: mine.value(rows[0], "on")):
        if _is_so_already(mine, rows[0]):
            _note(writer, mine, rows)
            continue
        try:
            carry_out(**_asked(mine, rows), document=mine.value(rows[0], "document"), by=writer.run.by)
        except ValidationError as error:
            words = {"unit": mine.value(rows[0], "unit"), "sentence": " ".join(error.messages)}
            raise Refused("place_change", NOT_POSSIBLE, **words) from error


def grouped(mine: SheetPlan, rows: Iterable[Row]) -> list[list[Row]]:
    """Units that merge into one on one day by one document are one change; every other row is its own."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        kind = mine.value(row, "kind")
        alike = tuple(mine.value(row, key) for key in ("into", "on", "document"))
        found[(kind, *alike) if kind == Kind.MERGE else row.key].append(row)
    return list(found.values())


def _asked(mine: SheetPlan, rows: list[Row]) -> dict[str, Any]:
    kind, on, into = (mine.value(rows[0], key) for key in ("kind", "on", "into"))
    asked: dict[str, Any] = {"kind": kind, "on": on, "units": [_unit(mine.value(row, "unit")) for row in rows]}
    if kind == Kind.RENAME:
        asked["new"] = [New(name=into)]
    elif kind == Kind.MOVE:
        asked["into"] = Branch.objects.get(code=into)
    elif kind == Kind.MERGE:
        asked["into"] = _unit(into)
    return asked


def _unit(code: str) -> ServiceArea | Village:
    return ServiceArea.objects.filter(code=code).first() or Village.objects.get(code=code)


def _is_so_already(mine: SheetPlan, row: Row) -> bool:
    """Whether the books say the outcome already: the unit ended on that day, or bears the new name."""
    unit = _unit(mine.value(row, "unit"))
    if mine.value(row, "kind") == Kind.RENAME:
        return bool(unit.name == mine.value(row, "into"))
    return bool(unit.ended_on == mine.value(row, "on"))


def _note(writer: Writer, mine: SheetPlan, rows: list[Row]) -> None:
    """A row in the list of changes for what was carried out elsewhere, with what stood there before and stands now."""
    kind, on, into = (mine.value(rows[0], key) for key in ("kind", "on", "into"))
    units = [_unit(mine.value(row, "unit")) for row in rows]
    by = writer.run.by
    change = PlaceChange.objects.create(
        county=writer.county, township_id=units[0].township_id, kind=kind, changed_on=on,
        document=mine.value(rows[0], "document"), by=by, by_name=by.name if by else "",
        by_name_latin=by.name_latin if by else "", at=timezone.now(),
    )  # fmt: skip
    after: list[Any] = []
    if kind == Kind.MERGE:
        after = [_unit(into)]
    elif kind == Kind.RENAME:
        after = units
    elif kind == Kind.MOVE:
        names = [unit.name for unit in units]
        after = list(ServiceArea.objects.filter(branch__code=into, started_on=on, name__in=names))
    for side, listed in ((Side.BEFORE, units), (Side.AFTER, after)):
        for unit in listed:
            sort = "area" if isinstance(unit, ServiceArea) else "village"
            PlaceChangeUnit.objects.create(
                change=change, side=side, name=unit.name, name_en=unit.name_en, **{sort: unit}
            )
