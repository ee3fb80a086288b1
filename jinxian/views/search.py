"""The search in the bar: members, areas, branches, places and households by name, pinyin or initials, within the scope.

At most eight of each, with a link to the list that holds them all; whose lists a person may open is asked first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, Min, Q, QuerySet, Value, When, Window
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jinxian.filters import area_named, branch_named, households_named, member_named, typed_words
from jinxian.lib.chinese import search_key, search_terms
from jinxian.views.rights import may_list
from members.models import Member
from members.permissions import SEE_MEMBERS
from service_areas.models import Branch, Household, ServiceArea, Township, Village
from service_areas.permissions import SEE_AREAS, SEE_HOUSEHOLDS, SEE_PLACES

MOST = 8


@dataclass(frozen=True)
class Hit:
    label: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    """What was found of one kind: the first eight, how many there are, and the list of all (empty: there is none)."""

    title: Any
    icon: str
    hits: list[Hit]
    count: int
    url: str = ""


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    words = typed_words(request.GET)
    terms = search_terms(words)
    is_short = bool(terms) and all(len(term) == 1 and term.isascii() for term in terms)
    groups = [] if is_short else [group for group in _groups(request.user, words, terms) if group.hits]
    context = {"words": words, "terms": terms, "is_short": is_short, "groups": groups, "crumbs": []}
    return render(request, "jinxian/search/search.html", context)


def _groups(user: Any, words: str, terms: Sequence[str]) -> Iterator[Group]:
    if not terms:
        return
    if may_list(SEE_MEMBERS, user):
        yield _members(user, words, terms)
    if may_list(SEE_AREAS, user):
        yield _areas(user, words, terms)
    if may_list(SEE_PLACES, user):
        yield _branches(user, words, terms)
        yield _places(user, terms)
    if may_list(SEE_HOUSEHOLDS, user):
        yield _households(user, words, terms)


def _first(rows: QuerySet[Any], *order: str) -> tuple[list[Any], int]:
    """The first eight, and how many there are, in one query."""
    found = list(rows.annotate(found=Window(Count("pk"))).order_by(*order)[:MOST])
    return found, found[0].found if found else 0


def _named(user: Any, rows: QuerySet[Any], by: Callable[[Any, str], Q], terms: Sequence[str]) -> QuerySet[Any]:
    """Rows that match every word, as in their list; `rank` 0 where the name or its pinyin begins with the first one."""
    for term in terms:
        rows = rows.filter(by(user, term))
    begins = Q(search_key__startswith=terms[0]) | Q(search_key__contains=f" {terms[0]}")
    return rows.annotate(rank=Case(When(begins, then=Value(0)), default=Value(1)))


def _household_url(household: Household) -> str:
    """A household has no page: its line in the list."""
    asked = {"branch": household.branch_id, "q": f"{household.number} {household.head_name}"}
    return f"{reverse('household_list')}?{urlencode(asked)}"


def _list_url(name: str, words: str) -> str:
    return f"{reverse(name)}?{urlencode({'q': words})}"


def _members(user: Any, words: str, terms: Sequence[str]) -> Group:
    members = Member.objects.visible_to(user).filter(status__in=Member.PRESENT).select_related("branch", "area")
    members = members.defer("id_number_encrypted", "id_number_hash", "contact")
    found, count = _first(_named(user, members, member_named, terms), "rank", "name", "code")
    hits = [
        Hit(m.label, reverse("member_detail", args=[m.pk]), f"{m.branch.label} {m.area.label if m.area else ''}")
        for m in found
    ]
    return Group(_("Members"), "user", hits, count, _list_url("member_list", words))


def _areas(user: Any, words: str, terms: Sequence[str]) -> Group:
    areas = ServiceArea.objects.visible_to(user).current(on=timezone.localdate()).select_related("branch", "township")
    found, count = _first(_named(user, areas, area_named, terms), "rank", "code")
    hits = [Hit(f"{a.branch.label} {a.label}", reverse("area_detail", args=[a.pk]), a.township.label) for a in found]
    return Group(_("Service areas"), "users", hits, count, _list_url("area_list", words))


def _branches(user: Any, words: str, terms: Sequence[str]) -> Group:
    branches = Branch.objects.visible_to(user).current(on=timezone.localdate()).select_related("township")
    found, count = _first(_named(user, branches, branch_named, terms), "rank", "code")
    hits = [Hit(b.label, reverse("branch_detail", args=[b.pk]), b.township.label) for b in found]
    return Group(_("Party branches"), "flag", hits, count, _list_url("branch_list", words))


def _places(user: Any, terms: Sequence[str]) -> Group:
    """Townships and villages: some hundreds at most, so their keys are built here."""
    tree = reverse("place_tree")
    townships = {township.pk: township for township in Township.objects.visible_to(user).order_by("code")}
    hits = [
        Hit(township.label, reverse("place_township", args=[pk]), _("Township"))
        for pk, township in townships.items()
        if _is_named(township.name, terms)
    ]
    villages = Village.objects.visible_to(user).select_related("township").order_by("code")
    villages = villages.annotate(branch=Min("branches"))
    for village in villages:
        if _is_named(village.name, terms):
            url = reverse("place_township", args=[village.township_id]) if village.township_id in townships else tree
            anchor = f"#branch-{village.branch}" if village.branch else ""
            hits.append(Hit(village.label, url + anchor, village.township.label))
    return Group(_("Places"), "map-pin", hits[:MOST], len(hits), tree if len(hits) > MOST else "")


def _is_named(name: str, terms: Sequence[str]) -> bool:
    key = search_key(name)
    return all(term in key for term in terms)


def _households(user: Any, words: str, terms: Sequence[str]) -> Group:
    households = Household.objects.visible_to(user).select_related("team", "branch").defer("contact")
    found, count = _first(households_named(households, terms), "team__code", "number")
    hits = [Hit(f"{h.number} {h.label}", _household_url(h), f"{h.branch.label} {h.team.label}") for h in found]
    return Group(_("Households"), "home", hits, count, _list_url("household_list", words))
