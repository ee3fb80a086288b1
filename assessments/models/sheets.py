"""The assessment sheet of one area and quarter, its lines, cells, and the history of its moves.

A sheet freezes what it was judged by: names, branch, township, plan, targets. What moves a sheet
from state to state stands in assessments.workflow, what fills its cells in assessments.entry.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from assessments.models.plans import Period, Plan, PlanItem
from jinxian.lib.labels import in_language
from members.models import Exemption, Member, Post
from service_areas.models import Branch, County, ServiceArea, Township
from service_areas.scoping import Paths, ScopedQuerySet


class SheetQuerySet(ScopedQuerySet):
    def reported(self) -> SheetQuerySet:
        """Sheets that count in totals: submitted, confirmed, or closed after a confirmation."""
        return self.filter(is_counted=True)

    def missing(self) -> SheetQuerySet:
        """Sheets that do not count, whatever the reason: not started, draft, returned, reopened, closed empty."""
        return self.filter(is_counted=False)


class Sheet(models.Model):
    """考核表. One per area and period, made when the period opens, so that expected sheets are rows.

    `is_counted` says whether its figures stand in the totals; `version` goes up with every write,
    so that a submission or confirmation names what was on the screen.
    """

    class State(models.TextChoices):
        NOT_STARTED = "not_started", _("Not started")
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned")
        CONFIRMED = "confirmed", _("Confirmed")
        REOPENED = "reopened", _("Reopened")
        CLOSED = "closed", _("Closed")

    county = models.ForeignKey(County, models.PROTECT, related_name="+", verbose_name=_("county"))
    township = models.ForeignKey(Township, models.PROTECT, related_name="sheets", verbose_name=_("township"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="sheets", verbose_name=_("Party branch"))
    area = models.ForeignKey(
        ServiceArea, models.PROTECT, related_name="sheets", verbose_name=_("Party member service area")
    )
    period = models.ForeignKey(Period, models.PROTECT, related_name="sheets", verbose_name=_("assessment period"))
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="sheets", verbose_name=_("responsibility plan"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.NOT_STARTED)
    version = models.PositiveIntegerField(default=0)
    is_counted = models.BooleanField(default=False)
    summary = models.TextField(_("summary report"), blank=True, max_length=4000)

    area_name = models.CharField(max_length=60)
    area_name_en = models.CharField(max_length=120, blank=True)
    branch_name = models.CharField(max_length=60)
    branch_name_en = models.CharField(max_length=120, blank=True)
    township_name = models.CharField(max_length=60)
    township_name_en = models.CharField(max_length=120, blank=True)
    leader_name = models.CharField(max_length=60, blank=True)
    leader_name_en = models.CharField(max_length=120, blank=True)

    first_submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    returned_at = models.DateTimeField(null=True, blank=True)
    reopened_until = models.DateField(null=True, blank=True)  # the last day of entry after reopening
    changed_at = models.DateTimeField(null=True, blank=True)

    # Kept with every save of the sheet, so that lists need not open its cells.
    member_count = models.PositiveSmallIntegerField(default=0)  # lines, exempt ones included
    exempt_count = models.PositiveSmallIntegerField(default=0)
    complete_count = models.PositiveSmallIntegerField(default=0)  # lines with every needed cell filled
    points_sum = models.DecimalField(max_digits=9, decimal_places=2, default=0)  # of the complete lines
    filled_count = models.PositiveIntegerField(default=0)  # cells
    needed_count = models.PositiveIntegerField(default=0)  # cells

    objects = SheetQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {"county": "county", "township": "township", "branch": "branch", "area": "area"}

    class Meta:
        verbose_name = _("assessment sheet")
        verbose_name_plural = _("assessment sheets")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["area", "period"], name="sheet_once_per_area_and_period"),
            models.CheckConstraint(
                name="sheet_counts_within_bounds",
                condition=Q(
                    exempt_count__lte=F("member_count"),
                    complete_count__lte=F("member_count"),
                    filled_count__lte=F("needed_count"),
                ),
            ),
            models.CheckConstraint(
                name="sheet_counted_only_when_reported",
                condition=Q(is_counted=False) | Q(state__in=["submitted", "confirmed", "closed"]),
            ),
        ]
        indexes = [
            models.Index(fields=["period", "county", "township", "state"], name="sheet_period_county"),
            models.Index(fields=["period", "branch"], name="sheet_period_branch"),
            models.Index(fields=["period", "township"], name="sheet_period_township"),
        ]

    def __str__(self) -> str:
        return f"{self.branch_name} {self.area_name} {self.period}"

    @property
    def area_label(self) -> str:
        return in_language(self.area_name, self.area_name_en)

    @property
    def branch_label(self) -> str:
        return in_language(self.branch_name, self.branch_name_en)

    @property
    def township_label(self) -> str:
        return in_language(self.township_name, self.township_name_en)

    @property
    def leader_label(self) -> str:
        return in_language(self.leader_name, self.leader_name_en)


class SheetMember(models.Model):
    """A member's line on a sheet, as the member was on the quarter's last day.

    `filled_by` says whose hand the line is in: nobody fills the own line, so a secretary's is the
    township's (rule 17). `points` is NULL until a cell is filled, and always for exempt members.
    """

    class FilledBy(models.TextChoices):
        BRANCH = "branch", _("branch")
        TOWNSHIP = "township", _("township")

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="lines", verbose_name=_("assessment sheet"))
    period = models.ForeignKey(Period, models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="lines", verbose_name=_("Party member"))
    position = models.PositiveSmallIntegerField()
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    name_latin = models.CharField(max_length=80, blank=True)
    member_type = models.CharField(max_length=16, choices=Member.Type.choices)
    post = models.CharField(max_length=16, choices=Post.Kind.choices, blank=True)
    exempt_scope = models.CharField(_("exempt from"), max_length=10, choices=Exemption.Scope.choices, blank=True)
    exempt_until = models.DateField(null=True, blank=True)  # the first day it no longer holds
    filled_by = models.CharField(max_length=8, choices=FilledBy.choices, default=FilledBy.BRANCH)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, null=True, blank=True)
    filled_count = models.PositiveSmallIntegerField(default=0)
    needed_count = models.PositiveSmallIntegerField(default=0)
    is_complete = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {
        **{kind: f"sheet__{path}" for kind, path in Sheet.scope_paths.items()},
        "own": "member__user",
    }

    class Meta:
        verbose_name = _("line of a sheet")
        verbose_name_plural = _("lines of sheets")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["member", "period"], name="sheet_member_once_per_period"),
            models.CheckConstraint(
                name="sheet_member_points_within_bounds",
                condition=Q(points__isnull=True) | Q(points__gte=0, points__lte=200),
            ),
            models.CheckConstraint(
                name="sheet_member_filled_within_needed", condition=Q(filled_count__lte=F("needed_count"))
            ),
            models.CheckConstraint(
                name="sheet_member_exempt_has_no_points", condition=~Q(exempt_scope="all") | Q(points__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_language(self.name, self.name_latin)

    @property
    def is_exempt(self) -> bool:
        """Exempt from all work: no cells, no points, outside every average."""
        return self.exempt_scope == Exemption.Scope.ALL


class Entry(models.Model):
    """A cell: what one member did for one item in one quarter. An empty `actual` is not a zero.

    `target` is the target of the time. `points` is NULL while the cell is empty or does not apply.
    """

    class Status(models.TextChoices):
        APPLIES = "applies", _("applies")
        NOT_APPLICABLE = "not_applicable", _("not applicable")  # by decision, with a reason in `note`
        EXEMPT = "exempt", _("exempt")  # a partial exemption covers this item
        NO_TARGET = "no_target", _("no target")  # target 0 or none: the item leaves the base

    line = models.ForeignKey(
        SheetMember, models.CASCADE, related_name="entries", db_index=False, verbose_name=_("line of a sheet")
    )
    item = models.ForeignKey(
        PlanItem, models.PROTECT, related_name="entries", db_index=False, verbose_name=_("plan item")
    )
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.APPLIES)
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=3, null=True, blank=True)
    actual = models.DecimalField(_("actual"), max_digits=14, decimal_places=3, null=True, blank=True)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    changed_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {kind: f"line__{path}" for kind, path in SheetMember.scope_paths.items()}

    class Meta:
        verbose_name = _("cell of a sheet")
        verbose_name_plural = _("cells of sheets")
        constraints = [
            models.UniqueConstraint(fields=["line", "item"], name="entry_once_per_member_and_item"),
            models.CheckConstraint(
                name="entry_actual_within_bounds", condition=Q(actual__isnull=True) | Q(actual__gte=0)
            ),
            models.CheckConstraint(
                name="entry_points_within_bounds",
                condition=Q(points__isnull=True) | Q(points__gte=-100, points__lte=200),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.item}: {self.actual}"


class EntryChange(models.Model):
    """One change of a filled cell: what it was, what it became, by whom. First fillings are not changes."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="changes", verbose_name=_("assessment sheet"))
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="changes", verbose_name=_("cell of a sheet"))
    old = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    new = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {kind: f"sheet__{path}" for kind, path in Sheet.scope_paths.items()}

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class SheetMove(models.Model):
    """One step of a sheet from state to state: who, when, why, and which version was on the screen."""

    class Verb(models.TextChoices):
        BEGIN = "begin", _("Began")
        SUBMIT = "submit", _("Submitted")
        TAKE_BACK = "take_back", _("Taken back")
        RETURN = "return", _("Returned")
        CONFIRM = "confirm", _("Confirmed")
        REOPEN = "reopen", _("Reopened")
        CLOSE = "close", _("Closed")

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="moves", verbose_name=_("assessment sheet"))
    verb = models.CharField(max_length=10, choices=Verb.choices)
    from_state = models.CharField(max_length=12, choices=Sheet.State.choices)
    to_state = models.CharField(max_length=12, choices=Sheet.State.choices)
    reason = models.CharField(max_length=600, blank=True)
    seen_version = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60)
    by_name_latin = models.CharField(max_length=80, blank=True)
    by_post = models.CharField(max_length=160, blank=True)
    by_post_en = models.CharField(max_length=240, blank=True)
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {kind: f"sheet__{path}" for kind, path in Sheet.scope_paths.items()}

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def by_label(self) -> str:
        return in_language(self.by_name, self.by_name_latin)

    @property
    def signature(self) -> str:
        """Who it was, for which post of that time."""
        post = in_language(self.by_post, self.by_post_en)
        return gettext("%(who)s, %(post)s") % {"who": self.by_label, "post": post} if post else self.by_label
