"""A sheet's grid as one person sees it: what can be typed, what is only read, what is left out, and in which words.

No right is decided here, the permissions' verdicts are only put into rows. Texts are finished, so that the
template of 150 cells is a plain loop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assessments.entry import Outcome, line_lock
from assessments.grid import Cell, Grid, Row, places, shown_value
from assessments.lines import last_exempt_day
from assessments.locks import Lock
from assessments.models import Entry, Indicator, PlanItem, Sheet, SheetMember
from assessments.permissions import may_fill_line, may_see_line
from jinxian.lib.numbers import format_quantity
from service_areas.permissions import Verdict

CENT = Decimal("0.01")
NOTHING = "—"
WITH_TARGET = frozenset({Indicator.Kind.QUANTITY, Indicator.Kind.BONUS})
OFF_WORDS = {
    Entry.Status.EXEMPT: pgettext_lazy("cell", "Exempt"),
    Entry.Status.NOT_APPLICABLE: gettext_lazy("Not applicable"),
    Entry.Status.NO_TARGET: gettext_lazy("No target"),
}


@dataclass(slots=True)
class ShownCell:
    """One cell, ready to print. `kind`: input, value (read only) or off (hatched, with `text`)."""

    cell: Cell
    kind: str
    name: str
    value: str
    label: str
    target: str = ""
    last: str = ""
    year_ago: str = ""
    points: str = ""
    says: str = ""
    text: str = ""  # why it is off, or what was wrong with the typed value
    css: str = ""
    note: str = ""
    url: str = ""

    @property
    def sub(self) -> str:
        return f"{self.target} · {self.last or NOTHING}" if self.target else self.last or "\u00a0"


@dataclass(slots=True)
class ShownRow:
    """One line. `kind`: edit, read, or out — then `text` says why there are no cells."""

    row: Row
    kind: str
    text: str = ""
    icon: str = ""
    cells: list[ShownCell] = field(default_factory=list)
    url: str = ""

    @property
    def line(self) -> SheetMember:
        return self.row.line

    @property
    def points(self) -> str:
        return format_quantity(self.line.points, 2)

    @property
    def points_note(self) -> str:
        return "" if self.line.is_complete or self.line.points is None else _("not full")


@dataclass(frozen=True, slots=True)
class ShownTotal:
    item: PlanItem
    actual: str
    target: str


@dataclass(slots=True)
class ShownGrid:
    grid: Grid
    rows: list[ShownRow]
    totals: list[ShownTotal]

    @property
    def is_editable(self) -> bool:
        return any(row.kind == "edit" for row in self.rows)

    @property
    def seen(self) -> dict[str, str]:
        """Field → the text that stands in it, to come back with the form."""
        return {
            cell.name: cell.cell.value_text for row in self.rows if row.kind == "edit" for cell in row.cells
            if cell.kind == "input"
        }  # fmt: skip


def show_grid(grid: Grid, *, user: Any, outcome: Outcome | None = None) -> ShownGrid:
    """The rows of a marked grid for this person, with the texts that the save of `outcome` did not take."""
    typed = typed_again(outcome)
    rows = [show_row(grid.sheet, row, user=user, typed=typed) for row in grid.rows]
    return ShownGrid(grid, rows, column_totals(grid))


def typed_again(outcome: Outcome | None) -> dict[str, tuple[str, str, str]]:
    """Field → (text typed, css, sentence) of what a save did not take."""
    if outcome is None:
        return {}
    refused = {each.cell.name: (each.text, "bad", each.sentence) for each in outcome.refused}
    conflicts = {each.cell.name: (each.text, "bad", conflict_sentence(each)) for each in outcome.conflicts}
    return refused | conflicts


def conflict_sentence(conflict: Any) -> str:
    values = {"who": conflict.by or "—", "stored": conflict.cell.value_text}
    if not values["stored"]:
        return _("%(who)s has emptied this cell meanwhile. Type your value again to keep it.") % values
    return _("%(who)s has entered %(stored)s meanwhile. Type your value again to keep it.") % values


def show_row(sheet: Sheet, row: Row, *, user: Any, typed: Mapping[str, tuple[str, str, str]] | None = None) -> ShownRow:
    kind, text, icon = _kind_of(sheet, row.line, user)
    shown = ShownRow(row, kind, text, icon)
    shown.url = reverse("assessments:sheet_line", args=[sheet.pk, row.line.pk])
    if kind != "out":
        again = typed or {}
        shown.cells = [_show_cell(sheet, cell, kind, again.get(cell.name)) for cell in row.cells]
    return shown


def _kind_of(sheet: Sheet, line: SheetMember, user: Any) -> tuple[str, str, str]:
    """Kind, why there are no cells, and its icon."""
    if line.is_exempt:
        return "out", _exempt_text(line), "ban"
    line.sheet = sheet
    fill, lock = fillable(sheet, line, user)
    if fill and lock is None:
        return "edit", "", ""
    if may_see_line(user, line) and (line.filled_count or line.filled_by == SheetMember.FilledBy.BRANCH):
        return "read", "", ""
    if line.filled_by == SheetMember.FilledBy.TOWNSHIP:
        township = {"township": sheet.township_label}
        return "out", _("The secretary's own line is filled in and scored by %(township)s.") % township, "lock"
    return "out", fill.reason, "lock"


def fillable(sheet: Sheet, line: SheetMember, user: Any) -> tuple[Verdict, Lock | None]:
    """Whether the line is this person's to fill, and what keeps it shut just now."""
    return may_fill_line(user, sheet, line), line_lock(sheet, line)


