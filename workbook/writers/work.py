"""Quarters, the items of a plan, and targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessments import plans
from assessments.models import Indicator, Period, PlanItem, Target
from assessments.models import Plan as YearPlan
from workbook.rules.work import OF_INDICATOR, indicators, newest_plans
from workbook.writers.columns import update

if TYPE_CHECKING:
    from workbook.planning import SheetPlan
    from workbook.writing import Writer


def write_quarters(writer: Writer, mine: SheetPlan) -> None:
    writer.insert(
        Period,
        "year quarter opens_on due_on closes_on state county_id",
        [(*row.values, Period.State.OPEN, writer.county.pk) for row in mine.added],
    )
    update(writer, mine, Period, {key: key for key in ("opens_on", "due_on", "closes_on")})


def write_plan_items(writer: Writer, mine: SheetPlan) -> None:
    """A year's items go into its draft; without a plan of the year one begins. These are few: row by row."""
    years: dict[int, YearPlan] = dict(newest_plans(writer.plan))
    known = dict(indicators(writer.plan))
    by = writer.run.by
    for row in mine.rows:
        year, code = row.key
        if year not in years:
            years[year] = YearPlan.objects.create(county=writer.county, year=year, version=1, author=by)
        plans.written_by(years[year], by=by)
        indicator = known.setdefault(code, Indicator(county=writer.county, code=code))
        values = dict(zip((column.key for column in mine.sheet.columns), mine.merged[row.key], strict=True))
        for key in OF_INDICATOR:
            setattr(indicator, key, "" if values[key] is None else values[key])
        indicator.save()
        item = PlanItem.objects.filter(plan=years[year], indicator=indicator).first()
        item = item or PlanItem(plan=years[year], indicator=indicator)
        item.position, item.points = values["position"], values["points"]
        item.rule, item.cap = values["rule"], values["cap"]
        item.save()


def write_targets(writer: Writer, mine: SheetPlan) -> None:
    years = YearPlan.objects.filter(county=writer.county).order_by("version")
    newest = {plan.year: plan.pk for plan in years}
    found = PlanItem.objects.filter(plan__in=newest.values())
    items = {(year, code): pk for pk, year, code in found.values_list("pk", "plan__year", "indicator__code")}
    periods = {
        (year, quarter): pk
        for pk, year, quarter in Period.objects.filter(county=writer.county).values_list("pk", "year", "quarter")
    }
    value = mine.value
    update(writer, mine, Target, {"value": "value"})
    writer.insert(
        Target,
        "item_id period_id member_id value",
        [
            (items[value(row, "year"), value(row, "indicator")], periods[value(row, "year"), value(row, "quarter")],
             writer.pk("members", value(row, "member")), value(row, "value"))
            for row in mine.added
        ],
    )  # fmt: skip
