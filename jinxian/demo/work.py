"""What everybody did: the lines of every sheet and the value of every cell, before they become rows.

Good deeds, field road and wells of a township are wholes of facts.py, cut over the cells of its counted sheets; all
other values are drawn. A cell's value is a Decimal, None is an empty cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from functools import cache
from random import Random

from jinxian.demo import facts
from jinxian.demo.people import QUARTERS, Calendar, Person, Spell
from jinxian.demo.places import AreaPlace, TownshipPlace
from jinxian.demo.plan import BASE_COUNT, DEEDS, DUES, GRAIN, ITEMS, ROAD, WELLS, targets_of
from jinxian.lib.quarters import Quarter
from jinxian.lib.shares import spread

ONE, TENTH = Decimal(1), Decimal("0.1")
# Three kinds of workers: how often, and the shares of their targets they reach.
QUALITIES = ((0.12, 0.5, 0.95), (0.60, 0.85, 1.1), (0.28, 1.0, 1.2))
DRAWS = 16


@dataclass(slots=True, eq=False)
class Line:
    """A member's line. `values` has a value per item; cells from `filled` on are empty."""

    person: Person
    spell: Spell | None
    quality: int
    targets: tuple[Decimal, ...]
    values: list[Decimal | None]
    filled: int = BASE_COUNT
    is_fixed: bool = False

    @property
    def exempt(self) -> str:
        return self.spell.scope if self.spell else ""

    def leaves_out(self, place: int) -> bool:
        """Whether the member's exemption covers the item."""
        return bool(self.spell) and ITEMS[place].burden == self.exempt

    def value(self, place: int) -> Decimal | None:
        return None if place < BASE_COUNT and (place >= self.filled or self.leaves_out(place)) else self.values[place]


@dataclass(slots=True, eq=False)
class Work:
    """A sheet to be: an area's lines in one quarter. `fate` is the state it is in, or how it closed."""

    area: AreaPlace
    quarter: Quarter
    fate: str  # not_started draft returned submitted confirmed closed not_reported
    lines: list[Line] = field(default_factory=list)

    @property
    def is_counted(self) -> bool:
        return self.fate in ("submitted", "confirmed", "closed")

    @property
    def is_begun(self) -> bool:
        return self.fate not in ("not_started", "not_reported")

    @property
    def is_second_of_pangcun(self) -> bool:
        return self.area.branch.is_pangcun and self.area.number == 2


def work_of(township: TownshipPlace, calendar: Calendar, rng: Random) -> dict[Quarter, list[Work]]:
    """All sheets of the township with their cells, quarter by quarter."""
    found = {quarter: [_work(area, quarter, calendar, rng) for area in township.areas] for quarter in calendar.quarters}
    lines = [line for quarter in found.values() for work in quarter for line in work.lines if line.exempt != "all"]
    counted = [
        line for quarter in found.values() for work in quarter if work.is_counted for line in work.lines
        if line.exempt != "all" and line.filled
    ]  # fmt: skip
    for line in lines:
        if not line.is_fixed:
            _draw(line, rng)
    _cut(counted, DEEDS, Decimal(township.facts.deeds), ONE, rng)
    _cut([line for line in counted if line.exempt != "physical"], ROAD, township.facts.road_km * 1000, TENTH, rng)
    _drill(counted, township.facts.wells, rng)
    return found


def _work(area: AreaPlace, quarter: Quarter, calendar: Calendar, rng: Random) -> Work:
    work = Work(area, quarter, _fate(area, quarter, calendar))
    if not work.is_begun:
        return work
    for person in area.people:
        if person.admitted <= quarter.last_day:
            work.lines.append(_line(person, quarter, rng))
    if work.is_second_of_pangcun:
        _fix(work, calendar)
    _leave_empty(work, rng)
    return work


def _fate(area: AreaPlace, quarter: Quarter, calendar: Calendar) -> str:
    if quarter == calendar.current:
        return area.state
    back = QUARTERS - 1 - calendar.quarters.index(quarter)
    place = (back, area.branch.township.code, area.branch.place, area.number)
    return "not_reported" if place in facts.NOT_REPORTED else "closed"


