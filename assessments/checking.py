"""What a sheet still lacks before it may be submitted, and what changed since it came back.

Empty cells of the branch's lines block; a missing summary and the secretary's own line do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from assessments.grid import Cell, Grid, Row
from assessments.models import EntryChange, Sheet, SheetMember, SheetMove


class Changed(NamedTuple):
    """A cell whose value is another than at the last return."""

    cell: Cell
    old: Decimal | None


@dataclass(frozen=True, slots=True)
class Check:
    empty: list[Row]  # the branch's lines with empty cells
    changed: list[Changed]
    returned: SheetMove | None  # the last return, with its reason
    awaits_township: list[Row]  # the secretary's line while it is not filled in
    remarked: list[Cell]  # cells with a note, or set to "not applicable"
    summary_length: int

    @property
    def blocking_count(self) -> int:
        """Cells."""
        return sum(len(row.empty_cells) for row in self.empty)


def check(grid: Grid) -> Check:
    """Three queries at most; the grid's cells are not read again."""
    own = [row for row in grid.rows if row.line.filled_by == SheetMember.FilledBy.BRANCH]
    above = [row for row in grid.rows if row.line.filled_by == SheetMember.FilledBy.TOWNSHIP]
    returned = last_return(grid)
    return Check(
        empty=[row for row in own if row.empty_cells],
        changed=changed_since(grid, returned.at) if returned else [],
        returned=returned,
        awaits_township=[row for row in above if row.empty_cells],
        remarked=[cell for cell in grid.cells if cell.entry.note],
        summary_length=len("".join(grid.sheet.summary.split())),
    )


def empty_count(grid: Grid) -> int:
    """Cells of the branch's that are still empty."""
    return sum(len(row.empty_cells) for row in grid.rows if row.line.filled_by == SheetMember.FilledBy.BRANCH)


def last_return(grid: Grid) -> SheetMove | None:
    if grid.sheet.returned_at is None:
        return None
    return grid.sheet.moves.filter(verb=SheetMove.Verb.RETURN).order_by("-at", "-pk").first()


def changed_counts(sheets: Sequence[Sheet]) -> Counter[int]:
    """For many sheets at once, by their pk: how many cells hold another value than at the last return."""
    returned = {sheet.pk: sheet.returned_at for sheet in sheets if sheet.returned_at}
    rows = EntryChange.objects.filter(sheet__in=returned).order_by("at", "pk")
    first_old: dict[tuple[int, int], tuple[Decimal | None, Decimal | None]] = {}
    for sheet, entry, at, old, now in rows.values_list("sheet", "entry", "at", "old", "entry__actual"):
        if at >= returned[sheet]:
            first_old.setdefault((sheet, entry), (old, now))
    return Counter(sheet for (sheet, _entry), (old, now) in first_old.items() if old != now)


def changed_since(grid: Grid, at: datetime) -> list[Changed]:
    """Cells that were filled before that moment and now hold another value, in the order of the sheet."""
    first_old: dict[int, Decimal | None] = {}
    for entry_id, old in grid.sheet.changes.filter(at__gte=at).order_by("at", "pk").values_list("entry", "old"):
        first_old.setdefault(entry_id, old)
    return [
        Changed(cell, first_old[cell.entry.pk])
        for cell in grid.cells
        if cell.entry.pk in first_old and first_old[cell.entry.pk] != cell.entry.actual
    ]
