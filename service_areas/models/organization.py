"""The organization: Party branch and Party small group."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.recording import history_of
from service_areas.dated import Dated, DatedQuerySet, dates_in_order
from service_areas.models.places import County, Township, Village
from service_areas.named import Named
from service_areas.scoping import Paths


class Branch(Named, Dated):
    """党支部. Leads and arranges the work of its service areas.

    `county` repeats the township's county so that every row below reaches both in one step.
    """

    county = models.ForeignKey(County, models.PROTECT, related_name="branches", verbose_name=_("county"))
    township = models.ForeignKey(Township, models.PROTECT, related_name="branches", verbose_name=_("township"))
    village = models.ForeignKey(
        Village, models.PROTECT, null=True, blank=True, related_name="branches", verbose_name=_("village")
    )  # NULL: the township has no villages, or the branch serves no single village
    code = models.CharField(_("code"), max_length=24, unique=True)
    search_key = models.CharField(max_length=200, editable=False, default="")

    objects = DatedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {
        "county": "county",
        "township": "township",
        "branch": "pk",
        "area": "areas",
        "member": "pk",
    }

    class Meta:
        verbose_name = _("Party branch")
        verbose_name_plural = _("Party branches")
        ordering = ["code"]
        constraints = [dates_in_order("branch")]

    @property
    def branch_id(self) -> int:
        """A branch is its own branch: permissions ask every row the same question."""
        return self.pk


class SmallGroup(Named, Dated):
    """党小组. The Party small group a service area rests on."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="small_groups", verbose_name=_("Party branch"))
    code = models.CharField(_("code"), max_length=24, unique=True)

    objects = DatedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {
        "county": "branch__county",
        "township": "branch__township",
        "branch": "branch",
        "area": "areas",
    }

    class Meta:
        verbose_name = _("Party small group")
        verbose_name_plural = _("Party small groups")
        ordering = ["code"]
        constraints = [
            dates_in_order("small_group"),
            models.UniqueConstraint(
                fields=["branch", "name"],
                condition=Q(ended_on__isnull=True),
                name="small_group_name_once_per_branch",
                violation_error_message=_("Another small group of this branch has this name."),
            ),
        ]
