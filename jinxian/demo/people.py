"""Who: the members of the demo county, their posts, exemptions, affiliations and invented ID numbers.

Everything dated begins and ends on the first day of a quarter, so that a member is assessed for whole quarters only.
The people of 庞村 who have a name in facts.py come from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from jinxian.demo import facts
from jinxian.demo.names import NamePool, in_latin
from jinxian.demo.places import AreaPlace, BranchPlace, Ids, TownshipPlace
from jinxian.lib import id_numbers
from jinxian.lib.chinese import search_key
from jinxian.lib.quarters import Quarter
from members.models import Affiliation, Exemption, Member, Post
from workbook.bulk import Table

# No province has the digits 10, so no real person's number begins like this; the rest looks like the county's own.
ID_AREA = "100183"
CONTACT_PREFIX = "100"  # no mobile number in China begins with 100
QUARTERS = 4
SUSPENDED_SHARE = 0.01  # of the fully exempt members
REASONS = ("old",) * 31 + ("ill",) * 8 + ("incapacitated",) * 3 + ("away",) * 7 + ("other",)


class Calendar(NamedTuple):
    """The day of the demo and its four quarters, the oldest first; the last one is being reported."""

    on: date
    quarters: tuple[Quarter, ...]

    @classmethod
    def ending(cls, on: date) -> Calendar:
        quarters = [Quarter.last_ended(on)]
        while len(quarters) < QUARTERS:
            quarters.insert(0, quarters[0].previous())
        return cls(on, tuple(quarters))

    @property
    def current(self) -> Quarter:
        return self.quarters[-1]

    def years_ago(self, years: int, days: int = 0) -> date:
        return date(self.on.year - years, self.on.month, min(self.on.day, 28)) - timedelta(days)

    def quarter_start(self, back: int) -> date:
        """The first day of the quarter so many quarters before the current one."""
        quarter = self.current
        for _ in range(back):
            quarter = quarter.previous()
        return quarter.first_day


class Spell(NamedTuple):
    """An exemption; `until` is the first day it no longer holds."""

    scope: str
    reason: str
    since: date
    until: date | None

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or self.until > on)


@dataclass(slots=True, eq=False)
class Person:
    pk: int
    code: str
    name: str
    sex: str
    born: date
    admitted: date
    area: AreaPlace
    post: str = ""
    is_probationary: bool = False
    status: str = "normal"
    spells: list[Spell] = field(default_factory=list)
    link_count: int | None = None  # where it is fixed
    heads: tuple[str, ...] = ()
    user_pk: int | None = None

    @property
    def name_latin(self) -> str:
        return in_latin(self.name)

    @property
    def member_type(self) -> str:
        return "probationary" if self.is_probationary else "full"

    @property
    def full_on(self) -> date | None:
        """A year after admission."""
        if self.is_probationary:
            return None
        return self.admitted.replace(year=self.admitted.year + 1, day=min(self.admitted.day, 28))

    def exemption(self, on: date) -> Spell | None:
        """The exemption of the day; the widest of several."""
        held = [spell for spell in self.spells if spell.holds(on)]
        return min(held, key=lambda spell: spell.scope != "all", default=None)


class Slot(NamedTuple):
    """A place on an area's list before somebody stands on it."""

    area: AreaPlace
    number: int
    post: str


def people_of(township: TownshipPlace, calendar: Calendar, ids: Ids, rng: Random) -> None:
    """Fill every area of the township with its members, in the order of their sheet."""
    slots = {branch.pk: _slots(branch, rng) for branch in township.branches}
    marked = _marked(township, slots, rng)
    for branch in township.branches:
        names = NamePool(branch.place, rng)
        names.taken.update(person.name for person in facts.SECOND_AREA)
        names.taken.update(name for name, _ in facts.OTHERS.values())
        for position, slot in enumerate(slots[branch.pk], start=1):
            code = f"{branch.code}-{position:03}"
            if branch.is_pangcun and slot.area.number == 2:
                person = _known(facts.SECOND_AREA[slot.number - 1], slot, code, calendar, ids)
            else:
                person = _invented(slot, code, marked.get(slot, ""), names, calendar, ids, rng)
            slot.area.people.append(person)


def _slots(branch: BranchPlace, rng: Random) -> list[Slot]:
    """Leader, group leader, the others, and in one larger area the branch's secretary last."""
    home = 2 if branch.is_pangcun else rng.choice([area.number for area in branch.areas if area.member_count >= 4])
    slots = []
    for area in branch.areas:
        for number in range(1, area.member_count + 1):
            post = {1: "leader", 2: "group_leader"}.get(number, "")
            if number == area.member_count and area.number == home:
                post = "secretary"
            slots.append(Slot(area, number, post))
    return slots


