"""The citizen identity number of a member: entered once, kept encrypted, shown masked, revealed with a reason.

Domain.md rules 27 and 28. No sentence, log or address repeats a number, and a refusal never tells whose it is. Each
reveal stands in the ledger, written in the same transaction; so many a day and no more.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jinxian.lib.id_numbers import IdNumberRefused, decrypt, encrypt, keyed_hash, masked, parse_id_number
from members.models import Member
from service_areas import ledger
from service_areas.models import LedgerEntry
from service_areas.permissions import COUNTY, SECRETARY, TOWNSHIP
from service_areas.scoping import scope_of

A_DAY = {COUNTY: 20, TOWNSHIP: 20, SECRETARY: 10}
SHORTEST_REASON, LONGEST_REASON = 5, 200


class TooOften(Exception):
    """The day's number of reveals is used up."""


@transaction.atomic
def enter_id_number(member: Member, *, typed: str, by: Any) -> None:
    """Keep the number. Errors: ValidationError where it is no number, not this person's, or somebody else's."""
    current: Member = Member.objects.select_for_update().get(pk=member.pk)
    try:
        number = parse_id_number(typed, on=timezone.localdate(), sex=current.sex or None, birth_date=current.birth_date)
    except IdNumberRefused as refused:
        raise ValidationError({"id_number": str(refused)}) from None
    current.id_number_encrypted = encrypt(number)
    current.id_number_hash, current.id_number_masked = keyed_hash(number), masked(number)
    try:
        with transaction.atomic():
            current.save(update_fields=["id_number_encrypted", "id_number_hash", "id_number_masked"])
    except IntegrityError:
        raise ValidationError({"id_number": _("Another member has this ID number. Check both records.")}) from None


@transaction.atomic
def reveal_id_number(member: Member, *, reason: str, by: Any) -> str:
    """The whole number, once. Errors: TooOften; ValidationError without a number or a reason."""
    plain = " ".join(reason.split())
    if len(plain) < SHORTEST_REASON:
        raise ValidationError({"reason": _("Write why, in a few words.")})
    if not member.id_number_encrypted:
        raise ValidationError(_("No ID number is kept for this member."))
    get_user_model().objects.select_for_update().get(pk=by.pk)  # of two at once each is counted
    if reveals_left(by) <= 0:
        raise TooOften
    ledger.enter(LedgerEntry.Verb.REVEAL, by=by, subject=member, place=member, reason=plain[:LONGEST_REASON])
    try:
        return decrypt(member.id_number_encrypted)
    except InvalidToken:
        sentence = _("The number cannot be read: its key is missing. Tell the system administrator.")
        raise ValidationError(sentence) from None


def reveals_left(by: Any) -> int:
    """How many the person may still reveal today."""
    allowed = max((A_DAY[role] for role in scope_of(by).roles if role in A_DAY), default=0)
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time()))
    used = LedgerEntry.objects.filter(by=by, verb=LedgerEntry.Verb.REVEAL, at__gte=midnight).count()
    return allowed - used


def reveals_of(member: Member) -> Any:
    """Who saw the whole number, newest first."""
    return LedgerEntry.objects.filter(verb=LedgerEntry.Verb.REVEAL, subject_kind="member", subject_id=member.pk)
