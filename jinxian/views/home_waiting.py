"""What waits for a person beside the sheets: transfers, exemptions, households to hand over; overdue first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from members.exemption_queue import exemptions_waiting
from members.handover import to_hand_over
from members.transfer_queue import transfers_waiting
from service_areas.permissions import SECRETARY, TOWNSHIP
from service_areas.scoping import scope_of

SHOWN = 5  # exemptions that are named; a township looks at a hundred again every year


@dataclass(frozen=True)
class Waiting:
    """One thing to do; `due` is its last day, None where it has none."""

    label: str
    url: str
    icon: str
    due: date | None
    on: date

    @property
    def days(self) -> int:
        return (self.due - self.on).days if self.due else 0

    @property
    def days_late(self) -> int:
        return max(0, -self.days)

    @property
    def is_overdue(self) -> bool:
        return self.due is not None and self.due < self.on


def waiting(user: Any, *, on: date) -> list[Waiting]:
    """Of a secretary and of township staff; of everybody else nothing, without a query."""
    if not scope_of(user).roles & {SECRETARY, TOWNSHIP}:
        return []
    found = [Waiting(row.label, row.url, "arrows-exchange", row.due, on) for row in transfers_waiting(user, on=on)]
    found += _gone(user, on)
    exempt = exemptions_waiting(user, on=on)
    found += [Waiting(row.label, row.url, "ban", row.due, on) for row in exempt[:SHOWN]]
    if more := len(exempt) - SHOWN if len(exempt) > SHOWN else 0:
        label = ngettext("%(count)s more exemption", "%(count)s more exemptions", more) % {"count": more}
        found.append(Waiting(label, reverse("exemption_list"), "ban", None, on))
    return sorted(found, key=lambda row: (row.due is None, row.due or date.max, row.label))


def _gone(user: Any, on: date) -> list[Waiting]:
    """Households whose member is gone: they wait since that day."""
    branches = [a.branch_id for a in scope_of(user).appointments if a.role == SECRETARY and a.branch_id]
    rows: list[Any] = to_hand_over(branches, on=on) if branches else []
    return [
        Waiting(
            ngettext(
                "%(name)s is gone: %(count)s household is to be handed over",
                "%(name)s is gone: %(count)s households are to be handed over",
                row.link_count,
            )
            % {"name": row.label, "count": row.link_count},
            reverse("handover", args=[row.pk]), "home-x", row.status_on, on,
        )
        for row in rows
    ]  # fmt: skip
