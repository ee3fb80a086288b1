"""Who grants which appointment to whom, and who keeps whose account (prevent rule 7 of docs/permissions.md).

Nobody grants to the own account, nor at or above the own level: county staff grant below the county, the system
administrator everything in the county but administrators, a superuser everything but to himself. Which role fits
which kind of place is the model's own rule.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from service_areas.dated import not_ended
from service_areas.models import Appointment
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
    Verdict,
    refused,
)
from service_areas.scoping import scope_of

BELOW_COUNTY = frozenset({TOWNSHIP, SECRETARY, LEADER, MEMBER, CLERK, AUDITOR})
GRANTED_BY = {COUNTY: BELOW_COUNTY, ADMINISTRATOR: BELOW_COUNTY | {COUNTY}}
UNUSABLE = "!"  # how a password begins that nobody can type (Django's make_password(None))


def may_grant(by: Any, appointment: Appointment) -> Verdict:
    """Whether `by` gives, changes or ends this appointment today."""
    if appointment.user_id == by.pk:
        return refused(_("Nobody grants an appointment to the own account."))
    if appointment.role == AUDITOR and appointment.user.is_superuser:
        return refused(_("An auditor only reads: this account may do everything."))
    if by.is_superuser or any(_reaches(own, appointment) for own in scope_of(by).appointments):
        return ALLOWED
    return refused(_("You grant appointments below your own level, inside your own county."))


def refuse_grant(*, by: Any, appointment: Appointment) -> None:
    """Raise ValidationError with the sentence where `by` may not grant the appointment."""
    verdict = may_grant(by, appointment)
    if not verdict:
        raise ValidationError(verdict.reason)


def may_keep_account(by: Any, user: Any) -> Verdict:
    """Whether `by` changes this account or sets its password: who could not grant all it holds could take it over."""
    if user.pk == by.pk:
        return refused(_("This is your own account: somebody else keeps it."))
    if user.is_superuser and not by.is_superuser:
        return refused(_("Only a superuser keeps this account."))
    held = Appointment.objects.filter(not_ended(timezone.localdate()), user=user.pk)
    held = held.select_related("user", "township", "branch", "area", "village__township")
    if by.is_superuser or all(may_grant(by, appointment) for appointment in held):
        return ALLOWED
    return refused(_("This account holds an appointment that is not below yours."))


def county_of(appointment: Appointment) -> int | None:
    """The county in which the appointment's place lies."""
    if appointment.village is not None:
        return appointment.village.township.county_id
    place = appointment.township or appointment.branch or appointment.area
    return place.county_id if place else appointment.county_id


def _reaches(own: Appointment, appointment: Appointment) -> bool:
    if appointment.role not in GRANTED_BY.get(own.role, ()) or county_of(appointment) != own.county_id:
        return False
    is_at_county = appointment.county_id is not None
    return own.role == ADMINISTRATOR or not is_at_county


def waiting_accounts(by: Any) -> list[Any]:
    """Accounts without a password whose every appointment `by` could grant, by user name; `appointment` on each.

    A fixed number of queries: the appointments of all of them are read at once.
    """
    today = timezone.localdate()
    rows = Appointment.objects.filter(not_ended(today), user__is_active=True, user__password__startswith=UNUSABLE)
    rows = rows.select_related("user__activation", "county", "township", "branch", "area", "village__township")
    held: dict[int, list[Appointment]] = {}
    for row in rows.order_by("user__username", "pk"):
        held.setdefault(row.user_id, []).append(row)
    found = []
    for appointments in held.values():
        if all(may_grant(by, row) for row in appointments):
            user: Any = appointments[0].user
            user.appointment = appointments[0]
            found.append(user)
    return found
