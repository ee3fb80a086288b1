"""The parts of the list of exemptions and what one row of them shows; the reason only to who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jinxian.lib.chinese import search_terms
from jinxian.views.exemption_facts import application_of, mark_of
from members import permissions
from members.exemption_queue import Step, Waiting, exemption_acts, open_applications
from members.exemptions import is_review_due, review_due_on, window
from members.models import Exemption, ExemptionApplication

State = ExemptionApplication.State
DAYS_SHOWN = 90  # how long what ended or was refused stands in the list


@dataclass(frozen=True)
class Part:
    """A part of the list: its word, its rows (Waiting, applications or exemptions), how many there are."""

    label: Any
    rows: Any
    count: int


@dataclass
class Row:
    """One line: an application or an exemption, and the step that waits for the person, if one does."""

    subject: Any
    waiting: Waiting | None
    url: str
    reason: str
    first: date
    last: date | None
    mark: tuple[str, str, str] | None  # of an application
    holds: bool = False  # an exemption, today
    has_ended: bool = False
    ends_soon: bool = False  # as far ahead as an end is written down
    due: date | None = None  # the next review of an exemption that goes on
    is_due: bool = False
    may_end: bool = False
    may_review: bool = False


def parts_of(user: Any, waiting: list[Waiting], *, on: date, q: str) -> dict[str, Part]:
    """By name: todo (for who has a hand in exemptions), open, holds, over."""
    under_way, holding, over = _under_way(user, waiting), _holding(user, on, q), _over(user, on)
    parts = {"todo": Part(_("To do"), waiting, len(waiting))} if exemption_acts(user) else {}
    return parts | {
        "open": Part(_("Under way"), under_way, under_way.count()),
        "holds": Part(_("Exempt now"), holding, holding.count()),
        "over": Part(_("Ending, ended, refused"), over, len(over)),
    }


def tab_of(parts: dict[str, Part], asked: str) -> str:
    """The part that is asked for, else the first one with something in it."""
    if asked in parts:
        return asked
    return next((name for name, part in parts.items() if part.count), next(iter(parts)))


def row_of(user: Any, found: Any, *, on: date) -> Row:
    waiting = found if isinstance(found, Waiting) else None
    subject = waiting.subject if waiting else found
    reason = subject.get_reason_display() if permissions.may_see_reason_of(user, subject) else ""
    if isinstance(subject, ExemptionApplication):
        url = reverse("exemption_detail", args=[subject.pk])
        last = _day_before(subject.ends_on)
        return Row(subject, waiting, url, reason, subject.starts_on, last, mark_of(subject.state))
    return _exemption_row(user, subject, waiting, reason, on)


def _exemption_row(user: Any, exemption: Exemption, waiting: Waiting | None, reason: str, on: date) -> Row:
    application = application_of(exemption)
    url = reverse("member_detail", args=[exemption.member_id])
    if application is not None:
        url = reverse("exemption_detail", args=[application.pk])
    row = Row(exemption, waiting, url, reason, exemption.started_on, _day_before(exemption.ended_on), None)
    row.holds = exemption.holds(on=on)
    row.has_ended = exemption.ended_on is not None and exemption.ended_on <= on
    if not row.has_ended:
        row.due = review_due_on(exemption)
        row.is_due = is_review_due(exemption, on=on)
        row.ends_soon = exemption.ended_on is not None and exemption.ended_on <= window(on=on)[1]
        row.may_end = bool(permissions.may_end_exemption(user, exemption))
        row.may_review = bool(permissions.may_review_exemption(user, exemption))
    return row


def _under_way(user: Any, waiting: Sequence[Waiting]) -> QuerySet[Any]:
    """Open applications that wait for somebody else."""
    mine = [row.subject.pk for row in waiting if row.step in {Step.AGREE, Step.FILE}]
    return open_applications(user).exclude(pk__in=mine)


def _holding(user: Any, on: date, q: str) -> QuerySet[Any]:
    """What holds today or begins later, by the words of a search."""
    rows = Exemption.objects.visible_to(user).filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    for term in search_terms(q):
        rows = rows.filter(Q(member__search_key__contains=term) | Q(branch__search_key__contains=term))
    rows = rows.select_related("member", "branch__township", "application")
    return rows.order_by("branch__code", "member__code", "started_on", "pk")


def _over(user: Any, on: date) -> list[Any]:
    """Ended, refused and withdrawn of late, and what is known to end soon; the latest first."""
    _first, last = window(on=on)
    since = on - timedelta(days=DAYS_SHOWN)
    ended = Exemption.objects.visible_to(user).filter(ended_on__gt=since, ended_on__lte=last)
    closed = ExemptionApplication.objects.visible_to(user).filter(
        state__in=[State.REFUSED, State.WITHDRAWN], ended_at__gte=timezone.now() - timedelta(days=DAYS_SHOWN)
    )
    rows = [*ended.select_related("member", "branch__township", "application")]
    rows += closed.select_related("member", "branch__township")
    return sorted(rows, key=lambda row: (_day_over(row), row.pk), reverse=True)


def _day_over(row: Any) -> date:
    day = timezone.localdate(row.ended_at) if isinstance(row, ExemptionApplication) else row.ended_on
    assert day is not None  # every row of this part has ended or will end
    return day


def _day_before(ends_on: date | None) -> date | None:
    return ends_on - timedelta(days=1) if ends_on else None
