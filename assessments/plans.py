"""A year's responsibility plan: who wrote it, when it may be published, and that it then stays as it is.

Base points sum to 100 (rule 10); the author does not publish (prevent rule 4). Which plan a quarter is judged by is
periods.py's question.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import Indicator, Plan

BASE_KINDS = (Indicator.Kind.QUANTITY, Indicator.Kind.YES_NO, Indicator.Kind.JUDGEMENT)
WHOLE = Decimal("100.00")


def base_points(plan: Plan) -> Decimal:
    """The points of the plan's base items; bonus, deduction and veto stand outside. 0.00 for an empty plan."""
    points = plan.items.filter(indicator__kind__in=BASE_KINDS).values_list("points", flat=True)
    return sum(points, Decimal("0.00"))


def bonus_points(plan: Plan) -> Decimal:
    """The most that the plan's bonus items can bring together: a line has 100 points and these at most."""
    rows = plan.items.filter(indicator__kind=Indicator.Kind.BONUS).values_list("points", "cap")
    return sum((points * cap for points, cap in rows), Decimal("0.00"))


def why_frozen(plan: Plan) -> str:
    """Why the plan and its items do not change any more; empty while it is a draft that nobody uses."""
    if plan.state == Plan.State.PUBLISHED:
        return _("This plan is published and does not change: begin another version.")
    if plan.sheets.exists():
        return _("Sheets are judged by this plan; it does not change: begin another version.")
    return ""


def is_in_use(indicator: Indicator) -> bool:
    """Whether a published plan asks for it: what is counted, and how, then stays."""
    return indicator.items.filter(plan__state=Plan.State.PUBLISHED).exists()


def written_by(plan: Plan, *, by: Any) -> None:
    """Who wrote a draft last is its author: neither of two who change it in turn publishes the own version."""
    Plan.objects.filter(pk=plan.pk, state=Plan.State.DRAFT).update(author=by)
    plan.author = by


def refuse_publishing(plan: Plan, *, by: Any) -> None:
    """Raise ValidationError with the sentence where `by` may not publish the plan now."""
    if plan.state != Plan.State.DRAFT:
        raise ValidationError(_("%(plan)s is published already.") % {"plan": plan})
    if plan.author_id == by.pk:
        raise ValidationError(_("You wrote %(plan)s yourself; somebody else publishes it.") % {"plan": plan})
    points = base_points(plan)
    if points != WHOLE:
        sentence = _("The base items of %(plan)s make %(points)s points; they must make 100.00.")
        raise ValidationError(sentence % {"plan": plan, "points": points})
    if bonus_points(plan) > WHOLE:
        raise ValidationError(_("The bonus items of %(plan)s may bring 100 points together at most.") % {"plan": plan})


@transaction.atomic
def publish(plan: Plan, *, by: Any, on: date) -> None:
    """From now on the year's new sheets are judged by this plan, and it does not change.

    Errors: ValidationError as in `refuse_publishing`.
    """
    current = Plan.objects.select_for_update().get(pk=plan.pk)
    refuse_publishing(current, by=by)
    current.state, current.published_by, current.published_on = Plan.State.PUBLISHED, by, on
    current.full_clean()
    current.save()
