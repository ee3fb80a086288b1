"""Who may do what with plans and assessment sheets.

Each predicate asks the grant first and then the prevent rules of docs/permissions.md; persons are
compared, not roles. Whether the sheet's state allows the step is workflow.py's question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from assessments.models import EntryChange, Sheet, SheetMember, SheetMove
from service_areas.permissions import (
    ADMINISTRATOR,
    ALLOWED,
    AUDITOR,
    CLERK,
    COUNTY,
    LEADER,
    MEMBER,
    SECRETARY,
    TOWNSHIP,
    Grant,
    Verdict,
    no_right_here,
    refused,
)

SEE_STATE = Grant("sheet", "see state", (COUNTY, TOWNSHIP, SECRETARY, LEADER, AUDITOR))
SEE_DRAFT = Grant("sheet", "see cells before submission", (SECRETARY, LEADER))
SEE_REPORTED = Grant("sheet", "see cells after submission", (COUNTY, TOWNSHIP, SECRETARY, LEADER, AUDITOR))
SEE_OWN_LINE = Grant("sheet", "see own line after submission", (TOWNSHIP, SECRETARY, LEADER, MEMBER))
SEE_SECRETARY_LINE = Grant("sheet", "see the secretary's line", (COUNTY, TOWNSHIP, SECRETARY, AUDITOR))
FILL = Grant("sheet", "fill in", (SECRETARY, LEADER), "never the own line")
SUBMIT = Grant("sheet", "submit, take back", (SECRETARY,))
REVIEW = Grant("sheet", "return, confirm", (TOWNSHIP,), "never the own report or person")
FILL_SECRETARY = Grant("sheet", "fill in the secretary's line", (TOWNSHIP,))
REOPEN = Grant("sheet", "reopen", (COUNTY,), "with reason and expiry")
SEE_QUEUE = Grant("sheet", "see the review queue", (COUNTY, TOWNSHIP, AUDITOR))
SEE_PLAN = Grant("plan, targets", "see", (COUNTY, TOWNSHIP, SECRETARY, LEADER, MEMBER, AUDITOR), "member: own targets")
SET_UP_PLAN = Grant("plan, targets", "set up in the admin", (COUNTY,), "another one publishes")
SEE_FIGURES = Grant("figures", "see", (COUNTY, TOWNSHIP, SECRETARY, LEADER, AUDITOR))

GRANTS = (
    SEE_PLAN,
    SET_UP_PLAN,
    SEE_STATE,
    SEE_DRAFT,
    FILL,
    SUBMIT,
    SEE_REPORTED,
    SEE_OWN_LINE,
    SEE_SECRETARY_LINE,
    SEE_QUEUE,
    REVIEW,
    FILL_SECRETARY,
    REOPEN,
    SEE_FIGURES,
)
NEVER = (ADMINISTRATOR, CLERK)  # see no assessment at all


def may_see_cells(user: Any, sheet: Sheet) -> Verdict:
    """The sheet's cells: the branch's own at any time, everybody else's once it was submitted."""
    if SEE_DRAFT.held(user, sheet):
        return ALLOWED
    if sheet.state in {Sheet.State.NOT_STARTED, Sheet.State.DRAFT, Sheet.State.RETURNED, Sheet.State.REOPENED}:
        return refused(_("The branch is still filling in this sheet. Its figures can be seen once it is submitted."))
    return SEE_REPORTED.verdict(user, sheet, _("You may see the state of this sheet, but not its figures."))


def may_fill(user: Any, sheet: Sheet) -> Verdict:
    return FILL.verdict(user, sheet, _("Only the branch secretary and the leader of this area fill in this sheet."))


def may_save(user: Any, sheet: Sheet) -> Verdict:
    """Whether some line is this person's to fill, and with it to read the sheet's figures in the answer."""
    if FILL_SECRETARY.held(user, sheet):
        return may_see_cells(user, sheet)
    return may_fill(user, sheet)


