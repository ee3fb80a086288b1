"""Who may see and set up members, and what of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from members.models import Exemption, ExemptionApplication, Member, Transfer
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
    no_right_here,
    refused,
)
from service_areas.scoping import scope_of

SEE_MEMBERS = Grant("members", "see", (COUNTY, TOWNSHIP, SECRETARY, LEADER, MEMBER, AUDITOR), "member: the own record")
SEE_CONTACT = Grant("members", "see contact", (COUNTY, TOWNSHIP, SECRETARY, LEADER), "and the person")
SEE_ID_NUMBER = Grant("members", "see masked ID number", (COUNTY, TOWNSHIP, SECRETARY), "and the person")
SEE_STATUS_DOCUMENT = Grant("members", "see document of status", (COUNTY, TOWNSHIP, SECRETARY), "and the person")
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
    SEE_STATUS_DOCUMENT,
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


def may_see_status_document(user: Any, member: Member) -> Verdict:
    return _own_or(SEE_STATUS_DOCUMENT, user, member)


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


# Transfers: either branch acts by its own hand, and nobody about the own person (prevent rules 2 and 8).


def may_see_transfers(user: Any) -> Verdict:
    """The list: who holds the grant, and every member, who finds the own ones in it."""
    roles = {*SEE_TRANSFERS.roles, LEADER, MEMBER}
    return ALLOWED if scope_of(user).roles & roles else refused(no_right_here())


def may_see_transfer(user: Any, transfer: Transfer) -> Verdict:
    sides = [side for side in (transfer.from_branch, transfer.to_branch) if side is not None]
    is_own = transfer.member.user_id == user.pk
    if is_own or any(SEE_TRANSFERS.held(user, side) for side in sides):
        return ALLOWED
    return refused(no_right_here())


def may_apply_for_transfer(user: Any, member: Member) -> Verdict:
    """The old branch applies; the person may ask."""
    if member.user_id == user.pk:
        return ALLOWED
    return APPLY_TRANSFER.verdict(user, member.branch, _("Only the branch secretary or the person applies."))


def may_issue_transfer(user: Any, transfer: Transfer) -> Verdict:
    """The letter, or a refusal of it: the old branch's township, but not who applied."""
    branch = transfer.from_branch
    if not ISSUE_TRANSFER.held(user, branch):
        return refused(_("Only the staff of %(township)s issue the letter.") % {"township": branch.township.label})
    if transfer.applied_by_id == user.pk:
        return refused(_("You applied for this yourself: somebody else issues the letter."))
    return _not_about_oneself(user, transfer)


def may_receive_transfer(user: Any, transfer: Transfer) -> Verdict:
    """The new branch's secretary, but nobody who acted for the old one; out of the county the old township."""
    if transfer.to_branch is None:
        township = transfer.from_branch.township.label
        reason = _("Only the staff of %(township)s record the slip.") % {"township": township}
        verdict = ISSUE_TRANSFER.verdict(user, transfer.from_branch, reason)
        return verdict and _not_about_oneself(user, transfer)
    if not RECEIVE_TRANSFER.held(user, transfer.to_branch):
        return refused(_("Only the secretary of %(branch)s receives.") % {"branch": transfer.to_branch.label})
    has_acted = user.pk in {transfer.applied_by_id, transfer.issued_by_id}
    if has_acted or APPLY_TRANSFER.held(user, transfer.from_branch):
        return refused(_("You act for the old branch already: somebody else receives for the new one."))
    return _not_about_oneself(user, transfer)


def may_reject_transfer(user: Any, transfer: Transfer) -> Verdict:
    """Who issues, or who receives; which of the two it is now, the state says (members.transfers)."""
    verdict = may_issue_transfer(user, transfer)
    return verdict or may_receive_transfer(user, transfer)


def may_revoke_transfer(user: Any, transfer: Transfer) -> Verdict:
    """The old branch; the person takes back what the person asked for."""
    if transfer.member.user_id == user.pk:
        is_asked = transfer.applied_by_id == user.pk
        return ALLOWED if is_asked else _not_about_oneself(user, transfer)
    reason = _("Only the secretary of %(branch)s revokes.") % {"branch": transfer.from_branch.label}
    return APPLY_TRANSFER.verdict(user, transfer.from_branch, reason)


def may_print_transfer(user: Any, transfer: Transfer) -> Verdict:
    """Letter and slip: the two branches, and the township that issues."""
    old, new = transfer.from_branch, transfer.to_branch
    is_old = ISSUE_TRANSFER.held(user, old) or APPLY_TRANSFER.held(user, old)
    if is_old or (new is not None and RECEIVE_TRANSFER.held(user, new)):
        return ALLOWED
    return refused(_("Letter and slip are printed by the two branches and by the township that issues the letter."))


def _not_about_oneself(user: Any, transfer: Transfer) -> Verdict:
    if transfer.member.user_id == user.pk:
        return refused(_("This is about yourself: somebody else does it."))
    return ALLOWED


# Exemptions: the branch agrees, the township files, and they are two persons (prevent rules 1 and 2).


def may_see_exemptions(user: Any) -> Verdict:
    """The list: who holds the grant, and every member, who finds the own ones in it."""
    roles = {*SEE_EXEMPTIONS.roles, LEADER, MEMBER}
    return ALLOWED if scope_of(user).roles & roles else refused(no_right_here())


