"""The transfer of a member's affiliation, step by step: apply, issue, receive, reject, revoke (domain.md rule 6).

A step is made on the version that stood on the screen and under a lock, so of two people one wins and the other is
told. Who may make it is permissions.py's question; what becomes of open quarters is assessments/membership.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jinxian.lib.chinese import search_terms
from members import exemptions
from members.affiliations import affiliate, open_affiliation
from members.models import Exemption, ExemptionApplication, HouseholdLink, Member, Post, Transfer
from members.permissions import may_issue_transfer, may_receive_transfer
from members.records import refuse_status
from service_areas.dated import not_ended
from service_areas.models import Appointment, Branch, ServiceArea, SmallGroup

DAYS_TO_ISSUE = 30  # after the application
DAYS_VALID = 90  # of the letter, at most

State = Transfer.State
# Step → (states it may start from, state it leads to).
MOVES: dict[str, tuple[frozenset[str], str]] = {
    "issue": (frozenset({State.APPLIED}), State.ISSUED),
    "receive": (frozenset({State.ISSUED}), State.RECEIVED),
    "reject": (frozenset(Transfer.OPEN), State.REJECTED),
    "revoke": (frozenset(Transfer.OPEN), State.REVOKED),
}


class Refused(Exception):
    """A step that cannot be made now. Nothing was changed; `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Stale(Refused):
    """Somebody made another step after the page was opened."""


@transaction.atomic
def apply(
    *, member: Member, to_branch: Branch | None, outside: str, reason: str, dues_paid_until: date, by: Any
) -> Transfer:
    """The application; one whose time has run out is closed by it. The same again is returned as it is.

    Errors: Refused where another one is under way, or the member is no longer in the branch; ValidationError as in
    `refuse_destination`.
    """
    today = timezone.localdate()
    held = Member.objects.select_for_update().select_related("branch").get(pk=member.pk)
    if held.branch_id != member.branch_id or held.status not in Member.PRESENT:
        raise Refused(_("%(member)s no longer belongs to this branch.") % {"member": held.label})
    asked = {"to_branch": to_branch, "outside": outside, "reason": reason, "dues_paid_until": dues_paid_until}
    former = Transfer.objects.open().filter(member=held).first()
    if former is not None and former.state_on(today) != State.EXPIRED:
        if former.applied_by_id == by.pk and all(getattr(former, name) == value for name, value in asked.items()):
            return former
        raise Refused(_("A transfer of this member is under way already."))
    refuse_destination(member=held, branch=to_branch)
    if former is not None:
        _end(former, State.EXPIRED, by=by)
    row = Transfer(
        member=held, from_branch=held.branch, valid_until=today + timedelta(days=DAYS_TO_ISSUE),
        applied_at=timezone.now(), applied_by=by, **asked,
    )  # fmt: skip
    row.full_clean(exclude=["issued_at", "issued_by", "ended_at", "ended_by"])
    row.save()
    return row


@transaction.atomic
def issue(transfer: Transfer, *, by: Any, seen_version: int, letter_no: str, valid_until: date) -> Transfer:
    """The township issues the letter, valid until that day.

    Errors: Stale, Refused; ValidationError by field for a number given before and for a day outside the 90.
    """
    row = _take(transfer, "issue", by=by, seen_version=seen_version)
    if row is None:
        return refreshed(transfer)
    _refuse_gone(row, row.member)
    today = timezone.localdate()
    if not today < valid_until <= today + timedelta(days=DAYS_VALID):
        sentence = _("The letter is valid from tomorrow at the earliest to %(day)s at the latest.")
        raise ValidationError({"valid_until": sentence % {"day": _day(today + timedelta(days=DAYS_VALID))}})
    same = Transfer.objects.filter(from_branch__township=row.from_branch.township_id, letter_no=letter_no)
    if same.exists():
        raise ValidationError({"letter_no": _("A letter of this township has this number already.")})
    row.state, row.letter_no, row.valid_until = State.ISSUED, letter_no, valid_until
    row.issued_at, row.issued_by, row.version = timezone.now(), by, row.version + 1
    row.save()
    return row


@transaction.atomic
def reject(transfer: Transfer, *, by: Any, seen_version: int, reason: str) -> Transfer:
    """Before the letter the township refuses it, afterwards the new branch the member; the reason goes back.

    Errors: Stale, Refused.
    """
    if not reason.strip():
        raise Refused(_("Write the reason: the old branch reads it."))
    row = _take(transfer, "reject", by=by, seen_version=seen_version)
    if row is None:
        return refreshed(transfer)
    verdict = may_issue_transfer(by, row) if row.state == State.APPLIED else may_receive_transfer(by, row)
    if not verdict:
        raise Refused(verdict.reason)
    return _end(row, State.REJECTED, by=by, reason=reason)


@transaction.atomic
def revoke(transfer: Transfer, *, by: Any, seen_version: int, reason: str = "") -> Transfer:
    """The old branch takes the application back while it is open. Errors: Stale, Refused."""
    row = _take(transfer, "revoke", by=by, seen_version=seen_version)
    return refreshed(transfer) if row is None else _end(row, State.REVOKED, by=by, reason=reason)


@transaction.atomic
def receive(
    transfer: Transfer,
    *,
    by: Any,
    seen_version: int,
    on: date,
    small_group: SmallGroup | None = None,
    area: ServiceArea | None = None,
    document: str = "",
) -> Transfer:
    """The member belongs to the new branch from the day `on`; out of the county the member has left on that day.

    `document` is the number of the slip that came back from outside. Appointments held in the old branch end, a plain
    member's begins in the new one; exemptions go along, open applications for one are withdrawn. Call
    assessments.membership.receive_and_follow, which also moves the lines of open quarters. Errors: Stale; Refused while
    households or posts are not handed over; ValidationError by field for a day before the letter or in the future, a
    group or area of another branch.
    """
    member = Member.objects.select_for_update().get(pk=transfer.member_id)
    row = _take(transfer, "receive", by=by, seen_version=seen_version)
    if row is None:
        return refreshed(transfer)
    _refuse_gone(row, member)
    _refuse_day(row, on)
    left = unfinished(member, on=on)
    if left:
        raise Refused(" ".join(left.sentences))
    if row.to_branch is None:
        _move_out(member, on=on, document=document)
    else:
        affiliate(member=member, branch=row.to_branch, small_group=small_group, area=area, on=on, by=by)
    _move_appointments(member, row, on=on)
    _move_exemptions(member, row.to_branch, on=on)
    _withdraw_applications(member, by=by)
    row.received_on = on
    return _end(row, State.RECEIVED, by=by)


@dataclass(frozen=True)
class Unfinished:
    """What has to be handed over before a member can be received elsewhere; false when nothing has."""

    households: int
    posts: list[Post]

    def __bool__(self) -> bool:
        return bool(self.households or self.posts)

    @property
    def sentences(self) -> list[str]:
        found = []
        if self.households:
            sentence = ngettext(
                "%(count)s household is still to be handed over.",
                "%(count)s households are still to be handed over.",
                self.households,
            )
            found.append(sentence % {"count": self.households})
        for post in self.posts:
            place = (post.area or post.small_group or post.branch).label
            words = {"post": post.get_kind_display(), "place": place}
            found.append(_("The post %(post)s, %(place)s, has still to be ended.") % words)
        return found


def unfinished(member: Member, *, on: date) -> Unfinished:
    """The links and posts that hold on the day `on` or begin later."""
    posts = Post.objects.filter(not_ended(on), member=member).select_related("branch", "area", "small_group")
    return Unfinished(HouseholdLink.objects.filter(not_ended(on), member=member).count(), list(posts))


def destinations(member: Member, words: str = "") -> QuerySet[Branch]:
    """The branches of the county that a member can go to, those that match the words: name, pinyin, township."""
    branches = Branch.objects.current(on=timezone.localdate()).filter(county=member.branch.county_id)
    branches = branches.exclude(pk=member.branch_id).select_related("township").order_by("township__code", "code")
    for term in search_terms(words):
        branches = branches.filter(Q(search_key__contains=term) | Q(township__name__contains=term))
    return branches


def refuse_destination(*, member: Member, branch: Branch | None) -> None:
    """Raise ValidationError where the member cannot go to this branch; None is out of the county."""
    if branch is None:
        return
    if branch.pk == member.branch_id:
        raise ValidationError({"to_branch": _("The member belongs to this branch already.")})
    if not destinations(member).filter(pk=branch.pk).exists():
        raise ValidationError({"to_branch": _("There is no such branch in the county today.")})


def refreshed(transfer: Transfer) -> Transfer:
    return Transfer.objects.get(pk=transfer.pk)


def _take(transfer: Transfer, step: str, *, by: Any, seen_version: int) -> Transfer | None:
    """The row under a lock, ready for the step; None where this very request was carried out already."""
    row = Transfer.objects.select_for_update().get(pk=transfer.pk)
    allowed, to_state = MOVES[step]
    actor = row.issued_by_id if step == "issue" else row.ended_by_id
    if (row.state, row.version, actor) == (to_state, seen_version + 1, by.pk):
        return None
    if row.version != seen_version or row.state not in allowed:
        raise Stale(_stale_sentence(row))
    if row.state_on(timezone.localdate()) == State.EXPIRED:
        sentence = _("Expired: it was open until %(day)s. A new application closes it.")
        raise Refused(sentence % {"day": _day(row.valid_until)})
    return row


def _stale_sentence(row: Transfer) -> str:
    last = row.history.select_related("history_user").order_by("-history_date", "-history_id").first()
    state = row.get_state_display()
    if last is None or last.history_user is None:
        return _("This transfer is “%(state)s” now. Look at it again before you go on.") % {"state": state}
    sentence = _("%(who)s changed this transfer at %(time)s: it is “%(state)s” now. Look at it again before you go on.")
    time = date_format(timezone.localtime(last.history_date), "DATETIME_FORMAT")
    return sentence % {"who": last.history_user.label, "time": time, "state": state}


def _end(row: Transfer, state: str, *, by: Any, reason: str = "") -> Transfer:
    row.state, row.ended_at, row.ended_by, row.ended_reason = state, timezone.now(), by, reason
    row.version += 1
    row.save()
    return row


def _refuse_day(row: Transfer, on: date) -> None:
    """A member is received on a day from the letter's on, and not ahead of time."""
    issued_on = timezone.localdate(row.issued_at)
    if on > timezone.localdate():
        raise ValidationError({"on": _("This day is still to come.")})
    if on < issued_on:
        raise ValidationError({"on": _("The letter was issued on %(day)s.") % {"day": _day(issued_on)}})


def _refuse_gone(row: Transfer, member: Member) -> None:
    if member.branch_id != row.from_branch_id or member.status not in Member.PRESENT:
        raise Refused(_("%(member)s no longer belongs to this branch.") % {"member": member.label})


def _move_out(member: Member, *, on: date, document: str) -> None:
    """Out of the county: the affiliation ends, the branch stays written on the record as the last one."""
    row = open_affiliation(member)
    if row is not None:
        if on < row.started_on:
            sentence = _("The present affiliation began on %(day)s.") % {"day": _day(row.started_on)}
            raise ValidationError({"on": sentence})
        row.ended_on = on
        row.save(update_fields=["ended_on"])
    member.status, member.status_on, member.status_document = Member.Status.TRANSFERRED, on, document
    try:
        refuse_status(member)
    except ValidationError as error:
        raise ValidationError({"document": error.message_dict["status_document"]}) from error
    member.small_group = member.area = None
    member.save(update_fields=["status", "status_on", "status_document", "small_group", "area"])


def _move_appointments(member: Member, row: Transfer, *, on: date) -> None:
    """What the person may do in the old branch ends; with an account a plain member's begins in the new one."""
    if member.user_id is None:
        return
    roles = Appointment.Role
    in_branch = Q(role__in=[roles.MEMBER, roles.SECRETARY], branch=row.from_branch_id)
    in_area = Q(role=roles.LEADER, area__branch=row.from_branch_id)
    held = Appointment.objects.filter(in_branch | in_area, not_ended(on), user=member.user_id)
    for appointment in held:
        appointment.ended_on = max(on, appointment.started_on)
        appointment.save(update_fields=["ended_on"])
    if row.to_branch is None:
        return
    new = {"user_id": member.user_id, "role": roles.MEMBER, "branch": row.to_branch}
    if not Appointment.objects.current(on=on).filter(**new).exists():
        appointment = Appointment(started_on=on, **new)
        appointment.full_clean()
        appointment.save()


def _move_exemptions(member: Member, branch: Branch | None, *, on: date) -> None:
    """An exemption that holds goes on in the new branch, as it was agreed and filed; out of the county it ends."""
    for row in Exemption.objects.filter(not_ended(on), member=member):
        if branch is not None and row.started_on >= on:
            row.branch = branch
            row.save(update_fields=["branch"])
            continue
        ends_on, row.ended_on = row.ended_on, max(on, row.started_on)
        row.save(update_fields=["ended_on"])
        if branch is not None:
            Exemption.objects.create(
                member=member, branch=branch, reason=row.reason, scope=row.scope, agreed_on=row.agreed_on,
                filed_on=row.filed_on, reviewed_on=row.reviewed_on, started_on=on, ended_on=ends_on,
            )  # fmt: skip


def _withdraw_applications(member: Member, *, by: Any) -> None:
    """What the old branch or its township had still to agree to is asked anew where the member belongs now."""
    asked = ExemptionApplication.objects.filter(member=member, state__in=ExemptionApplication.OPEN)
    for application in asked:
        exemptions.withdraw(application, by=by, seen_version=application.version)


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
