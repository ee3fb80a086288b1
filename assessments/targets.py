"""Targets of a member for a quarter: that they belong to its plan, and until when they may change.

Once a quarter has opened a target changes only with a reason (prevent rule 5), which is no step of bulk setup. One that
is still missing may be entered until the member's line on the sheet exists: the sheet keeps the target of its time.
"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.models import SheetMember, Target


def why_fixed(target: Target, *, on: date) -> str:
    """Why this target does not change any more; empty before its quarter opens."""
    if on < target.period.opens_on:
        return ""
    return _("%(period)s has opened: its targets no longer change here.") % {"period": target.period}


def refuse_target(target: Target) -> None:
    """Raise ValidationError where plan, quarter and member do not belong together, or the sheet is begun already."""
    plan, period, member = target.item.plan, target.period, target.member
    if (plan.county_id, plan.year) != (period.county_id, period.year):
        raise ValidationError({"item": _("This item belongs to the plan of another year or county.")})
    if member.branch.county_id != period.county_id:
        raise ValidationError({"member": _("This member belongs to another county.")})
    if SheetMember.objects.filter(member=member, period=period).exists():
        raise ValidationError(_("The sheet for %(period)s is begun and keeps its targets.") % {"period": period})
