"""What stands between a county that has been brought in and its first sheet, and what a founder finds set up.

County staff are told of the own counties. A superuser sets up everywhere, as in the admin, and is told of all: the
numbers of rows, never a row of an assessment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX as UNUSABLE
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from assessments.models import Period, Plan, Sheet
from members.models import Member
from service_areas.dated import not_ended
from service_areas.models import Appointment, Branch, County, Household, ServiceArea, Township


@dataclass(frozen=True)
class Step:
    """One thing to do next: what stands in the way, what is done about it, and where."""

    title: str
    text: str
    url: str
    action: str


@dataclass(frozen=True)
class Rows:
    """The plans and quarters that are spoken of."""

    plans: QuerySet[Plan]
    periods: QuerySet[Period]
    sheets: QuerySet[Sheet]


def rows_of(user: Any, counties: Sequence[int | None]) -> Rows:
    plans = Plan.objects.visible_to(user).filter(county__in=counties)
    periods = Period.objects.visible_to(user).filter(county__in=counties)
    return Rows(plans, periods, Sheet.objects.visible_to(user))


def all_rows() -> Rows:
    return Rows(Plan.objects.all(), Period.objects.all(), Sheet.objects.all())


def steps_of(user: Any, rows: Rows, *, on: date) -> list[Step]:
    """The steps to the sheets of the open quarters, the earliest first; empty where every quarter has sheets.

    A draft for a year without a published plan is told from that year on, whether its quarters are there or not.
    """
    issued = Exists(rows.sheets.filter(period=OuterRef("pk")))
    periods = rows.periods.filter(state=Period.State.OPEN, closes_on__gte=on).annotate(is_issued=issued)
    waiting = list(periods.filter(is_issued=False).order_by("year", "quarter"))
    years = {period.year for period in waiting}
    plans = list(rows.plans.filter(year__gte=min([*years, on.year])).order_by("year", "version"))
    published = {plan.year for plan in plans if plan.state == Plan.State.PUBLISHED}
    drafts = {plan.year: plan for plan in plans if plan.state == Plan.State.DRAFT}
    unpublished = sorted((years | drafts.keys()) - published)
    steps = [_plan_step(user, year, drafts.get(year)) for year in unpublished]
    if plans and not waiting and not rows.periods.exists():
        steps.append(_quarter_step())
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


def _quarter_step() -> Step:
    text = _("Enter the quarter with its three dates: it opens, is due and is locked. Sheets can be issued then.")
    url = reverse("admin:assessments_period_changelist")
    return Step(_("No quarter has been entered yet"), text, url, _("To the quarters"))


def _sheet_steps(periods: Iterable[Period]) -> list[Step]:
    text = _("Choose the quarter and issue its sheets: every service area gets one.")
    url, action = reverse("admin:assessments_period_changelist"), _("To the quarters")
    title = _("The sheets of %(quarter)s have not been issued")
    return [Step(title % {"quarter": period.label}, text, url, action) for period in periods]


# What a founder finds


@dataclass(frozen=True)
class Held:
    """How many rows of a kind there are, and the list of the admin that shows them."""

    label: str
    count: int
    url: str


def counties_there() -> list[County]:
    return list(County.objects.order_by("code"))


def all_held(*, on: date) -> list[Held]:
    """What is set up in all counties today: whoever set up a county sees what came of it. Each list is as long."""
    present = Member.objects.filter(status__in=Member.PRESENT)
    is_present = f"?status__in={','.join(sorted(Member.PRESENT))}"
    rows: tuple[tuple[str, QuerySet[Any], str, str], ...] = (
        (_("Townships"), Township.objects.all(), "service_areas_township", ""),
        (_("Party branches"), Branch.objects.current(on=on), "service_areas_branch", "?holds=today"),
        (_("Service areas"), ServiceArea.objects.current(on=on), "service_areas_servicearea", "?holds=today"),
        (_("Members"), present, "members_member", is_present),
        (_("Households"), Household.objects.all(), "service_areas_household", ""),
        (_("Accounts"), User.objects.filter(is_active=True), "accounts_user", "?is_active__exact=1"),
    )
    return [
        Held(label, found.count(), reverse(f"admin:{name}_changelist") + narrowed)
        for label, found, name, narrowed in rows
    ]


def waiting_count(*, on: date) -> int:
    """Accounts with an appointment that nobody has signed in to yet."""
    held = Appointment.objects.filter(not_ended(on)).values("user")
    return User.objects.filter(is_active=True, password__startswith=UNUSABLE, pk__in=held).count()
