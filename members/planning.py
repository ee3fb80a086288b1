"""Who could look after a household that has nobody: a proposal that a secretary can check by hand.

A household goes to somebody who looks after households of the same team already; where all of these are full, to
somebody of the same service area; then to anybody of the branch. Among equally near ones it goes to who has the
fewest, and of several to the first by code. Nobody gets more than the highest number; no existing link is touched.
The households are gone through by team and number, and again until none would go to somebody else. So in the end
nobody nearer to a household has room, and nobody as near has two fewer than who got it.
Pure: no rows, no clock; the same input gives the same proposal in whatever order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Why(StrEnum):
    """Why this member: the closest tie there was room in."""

    SAME_TEAM = "same_team"
    SAME_AREA = "same_area"
    SAME_BRANCH = "same_branch"
    NOBODY = "nobody"


NEAREST_FIRST = (Why.SAME_TEAM, Why.SAME_AREA, Why.SAME_BRANCH)


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
    """A member for a household (None: nobody has room); `load_before` is what the member has before this one, the
    proposals further up counted.
    """

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
    ordered = sorted(waiting, key=lambda each: (each.team, each.number, each.pk))
    ties = {(each.team, each.area): _ties(each, people) for each in ordered}
    takers = _settle([ties[each.team, each.area] for each in ordered], [each.load for each in people], highest)
    loads = [each.load for each in people]
    proposals = []
    for household, taker in zip(ordered, takers, strict=True):
        if taker is None:
            proposals.append(Proposal(household.pk, None, Why.NOBODY))
            continue
        why = NEAREST_FIRST[ties[household.team, household.area][taker]]
        proposals.append(Proposal(household.pk, people[taker].pk, why, loads[taker]))
        loads[taker] += 1
    return proposals


def _ties(household: Waiting, people: Sequence[Candidate]) -> list[int]:
    """How near each member is to the household, as a place in NEAREST_FIRST."""
    return [
        0 if household.team in each.teams else 1 if household.area is not None and each.area == household.area else 2
        for each in people
    ]


def _settle(ties: Sequence[Sequence[int]], loads: list[int], highest: int) -> list[int | None]:
    """Who takes each household, as a place among the members. `loads` are counted on.

    It ends: whoever takes a household from another is nearer to it, or as near with fewer.
    """
    takers: list[int | None] = [None] * len(ties)
    changed = True
    while changed:
        changed = False
        for place, near in enumerate(ties):
            held = takers[place]
            if held is not None:
                loads[held] -= 1
            taker = _choose(near, loads, highest, held)
            if taker is not None:
                loads[taker] += 1
            if taker != held:
                takers[place], changed = taker, True
    return takers


def _choose(near: Sequence[int], loads: Sequence[int], highest: int, held: int | None) -> int | None:
    """The nearest with room, of these who has fewest; of several who holds it now, else the first by code."""
    with_room = (place for place, load in enumerate(loads) if load < highest)
    return min(with_room, key=lambda place: (near[place], loads[place], place != held), default=None)


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None
