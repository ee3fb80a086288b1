"""Who can sign in.

A user is an account and nothing more: what it may see and do comes from its dated
appointments (service_areas.models.Appointment), never from flags on this row.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinxian.lib.labels import in_language


class User(AbstractUser):
    """用户. One person's account; created by county or township staff, ended by `is_active`."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    name_latin = models.CharField(_("name in Latin letters"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")

    objects: ClassVar[UserManager[User]] = UserManager()  # type: ignore[assignment]

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return f"{self.name} ({self.username})"

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return in_language(self.name, self.name_latin)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Activation(models.Model):
    """首次登录码. A code on paper by which a person signs in to a new account once and chooses the password.

    Only a hash of the code is kept: the slip shows it once, and a lost slip is made anew. Somebody without a code signs
    in with the password; an account has one code at most.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="activation")
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    failed_count = models.PositiveSmallIntegerField(default=0)  # too many wrong codes: it no longer works

    class Meta:
        verbose_name = _("first sign-in code")
        verbose_name_plural = _("first sign-in codes")

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d}"
