"""What a line of a sheet is worth, and the sentence by which anybody can check it (domain.md rules 11 to 13).

Pure arithmetic: Decimal in and out, no rows, no clock. Each item's points are rounded half up to 2 places and a total
is the sum of the rounded items. Decided elsewhere: whether a cell applies, who fills it, what a veto does to the
grade.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property, lru_cache

from django.utils.translation import gettext, ngettext

from jinxian.lib.numbers import format_quantity, format_trimmed
from jinxian.lib.shares import spread

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")
# The values that a plan item and its indicator keep.
ALL_OR_NOTHING = "all_or_nothing"
LESS = "less"


class Kind(StrEnum):
    QUANTITY = "quantity"
    YES_NO = "yes_no"
    JUDGEMENT = "judgement"
    BONUS = "bonus"
    DEDUCTION = "deduction"
    VETO = "veto"


# Their points are spread again when one of them leaves, and their cells have to be filled. The others come on top,
# and an empty cell there means that there was nothing to report.
BASE_KINDS = frozenset((Kind.QUANTITY, Kind.YES_NO, Kind.JUDGEMENT))


@dataclass(frozen=True, slots=True)
class ItemRule:
    """One item of the plan as it stands for one member.

    `unit` is the word the reader sees. `cap` is the largest ratio that counts, 1 meaning full points. `maximum` is,
    for a judgement, the best that can be typed, and for a bonus the most points it can bring; None means `points` and
    `points` × `cap`. A deduction's `points` are the most it can take away.
    """

    key: Hashable
    kind: str
    points: Decimal
    decimals: int = 0
    unit: str = ""
    target: Decimal | None = None
    cap: Decimal = ONE
    direction: str = "more"  # or LESS
    rule: str = "proportional"  # or ALL_OR_NOTHING
    maximum: Decimal | None = None

    @property
    def bonus_cap(self) -> Decimal:
        """The most points this item can bring beyond the base: 0 unless it is a bonus."""
        if self.kind != Kind.BONUS:
            return ZERO
        return self.points * self.cap if self.maximum is None else self.maximum


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in the sheet. `actual` None is empty, which is not 0; yes is 1; a deduction is above 0."""

    actual: Decimal | None
    applies: bool = True


@dataclass(frozen=True, slots=True)
class ItemScore:
    """One item's result. `base` is what full work gives, after spreading (for bonus and deduction: their limit).

    `points` is None where the cell is empty or does not apply, below 0 for a deduction. `ratio` is the share of the
    base.
    """

    key: Hashable
    applies: bool
    base: Decimal
    ratio: Decimal | None
    points: Decimal | None
    left_count: int = 0  # base items that left the line, which is why `base` may differ from the plan's points


@dataclass(frozen=True)
class LineScore:
    """One member's line. `filled` of `needed` counts the cells of the base items that apply.

    `total` is the sum of the rounded points within 0 and 100 plus the bonus caps; an empty cell gives nothing. It is
    None where no base item applies: there is nothing to be measured by.
    """

    items: tuple[ItemScore, ...]
    total: Decimal | None
    filled: int
    needed: int
    is_vetoed: bool

    @property
    def is_complete(self) -> bool:
        return self.filled == self.needed

    @cached_property
    def by_key(self) -> dict[Hashable, ItemScore]:
        return {score.key: score for score in self.items}


def score_line(items: Sequence[ItemRule], cells: Sequence[Cell]) -> LineScore:
    """The line's points, one cell per item in the same order. The bases of what applies add up to 100.00."""
    pairs = list(zip(items, cells, strict=True))
    bases = _bases(tuple(item.points if _in_base(item, cell) else None for item, cell in pairs))
    left_count = sum(item.kind in BASE_KINDS and base is None for item, base in zip(items, bases, strict=True))
    scores = tuple(_score(item, cell, base, left_count) for (item, cell), base in zip(pairs, bases, strict=True))
    needed = [cell for cell, base in zip(cells, bases, strict=True) if base is not None]
    return LineScore(
        items=scores,
        total=_total(items, scores) if needed else None,
        filled=sum(cell.actual is not None for cell in needed),
        needed=len(needed),
        is_vetoed=any(item.kind == Kind.VETO and cell.applies and bool(cell.actual) for item, cell in pairs),
    )


def prorated_target(target: Decimal | None, days: int, of_days: int, decimals: int) -> Decimal | None:
    """The target for the days assessed: target × days ÷ days of the period, half up at the unit's precision.

    0 means that the item does not apply; None stays None.
    """
    if not 0 <= days <= of_days or not of_days:
        raise ValueError(f"{days} days of {of_days} are no part of a period.")
    if target is None:
        return None
    return (target * days / of_days).quantize(ONE.scaleb(-decimals), ROUND_HALF_UP)


