"""Type and status of a member: changed by people only, each with its day and document (domain.md rule 4).

Who leaves the organization on a day ends the affiliation, the posts and the access on that day. Household links stay
until they are handed over, and stand on the secretary's home page until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.links import recount
from members.models import Affiliation, HouseholdLink, Member, Post
from members.posts import end_post
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


@dataclass(frozen=True)
class Ending:
    """What ends when somebody leaves the organization, and how many households then wait for others."""

    posts: list[Post]
    appointments: list[Appointment]
    link_count: int


def ending_of(member: Member) -> Ending:
    links = HouseholdLink.objects.filter(member=member, ended_on__isnull=True).count()
    return Ending(list(_posts(member)), list(_appointments(member)), links)


@transaction.atomic
def change_status(member: Member, *, status: str, on: date, document: str, seen: str, by: Any) -> Ending:
    """The member has the status from the day `on`; what ended with it, when it is one that leaves.

    `seen` is the status that was on the screen. Errors: ValidationError by field.
    """
    current: Member = Member.objects.select_for_update().get(pk=member.pk)
    if current.status != seen:
        raise ValidationError(
            _("The status is %(status)s by now. Look at it again.") % {"status": current.get_status_display()}
        )
    _refuse(current, status, on, document)
    current.status, current.status_on, current.status_document = status, on, document.strip()
    current.save(update_fields=["status", "status_on", "status_document"])
    ending = ending_of(current)
    if status not in Member.PRESENT:
        _leave(current, ending, on, by)
    return ending


@transaction.atomic
def make_full(member: Member, *, on: date, document: str, by: Any) -> None:
    """A probationary member is a full one from the day `on`. ValidationError by field."""
    current: Member = Member.objects.select_for_update().get(pk=member.pk)
    if current.member_type != Member.Type.PROBATIONARY:
        raise ValidationError(_("%(name)s is a full member already.") % {"name": current.label})
    if on > timezone.localdate():
        raise ValidationError({"on": _("This day lies in the future.")})
    if current.admitted_on and on < current.admitted_on:
        raise ValidationError({"on": _("Full membership cannot begin before admission.")})
    if not document.strip():
        raise ValidationError({"document": _("A change has a document: write its number.")})
    current.member_type, current.full_on, current.status_document = Member.Type.FULL, on, document.strip()
    current.save(update_fields=["member_type", "full_on", "status_document"])


def _refuse(member: Member, status: str, on: date, document: str) -> None:
    errors: dict[str, str] = {}
    if status not in NEXT[member.status]:
        words = {"now": member.get_status_display(), "then": Status(status).label}
        errors["status"] = _("From “%(now)s” nobody comes to “%(then)s”.") % words
    if on > timezone.localdate():
        errors["on"] = _("This day lies in the future.")
    elif member.status_on and on < member.status_on:
        errors["on"] = _("The present status began on %(day)s.") % {"day": member.status_on}
    elif member.admitted_on and on < member.admitted_on:
        errors["on"] = _("This day lies before the admission.")
    if not document.strip():
        errors["document"] = _("A change of status has a document: write its number.")
    if errors:
        raise ValidationError(errors)


def _leave(member: Member, ending: Ending, on: date, by: Any) -> None:
    for post in ending.posts:
        end_post(post=post, on=max(on, post.started_on), by=by)
    for appointment in _appointments(member):
        appointment.ended_on = max(on, appointment.started_on)
        appointment.save(update_fields=["ended_on"])
    for row in Affiliation.objects.filter(member=member, ended_on__isnull=True):
        row.ended_on = max(on, row.started_on)
        row.save(update_fields=["ended_on"])
    recount(branch=member.branch, on=timezone.localdate())


def _posts(member: Member) -> Any:
    return Post.objects.filter(member=member, ended_on__isnull=True).select_related("member", "area", "branch")


def _appointments(member: Member) -> Any:
    """What the account may do because its person is a member here: of the branch, and of posts."""
    not_ended = Q(ended_on__isnull=True) | Q(ended_on__gt=timezone.localdate())
    roles = (Appointment.Role.MEMBER, Appointment.Role.LEADER, Appointment.Role.SECRETARY)
    if member.user_id is None:
        return Appointment.objects.none()
    return Appointment.objects.filter(not_ended, user=member.user_id, role__in=roles)
