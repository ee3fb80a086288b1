"""Lines of open quarters follow their members: the area that holds a member on the day of record assesses (rule 6).

Only sheets that a branch is filling in change, and only by lines in which nothing is filled: a figure stays where it
was entered, and what was submitted keeps its lines. Moving the member is members/transfers.py's and affiliations.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.lines import add_line, recount, take_off
from assessments.models import Entry, Period, Sheet, SheetMember
from assessments.periods import day_of_record, secretaries_on
from members import transfers
from members.affiliations import affiliate
from members.models import Affiliation, Member, Post, Transfer
from members.posts import Unit, begin_post
from members.registration import enter_member
from members.statuses import belonged_on
from service_areas.models import Branch, County, ServiceArea, SmallGroup

State = Sheet.State
FOLLOWING = frozenset({State.DRAFT, State.RETURNED})  # begun, and in the branch's own hands


class Outcome(StrEnum):
    MOVED = "moved"  # from one sheet to another
    ADDED = "added"
    TAKEN_OFF = "taken_off"  # the member is in no area, or in one whose sheet is not begun
    LATE = "late"  # on no sheet, and the area has submitted already
    MISSED = "missed"  # taken off, and the new area had submitted already
    FILLED = "filled"  # the line stays: it has figures
    REPORTED = "reported"  # the line stays: its sheet was submitted, or opened again after that


@dataclass(frozen=True)
class Followed:
    """What became of a member's line in one open quarter. `former` is the sheet it stood on, `sheet` the one now."""

    outcome: Outcome
    period: Period
    former: Sheet | None
    sheet: Sheet | None

    @property
    def sentence(self) -> str:
        words = {
            "period": self.period.label,
            "former": _place(self.former) if self.former else "",
            "place": _place(self.sheet) if self.sheet else "",
        }
        return _sentence(self.outcome) % words


def _sentence(outcome: Outcome) -> str:
    if outcome == Outcome.MOVED:
        return _("%(period)s: the empty line moved from %(former)s to %(place)s.")
    if outcome == Outcome.ADDED:
        return _("%(period)s: a line was added on the sheet of %(place)s.")
    if outcome == Outcome.TAKEN_OFF:
        return _("%(period)s: the empty line was taken off the sheet of %(former)s.")
    if outcome == Outcome.LATE:
        return _("%(period)s: %(place)s has submitted already, so the member is on no sheet of this quarter.")
    if outcome == Outcome.MISSED:
        return _(
            "%(period)s: the empty line was taken off the sheet of %(former)s. %(place)s has submitted already, "
            "so the member is on no sheet of this quarter."
        )
    if outcome == Outcome.FILLED:
        return _("%(period)s: the line stays on the sheet of %(place)s, because figures are entered in it.")
    return _("%(period)s: the line stays on the sheet of %(place)s, which was submitted.")


def _place(sheet: Sheet) -> str:
    return f"{sheet.branch_label} {sheet.area_label}"


@transaction.atomic
def receive_and_follow(
    transfer: Transfer, *, by: Any, seen_version: int, on: date, **receipt: Any
) -> tuple[Transfer, list[Followed]]:
    """`transfers.receive`, and the open quarters that change with it; what became of each.

    `receipt` has small_group and area, or document. Errors: those of `transfers.receive`; nothing is kept then.
    """
    area = receipt.get("area")
    hold(member=transfer.member, areas=[area.pk] if area else [], on=on)
    received = transfers.receive(transfer, by=by, seen_version=seen_version, on=on, **receipt)
    return received, follow(member=transfer.member, on=on, by=by)


def hold(*, member: Member, areas: Iterable[int] = (), on: date) -> None:
    """Keep others from the sheets that `follow` may change, until the end of the transaction.

    Call it before the member's own row is locked: whoever moves or begins a sheet takes period, sheet and member in
    this order. `areas` are those the member will come to.
    """
    periods = _open_periods(member, on)
    concerned = Q(area__in=[*areas, *_areas(member)]) | Q(pk__in=_lines(member, periods).values("sheet"))
    _hold(periods, concerned)


def _hold(periods: Sequence[Period], concerned: Q) -> None:
    # Unlike totals.lock this lets lines be added: who begins a sheet holds it already, and would wait in a circle.
    list(Period.objects.select_for_update(no_key=True).filter(pk__in=[p.pk for p in periods]).order_by("pk"))
    list(Sheet.objects.select_for_update().filter(concerned, period__in=periods).order_by("pk"))


@transaction.atomic
def follow(*, member: Member, on: date, by: Any) -> list[Followed]:
    """Bring the member's lines in line with where the member is since the day `on`; what became of them, by quarter.

    Of every open quarter that ends on `on` or later: an empty line of another area's sheet is taken off, and the
    area's own sheet gets one where it is being filled in. A sheet not begun yet draws up its lines itself.
    """
    hold(member=member, on=on)
    today = timezone.localdate()
    steps = (_follow(member, period, day_of_record(period, on=today)) for period in _open_periods(member, on))
    return [step for step in steps if step is not None]


def kept_lines(*, member: Member, branch: Branch, on: date) -> Sequence[SheetMember]:
    """The member's lines of open quarters that end on `on` or later and yet stand on a sheet of this branch."""
    lines = _lines(member, _open_periods(member, on)).filter(branch=branch)
    return list(lines.select_related("sheet", "period"))


