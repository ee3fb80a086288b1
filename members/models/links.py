"""Member–household links, and the totals of link coverage kept beside them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.recording import history_of
from members.models.member import BY_BRANCH, Member
from service_areas.dated import Dated, DatedQuerySet, dates_in_order
from service_areas.models import Branch, County, Household, ServiceArea, Township
from service_areas.scoping import Paths, ScopedQuerySet


class HouseholdLink(Dated):
    """党员联系户. A member looks after a household for a time; one primary member at a time (rule 8)."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="links", verbose_name=_("Party member"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="links", verbose_name=_("household"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="links", verbose_name=_("Party branch"))
    is_primary = models.BooleanField(_("primary"), default=True)

    objects = DatedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {
        **BY_BRANCH,
        "area": "member__area",
        "village": "household__team__village",
        "own": "member__user",
    }

    class Meta:
        verbose_name = _("member–household link")
        verbose_name_plural = _("member–household links")
        ordering = ["-is_primary", "started_on"]
        constraints = [
            dates_in_order("household_link"),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(is_primary=True, ended_on__isnull=True),
                name="household_link_one_primary",
                violation_error_message=_("This household has a primary member already; end that link first."),
            ),
            models.UniqueConstraint(
                fields=["member", "household"],
                condition=Q(ended_on__isnull=True),
                name="household_link_once_per_member",
                violation_error_message=_("This member looks after this household already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} – {self.household}"


class LinkTotal(models.Model):
    """联系户覆盖率. Households, linkable and linked ones, of one area, branch, township or county today.

    Coverage = linked ÷ linkable (rule 8). The row with only a county is the county's. Recounted
    from the households by members.links, never added up as deltas.
    """

    county = models.ForeignKey(County, models.CASCADE, related_name="+")
    township = models.ForeignKey(Township, models.CASCADE, null=True, related_name="+")
    branch = models.ForeignKey(Branch, models.CASCADE, null=True, related_name="+")
    area = models.ForeignKey(ServiceArea, models.CASCADE, null=True, related_name="+")
    level = models.CharField(max_length=8)
    unit_id = models.PositiveBigIntegerField()
    household_count = models.PositiveIntegerField(default=0)
    people_count = models.PositiveIntegerField(default=0)
    linkable_count = models.PositiveIntegerField(default=0)
    linked_count = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {"county": "county", "township": "township", "branch": "branch", "area": "area"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "unit_id"], name="link_total_once_per_unit"),
            models.CheckConstraint(
                name="link_total_within_bounds",
                condition=Q(linked_count__lte=F("linkable_count"), linkable_count__lte=F("household_count")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.unit_id}: {self.linked_count}/{self.linkable_count}"
