"""What the columns of a sheet are called in the database, and the values that change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbook.planning import SheetPlan
    from workbook.reading import Row
    from workbook.writing import Writer


def text_of(value: Any) -> str:
    return value or ""


def changed_fields(mine: SheetPlan, row: Row, names: dict[str, str]) -> dict[str, Any]:
    """Of the columns that change: attribute name → value; an emptied text is an empty text."""
    changed = {}
    for place in row.changed:
        column = mine.sheet.columns[place]
        if column.key in names:
            value = row.values[place]
            is_text = column.kind in ("text", "code", "choice")
            changed[names[column.key]] = text_of(value) if is_text else value
    return changed


def update(writer: Writer, mine: SheetPlan, model: Any, names: dict[str, str]) -> None:
    writer.update(model, {row.pk: changed_fields(mine, row, names) for row in mine.changed})


NAMES = {"name": "name", "name_en": "name_en"}
DATES = {"from": "started_on", "until": "ended_on"}
