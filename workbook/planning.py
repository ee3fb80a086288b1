"""What a file would do to the books: which rows are new, which change what, which are refused and why.

Rows are matched by their key with what is there, sheets in the order they build on each other, so that a branch that
comes with the same file can be named by its members. Nothing is written here. The rules of each sheet stand in
workbook/rules/, what a code or name refers to in references.py; what is common to all is here: keys, duplicates,
differences.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_noop

from jinxian.lib import Refused
from service_areas.models import County
from workbook.findings import DECIDE, ERROR, LOOK, Finding, Findings, kept_text, written
from workbook.format import BY_KEY, SHEETS, Column, Sheet
from workbook.picture import Extent, IdNumber, keyed, rows_of
from workbook.reading import CLEARED, ReadFiles, ReadSheet, Row
from workbook.references import resolve

NEEDED = gettext_noop("This must not be empty.")
NOT_TO_CLEAR = gettext_noop("This cannot be emptied.")
TWICE = gettext_noop("Row %(row)s is about the same. Put the two into one.")

UNITS = ("townships", "villages", "teams", "branches", "groups", "areas", "members")
# How a row is called that has no name of its own.
NAMED_BY = {
    "targets": ("member", "indicator", "year", "quarter"),
    "links": ("member", "team", "number"),
    "posts": ("member", "unit"),
}
Values = list[Any]


@dataclass
class SheetPlan:
    """One sheet of the plan: its rows, what the books hold of it, and both together as it would be (`merged`)."""

    sheet: Sheet
    read: ReadSheet
    known: dict[Any, tuple[int, tuple[Any, ...]]] = field(default_factory=dict)
    merged: dict[Any, Values | tuple[Any, ...]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)  # added and changed; also those that follow from another row
    same_count: int = 0
    refused: set[int] = field(default_factory=set)
    open: set[int] = field(default_factory=set)
    unsound: set[Any] = field(default_factory=set)  # keys of the file's rows that were refused

    @property
    def added(self) -> list[Row]:
        return [row for row in self.rows if row.state == "added"]

    @property
    def changed(self) -> list[Row]:
        return [row for row in self.rows if row.state == "changed"]

    def value(self, row: Row | Values | tuple[Any, ...], key: str) -> Any:
        values = row.values if isinstance(row, Row) else row
        return values[self.sheet.places[key]]

    def put(self, row: Row, key: str, value: Any) -> None:
        row.values[self.sheet.places[key]] = value

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """Name → codes, of what is there and what the file brings."""
        codes: dict[str, list[str]] = defaultdict(list)
        place = self.sheet.places["name"]
        for code, values in self.merged.items():
            if values[place]:
                codes[values[place]].append(code)
        return codes

    @cached_property
    def open_keys(self) -> dict[Any, Any]:
        """Key without its first day → the whole key of the row that has no end: which one a row without a day means."""
        until, place = self.sheet.places["until"], self.sheet.keys.index(self.sheet.starts)
        return {
            key[:place] + key[place + 1 :]: key for key, (_pk, values) in self.known.items() if values[until] is None
        }


class Plan:
    """The whole of it. `findings` holds what is to be said; nothing may be written while one of them is an error.

    `decisions`: sheet, row and the code of who was offered → what the person said. It holds of nobody else.
    """

    def __init__(
        self, *, county: County | None, effective_on: date, by: Any, decisions: Mapping[tuple[str, int, str], str]
    ) -> None:
        self.county, self.effective_on, self.by, self.decisions = county, effective_on, by, decisions
        self.sheets: dict[str, SheetPlan] = {}
        self.findings = Findings()
        self.row_count = 0
        self.guessed = 0.0  # seconds in which a like code or name was searched for (references.py)
        self.kept: dict[str, Any] = {}  # what the rules of one sheet work out for those of another

    # What others ask

    @property
    def is_blocked(self) -> bool:
        return any(
            finding.kind == ERROR or (finding.kind == DECIDE and not finding.choice) for finding in self.findings
        )

    def counts(self) -> dict[str, dict[str, int]]:
        """Per sheet that came: rows added, changed, the same, refused, and open to a decision."""
        return {
            key: {
                "added": len(sheet.added),
                "changed": len(sheet.changed),
                "same": sheet.same_count,
                "refused": len(sheet.refused),
                "open": len(sheet.open - sheet.refused),
            }
            for key, sheet in self.sheets.items()
            if sheet.read.letters or sheet.rows
        }

    def changes(self) -> Iterator[dict[str, Any]]:
        """Every field that changes, old and new, in the order of the file; as workbook.models.Change keeps it."""
        for key, sheet in self.sheets.items():
            for row in sheet.changed:
                for place in row.changed:
                    column = sheet.sheet.columns[place]
                    yield {
                        "sheet": key,
                        "row": row.number,
                        "record": written(self.name_of(sheet, row)),
                        "column": column.key,
                        "old": kept_text(shown_value(row.old[place])),
                        "new": kept_text(shown_value(row.values[place])),
                    }

    def name_of(self, sheet: SheetPlan, row: Row) -> str:
        """What a row is called where it is spoken of."""
        places = sheet.sheet.places
        if sheet.sheet.key in NAMED_BY:
            parts = (_of(sheet, row, key) for key in NAMED_BY[sheet.sheet.key])
            return " ".join(self._named(key, value) for key, value in parts if value is not None)
        for name in ("name", "head", "member"):
            if name in places:
                value = row.values[places[name]] or (row.old[places[name]] if row.old else None)
                if name == "member" and value in self.sheets["members"].merged:
                    members = self.sheets["members"]
                    return str(members.value(members.merged[value], "name"))
                return str(value)
        return " ".join(map(str, row.key if isinstance(row.key, tuple) else (row.key,)))

    def _named(self, column: str, value: Any) -> str:
        members = self.sheets["members"]
        if column == "member" and value in members.merged:
            return str(members.value(members.merged[value], "name"))
        return f"Q{value}" if column == "quarter" else str(value)

    def digest(self) -> str:
        """The same for the same effect: 64 hexadecimal digits over all that would be written."""
        digest = hashlib.sha256(str(self.effective_on).encode())
        for key, sheet in self.sheets.items():
            for row in sheet.rows:
                values = row.values
                if row.state == "changed":  # what stands there now, too: a preview shows what it overwrites
                    values = [(row.old[place], row.values[place]) for place in row.changed]
                digest.update(repr((key, row.state, row.pk, row.key, row.changed, values)).encode())
        return digest.hexdigest()

    # What the rules ask

    def say(
        self, sheet: SheetPlan, row: Row | None, column: str, sentence: str, /, *, kind: str = ERROR, **values: Any
    ) -> None:
        """Name a problem of a row's cell, or of the sheet (row None). An error refuses the row."""
        number = row.number if row else 0
        letter = sheet.read.letters.get(column, "")
        shown = ""
        if row is not None and column and sheet.sheet.column(column).kind != "id_number":
            shown = written(shown_value(row.values[sheet.sheet.places[column]]))
        cell = f"{letter}{number}" if letter and number else ""
        self.findings.append(Finding(kind, sheet.sheet.key, number, column, cell, shown, sentence, values))
        if kind == ERROR and row is not None:
            row.is_refused = True
            row.said |= 1 << sheet.sheet.places[column] if column else 0

    def look(self, sheet: SheetPlan, row: Row | None, column: str, sentence: str, /, **values: Any) -> None:
        self.say(sheet, row, column, sentence, kind=LOOK, **values)

    def try_rule(self, sheet: SheetPlan, row: Row, column: str, rule: Callable[[], Any]) -> Any:
        """What the rule gives back; its refusal becomes a problem of the cell."""
        try:
            return rule()
        except Refused as refused:
            self.say(sheet, row, column, refused.message, kind=ERROR, **refused.params)
        return None

    def was_said(self, sheet: SheetPlan, row: Row, column: str) -> bool:
        """Whether the cell was refused already; then it is not also called empty."""
        return bool(row.said >> sheet.sheet.places[column] & 1)

    def values_of(self, key: str, code: Any) -> Values | tuple[Any, ...] | None:
        """The row of another sheet as it would be after the import; None where there is none."""
        return self.sheets[key].merged.get(code)

    def sound(self, key: str, code: Any) -> Values | tuple[Any, ...] | None:
        """The same, but None for a row that was refused: it is mended first, and nothing is concluded from it."""
        mine = self.sheets[key]
        return None if code in mine.unsound else mine.merged.get(code)


