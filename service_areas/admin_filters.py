"""Filters at the side of the admin's lists that stay short in a full county.

The branches of one township are drawn once that township is chosen; two hundred and fifty at once are no choice.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from service_areas.dated import holds_on
from service_areas.models import Branch, Township

TOWNSHIP, BRANCH = "in_township", "in_branch"


class _PlaceFilter(admin.SimpleListFilter):
    path = ""

    def queryset(self, request: Any, queryset: Any) -> Any:
        value = self.value()
        if value is None:
            return queryset
        if value not in {str(key) for key, _label in self.lookup_choices}:
            raise IncorrectLookupParameters
        return queryset.filter(**{self.path: value})


class _TownshipFilter(_PlaceFilter):
    title = gettext_lazy("township")
    parameter_name = TOWNSHIP

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[Any, str]]:
        townships = model_admin.admin_site.get_model_admin(Township).get_queryset(request)
        return [(row.pk, row.label) for row in townships[:200]]


class _BranchFilter(_PlaceFilter):
    title = gettext_lazy("Party branch")
    parameter_name = BRANCH

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[Any, str]]:
        chosen = request.GET.get(TOWNSHIP, "")
        if not (chosen.isascii() and chosen.isdigit() and len(chosen) <= 18):
            return []
        branches = model_admin.admin_site.get_model_admin(Branch).get_queryset(request)
        return [(row.pk, row.label) for row in branches.filter(township=chosen)[:300]]


def by_township(path: str) -> type[admin.SimpleListFilter]:
    return type("TownshipFilter", (_TownshipFilter,), {"path": path})


def by_branch(path: str) -> type[admin.SimpleListFilter]:
    return type("BranchFilter", (_BranchFilter,), {"path": path})


class HoldsFilter(admin.SimpleListFilter):
    """Dated rows: those that hold today, those that have ended, those still to begin."""

    title = gettext_lazy("time")
    parameter_name = "holds"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("today", _("Holds today")), ("ended", _("Ended")), ("later", _("Begins later"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        today = timezone.localdate()
        if self.value() == "today":
            return queryset.filter(holds_on(today))
        if self.value() == "ended":
            return queryset.filter(ended_on__lte=today)
        return queryset.filter(started_on__gt=today) if self.value() == "later" else queryset
