"""What a password has to be. The rules are Django's, the sentences ours where its Chinese is missing or awkward."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator, UserAttributeSimilarityValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """Django counts in the plural here, and its Chinese catalogue knows the singular only."""

    def get_error_message(self) -> str:
        return _("This password is too short: it needs at least %(count)s characters.") % {"count": self.min_length}

    def get_help_text(self) -> str:
        return _("At least %(count)s characters.") % {"count": self.min_length}


class UnlikeTheAccount(UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return _("This password is too much like the %(verbose_name)s.")

    def get_help_text(self) -> str:
        return _("Not like the user name or the name.")
