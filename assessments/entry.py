"""Filling in cells: what was typed is parsed, compared with what was seen, and written in one go.

A save carries for each cell what was typed and what stood on the screen before. Untouched cells are left
alone; a cell that somebody else changed meanwhile is a conflict and stays as it is; a refused one keeps its
old value, and the caller shows the typed text with the reason. Whose hand a line is in is permissions.py's question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import totals
from assessments.grid import Cell, Grid, places, read_grid
from assessments.locks import Lock, lock_of, township_lock
from assessments.marking import LINE_FIELDS, SHEET_FIELDS, mark_sheet
from assessments.models import Entry, EntryChange, Indicator, PlanItem, Sheet, SheetMember
from assessments.permissions import may_fill_line
from jinxian.lib.numbers import NumberRefused, parse_judgement, parse_quantity, parse_yes_no

NAME = re.compile(r"c-([0-9]{1,18})-([0-9]{1,18})")
ENTRY_FIELDS = ("status", "actual", "points", "note", "changed_by", "changed_at")
TRIES = 5


class UnknownCell(Exception):
    """A field names a cell that this sheet does not have."""


class Locked(Exception):
    """The line cannot be filled in now; `lock` says which lock holds it."""

    def __init__(self, lock: Lock) -> None:
        super().__init__(lock.sentence)
        self.lock = lock


@dataclass(frozen=True, slots=True)
class Refusal:
    """A typed text that is no value for its cell, and the sentence that says why."""

    cell: Cell
    text: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A cell that somebody else changed after the page was opened; the stored value stays."""

    cell: Cell
    text: str
    by: str
    at: datetime | None


@dataclass(slots=True)
class Outcome:
    """What a save did. The grid is the sheet as it is now, marked."""

    grid: Grid
    posted: list[Cell] = field(default_factory=list)
    saved: list[Cell] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.refused and not self.conflicts


def parse(item: PlanItem, text: str) -> Decimal | None:
    """The value typed for this item; None where nothing was typed. Errors: NumberRefused with its sentence."""
    indicator = item.indicator
    kind = indicator.kind
    if kind in {Indicator.Kind.YES_NO, Indicator.Kind.VETO}:
        return parse_yes_no(text)
    if kind == Indicator.Kind.JUDGEMENT:
        return parse_judgement(text, maximum=item.points)
    units = (indicator.unit, indicator.unit_en)
    return parse_quantity(text, decimals=places(indicator), unit=indicator.unit_label, units=units)


def save_cells(sheet: Sheet, *, by: Any, typed: Mapping[str, str], seen: Mapping[str, str]) -> Outcome:
    """Write the cells whose fields (`c-<line>-<item>`) hold something else than was seen.

    `seen` has the texts that were on the screen; a field without one is taken as typed over what is stored.
    Errors: UnknownCell, PermissionDenied for a line that is not this person's to fill, Locked.
    """
    for attempt in range(TRIES):
        with transaction.atomic():
            if attempt:
                hold(sheet)  # another one saved between our reading and writing
            outcome = _save(sheet, by=by, typed=typed, seen=seen)
            if outcome is not None:
                return outcome
    raise RuntimeError("The sheet was changed by others again and again.")


def hold(sheet: Sheet) -> None:
    """Read the sheet anew and keep others from writing it until the end of the transaction.

    The period's lock comes first, as in every move, so that nobody waits in a circle.
    """
    totals.lock(sheet.period_id)
    sheet.refresh_from_db(from_queryset=Sheet.objects.select_for_update())


def _save(sheet: Sheet, *, by: Any, typed: Mapping[str, str], seen: Mapping[str, str]) -> Outcome | None:
    """One try; None where the sheet changed under it, and then nothing was written."""
    was_counted = sheet.is_counted
    if was_counted:
        totals.lock(sheet.period_id)
    grid = read_grid(sheet)
    outcome = Outcome(grid)
    changes: list[EntryChange] = []
    asked: set[int] = set()  # lines that are this person's to fill in
    for name, text in typed.items():
        cell = find(grid, name)
        outcome.posted.append(cell)
        if not _is_touched(cell, text, seen.get(name)):
            continue
        if cell.line.pk not in asked:
            refuse_line(sheet, cell.line, by=by)
            asked.add(cell.line.pk)
        _take(outcome, changes, cell, text, seen.get(name), by)
    mark_sheet(grid)
    if outcome.saved and not write(grid, outcome.saved, changes, by=by):
        return None
    if outcome.saved and was_counted:
        totals.recompute(sheet)
    return outcome


