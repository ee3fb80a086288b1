"""Places: county, township, village, former production team, household.

A township may have production teams and no villages (domain rule 1), so the village is
optional below it. Codes are text: GB/T 2260 has six digits, the statistical codes twelve.
"""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.recording import history_of
from jinxian.lib.labels import in_language
from service_areas.named import Named, digits_only
from service_areas.scoping import Paths, ScopedQuerySet


class County(Named):
    """县. The county whose Party committee runs the responsibility system."""

    code = models.CharField(_("code"), max_length=6, unique=True, validators=[digits_only, MinLengthValidator(6)])

    objects = ScopedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {"county": "pk"}

    class Meta:
        verbose_name = _("county")
        verbose_name_plural = _("counties")
        ordering = ["code"]


class Township(Named):
    """乡镇. Below the county; holds villages or, without them, production teams directly."""

    county = models.ForeignKey(County, models.PROTECT, related_name="townships", verbose_name=_("county"))
    code = models.CharField(_("code"), max_length=12, unique=True, validators=[digits_only, MinLengthValidator(9)])

    objects = ScopedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {"county": "county", "township": "pk"}

    class Meta:
        verbose_name = _("township")
        verbose_name_plural = _("townships")
        ordering = ["code"]


class Village(Named):
    """行政村. An administrative village with its villagers' committee."""

    township = models.ForeignKey(Township, models.PROTECT, related_name="villages", verbose_name=_("township"))
    code = models.CharField(_("code"), max_length=12, unique=True, validators=[digits_only, MinLengthValidator(12)])
    committee_name = models.CharField(_("villagers' committee"), max_length=80, blank=True)
    ended_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The first day on which the village no longer exists.")
    )  # NULL: it exists; a village that was merged or closed stays readable

    objects = ScopedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {
        "county": "township__county",
        "township": "township",
        "branch": "branches",
        "village": "pk",
    }

    class Meta:
        verbose_name = _("village")
        verbose_name_plural = _("villages")
        ordering = ["code"]


class ProductionTeam(Named):
    """原生产队. The region a service area takes over; lies in a village or directly in a township."""

    township = models.ForeignKey(Township, models.PROTECT, related_name="teams", verbose_name=_("township"))
    village = models.ForeignKey(
        Village, models.PROTECT, null=True, blank=True, related_name="teams", verbose_name=_("village")
    )  # NULL: the township has no villages
    code = models.CharField(_("code"), max_length=20, unique=True, validators=[digits_only])

    objects = ScopedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {
        "county": "township__county",
        "township": "township",
        "branch": "area_teams__area__branch",
        "area": "area_teams__area",
        "village": "village",
    }

    class Meta:
        verbose_name = _("former production team")
        verbose_name_plural = _("former production teams")
        ordering = ["code"]


class HouseholdQuerySet(ScopedQuerySet):
    def linkable(self) -> HouseholdQuerySet:
        return self.filter(is_linkable=True)

    def linked(self) -> HouseholdQuerySet:
        return self.linkable().filter(link_count__gt=0)

    def unlinked(self) -> HouseholdQuerySet:
        """Households that should have a linked member and have none."""
        return self.linkable().filter(link_count=0)


class Household(models.Model):
    """户. Served, never scored: a head's name, a number, a contact and a people count, and nothing more.

    `link_count` is the number of current links; members.links keeps it.
    """

    branch = models.ForeignKey(
        "service_areas.Branch", models.PROTECT, related_name="households", verbose_name=_("Party branch")
    )
    team = models.ForeignKey(
        ProductionTeam, models.PROTECT, related_name="households", verbose_name=_("former production team")
    )
    number = models.CharField(_("household no."), max_length=24)
    head_name = models.CharField(_("head of household"), max_length=60)
    head_name_latin = models.CharField(_("name in Latin letters"), max_length=80, blank=True)
    contact = models.CharField(_("contact"), max_length=40, blank=True)
    people_count = models.PositiveSmallIntegerField(_("people"), default=1)
    is_linkable = models.BooleanField(_("to be linked"), default=True)
    link_count = models.PositiveSmallIntegerField(_("current links"), default=0, editable=False)

    objects = HouseholdQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {
        "county": "branch__county",
        "township": "branch__township",
        "branch": "branch",
        "area": "team__area_teams__area",
        "village": "team__village",
        "own": "links__member__user",
    }

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["team", "number"], name="household_number_once_per_team"),
            models.CheckConstraint(
                name="household_has_people",
                condition=Q(people_count__gte=1),
                violation_error_message=_("A household has at least one person."),
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "link_count"], name="household_branch_links"),
            models.Index(fields=["branch"], name="household_unlinked", condition=Q(is_linkable=True, link_count=0)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"

    @property
    def label(self) -> str:
        """The head's name in the language of the page."""
        return in_language(self.head_name, self.head_name_latin)
