"""How long a password has to be; the other rules are Django's, whose sentence for this one has no Chinese."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("This password is too short: it needs at least %(count)s characters.") % {"count": self.min_length}
