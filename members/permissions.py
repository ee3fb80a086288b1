"""Who may see and set up members, and what of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from members.models import Member
from service_areas.permissions import (
    ALLOWED,
    AUDITOR,
    COUNTY,
    LEADER,
    MEMBER,
    SECRETARY,
    TOWNSHIP,
    Grant,
    Verdict,
    refused,
)

SEE_MEMBERS = Grant("members", "see", (COUNTY, TOWNSHIP, SECRETARY, LEADER, MEMBER, AUDITOR), "member: the own record")
SEE_CONTACT = Grant("members", "see contact", (COUNTY, TOWNSHIP, SECRETARY, LEADER), "and the person")
SEE_ID_NUMBER = Grant("members", "see masked ID number", (COUNTY, TOWNSHIP, SECRETARY), "and the person")
SEE_EXEMPTION = Grant("members", "see reason of exemption", (COUNTY, TOWNSHIP, SECRETARY), "and the person")
SET_UP_MEMBERS = Grant("members", "set up in the admin", (COUNTY,))
SEE_LINKS = Grant(
    "household links", "see", (COUNTY, TOWNSHIP, SECRETARY, LEADER, MEMBER, "clerk", AUDITOR), "member: own"
)
SET_UP_LINKS = Grant("household links", "set up in the admin", (COUNTY,))

GRANTS = (SEE_MEMBERS, SEE_CONTACT, SEE_ID_NUMBER, SEE_EXEMPTION, SET_UP_MEMBERS, SEE_LINKS, SET_UP_LINKS)


def may_see_contact(user: Any, member: Member) -> Verdict:
    return _own_or(SEE_CONTACT, user, member)


def may_see_id_number(user: Any, member: Member) -> Verdict:
    """The masked number; the full one is shown nowhere yet."""
    return _own_or(SEE_ID_NUMBER, user, member)


def may_see_exemption_reason(user: Any, member: Member) -> Verdict:
    return _own_or(SEE_EXEMPTION, user, member)


def _own_or(grant: Grant, user: Any, member: Member) -> Verdict:
    """The person, or who holds the grant where the member is. Township and county are reached by the branch."""
    if member.user_id == user.pk or grant.held(user, member) or grant.held(user, member.branch):
        return ALLOWED
    return refused(_("Your appointments do not cover this."))
