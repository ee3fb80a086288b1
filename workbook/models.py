"""IN AND OUT: what was brought in or taken out as a workbook, by whom, and what the preview found.

A run is made when files arrive, and goes through its states once (running.py). The files are kept sealed until the run
is written or given up, and no longer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_areas.models import County
from service_areas.scoping import Paths, ScopedQuerySet


class Run(models.Model):
    """导入、导出. One workbook brought in or taken out. `state` moves by conditional updates, so one of two wins.

    `digest` names what the preview showed: writing works the files out anew and refuses where that is something else.
    """

    class Kind(models.TextChoices):
        IMPORT = "import", _("Import")
        EXPORT = "export", _("Export")

    class State(models.TextChoices):
        CHECKING = "checking", pgettext_lazy("workbook", "Being checked")
        CHECKED = "checked", pgettext_lazy("workbook", "Checked, nothing written")
        WRITING = "writing", pgettext_lazy("workbook", "Being written")
        WRITTEN = "written", pgettext_lazy("workbook", "Written")
        MAKING = "making", pgettext_lazy("workbook", "Being made")
        READY = "ready", pgettext_lazy("workbook", "Ready")
        FAILED = "failed", pgettext_lazy("workbook", "Not possible")
        DISCARDED = "discarded", pgettext_lazy("workbook", "Discarded")

    KEPT: ClassVar[timedelta] = timedelta(days=7)  # so long a made file waits to be fetched
    AT_WORK: ClassVar[frozenset[str]] = frozenset({State.CHECKING, State.WRITING, State.MAKING})

    kind = models.CharField(max_length=6, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    county = models.ForeignKey(County, models.PROTECT, null=True, related_name="+", verbose_name=_("county"))
    # NULL: the county comes with the workbook, into an empty database
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # NULL: the console
    title = models.CharField(_("file"), max_length=200)  # the names of its files
    effective_on = models.DateField(_("changes hold from"))
    made_at = models.DateTimeField(_("at"))
    ended_at = models.DateTimeField(null=True)  # written, ready, failed or discarded
    row_count = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)  # what the last check, or making, took
    counts = models.JSONField(default=dict)  # sheet key → {"added", "changed", "same", "refused", "open"}
    digest = models.CharField(max_length=64, blank=True)
    failure = models.JSONField(default=dict)  # {"sentence": msgid, "values": {…}} where the whole file was refused
    # Of an export its sheets and language; of an import what running.py and mending.py keep of its files.
    options = models.JSONField(default=dict)

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {"county": "county", "own": "by"}

    class Meta:
        verbose_name = _("import or export")
        verbose_name_plural = _("imports and exports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        """Whether a made file has waited too long, and is handed out no more."""
        return self.state == self.State.READY and (self.ended_at or self.made_at) < timezone.now() - self.KEPT

    def total(self, name: str) -> int:
        """The sum of one of the counts over all sheets."""
        return sum(sheet.get(name, 0) for sheet in self.counts.values())


class RunFile(models.Model):
    """A file of a run, sealed with the key of ID numbers: what it holds stands in no other place unencrypted."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    is_mended = models.BooleanField(default=False)  # holds rows that take the place of rows of the other files
    sealed = models.BinaryField()

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {kind: f"run__{path}" for kind, path in Run.scope_paths.items()}

    class Meta:
        verbose_name = _("file of a run")
        verbose_name_plural = _("files of runs")

    def __str__(self) -> str:
        return self.name


class Problem(models.Model):
    """One thing the check has to say about a row: refused, to be decided, or taken in a way worth a look."""

    class Kind(models.TextChoices):
        ERROR = "error", pgettext_lazy("problem", "Wrong")
        DECIDE = "decide", pgettext_lazy("problem", "You decide")
        LOOK = "look", pgettext_lazy("problem", "Please look")

    class Choice(models.TextChoices):
        SAME = "same", _("The same person")
        OTHER = "other", _("Another person")

    run = models.ForeignKey(Run, models.CASCADE, related_name="problems")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    sheet = models.CharField(max_length=24)  # the sheet's key in format.py
    position = models.PositiveIntegerField()  # the order of the file: sheets, then rows
    row = models.PositiveIntegerField()  # as the person sees it; 0: about the sheet as a whole
    column = models.CharField(max_length=40, blank=True)  # the column's key
    cell = models.CharField(max_length=12, blank=True)  # "C218"; empty for what is not about one cell
    value = models.CharField(max_length=80, blank=True)  # what is written there, ID numbers masked
    sentence = models.TextField()  # a gettext msgid
    values = models.JSONField(default=dict)  # what goes into it
    stands_for = models.PositiveIntegerField(default=1)  # more than 1: so many alike that are not listed
    choice = models.CharField(max_length=6, choices=Choice.choices, blank=True)  # the person's decision
    candidate = models.JSONField(default=dict)  # to decide: {"code", "name", "birth_date", "branch"} of who is there

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {kind: f"run__{path}" for kind, path in Run.scope_paths.items()}

    class Meta:
        verbose_name = _("problem of an import")
        verbose_name_plural = _("problems of an import")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(name="problem_only_decides_where_asked", condition=Q(kind="decide") | Q(choice="")),
        ]
        indexes = [models.Index(fields=["run", "kind", "position"], name="problem_run")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.cell or self.row}"


class Change(models.Model):
    """One field of one record that the import will change (old → new), or has changed.

    Both are kept whole, ID numbers masked: where the two are alike, what differs is hidden by the mask.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="changes")
    sheet = models.CharField(max_length=24)
    position = models.PositiveIntegerField()
    row = models.PositiveIntegerField()
    record = models.CharField(max_length=120)  # how the record is called
    column = models.CharField(max_length=40)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {kind: f"run__{path}" for kind, path in Run.scope_paths.items()}

    class Meta:
        verbose_name = _("change by an import")
        verbose_name_plural = _("changes by an import")
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["run", "position"], name="change_run")]

    def __str__(self) -> str:
        return f"{self.record}: {self.old} → {self.new}"


class Addition(models.Model):
    """Rows of one sheet that the import will add, or has added: AT_ONCE of them, in the order of the file.

    Row by row they would take as long to keep as to check; who looks pages through them anyway.
    """

    AT_ONCE: ClassVar[int] = 50

    run = models.ForeignKey(Run, models.CASCADE, related_name="additions")
    sheet = models.CharField(max_length=24)
    position = models.PositiveIntegerField()  # 0 for the first rows of the sheet, 1 for the next
    rows = models.JSONField(default=list)  # [row as the person sees it, code or key, name, where it goes] each

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {kind: f"run__{path}" for kind, path in Run.scope_paths.items()}

    class Meta:
        verbose_name = _("rows added by an import")
        verbose_name_plural = _("rows added by an import")
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["run", "sheet", "position"], name="addition_run")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.position}"
