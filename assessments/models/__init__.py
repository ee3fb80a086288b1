"""HOW WELL: indicators, the year's plan, targets, periods, assessment sheets, and totals."""

from assessments.models.plans import Indicator, Period, Plan, PlanItem, Target
from assessments.models.sheets import Entry, EntryChange, Sheet, SheetMember, SheetMove
from assessments.models.totals import ItemTotal

__all__ = [
    "Entry",
    "EntryChange",
    "Indicator",
    "ItemTotal",
    "Period",
    "Plan",
    "PlanItem",
    "Sheet",
    "SheetMember",
    "SheetMove",
    "Target",
]
