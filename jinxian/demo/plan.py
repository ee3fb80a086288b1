"""What is asked for: indicators, a plan per year, the four quarters, and each member's targets.

Points come from assessments.scoring and nowhere else; equal cells are scored once and remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from assessments import scoring
from assessments.models import Indicator, Period, Plan, PlanItem, Target
from jinxian.demo.people import Calendar, Person
from jinxian.demo.places import COUNTY_PK, AreaPlace, Ids
from jinxian.lib.quarters import Quarter
from workbook.bulk import Table

AUTHOR, PUBLISHER = 1, 2  # two accounts of the county's: who writes a plan does not publish it


class Item(NamedTuple):
    code: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    points: Decimal
    function: str
    burden: str = ""
    kind: str = "quantity"
    decimals: int = 0
    cap: Decimal = Decimal(1)
    summary: tuple[str, str, int, int] = ("", "", 1, 0)  # unit, English unit, factor, decimals


ITEMS = (
    Item("visits", "联系户走访", "Household visits", "户次", "visits", Decimal(15), "service", "links"),
    Item("deeds", "做好事", "Good deeds", "件次", "times", Decimal(10), "service"),
    Item("labour", "义务劳动", "Voluntary labour", "工日", "days", Decimal(10), "service", "physical"),
    Item("road", "修田间道路", "Field road", "米", "m", Decimal(10), "service", "physical", "quantity", 1, Decimal(1),
         ("公里", "km", 1000, 1)),
    Item("grain", "夏粮征购", "Summer grain", "公斤", "kg", Decimal(15), "management"),
    Item("requests", "诉求办结", "Requests resolved", "件", "cases", Decimal(10), "service"),
    Item("talks", "政策宣讲", "Policy talks", "次", "times", Decimal(5), "education"),
    Item("meetings", "组织生活", "Meetings", "次", "times", Decimal(10), "organization"),
    Item("study", "学习", "Study", "学时", "hours", Decimal(10), "education"),
    Item("dues", "按期交党费", "Dues on time", "是/否", "yes/no", Decimal(5), "organization", "", "yes_no"),
    Item("wells", "机井维修", "Well repairs", "眼", "wells", Decimal(2), "service", "", "bonus", 0, Decimal(2)),
)  # fmt: skip
BASE_COUNT = 10
DEEDS, ROAD, GRAIN, DUES, WELLS = 1, 3, 4, 9, 10  # places in ITEMS
GRAIN_TARGETS = tuple(Decimal(kilos) for kilos in (640, 660, 680, 700, 720, 740))
_USUAL = [Decimal(text) for text in ("30", "3", "4", "2.0", "700", "1", "1", "3", "12", "1", "1")]


def targets_of(person: Person) -> tuple[Decimal, ...]:
    """One figure per item. A leader visits more; 庞村 has its own road, grain and deeds."""
    figures = list(_USUAL)
    area = person.area
    if person.post == "leader":
        figures[0] = Decimal(36)
    if area.branch.is_pangcun:
        figures[DEEDS], figures[ROAD] = Decimal(4), Decimal("6.0")
    else:
        figures[DEEDS] = Decimal(2 + (person.pk + area.pk) % 2)
        figures[GRAIN] = GRAIN_TARGETS[area.pk % len(GRAIN_TARGETS)]
    return tuple(figures)


class Marks:
    """Points of single cells of otherwise empty lines; the exemption decides how the base is spread."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, Decimal, Decimal], Decimal] = {}

    def points(self, exempt: str, place: int, target: Decimal, actual: Decimal) -> Decimal:
        key = (exempt, place, target, actual)
        points = self._known.get(key)
        if points is None:
            points = self._known[key] = _scored(*key)
        return points


