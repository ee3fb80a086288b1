"""Whom the members serve: the households of the demo county and their links with members.

A household has a head's name, a number, a contact and a people count, and nothing more. A township's links add up to
what it has in facts.py; each member who can looks after 5 to 20 households.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from jinxian.demo import facts
from jinxian.demo.names import NamePool, in_latin
from jinxian.demo.people import CONTACT_PREFIX, Calendar, Person
from jinxian.demo.places import AreaPlace, Ids, TeamPlace, TownshipPlace, cut
from members.models import HouseholdLink
from service_areas.models import Household
from workbook.bulk import Table

PEOPLE = (1,) * 6 + (2,) * 20 + (3,) * 24 + (4,) * 24 + (5,) * 16 + (6,) * 8 + (7,) * 2  # out of a hundred
HELPER_SHARE = 0.01
FORMER_SHARE = 0.006


class Held(NamedTuple):
    """A household and the member who looks after it; NULL: nobody does."""

    pk: int
    member: Person | None
    helper: Person | None
    head: str


def tables(township: TownshipPlace, calendar: Calendar, ids: Ids, rng: Random) -> Iterator[Table]:
    _set_unlinked(township, rng)
    households: list[tuple[object, ...]] = []
    links: list[tuple[object, ...]] = []
    for branch in township.branches:
        names = NamePool(branch.place, rng)
        for area in branch.areas:
            held = _held(area, calendar.on, names, ids, rng)
            households += _household_rows(area, held, rng)
            links += _link_rows(area, held, calendar, ids, rng)
    yield Table(
        Household,
        "id branch_id team_id number head_name head_name_latin contact people_count is_linkable link_count",
        households,
    )
    yield Table(HouseholdLink, "id branch_id member_id household_id is_primary started_on ended_on", links)


def _set_unlinked(township: TownshipPlace, rng: Random) -> None:
    """Cut the households without a member over the areas, unevenly: some areas have none."""
    unlinked = township.facts.households - township.facts.linked
    free = []
    for branch in township.branches:
        for area in branch.areas:
            if branch.is_pangcun:
                area.unlinked_count = facts.PANGCUN_UNLINKED[area.number - 1]
                unlinked -= area.unlinked_count
            else:
                free.append(area)
    weights = [area.household_count * rng.choice((0, 1, 1, 2, 3)) for area in free]
    for area, part in zip(free, cut(unlinked, weights), strict=True):
        area.unlinked_count = part


def _held(area: AreaPlace, on: date, names: NamePool, ids: Ids, rng: Random) -> list[Held]:
    """The area's households in the order of their numbers, each member's one after another."""
    able = [person for person in area.people if may_link(person, on)]
    shares = _shares(area, able, rng)
    keepers: list[Person | None] = [person for person, share in zip(able, shares, strict=True) for _ in range(share)]
    for _ in range(area.unlinked_count):
        keepers.insert(rng.randrange(len(keepers) + 1), None)
    heads = _known_heads(area)
    held = []
    for keeper in keepers:
        head = next(heads.get(keeper.name if keeper else "", iter(())), "") or names.head()
        helper = rng.choice(able) if keeper and rng.random() < HELPER_SHARE else None
        held.append(Held(ids("household"), keeper, helper if helper is not keeper else None, head))
    return held


def may_link(person: Person, on: date) -> bool:
    """Not exempt from links, and no fixed number of none."""
    spell = person.exemption(on)
    return person.link_count != 0 and not (spell and spell.scope in ("all", "links"))


def _shares(area: AreaPlace, able: Sequence[Person], rng: Random) -> list[int]:
    linked = area.household_count - area.unlinked_count
    if all(person.link_count for person in able):
        return [person.link_count or 0 for person in able]
    return cut(linked, [rng.randrange(90, 111) for _ in able])


def _known_heads(area: AreaPlace) -> dict[str, Iterator[str]]:
    """Heads whose names are fixed, by the member's name; under "" those without a member."""
    known = {person.name: iter(person.heads) for person in area.people if person.heads}
    return known | {"": iter(facts.NOT_LINKED_HEADS)} if known else {}


def _household_rows(area: AreaPlace, held: Sequence[Held], rng: Random) -> Iterator[tuple[object, ...]]:
    """Team after team, numbered within the team: 03012 is the twelfth of the third team."""
    branch = area.branch.pk
    for (team, number), household in zip(_places(area, len(held)), held, strict=True):
        link_count = (household.member is not None) + (household.helper is not None)
        contact = f"{CONTACT_PREFIX}{household.pk * 6131 % 10**8:08}" if household.pk % 3 == 0 else ""
        people = PEOPLE[int(rng.random() * len(PEOPLE))]
        yield (
            household.pk, branch, team.pk, f"{team.number:02}{number:03}", household.head, in_latin(household.head),
            contact, people, True, link_count,
        )  # fmt: skip


def _places(area: AreaPlace, number: int) -> Iterator[tuple[TeamPlace, int]]:
    for team, size in zip(area.teams, cut(number, [1] * len(area.teams)), strict=True):
        for place in range(1, size + 1):
            yield team, place


def _link_rows(
    area: AreaPlace, held: Sequence[Held], calendar: Calendar, ids: Ids, rng: Random
) -> Iterator[tuple[object, ...]]:
    """Open links, and for a few households the primary link that one of the other members had before."""
    branch = area.branch.pk
    began = {}
    for person in area.people:
        began[person.pk] = max(calendar.years_ago(1 + rng.randrange(9), rng.randrange(300)), person.admitted)
    others = [person for person in area.people if person.admitted < calendar.years_ago(12)]
    for household in held:
        member, helper = household.member, household.helper
        if member is None:
            continue
        since = began[member.pk]
        former = rng.choice(others) if others and rng.random() < FORMER_SHARE else member
        if former is not member:
            yield ids("link"), branch, former.pk, household.pk, True, since - timedelta(700), since
        yield ids("link"), branch, member.pk, household.pk, True, since, None
        if helper is not None:
            yield ids("link"), branch, helper.pk, household.pk, False, began[helper.pk], None
