"""Exemptions from assessment: of who belongs, and one of a scope at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from members.models import Member
from workbook.reading import Row
from workbook.rules.kinds import NOT_PRESENT, Rules, dates_in_order, merged

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan

EXEMPT_ALREADY = gettext_noop("This member is exempt from this already; end that exemption first.")


def _check_exemption(plan: Plan, mine: SheetPlan, row: Row) -> None:
    dates_in_order(plan, mine, row)
    member = plan.sound("members", mine.value(row, "member"))
    if row.state != "added" or merged(mine, row, "until") is not None or member is None:
        return
    if plan.sheets["members"].value(member, "status") not in Member.PRESENT:
        plan.say(mine, row, "member", NOT_PRESENT)


def _after_exemptions(plan: Plan, mine: SheetPlan) -> None:
    holders: dict[Any, Any] = {}
    row_of = {row.key: row for row in mine.rows}
    for key, values in mine.merged.items():
        if mine.value(values, "until") is None:
            slot = mine.value(values, "member"), mine.value(values, "scope")
            if slot in holders:
                row = row_of.get(key) or row_of.get(holders[slot])
                if row is not None:
                    plan.say(mine, row, "member", EXEMPT_ALREADY)
            holders[slot] = key


EXEMPTIONS = Rules(check=_check_exemption, after=_after_exemptions)
