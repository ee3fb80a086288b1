"""What a rule is, and what several sheets ask alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext_noop

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan
    from workbook.reading import Row

OUT_OF_ORDER = gettext_noop("The end lies before the beginning.")
IN_FUTURE = gettext_noop("This day lies in the future.")
NOT_PRESENT = gettext_noop("This member no longer belongs to the organization.")
IS_OVER = gettext_noop("This one has ended already. Write a new row with its own first day.")


def nothing(plan: Plan, mine: SheetPlan, row: Row) -> None:
    """No such rule."""


def nothing_after(plan: Plan, mine: SheetPlan) -> None:
    """No such rule."""


class Rules(NamedTuple):
    before: Callable[[Any, Any, Any], None] = nothing
    match: Callable[[Any, Any, Any], None] = nothing
    check: Callable[[Any, Any, Any], None] = nothing
    after: Callable[[Any, Any], None] = nothing_after


def merged(mine: SheetPlan, row: Row, key: str) -> Any:
    """The value as it would be after the import."""
    place = mine.sheet.places[key]
    value = row.values[place]
    if value is None and row.old and place not in row.changed:
        return row.old[place]
    return value


def was(mine: SheetPlan, row: Row, key: str) -> Any:
    """The value that is there now; None for a new row."""
    return row.old[mine.sheet.places[key]] if row.old else None


def changes(mine: SheetPlan, row: Row, *keys: str) -> bool:
    """Whether the row is new or one of these columns changes."""
    return row.state == "added" or any(mine.sheet.places[key] in row.changed for key in keys)


def leave(mine: SheetPlan, row: Row, key: str) -> None:
    """Take one column out of what changes."""
    place = mine.sheet.places[key]
    row.changed = tuple(each for each in row.changed if each != place)
    if row.state == "changed" and not row.changed:
        row.state = "same"


def add_change(mine: SheetPlan, row: Row, key: str, value: Any) -> None:
    """Let one more column of a row that is there change."""
    place = mine.sheet.places[key]
    row.values[place] = value
    if place not in row.changed:
        row.changed = (*row.changed, place)
    row.state = "changed"


def dates_in_order(plan: Plan, mine: SheetPlan, row: Row) -> None:
    """What begins and ends: in this order, and what has ended stays ended."""
    until = merged(mine, row, "until")
    if until is not None and until < merged(mine, row, "from"):
        plan.say(mine, row, "until", OUT_OF_ORDER)
    ended = was(mine, row, "until")
    if ended is not None and changes(mine, row, "until") and until is None:
        plan.say(mine, row, "until", IS_OVER)


def refuse_future(plan: Plan, mine: SheetPlan, row: Row) -> None:
    """Posts and links are told when they begin and end, not before."""
    for key in ("from", "until"):
        if changes(mine, row, key) and (day := merged(mine, row, key)) and day > timezone.localdate():
            plan.say(mine, row, key, IN_FUTURE)
