"""Words on a sheet: a cell's note, "not applicable" with its reason, and the written summary.

They follow the same hands and locks as the figures (assessments.entry). What the page had shown comes along,
so that two people do not overwrite each other's words.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import totals
from assessments.entry import refuse_line, write
from assessments.grid import Grid, read_grid
from assessments.locks import lock_of
from assessments.marking import mark_sheet
from assessments.models import Entry, Sheet
from assessments.workflow import Refused, Stale
from jinxian.lib.chinese import TextRefused, clean_text

NOTE_LENGTH, REASON_LENGTH, SUMMARY_LENGTH = 200, 600, 4000


@transaction.atomic
def remark(sheet: Sheet, *, key: tuple[int, int], by: Any, note: str, applies: bool, seen_version: int) -> Grid:
    """Write a cell's note, and whether the item applies; without a note nothing is set to "not applicable".

    A value entered before stays in the record and counts again when the item applies again.
    Errors: ValidationError, PermissionDenied, Locked, Stale.
    """
    if sheet.is_counted:
        totals.lock(sheet.period_id)
    grid = read_grid(sheet)
    cell = grid.cell(key)
    if cell is None:
        raise ValidationError(_("This cell does not belong to the sheet."))
    refuse_line(sheet, cell.line, by=by)
    if cell.entry.status not in {Entry.Status.APPLIES, Entry.Status.NOT_APPLICABLE}:
        raise ValidationError(_("This item does not apply to this member: leave it empty."))
    if not applies and cell.item.indicator.is_optional:
        raise ValidationError(_("This item may stay empty: there is nothing to take out."))
    cell.entry.note = cleaned(note, NOTE_LENGTH)
    if not applies and not cell.entry.note:
        raise ValidationError(_("Write the reason: the township reads it."))
    cell.entry.status = Entry.Status.APPLIES if applies else Entry.Status.NOT_APPLICABLE
    mark_sheet(grid)
    if sheet.version != seen_version or not write(grid, [cell], [], by=by):
        raise Stale(_("Cells of this sheet were changed after you opened the page. Look at it again before you go on."))
    if sheet.is_counted:
        totals.recompute(sheet)
    return grid


@transaction.atomic
def summarize(sheet: Sheet, *, by: Any, summary: str, seen: str) -> None:
    """Write the sheet's summary report.

    Errors: ValidationError; Refused with the lock's sentence; Stale where somebody else wrote another text meanwhile.
    """
    stored = Sheet.objects.select_for_update().get(pk=sheet.pk)
    held = lock_of(stored, on=timezone.localdate())
    if held is not None:
        raise Refused(held.sentence)
    # Before a refusal of the text: the page that shows it again takes what is stored for seen.
    if stored.summary not in {as_stored(summary), as_stored(seen)}:
        raise Stale(_("Somebody else wrote another summary after you opened the page. Both stand below."))
    text = cleaned(summary, SUMMARY_LENGTH)
    if stored.summary == text:
        return
    now = timezone.now()
    Sheet.objects.filter(pk=sheet.pk).update(summary=text, version=stored.version + 1, changed_at=now)
    sheet.summary, sheet.version, sheet.changed_at = text, stored.version + 1, now


def as_stored(summary: str) -> str | None:
    """The summary as it would be stored; None where it is refused."""
    try:
        return cleaned(summary, SUMMARY_LENGTH)
    except ValidationError:
        return None


def cleaned(text: str, longest: int) -> str:
    """The text without what no eye can see; ValidationError where it is too long."""
    try:
        words = clean_text(text, multiline=True)
    except TextRefused as refusal:
        raise ValidationError(str(refusal)) from refusal
    if len(words) > longest:
        sentence = _("%(count)s characters are too many: %(longest)s at most.")
        raise ValidationError(sentence % {"count": len(words), "longest": longest})
    return words
