"""What a person owes today, what came back, what waits for the person, and whom others wait for.

Pure reading: rows come through `visible_to`, days are arguments. Who may do what is permissions.py's question; here a
duty is named only to those whose appointment gives it. Overdue is a matter of dates, not of a state.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from assessments.locks import Lock, lock_of, period_lock
from assessments.models import Period, Sheet, SheetMember, SheetMove
from jinxian.lib.labels import in_language
from jinxian.lib.quarters import Quarter
from service_areas.permissions import LEADER, SECRETARY
from service_areas.scoping import scope_of

State = Sheet.State
# What is taken up first: what a reviewer sent back, what the county opened again, what is begun, what is not.
URGENCY = (State.RETURNED, State.REOPENED, State.DRAFT, State.NOT_STARTED)
CAME_BACK = frozenset({State.RETURNED, State.REOPENED})
VERBS = {State.RETURNED: "correct", State.REOPENED: "correct", State.DRAFT: "go_on", State.NOT_STARTED: "start"}


def opened(periods: Iterable[Period], *, on: date) -> list[Period]:
    """The quarters that can still be reported or have yet to be closed by the county, oldest first."""
    found = (p for p in periods if p.state == Period.State.OPEN and p.opens_on <= on)
    return sorted(found, key=lambda p: (p.year, p.quarter))


@dataclass(frozen=True)
class Owed:
    """A quarter's sheets of a branch, or a leader's one sheet, of which some are not reported.

    `sheet` is the one to take up first; `verb` start, go_on or correct, empty while `lock` holds it.
    """

    period: Period
    label: str  # of the branch or area
    sheets: Sequence[Sheet]
    sheet: Sheet
    on: date
    lock: Lock | None
    role: str

    @property
    def days(self) -> int:
        """Days until the due date; below 0: overdue by so many."""
        return (self.period.due_on - self.on).days

    @property
    def is_overdue(self) -> bool:
        return self.days < 0

    @property
    def days_late(self) -> int:
        return max(0, -self.days)

    @property
    def verb(self) -> str:
        return "" if self.lock else VERBS[State(self.sheet.state)]

    @property
    def expected(self) -> int:
        return len(self.sheets)

    @property
    def reported(self) -> int:
        return sum(sheet.is_counted for sheet in self.sheets)

    @property
    def filled(self) -> int:
        return sum(sheet.filled_count for sheet in self.sheets)

    @property
    def needed(self) -> int:
        return sum(sheet.needed_count for sheet in self.sheets)

    @property
    def missing(self) -> list[Sheet]:
        """The sheets that are not reported, those to see to first."""
        missing = [sheet for sheet in self.sheets if sheet.state in URGENCY]
        return sorted(missing, key=lambda sheet: URGENCY.index(State(sheet.state)))

    @property
    def others(self) -> list[Sheet]:
        """What is owed beside `sheet`."""
        return [sheet for sheet in self.missing if sheet.pk != self.sheet.pk]

    @property
    def done(self) -> list[tuple[str, str, int]]:
        """State, its word and the number of the sheets that are reported."""
        counted = Counter(sheet.state for sheet in self.sheets)
        order = (State.SUBMITTED, State.CONFIRMED, State.CLOSED)
        return [(str(state), str(state.label), counted[state]) for state in order if counted[state]]

    @property
    def is_full(self) -> bool:
        """The sheet has every cell filled: a leader then tells the secretary, who submits."""
        return self.sheet.needed_count > 0 and self.sheet.filled_count == self.sheet.needed_count


@dataclass(frozen=True)
class CameBack:
    """A sheet that was returned or reopened, with the words of who did it."""

    sheet: Sheet
    move: SheetMove | None


@dataclass
class Work:
    """The sheets that somebody fills in: a branch's as its secretary, an area's as its leader."""

    owed: list[Owed] = field(default_factory=list)
    came_back: list[CameBack] = field(default_factory=list)
    we_wait: list[Sheet] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)  # of the newest quarter
    period: Period | None = None

    @property
    def owed_count(self) -> int:
        """Sheets, of however many quarters."""
        return sum(len(duty.missing) for duty in self.owed)

    @property
    def overdue_count(self) -> int:
        return sum(len(duty.missing) for duty in self.owed if duty.is_overdue)

    @property
    def filled(self) -> int:
        return sum(sheet.filled_count for sheet in self.sheets)

    @property
    def needed(self) -> int:
        return sum(sheet.needed_count for sheet in self.sheets)


def places_held(user: Any) -> tuple[dict[int, Any], dict[int, Any]]:
    """Branches held as secretary, and areas held as leader that lie in none of them."""
    appointments = scope_of(user).appointments
    branches = {a.branch_id: a.branch for a in appointments if a.role == SECRETARY and a.branch_id}
    areas = {a.area.pk: a.area for a in appointments if a.role == LEADER and a.area}
    return branches, {pk: area for pk, area in areas.items() if area.branch_id not in branches}


def work_of(user: Any, periods: Sequence[Period], *, on: date) -> Work:
    """What secretary and leader owe, in two queries."""
    branches, areas = places_held(user)
    asked = {period.pk: period for period in opened(periods, on=on)}
    work = Work(period=asked[max(asked, key=lambda pk: asked[pk].as_quarter)] if asked else None)
    if not asked or not (branches or areas):
        return work
    rows = Sheet.objects.visible_to(user).filter(Q(branch__in=branches) | Q(area__in=areas), period__in=asked)
    groups: dict[tuple[int, str, int], list[Sheet]] = defaultdict(list)
    for sheet in rows.order_by("branch", "area__number", "pk"):
        sheet.period = asked[sheet.period_id]
        role, place = (SECRETARY, sheet.branch_id) if sheet.branch_id in branches else (LEADER, sheet.area_id)
        groups[sheet.period_id, role, place].append(sheet)
    everything = [sheet for sheets in groups.values() for sheet in sheets]
    for (period, role, _place), sheets in groups.items():
        duty = _owed(asked[period], role, sheets, on)
        if duty:
            work.owed.append(duty)
    work.owed.sort(key=lambda duty: (duty.period.due_on, duty.label))
    work.came_back = _came_back(user, [sheet for sheet in everything if sheet.state in CAME_BACK])
    work.we_wait = [sheet for sheet in everything if sheet.state == State.SUBMITTED]
    work.sheets = [sheet for sheet in everything if work.period and sheet.period_id == work.period.pk]
    return work


def _owed(period: Period, role: str, sheets: Sequence[Sheet], on: date) -> Owed | None:
    missing = [sheet for sheet in sheets if sheet.state in URGENCY]
    if not missing:
        return None
    first = min(missing, key=lambda sheet: (bool(lock_of(sheet, on=on)), URGENCY.index(State(sheet.state))))
    label = first.branch_label if role == SECRETARY else first.area_label
    return Owed(period, label, sheets, first, on, lock_of(first, on=on), role)


def _came_back(user: Any, sheets: Sequence[Sheet]) -> list[CameBack]:
    if not sheets:
        return []
    verbs = (SheetMove.Verb.RETURN, SheetMove.Verb.REOPEN)
    moves = SheetMove.objects.visible_to(user).filter(sheet__in=[sheet.pk for sheet in sheets], verb__in=verbs)
    last = {move.sheet_id: move for move in moves.order_by("at", "pk")}
    return [CameBack(sheet, last.get(sheet.pk)) for sheet in sheets]


@dataclass
class Standing:
    """Where a quarter's sheets stand in each part of a place. `missing` are not reported, `waiting` to be reviewed.

    Where none is `expected`, the sheets have not been issued: nothing is missing, nor is all there.
    """

    period: Period
    on: date
    states: Counter[str] = field(default_factory=Counter)
    missing: int = 0
    parts: list[Part] = field(default_factory=list)

    @property
    def expected(self) -> int:
        return sum(self.states.values())

    @property
    def reported(self) -> int:
        return self.expected - self.missing

    @property
    def waiting(self) -> int:
        return self.states[State.SUBMITTED]

    @property
    def returned(self) -> int:
        return self.states[State.RETURNED] + self.states[State.REOPENED]

    @property
    def days(self) -> int:
        """Days until the due date; below 0: past it by so many."""
        return (self.period.due_on - self.on).days

    @property
    def days_late(self) -> int:
        return max(0, -self.days)

    @property
    def lock(self) -> Lock | None:
        return period_lock(self.period, on=self.on)

    @property
    def shown_states(self) -> list[tuple[str, str, int]]:
        order = [State.CONFIRMED, State.SUBMITTED, State.RETURNED, State.REOPENED, State.DRAFT, State.NOT_STARTED]
        return [(str(s), str(s.label), self.states[s]) for s in [*order, State.CLOSED] if self.states[s]]

    @property
    def we_wait(self) -> list[Part]:
        """The parts with something missing, most first."""
        return sorted((part for part in self.parts if part.missing), key=lambda part: -part.missing)


@dataclass
class Part:
    pk: int
    label: str
    expected: int = 0
    missing: int = 0
    waiting: int = 0

    @property
    def reported(self) -> int:
        return self.expected - self.missing


def standing_of(user: Any, periods: Sequence[Period], *, by: str, within: dict[str, Any], on: date) -> list[Standing]:
    """Each open quarter's sheets of a place by its parts (`by`: township or branch), in one query; oldest first."""
    asked = {period.pk: Standing(period, on) for period in opened(periods, on=on)}
    if not asked:
        return []
    rows = Sheet.objects.visible_to(user).filter(period__in=asked, **within).order_by(by)
    names = ("period", by, f"{by}_name", f"{by}_name_en", "state", "is_counted")
    parts: dict[tuple[int, int], Part] = {}
    for period, pk, name, name_en, state, is_counted, count in rows.values_list(*names).annotate(n=Count("pk")):
        standing, missing = asked[period], 0 if is_counted else count
        if (period, pk) not in parts:
            parts[period, pk] = Part(pk, in_language(name, name_en))
            standing.parts.append(parts[period, pk])
        part = parts[period, pk]
        standing.states[state] += count
        standing.missing += missing
        part.expected, part.missing = part.expected + count, part.missing + missing
        part.waiting += count if state == State.SUBMITTED else 0
    return list(asked.values())


