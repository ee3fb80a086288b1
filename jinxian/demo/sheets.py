"""The assessment sheets as rows: sheets, lines, cells, and the steps each sheet went through.

Which values stand in the cells is work.py's question; here they are scored, counted and dated. A closed sheet went the
whole way in its time, a sheet of the current quarter as far as its state says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from django.utils import timezone

from assessments.models import Entry, EntryChange, Sheet, SheetMember, SheetMove
from jinxian.demo import facts
from jinxian.demo.accounts import Actor, Actors
from jinxian.demo.people import Calendar, Person, Spell
from jinxian.demo.places import COUNTY_PK, Ids, TownshipPlace, branch_name
from jinxian.demo.plan import BASE_COUNT, DEEDS, GRAIN, ITEMS, Marks, Plans, period_dates, period_pk
from jinxian.demo.work import Line, Work
from jinxian.lib.quarters import Quarter
from workbook.bulk import Table

LATE_SHARE, TWICE_SHARE = 0.06, 0.04  # of the sheets of an older quarter: submitted late; returned once
CORRECTED_SHARE, NOTED_SHARE = 0.08, 0.1  # of the submitted ones: corrected since they were returned; with a note
NOTE = "承包地多 1.2 亩，过磅单在案。"
RETURN_REASONS = (
    "修路只记了总数，请按人分开填。",
    "联系户走访与台账对不上，请逐户核对。",
    "学习学时高于课时记录，请按签到表填。",
    "夏粮请按过磅单填。",
    "义务劳动两人没有证明人，请补上说明。",
)
SUMMARIES = (
    "本季度{area}共有党员{members}名，按计划完成走访、义务劳动和学习任务，群众反映的事情件件有回音。",
    "{area}党员{members}名，修整田间道路，帮助缺劳力户抢收抢种，组织生活没有间断。下季度重点抓好联系户走访。",
    "{area}{members}名党员各项指标基本完成。个别党员外出务工，学习时间偏少，已安排补课。",
)
SHEET_FIELDS = (
    "id county_id township_id branch_id area_id period_id plan_id state version is_counted summary"
    " area_name area_name_en branch_name branch_name_en township_name township_name_en leader_name leader_name_en"
    " first_submitted_at submitted_at submitted_by_id confirmed_at confirmed_by_id returned_at changed_at"
    " member_count exempt_count complete_count points_sum filled_count needed_count"
)
LINE_FIELDS = (
    "id sheet_id period_id branch_id member_id position name name_latin member_type post exempt_scope exempt_until"
    " filled_by points filled_count needed_count is_complete"
)
ENTRY_FIELDS = "id line_id item_id status target actual points note changed_by_id changed_at"
MOVE_FIELDS = (
    "id sheet_id verb from_state to_state reason seen_version by_id by_name by_name_latin by_post by_post_en at"
)
CHANGE_FIELDS = "id sheet_id entry_id old new by_id at"
NOTHING = (None, None, "", None, None)  # actual, points, note, by, at of an empty cell


class Step(NamedTuple):
    verb: str
    to_state: str
    actor: Actor
    at: datetime
    reason: str = ""


@dataclass(slots=True)
class Counts:
    members: int = 0
    exempt: int = 0
    complete: int = 0
    points: Decimal = Decimal(0)
    filled: int = 0
    needed: int = 0


class Common(NamedTuple):
    """What all townships and quarters share."""

    calendar: Calendar
    actors: Actors
    ids: Ids
    marks: Marks


class SheetRows:
    """Collects the rows of one township and quarter."""

    def __init__(self, township: TownshipPlace, quarter: Quarter, common: Common, rng: Random) -> None:
        self.township, self.quarter, self.rng = township, quarter, rng
        self.calendar, self.actors, self.ids, self.marks = common
        plans = Plans(self.calendar)
        self.plan, self.items = plans.plan_pk(quarter), plans.item_pks(quarter)
        self.period = period_pk(self.calendar, quarter)
        self.reviewer = self.actors.reviewer(township)
        self.sheets: list[tuple[Any, ...]] = []
        self.lines: list[tuple[Any, ...]] = []
        self.entries: list[tuple[Any, ...]] = []
        self.moves: list[tuple[Any, ...]] = []
        self.changes: list[tuple[Any, ...]] = []

    def tables(self, works: Sequence[Work]) -> Iterator[Table]:
        for work in works:
            self._add(work)
        yield Table(Sheet, SHEET_FIELDS, self.sheets)
        yield Table(SheetMember, LINE_FIELDS, self.lines)
        yield Table(Entry, ENTRY_FIELDS, self.entries)
        yield Table(SheetMove, MOVE_FIELDS, self.moves)
        yield Table(EntryChange, CHANGE_FIELDS, self.changes)

    def _add(self, work: Work) -> None:
        sheet = self.ids("sheet")
        steps, begins = self._steps(work), len(self.entries)
        counts = self._add_lines(sheet, work, steps) if work.is_begun else self._expected(work)
        if work.fate == "submitted" and not work.area.branch.is_pangcun:
            self._add_remarks(sheet, range(begins, len(self.entries)), steps)
        version = self._add_moves(sheet, steps, counts.filled)
        frozen = (*self._place(work), *self._state(work, version), *self._names(work))
        self.sheets.append((sheet, *frozen, *self._dates(work, steps), *_counted(counts)))

    def _place(self, work: Work) -> tuple[Any, ...]:
        branch = work.area.branch
        return COUNTY_PK, self.township.pk, branch.pk, work.area.pk, self.period, self.plan

    def _state(self, work: Work, version: int) -> tuple[Any, ...]:
        summary = ""
        if work.is_counted or work.fate == "returned":
            area = work.area
            summary = self.rng.choice(SUMMARIES).format(area=f"{area.branch.place}{area.name}", members=len(work.lines))
        state = "closed" if work.fate == "not_reported" else work.fate
        return state, version, work.is_counted, summary

    def _names(self, work: Work) -> tuple[str, ...]:
        area, branch = work.area, work.area.branch
        leader = next((line.person for line in work.lines if line.person.post == "leader"), None)
        names = (leader.name, leader.name_latin) if leader else ("", "")
        return area.name, f"Area {area.number}", *branch_name(branch), self.township.name, self.township.name_en, *names

    def _dates(self, work: Work, steps: Sequence[Step]) -> tuple[Any, ...]:
        """First submitted, submitted and by whom, confirmed and by whom, returned, changed."""
        submitted = [step for step in steps if step.verb == "submit"]
        last = submitted[-1] if submitted else None
        confirmed = next((step for step in steps if step.verb == "confirm"), None)
        returned = next((step for step in steps if step.verb == "return"), None)
        return (
            submitted[0].at if last else None, last.at if last else None, last.actor.user_pk if last else None,
            confirmed.at if confirmed else None, confirmed.actor.user_pk if confirmed else None,
            returned.at if returned else None, steps[-1].at if steps else None,
        )  # fmt: skip

    def _expected(self, work: Work) -> Counts:
        """What an untouched sheet says it will need, as assessments.periods counts it."""
        day = self.quarter.last_day
        people = [person for person in work.area.people if person.admitted <= day]
        spells = [person.exemption(day) for person in people]
        needed = sum(_needed(person, spell) for person, spell in zip(people, spells, strict=True))
        return Counts(members=len(people), needed=needed)

    def _add_lines(self, sheet: int, work: Work, steps: Sequence[Step]) -> Counts:
        counts = Counts()
        writer, written_at = self._writer(steps)
        for position, line in enumerate(work.lines, start=1):
            is_own = line.person.post == "secretary"
            by, at = (self.reviewer.user_pk, self._reviewed_at(steps)) if is_own else (writer.user_pk, written_at)
            pk, points, filled, needed = self._add_cells(line, by, at)
            self.lines.append(
                (
                    pk, sheet, self.period, work.area.branch.pk, line.person.pk, position, line.person.name,
                    line.person.name_latin, line.person.member_type, line.person.post,
                    line.exempt, line.spell.until if line.spell else None, "township" if is_own else "branch", points,
                    filled, needed, 0 < needed == filled,
                )
            )  # fmt: skip
            _count(counts, line, points, filled, needed, is_own=is_own)
        return counts

    def _add_cells(self, line: Line, by: int | None, at: datetime) -> tuple[int, Decimal | None, int, int]:
        """The line's key, points, filled and needed cells."""
        pk = self.ids("line")
        if line.exempt == "all":
            return pk, None, 0, 0
        total, filled, needed = Decimal(0), 0, 0
        points_of, next_pk, exempt, targets = self.marks.points, self.ids, line.exempt, line.targets
        for place, item in enumerate(self.items):
            if line.leaves_out(place):
                self.entries.append((next_pk("entry"), pk, item, "exempt", targets[place], *NOTHING))
                continue
            needed += place < BASE_COUNT
            actual, points = line.value(place), None
            if actual is not None:
                points = points_of(exempt, place, targets[place], actual)
                total += points
                filled += place < BASE_COUNT
            elif place >= BASE_COUNT:
                continue
            written = NOTHING if actual is None else (actual, points, "", by, at)
            self.entries.append((next_pk("entry"), pk, item, "applies", targets[place], *written))
        return pk, total if filled else None, filled, needed

    def _add_remarks(self, sheet: int, entries: range, steps: Sequence[Step]) -> None:
        """What the township shall look at: a cell that was corrected after the return, a note beside another."""
        if any(step.verb == "return" for step in steps):
            entry, _, _, _, _, actual, *_ = self.entries[self._one_of(entries, DEEDS)]
            by, at = steps[-1].actor.user_pk, steps[-2].at + (steps[-1].at - steps[-2].at) / 2
            self.changes.append((self.ids("change"), sheet, entry, actual + 30, actual, by, at))
        if self.rng.random() < NOTED_SHARE:
            place = self._one_of(entries, GRAIN)
            row = self.entries[place]
            self.entries[place] = (*row[:7], NOTE, *row[8:])

    def _one_of(self, entries: range, item: int) -> int:
        """One of the sheet's filled cells of an item."""
        filled = [at for at in entries if self.entries[at][2] == self.items[item] and self.entries[at][5] is not None]
        return self.rng.choice(filled)

    def _writer(self, steps: Sequence[Step]) -> tuple[Actor, datetime]:
        """Who filled the cells and when: before the first submission, or lately."""
        first = next((step for step in steps if step.verb == "submit"), None)
        at = first.at - timedelta(minutes=7) if first else steps[0].at + timedelta(minutes=25)
        return steps[0].actor, max(at, steps[0].at)

    def _reviewed_at(self, steps: Sequence[Step]) -> datetime:
        submitted = [step.at for step in steps if step.verb == "submit"]
        return submitted[-1] + timedelta(minutes=1) if submitted else steps[0].at

    def _add_moves(self, sheet: int, steps: Sequence[Step], filled: int) -> int:
        """Write the steps; the version the sheet has after them. Every saved line made one, too."""
        state, version = "not_started", 0
        for step in steps:
            move = (self.ids("move"), sheet, step.verb, state, step.to_state, step.reason, version)
            self.moves.append((*move, *step.actor, step.at))
            version += 1 + (filled // BASE_COUNT if step.verb == "begin" else 0)
            state = step.to_state
        return version

    def _steps(self, work: Work) -> list[Step]:
        if work.fate in ("closed", "not_reported"):
            return self._old_steps(work)
        return self._new_steps(work) if work.is_begun else []

    def _old_steps(self, work: Work) -> list[Step]:
        """A quarter that is over: submitted by the due day or late, sometimes returned once, confirmed, closed."""
        opens, due, closes = period_dates(self.calendar, self.quarter)
        closed = Step("close", "closed", self.actors.county(), _at(closes + timedelta(1), 9, 0))
        if work.fate == "not_reported":
            return [closed._replace(reason="到锁定日没有上报，按未上报归档。")]
        draw, secretary = self.rng.random, self.actors.secretary(work.area.branch)
        begun = _moment(opens, due - timedelta(5), draw())
        is_late = draw() < LATE_SHARE
        span = (due + timedelta(1), due + timedelta(6)) if is_late else (due - timedelta(5), due + timedelta(1))
        submitted = _moment(*span, draw())
        steps = [Step("begin", "draft", secretary, begun), Step("submit", "submitted", secretary, submitted)]
        if draw() < TWICE_SHARE:
            reason, returned = self.rng.choice(RETURN_REASONS), submitted + timedelta(days=1, minutes=40)
            steps.append(Step("return", "returned", self.reviewer, returned, reason))
            steps.append(Step("submit", "submitted", secretary, submitted + timedelta(days=2, minutes=95)))
        confirmed = steps[-1].at + timedelta(days=1 + int(draw() * 3), minutes=int(draw() * 50))
        return [*steps, Step("confirm", "confirmed", self.reviewer, confirmed), closed]

    def _new_steps(self, work: Work) -> list[Step]:
        """The quarter being reported, between its opening and the day of the demo."""
        begun, submitted, reviewed = (self._lately(share + 0.3 * self.rng.random()) for share in (0, 0.33, 0.66))
        secretary = self.actors.secretary(work.area.branch)
        steps = [Step("begin", "draft", secretary, begun)]
        if work.fate != "draft":
            steps.append(Step("submit", "submitted", secretary, submitted))
        if work.fate == "submitted" and not work.area.branch.is_pangcun and self.rng.random() < CORRECTED_SHARE:
            steps.append(Step("return", "returned", self.reviewer, reviewed, self.rng.choice(RETURN_REASONS)))
            steps.append(Step("submit", "submitted", secretary, self._lately(0.98)))
        if work.fate == "returned":
            reason = facts.RETURN_REASON if work.is_second_of_pangcun else self.rng.choice(RETURN_REASONS)
            steps.append(Step("return", "returned", self.reviewer, reviewed, reason))
        if work.fate == "confirmed":
            steps.append(Step("confirm", "confirmed", self.reviewer, reviewed))
        return steps

    def _lately(self, share: float) -> datetime:
        """A moment of the days since the opening; in the first half hour where the quarter opens on the very day."""
        opens, _, _ = period_dates(self.calendar, self.quarter)
        if self.calendar.on > opens:
            return _moment(opens, self.calendar.on, share)
        return _at(opens, 0, int(share * 30))


def _at(day: date, hour: int, minute: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def _moment(first: date, end: date, share: float) -> datetime:
    """So far into the office hours of the days from `first` up to, not including, `end`."""
    days, rest = divmod(share * (end - first).days, 1)
    minutes = int(rest * 560)
    return _at(first + timedelta(days), 8 + minutes // 60, minutes % 60)


def _needed(person: Person, spell: Spell | None) -> int:
    """Cells of the branch's that this person's line will have."""
    if person.post == "secretary":
        return 0
    if spell is None:
        return BASE_COUNT
    return 0 if spell.scope == "all" else sum(item.burden != spell.scope for item in ITEMS[:BASE_COUNT])


def _count(counts: Counts, line: Line, points: Decimal | None, filled: int, needed: int, *, is_own: bool) -> None:
    """The secretary's own line is the township's to fill: it stands outside the branch's cells."""
    counts.members += 1
    counts.exempt += line.exempt == "all"
    if not is_own:
        counts.filled += filled
        counts.needed += needed
    if points is not None and filled == needed:
        counts.complete += 1
        counts.points += points


def _counted(counts: Counts) -> tuple[Any, ...]:
    return counts.members, counts.exempt, counts.complete, counts.points, counts.filled, counts.needed