def explain(item: ItemRule, cell: Cell, score: ItemScore) -> str:
    """One sentence by which the points can be worked out by hand, in the reader's language."""
    if not score.applies:
        return gettext("Not applicable: left out") if not cell.applies else gettext("No target: left out")
    if item.kind not in BASE_KINDS:
        return _explain_extra(item, cell, score)
    if score.points is None:
        sentence = gettext("Empty: gives nothing until it is filled. If there were none, enter 0")
    else:
        sentence = _working(item, score) % _figures(item, cell, score)
    if score.base == item.points or not score.left_count:
        return sentence
    return gettext("%(sentence)s (%(reason)s)") % {"sentence": sentence, "reason": _why_changed(item, score)}


def _in_base(item: ItemRule, cell: Cell) -> bool:
    return item.kind in BASE_KINDS and cell.applies and (item.kind != Kind.QUANTITY or bool(item.target))


@lru_cache(maxsize=1024)
def _bases(points: tuple[Decimal | None, ...]) -> tuple[Decimal | None, ...]:
    """100.00 spread over the items that stay; None for the others. Kept, because most lines of a sheet ask the same."""
    parts = iter(spread(HUNDRED, [each for each in points if each is not None], step=CENT))
    return tuple(None if each is None else next(parts) for each in points)


def _score(item: ItemRule, cell: Cell, base: Decimal | None, left_count: int) -> ItemScore:
    if item.kind not in BASE_KINDS:
        return _score_extra(item, cell)
    if base is None:
        return ItemScore(item.key, False, ZERO, None, None, left_count)
    if cell.actual is None:
        return ItemScore(item.key, True, base, None, None, left_count)
    top, bottom = _fraction(item, cell.actual)
    # Multiplied before dividing: a rounded ratio could push a half to the wrong side.
    points = (base * top / bottom).quantize(CENT, ROUND_HALF_UP)
    return ItemScore(item.key, True, base, top / bottom, points, left_count)


def _score_extra(item: ItemRule, cell: Cell) -> ItemScore:
    """Bonus and deduction: never scaled, never more than their limit. A veto has no points."""
    if item.kind == Kind.VETO or not cell.applies:
        return ItemScore(item.key, cell.applies, ZERO, None, None)
    limit = item.bonus_cap if item.kind == Kind.BONUS else item.points
    if cell.actual is None:
        return ItemScore(item.key, True, limit, None, None)
    points = min(_typed_points(item, cell.actual), limit).quantize(CENT, ROUND_HALF_UP)
    return ItemScore(item.key, True, limit, None, points if item.kind == Kind.BONUS else ZERO - points)


def _typed_points(item: ItemRule, actual: Decimal) -> Decimal:
    """What was typed is points, unless a bonus has a target: then so many units bring its points."""
    return item.points * actual / item.target if item.kind == Kind.BONUS and item.target else actual


def _fraction(item: ItemRule, actual: Decimal) -> tuple[Decimal, Decimal]:
    """The share of the base that was earned, as numerator and denominator."""
    if item.kind == Kind.YES_NO:
        return (ONE if actual else ZERO), ONE
    if item.kind == Kind.JUDGEMENT:
        best = _best(item)
        return min(actual, best), best
    target = item.target or ONE  # an item without a target does not come here, see _in_base
    if item.rule == ALL_OR_NOTHING:
        is_met = actual <= target if item.direction == LESS else actual >= target
        return (ONE if is_met else ZERO), ONE
    if item.direction == LESS:
        return (ONE, ONE) if actual <= target else (target, actual)
    return min(actual, target * item.cap), target


def _best(item: ItemRule) -> Decimal:
    return item.maximum or item.points or ONE


def _total(items: Sequence[ItemRule], scores: Sequence[ItemScore]) -> Decimal:
    reached = sum((score.points for score in scores if score.points is not None), ZERO)
    ceiling = HUNDRED + sum((item.bonus_cap for item in items), ZERO)
    return min(max(reached, ZERO), ceiling).quantize(CENT)


def _working(item: ItemRule, score: ItemScore) -> str:
    """The sentence for a filled cell of the base, its placeholders still open."""
    if item.kind == Kind.YES_NO:
        return gettext("Yes = full marks, %(base)s points") if score.ratio else gettext("No = 0 points")
    if item.kind == Kind.JUDGEMENT:
        if score.base == _best(item):
            return gettext("%(points)s of %(base)s points, by judgement")
        return gettext("%(actual)s of %(best)s by judgement = %(percent)s %% × %(base)s points = %(points)s points")
    return _working_less(item, score) if item.direction == LESS else _working_more(item, score)


