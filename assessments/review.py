"""The township's queue: what stands out on each sheet, which may be confirmed at once, and by whom.

Reading only. What stands out is told in words and blocks nothing; a person decides. A sheet is "clean" when
nothing stands out, it is this person's to confirm and no secretary's line waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.checking import changed_counts
from assessments.display import mean_of
from assessments.models import Entry, ItemTotal, Period, Sheet, SheetMember
from assessments.permissions import review_verdicts
from service_areas.permissions import Verdict, refused

State = Sheet.State
TABS = ("waiting", "marked", "returned", "own_line", "missing", "confirmed")
FULL = Decimal(100)
LOW = Decimal("0.8")  # of last quarter's mean: below it is told
FULL_LINES = 3  # a smaller sheet at full marks says nothing


class Flag(NamedTuple):
    """One thing that stands out."""

    colour: str
    icon: str
    text: str


@dataclass(slots=True)
class Queued:
    """A sheet in the queue. `ratio` is its mean against last quarter's, of 1."""

    sheet: Any
    flags: list[Flag] = field(default_factory=list)
    verdict: Verdict = refused("")
    mean: Decimal | None = None
    ratio: Decimal | None = None

    @property
    def awaits_own_line(self) -> bool:
        return bool(self.sheet.has_open_own_line)

    @property
    def may_confirm(self) -> bool:
        return bool(self.verdict) and self.sheet.state == State.SUBMITTED and not self.awaits_own_line

    @property
    def is_clean(self) -> bool:
        return self.may_confirm and not self.flags


@dataclass(frozen=True, slots=True)
class Queue:
    rows: list[Queued]
    counts: dict[str, int]
    expected: int
    reported: int
    confirmed: int


def read_queue(user: Any, period: Period, tab: str, sheets: Any) -> Queue:
    """The rows of one tab and the counts of all, in six queries. `sheets`: those the person sees, narrowed."""
    found = list(with_figures(sheets.filter(period=period)))
    submitted = [sheet for sheet in found if sheet.state == State.SUBMITTED]
    flags = flags_of(period, submitted)
    counts = {
        "waiting": len(submitted),
        "marked": sum(bool(flags[sheet.pk]) for sheet in submitted),
        "own_line": sum(sheet.has_open_own_line for sheet in submitted),
        **{name: sum(sheet.state in states for sheet in found) for name, states in STATES.items()},
    }
    chosen = [sheet for sheet in found if in_tab(sheet, tab, flags)]
    verdicts = review_verdicts(user, chosen) if tab in {"waiting", "marked", "own_line"} else {}
    rows = [_queued(sheet, flags.get(sheet.pk, []), verdicts.get(sheet.pk, refused(""))) for sheet in chosen]
    reported = sum(sheet.is_counted for sheet in found)
    return Queue(rows, counts, len(found), reported, counts["confirmed"])


STATES: dict[str, set[str]] = {
    "returned": {State.RETURNED, State.REOPENED},
    "missing": {State.NOT_STARTED, State.DRAFT},
    "confirmed": {State.CONFIRMED},
}


def in_tab(sheet: Any, tab: str, flags: dict[int, list[Flag]]) -> bool:
    if tab in STATES:
        return sheet.state in STATES[tab]
    if sheet.state != State.SUBMITTED:
        return False
    if tab == "marked":
        return bool(flags[sheet.pk])
    return sheet.has_open_own_line if tab == "own_line" else True


def with_figures(sheets: Any) -> Any:
    """The sheets with whether a secretary's line waits, in the order of places."""
    lines = SheetMember.objects.filter(sheet=OuterRef("pk"), filled_by=SheetMember.FilledBy.TOWNSHIP)
    open_lines = lines.filter(is_complete=False, needed_count__gt=0)
    rows = sheets.select_related("period").annotate(has_open_own_line=Exists(open_lines))
    return rows.order_by("township", "branch__code", "area__number", "pk")


def flags_of(period: Period, sheets: Sequence[Any]) -> dict[int, list[Flag]]:
    """What stands out on each of these sheets, by its pk; four queries for all of them."""
    pks = [sheet.pk for sheet in sheets]
    changed = changed_counts(sheets)
    before = means_before(period, [sheet.area_id for sheet in sheets])
    remarks = Counter(Entry.objects.filter(line__sheet__in=pks).exclude(note="").values_list("line__sheet", flat=True))
    zeros: dict[int, list[str]] = {}
    totals = ItemTotal.objects.filter(period=period, level="area", actual=0, cell_count__gte=FULL_LINES)
    needed = totals.filter(area__in=[sheet.area_id for sheet in sheets], indicator__kind__in=["quantity", "judgement"])
    for total in needed.select_related("indicator"):
        zeros.setdefault(total.unit_id, []).append(total.indicator.label)
    flags: dict[int, list[Flag]] = {}
    for sheet in sheets:
        sheet.mean_before, sheet.changed_count = before.get(sheet.area_id), changed[sheet.pk]
        flags[sheet.pk] = list(_flags(sheet, remarks[sheet.pk], zeros.get(sheet.area_id, [])))
    return flags


def means_before(period: Period, areas: Sequence[int]) -> dict[int, Decimal]:
    """Each area's mean of the quarter before, where its sheet counts."""
    last = period.as_quarter.previous()
    rows = Sheet.objects.filter(
        area__in=areas, period__county=period.county_id, period__year=last.year, period__quarter=last.number,
        is_counted=True, complete_count__gt=0,
    )  # fmt: skip
    found = rows.values_list("area", "points_sum", "complete_count")
    return {area: points / count for area, points, count in found}


def _flags(sheet: Any, remarked: int, zero_items: Sequence[str]) -> Iterable[Flag]:
    late, changed = days_late(sheet), sheet.changed_count
    if late:
        said = ngettext("%(count)s day late", "%(count)s days late", late)
        yield Flag("bad", "clock-exclamation", said % {"count": late})
    if changed:
        said = ngettext("%(count)s cell changed since returned", "%(count)s cells changed since returned", changed)
        yield Flag("info", "history", said % {"count": changed})
    if sheet.complete_count >= FULL_LINES and sheet.points_sum == FULL * sheet.complete_count:
        yield Flag("warn", "alert-triangle", _("Full marks for all %(count)s") % {"count": sheet.complete_count})
    mean, before = mean_of(sheet), sheet.mean_before
    if mean is not None and before and mean < before * LOW:
        share = int(((before - mean) / before * 100).to_integral_value())
        yield Flag("warn", "arrow-down", _("%(share)s %% less than last quarter") % {"share": share})
    for name in zero_items:
        yield Flag("warn", "circle-dashed", _("%(item)s: 0 for the whole area") % {"item": name})
    if remarked:
        yield Flag("", "message", ngettext("%(count)s note", "%(count)s notes", remarked) % {"count": remarked})


def days_late(sheet: Any) -> int:
    """Days between the due date and the first submission; timeliness goes by the first (rule 16)."""
    if sheet.first_submitted_at is None:
        return 0
    return max(0, (timezone.localdate(sheet.first_submitted_at) - sheet.period.due_on).days)


def _queued(sheet: Any, flags: list[Flag], verdict: Verdict) -> Queued:
    mean, before = mean_of(sheet), getattr(sheet, "mean_before", None)
    return Queued(sheet, flags, verdict, mean, mean / before if mean is not None and before else None)
