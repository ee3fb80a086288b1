"""Exemption from assessment, step by step: apply, agree, file, refuse, withdraw, end, review (domain.md rule 19).

A step is made on the version that stood on the screen and under a lock, so of two people one wins and the other is
told. Nothing holds before it is filed. Who may make a step is permissions.py's question; what an exemption takes out of
a sheet is decided where the sheet is drawn up (assessments/lines.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jinxian.lib.quarters import Quarter
from members.models import Exemption, ExemptionApplication, Member, Post
from members.permissions import may_agree_to_exemption, may_file_exemption
from service_areas.models import Appointment

QUARTERS_BACK, QUARTERS_AHEAD = 1, 1  # how far from the running quarter an exemption may begin or be ended
DAYS_NO_REVIEW = 60  # an exemption that ends within so many days is not looked at again
BRANCH, TOWNSHIP = "branch", "township"

State, Scope = ExemptionApplication.State, Exemption.Scope
# Step → (states it may start from, state it leads to).
MOVES: dict[str, tuple[frozenset[str], str]] = {
    "agree": (frozenset({State.APPLIED}), State.AGREED),
    "file": (frozenset(ExemptionApplication.OPEN), State.FILED),
    "refuse": (frozenset(ExemptionApplication.OPEN), State.REFUSED),
    "withdraw": (frozenset(ExemptionApplication.OPEN), State.WITHDRAWN),
}


class Refused(Exception):
    """A step that cannot be made now. Nothing was changed; `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Stale(Refused):
    """Somebody made another step after the page was opened."""


# Days


def window(*, on: date) -> tuple[date, date]:
    """The first and the last day on which an exemption may begin, seen from the day `on`."""
    first = last = Quarter.containing(on)
    for _step in range(QUARTERS_BACK):
        first = first.previous()
    for _step in range(QUARTERS_AHEAD):
        last = last.next()
    return first.first_day, last.last_day


def first_quarter(starts_on: date, ends_on: date | None) -> Quarter | None:
    """The first quarter it counts for, holding on its last day, the sheets' day of record; None where there is none."""
    quarter = Quarter.containing(starts_on)
    return quarter if ends_on is None or ends_on > quarter.last_day else None


def file_by(application: ExemptionApplication) -> date:
    """The day after which the sheet of its first quarter may be drawn up without it."""
    return Quarter.containing(application.starts_on).last_day


def review_due_on(exemption: Exemption) -> date:
    """Twelve months after the beginning or the last review."""
    seen = exemption.reviewed_on or exemption.started_on
    try:
        return seen.replace(year=seen.year + 1)
    except ValueError:  # 29 February
        return date(seen.year + 1, 3, 1)


def is_review_due(exemption: Exemption, *, on: date) -> bool:
    """As `reviews_due`, of one row."""
    ends_on, soon = exemption.ended_on, on + timedelta(days=DAYS_NO_REVIEW)
    return exemption.started_on <= on and review_due_on(exemption) <= on and (ends_on is None or ends_on > soon)


def reviews_due(rows: QuerySet[Any], *, on: date) -> QuerySet[Any]:
    """Those that hold, were not looked at for twelve months and do not end within DAYS_NO_REVIEW anyway."""
    try:
        year_ago = on.replace(year=on.year - 1)
    except ValueError:  # 29 February
        year_ago = date(on.year - 1, 2, 28)
    is_old = Q(reviewed_on__lte=year_ago) | Q(reviewed_on__isnull=True, started_on__lte=year_ago)
    goes_on = Q(ended_on__isnull=True) | Q(ended_on__gt=on + timedelta(days=DAYS_NO_REVIEW))
    return rows.filter(is_old, goes_on, started_on__lte=on)


# In whose hands an application lies


def secretaries_among(members: Iterable[Member], *, on: date) -> frozenset[int]:
    """The pks of those who are secretary of their branch on the day, by post or by appointment."""
    pks = {member.pk for member in members}
    posts = Post.objects.current(on=on).filter(member__in=pks, kind=Post.Kind.SECRETARY)
    appointments = Appointment.objects.current(on=on).filter(
        role=Appointment.Role.SECRETARY, user__member__in=pks, branch=F("user__member__branch")
    )
    return frozenset({*posts.values_list("member", flat=True), *appointments.values_list("user__member", flat=True)})


def lies_with(application: ExemptionApplication, *, secretaries: frozenset[int]) -> str:
    """BRANCH or TOWNSHIP: nobody agrees to the own exemption, so a secretary's goes to the township directly."""
    if application.state == State.APPLIED and application.member_id not in secretaries:
        return BRANCH
    return TOWNSHIP


# Applying


@transaction.atomic
def apply(
    *, member: Member, reason: str, scope: str, starts_on: date, ends_on: date | None, by: Any
) -> ExemptionApplication:
    """The application of the branch for a member, or of the member. The same again is returned as it is.

    `ends_on` is the first day on which it no longer holds. Errors: ValidationError as in `refuse_application`, and
    where this is applied for already.
    """
    held = Member.objects.select_for_update().get(pk=member.pk)
    asked = {"reason": reason, "scope": scope, "starts_on": starts_on, "ends_on": ends_on}
    former = ExemptionApplication.objects.filter(state__in=ExemptionApplication.OPEN, member=held, scope=scope).first()
    if former is not None:
        if former.applied_by_id == by.pk and all(getattr(former, name) == value for name, value in asked.items()):
            return former
        raise ValidationError({"scope": _("This has been applied for already.")})
    if held.branch_id != member.branch_id:
        raise ValidationError(_("%(member)s no longer belongs to this branch.") % {"member": held.label})
    refuse_application(member=held, scope=scope, starts_on=starts_on, ends_on=ends_on, on=timezone.localdate())
    row = ExemptionApplication(
        member=held, branch_id=held.branch_id, applied_at=timezone.now(), applied_by=by, **asked
    )  # fmt: skip
    row.full_clean(exclude=["applied_by", "agreed_by", "ended_at", "ended_by"])
    row.save()
    return row


def refuse_application(*, member: Member, scope: str, starts_on: date, ends_on: date | None, on: date) -> None:
    """Raise ValidationError, by field, where the member cannot be exempt from this in these days."""
    refuse_absent(member)
    first, last = window(on=on)
    if not first <= starts_on <= last:
        sentence = _("It begins on %(first)s at the earliest and on %(last)s at the latest.")
        raise ValidationError({"starts_on": sentence % {"first": in_words(first), "last": in_words(last)}})
    if ends_on is not None and ends_on <= starts_on:
        raise ValidationError({"ends_on": _("The last day lies before the first.")})
    held = overlapping(member=member, starts_on=starts_on, ends_on=ends_on).filter(scope=scope).first()
    if held is not None:
        raise ValidationError({"scope": _overlap_sentence(held)})


def refuse_absent(member: Member) -> None:
    """Raise ValidationError for a member who does not belong to the Party's organization any more."""
    if member.status not in Member.PRESENT:
        words = {"member": member.label, "status": member.get_status_display()}
        raise ValidationError(_("%(member)s is not assessed any more: %(status)s.") % words)


def overlapping(*, member: Member, starts_on: date, ends_on: date | None) -> QuerySet[Any]:
    """The member's exemptions that hold on one of these days, of any scope; one that never held is none."""
    rows = Exemption.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=starts_on) & Q(ended_on__gt=F("started_on")), member=member
    )
    return rows if ends_on is None else rows.filter(started_on__lt=ends_on)


def covering_sentences(application: ExemptionApplication) -> list[str]:
    """What to say where one exemption covers another: all work covers links and physical work."""
    rows = overlapping(member=application.member, starts_on=application.starts_on, ends_on=application.ends_on)
    others = [row for row in rows if row.scope != application.scope and row.pk != application.exemption_id]
    if application.scope == Scope.ALL:
        sentence = _("%(scope)s: exempt already. All work covers it for as long as both hold.")
        return [sentence % {"scope": row.get_scope_display()} for row in others]
    is_covered = any(row.scope == Scope.ALL for row in others)
    return [_("All work is exempt already: this one adds nothing while that holds.")] if is_covered else []


# Steps of an application


@transaction.atomic
def agree(application: ExemptionApplication, *, by: Any, seen_version: int, agreed_on: date) -> ExemptionApplication:
    """The branch has agreed, at its meeting of that day. Errors: Stale, Refused; ValidationError for another day."""
    row = _take(application, "agree", by=by, seen_version=seen_version)
    if row is None:
        return refreshed(application)
    _refuse_other_hand(row, BRANCH)
    _refuse_unfit(row)
    today = timezone.localdate()
    if agreed_on > today:
        raise ValidationError({"agreed_on": _("This day is still to come.")})
    first, _last = window(on=today)
    if agreed_on < first:
        raise ValidationError({"agreed_on": _("A meeting before %(day)s is too long ago.") % {"day": in_words(first)}})
    row.state, row.agreed_on, row.agreed_by = State.AGREED, agreed_on, by
    return _saved(row)


@transaction.atomic
def file(application: ExemptionApplication, *, by: Any, seen_version: int) -> ExemptionApplication:
    """Filed with the township: the exemption is written and holds for every sheet that is drawn up from now on.

    Errors: Stale; Refused while the branch has not agreed, or where the member left or is exempt from it meanwhile.
    """
    Member.objects.select_for_update().get(pk=application.member_id)
    row = _take(application, "file", by=by, seen_version=seen_version)
    if row is None:
        return refreshed(application)
    _refuse_other_hand(row, TOWNSHIP)
    _refuse_unfit(row)
    exemption = Exemption(
        member=row.member, branch=row.branch, reason=row.reason, scope=row.scope, started_on=row.starts_on,
        ended_on=row.ends_on, agreed_on=row.agreed_on, filed_on=timezone.localdate(),
    )  # fmt: skip
    exemption.full_clean()
    exemption.save()
    row.exemption = exemption
    return _close(row, State.FILED, by=by)


@transaction.atomic
def refuse(application: ExemptionApplication, *, by: Any, seen_version: int, reason: str) -> ExemptionApplication:
    """Not agreed or not filed, by whoever has it in hand; the reason goes to the branch and the member.

    Errors: Stale; Refused without a reason, and where it lies in the other hand.
    """
    if not reason.strip():
        raise Refused(_("Write the reason: the branch and the member read it."))
    row = _take(application, "refuse", by=by, seen_version=seen_version)
    if row is None:
        return refreshed(application)
    is_branch = _hand_of(row) == BRANCH
    verdict = may_agree_to_exemption(by, row) if is_branch else may_file_exemption(by, row)
    if not verdict:
        raise Refused(verdict.reason)
    row.refusal = reason.strip()
    return _close(row, State.REFUSED, by=by)


@transaction.atomic
def withdraw(application: ExemptionApplication, *, by: Any, seen_version: int) -> ExemptionApplication:
    """Who applied takes it back while it is open. Errors: Stale."""
    row = _take(application, "withdraw", by=by, seen_version=seen_version)
    return refreshed(application) if row is None else _close(row, State.WITHDRAWN, by=by)


def refreshed(application: ExemptionApplication) -> ExemptionApplication:
    return ExemptionApplication.objects.get(pk=application.pk)


def _take(application: ExemptionApplication, step: str, *, by: Any, seen_version: int) -> ExemptionApplication | None:
    """The row under a lock, ready for the step; None where this very request was carried out already."""
    row = ExemptionApplication.objects.select_for_update().get(pk=application.pk)
    allowed, to_state = MOVES[step]
    actor = row.agreed_by_id if step == "agree" else row.ended_by_id
    if (row.state, row.version, actor) == (to_state, seen_version + 1, by.pk):
        return None
    if row.version != seen_version or row.state not in allowed:
        raise Stale(_stale_sentence(row))
    return row


def _hand_of(row: ExemptionApplication) -> str:
    return lies_with(row, secretaries=secretaries_among([row.member], on=timezone.localdate()))


def _refuse_other_hand(row: ExemptionApplication, hand: str) -> None:
    if _hand_of(row) == hand:
        return
    if hand == BRANCH:
        raise Refused(_("A secretary's own application is not agreed by the branch: the township files it directly."))
    raise Refused(_("The branch has not agreed yet. It can be filed after that."))


def _refuse_unfit(row: ExemptionApplication) -> None:
    """Refused where the member left, moved or became exempt from the same after the application."""
    if row.member.branch_id != row.branch_id:
        raise Refused(_("%(member)s no longer belongs to this branch.") % {"member": row.member.label})
    try:
        refuse_absent(row.member)
    except ValidationError as error:
        raise Refused(error.messages[0]) from error
    rows = overlapping(member=row.member, starts_on=row.starts_on, ends_on=row.ends_on)
    held = rows.filter(scope=row.scope).first()
    if held is not None:
        raise Refused(_overlap_sentence(held))


def _saved(row: ExemptionApplication) -> ExemptionApplication:
    row.version += 1
    row.save()
    return row


def _close(row: ExemptionApplication, state: str, *, by: Any) -> ExemptionApplication:
    row.state, row.ended_at, row.ended_by = state, timezone.now(), by
    return _saved(row)


def _stale_sentence(row: ExemptionApplication) -> str:
    last = row.history.select_related("history_user").order_by("-history_id").first()
    words = {"state": row.get_state_display()}
    if last is None or last.history_user is None:
        return _("This application is “%(state)s” now. Look at it again before you go on.") % words
    words |= {"who": last.history_user.label, "time": _moment(last.history_date)}
    sentence = _("%(who)s changed this application on %(time)s: it is “%(state)s” now. Look at it before you go on.")
    return sentence % words


# What holds: ended and reviewed


def seen_of(exemption: Exemption) -> str:
    """What a page saw of an exemption, to be sent back with the form: its end and its last review."""
    return f"{exemption.ended_on or ''}/{exemption.reviewed_on or ''}"


@transaction.atomic
def end(exemption: Exemption, *, by: Any, seen: str, on: date) -> Exemption:
    """Back to work: it holds no longer from the day `on`. The same day again changes nothing.

    Errors: Stale; ValidationError by field as in `refuse_end`.
    """
    row = Exemption.objects.select_for_update().get(pk=exemption.pk)
    if row.ended_on == on:
        return row
    _refuse_unseen(row, seen)
    refuse_end(row, on=on)
    row.ended_on = on
    row.save(update_fields=["ended_on"])
    return row


@transaction.atomic
def review(exemption: Exemption, *, by: Any, seen: str, ends_on: date | None) -> Exemption:
    """Looked at again today: it goes on as it is (`ends_on` None), or it holds no longer from that day.

    Errors: Stale; ValidationError by field as in `refuse_end`.
    """
    row = Exemption.objects.select_for_update().get(pk=exemption.pk)
    today = timezone.localdate()
    if row.reviewed_on == today and ends_on in (None, row.ended_on):
        return row
    _refuse_unseen(row, seen)
    if ends_on is not None:
        refuse_end(row, on=ends_on)
        row.ended_on = ends_on
    row.reviewed_on = today
    row.save(update_fields=["ended_on", "reviewed_on"])
    return row


def refuse_end(exemption: Exemption, *, on: date) -> None:
    """Raise ValidationError for a day before the exemption began, after it ends anyway, or too far from today."""
    first, last = window(on=timezone.localdate())
    if on < exemption.started_on:
        sentence = _("The exemption begins on %(day)s: it cannot end before.")
        raise ValidationError({"on": sentence % {"day": in_words(exemption.started_on)}})
    if exemption.ended_on is not None and on > exemption.ended_on:
        sentence = _("It ends before that anyway; from %(day)s on it holds no longer.")
        raise ValidationError({"on": sentence % {"day": in_words(exemption.ended_on)}})
    if not first <= on <= last:
        sentence = _("Choose a day from %(first)s to %(last)s.")
        raise ValidationError({"on": sentence % {"first": in_words(first), "last": in_words(last)}})


def _refuse_unseen(row: Exemption, seen: str) -> None:
    """Stale where the row is not what stood on the page, Refused where it has ended."""
    if seen_of(row) != seen:
        sentence = _("Somebody changed this exemption after you opened the page. Look at it again before you go on.")
        raise Stale(sentence)
    if row.ended_on is not None and row.ended_on <= timezone.localdate():
        raise Refused(_("This exemption has ended on %(day)s.") % {"day": in_words(row.ended_on)})


# Words


def _overlap_sentence(row: Exemption) -> str:
    words = {"first": in_words(row.started_on)}
    if row.ended_on is None:
        return _("Exempt from this since %(first)s already; end that exemption first.") % words
    words["last"] = in_words(row.ended_on - timedelta(days=1))
    return _("Exempt from this from %(first)s to %(last)s already; choose other days.") % words


def in_words(day: date) -> str:
    """As on the pages: 1 Jul 2026, 2026年7月1日."""
    return format_date(day, pgettext("date with year", "j M Y"))


def _moment(instant: Any) -> str:
    return format_date(timezone.localtime(instant), pgettext("date and time with year", "j M Y, H:i"))
