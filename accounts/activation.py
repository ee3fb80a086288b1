"""The first sign-in: a code on paper, good once and for a while, with which a person sets the own password.

Who makes the slips for whom is decided above (jinxian/views/slips.py asks service_areas/appointing.py). A code has 60
bits by chance, so a quick keyed hash keeps it safe; after ten wrong tries it no longer works.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_noop

from accounts.models import Activation, User
from jinxian.lib import Refused

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without the letters and digits that look alike: 0 O 1 I
GROUPS, LENGTH = 3, 4
GOOD_FOR = timedelta(days=30)
TRIES = 10

WRONG = gettext_noop(
    "The user name or the code is not right, or the code is used up. Ask who gave you the slip for a new one."
)


@transaction.atomic
def make_code(user: User, *, by: Any) -> str:
    """A new code like “K7QX-2M9P-TR4W”; an earlier one of the account no longer works. It is told only here."""
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(GROUPS))
    now = timezone.now()
    Activation.objects.update_or_create(
        user=user,
        defaults={
            "code_hash": _hash(user, code), "made_at": now, "made_by": by, "expires_at": now + GOOD_FOR,
            "failed_count": 0,
        },
    )  # fmt: skip
    return code


def account_of(username: str, code: str) -> User:
    """The account whose code this is. Errors: Refused, in the same words whatever is wrong."""
    activation = Activation.objects.select_related("user").filter(user__username=username, user__is_active=True).first()
    if activation is None or activation.expires_at <= timezone.now() or activation.failed_count >= TRIES:
        raise Refused("wrong", WRONG)
    if not constant_time_compare(activation.code_hash, _hash(activation.user, code)):
        Activation.objects.filter(pk=activation.pk).update(failed_count=F("failed_count") + 1)
        raise Refused("wrong", WRONG)
    return activation.user


@transaction.atomic
def activate(user: User, password: str) -> None:
    """Set the password and use the code up. Errors: Refused where somebody used it a moment before."""
    used, _rows = Activation.objects.filter(user=user).delete()
    if not used:
        raise Refused("wrong", WRONG)
    user.set_password(password)
    user.save(update_fields=["password"])


def _hash(user: User, code: str) -> str:
    plain = re.sub(r"[^0-9A-Z]", "", code.upper())
    return salted_hmac("accounts.activation", f"{user.pk}:{plain}", algorithm="sha256").hexdigest()
