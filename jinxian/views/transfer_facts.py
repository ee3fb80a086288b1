"""What stands on a transfer's page: the state of the day, the steps, what is still to be handed over, whose turn it is.

Before receipt the new branch sees of the member the name, type, dates of admission, dues and letter, and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.membership import kept_lines
from assessments.models import Period
from jinxian.lib.quarters import Quarter
from members import permissions
from members.models import Member, Transfer
from members.transfer_forms import IssueForm, ReceiveForm, RejectForm, RevokeForm, SlipForm
from members.transfers import DAYS_VALID, Unfinished, unfinished
from service_areas.crumbs import Crumbs, crumbs_of_scope
from service_areas.permissions import Verdict, refused

State = Transfer.State
HANDOVER = "handover"  # the page that hands over a member's households, by the member's key
# State → (colour, icon); the word is the state's own.
MARKS = {
    State.APPLIED: ("warn", "hourglass"),
    State.ISSUED: ("info", "send"),
    State.RECEIVED: ("ok", "circle-check"),
    State.REJECTED: ("bad", "circle-x"),
    State.REVOKED: ("", "arrow-back-up"),
    State.EXPIRED: ("bad", "clock-exclamation"),
}


def mark_of(state: str) -> tuple[str, str, str]:
    """Colour, icon and word of a state."""
    return (*MARKS[State(state)], str(State(state).label))


@dataclass(frozen=True)
class Step:
    """A step that was made: the state it led to, when, by whom, and what was said."""

    mark: tuple[str, str, str]
    at: datetime | None
    who: str
    note: str


def transfer_facts(user: Any, transfer: Transfer, **forms: Any) -> dict[str, Any]:
    """The context of the page; a form that was refused stands in the place of the empty one."""
    on = timezone.localdate()
    state = transfer.state_on(on)
    is_old_side = _is_old_side(user, transfer)
    is_open = state in Transfer.OPEN
    left = unfinished(transfer.member, on=on) if is_open else None
    verdicts = _verdicts(user, transfer, state, left)
    sees_member = Member.objects.visible_to(user).filter(pk=transfer.member_id).exists()
    return {
        "transfer": transfer,
        "member": transfer.member,
        "state": state,
        "mark": mark_of(state),
        "is_open": is_open,
        "is_old_side": is_old_side,
        "sees_member": sees_member,
        "waits_for": _waits_for(transfer, state),
        "left": left,
        "handover_url": _handover_url(user, transfer) if left and left.households else "",
        "document": _document(transfer) if is_old_side else "",
        "steps": list(steps_of(transfer, state, sees_reason=is_old_side)),
        "verdicts": verdicts,
        "forms": _forms(user, transfer, verdicts) | forms,
        "days_valid": DAYS_VALID,
        "is_printed": can_be_printed(state) and bool(permissions.may_print_transfer(user, transfer)),
        "short": _short_stay(user, transfer, state, on),
        "kept": _kept(transfer, state),
        "crumbs": crumbs_of(user),
    }


def crumbs_of(user: Any) -> Crumbs:
    return [*crumbs_of_scope(user), (_("Transfers"), reverse("transfer_list"))]


def can_be_printed(state: str) -> bool:
    """A letter that was taken back or has run out is no letter any more."""
    return state in {State.ISSUED, State.RECEIVED}


def steps_of(transfer: Transfer, state: str, *, sees_reason: bool) -> Iterator[Step]:
    """Every step, newest first, from the record's history."""
    rows = transfer.history.select_related("history_user").order_by("history_date", "history_id")
    found: list[Step] = []
    former = None
    for row in rows:
        if row.state != former:
            who = row.history_user.label if row.history_user else ""
            found.append(Step(mark_of(row.state), row.history_date, who, _note(transfer, row, sees_reason)))
        former = row.state
    if state != former:
        found.append(Step(mark_of(state), None, "", _("Nobody took the next step in time.")))
    return reversed(found)


def state_seen(transfer: Transfer, version: int) -> str:
    """The state that stood on the page of this version, in words; empty where there was none."""
    row = transfer.history.filter(version=version).order_by("history_id").last()
    return str(State(row.state).label) if row else ""


