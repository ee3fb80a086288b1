"""What stands between a county that has been brought in and its first sheet: a plan to publish, sheets to issue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.models import Period, Plan, Sheet


@dataclass(frozen=True)
class Step:
    """One thing to do next: what stands in the way, what is done about it, and where."""

    title: str
    text: str
    url: str
    action: str


def steps_of(user: Any, counties: Sequence[int | None], *, on: date) -> list[Step]:
    """The steps of these counties for their open quarters, the earliest first; empty where every quarter has sheets."""
    issued = Exists(Sheet.objects.visible_to(user).filter(period=OuterRef("pk")))
    periods = Period.objects.visible_to(user).filter(county__in=counties, state=Period.State.OPEN, closes_on__gte=on)
    waiting = list(periods.annotate(is_issued=issued).filter(is_issued=False).order_by("year", "quarter"))
    if not waiting:
        return []
    years = list(dict.fromkeys(period.year for period in waiting))
    plans = list(Plan.objects.visible_to(user).filter(county__in=counties, year__in=years))
    published = {plan.year for plan in plans if plan.state == Plan.State.PUBLISHED}
    drafts = {plan.year: plan for plan in plans if plan.state == Plan.State.DRAFT}
    steps = [_plan_step(user, year, drafts.get(year)) for year in years if year not in published]
    return [*steps, *_sheet_steps(period for period in waiting if period.year in published)]


def _plan_step(user: Any, year: int, draft: Plan | None) -> Step:
    if draft is None:
        title = _("There is no plan for %(year)s yet") % {"year": year}
        text = _("Bring its items in with a workbook, or enter them in the setting up.")
        return Step(title, text, reverse("run_new"), _("Bring in…"))
    title = _("The plan of %(year)s is a draft") % {"year": year}
    text = _("Look it through and publish it; sheets can be issued then.")
    if draft.author_id == user.pk:
        text = _("You wrote it: another officer publishes it. Sheets can be issued then.")
    return Step(title, text, reverse("admin:assessments_plan_changelist"), _("To the plan"))


def _sheet_steps(periods: Iterable[Period]) -> list[Step]:
    text = _("Choose the quarter and issue its sheets: every service area gets one.")
    url, action = reverse("admin:assessments_period_changelist"), _("To the quarters")
    title = _("The sheets of %(quarter)s have not been issued")
    return [Step(title % {"quarter": period.label}, text, url, action) for period in periods]