def _marked(township: TownshipPlace, slots: dict[int, list[Slot]], rng: Random) -> dict[Slot, str]:
    """Who is exempt, partly exempt or on probation: as many as the township has, nobody with a post, few per area."""
    fixed_exempt = fixed_probationary = 0
    free: list[Slot] = []
    for branch in township.branches:
        if branch.is_pangcun:
            fixed_exempt = sum(person.exempt == "all" for person in facts.SECOND_AREA)
            fixed_probationary = sum(person.standing == 0 for person in facts.SECOND_AREA)
        else:
            free += [slot for slot in slots[branch.pk] if not slot.post]
    rng.shuffle(free)
    size = township.facts.members
    wanted = Counter(
        all=township.facts.exempt - fixed_exempt, probationary=township.facts.probationary - fixed_probationary,
        physical=size // 65, links=size // 220, ended=size // 90,
    )  # fmt: skip
    return _deal(free, wanted)


def _deal(free: Sequence[Slot], wanted: Counter[str]) -> dict[Slot, str]:
    """Give each slot at most one mark; an area has no more than a quarter of its members fully exempt."""
    marked: dict[Slot, str] = {}
    exempt: Counter[int] = Counter()
    for slot in free:
        for mark in ("all", "probationary", "physical", "links", "ended"):
            is_full = mark == "all" and exempt[slot.area.pk] >= slot.area.member_count // 4
            if wanted[mark] and not is_full:
                wanted[mark] -= 1
                exempt[slot.area.pk] += mark == "all"
                marked[slot] = mark
                break
    return marked


def _known(known: facts.PersonFacts, slot: Slot, code: str, calendar: Calendar, ids: Ids) -> Person:
    admitted = calendar.years_ago(known.standing, 97) if known.standing else calendar.quarter_start(2)
    born = calendar.years_ago(known.born, 61)
    person = Person(ids("member"), code, known.name, known.sex, born, admitted, slot.area, known.post)
    person.is_probationary = not known.standing
    person.link_count, person.heads = known.links, tuple(known.heads.split())
    if known.exempt:
        person.spells.append(Spell(known.exempt, "old", calendar.quarter_start(9), date(calendar.on.year + 1, 1, 1)))
    return person


def _invented(slot: Slot, code: str, mark: str, names: NamePool, calendar: Calendar, ids: Ids, rng: Random) -> Person:
    reason = rng.choice(REASONS) if mark == "all" else ""
    age = _age(mark, reason, rng)
    sex = "f" if rng.random() < (0.1 if slot.post else 0.26) else "m"
    name = ""
    if slot.area.branch.is_pangcun:
        name, sex = facts.OTHERS.get((slot.area.number, slot.number), ("", sex))
    name = name or names.member(sex, age)
    born = calendar.years_ago(age, rng.randrange(364))
    person = Person(ids("member"), code, name, sex, born, _admitted(age, born, calendar, rng), slot.area, slot.post)
    if mark == "probationary":
        person.is_probationary, person.admitted = True, calendar.quarter_start(rng.randrange(3))
    elif mark:
        _exempt(person, mark, reason, calendar, rng)
    elif rng.random() < 0.001:
        person.status = "restored"
    return person


def _age(mark: str, reason: str, rng: Random) -> int:
    if mark == "probationary":
        return rng.randrange(21, 39)
    if reason == "old" or mark == "physical":
        return rng.randrange(68, 91)
    if reason == "away":
        return rng.randrange(24, 46)
    return rng.choice((rng.randrange(24, 50), rng.randrange(38, 62), rng.randrange(46, 74)))


def _admitted(age: int, born: date, calendar: Calendar, rng: Random) -> date:
    """At 18 or later, and more than three years ago: a full member before the first of the quarters."""
    at = 18 + int(min(age - 22, 26) * rng.random() ** 1.4)
    wished = date(born.year + at + 1, 1, 1) + timedelta(rng.randrange(300))
    return min(wished, calendar.years_ago(3, rng.randrange(200)))


def _exempt(person: Person, mark: str, reason: str, calendar: Calendar, rng: Random) -> None:
    since = calendar.quarter_start(rng.randrange(1, 14))
    if mark == "ended":
        until = calendar.quarter_start(rng.randrange(3))
        person.spells.append(Spell("all", "ill", min(since, until - timedelta(400)), until))
    elif mark == "all" and rng.random() < SUSPENDED_SHARE:
        person.status = "suspended"
        person.spells.append(Spell("all", "suspended", calendar.quarter_start(QUARTERS + 1), None))
    else:
        ends = date(calendar.on.year + rng.choice((1, 1, 2)), rng.choice((1, 4, 7)), 1)
        is_open = reason in ("old", "incapacitated") and rng.random() < 0.7
        person.spells.append(Spell(mark, reason or "old", since, None if is_open else ends))


def member_table(people: Iterable[Person], calendar: Calendar, numbers: IdNumbers) -> Table:
    fields = (
        "id code name name_latin search_key sex birth_date admitted_on full_on member_type status status_on"
        " status_document contact branch_id small_group_id area_id user_id"
        " id_number_encrypted id_number_hash id_number_masked"
    )
    return Table(Member, fields, [_member_row(person, calendar, numbers) for person in people])