def _note(transfer: Transfer, row: Any, sees_reason: bool) -> str:
    if row.state == State.APPLIED:
        is_asked = row.applied_by_id is not None and row.applied_by_id == transfer.member.user_id
        parts = [_("Asked for by the member.") if is_asked else "", row.reason if sees_reason else ""]
        return " ".join(filter(None, parts))
    if row.state == State.ISSUED:
        return _("Letter no. %(number)s") % {"number": row.letter_no}
    return str(row.ended_reason)


def _is_old_side(user: Any, transfer: Transfer) -> bool:
    """Whether the person may know more than what goes to the new branch: the old side, and the member."""
    is_own = transfer.member.user_id == user.pk
    return is_own or permissions.SEE_TRANSFERS.held(user, transfer.from_branch)


def _verdicts(user: Any, transfer: Transfer, state: str, left: Unfinished | None) -> dict[str, Verdict]:
    """The steps that stand on the page; one that has to wait carries its reason."""
    found: dict[str, Verdict] = {}
    may_issue = permissions.may_issue_transfer(user, transfer)
    may_receive = permissions.may_receive_transfer(user, transfer)
    if state == State.APPLIED and may_issue:
        found["issue"] = found["reject"] = may_issue
    if state == State.ISSUED and may_receive:
        found["receive"] = refused(" ".join(left.sentences)) if left else may_receive
        found["reject"] = may_receive
    if state in Transfer.OPEN and permissions.may_revoke_transfer(user, transfer):
        found["revoke"] = permissions.may_revoke_transfer(user, transfer)
    return found


def _forms(user: Any, transfer: Transfer, verdicts: dict[str, Verdict]) -> dict[str, Any]:
    made = {"issue": IssueForm, "reject": RejectForm, "revoke": RevokeForm}
    forms: dict[str, Any] = {step: made[step]() for step in verdicts if step in made}
    if "receive" in verdicts:
        forms["receive"] = receipt_form(user, transfer)
    return forms


def receipt_form(user: Any, transfer: Transfer, data: Any = None) -> ReceiveForm | SlipForm:
    if transfer.to_branch is None:
        return SlipForm(data)
    return ReceiveForm(data, user=user, branch=transfer.to_branch)


def _waits_for(transfer: Transfer, state: str) -> str:
    words = {"township": transfer.from_branch.township.label, "to": transfer.destination}
    if state == State.APPLIED:
        return _("Waits for %(township)s, which issues the letter.") % words
    if state == State.ISSUED and transfer.to_branch_id:
        return _("Waits for %(to)s, which receives the member.") % words
    if state == State.ISSUED:
        return _("Waits for the slip from %(to)s.") % words
    return ""


def _handover_url(user: Any, transfer: Transfer) -> str:
    if not permissions.APPLY_TRANSFER.held(user, transfer.from_branch):
        return ""
    return reverse(HANDOVER, args=[transfer.member_id])


def _document(transfer: Transfer) -> str:
    """The slip from outside, as it stands on the member's record."""
    member = transfer.member
    is_left = member.status == Member.Status.TRANSFERRED and member.status_on == transfer.received_on
    return member.status_document if is_left and transfer.to_branch_id is None else ""


def _short_stay(user: Any, transfer: Transfer, state: str, on: date) -> dict[str, Any] | None:
    """Days in the new branch of the quarter of receipt, where they are less than half of it and it is not closed."""
    is_coming = state in Transfer.OPEN
    if transfer.to_branch_id is None or not (is_coming or state == State.RECEIVED):
        return None
    day = transfer.received_on or on
    quarter = Quarter.containing(day)
    days = (quarter.last_day - day).days + 1
    closed = Period.objects.visible_to(user).filter(year=quarter.year, quarter=quarter.number, state="closed")
    if days * 2 >= quarter.days or closed.exists():
        return None
    return {"quarter": quarter, "days": days, "of": quarter.days, "is_coming": is_coming}


def _kept(transfer: Transfer, state: str) -> list[Any]:
    """Open quarters whose line stays with the old branch."""
    if state != State.RECEIVED or transfer.received_on is None:
        return []
    return list(kept_lines(member=transfer.member, branch=transfer.from_branch, on=transfer.received_on))
