"""The audit ledger: who saw or took out what is sensitive, who brought what in. Only ever added to.

It stands on this floor and not with the accounts, because its rows are seen by place. Changes of records are not
repeated here, they are each record's own history (accounts/recording.py). The database itself refuses to change or
remove a row (migration 0005).
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jinxian.lib.labels import in_language
from service_areas.models.organization import Branch
from service_areas.models.places import County, Township
from service_areas.scoping import Paths, ScopedQuerySet


class LedgerEntry(models.Model):
    """操作日志. One act, with the names of its time. `subject_id` is the row it was about, where there is one."""

    class Verb(models.TextChoices):
        REVEAL = "reveal", _("Revealed an ID number")
        IMPORT = "import", _("Imported a workbook")
        EXPORT = "export", _("Exported")
        PRINT = "print", _("Printed")
        ACTIVATE = "activate", _("Made sign-in slips")

    verb = models.CharField(_("act"), max_length=10, choices=Verb.choices)
    subject_kind = models.CharField(max_length=40, blank=True)  # the model's name, lower case
    subject_id = models.PositiveBigIntegerField(null=True)  # NULL: about no single row
    subject_label = models.CharField(_("about"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    details = models.JSONField(default=dict)
    county = models.ForeignKey(County, models.PROTECT, null=True, related_name="+", verbose_name=_("county"))
    township = models.ForeignKey(Township, models.PROTECT, null=True, related_name="+", verbose_name=_("township"))
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, related_name="+", verbose_name=_("Party branch"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60, blank=True)
    by_name_latin = models.CharField(max_length=80, blank=True)
    by_post = models.CharField(max_length=160, blank=True)
    by_post_en = models.CharField(max_length=240, blank=True)
    at = models.DateTimeField(_("at"))

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {"county": "county", "township": "township", "branch": "branch", "own": "by"}

    class Meta:
        verbose_name = _("entry of the ledger")
        verbose_name_plural = _("ledger")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="ledger_entry_subject"),
            models.Index(fields=["by", "verb", "at"], name="ledger_entry_by"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def by_label(self) -> str:
        return in_language(self.by_name, self.by_name_latin)

    @property
    def post_label(self) -> str:
        return in_language(self.by_post, self.by_post_en)