def _scored(exempt: str, place: int, target: Decimal, actual: Decimal) -> Decimal:
    rules = [
        scoring.ItemRule(
            at, item.kind, item.points, item.decimals, target=target if at == place else Decimal(1), cap=item.cap
        )
        for at, item in enumerate(ITEMS)
    ]
    cells = [
        scoring.Cell(actual if at == place else None, applies=not exempt or item.burden != exempt)
        for at, item in enumerate(ITEMS)
    ]
    points = scoring.score_line(rules, cells).by_key[place].points
    assert points is not None, f"{ITEMS[place].code} has no points"
    return points


class Plans:
    """The keys of plans and their items: a plan per year that a quarter lies in, all with the same items."""

    def __init__(self, calendar: Calendar) -> None:
        self.years = sorted({quarter.year for quarter in calendar.quarters})

    def plan_pk(self, quarter: Quarter) -> int:
        return 1 + self.years.index(quarter.year)

    def item_pks(self, quarter: Quarter) -> list[int]:
        first = 1 + len(ITEMS) * self.years.index(quarter.year)
        return list(range(first, first + len(ITEMS)))


def period_pk(calendar: Calendar, quarter: Quarter) -> int:
    return 1 + calendar.quarters.index(quarter)


def period_dates(calendar: Calendar, quarter: Quarter) -> tuple[date, date, date]:
    """Opens, due, closes. The quarter being reported is due in two days, whatever the day of the demo."""
    opens = quarter.next().first_day
    if quarter == calendar.current:
        return opens, calendar.on + timedelta(2), calendar.on + timedelta(23)
    return opens, opens.replace(day=10), (opens.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


def tables(calendar: Calendar) -> Iterator[Table]:
    plans = Plans(calendar)
    yield Table(
        Indicator,
        "id county_id code name name_en unit unit_en decimals kind function direction burden"
        " summary_unit summary_unit_en summary_factor summary_decimals",
        [
            (pk, COUNTY_PK, item.code, item.name, item.name_en, item.unit, item.unit_en, item.decimals, item.kind,
             item.function, "more", item.burden, *item.summary)
            for pk, item in enumerate(ITEMS, start=1)
        ],
    )  # fmt: skip
    yield Table(
        Plan,
        "id county_id year version state author_id published_by_id published_on",
        [
            (pk, COUNTY_PK, year, 1, "published", AUTHOR, PUBLISHER, date(year - 1, 12, 20))
            for pk, year in enumerate(plans.years, start=1)
        ],
    )
    yield Table(PlanItem, "id plan_id indicator_id position points rule cap", list(_item_rows(plans)))
    yield Table(
        Period,
        "id county_id year quarter opens_on due_on closes_on state",
        [_period_row(calendar, quarter) for quarter in calendar.quarters],
    )


def _item_rows(plans: Plans) -> Iterator[tuple[object, ...]]:
    for plan, _ in enumerate(plans.years):
        for place, item in enumerate(ITEMS, start=1):
            yield plan * len(ITEMS) + place, plan + 1, place, place, item.points, "proportional", item.cap


def _period_row(calendar: Calendar, quarter: Quarter) -> tuple[object, ...]:
    dates = period_dates(calendar, quarter)
    state = "closed" if dates[2] < calendar.on else "open"
    return period_pk(calendar, quarter), COUNTY_PK, quarter.year, quarter.number, *dates, state


def target_table(areas: Iterable[AreaPlace], quarter: Quarter, calendar: Calendar, ids: Ids) -> Table:
    """A target per item for every member of the quarter who is not exempt from all of it."""
    period, items, last_day = period_pk(calendar, quarter), Plans(calendar).item_pks(quarter), quarter.last_day
    rows = []
    for person in (person for area in areas for person in area.people if person.admitted <= last_day):
        spell = person.exemption(last_day)
        if spell is None or spell.scope != "all":
            asked = zip(items, targets_of(person), strict=True)
            rows += [(ids("target"), item, period, person.pk, value) for item, value in asked]
    return Table(Target, "id item_id period_id member_id value", rows)
