"""Rows that hold for a time: one ends, another begins, and nothing is overwritten.

`ended_on` is the first day on which the row no longer holds, so a row that ends on the day
its successor begins neither overlaps it nor leaves a gap. NULL means: holds until further notice.
"""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from service_areas.scoping import ScopedQuerySet


def holds_on(on: date, prefix: str = "") -> Q:
    """The condition "holds on this day", for the row itself or, with `prefix` ("links__"), a related one."""
    not_ended = Q(**{f"{prefix}ended_on__isnull": True}) | Q(**{f"{prefix}ended_on__gt": on})
    return Q(**{f"{prefix}started_on__lte": on}) & not_ended


def not_ended(on: date) -> Q:
    """The condition "holds on this day or will hold on a later one"."""
    return Q(ended_on__isnull=True) | Q(ended_on__gt=on) & Q(ended_on__gt=F("started_on"))


class DatedQuerySet(ScopedQuerySet):
    def current(self, *, on: date) -> Self:
        """Rows that hold on the day `on`."""
        return self.filter(holds_on(on))

    def ended(self, *, on: date) -> Self:
        """Rows that no longer hold on the day `on`."""
        return self.filter(ended_on__lte=on)


class Dated(models.Model):
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(
        _("until"),
        null=True,
        blank=True,
        help_text=_("The first day on which it no longer holds; empty: until further notice."),
    )

    class Meta:
        abstract = True

    def holds(self, *, on: date) -> bool:
        return self.started_on <= on and (self.ended_on is None or self.ended_on > on)


def dates_in_order(table: str) -> models.CheckConstraint:
    """The constraint every dated table carries: nothing ends before it began."""
    return models.CheckConstraint(
        name=f"{table}_dates_in_order",
        condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
        violation_error_message=_("The end lies before the beginning."),
    )
