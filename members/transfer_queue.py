"""The transfers a person sees, in the order of what is to be done: the own next step, under way, ended.

Pure reading, through `visible_to`. A step is named only to those whose hand it is in; who may really make it is asked
again where it is made (permissions.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import HouseholdLink, Post, Transfer
from members.permissions import (
    APPLY_TRANSFER,
    may_issue_transfer,
    may_receive_transfer,
    may_revoke_transfer,
)
from service_areas.dated import not_ended

State = Transfer.State
DAYS_TO_ANSWER = 30  # how long what came back stands among what is to be done
PLACES = ("member__user", "from_branch__township", "to_branch__township")


class Step(StrEnum):
    """What somebody is waited for with."""

    RECEIVE = "receive"
    ISSUE = "issue"
    RETURN_SLIP = "return_slip"  # the township, when the slip is back from outside
    HAND_OVER = "hand_over"  # the old branch, before the new one can receive
    AGAIN = "again"  # it came back to the old branch: apply again, or let it rest


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person; `due` is its last day."""

    label: str
    url: str
    due: date
    is_overdue: bool


@dataclass
class Queued:
    """A transfer with its state of the day, and the step that is this person's, if one is."""

    transfer: Transfer
    state: str
    step: Step | None
    on: date
    mark: tuple[str, str, str] = ("", "", "")  # colour, icon and word of the state, for pages

    @property
    def due(self) -> date:
        """The last day of the step; of a rejection, until when it stands among what is to be done."""
        if self.state == State.REJECTED:
            return ended_on(self.transfer) + timedelta(days=DAYS_TO_ANSWER)
        return self.transfer.valid_until

    @property
    def days(self) -> int:
        """Days until the last day; below 0: it ran out so many days ago."""
        return (self.due - self.on).days

    @property
    def days_late(self) -> int:
        return max(0, -self.days)

    @property
    def is_overdue(self) -> bool:
        return self.step is not None and self.days < 0

    @property
    def label(self) -> str:
        words = {"member": self.transfer.member.label, "to": self.transfer.destination}
        if self.step == Step.RECEIVE:
            return _("Receive %(member)s") % words
        if self.step == Step.ISSUE:
            return _("Issue the letter for %(member)s") % words
        if self.step == Step.RETURN_SLIP:
            return _("Record the slip from %(to)s for %(member)s") % words
        if self.step == Step.HAND_OVER:
            return _("Hand over what %(member)s looks after, before %(to)s receives") % words
        return _("The transfer of %(member)s came back") % words

    @property
    def verb(self) -> str:
        """The step in a word or two, for the button in the member's row."""
        words = {
            Step.RECEIVE: _("Receive"),
            Step.ISSUE: _("Issue the letter"),
            Step.RETURN_SLIP: _("Record the slip"),
            Step.HAND_OVER: _("Hand over"),
            Step.AGAIN: _("Look at it"),
        }
        return words[self.step] if self.step else ""


@dataclass
class Queue:
    to_do: list[Queued] = field(default_factory=list)
    under_way: list[Queued] = field(default_factory=list)
    ended: list[Queued] = field(default_factory=list)


def queue_of(user: Any, transfers: Sequence[Transfer], *, on: date) -> Queue:
    """These transfers in three parts: what is to be done with the nearest last day first, the others newest first."""
    queue = Queue()
    for transfer in transfers:
        row = Queued(transfer, transfer.state_on(on), step_of(user, transfer, on=on), on)
        if row.step is not None:
            queue.to_do.append(row)
        elif row.state in Transfer.OPEN:
            queue.under_way.append(row)
        else:
            queue.ended.append(row)
    queue.to_do.sort(key=lambda row: (row.due, row.transfer.pk))
    return queue


def transfers_waiting(user: Any, *, on: date) -> list[Waiting]:
    """What waits for this person, overdue first."""
    return [
        Waiting(row.label, reverse("transfer_detail", args=[row.transfer.pk]), row.due, row.is_overdue)
        for row in queue_of(user, unsettled(user, on=on), on=on).to_do
    ]


def visible_transfers(user: Any, *, on: date) -> Any:
    """The transfers in the person's scope, newest first, with what the queue asks of them."""
    newer = Transfer.objects.filter(member=OuterRef("member"), applied_at__gt=OuterRef("applied_at"))
    links = HouseholdLink.objects.filter(not_ended(on), member=OuterRef("member"))
    posts = Post.objects.filter(not_ended(on), member=OuterRef("member"))
    rows = Transfer.objects.visible_to(user).select_related(*PLACES).order_by("-applied_at", "-pk")
    return rows.annotate(has_newer=Exists(newer), has_links=Exists(links), has_posts=Exists(posts))


def unsettled(user: Any, *, on: date) -> list[Transfer]:
    """What is open or came back of late: few, however many years lie behind."""
    since = timezone.now() - timedelta(days=DAYS_TO_ANSWER + 1)
    of_late = Q(state__in=Transfer.OPEN) | Q(state=State.REJECTED, ended_at__gte=since)
    return list(visible_transfers(user, on=on).filter(of_late))


def in_state(transfers: Any, state: str, *, on: date) -> Any:
    """The transfers that are in this state on the day; one whose last day has gone by has expired."""
    if state == State.EXPIRED:
        return transfers.filter(Q(state=state) | Q(state__in=Transfer.OPEN, valid_until__lt=on))
    if state in Transfer.OPEN:
        return transfers.filter(state=state, valid_until__gte=on)
    return transfers.filter(state=state)


def step_of(user: Any, transfer: Any, *, on: date) -> Step | None:
    """The step that waits for this person, or None. The row is one of `visible_transfers`."""
    state = transfer.state_on(on)
    if state == State.APPLIED and may_issue_transfer(user, transfer):
        return Step.ISSUE
    if state == State.ISSUED and may_receive_transfer(user, transfer):
        return Step.RECEIVE if transfer.to_branch_id else Step.RETURN_SLIP
    if not APPLY_TRANSFER.held(user, transfer.from_branch) or not may_revoke_transfer(user, transfer):
        return None
    if state in Transfer.OPEN:
        return Step.HAND_OVER if transfer.has_links or transfer.has_posts else None
    return Step.AGAIN if _came_back(transfer, state, on) else None


def ended_on(transfer: Transfer) -> date:
    """The day on which it ended; of one that ran out, its last day."""
    return timezone.localdate(transfer.ended_at) if transfer.ended_at else transfer.valid_until


def _came_back(transfer: Any, state: str, on: date) -> bool:
    """Rejected or run out of late, and the member is still in the branch with no newer transfer."""
    is_recent = on - ended_on(transfer) <= timedelta(days=DAYS_TO_ANSWER)
    is_here = transfer.member.branch_id == transfer.from_branch_id
    return state in {State.REJECTED, State.EXPIRED} and is_recent and is_here and not transfer.has_newer
