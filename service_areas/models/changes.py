"""Villages and service areas that were renamed, closed, merged, split or moved, with what was before and after.

Rows are written once, with the change itself, and never edited: past quarters name the units of their time, and these
rows lead from them to their successors.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jinxian.lib.labels import in_language
from service_areas.models.areas import ServiceArea
from service_areas.models.places import County, Township, Village
from service_areas.scoping import Paths, ScopedQuerySet


class PlaceChange(models.Model):
    """撤并、拆分、划转、更名. One change on a day; `moved` counts what went with it, by kind."""

    class Kind(models.TextChoices):
        RENAME = "rename", _("Renamed")
        CLOSE = "close", _("Closed")
        MERGE = "merge", _("Merged")
        SPLIT = "split", _("Split")
        MOVE = "move", _("Moved to another branch")

    county = models.ForeignKey(County, models.PROTECT, related_name="place_changes", verbose_name=_("county"))
    township = models.ForeignKey(Township, models.PROTECT, related_name="place_changes", verbose_name=_("township"))
    kind = models.CharField(_("change"), max_length=8, choices=Kind.choices)
    changed_on = models.DateField(_("on"))
    document = models.CharField(_("document no."), max_length=60)
    moved = models.JSONField(default=dict)  # kind of row → how many: members, households, teams, links, posts, sheets
    preview_digest = models.CharField(max_length=32, blank=True, editable=False)  # of the page it was confirmed on
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60, blank=True)
    by_name_latin = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {
        "county": "county",
        "township": "township",
        "branch": "units__area__branch",
        "area": "units__area",
        "village": "units__village",
    }

    class Meta:
        verbose_name = _("change of places")
        verbose_name_plural = _("changes of places")
        ordering = ["-changed_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.changed_on}"

    @property
    def by_label(self) -> str:
        return in_language(self.by_name, self.by_name_latin)


class PlaceChangeUnit(models.Model):
    """A village or area on one side of a change, with the name it bore then."""

    class Side(models.TextChoices):
        BEFORE = "before", _("Before")
        AFTER = "after", _("After")

    change = models.ForeignKey(PlaceChange, models.CASCADE, related_name="units", verbose_name=_("change of places"))
    side = models.CharField(max_length=6, choices=Side.choices)
    village = models.ForeignKey(Village, models.PROTECT, null=True, related_name="changes", verbose_name=_("village"))
    area = models.ForeignKey(
        ServiceArea, models.PROTECT, null=True, related_name="changes", verbose_name=_("Party member service area")
    )
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {
        "county": "change__county",
        "township": "change__township",
        "branch": "area__branch",
        "area": "area",
        "village": "village",
    }

    class Meta:
        verbose_name = _("unit of a change")
        verbose_name_plural = _("units of changes")
        ordering = ["side", "pk"]
        constraints = [
            models.CheckConstraint(
                name="place_change_unit_one_place",
                condition=Q(village__isnull=True, area__isnull=False) | Q(village__isnull=False, area__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name of that time, in the language of the page."""
        return in_language(self.name, self.name_en)
