"""Who could look after a household that has nobody: a proposal that a secretary can check by hand.

The households are gone through team by team, in the order of their numbers. Each goes to somebody who looks after
households of the same team already; where all of these are full, to somebody of the same service area; then to anybody
of the branch. Among these it goes to who has the fewest at that moment, and of several to the first by code. Nobody
gets more than the highest number. Pure: no rows, no clock; the same input gives the same proposal in whatever order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why this member: the closest tie there was room in."""

    SAME_TEAM = "same_team"
    SAME_AREA = "same_area"
    SAME_BRANCH = "same_branch"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Candidate:
    """A member who may take households. `teams`: of the households the member has; `load`: how many these are."""

    pk: int
    code: str
    teams: frozenset[int]
    area: int | None
    load: int


@dataclass(frozen=True)
class Waiting:
    """A household without anybody; `area` is the service area that holds its team."""

    pk: int
    number: str
    team: int
    area: int | None


@dataclass(frozen=True)
class Proposal:
    """A member for a household (None: nobody has room); `load_before` is what the member has at that moment."""

    household: int
    member: int | None
    why: Why
    load_before: int = 0


def propose(
    waiting: Iterable[Waiting], candidates: Iterable[Candidate], *, lowest: int, highest: int
) -> list[Proposal]:
    """One proposal per household, by team and number. ValueError where the limits are out of order.

    `lowest` decides nothing by itself: who has fewest comes first anyway, and with it who is below the lower limit.
    """
    if not 0 <= lowest <= highest:
        raise ValueError(f"The limits are out of order: {lowest} to {highest}.")
    people = sorted(candidates, key=lambda each: (each.code, each.pk))
    loads = {each.pk: each.load for each in people}
    ordered = sorted(waiting, key=lambda each: (each.team, each.number, each.pk))
    return [_for_one(household, people, loads, highest) for household in ordered]


def _for_one(household: Waiting, people: Sequence[Candidate], loads: dict[int, int], highest: int) -> Proposal:
    with_room = [each for each in people if loads[each.pk] < highest]
    for why, near in (
        (Why.SAME_TEAM, [each for each in with_room if household.team in each.teams]),
        (Why.SAME_AREA, [each for each in with_room if household.area and each.area == household.area]),
        (Why.SAME_BRANCH, with_room),
    ):
        if near:
            taker = min(near, key=lambda each: loads[each.pk])  # the first of several by code
            before = loads[taker.pk]
            loads[taker.pk] += 1
            return Proposal(household.pk, taker.pk, why, before)
    return Proposal(household.pk, None, Why.NOBODY)
