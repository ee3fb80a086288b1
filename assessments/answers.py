"""The JSON that answers a save from the page's script: the cells, lines, columns and counts that moved.

Shape: {version, saved_at, filled, needed, mean, mean_words, cells: {name: {value, says, points, css}}, lines:
{pk: {points, note, filled, needed}}, columns: {item pk: {actual, target}}, refused: {name: sentence},
conflicts: {name: {stored, sentence}}}. Numbers are texts as the page prints them.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.checking import empty_count
from assessments.display import column_totals, conflict_sentence, mean_of, mean_words
from assessments.entry import Outcome
from assessments.grid import Cell, Row
from jinxian.lib.numbers import format_quantity


def answer_of(outcome: Outcome) -> dict[str, Any]:
    grid, sheet = outcome.grid, outcome.grid.sheet
    lines = {cell.line.pk for cell in outcome.posted}  # also what somebody else had typed already
    rows = [row for row in grid.rows if row.line.pk in lines]
    return {
        "version": sheet.version,
        "saved_at": saved_time(sheet.changed_at),
        "filled": sheet.filled_count,
        "needed": sheet.needed_count,
        "empty": empty_count(grid),
        "mean": format_quantity(mean_of(sheet), 2) or "—",
        "mean_words": mean_words(sheet),
        "cells": {cell.name: _cell(cell) for row in rows for cell in row.cells},
        "lines": {row.line.pk: _line(row) for row in rows},
        "columns": {
            total.item.pk: {"actual": total.actual, "target": total.target} for total in column_totals(grid)
        },
        "refused": {each.cell.name: each.sentence for each in outcome.refused},
        "conflicts": {
            each.cell.name: {"stored": each.cell.value_text, "sentence": conflict_sentence(each)}
            for each in outcome.conflicts
        },
    }  # fmt: skip


def saved_time(at: Any) -> str:
    return timezone.localtime(at).strftime("%H:%M") if at else ""


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "value": cell.value_text,
        "says": cell.says,
        "points": format_quantity(cell.entry.points, 2),
        "is_empty": cell.is_empty,
    }


def _line(row: Row) -> dict[str, Any]:
    line = row.line
    return {
        "points": format_quantity(line.points, 2),
        "note": "" if line.is_complete or line.points is None else _("not full"),
        "filled": line.filled_count,
        "needed": line.needed_count,
    }