def _line(person: Person, quarter: Quarter, rng: Random) -> Line:
    draw, quality = rng.random(), 0
    while draw > QUALITIES[quality][0] and quality < 2:
        draw -= QUALITIES[quality][0]
        quality += 1
    return Line(person, person.exemption(quarter.last_day), quality, targets_of(person), [None] * len(ITEMS))


def _fix(work: Work, calendar: Calendar) -> None:
    """The last two quarters of 庞村's second area stand in facts.py."""
    back = QUARTERS - 1 - calendar.quarters.index(work.quarter)
    if back > 1:
        return
    known = {person.name: (person.current, person.before)[back].split() for person in facts.SECOND_AREA}
    for line in work.lines:
        texts = known[line.person.name]
        line.values[:BASE_COUNT] = [None if text == "-" else Decimal(text) for text in texts or ["-"] * BASE_COUNT]
        line.is_fixed = True


def _leave_empty(work: Work, rng: Random) -> None:
    """Which cells are still empty: the secretary's own line waits for the township, a draft stops somewhere."""
    secretary = next((line for line in work.lines if line.person.post == "secretary"), None)
    if secretary:
        waits = {"returned": True, "draft": True, "submitted": rng.random() < 0.5}
        secretary.filled = 0 if waits.get(work.fate, False) else BASE_COUNT
    if work.fate != "draft":
        return
    lines = [line for line in work.lines if line is not secretary and line.exempt != "all"]
    whole = len(lines) * BASE_COUNT
    left = facts.PANGCUN_DRAFT_CELLS if work.area.branch.is_pangcun else int(whole * rng.uniform(0.1, 0.9))
    for line in lines:
        line.filled = min(left, BASE_COUNT)
        left -= line.filled


def _draw(line: Line, rng: Random) -> None:
    """A value for every base item, near the target. Deeds and road of counted sheets are cut anew afterwards."""
    draw = rng.random
    for place in range(BASE_COUNT):
        choices = _choices(place, line.targets[place], line.quality)
        line.values[place] = choices[int(draw() * DRAWS)]


@cache
def _choices(place: int, target: Decimal, quality: int) -> tuple[Decimal, ...]:
    """What this kind of worker may have done, equally likely each."""
    _, low, high = QUALITIES[quality]
    if place == DUES:
        return (ONE,) * DRAWS if quality else (ONE,) * (DRAWS - 3) + (Decimal(0),) * 3
    step = {ROAD: TENTH, GRAIN: Decimal(10)}.get(place, ONE)
    found = []
    for draw in range(DRAWS):
        share = Decimal(str(round(low + (high - low) * draw / (DRAWS - 1), 4)))
        # Small targets need a chance to be met: round by a threshold that differs from draw to draw.
        threshold = Decimal(draw * 7 % DRAWS) / (2 * DRAWS) + Decimal("0.4")
        found.append(((target * share / step) + threshold).to_integral_value(ROUND_FLOOR) * step)
    return tuple(found)


def _cut(lines: Sequence[Line], place: int, whole: Decimal, step: Decimal, rng: Random) -> None:
    """Make the item's sum over these lines exactly `whole`, in proportion to targets and quality."""
    free = [line for line in lines if not line.is_fixed]
    whole -= sum((line.values[place] or 0 for line in lines if line.is_fixed), Decimal(0))
    weights = [int(line.targets[place] * 10) * (50 + 18 * line.quality + int(rng.random() * 45)) for line in free]
    for line, part in zip(free, spread(whole, weights, step=step), strict=True):
        line.values[place] = part


def _drill(lines: Iterable[Line], wells: int, rng: Random) -> None:
    """Wells are few: one each, for one in sixteen of these members two."""
    free = [line for line in lines if not line.is_fixed]
    twice = wells // 16
    for number, line in enumerate(rng.sample(free, wells - twice)):
        line.values[WELLS] = Decimal(2 if number < twice else 1)