def _follow(member: Member, period: Period, day: date) -> Followed | None:
    line = SheetMember.objects.select_related("sheet__period").filter(member=member, period=period).first()
    area_id = _area_on(member, day)
    if line is not None and line.sheet.area_id == area_id:
        return None
    former = line.sheet if line else None
    if line is not None and line.sheet.state not in FOLLOWING:
        return Followed(Outcome.REPORTED, period, former, former)
    if line is not None and _has_figures(line):
        return Followed(Outcome.FILLED, period, former, former)
    if line is not None:
        take_off(line)
    sheet = Sheet.objects.select_related("period").filter(period=period, area=area_id).first() if area_id else None
    if sheet is not None and sheet.state in FOLLOWING:
        add_line(sheet, Member.objects.get(pk=member.pk), on=day)
        return Followed(Outcome.MOVED if former else Outcome.ADDED, period, former, sheet)
    is_late = sheet is not None and sheet.state != State.NOT_STARTED
    if former is None:
        return Followed(Outcome.LATE, period, None, sheet) if is_late else None
    return Followed(Outcome.MISSED if is_late else Outcome.TAKEN_OFF, period, former, sheet)


def _has_figures(line: SheetMember) -> bool:
    """Whether anything was entered: a figure, a note, "not applicable"."""
    written = Q(actual__isnull=False) | ~Q(note="") | Q(status=Entry.Status.NOT_APPLICABLE)
    return line.entries.filter(written).exists()


def _area_on(member: Member, day: date) -> int | None:
    """The area whose sheet has the member on this day, as assessments.lines draws it up."""
    rows = Affiliation.objects.current(on=day).filter(belonged_on(day), member=member)
    return rows.values_list("area", flat=True).first()


def _areas(member: Member) -> list[int]:
    rows = Affiliation.objects.filter(member=member, area__isnull=False)
    return list(rows.values_list("area", flat=True))


def _open_periods(member: Member, on: date | None) -> list[Period]:
    """Open quarters, oldest first; with a day those that end on it or later."""
    county = Branch.objects.values_list("county", flat=True).get(pk=member.branch_id)
    periods = Period.objects.filter(county=county, state=Period.State.OPEN).order_by("year", "quarter")
    return [period for period in periods if on is None or period.as_quarter.last_day >= on]


def _lines(member: Member, periods: Sequence[Period]) -> Any:
    return SheetMember.objects.filter(member=member, period__in=periods)


@transaction.atomic
def move_and_follow(
    *, member: Member, branch: Branch, small_group: SmallGroup | None, area: ServiceArea | None, on: date, by: Any
) -> list[Followed]:
    """Another small group or area from the day `on`, and the lines of open quarters with it.

    Errors: ValidationError as in members.affiliations.
    """
    hold(member=member, areas=[area.pk] if area else [], on=on)
    affiliate(member=member, branch=branch, small_group=small_group, area=area, on=on, by=by)
    return follow(member=member, on=on, by=by)


@transaction.atomic
def enter_and_follow(
    member: Member, *, branch: Branch, small_group: SmallGroup | None, area: ServiceArea | None, on: date, by: Any
) -> tuple[Member, list[Followed]]:
    """`registration.enter_member`, and a line on the sheets that are being filled in. Errors as there."""
    member.branch = branch
    _hold(_open_periods(member, on), Q(area=area))
    entered = enter_member(member, branch=branch, small_group=small_group, area=area, on=on, by=by)
    return entered, follow(member=entered, on=on, by=by)


@transaction.atomic
def fill_post(*, member: Member, kind: str, unit: Unit, on: date, by: Any) -> Post:
    """`posts.begin_post`, and a secretary's line is the township's from then on. Errors as there."""
    hold(member=member, on=on)
    post = begin_post(member=member, kind=kind, unit=unit, on=on, by=by)
    follow_secretary(member=member)
    return post


@transaction.atomic
def follow_secretary(*, member: Member) -> None:
    """Give the township the lines that a secretary, by now, could only fill in himself (rule 17).

    It holds for every open quarter that a branch is still filling in, also for one whose last day was before the post.
    """
    if member.pk not in secretaries_on([timezone.localdate()]):
        return
    periods = _open_periods(member, None)
    lines = _lines(member, periods).filter(sheet__state__in=FOLLOWING, filled_by=SheetMember.FilledBy.BRANCH)
    sheets = Q(pk__in=list(lines.values_list("sheet", flat=True)))
    _hold(periods, sheets)
    for line in lines.select_related("sheet__period"):
        line.filled_by = SheetMember.FilledBy.TOWNSHIP
        line.save(update_fields=["filled_by"])
        recount(line.sheet)


def follow_many(*, moved: Mapping[int, date], secretaries: Sequence[int], by: Any) -> None:
    """`follow` for members with the day they came or went, `follow_secretary` for those who became secretary.

    Quick where no sheet of theirs is being filled in. For the workbook, which holds the sheets already (`hold_all`).
    """
    begun = Sheet.objects.filter(period__state=Period.State.OPEN, state__in=FOLLOWING)
    if not begun.exists():
        return
    areas = set(begun.values_list("area", flat=True))
    on_a_sheet = set(SheetMember.objects.filter(sheet__in=begun).values_list("member", flat=True))
    for member in Member.objects.filter(pk__in=[*moved, *secretaries]).order_by("pk"):
        if member.pk in moved and (member.area_id in areas or member.pk in on_a_sheet):
            follow(member=member, on=moved[member.pk], by=by)
        if member.pk in secretaries and member.pk in on_a_sheet:
            follow_secretary(member=member)


def hold_all(county: County) -> None:
    """Keep others from all sheets of the county that lines may come to or leave, before its books are locked."""
    periods = list(Period.objects.filter(county=county, state=Period.State.OPEN))
    _hold(periods, Q(state__in=FOLLOWING))