def _exempt_text(line: SheetMember) -> str:
    last = last_exempt_day(line)
    if last is None:
        return _("Exempt from assessment. Nothing to fill in, no points, in no average.")
    sentence = _("Exempt from assessment until %(day)s. Nothing to fill in, no points, in no average.")
    return sentence % {"day": last.isoformat()}


def _show_cell(sheet: Sheet, cell: Cell, kind: str, again: tuple[str, str, str] | None) -> ShownCell:
    indicator = cell.item.indicator
    shown = ShownCell(
        cell, "input" if kind == "edit" else "value", cell.name, cell.value_text,
        f"{cell.line.label} {indicator.label}", says=cell.says, note=cell.entry.note,
    )  # fmt: skip
    if indicator.kind in WITH_TARGET:
        shown.target = format_quantity(cell.entry.target, places(indicator), group=False)
    shown.last, shown.year_ago = shown_value(indicator, cell.last), shown_value(indicator, cell.year_ago)
    shown.points = format_quantity(cell.entry.points, 2)
    if not cell.applies:
        shown.kind, shown.text, shown.css = "off", str(OFF_WORDS[Entry.Status(cell.entry.status)]), "na"
        if again:  # it has no input any more that could keep what was typed
            shown.text, shown.css = f"“{again[0]}”: {again[2]}", "bad"
    elif again:
        shown.value, shown.css, shown.text = again
    elif cell.is_empty and kind == "edit":
        shown.css = "gap"
    return shown


def column_totals(grid: Grid) -> list[ShownTotal]:
    """What the sheet's lines add up to, item by item; under it the sum of their targets."""
    totals = []
    for place, item in enumerate(grid.items):
        cells = [row.cells[place] for row in grid.rows if row.cells]
        applying = [cell.entry for cell in cells if cell.applies]
        filled = [entry.actual for entry in applying if entry.actual is not None]
        targets = [entry.target for entry in applying if entry.target is not None]
        decimals = places(item.indicator)
        actual = format_quantity(sum(filled, Decimal(0)), decimals) if filled else NOTHING
        if item.indicator.kind == Indicator.Kind.YES_NO:
            target = str(len(applying))
        else:
            target = format_quantity(sum(targets, Decimal(0)), decimals) if targets else "\u00a0"
        totals.append(ShownTotal(item, actual, target))
    return totals


def mean_of(sheet: Sheet) -> Decimal | None:
    """Points per complete line, 2 places half up; None without a complete line."""
    if not sheet.complete_count:
        return None
    return (sheet.points_sum / sheet.complete_count).quantize(CENT, ROUND_HALF_UP)


def mean_words(sheet: Sheet) -> str:
    """“mean of 8”: how many lines stand behind the mean."""
    count = sheet.complete_count
    return _("mean of %(count)s") % {"count": count}


def names_of(cells: Sequence[Cell]) -> str:
    """The items of these cells in one text."""
    return _(", ").join(cell.item.indicator.label for cell in cells)
