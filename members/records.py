"""What must agree on a member's record: status with its date and document, posts and exemptions with the branch."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.models import Exemption, Member, Post


def refuse_status(member: Member) -> None:
    """A status other than normal carries its date and document number (domain.md rule 4); ValidationError by field."""
    if member.status == Member.Status.NORMAL:
        return
    errors = {}
    if member.status_on is None:
        errors["status_on"] = _("Since which day? A change of status has a date.")
    if not member.status_document.strip():
        errors["status_document"] = _("A change of status has a document: write its number.")
    if errors:
        raise ValidationError(errors)


def refuse_post(post: Post) -> None:
    """A post's area and small group are those of its branch; ValidationError by field."""
    if post.area is not None and post.area.branch_id != post.branch_id:
        raise ValidationError({"area": _("This service area belongs to another branch.")})
    if post.small_group is not None and post.small_group.branch_id != post.branch_id:
        raise ValidationError({"small_group": _("This small group belongs to another branch.")})


def place_exemption(exemption: Exemption) -> None:
    """An exemption is agreed by the branch the member belongs to."""
    if exemption._state.adding:
        exemption.branch_id = exemption.member.branch_id
