"""What is asked for: indicators, a year's plan and its items, periods, targets per member and quarter."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.recording import history_of
from jinxian.lib.labels import in_language
from jinxian.lib.quarters import Quarter
from members.models import Member
from service_areas.models import County
from service_areas.named import Named
from service_areas.scoping import Paths, ScopedQuerySet


class Indicator(Named):
    """任务指标. Something that is counted or judged; a plan gives it points, a target gives it a figure.

    County totals may speak in a larger unit than a member's line (米 → 公里): `summary_unit`
    is that unit and `summary_factor` how many of the member's units make one of it.
    """

    class Kind(models.TextChoices):
        QUANTITY = "quantity", _("Quantity")
        YES_NO = "yes_no", _("Yes or no")
        JUDGEMENT = "judgement", _("Points by judgement")
        BONUS = "bonus", _("Bonus")
        DEDUCTION = "deduction", _("Deduction")
        VETO = "veto", _("Veto")

    class Function(models.TextChoices):
        ORGANIZATION = "organization", _("Organization")
        MANAGEMENT = "management", _("Management")
        SERVICE = "service", _("Service")
        EDUCATION = "education", _("Education")

    class Direction(models.TextChoices):
        MORE = "more", _("More is better")
        LESS = "less", _("Less is better")

    class Burden(models.TextChoices):
        NONE = "", _("Every member's")
        LINKS = "links", _("Household links")
        PHYSICAL = "physical", _("Physical work")

    county = models.ForeignKey(County, models.PROTECT, related_name="indicators", verbose_name=_("county"))
    code = models.SlugField(_("code"), max_length=24)
    unit = models.CharField(_("unit"), max_length=12, blank=True)
    unit_en = models.CharField(_("English unit"), max_length=24, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=0, validators=[MaxValueValidator(3)])
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.QUANTITY)
    function = models.CharField(_("function"), max_length=12, choices=Function.choices)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction.choices, default=Direction.MORE)
    burden = models.CharField(
        _("partial exemption"), max_length=8, choices=Burden.choices, default=Burden.NONE, blank=True,
        help_text=_("A member exempt from this kind of work does not fill this indicator."),
    )  # fmt: skip
    summary_unit = models.CharField(_("unit of totals"), max_length=12, blank=True)
    summary_unit_en = models.CharField(_("English unit of totals"), max_length=24, blank=True)
    summary_factor = models.PositiveIntegerField(
        _("units in one unit of totals"), default=1, validators=[MinValueValidator(1)]
    )
    summary_decimals = models.PositiveSmallIntegerField(
        _("decimals of totals"), default=0, validators=[MaxValueValidator(3)]
    )

    objects = ScopedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {
        "county": "county",
        "township": "county__townships",
        "branch": "county__branches",
        "area": "county__areas",
        "member": "county__branches",
    }

    class Meta:
        verbose_name = _("task indicator")
        verbose_name_plural = _("task indicators")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="indicator_code_once_per_county"),
            models.CheckConstraint(
                name="indicator_decimals_within_bounds",
                condition=Q(decimals__lte=3, summary_decimals__lte=3),
                violation_error_message=_("A figure has 3 decimals at most."),
            ),
            models.CheckConstraint(
                name="indicator_summary_factor_positive",
                condition=Q(summary_factor__gte=1),
                violation_error_message=_("One unit of totals has at least one unit."),
            ),
        ]

    @property
    def unit_label(self) -> str:
        return in_language(self.unit, self.unit_en)

    @property
    def summary_unit_label(self) -> str:
        return in_language(self.summary_unit, self.summary_unit_en) if self.summary_unit else self.unit_label

    @property
    def is_optional(self) -> bool:
        """Bonus, deduction and veto cells may stay empty: there was nothing to report."""
        return self.kind in {self.Kind.BONUS, self.Kind.DEDUCTION, self.Kind.VETO}


class Period(models.Model):
    """考核周期. One quarter of a county's year, with its three dates (rule 18)."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    county = models.ForeignKey(County, models.PROTECT, related_name="periods", verbose_name=_("county"))
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(1980), MaxValueValidator(2200)])
    quarter = models.PositiveSmallIntegerField(_("quarter"), validators=[MinValueValidator(1), MaxValueValidator(4)])
    opens_on = models.DateField(_("opens on"))
    due_on = models.DateField(_("due on"), help_text=_("A sheet first submitted after this day is late."))
    closes_on = models.DateField(_("closes on"), help_text=_("The last day of entry; locked afterwards."))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)

    objects = ScopedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = Indicator.scope_paths

    class Meta:
        verbose_name = _("assessment period")
        verbose_name_plural = _("assessment periods")
        ordering = ["-year", "-quarter"]
        constraints = [
            models.UniqueConstraint(fields=["county", "year", "quarter"], name="period_once_per_quarter"),
            models.CheckConstraint(
                name="period_dates_in_order",
                condition=Q(opens_on__lte=F("due_on"), due_on__lte=F("closes_on")),
                violation_error_message=_("Opening, due and closing dates are out of order."),
            ),
            models.CheckConstraint(
                name="period_quarter_within_year",
                condition=Q(quarter__gte=1, quarter__lte=4),
                violation_error_message=_("A year has quarters 1 to 4."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def as_quarter(self) -> Quarter:
        return Quarter(self.year, self.quarter)

    @property
    def label(self) -> str:
        return str(self.as_quarter)


class Plan(models.Model):
    """责任书. What the year asks for, in one version; frozen once a period uses it (rule 10)."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("plan", "Draft")
        PUBLISHED = "published", _("Published")

    county = models.ForeignKey(County, models.PROTECT, related_name="plans", verbose_name=_("county"))
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(1980), MaxValueValidator(2200)])
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    published_on = models.DateField(_("published on"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = Indicator.scope_paths

    class Meta:
        verbose_name = _("responsibility plan")
        verbose_name_plural = _("responsibility plans")
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["county", "year", "version"], name="plan_version_once"),
            models.CheckConstraint(
                name="plan_published_by_another",
                condition=Q(published_by__isnull=True) | Q(author__isnull=True) | ~Q(published_by=F("author")),
                violation_error_message=_("The author of a plan does not publish it."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return _("Plan %(year)s, version %(version)s") % {"year": self.year, "version": self.version}


class PlanItem(models.Model):
    """Points and rule that a plan gives an indicator.

    Quantity and bonus: points × min(actual ÷ target, cap). The base items of a plan sum to 100.
    """

    class Rule(models.TextChoices):
        PROPORTIONAL = "proportional", _("Proportional")
        ALL_OR_NOTHING = "all_or_nothing", _("All or nothing")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="items", verbose_name=_("responsibility plan"))
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="items", verbose_name=_("task indicator"))
    position = models.PositiveSmallIntegerField(_("position"))
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2)
    rule = models.CharField(_("rule"), max_length=16, choices=Rule.choices, default=Rule.PROPORTIONAL)
    cap = models.DecimalField(
        _("cap"), max_digits=4, decimal_places=2, default=Decimal(1), help_text=_("1.00: full points at most.")
    )

    objects = ScopedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {kind: f"plan__{path}" for kind, path in Indicator.scope_paths.items()}

    class Meta:
        verbose_name = _("plan item")
        verbose_name_plural = _("plan items")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "indicator"], name="plan_item_indicator_once"),
            models.CheckConstraint(
                name="plan_item_points_within_bounds",
                condition=Q(points__gt=0, points__lte=100, cap__gt=0, cap__lte=2),
                violation_error_message=_("Points lie between 0 and 100, a cap between 0 and 2."),
            ),
        ]

    def __str__(self) -> str:
        return self.indicator.label


class Target(models.Model):
    """目标值. What one member is asked for in one quarter, for one item of the plan."""

    item = models.ForeignKey(
        PlanItem, models.PROTECT, related_name="targets", db_index=False, verbose_name=_("plan item")
    )
    period = models.ForeignKey(
        Period, models.PROTECT, related_name="targets", db_index=False, verbose_name=_("assessment period")
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="targets", db_index=False, verbose_name=_("Party member")
    )
    value = models.DecimalField(_("target"), max_digits=14, decimal_places=3)

    objects = ScopedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {kind: f"member__{path}" for kind, path in Member.scope_paths.items()}

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(fields=["member", "period", "item"], name="target_once_per_member"),
            models.CheckConstraint(
                name="target_not_negative",
                condition=Q(value__gte=0),
                violation_error_message=_("A target is 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.item}: {self.value}"
