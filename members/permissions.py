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
ADD_MEMBERS = Grant("members", "enter", (TOWNSHIP, SECRETARY))
EDIT_MEMBERS = Grant("members", "change the record", (TOWNSHIP,))
EDIT_CONTACT = Grant("members", "change contact and group", (TOWNSHIP, SECRETARY))
CHANGE_STATUS = Grant("members", "change type and status", (COUNTY, TOWNSHIP), "with document")
ENTER_ID_NUMBER = Grant("ID number", "enter", (SECRETARY,))
REVEAL_ID_NUMBER = Grant("ID number", "reveal with reason", (COUNTY, TOWNSHIP, SECRETARY), "20, 20, 10 a day")
APPOINT_SECRETARIES = Grant("posts", "begin and end a secretary's", (TOWNSHIP,))
APPOINT_LEADERS = Grant("posts", "begin and end others", (SECRETARY,))
SEE_TRANSFERS = Grant("transfers", "see", (COUNTY, TOWNSHIP, SECRETARY, AUDITOR), "and the person")
APPLY_TRANSFER = Grant("transfers", "apply, revoke", (SECRETARY,), "old branch; the person may ask")
ISSUE_TRANSFER = Grant("transfers", "issue the letter", (TOWNSHIP,), "old branch's")
RECEIVE_TRANSFER = Grant("transfers", "receive, reject", (SECRETARY,), "new branch")
SEE_EXEMPTIONS = Grant("exemptions", "see", (COUNTY, TOWNSHIP, SECRETARY, AUDITOR), "auditor: no reason")
APPLY_EXEMPTION = Grant("exemptions", "apply, agree, end", (SECRETARY,), "the person may apply")
FILE_EXEMPTION = Grant("exemptions", "file, refuse, review", (TOWNSHIP,))
PLAN_LINKS = Grant("household links", "plan, begin, end, hand over", (SECRETARY,))
SEE_LINKS = Grant(
    "household links", "see", (COUNTY, TOWNSHIP, SECRETARY, LEADER, MEMBER, "clerk", AUDITOR), "member: own"
)
SET_UP_LINKS = Grant("household links", "set up in the admin", (COUNTY,))

GRANTS = (
    SEE_MEMBERS,
    SEE_CONTACT,
    SEE_ID_NUMBER,
    SEE_EXEMPTION,
    ADD_MEMBERS,
    EDIT_MEMBERS,
    EDIT_CONTACT,
    CHANGE_STATUS,
    SET_UP_MEMBERS,
    ENTER_ID_NUMBER,
    REVEAL_ID_NUMBER,
    APPOINT_SECRETARIES,
    APPOINT_LEADERS,
    SEE_TRANSFERS,
    APPLY_TRANSFER,
    ISSUE_TRANSFER,
    RECEIVE_TRANSFER,
    SEE_EXEMPTIONS,
    APPLY_EXEMPTION,
    FILE_EXEMPTION,
    SEE_LINKS,
    PLAN_LINKS,
    SET_UP_LINKS,
)


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
