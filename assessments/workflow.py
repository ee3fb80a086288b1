"""The moves of an assessment sheet: one table of what leads where, and one function per move.

A move is a conditional update on state and version, so of two browsers one wins and the other is
told. Who may make it is permissions.py's question; what the check before submitting finds, checking.py's.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments import totals
from assessments.checking import check
from assessments.grid import read_grid
from assessments.lines import begin_lines
from assessments.locks import Kind, lock_of, period_lock
from assessments.models import Period, Sheet, SheetMove
from assessments.periods import changed_since, freeze_names
from service_areas.scoping import scope_of

State, Verb = Sheet.State, SheetMove.Verb

# Verb → (states it may start from, state it leads to).
MOVES: dict[str, tuple[frozenset[str], str]] = {
    Verb.BEGIN: (frozenset({State.NOT_STARTED}), State.DRAFT),
    Verb.SUBMIT: (frozenset({State.DRAFT, State.RETURNED, State.REOPENED}), State.SUBMITTED),
    Verb.TAKE_BACK: (frozenset({State.SUBMITTED}), State.DRAFT),
    Verb.RETURN: (frozenset({State.SUBMITTED}), State.RETURNED),
    Verb.CONFIRM: (frozenset({State.SUBMITTED}), State.CONFIRMED),
    Verb.REOPEN: (frozenset({State.CONFIRMED}), State.REOPENED),
    Verb.CLOSE: (frozenset(State) - {State.CLOSED}, State.CLOSED),
}
_NAMES = [f"{unit}_name{suffix}" for unit in ("area", "branch", "township") for suffix in ("", "_en")]
FILLABLE = frozenset({State.DRAFT, State.RETURNED, State.REOPENED})
COUNTED = frozenset({State.SUBMITTED, State.CONFIRMED})


class Refused(Exception):
    """A move that cannot be made now. Nothing was changed; `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Stale(Refused):
    """Somebody changed the sheet after the page was opened."""


def begin(sheet: Sheet, *, by: Any) -> Sheet:
    """Draw up the sheet's lines and cells; a sheet begun already is returned as it is."""
    if sheet.state == State.NOT_STARTED:
        _refuse_locked(sheet)
        with transaction.atomic():
            if _move(sheet, Verb.BEGIN, by=by, seen_version=sheet.version):
                begin_lines(sheet, on=timezone.localdate())
    return sheet


def submit(sheet: Sheet, *, by: Any, seen_version: int) -> Sheet:
    """Hand the sheet to the township. From then on its figures stand in the totals (rule 16).

    Errors: Refused with the sentence of the lock, or that cells are missing; Stale.
    """
    if _was_done(sheet, Verb.SUBMIT, by, seen_version):
        return sheet
    _refuse_locked(sheet)
    found = check(read_grid(sheet))
    if found.blocking_count:
        raise Refused(_("Not submitted: %(count)s cells are still empty.") % {"count": found.blocking_count})
    now = timezone.now()
    if not changed_since(sheet):
        freeze_names(sheet, sheet.area)
    sheet.first_submitted_at = sheet.first_submitted_at or now
    sheet.submitted_at, sheet.submitted_by = now, by
    with transaction.atomic():
        totals.lock(sheet.period_id)
        fields = ["first_submitted_at", "submitted_at", "submitted_by", *_NAMES]
        if _move(sheet, Verb.SUBMIT, by=by, seen_version=seen_version, fields=fields):
            totals.recompute(sheet)
    return sheet


def take_back(sheet: Sheet, *, by: Any, seen_version: int) -> Sheet:
    """The branch takes an unreviewed sheet back; it leaves the totals until submitted again."""
    _refuse_period_locked(sheet)
    return _leave_totals(sheet, Verb.TAKE_BACK, by=by, seen_version=seen_version)


def return_sheet(sheet: Sheet, *, by: Any, seen_version: int, reason: str) -> Sheet:
    """The township sends the sheet back, with the reason the branch will read."""
    if not reason.strip():
        raise Refused(_("Write the reason: which person, which item, what to change."))
    _refuse_period_locked(sheet)
    sheet.returned_at = timezone.now()
    return _leave_totals(sheet, Verb.RETURN, by=by, seen_version=seen_version, reason=reason, fields=["returned_at"])


def confirm(sheet: Sheet, *, by: Any, seen_version: int) -> Sheet:
    """The township confirms the version that was on its screen; the sheet then keeps the names of its time."""
    if _was_done(sheet, Verb.CONFIRM, by, seen_version):
        return sheet
    _refuse_closed_period(sheet)
    if sheet.lines.filter(filled_by="township", is_complete=False, needed_count__gt=0).exists():
        raise Refused(_("Not confirmed: fill in the secretary's line first."))
    sheet.confirmed_at, sheet.confirmed_by = timezone.now(), by
    with transaction.atomic():
        totals.lock(sheet.period_id)
        if _move(sheet, Verb.CONFIRM, by=by, seen_version=seen_version, fields=["confirmed_at", "confirmed_by"]):
            totals.recompute(sheet)
    return sheet


def reopen(sheet: Sheet, *, by: Any, seen_version: int, reason: str, until: date) -> Sheet:
    """The county opens a confirmed sheet again until a day; it leaves the totals meanwhile."""
    _refuse_closed_period(sheet)
    if not reason.strip():
        raise Refused(_("Write the reason for reopening."))
    if until < timezone.localdate():
        raise Refused(_("The last day of the reopening lies in the past."))
    sheet.reopened_until = until
    return _leave_totals(sheet, Verb.REOPEN, by=by, seen_version=seen_version, reason=reason, fields=["reopened_until"])


def _leave_totals(
    sheet: Sheet, verb: str, *, by: Any, seen_version: int, reason: str = "", fields: list[str] | None = None
) -> Sheet:
    if _was_done(sheet, verb, by, seen_version):
        return sheet
    with transaction.atomic():
        totals.lock(sheet.period_id)
        if _move(sheet, verb, by=by, seen_version=seen_version, reason=reason, fields=fields):
            totals.recompute(sheet)
    return sheet


def _move(
    sheet: Sheet, verb: str, *, by: Any, seen_version: int, reason: str = "", fields: list[str] | None = None
) -> bool:
    """Make the move if state and version are still what the person saw; False if it was made already.

    Two equal requests can both get past the first look; the second one finds its own move here.
    """
    allowed, to_state = MOVES[verb]
    from_state = sheet.state
    if from_state not in allowed:
        raise Stale(_("This sheet is “%(state)s” now.") % {"state": sheet.get_state_display()})
    changed = {name: getattr(sheet, name) for name in fields or []}
    changed |= {
        "state": to_state,
        "version": seen_version + 1,
        "is_counted": to_state in COUNTED,
        "changed_at": timezone.now(),
    }
    matching = Sheet.objects.filter(pk=sheet.pk, state=from_state, version=seen_version)
    if not matching.update(**changed):
        sheet.refresh_from_db()
        if _was_done(sheet, verb, by, seen_version):
            return False
        raise Stale(_stale_sentence(sheet))
    for name, value in changed.items():
        setattr(sheet, name, value)
    _record(sheet, verb, from_state, by=by, reason=reason, seen_version=seen_version)
    return True


def _record(sheet: Sheet, verb: str, from_state: str, *, by: Any, reason: str, seen_version: int) -> None:
    SheetMove.objects.create(
        sheet=sheet, verb=verb, from_state=from_state, to_state=sheet.state, reason=reason.strip()[:600],
        seen_version=seen_version, by=by, by_name=by.name, by_name_latin=by.name_latin,
        by_post=_post_of(by, "zh-hans")[:160], by_post_en=_post_of(by, "en")[:240],
        at=sheet.changed_at or timezone.now(),
    )  # fmt: skip


def _post_of(by: Any, language: str) -> str:
    """The post somebody acts for, in one of the languages, whichever the person's page speaks."""
    leading = scope_of(by).leading
    with override(language):
        return leading.label if leading else ""


def _was_done(sheet: Sheet, verb: str, by: Any, seen_version: int) -> bool:
    """Whether this very request was carried out already: the same step, by the same person, on the same version."""
    if sheet.state != MOVES[verb][1]:
        return False
    last = sheet.moves.order_by("-at", "-pk").first()
    return last is not None and (last.verb, last.by_id, last.seen_version) == (verb, by.pk, seen_version)


def _stale_sentence(sheet: Sheet) -> str:
    last = sheet.moves.order_by("-at", "-pk").first()
    if last is not None and last.at == sheet.changed_at:
        sentence = _(
            "%(who)s changed this sheet at %(time)s: it is “%(state)s” now. Look at it again before you go on."
        )
        who, at = last.by_label, timezone.localtime(last.at).strftime("%H:%M")
        return sentence % {"who": who, "time": at, "state": sheet.get_state_display()}
    return _("Cells of this sheet were changed after you opened the page. Look at it again before you go on.")


def _refuse_locked(sheet: Sheet) -> None:
    held = lock_of(sheet, on=timezone.localdate())
    if held is not None:
        raise Refused(held.sentence)


def _refuse_period_locked(sheet: Sheet) -> None:
    """Taking back and returning need a branch that can still correct the sheet."""
    today = timezone.localdate()
    held = period_lock(sheet.period, on=today)
    is_open_again = sheet.reopened_until is not None and sheet.reopened_until >= today
    if held is not None and not (is_open_again and held.kind == Kind.DATE):
        raise Refused(held.sentence)


def _refuse_closed_period(sheet: Sheet) -> None:
    if sheet.period.state == Period.State.CLOSED:
        held = period_lock(sheet.period, on=timezone.localdate())
        raise Refused(held.sentence if held else "")