def find(grid: Grid, name: str) -> Cell:
    """The cell of a form field, looked up inside this sheet and nowhere else."""
    match = NAME.fullmatch(name)
    cell = grid.cell((int(match[1]), int(match[2]))) if match else None
    if cell is None:
        raise UnknownCell(name)
    return cell


def refuse_line(sheet: Sheet, line: SheetMember, *, by: Any) -> None:
    """Raise PermissionDenied where the line is not this person's, Locked where nobody fills it in just now."""
    verdict = may_fill_line(by, sheet, line)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    held = line_lock(sheet, line)
    if held is not None:
        raise Locked(held)


def line_lock(sheet: Sheet, line: SheetMember) -> Lock | None:
    """What keeps this line shut today: the secretary's own is open while the sheet is submitted, the others before."""
    today = timezone.localdate()
    if line.filled_by == SheetMember.FilledBy.TOWNSHIP:
        return township_lock(sheet, on=today)
    return lock_of(sheet, on=today)


def _is_touched(cell: Cell, text: str, seen: str | None) -> bool:
    if seen is not None:
        return text.strip() != seen.strip()
    try:
        return parse(cell.item, text) != cell.entry.actual
    except NumberRefused:
        return True


def _take(outcome: Outcome, changes: list[EntryChange], cell: Cell, text: str, seen: str | None, by: Any) -> None:
    """Put one typed value into its cell, or note why not."""
    entry = cell.entry
    try:
        value = parse(cell.item, text)
    except NumberRefused as refusal:
        outcome.refused.append(Refusal(cell, text, str(refusal)))
        return
    if value == entry.actual:
        return
    if not cell.applies:
        outcome.refused.append(Refusal(cell, text, _("This item does not apply to this member: leave it empty.")))
        return
    if _was_changed(cell, seen):
        by_label = entry.changed_by.label if entry.changed_by else ""
        outcome.conflicts.append(Conflict(cell, text, by_label, entry.changed_at))
        return
    if entry.actual is not None:
        changes.append(EntryChange(sheet=outcome.grid.sheet, entry=entry, old=entry.actual, new=value))
    entry.actual = value
    outcome.saved.append(cell)


def _was_changed(cell: Cell, seen: str | None) -> bool:
    """Whether the stored value is not the one that stood on the screen."""
    if seen is None:
        return False
    try:
        return parse(cell.item, seen) != cell.entry.actual
    except NumberRefused:
        return True


def write(grid: Grid, touched: list[Cell], changes: list[EntryChange], *, by: Any) -> bool:
    """Save the touched cells of a marked grid, their lines and the sheet's counts in four statements.

    False, and nothing kept, where the sheet is no longer the version that was read: the caller tries again.
    """
    sheet, now = grid.sheet, timezone.now()
    counts = {name: getattr(sheet, name) for name in SHEET_FIELDS}
    matching = Sheet.objects.filter(pk=sheet.pk, version=sheet.version, state=sheet.state)
    if not matching.update(version=sheet.version + 1, changed_at=now, **counts):
        return False
    sheet.version, sheet.changed_at = sheet.version + 1, now
    for cell in touched:
        cell.entry.changed_by, cell.entry.changed_at = by, now
    for change in changes:
        change.by, change.at = by, now
    lines = {cell.line.pk: cell.line for cell in touched}
    upsert([cell.entry for cell in grid.cells if cell.line.pk in lines and _is_written(cell)])
    SheetMember.objects.bulk_update(lines.values(), LINE_FIELDS)
    EntryChange.objects.bulk_create(changes)
    return True


def upsert(entries: list[Entry]) -> None:
    """Insert or update these cells by line and item, in one statement."""
    Entry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["line", "item"], update_fields=ENTRY_FIELDS
    )


def _is_written(cell: Cell) -> bool:
    """All cells of a touched line: points may have moved in any of them. Optional ones only once there is something."""
    return cell.entry.pk is not None or cell.entry.changed_at is not None
