"""What the list of sheets can be narrowed by. Values outside the offered choices are ignored."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Q, QuerySet
from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, NumberFilter

from assessments.models import Period, Sheet
from jinxian.lib.chinese import search_terms
from service_areas.models import Township

LARGEST_KEY = 10**18


class SheetFilter(FilterSet):
    q = CharFilter(label=_("Search"), method="with_words", max_length=60)
    township = ChoiceFilter(label=_("Township"), empty_label=_("All townships"))
    state = ChoiceFilter(label=_("State"), choices=Sheet.State.choices, empty_label=_("All states"))
    branch = NumberFilter(widget=HiddenInput(), max_value=LARGEST_KEY)

    class Meta:
        model = Sheet
        fields = ("q", "township", "state", "branch")

    def __init__(self, data: Any, queryset: QuerySet[Any], *, townships: Iterable[Township]) -> None:
        super().__init__(data, queryset=queryset)
        self.filters["township"].extra["choices"] = [(str(each.pk), each.label) for each in townships]

    def with_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Every word in the search key of the area or its branch: characters, pinyin or initials."""
        terms = search_terms(value)
        if not terms:
            return rows.none()
        return rows.filter(
            reduce(and_, (Q(area__search_key__contains=t) | Q(branch__search_key__contains=t) for t in terms))
        )


def choose(periods: Iterable[Period], asked: str) -> Period | None:
    """The period asked for, else the newest; `periods` are the person's, newest first."""
    known = list(periods)
    return next((period for period in known if str(period.pk) == asked), known[0] if known else None)
