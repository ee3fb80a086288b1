"""What the organization's lists can be narrowed by: words, place, state. Who may see which rows is not decided here.

A value nobody offered (another scope's key, a slip in an address) is left out and named by `left_out`; the rest holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower, Replace
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from assessments.models import Period, Sheet
from jinxian.lib.chinese import search_terms
from jinxian.lib.labels import in_language
from jinxian.views.quarters import Quarters
from members.models import Exemption, Member, Post
from service_areas.dated import holds_on
from service_areas.models import Branch, ServiceArea

FEW = 40  # branches that are offered all at once; of more, only those of the township that was chosen
LONGEST = 60  # characters of a search that are kept
YES, NO = "1", "0"
YES_NO = ((YES, YES), (NO, NO))


@dataclass(frozen=True)
class BranchChoice:
    pk: str
    label: str
    township: str
    township_label: str


@dataclass(frozen=True)
class Places:
    """The branches a person sees, with their townships: the choices of every list, read once."""

    branches: tuple[BranchChoice, ...]

    @cached_property
    def townships(self) -> list[tuple[str, str]]:
        return list({branch.township: branch.township_label for branch in self.branches}.items())

    def beside(self, township: str, branch: str) -> list[tuple[str, str]]:
        """The branches to draw: all where they are few, else those of the township that was chosen."""
        chosen = next((choice.township for choice in self.branches if choice.pk == branch), township)
        few = len(self.branches) <= FEW
        return [(choice.pk, choice.label) for choice in self.branches if few or choice.township == chosen]


def places_of(user: Any) -> Places:
    columns = ("pk", "name", "name_en", "township", "township__name", "township__name_en")
    rows = Branch.objects.visible_to(user).order_by("township__code", "code").values_list(*columns)
    return Places(
        tuple(
            BranchChoice(str(pk), in_language(name, name_en), str(township), in_language(place, place_en))
            for pk, name, name_en, township, place, place_en in rows
        )
    )


def areas_beside(user: Any, data: QueryDict) -> list[tuple[str, str]]:
    """The areas to offer: those of the chosen branch, or the chosen one alone; none before a branch is chosen."""
    keys = {name: data.get(name, "") for name in ("branch", "area")}
    whole = {name: key for name, key in keys.items() if re.fullmatch(r"[0-9]{1,9}", key)}
    if not whole:
        return []
    wanted = Q(branch=whole["branch"]) if "branch" in whole else Q(pk=whole["area"])
    areas = ServiceArea.objects.visible_to(user).filter(wanted | Q(pk=whole.get("area", 0))).order_by("code")
    return [(str(area.pk), area.label) for area in areas]


def _select(label: Any) -> forms.Select:
    return forms.Select(attrs={"aria-label": label})


def _hidden() -> forms.HiddenInput:
    return forms.HiddenInput()


class ListFilter(FilterSet):
    """Words and place. `branch_path` says how the list's model reaches its branch."""

    branch_path = "branch"
    q = CharFilter(label=_("Search"), method="with_words", max_length=LONGEST)
    township = ChoiceFilter(
        label=_("Township"), method="in_township", empty_label=_("All townships"), widget=_select(_("Township"))
    )
    branch = ChoiceFilter(
        label=_("Party branch"), method="in_branch", empty_label=_("All branches"), widget=_select(_("Party branch"))
    )

    def __init__(self, data: QueryDict, queryset: QuerySet[Any], *, user: Any, places: Places, **choices: Any) -> None:
        asked = data.copy()
        asked["q"] = typed_words(data)
        super().__init__(asked, queryset=queryset)
        self.user = user
        offered = {"township": places.townships, "branch": [(b.pk, b.label) for b in places.branches], **choices}
        for name, pairs in offered.items():
            self.filters[name].extra["choices"] = pairs
        drawn = places.beside(asked.get("township", ""), asked.get("branch", ""))
        self.form.fields["branch"].widget.choices = [("", _("All branches")), *drawn]
        self.drawn = {"township": len(places.townships) > 1, "branch": len(drawn) > 1}

    @property
    def given(self) -> dict[str, Any]:
        """What narrows the list, by name; values that were left out are not in it."""
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    @property
    def left_out(self) -> list[str]:
        """Names of the filters whose value nobody offered."""
        return [str(self.form.fields[name].label) for name in self.form.errors]

    @property
    def words(self) -> str:
        return str(self.given.get("q", ""))

    def with_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for term in search_terms(value):
            queryset = queryset.filter(self.matching(term))
        return queryset

    def matching(self, term: str) -> Q:
        return member_named(self.user, term)

    def in_township(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.branch_path}__township": value})

    def in_branch(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(**{self.branch_path: value})


def typed_words(data: QueryDict) -> str:
    """What was typed into the search, at most 60 characters, in one line and without what no page can show."""
    return " ".join("".join(c if c.isprintable() else " " for c in data.get("q", "")[:LONGEST]).split())


def member_named(user: Any, term: str) -> Q:
    return Q(search_key__contains=term)


def branch_named(user: Any, term: str) -> Q:
    """By its own name or its secretary's."""
    return Q(search_key__contains=term) | Q(pk__in=_held_by(user, term, Post.Kind.SECRETARY).values("branch"))


def area_named(user: Any, term: str) -> Q:
    """By its own name, which begins with its village's, or its leader's."""
    return Q(search_key__contains=term) | Q(pk__in=_held_by(user, term, Post.Kind.LEADER).values("area"))


def _held_by(user: Any, term: str, kind: str) -> QuerySet[Post]:
    """Current posts of one kind whose holder's name matches."""
    posts = Post.objects.visible_to(user).current(on=timezone.localdate())
    return posts.filter(kind=kind, member__search_key__contains=term)


class BranchFilter(ListFilter):
    branch_path = "pk"

    def matching(self, term: str) -> Q:
        return branch_named(self.user, term)

    def in_township(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(township=value)


class AreaFilter(ListFilter):
    """Areas; `asked_period` is the quarter whose sheets `reported` and `state` ask about."""

    period = ChoiceFilter(label=_("Quarter"), method="of_sheet", widget=_select(_("Quarter")))
    reported = ChoiceFilter(label=_("Reported"), method="of_sheet", choices=YES_NO)
    state = ChoiceFilter(label=_("State"), method="of_sheet", choices=Sheet.State.choices)

    def __init__(
        self, data: QueryDict, queryset: QuerySet[Any], *, quarters: Quarters, asked_period: Period | None, **given: Any
    ) -> None:
        periods = [(str(period.pk), period.label) for period in quarters.periods]
        super().__init__(data, queryset, period=periods, **given)
        self.asked_period = asked_period
        if not periods:
            for name in ("period", "reported", "state"):
                del self.form.fields[name]
            return
        first = "" if "period" not in self.given or self.asked_period != quarters.current else periods[0][0]
        self.form.fields["period"].widget.choices = [(first, periods[0][1]), *periods[1:]]
        self.drawn["period"] = len(periods) > 1

    @property
    def asks_for_state(self) -> bool:
        return not {"reported", "state"}.isdisjoint(self.given)

    def matching(self, term: str) -> Q:
        return area_named(self.user, term)

    def of_sheet(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Nothing by itself: the three are asked together, of one sheet, by `by_sheet`."""
        return queryset

    def by_sheet(self, areas: Any) -> QuerySet[Any]:
        """The areas with such a sheet in the quarter; those of today where no sheet is asked for."""
        given = self.given
        if not self.asks_for_state and "period" not in given:
            return areas.current(on=timezone.localdate())
        sheets = Sheet.objects.visible_to(self.user).filter(period=self.asked_period)
        if "state" in given:
            sheets = sheets.filter(state=given["state"])
        if "reported" in given:
            sheets = sheets.filter(is_counted=given["reported"] == YES)
        return areas.filter(pk__in=sheets.values("area"))


class MemberFilter(ListFilter):
    area = ChoiceFilter(
        label=_("Service area"), field_name="area", empty_label=_("All areas"), widget=_select(_("Service area"))
    )
    type = ChoiceFilter(
        label=_("member type"),
        field_name="member_type",
        choices=Member.Type.choices,
        empty_label=_("Full and probationary"),
        widget=_select(_("member type")),
    )
    exempt = ChoiceFilter(label=_("Exempt"), method="is_exempt", choices=[(YES, YES)], widget=_hidden())

    def is_exempt(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Exempt from all work today, as a sheet counts it; a partial exemption leaves the member in."""
        exempt = Exemption.objects.visible_to(self.user).current(on=timezone.localdate())
        return queryset.filter(pk__in=exempt.filter(scope=Exemption.Scope.ALL).values("member"))


class HouseholdFilter(ListFilter):
    area = ChoiceFilter(
        label=_("Service area"), method="in_area", empty_label=_("All areas"), widget=_select(_("Service area"))
    )
    linked = ChoiceFilter(
        label=_("Linked member"),
        method="by_link",
        choices=[(YES, _("With a linked member")), (NO, _("Without a linked member"))],
        empty_label=_("With and without a member"),
        widget=_select(_("Linked member")),
    )

    def in_area(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        today = holds_on(timezone.localdate(), "team__area_teams__")
        return queryset.filter(today, team__area_teams__area=value)

    def by_link(self, queryset: Any, name: str, value: str) -> QuerySet[Any]:
        return queryset.linked() if value == YES else queryset.unlinked()

    def with_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return households_named(queryset, search_terms(value))


def households_named(queryset: QuerySet[Any], terms: Iterable[str]) -> QuerySet[Any]:
    """Households by the head's name, its pinyin or initials, or by number.

    A household keeps no search key: pinyin is compared with the name in Latin letters, initials with its syllables.
    """
    spelling: Any = Lower("head_name_latin")
    for letter, plain in ((" ", ""), ("'", ""), ("ü", "v")):
        spelling = Replace(spelling, Value(letter), Value(plain))
    queryset = queryset.alias(spelling=spelling)
    for term in terms:
        queryset = queryset.filter(_head_is(term))
    return queryset


def _head_is(term: str) -> Q:
    if term.isdigit():
        return Q(number__contains=term)
    if not term.isascii():
        return Q(head_name__contains=term)
    found = Q(spelling__contains=term) | Q(head_name__contains=term)
    # No syllable begins with i, u or v, and no name has more than four.
    if re.fullmatch("[a-hj-tw-z]{2,4}", term):
        # The first letter alone is compared quickly and leaves few names for the pattern.
        found |= Q(head_name_latin__istartswith=term[0]) & Q(head_name_latin__iregex=initials_pattern(term))
    return found


def initials_pattern(initials: str) -> str:
    """Names whose syllables begin with these letters: “Pang Fuhai” for pfh, “Zhang Shan” for zs."""
    return "^" + "[ ']?".join(f"{letter}h?[aeiouü]*(ng|n|r)?" for letter in initials) + "$"
