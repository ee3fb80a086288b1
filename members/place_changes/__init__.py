"""Villages and service areas are renamed, closed, merged, split or moved to another branch on a day.

`plan_change` works out what that moves, and refuses with a sentence; `write_plan` writes it. One module per kind says
what the kind means. What concerns sheets, the locks and the transaction: assessments/place_changes.py, which is what
pages and workbooks call.

What holds for every kind:
- The day is today or earlier, and nothing that moves began or ended after it (days.py).
- Nothing is overwritten: teams, affiliations, posts, access and links end on the day and others begin on it.
- No member, household or open link is lost; every open affiliation points to an area that still stands.
- Past quarters keep branch, area and names of their time; the list of changes leads from them to the successors.
"""

from __future__ import annotations

from collections.abc import Callable

from members.place_changes.asked import Asked, Changed, Kind, New, Unit, refuse_shape
from members.place_changes.closing import plan_close
from members.place_changes.days import refuse_day
from members.place_changes.merging import plan_merge
from members.place_changes.moving import plan_move
from members.place_changes.plan import Flow, Plan, Record
from members.place_changes.renaming import plan_rename
from members.place_changes.splitting import plan_split
from members.place_changes.writing import write_plan

__all__ = [
    "Asked", "Changed", "Flow", "Kind", "New", "Plan", "Record", "Unit", "plan_change", "refuse_shape", "write_plan",
]  # fmt: skip

PLANNERS: dict[str, Callable[[Asked], Plan]] = {
    Kind.RENAME: plan_rename,
    Kind.CLOSE: plan_close,
    Kind.MERGE: plan_merge,
    Kind.SPLIT: plan_split,
    Kind.MOVE: plan_move,
}


def plan_change(asked: Asked) -> Plan:
    """What the change writes. ValidationError, by field where one is meant, with the sentence that says what to do."""
    refuse_shape(asked)
    plan = PLANNERS[asked.kind](asked)
    refuse_day(plan)
    return plan
