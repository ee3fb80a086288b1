"""Which quarter a page of the organization speaks of, and whose points it shows.

The current quarter is the latest that has opened; points are shown of the last one that is confirmed as a whole.
What a sheet is worth is decided in assessments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from assessments.models import Period, Sheet, SheetMember

CENT = Decimal("0.01")
CONFIRMED = (Sheet.State.CONFIRMED, Sheet.State.CLOSED)


@dataclass(frozen=True)
class Quarters:
    """The quarters that have opened, newest first; none for somebody who sees no assessment."""

    periods: tuple[Period, ...]

    @property
    def current(self) -> Period | None:
        return self.periods[0] if self.periods else None

    @property
    def confirmed(self) -> Period | None:
        """The latest closed quarter: its points are final for everybody. The current one while none is closed."""
        closed = (period for period in self.periods if period.state == Period.State.CLOSED)
        return next(closed, self.current)

    def chosen(self, key: Any) -> Period | None:
        """The quarter asked for by its key as text; None where there is no such quarter."""
        return next((period for period in self.periods if str(period.pk) == str(key)), None)


def quarters_of(user: Any) -> Quarters:
    opened = Period.objects.visible_to(user).filter(opens_on__lte=timezone.localdate())
    return Quarters(tuple(opened.order_by("-year", "-quarter")))


def sheets_of(user: Any, *, areas: Iterable[Any], periods: Iterable[Period | None]) -> dict[tuple[int, int], Sheet]:
    """(area, period) → the sheet, where the person may see its state."""
    asked = {period.pk for period in periods if period is not None}
    found = Sheet.objects.visible_to(user).filter(area__in=areas, period__in=asked)
    return {(sheet.area_id, sheet.period_id): sheet for sheet in found}


def mean_points(sheet: Sheet | None) -> Decimal | None:
    """Mean of a confirmed sheet's complete lines, 2 places half up; None where nothing is confirmed."""
    if sheet is None or not sheet.is_counted or sheet.state not in CONFIRMED or not sheet.complete_count:
        return None
    return (sheet.points_sum / sheet.complete_count).quantize(CENT, ROUND_HALF_UP)


def confirmed_lines(user: Any, *, members: Iterable[Any], period: Period | None) -> dict[int, SheetMember]:
    """Member → the line of the quarter, on a confirmed sheet that the person may see."""
    if period is None:
        return {}
    lines = SheetMember.objects.visible_to(user).filter(member__in=members, period=period)
    confirmed = lines.filter(sheet__is_counted=True, sheet__state__in=CONFIRMED)
    return {line.member_id: line for line in confirmed}