def _working_more(item: ItemRule, score: ItemScore) -> str:
    if item.rule == ALL_OR_NOTHING and not score.ratio:
        return gettext("%(actual)s of %(target)s: short of the target = 0 points")
    if item.rule == ALL_OR_NOTHING or score.ratio == item.cap == ONE:
        return gettext("%(actual)s of %(target)s = full marks, %(base)s points")
    if score.ratio == item.cap:
        return gettext("%(actual)s of %(target)s, counted up to %(percent)s %% × %(base)s points = %(points)s points")
    if not _telling_percent(score):
        return gettext("%(actual)s of %(target)s × %(base)s points = %(points)s points")
    return gettext("%(actual)s of %(target)s = %(percent)s %% × %(base)s points = %(points)s points")


def _working_less(item: ItemRule, score: ItemScore) -> str:
    if score.ratio == ONE:
        return gettext("%(actual)s, not more than %(target)s = full marks, %(base)s points")
    if item.rule == ALL_OR_NOTHING:
        return gettext("%(actual)s, more than %(target)s = 0 points")
    if not _telling_percent(score):
        return gettext("Less is better: %(target)s ÷ %(actual)s × %(base)s points = %(points)s points")
    return gettext("Less is better: %(target)s ÷ %(actual)s = %(percent)s %% × %(base)s points = %(points)s points")


def _figures(item: ItemRule, cell: Cell, score: ItemScore) -> dict[str, str]:
    decimals = 2 if item.kind == Kind.JUDGEMENT else item.decimals
    unit = f" {item.unit}" if item.unit else ""
    actual, target = format_quantity(cell.actual, decimals), format_quantity(item.target, decimals)
    if item.direction == LESS:
        actual += unit
    else:
        target += unit
    return {
        "actual": actual,
        "target": target,
        "best": format_trimmed(_best(item)),
        "percent": _telling_percent(score) or format_trimmed((score.ratio or ZERO) * 100),
        "base": format_trimmed(score.base),
        "points": format_quantity(score.points, 2),
    }


def _telling_percent(score: ItemScore) -> str:
    """The percentage with as few places (2 to 4) as lead by hand to the very points; empty where none does.

    123.45 of 1,000 for 10 points is 1.2345, so 1.23; by the rounded 12.35 % it would seem to be 1.24.
    """
    for decimals in (2, 3, 4):
        percent = ((score.ratio or ZERO) * 100).quantize(ONE.scaleb(-decimals), ROUND_HALF_UP)
        if (score.base * percent / 100).quantize(CENT, ROUND_HALF_UP) == score.points:
            return format_trimmed(percent, decimals)
    return ""


def _explain_extra(item: ItemRule, cell: Cell, score: ItemScore) -> str:
    if item.kind == Kind.VETO:
        return gettext("The veto applies") if cell.actual else gettext("No veto")
    if score.points is None or cell.actual is None:
        return gettext("Nothing reported: 0 points")
    is_cut = _typed_points(item, cell.actual) > score.base
    sentence = _working_bonus(item, is_cut) if item.kind == Kind.BONUS else _working_deduction(is_cut)
    return sentence % {
        **_figures(item, cell, score),
        "typed": format_trimmed(cell.actual),
        "whole": format_trimmed(item.points),
    }


def _working_bonus(item: ItemRule, is_cut: bool) -> str:
    if item.target and is_cut:
        return gettext("Bonus: %(actual)s of %(target)s for %(whole)s points, but no more than %(base)s points")
    if item.target:
        return gettext("Bonus: %(actual)s of %(target)s × %(whole)s points = %(points)s points")
    if is_cut:
        return gettext("Bonus: %(typed)s, but no more than %(base)s points")
    return gettext("Bonus: %(typed)s points")


def _working_deduction(is_cut: bool) -> str:
    if is_cut:
        return gettext("Deduction: %(typed)s, but no more than %(base)s points")
    return gettext("Deduction: %(typed)s points")


def _why_changed(item: ItemRule, score: ItemScore) -> str:
    return ngettext(
        "%(before)s points became %(after)s, because one item does not apply",
        "%(before)s points became %(after)s, because %(count)s items do not apply",
        score.left_count,
    ) % {"before": format_trimmed(item.points), "after": format_trimmed(score.base), "count": score.left_count}