def _of(sheet: SheetPlan, row: Row, key: str) -> tuple[str, Any]:
    place = sheet.sheet.places[key]
    return key, row.values[place] if row.values[place] is not None or not row.old else row.old[place]


def shown_value(value: Any) -> Any:
    """As a person would write it: 9 for 9.000, an ID number masked."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.masked if isinstance(value, IdNumber) else value


def make_plan(
    read: ReadFiles,
    *,
    county: County | None,
    effective_on: date,
    by: Any,
    decisions: Mapping[tuple[str, int, str], str],
    tell: Callable[[float], None],
) -> Plan:
    """Work the read files out against the books of the county as they are now; None: a county that comes with them."""
    from workbook.rules import RULES, check_the_whole

    plan = Plan(county=county, effective_on=effective_on, by=by, decisions=decisions)
    plan.findings = read.findings  # what the reading of the file has said already
    plan.row_count = sum(len(sheet.rows) for sheet in read.sheets.values())
    done = 0
    for sheet in SHEETS:
        mine = SheetPlan(sheet, read.sheets.get(sheet.key) or ReadSheet(sheet))
        plan.sheets[sheet.key] = mine
        if _is_asked_for(sheet.key, read):
            _know(plan, mine)
            _plan_sheet(plan, mine, RULES[sheet.key])
        done += len(mine.read.rows)
        tell(done / max(plan.row_count, 1))
    check_the_whole(plan)
    _settle(plan)
    return plan


def _is_asked_for(key: str, read: ReadFiles) -> bool:
    """Whether the sheet came, or sheets that came speak of its rows."""
    return key in read.sheets or key in _spoken_of(frozenset(read.sheets))


def _spoken_of(came: frozenset[str]) -> set[str]:
    """All units that rows of these sheets can name, and what the rules of these look at."""
    asked = {"county", *UNITS[:6]}
    if came & {"members", "posts", "exemptions", "links", "appointments", "targets"}:
        asked.add("members")
    if "targets" in came:
        asked |= {"quarters", "plan_items"}
    if "links" in came:
        asked |= {"households", "exemptions"}
    return asked


def _know(plan: Plan, mine: SheetPlan) -> None:
    if plan.county is not None:
        mine.known = keyed(mine.sheet, rows_of(mine.sheet, Extent(plan.county.pk)))
    mine.merged = {key: values for key, (_pk, values) in mine.known.items()}


def _plan_sheet(plan: Plan, mine: SheetPlan, rules: Any) -> None:
    seen: dict[Any, int] = {}
    references = [(place, column) for place, column in enumerate(mine.sheet.columns) if column.kind in ("ref", "refs")]
    for row in mine.read.rows:
        _refuse_cleared(plan, mine, row)
        rules.before(plan, mine, row)
        _refer(plan, mine, row, references)
        rules.match(plan, mine, row)
        row.key = _key_of(plan, mine, row)
        if row.key is None:
            continue
        if row.key in seen:
            plan.say(mine, row, mine.sheet.keys[-1], TWICE, row=seen[row.key])
            continue
        seen[row.key] = row.number
        _compare(plan, mine, row)
        rules.check(plan, mine, row)
        if row.state != "same":
            mine.rows.append(row)
            mine.merged[row.key] = _as_it_would_be(row)
    rules.after(plan, mine)
    mine.unsound = {row.key for row in mine.read.rows if row.is_refused and row.key is not None}


def _refuse_cleared(plan: Plan, mine: SheetPlan, row: Row) -> None:
    """“clear” stands only where the record can be without a value."""
    for place, column in enumerate(mine.sheet.columns):
        if row.values[place] is CLEARED and (column.key in mine.sheet.keys or not column.may_be_cleared):
            plan.say(mine, row, column.key, NOT_TO_CLEAR)
            row.values[place] = None


def _refer(plan: Plan, mine: SheetPlan, row: Row, references: list[tuple[int, Column]]) -> None:
    for place, column in references:
        text = row.values[place]
        if text is None or text is CLEARED:
            continue
        if column.kind == "refs":
            codes = [resolve(plan, mine, row, column, part) for part in text]
            row.values[place] = tuple(sorted(code for code in codes if code))
        elif text not in plan.sheets[column.refers].merged:
            row.values[place] = resolve(plan, mine, row, column, text) or text


def _key_of(plan: Plan, mine: SheetPlan, row: Row) -> Any:
    """The key; a first day that was left out is that of the row that holds, or the day of the import. None: no key."""
    sheet = mine.sheet
    missing = [name for name in sheet.keys if row.values[sheet.places[name]] is None and name != sheet.starts]
    if missing:
        for name in missing:
            if not plan.was_said(mine, row, name):
                plan.say(mine, row, name, NEEDED)
        return None
    if len(sheet.keys) == 1:
        return row.values[sheet.key_places[0]]
    key: tuple[Any, ...] = tuple(row.values[place] for place in sheet.key_places)
    if sheet.starts and row.values[sheet.places[sheet.starts]] is None:
        place = sheet.keys.index(sheet.starts)
        found = mine.open_keys.get(key[:place] + key[place + 1 :])
        start = found[place] if found else plan.effective_on
        row.values[sheet.places[sheet.starts]] = start
        key = (*key[:place], start, *key[place + 1 :])
    return key


def _compare(plan: Plan, mine: SheetPlan, row: Row) -> None:
    known = mine.known.get(row.key)
    if known is None:
        _fill_new(plan, mine, row)
        row.state = "added"
        return
    row.pk, row.old = known
    changed = []
    for place, column in enumerate(mine.sheet.columns):
        value = row.values[place]
        if value is None or column.kind == "reading":
            continue
        if value is CLEARED:
            value = row.values[place] = None
        if value != row.old[place]:
            changed.append(place)
    row.changed = tuple(changed)
    row.state = "changed" if changed else "same"


def _fill_new(plan: Plan, mine: SheetPlan, row: Row) -> None:
    for place, column in enumerate(mine.sheet.columns):
        value = row.values[place]
        if value is CLEARED:
            value = row.values[place] = None
        if value is not None:
            continue
        if column.default is not None:
            row.values[place] = column.default
        elif column.key == "from":
            row.values[place] = plan.effective_on
        elif column.is_needed and not plan.was_said(mine, row, column.key):
            plan.say(mine, row, column.key, NEEDED)


def _as_it_would_be(row: Row) -> Values:
    if row.state == "added":
        return row.values
    values = list(row.old)
    for place in row.changed:
        values[place] = row.values[place]
    return values


def _settle(plan: Plan) -> None:
    """Count what is the same and what is refused, now that every rule has been asked."""
    for mine in plan.sheets.values():
        mine.refused |= {row.number for row in mine.read.rows if row.is_refused}
        mine.refused |= {row.number for row in mine.rows if row.is_refused}
        mine.rows = [row for row in mine.rows if row.number not in mine.refused]
        mine.same_count = sum(1 for row in mine.read.rows if row.state == "same" and not row.is_refused)


assert {*BY_KEY} >= {*UNITS}
