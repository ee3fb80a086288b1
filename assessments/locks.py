"""Why a sheet cannot be filled in just now, if so: a locked form says which lock holds it (rule 18).

Due and closing are two dates with two meanings: after the due date a sheet is late, after the
closing date it is locked. Who may fill it in is not decided here.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.models import Period, Sheet


class Kind(StrEnum):
    NOT_OPEN = "not_open"
    CLOSED = "closed"
    DATE = "date"
    REOPENING_OVER = "reopening_over"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"


class Lock(NamedTuple):
    kind: Kind
    sentence: str


def period_lock(period: Period, *, on: date) -> Lock | None:
    """What keeps every sheet of the period shut, or None: closed by the county, not open yet, past its closing date."""
    if period.state == Period.State.CLOSED:
        return Lock(
            Kind.CLOSED,
            _("Closed: the county has closed %(period)s. Its figures no longer change.") % {"period": period},
        )
    if on < period.opens_on:
        return Lock(Kind.NOT_OPEN, _("Not open yet: entry begins on %(day)s.") % {"day": _day(period.opens_on)})
    if on > period.closes_on:
        sentence = _("Locked: entry ended on %(day)s. Ask the county committee to reopen the sheet.")
        return Lock(Kind.DATE, sentence % {"day": _day(period.closes_on)})
    return None


def lock_of(sheet: Sheet, *, on: date) -> Lock | None:
    """What keeps the branch from filling in this sheet on this day, or None."""
    held = period_lock(sheet.period, on=on)
    is_past_closing = held is not None and held.kind == Kind.DATE
    if (held is None and sheet.state == Sheet.State.REOPENED) or (is_past_closing and sheet.reopened_until):
        held = _reopening_lock(sheet, on)
    if held is not None:
        return held
    if sheet.state == Sheet.State.SUBMITTED:
        return Lock(Kind.SUBMITTED, _("Submitted: it waits for %(township)s.") % {"township": sheet.township_label})
    if sheet.state == Sheet.State.CONFIRMED:
        return Lock(Kind.CONFIRMED, _("Confirmed: only the county can reopen it."))
    return None


def _reopening_lock(sheet: Sheet, on: date) -> Lock | None:
    if sheet.reopened_until is None or on <= sheet.reopened_until:
        return None
    sentence = _("Locked: the sheet was open again until %(day)s.") % {"day": _day(sheet.reopened_until)}
    return Lock(Kind.REOPENING_OVER, sentence)


def township_lock(sheet: Sheet, *, on: date) -> Lock | None:
    """What keeps the township from filling in the secretary's line: it does so while the sheet is submitted."""
    if sheet.period.state == Period.State.CLOSED:
        return period_lock(sheet.period, on=on)
    if sheet.state != Sheet.State.SUBMITTED:
        return Lock(Kind.NOT_OPEN, _("The secretary's line is filled in after the branch has submitted."))
    return None


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
