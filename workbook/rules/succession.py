"""What one person holds at a time: who follows ends who was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from workbook.reading import Row
from workbook.rules.kinds import add_change

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan

HOLDER_LATER = gettext_noop("%(name)s holds this post from %(day)s on; another one cannot begin before.")
TWO_HOLDERS = gettext_noop("Row %(row)s fills the same post. Only one can hold it.")


def succeed(plan: Plan, mine: SheetPlan, slot_of: Any) -> None:
    """New open rows end the open row of the same slot on their first day; two new ones of a slot are refused."""
    holders = {}
    changed = {row.key: row for row in mine.rows if row.state == "changed"}
    for key, (pk, values) in mine.known.items():
        now = mine.merged[key]
        if mine.value(now, "until") is None and (slot := slot_of(now)) is not None:
            holders[slot] = key, pk, values
    taken: dict[Any, int] = {}
    for row in [row for row in mine.rows if row.state == "added" and mine.value(row, "until") is None]:
        slot = slot_of(row.values)
        if slot is None or row.is_refused:
            continue
        if taken.setdefault(slot, row.number) != row.number:
            plan.say(mine, row, mine.sheet.keys[0], TWO_HOLDERS, row=taken[slot])
        elif slot in holders:
            _end_holder(plan, mine, row, changed.get(holders[slot][0]), *holders[slot])


def _end_holder(
    plan: Plan, mine: SheetPlan, row: Row, changed: Row | None, key: Any, pk: int, values: tuple[Any, ...]
) -> None:
    day = mine.value(row, "from")
    if day < mine.value(values, "from"):
        member = plan.values_of("members", mine.value(values, "member"))
        name = plan.sheets["members"].value(member, "name") if member else mine.value(values, "member")
        plan.say(mine, row, "from", HOLDER_LATER, name=name, day=mine.value(values, "from"))
        return
    former = changed or Row(row.number, [None] * len(values))
    former.key, former.pk, former.old, former.state = key, pk, values, "changed"
    add_change(mine, former, "until", day)
    if changed is None:
        mine.rows.append(former)