def own_lines(user: Any, periods: Sequence[Period], *, townships: Iterable[int], on: date) -> list[SheetMember]:
    """Secretaries' lines on submitted sheets that the township has still to fill in; not the person's own."""
    lines = SheetMember.objects.visible_to(user).filter(
        sheet__township__in=list(townships), sheet__state=State.SUBMITTED, period__in=opened(periods, on=on),
        filled_by=SheetMember.FilledBy.TOWNSHIP, is_complete=False, needed_count__gt=0,
    )  # fmt: skip
    return list(lines.exclude(member__user=user.pk).select_related("sheet").order_by("sheet__submitted_at", "pk"))


@dataclass(frozen=True)
class Next:
    """A day ahead: due, locked, opens, or the end of the running quarter. `quarter` is the one it is about."""

    day: date
    kind: str
    quarter: Quarter


def coming(periods: Iterable[Period], *, on: date) -> list[Next]:
    """The dates ahead, nearest first; never empty, because the running quarter ends some day."""
    running = Quarter.containing(on)
    found = [Next(running.last_day, "ends", running)]
    for period in periods:
        if period.state == Period.State.OPEN:
            dates = (("opens", period.opens_on), ("due", period.due_on), ("locks", period.closes_on))
            is_ahead = period.opens_on > on
            found += [
                Next(day, kind, period.as_quarter) for kind, day in dates if day >= on and (kind != "opens" or is_ahead)
            ]
    return sorted(found, key=lambda each: each.day)
