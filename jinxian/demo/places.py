"""Where: townships, villages, branches, small groups, service areas and former production teams of the demo county.

Names and codes come from the list of villages, sizes from facts.py; what is left is cut into uneven parts that add up
exactly. Objects here hold what the next modules need, `tables` turns them into rows.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from jinxian.demo import facts
from jinxian.lib.chinese import chinese_ordinal, latin_place, search_key
from jinxian.lib.shares import spread
from service_areas.models import AreaTeam, Branch, County, ProductionTeam, ServiceArea, SmallGroup, Township, Village
from workbook.bulk import Table

if TYPE_CHECKING:
    from jinxian.demo.people import Person

COUNTY_PK = 1


class Ids:
    """The next primary key of each kind of row, from 1 on; equal for equal seeds."""

    def __init__(self) -> None:
        self._counts: dict[str, Iterator[int]] = defaultdict(lambda: count(1))

    def __call__(self, kind: str) -> int:
        return next(self._counts[kind])


@dataclass(slots=True, eq=False)
class TeamPlace:
    pk: int
    code: str
    number: int
    name: str
    name_en: str


@dataclass(slots=True, eq=False)
class AreaPlace:
    """A service area and, under the same number and key, its small group."""

    pk: int
    code: str
    number: int
    branch: BranchPlace
    started_on: date
    member_count: int
    household_count: int
    state: str  # of its sheet of the current quarter
    teams: list[TeamPlace]
    unlinked_count: int = 0
    people: list[Person] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{chinese_ordinal(self.number)}服务区"


@dataclass(slots=True, eq=False)
class BranchPlace:
    pk: int
    code: str
    place: str  # 庞村, 一队
    place_en: str
    township: TownshipPlace
    village_pk: int | None
    started_on: date
    areas: list[AreaPlace] = field(default_factory=list)

    @property
    def is_pangcun(self) -> bool:
        return self.place == facts.PANGCUN and self.township.code == facts.TENTH


@dataclass(slots=True, eq=False)
class TownshipPlace:
    pk: int
    code: str
    name: str
    name_en: str
    facts: facts.TownshipFacts
    branches: list[BranchPlace] = field(default_factory=list)

    @property
    def areas(self) -> list[AreaPlace]:
        return [area for branch in self.branches for area in branch.areas]


def cut(whole: int, weights: Sequence[int]) -> list[int]:
    return [int(part) for part in spread(Decimal(whole), weights, step=Decimal(1))]


def read_villages() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The list: (township code, name) → village codes and names without “村民委员会”."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    with facts.VILLAGES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            # One row of the list says 委员会 twice: 西张口村委会村民委员会.
            name = row["village_committee"].removesuffix("村民委员会").removesuffix("委会")
            found[row["township_code"], row["township"]].append((row["village_code"], name))
    return found


def build_township(code: str, name: str, villages: Sequence[tuple[str, str]], ids: Ids, rng: Random) -> TownshipPlace:
    township = TownshipPlace(ids("township"), code, name, latin_place(name), facts.TOWNSHIPS[code])
    for village_code, village_name in villages:
        township.branches.append(_branch(township, village_code, village_name, ids, rng))
    _add_areas(township, ids, rng)
    return township


def _branch(township: TownshipPlace, code: str, name: str, ids: Ids, rng: Random) -> BranchPlace:
    has_village = township.code != facts.WITHOUT_VILLAGES
    latin = latin_place(name) if has_village else f"Team {int(code[-2:])}"
    founded = date(1949 + rng.randrange(12), 1 + rng.randrange(12), 1)
    village_pk = ids("village") if has_village else None
    return BranchPlace(ids("branch"), code, name, latin, township, village_pk, founded)


def _add_areas(township: TownshipPlace, ids: Ids, rng: Random) -> None:
    sizes = {branch.pk: _fixed_sizes(branch, rng) for branch in township.branches}
    free = [branch for branch in township.branches if not sizes[branch.pk]]
    if free:
        used = [area for areas in sizes.values() for area in areas]
        _cut_the_rest(township, free, used, sizes, rng)
    states = _states(township, rng)
    for branch in township.branches:
        fixed = facts.BRANCHES.get((township.code, branch.place))
        for number, (members, households) in enumerate(sizes[branch.pk], start=1):
            state = fixed.states[number - 1] if fixed else states.pop()
            teams = fixed.teams[number - 1] if fixed and fixed.teams else rng.choices((1, 2, 3), (40, 45, 15))[0]
            branch.areas.append(_area(branch, number, members, households, state, teams, ids, rng))


def _fixed_sizes(branch: BranchPlace, rng: Random) -> list[tuple[int, int]]:
    """Members and households of each area where facts.py fixes them; else nothing."""
    if branch.township.code == facts.WITHOUT_VILLAGES:
        members, households = facts.TEAM_BRANCHES[int(branch.code[-2:]) - 1]
        parts = cut(members, [rng.randrange(85, 120) for _ in range(5)])
        return list(zip(parts, cut(households, [part * rng.randrange(95, 106) for part in parts]), strict=True))
    fixed = facts.BRANCHES.get((branch.township.code, branch.place))
    return list(zip(fixed.members, fixed.households, strict=True)) if fixed else []


def _cut_the_rest(
    township: TownshipPlace,
    free: Sequence[BranchPlace],
    used: Sequence[tuple[int, int]],
    sizes: dict[int, list[tuple[int, int]]],
    rng: Random,
) -> None:
    """Areas, members and households that no branch has yet, over the branches that have none; two areas at least."""
    left = township.facts.areas - len(used)
    counts = [2 + part for part in cut(left - 2 * len(free), [rng.randrange(50, 150) for _ in free])]
    members = cut(township.facts.members - sum(m for m, _ in used), [rng.randrange(75, 130) for _ in range(left)])
    weights = [part * rng.randrange(92, 109) for part in members]
    households = cut(township.facts.households - sum(h for _, h in used), weights)
    areas = iter(zip(members, households, strict=True))
    for branch, areas_here in zip(free, counts, strict=True):
        sizes[branch.pk] = [next(areas) for _ in range(areas_here)]


def _states(township: TownshipPlace, rng: Random) -> list[str]:
    """The township's states that no fixed branch has, shuffled."""
    left = dict(township.facts.states._asdict())
    for (code, _), fixed in facts.BRANCHES.items():
        if code == township.code:
            for state in fixed.states:
                left[state] -= 1
    states = [state for state, number in left.items() for _ in range(number)]
    rng.shuffle(states)
    return states


