"""Type and status of a member: changed by people only, each with its day and document (domain.md rule 4).

Who leaves the organization on a day ends the affiliation, the posts and the access they gave on that day. Household
links stay until they are handed over, and stand on the secretary's home page until then. What the account holds for
another reason (as staff or clerk) is ended by who granted it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members import exemptions, transfers
from members.models import Affiliation, Exemption, ExemptionApplication, HouseholdLink, Member, Post, Transfer
from members.posts import end_post
from members.registration import Stale
from service_areas.dated import not_ended
from service_areas.models import Appointment

Status = Member.Status
# From which status a person may come to which. Deceased is the last one.
NEXT: dict[str, tuple[str, ...]] = {
    Status.NORMAL: (Status.SUSPENDED, Status.LEFT, Status.REMOVED, Status.DECEASED),
    Status.RESTORED: (Status.SUSPENDED, Status.LEFT, Status.REMOVED, Status.DECEASED),
    Status.SUSPENDED: (Status.RESTORED, Status.LEFT, Status.REMOVED, Status.DECEASED),
    Status.LEFT: (Status.DECEASED,),
    Status.REMOVED: (Status.DECEASED,),
    Status.TRANSFERRED: (Status.DECEASED,),
    Status.DECEASED: (),
}
AS_MEMBER = (Appointment.Role.MEMBER, Appointment.Role.LEADER, Appointment.Role.SECRETARY)


@dataclass(frozen=True)
class Ending:
    """What ends when somebody leaves the organization, what stays, and how many households then wait for others."""

    posts: Sequence[Post]
    appointments: Sequence[Appointment]
    remaining: Sequence[Appointment]  # held for another reason than being a member
    exemptions: Sequence[Exemption]
    transfers: Sequence[Transfer]
    applications: Sequence[ExemptionApplication]
    link_count: int


def ending_of(member: Member) -> Ending:
    today = timezone.localdate()
    held = list(_appointments(member))
    posts = Post.objects.filter(member=member, ended_on__isnull=True)
    moves = Transfer.objects.open().filter(member=member, valid_until__gte=today)
    asked = ExemptionApplication.objects.filter(member=member, state__in=ExemptionApplication.OPEN)
    return Ending(
        posts=list(posts.select_related("member", "area", "branch", "small_group")),
        appointments=[row for row in held if row.role in AS_MEMBER],
        remaining=[row for row in held if row.role not in AS_MEMBER],
        exemptions=list(Exemption.objects.filter(not_ended(today), member=member)),
        transfers=list(moves.select_related("to_branch")),
        applications=list(asked),
        link_count=HouseholdLink.objects.filter(not_ended(today), member=member).count(),
    )


@transaction.atomic
def change_status(member: Member, *, status: str, on: date, document: str, seen: str, by: Any) -> Ending:
    """The member has the status from the day `on`; what ended with it, when it is one that leaves.

    `seen` is the status that was on the screen. Errors: Stale where it is another by now; ValidationError by field.
    """
    current: Member = Member.objects.select_for_update().get(pk=member.pk)
    if current.status != seen:
        raise Stale
    refuse_change(current, status=status, on=on, document=document)
    ending = ending_of(current)
    current.status, current.status_on, current.status_document = status, on, document.strip()
    current.save(update_fields=["status", "status_on", "status_document"])
    if status not in Member.PRESENT:
        _leave(current, ending, on, by)
    return ending


def belonged_on(on: date) -> Q:
    """Of affiliations: the member had not left the organization by the day `on`, whatever the status is now."""
    return Q(member__status__in=Member.PRESENT) | Q(member__status_on__gt=on)


def suspended_on(members: Iterable[Member], on: date) -> set[int]:
    """Those whose membership was suspended on the day `on`, also where the status has changed since."""
    found = set()
    for member in members:
        status = member.status
        if member.status_on is not None and member.status_on > on:
            told = member.history.filter(Q(status_on__isnull=True) | Q(status_on__lte=on)).order_by("-history_id")
            status = told.values_list("status", flat=True).first() or Status.NORMAL
        if status == Status.SUSPENDED:
            found.add(member.pk)
    return found


def refuse_change(member: Member, *, status: str, on: date, document: str) -> None:
    """Raise ValidationError by field where the member cannot come to this status on that day."""
    errors: dict[str, str] = {}
    if status not in NEXT[member.status]:
        words = {"now": member.get_status_display(), "then": Status(status).label}
        errors["status"] = _("From “%(now)s” nobody comes to “%(then)s”.") % words
    if on > timezone.localdate():
        errors["on"] = _("This day lies in the future.")
    elif member.status_on and on < member.status_on:
        errors["on"] = _("The present status began on %(day)s.") % {"day": date_format(member.status_on)}
    elif member.admitted_on and on < member.admitted_on:
        errors["on"] = _("This day lies before the admission.")
    if not document.strip():
        errors["document"] = _("A change of status has a document: write its number.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def make_full(member: Member, *, on: date, document: str, by: Any) -> None:
    """A probationary member is a full one from the day `on`. ValidationError by field.

    The document's number is kept with this change in the record's history: the record itself has a place only for that
    of its status.
    """
    current: Member = Member.objects.select_for_update().get(pk=member.pk)
    _refuse_full(current, on, document)
    current.member_type, current.full_on = Member.Type.FULL, on
    current._change_reason = document.strip()  # type: ignore[attr-defined]  # simple-history's
    current.save(update_fields=["member_type", "full_on"])


def _refuse_full(member: Member, on: date, document: str) -> None:
    if member.member_type != Member.Type.PROBATIONARY:
        raise ValidationError(_("%(name)s is a full member already.") % {"name": member.label})
    if member.status not in Member.PRESENT:
        raise ValidationError(_("%(name)s no longer belongs to the branch.") % {"name": member.label})
    if on > timezone.localdate():
        raise ValidationError({"on": _("This day lies in the future.")})
    if member.admitted_on and on < member.admitted_on:
        raise ValidationError({"on": _("Full membership cannot begin before admission.")})
    if not document.strip():
        raise ValidationError({"document": _("A change has a document: write its number.")})


def _leave(member: Member, ending: Ending, on: date, by: Any) -> None:
    for post in ending.posts:
        end_post(post=post, on=max(on, post.started_on), by=by)
    affiliations = Affiliation.objects.filter(member=member, ended_on__isnull=True)
    appointments = _appointments(member).filter(role__in=AS_MEMBER)  # without those that have ended with their post
    for row in [*appointments, *affiliations, *ending.exemptions]:
        row.ended_on = max(on, row.started_on)
        row.save(update_fields=["ended_on"])
    member.small_group = member.area = None  # the branch stays written on the record as the last one
    member.save(update_fields=["small_group", "area"])
    for transfer in ending.transfers:
        transfers.revoke(transfer, by=by, seen_version=transfer.version)
    for application in ending.applications:
        exemptions.withdraw(application, by=by, seen_version=application.version)


def _appointments(member: Member) -> QuerySet[Appointment]:
    """What the account holds today or later."""
    if member.user_id is None:
        return Appointment.objects.none()
    rows: QuerySet[Appointment] = Appointment.objects.filter(not_ended(timezone.localdate()), user=member.user_id)
    return rows.select_related("county", "township", "branch", "area", "village")