def _member_row(person: Person, calendar: Calendar, numbers: IdNumbers) -> tuple[object, ...]:
    area = person.area
    status_on = None if person.status == "normal" else calendar.quarter_start(QUARTERS + 1)
    document = f"晋组字〔{status_on.year}〕{person.pk % 40 + 1}号" if status_on else ""
    contact = f"{CONTACT_PREFIX}{person.pk * 7919 % 10**8:08}" if person.pk % 10 < 7 else ""
    return (
        person.pk, person.code, person.name, person.name_latin, search_key(person.name), person.sex, person.born,
        person.admitted, person.full_on, person.member_type, person.status, status_on, document, contact,
        area.branch.pk, area.pk, area.pk, person.user_pk, *numbers.of(person),
    )  # fmt: skip


class IdNumbers:
    """Valid, invented ID numbers for nine members in ten; the tenth has not given one."""

    def __init__(self) -> None:
        self._born: Counter[tuple[date, str]] = Counter()

    def of(self, person: Person) -> tuple[bytes | None, str | None, str]:
        """Encrypted, hashed and masked."""
        if person.pk % 10 == 4:
            return None, None, ""
        number = self.plain(person)
        return id_numbers.encrypt(number), id_numbers.keyed_hash(number), id_numbers.masked(number)

    def plain(self, person: Person) -> str:
        key = person.born, person.sex
        self._born[key] += 1
        sex: id_numbers.Sex = "m" if person.sex == "m" else "f"
        return id_numbers.make_id_number(ID_AREA, person.born, self._born[key] - 1, sex)


def tables(township: TownshipPlace, calendar: Calendar, ids: Ids, rng: Random) -> Iterator[Table]:
    """Affiliations, posts and exemptions of one township's members."""
    people = [person for area in township.areas for person in area.people]
    dated = "id member_id branch_id started_on ended_on"
    yield Table(Affiliation, f"{dated} small_group_id area_id", list(_affiliation_rows(people, calendar, ids, rng)))
    yield Table(Post, f"{dated} kind area_id small_group_id", list(_post_rows(township.areas, calendar, ids, rng)))
    yield Table(
        Exemption, f"{dated} scope reason agreed_on filed_on reviewed_on", list(_exemption_rows(people, calendar, ids))
    )


def _affiliation_rows(
    people: Iterable[Person], calendar: Calendar, ids: Ids, rng: Random
) -> Iterator[tuple[object, ...]]:
    """One open row each, since admission; one in fifty came from another area of the branch before."""
    for person in people:
        area = person.area
        since = max(person.admitted, area.started_on)
        others = [other for other in area.branch.areas if other is not area]
        moved = calendar.quarter_start(QUARTERS + rng.randrange(12))
        if rng.random() < 0.02 and others and since < moved and not area.branch.is_pangcun:
            former = rng.choice(others)
            yield ids("affiliation"), person.pk, area.branch.pk, since, moved, former.pk, former.pk
            since = moved
        yield ids("affiliation"), person.pk, area.branch.pk, since, None, area.pk, area.pk


def _post_rows(areas: Iterable[AreaPlace], calendar: Calendar, ids: Ids, rng: Random) -> Iterator[tuple[object, ...]]:
    """The open posts, and for one in three the former holder, who is another member of the area."""
    for area in areas:
        plain = [person for person in area.people if not person.post and not person.is_probationary]
        for person in area.people:
            if not person.post:
                continue
            since = calendar.quarter_start(QUARTERS + 1 + rng.randrange(24))
            since = max(since, person.admitted + timedelta(400))
            place = (area.pk if person.post == "leader" else None, area.pk if person.post == "group_leader" else None)
            former = _former(area, person, plain, rng)
            if former and former.admitted + timedelta(1500) < since:
                began = max(since - timedelta(1877), former.admitted + timedelta(400))
                yield ids("post"), former.pk, area.branch.pk, began, since, person.post, *place
            yield ids("post"), person.pk, area.branch.pk, since, None, person.post, *place


def _former(area: AreaPlace, person: Person, plain: Sequence[Person], rng: Random) -> Person | None:
    if area.branch.is_pangcun and area.number == 2 and person.post == "leader":
        return next(other for other in area.people if other.name == "庞振海")
    return rng.choice(plain) if plain and rng.random() < 0.33 else None


def _exemption_rows(people: Iterable[Person], calendar: Calendar, ids: Ids) -> Iterator[tuple[object, ...]]:
    """Looked at again each year until the demo's day; a few of this year's reviews still wait."""
    for person in people:
        for spell in person.spells:
            agreed = spell.since - timedelta(18)
            years = (calendar.on - spell.since).days // 365 - (person.pk % 12 == 0)
            reviewed = spell.since + timedelta(365 * years) if years > 0 and not spell.until else None
            yield (
                ids("exemption"), person.pk, person.area.branch.pk, spell.since, spell.until, spell.scope, spell.reason,
                agreed, agreed + timedelta(5), reviewed,
            )  # fmt: skip