def _area(
    branch: BranchPlace, number: int, members: int, households: int, state: str, teams: int, ids: Ids, rng: Random
) -> AreaPlace:
    founded = date(1987, 3, 5) if branch.is_pangcun else date(1987, 2 + rng.randrange(10), 1 + rng.randrange(28))
    first = 1 + sum(len(area.teams) for area in branch.areas)
    found = [_team(branch, ids, first + offset) for offset in range(teams)]
    return AreaPlace(
        ids("area"), f"{branch.code}-{number:02}", number, branch, founded, members, households, state, found
    )


def _team(branch: BranchPlace, ids: Ids, number: int) -> TeamPlace:
    """第三队 of a village; 一队第三组 where there are no villages."""
    if branch.village_pk:
        name, name_en = f"{chinese_ordinal(number)}队", f"Team {number}"
    else:
        name, name_en = f"{branch.place}{chinese_ordinal(number)}组", f"{branch.place_en}, Group {number}"
    return TeamPlace(ids("team"), f"{branch.code}{number:03}", number, name, name_en)


def county_table() -> Table:
    row = (COUNTY_PK, facts.COUNTY_CODE, facts.COUNTY_NAME, facts.COUNTY_NAME_EN)
    return Table(County, "id code name name_en", [row])


def tables(township: TownshipPlace, ids: Ids) -> Iterator[Table]:
    """The rows of one township's places and units, parents first."""
    areas = township.areas
    row = (township.pk, township.code, township.name, township.name_en, COUNTY_PK)
    yield Table(Township, "id code name name_en county_id", [row])
    yield Table(Village, "id code name name_en township_id committee_name", list(_village_rows(township)))
    yield Table(
        Branch,
        "id code name name_en county_id township_id village_id search_key started_on",
        [_branch_row(branch) for branch in township.branches],
    )
    yield Table(SmallGroup, "id code name name_en branch_id started_on", list(_group_rows(areas)))
    yield Table(
        ServiceArea,
        "id code name name_en number county_id township_id branch_id small_group_id search_key started_on",
        [_area_row(area) for area in areas],
    )
    yield Table(ProductionTeam, "id code name name_en township_id village_id", list(_team_rows(areas)))
    yield Table(AreaTeam, "id area_id team_id started_on ended_on", list(_area_team_rows(areas, ids)))


def _village_rows(township: TownshipPlace) -> Iterator[tuple[object, ...]]:
    for branch in township.branches:
        if branch.village_pk:
            committee = f"{branch.place}村民委员会"
            yield branch.village_pk, branch.code, branch.place, branch.place_en, township.pk, committee


def branch_name(branch: BranchPlace) -> tuple[str, str]:
    return f"{branch.place}党支部", f"{branch.place_en} Branch"


def _branch_row(branch: BranchPlace) -> tuple[object, ...]:
    name, name_en = branch_name(branch)
    township = branch.township.pk
    return (
        branch.pk, branch.code, name, name_en, COUNTY_PK, township, branch.village_pk, search_key(name),
        branch.started_on,
    )  # fmt: skip


def _group_rows(areas: Iterable[AreaPlace]) -> Iterator[tuple[object, ...]]:
    for area in areas:
        branch = area.branch
        name = f"{branch.place}{chinese_ordinal(area.number)}党小组"
        name_en = f"{branch.place_en} Small Group {area.number}"
        code = f"{branch.code}-{area.number:02}G"
        yield area.pk, code, name, name_en, branch.pk, branch.started_on


def _area_row(area: AreaPlace) -> tuple[object, ...]:
    branch = area.branch
    key = search_key(f"{branch.place}{area.name}")
    return (
        area.pk, area.code, area.name, f"Area {area.number}", area.number, COUNTY_PK, branch.township.pk, branch.pk,
        area.pk, key, area.started_on,
    )  # fmt: skip


def _team_rows(areas: Iterable[AreaPlace]) -> Iterator[tuple[object, ...]]:
    for area in areas:
        for team in area.teams:
            yield team.pk, team.code, team.name, team.name_en, area.branch.township.pk, area.branch.village_pk


def _area_team_rows(areas: Iterable[AreaPlace], ids: Ids) -> Iterator[tuple[object, ...]]:
    """Every team is in its area since the beginning, but for the fifth team of 庞村, which moved in 2021."""
    for area in areas:
        for team in area.teams:
            moved = date(2021, 7, 1) if area.branch.is_pangcun and team.number == 5 else None
            if moved:
                yield ids("area_team"), area.pk - 1, team.pk, area.started_on, moved
            yield ids("area_team"), area.pk, team.pk, moved or area.started_on, None
