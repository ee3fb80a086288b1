"""Points and counts of a sheet, from its cells: the arithmetic is scoring.py's, here it meets the rows.

Nothing is saved here. The cells that count as "to fill" on a sheet are the branch's: the secretary's
own line is the township's work, it keeps nobody from submitting (rule 17).
"""

from __future__ import annotations

from decimal import Decimal

from assessments.grid import Grid, Row
from assessments.models import SheetMember
from assessments.scoring import score_line

# What marking writes on the rows, for those who save them.
LINE_FIELDS = ("points", "filled_count", "needed_count", "is_complete")
SHEET_FIELDS = ("member_count", "exempt_count", "complete_count", "points_sum", "filled_count", "needed_count")


def mark_row(row: Row) -> None:
    """Score one line: its cells, its points, how much of it is filled."""
    line = row.line
    if not row.cells:
        line.points, line.filled_count, line.needed_count, line.is_complete = None, 0, 0, False
        return
    row.score = score_line([cell.rule for cell in row.cells], [cell.as_scored for cell in row.cells])
    has_any = False
    for cell, score in zip(row.cells, row.score.items, strict=True):
        cell.score, cell.entry.points = score, score.points
        has_any = has_any or score.points is not None
    line.points = row.score.total if has_any else None
    line.filled_count, line.needed_count = row.score.filled, row.score.needed
    line.is_complete = row.score.needed > 0 and row.score.is_complete


def mark_sheet(grid: Grid) -> None:
    """Score every line and count the sheet."""
    for row in grid.rows:
        mark_row(row)
    count_sheet(grid)


def count_sheet(grid: Grid) -> None:
    """The sheet's counts from its marked lines; the mean takes complete lines only."""
    sheet, lines = grid.sheet, [row.line for row in grid.rows]
    complete = [line for line in lines if line.is_complete]
    own = [line for line in lines if line.filled_by == SheetMember.FilledBy.BRANCH]
    sheet.member_count = len(lines)
    sheet.exempt_count = sum(line.is_exempt for line in lines)
    sheet.complete_count = len(complete)
    sheet.points_sum = sum((line.points for line in complete if line.points is not None), Decimal(0))
    sheet.filled_count = sum(line.filled_count for line in own)
    sheet.needed_count = sum(line.needed_count for line in own)
