"""Totals per unit, period and item, so that a county's figure is one row and not 170,000 cells."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.plans import Indicator, Period, PlanItem
from service_areas.models import Branch, County, ServiceArea, Township
from service_areas.scoping import Paths, ScopedQuerySet


class ItemTotal(models.Model):
    """What the counted sheets of one area, branch, township or county say about one item in one quarter.

    Written by assessments.totals in the transaction that moves a sheet, recomputed from the level
    below under a lock; `manage.py rebuild_totals --check` proves it equal to the cells.
    """

    class Level(models.TextChoices):
        AREA = "area", _("Party member service area")
        BRANCH = "branch", _("Party branch")
        TOWNSHIP = "township", _("township")
        COUNTY = "county", _("county")

    level = models.CharField(max_length=8, choices=Level.choices)
    unit_id = models.PositiveBigIntegerField()  # the pk of the area, branch, township or county
    county = models.ForeignKey(County, models.CASCADE, related_name="+")
    township = models.ForeignKey(Township, models.CASCADE, null=True, related_name="+", db_index=False)
    branch = models.ForeignKey(Branch, models.CASCADE, null=True, related_name="+", db_index=False)
    area = models.ForeignKey(ServiceArea, models.CASCADE, null=True, related_name="+", db_index=False)
    period = models.ForeignKey(Period, models.CASCADE, related_name="item_totals")
    item = models.ForeignKey(PlanItem, models.CASCADE, related_name="totals")
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="totals")
    target = models.DecimalField(max_digits=18, decimal_places=3, default=0)
    actual = models.DecimalField(max_digits=18, decimal_places=3, default=0)
    points = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    cell_count = models.PositiveIntegerField(default=0)  # cells that apply and are filled
    sheet_count = models.PositiveIntegerField(default=0)  # counted sheets behind the figure

    objects = ScopedQuerySet.as_manager()
    scope_paths: ClassVar[Paths] = {"county": "county", "township": "township", "branch": "branch", "area": "area"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "level", "unit_id", "item"], name="item_total_once"),
        ]
        indexes = [
            models.Index(fields=["period", "level", "branch"], name="item_total_branch"),
            models.Index(fields=["period", "level", "township"], name="item_total_township"),
            models.Index(fields=["indicator", "level", "unit_id"], name="item_total_trend"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.unit_id} {self.item_id}: {self.actual}"
