"""What a code or a name in a cell stands for, and what is said where there is nothing of the kind.

A like one is suggested, of the place that the row tells; where the file itself has the row and it is wrong, that row is
named instead.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop, pgettext

from workbook.findings import ERROR, sheet_named, written
from workbook.format import Column
from workbook.reading import Row

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan, Values

NO_SUCH = gettext_noop("There is none with this code or name here.")
NO_SUCH_BUT = gettext_noop("There is none with this code or name here. Is it “%(guess)s”?")
IS_WRONG = gettext_noop("Row %(row)s of “%(sheet)s” has this code or name and is wrong itself: mend it first.")
SEVERAL = gettext_noop("%(count)s are called so. Write the code: %(codes)s.")

LONGEST_GUESSING = 2.0  # seconds for the search of like codes and names: it costs, and many wrong ones are one slip
NEAR = (12, 9)  # a code that is suggested lies in the same village, or in the same township
PARENTS = {"branch": "branches", "village": "villages", "township": "townships"}  # and where the row says that it does


def say_missing(plan: Plan, sheet: SheetPlan, row: Row, column: str, sentence: str, targets: Iterable[str]) -> None:
    """What the cell names is not there: the sentence, or which row of the file bears the name and is wrong."""
    text = row.values[sheet.sheet.places[column]]
    for target in targets:
        if number := _row_that_is_wrong(plan, plan.sheets[target], text):
            name = sheet_named(plan.sheets[target].sheet)
            plan.say(sheet, row, column, IS_WRONG, row=number, sheet=name)
            return
    plan.say(sheet, row, column, sentence)


def _row_that_is_wrong(plan: Plan, target: SheetPlan, text: Any) -> int:
    """The file's row that has this code or name and cannot be told by it, because its code is wrong; 0: none."""
    kept = f"wrong {target.sheet.key}"
    if kept not in plan.kept:
        key = target.sheet.keys[-1]
        said = [each for each in plan.findings if each.sheet == target.sheet.key and each.kind == ERROR]
        rows = {each.value: each.row for each in reversed(said) if each.column == key and each.row}
        place = target.sheet.places["name"]
        lost = [row for row in target.read.rows if row.key is None or str(row.key).startswith("?")]
        names = {row.values[place]: row.number for row in reversed(lost) if isinstance(row.values[place], str)}
        plan.kept[kept] = names | rows
    found: dict[str, int] = plan.kept[kept]
    return found.get(text) or found.get(written(text), 0)


def resolve(plan: Plan, sheet: SheetPlan, row: Row, column: Column, text: str) -> str | None:
    """The code that a code or a name stands for; None, and a problem named, where there is none."""
    target = plan.sheets[column.refers]
    if text in target.merged:
        return text
    codes = target.by_name.get(text, [])
    if len(codes) == 1:
        return codes[0]
    if some := sorted(code for code in codes if code[0] != "?"):  # not those that stand for no code (rules/people)
        named = pgettext("between names", ", ").join(some[:5])
        plan.say(sheet, row, column.key, SEVERAL, count=len(codes), codes=named)
    elif not _row_that_is_wrong(plan, target, text) and (guess := _guess(plan, sheet, row, target, text)):
        plan.say(sheet, row, column.key, NO_SUCH_BUT, guess=guess)
    else:
        say_missing(plan, sheet, row, column.key, NO_SUCH, [column.refers])
    return None


def _guess(plan: Plan, sheet: SheetPlan, row: Row, target: SheetPlan, text: str) -> str:
    """A like code or name, of the branch, village and township that the row tells; "" where there is none."""
    if plan.guessed >= LONGEST_GUESSING:
        return ""
    begun = time.monotonic()
    told = _told_parents(plan, sheet, row, target)
    found: list[str] = []
    if text.isascii():
        for length in NEAR:
            near = [str(code) for code in target.merged if str(code)[:length] == text[:length] != text]
            near = [code for code in near if _is_like(code, text) and _lies_in(target.merged[code], told)]
            found = found or get_close_matches(text, near, n=1, cutoff=0.8)
    else:
        names = [(name, codes) for name, codes in target.by_name.items() if _is_like(name, text)]
        near = [name for name, codes in names if any(_lies_in(target.merged[code], told) for code in codes)]
        found = get_close_matches(text, near, n=1, cutoff=0.6)
    plan.guessed += time.monotonic() - begun
    return next(iter(found), "")


def _told_parents(plan: Plan, sheet: SheetPlan, row: Row, target: SheetPlan) -> dict[int, Any]:
    """Place in the target's values → what must stand there, as far as the row has said it already."""
    mine, theirs = sheet.sheet.places, target.sheet.places
    told = {theirs[key]: row.values[mine[key]] for key in PARENTS if key in mine and key in theirs}
    known = {theirs[key]: plan.sheets[name].merged for key, name in PARENTS.items() if key in theirs}
    return {place: value for place, value in told.items() if value in known[place]}


def _is_like(one: str, other: str) -> bool:
    """Whether it is worth a comparison, which costs: of about the same length, and begins or ends alike."""
    return abs(len(one) - len(other)) < 2 and (one[0] == other[0] or one[-1] == other[-1])


def _lies_in(values: Values | tuple[Any, ...], told: dict[int, Any]) -> bool:
    return all(values[place] == value for place, value in told.items())
