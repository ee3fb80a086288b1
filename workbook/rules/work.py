"""The year's plan as a draft, and the targets of quarters that have not opened.

A published plan does not change, nor does an indicator that one asks for; a target stays once its quarter has opened
(prevent rule 5). Publishing is somebody else's, in the admin.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_noop

from assessments import plans
from assessments.models import Indicator, Period, PlanItem, SheetMember
from assessments.models import Plan as YearPlan
from workbook.reading import Row
from workbook.references import say_missing
from workbook.rules.kinds import Rules, merged

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan

FROZEN = gettext_noop("The plan of %(year)s is published and does not change. Begin another version first.")
IN_USE = gettext_noop("A published plan asks for this indicator: how it is counted stays.")
INDICATOR_CODE = gettext_noop("A code has letters, digits, hyphens and underscores only.")
NOT_POSITIVE = gettext_noop("More than 0 is needed here.")
NOT_HUNDRED = gettext_noop("The base items of %(year)s make %(points)s points; they must make 100.00 to be published.")
NO_UNIT = gettext_noop("A quantity has a unit.")
DATES = gettext_noop("Opening, due and closing dates are out of order.")
QUARTER_STAYS = gettext_noop("This quarter has opened: its dates are changed by an extension, not by a workbook.")

NO_PERIOD = gettext_noop("The quarter is not there yet. Enter it with its three dates on the sheet “Quarters”.")
NO_ITEM = gettext_noop("The plan of this year has no item for this indicator.")
HAS_OPENED = gettext_noop("The quarter has opened: its targets no longer change here.")
HAS_CLOSED = gettext_noop("The quarter is closed: no target is added to it.")
IS_BEGUN = gettext_noop("The sheet of this member is begun and keeps its targets.")
TOO_FINE = gettext_noop("This is counted with %(decimals)s decimals.")

OF_INDICATOR = (
    "name", "kind", "unit", "decimals", "function", "direction", "burden", "name_en", "unit_en", "summary_unit",
    "summary_unit_en", "summary_factor", "summary_decimals",
)  # fmt: skip


def newest_plans(plan: Plan) -> dict[int, YearPlan]:
    """Year → the newest version of its plan."""
    if "year_plans" not in plan.kept:
        found = YearPlan.objects.filter(county=plan.county).order_by("version") if plan.county else []
        plan.kept["year_plans"] = {each.year: each for each in found}
    kept: dict[int, YearPlan] = plan.kept["year_plans"]
    return kept


def indicators(plan: Plan) -> dict[str, Indicator]:
    if "indicators" not in plan.kept:
        found = Indicator.objects.filter(county=plan.county) if plan.county else []
        plan.kept["indicators"] = {each.code: each for each in found}
    kept: dict[str, Indicator] = plan.kept["indicators"]
    return kept


def _check_item(plan: Plan, mine: SheetPlan, row: Row) -> None:
    if row.state == "same":
        return
    year = mine.value(row, "year")
    there = newest_plans(plan).get(year)
    if there is not None and plans.why_frozen(there):
        plan.say(mine, row, "year", FROZEN, year=year)
    if not re.fullmatch(r"[\w-]+", mine.value(row, "indicator"), re.ASCII):
        plan.say(mine, row, "indicator", INDICATOR_CODE)
    for key in ("points", "cap"):
        value = merged(mine, row, key)
        if value is not None and Decimal(value) <= 0:
            plan.say(mine, row, key, NOT_POSITIVE)
    if merged(mine, row, "kind") == Indicator.Kind.QUANTITY and not merged(mine, row, "unit"):
        plan.say(mine, row, "unit", NO_UNIT)
    indicator = indicators(plan).get(mine.value(row, "indicator"))
    if indicator is not None and _differs(mine, row, indicator) and plans.is_in_use(indicator):
        plan.say(mine, row, "indicator", IN_USE)


def _differs(mine: SheetPlan, row: Row, indicator: Indicator) -> bool:
    for key in OF_INDICATOR:
        value = row.values[mine.sheet.places[key]]
        if value is not None and value != getattr(indicator, key):
            return True
    return False


def _after_items(plan: Plan, mine: SheetPlan) -> None:
    taken: dict[int, set[int]] = defaultdict(set)
    points: dict[int, Decimal] = defaultdict(Decimal)
    for values in mine.merged.values():
        year = mine.value(values, "year")
        taken[year].add(mine.value(values, "position") or 0)
        if mine.value(values, "kind") in plans.BASE_KINDS and mine.value(values, "points") is not None:
            points[year] += mine.value(values, "points")
    for row in mine.rows:
        if row.state == "added" and mine.value(row, "position") is None:
            mine.put(row, "position", max(taken[mine.value(row, "year")]) + 1)
            taken[mine.value(row, "year")].add(mine.value(row, "position"))
    for year in sorted({mine.value(row, "year") for row in mine.rows}):
        if points[year] != plans.WHOLE:
            plan.look(mine, None, "points", NOT_HUNDRED, year=year, points=points[year])


def _check_quarter(plan: Plan, mine: SheetPlan, row: Row) -> None:
    dates = [merged(mine, row, key) for key in ("opens_on", "due_on", "closes_on")]
    if None not in dates and dates != sorted(dates):
        plan.say(mine, row, "due_on", DATES)
    period = _periods(plan).get(row.key)
    if row.state == "changed" and period is not None and period.opens_on <= timezone.localdate():
        plan.say(mine, row, "opens_on", QUARTER_STAYS)


def _check_target(plan: Plan, mine: SheetPlan, row: Row) -> None:
    if row.state == "same":
        return
    year, quarter, code = (mine.value(row, key) for key in ("year", "quarter", "indicator"))
    period = _periods(plan).get((year, quarter))
    if period is None:
        if (year, quarter) not in plan.sheets["quarters"].merged:
            plan.say(mine, row, "quarter", NO_PERIOD)
    elif period.opens_on <= timezone.localdate() and row.state == "changed":
        plan.say(mine, row, "value", HAS_OPENED)
    elif period.state == Period.State.CLOSED:
        plan.say(mine, row, "quarter", HAS_CLOSED)
    elif (period.pk, mine.value(row, "member")) in _begun(plan):
        plan.say(mine, row, "member", IS_BEGUN)
    items = plan.sheets["plan_items"]
    item = items.merged.get((year, code))
    decimals = items.value(item, "decimals") if item is not None else _item_decimals(plan).get((year, code))
    if decimals is None:
        say_missing(plan, mine, row, "indicator", NO_ITEM, ["plan_items"])
    elif (value := mine.value(row, "value")) is not None and value % Decimal(1).scaleb(-decimals):
        plan.say(mine, row, "value", TOO_FINE, decimals=decimals)


def _periods(plan: Plan) -> dict[tuple[int, int], Period]:
    if "periods" not in plan.kept:
        found = Period.objects.filter(county=plan.county) if plan.county else []
        plan.kept["periods"] = {(each.year, each.quarter): each for each in found}
    kept: dict[tuple[int, int], Period] = plan.kept["periods"]
    return kept


def _begun(plan: Plan) -> set[tuple[int, str]]:
    """Quarter and member of every line that exists in a quarter that is still open."""
    if "begun" not in plan.kept:
        open_ = [period.pk for period in _periods(plan).values() if period.state == Period.State.OPEN]
        lines = SheetMember.objects.filter(period__in=open_)
        plan.kept["begun"] = set(lines.values_list("period", "member__code"))
    kept: set[tuple[int, str]] = plan.kept["begun"]
    return kept


def _item_decimals(plan: Plan) -> dict[tuple[int, str], int]:
    """Year and indicator of the newest plans' items → the indicator's decimals."""
    if "item_decimals" not in plan.kept:
        items = PlanItem.objects.filter(plan__in=newest_plans(plan).values())
        rows = items.values_list("plan__year", "indicator__code", "indicator__decimals")
        plan.kept["item_decimals"] = {(year, code): decimals for year, code, decimals in rows}
    kept: dict[tuple[int, str], int] = plan.kept["item_decimals"]
    return kept


QUARTERS = Rules(check=_check_quarter)
PLAN_ITEMS = Rules(check=_check_item, after=_after_items)
TARGETS = Rules(check=_check_target)
