"""Changes of villages and areas: whether the units are there, and which of them have been carried out already.

What a change moves, and whether it may, is decided where it is carried out, when everything else is written
(assessments/place_changes.py); here only what can be said beforehand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from service_areas.models import PlaceChange
from workbook.reading import Row
from workbook.references import say_missing
from workbook.rules.kinds import Rules

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan

Kind = PlaceChange.Kind
NO_UNIT = gettext_noop("There is no village and no service area with this code.")
NO_INTO = gettext_noop("Write the code of what it becomes part of: one of the same sort.")
NO_BRANCH = gettext_noop("Write the code of the branch it moves to.")
NO_NEW_NAME = gettext_noop("Write the new name.")
INTO_ITSELF = gettext_noop("This is the unit itself.")
IN_FUTURE = gettext_noop("This day lies in the future: a change is entered when it holds.")
DONE = gettext_noop("A change that was carried out does not change.")


def kind_of(plan: Plan, code: Any) -> str:
    """ "areas", "villages" or "" for a unit's code."""
    return next((key for key in ("areas", "villages") if code in plan.sheets[key].merged), "")


def _check(plan: Plan, mine: SheetPlan, row: Row) -> None:
    if row.state == "same":
        return
    if row.state == "changed":
        plan.say(mine, row, "kind", DONE)
        return
    kind, unit, into = (mine.value(row, key) for key in ("kind", "unit", "into"))
    sort = kind_of(plan, unit)
    if not sort:
        say_missing(plan, mine, row, "unit", NO_UNIT, ("areas", "villages"))
    if mine.value(row, "on") > timezone.localdate():
        plan.say(mine, row, "on", IN_FUTURE)
    if into is not None and into == unit and kind != Kind.RENAME:
        plan.say(mine, row, "into", INTO_ITSELF)
    elif kind == Kind.MERGE and sort and into not in plan.sheets[sort].merged:
        plan.say(mine, row, "into", NO_INTO)
    elif kind == Kind.MOVE and into not in plan.sheets["branches"].merged:
        plan.say(mine, row, "into", NO_BRANCH)
    elif kind == Kind.RENAME and not into:
        plan.say(mine, row, "into", NO_NEW_NAME)


def _after(plan: Plan, mine: SheetPlan) -> None:
    from workbook.place_changes import look_ahead  # it carries out what rules only look at

    look_ahead(plan, mine)


PLACE_CHANGES = Rules(check=_check, after=_after)
