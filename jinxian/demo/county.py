"""The whole demo county, or the tenth of it that 小樵镇 is: which rows there are, and writing them in one transaction.

Equal scale, seed and day give equal rows, keys and times included; only the encrypted ID numbers differ each time, as
encryption must, and their hashes with the installation's key. At township scale the report's figures are 小樵镇's part:
75 wells, 12.1 km of field road, 14,388 good deeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from random import Random
from typing import Literal, NamedTuple

from django.db import connection, models, transaction

from accounts.models import User
from assessments import totals
from assessments.models import (
    Entry,
    EntryChange,
    Indicator,
    Period,
    Plan,
    PlanItem,
    Sheet,
    SheetMember,
    SheetMove,
    Target,
)
from jinxian.demo import accounts, facts, households, people, places, plan
from jinxian.demo.people import Calendar
from jinxian.demo.places import Ids, TownshipPlace
from jinxian.demo.sheets import Common, SheetRows
from jinxian.demo.work import work_of
from members import links
from members.models import Affiliation, Exemption, HouseholdLink, Member, Post
from service_areas.models import (
    Appointment,
    AreaTeam,
    Branch,
    County,
    Household,
    ProductionTeam,
    ServiceArea,
    SmallGroup,
    Township,
    Village,
)
from workbook.bulk import Table, finish, unchecked_keys, write

Scale = Literal["county", "township"]
SEED = 1989
WRITTEN: tuple[type[models.Model], ...] = (
    User, County, Township, Village, Branch, SmallGroup, ServiceArea, ProductionTeam, AreaTeam, Appointment, Member,
    Affiliation, Post, Exemption, Household, HouseholdLink, Indicator, Plan, PlanItem, Period, Target, Sheet,
    SheetMember, Entry, SheetMove, EntryChange,
)  # fmt: skip
# What has gone, of all rows, when a township's places, people and households are written; its quarters share the rest.
START_SHARE, ROWS_SHARE = 0.03, 0.8


class Piece(NamedTuple):
    """Some tables of the county, and what share of all rows is there once they are."""

    share: float
    tables: list[Table]


def generate(*, scale: Scale, seed: int = SEED, on: date, progress: Callable[[float], None]) -> int:
    """Write the county into an empty database; the number of rows without totals. All of it or nothing.

    `progress` is told the share done, 0 to 1.
    """
    count = 0
    with transaction.atomic():
        _widen_cache()
        with unchecked_keys(WRITTEN):
            for piece in pieces(scale=scale, seed=seed, on=on):
                count += sum(write(table) for table in piece.tables)
                progress(ROWS_SHARE * piece.share)
        finish(WRITTEN)
        _add_totals(on, progress)
    progress(1.0)
    return count


def _widen_cache() -> None:
    # SQLite's usual cache of 2 MB would write index pages out again and again.
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -200000")


def _add_totals(on: date, progress: Callable[[float], None]) -> None:
    links.recount_county(county=County.objects.get(code=facts.COUNTY_CODE), on=on)
    periods = Period.objects.order_by("pk")
    for number, period in enumerate(periods, start=1):
        progress(ROWS_SHARE + (1 - ROWS_SHARE) * number / (len(periods) + 1))
        totals.rebuild(period)


def pieces(*, scale: Scale, seed: int = SEED, on: date) -> Iterator[Piece]:
    """All rows but the totals, parents before children, in an order that is always the same."""
    calendar, ids = Calendar.ending(on), Ids()
    townships = build(scale=scale, seed=seed, calendar=calendar, ids=ids)
    signed_in = accounts.accounts_in(townships)
    yield Piece(
        START_SHARE, [places.county_table(), *accounts.tables(signed_in, townships, on), *plan.tables(calendar)]
    )
    common = Common(calendar, accounts.Actors(signed_in, seed), ids, plan.Marks())
    writer = TownshipRows(common, seed)
    whole, done = sum(len(township.areas) for township in townships), 0
    for township in townships:
        for part, tables in writer.parts(township):
            share = (done + part * len(township.areas)) / whole
            yield Piece(START_SHARE + (1 - START_SHARE) * share, tables)
        done += len(township.areas)


def build(*, scale: Scale, seed: int, calendar: Calendar, ids: Ids) -> list[TownshipPlace]:
    """Places and their members. A township comes out the same at both scales, but for its keys."""
    townships = []
    for (code, name), villages in places.read_villages().items():
        if scale == "county" or code == facts.TENTH:
            rng = Random(f"{seed}/{code}/places")
            townships.append(places.build_township(code, name, villages, ids, rng))
    for township in townships:
        people.people_of(township, calendar, ids, Random(f"{seed}/{township.code}/people"))
    return townships


class TownshipRows:
    """Turns townships into tables, one after the other."""

    def __init__(self, common: Common, seed: int) -> None:
        self.common, self.seed, self.id_numbers = common, seed, people.IdNumbers()

    def parts(self, township: TownshipPlace) -> Iterator[tuple[float, list[Table]]]:
        """Tables in five parts, each with the share of the township that is then done."""
        yield 0.2, list(self._people(township))
        calendar, ids = self.common.calendar, self.common.ids
        works = work_of(township, calendar, self._random(township, "work"))
        for number, (quarter, sheets) in enumerate(works.items(), start=1):
            rng = self._random(township, f"sheets {quarter.number}")
            rows = SheetRows(township, quarter, self.common, rng)
            targets = plan.target_table(township.areas, quarter, calendar, ids)
            yield 0.2 + 0.8 * number / len(works), [targets, *rows.tables(sheets)]

    def _people(self, township: TownshipPlace) -> Iterator[Table]:
        calendar, ids = self.common.calendar, self.common.ids
        yield from places.tables(township, ids)
        everybody = [person for area in township.areas for person in area.people]
        yield people.member_table(everybody, calendar, self.id_numbers)
        yield from people.tables(township, calendar, ids, self._random(township, "posts"))
        yield from households.tables(township, calendar, ids, self._random(township, "households"))

    def _random(self, township: TownshipPlace, subject: str) -> Random:
        # Each subject has its own chance: a change in one leaves the others as they were.
        return Random(f"{self.seed}/{township.code}/{subject}")