def may_fill_line(user: Any, sheet: Sheet, line: SheetMember) -> Verdict:
    """One line: nobody fills the own; the secretary's is the township's (rule 17)."""
    if line.member.user_id == user.pk:
        return refused(_("This is your own line. It is filled in one level above you."))
    if line.filled_by == SheetMember.FilledBy.TOWNSHIP:
        reason = _("The secretary's line is filled in by %(township)s.") % {"township": sheet.township_label}
        return FILL_SECRETARY.verdict(user, sheet, reason)
    return may_fill(user, sheet)


def may_see_line(user: Any, line: SheetMember) -> Verdict:
    """One line with its working: who sees the sheet's cells; the member from the first submission on (rule 17)."""
    sheet = line.sheet
    if line.member.user_id == user.pk:
        if sheet.first_submitted_at is None:
            return refused(_("Your figures can be seen once the branch has submitted the sheet."))
        return ALLOWED
    if line.filled_by == SheetMember.FilledBy.TOWNSHIP and not SEE_SECRETARY_LINE.held(user, sheet):
        return refused(_("The secretary's line is filled in by %(township)s.") % {"township": sheet.township_label})
    return may_see_cells(user, sheet)


def may_submit(user: Any, sheet: Sheet) -> Verdict:
    reason = _("Only the branch secretary submits. Tell the secretary when the sheet is full.")
    return SUBMIT.verdict(user, sheet, reason)


def may_take_back(user: Any, sheet: Sheet) -> Verdict:
    return SUBMIT.verdict(user, sheet, _("Only the branch secretary takes a sheet back."))


def may_review(user: Any, sheet: Sheet) -> Verdict:
    """Return or confirm: the township, but not who filled in or submitted it, nor anybody who is on it."""
    return review_verdicts(user, [sheet])[sheet.pk]


def review_verdicts(user: Any, sheets: Sequence[Sheet]) -> dict[int, Verdict]:
    """`may_review` for many sheets in one query; by the sheet's pk."""
    by_branch = SheetMember.objects.filter(sheet=OuterRef("pk"), filled_by=SheetMember.FilledBy.BRANCH)
    changes = EntryChange.objects.filter(sheet=OuterRef("pk"), by=user.pk)
    submissions = SheetMove.objects.filter(sheet=OuterRef("pk"), by=user.pk, verb=SheetMove.Verb.SUBMIT)
    found = Sheet.objects.filter(pk__in=[sheet.pk for sheet in sheets]).annotate(
        has_cells=Exists(by_branch.filter(entries__changed_by=user.pk)),
        has_changes=Exists(changes.filter(entry__line__filled_by=SheetMember.FilledBy.BRANCH)),
        has_submitted=Exists(submissions),
        is_on_it=Exists(SheetMember.objects.filter(sheet=OuterRef("pk"), member__user=user.pk)),
    )
    rows = found.values_list("pk", "is_on_it", "has_cells", "has_changes", "has_submitted")
    facts = {pk: (any(has_worked), is_on_it) for pk, is_on_it, *has_worked in rows}
    return {sheet.pk: _review_verdict(user, sheet, *facts[sheet.pk]) for sheet in sheets}


def _review_verdict(user: Any, sheet: Sheet, has_worked: bool, is_on_it: bool) -> Verdict:
    if not REVIEW.held(user, sheet):
        return refused(_("Only the staff of %(township)s return and confirm.") % {"township": sheet.township_label})
    if sheet.submitted_by_id == user.pk or has_worked:
        return refused(_("You filled in or submitted this sheet yourself; somebody else must review it."))
    if is_on_it:
        return refused(_("You are on this sheet yourself; somebody else must review it."))
    return ALLOWED


def may_reopen(user: Any, sheet: Sheet) -> Verdict:
    return REOPEN.verdict(user, sheet, _("Only the county reopens a confirmed sheet."))


def may_review_any(user: Any) -> Verdict:
    """Whether the person confirms sheets at all; which ones, `review_verdicts` says."""
    return ALLOWED if REVIEW.held_anywhere(user) else refused(no_right_here())


def may_see_queue(user: Any) -> Verdict:
    reason = _("The review queue belongs to township and county staff.")
    return ALLOWED if SEE_QUEUE.held_anywhere(user) else refused(reason)