def may_see_exemption(user: Any, row: Exemption | ExemptionApplication) -> Verdict:
    if row.member.user_id == user.pk or SEE_EXEMPTIONS.held(user, row.branch):
        return ALLOWED
    return refused(no_right_here())


def may_see_reason_of(user: Any, row: Exemption | ExemptionApplication) -> Verdict:
    """The reason code of one exemption or application, by the branch it was applied for in."""
    if row.member.user_id == user.pk or SEE_EXEMPTION.held(user, row.branch):
        return ALLOWED
    return refused(no_right_here())


def may_apply_for_exemption(user: Any, member: Member) -> Verdict:
    """The own branch's secretary for a member, or the person."""
    if member.user_id == user.pk:
        return ALLOWED
    return APPLY_EXEMPTION.verdict(user, member.branch, _("Only the branch secretary or the person applies."))


def may_agree_to_exemption(user: Any, application: ExemptionApplication) -> Verdict:
    """For the branch, or not to agree; nobody to the own."""
    if application.member.user_id == user.pk:
        return refused(_("Nobody agrees to the own exemption."))
    reason = _("Only the secretary of %(branch)s records what the branch agreed.")
    return APPLY_EXEMPTION.verdict(user, application.branch, reason % {"branch": application.branch.label})


def may_file_exemption(user: Any, application: ExemptionApplication) -> Verdict:
    """The township, or not to file; not who applied or agreed, and nobody the own."""
    township = application.branch.township.label
    if not FILE_EXEMPTION.held(user, application.branch):
        return refused(_("Only the staff of %(township)s file exemptions.") % {"township": township})
    if application.member.user_id == user.pk:
        return refused(_("This is your own exemption: somebody else files it."))
    if user.pk in {application.applied_by_id, application.agreed_by_id}:
        return refused(_("You applied or agreed for the branch yourself: somebody else files it."))
    return ALLOWED


def may_refuse_exemption(user: Any, application: ExemptionApplication) -> Verdict:
    """Who agrees, or who files; in whose hands it lies now, members.exemptions says."""
    verdict = may_agree_to_exemption(user, application)
    return verdict or may_file_exemption(user, application)


def may_withdraw_exemption(user: Any, application: ExemptionApplication) -> Verdict:
    """Who applied; what the branch applied for, whoever is its secretary now."""
    is_of_branch = application.applied_by_id != application.member.user_id
    if application.applied_by_id == user.pk or (is_of_branch and APPLY_EXEMPTION.held(user, application.branch)):
        return ALLOWED
    return refused(_("Only who applied withdraws the application."))


def may_end_exemption(user: Any, exemption: Exemption) -> Verdict:
    """Back to work: the branch secretary; the own is ended by the township when it looks at it again."""
    if exemption.member.user_id == user.pk:
        return refused(_("This is your own exemption: the township ends it when it looks at it again."))
    reason = _("Only the secretary of %(branch)s ends an exemption.") % {"branch": exemption.branch.label}
    return APPLY_EXEMPTION.verdict(user, exemption.branch, reason)


def may_review_exemption(user: Any, exemption: Exemption) -> Verdict:
    """Looking at it again every year: the township, nobody at the own."""
    if exemption.member.user_id == user.pk:
        return refused(_("This is your own exemption: somebody else looks at it again."))
    township = exemption.branch.township.label
    reason = _("Only the staff of %(township)s look at exemptions again.") % {"township": township}
    return FILE_EXEMPTION.verdict(user, exemption.branch, reason)


def may_plan_links(user: Any, branch: Any) -> Verdict:
    """The branch decides who looks after which household (rule 9)."""
    return PLAN_LINKS.verdict(user, branch, _("Who looks after which household is decided by the branch's secretary."))


def may_add_member(user: Any, branch: Any) -> Verdict:
    return ADD_MEMBERS.verdict(user, branch, _("Members are entered by the branch secretary or the township."))


def may_edit_member(user: Any, member: Member) -> Verdict:
    """The whole record: the township."""
    return EDIT_MEMBERS.verdict(user, member.branch, _("The record itself is kept by the township."))


def may_edit_contact(user: Any, member: Member) -> Verdict:
    """Contact, spelling, small group and area: the branch, too."""
    reason = _("Contact and group are kept by the branch secretary and the township.")
    return EDIT_CONTACT.verdict(user, member.branch, reason)


def may_change_status(user: Any, member: Member) -> Verdict:
    """County and township with a document; nobody the own."""
    if member.user_id == user.pk:
        return refused(_("This is about yourself: somebody else does it."))
    return CHANGE_STATUS.verdict(user, member.branch, _("Type and status are changed by the township or the county."))


def may_enter_id_number(user: Any, member: Member) -> Verdict:
    return ENTER_ID_NUMBER.verdict(user, member.branch, _("The ID number is entered by the branch secretary."))


def may_reveal_id_number(user: Any, member: Member) -> Verdict:
    """By an appointment only: a superuser without one reveals nothing."""
    reason = _("Only the branch secretary, the township and the county see whole ID numbers.")
    return REVEAL_ID_NUMBER.verdict(user, member.branch, reason)


def may_fill_post(user: Any, kind: str, branch: Any) -> Verdict:
    """Secretary and deputies: the township; leaders and group leaders: the branch secretary."""
    if kind in ("secretary", "deputy"):
        return APPOINT_SECRETARIES.verdict(user, branch, _("A branch's secretary is named by its township."))
    return APPOINT_LEADERS.verdict(user, branch, _("Leaders are named by the branch secretary."))
