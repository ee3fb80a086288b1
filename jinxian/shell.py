"""What stands around every page: the five menu words, the sections under the current one, who I am.

A template context processor; nothing here decides a right. Who may open a page is decided by the page's grant, which
is only asked here: a section that would be refused is left out, and a menu word leads to the first one that is not.
The appointments are the ones `scope_of` has read for this request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assessments.permissions import SEE_FIGURES, SEE_OWN_LINE, SEE_QUEUE, SEE_STATE
from members.permissions import SEE_MEMBERS, SEE_TRANSFERS
from service_areas.permissions import SEE_AREAS, SEE_HOUSEHOLDS, SEE_PLACES, Grant
from service_areas.scoping import scope_of
from workbook.permissions import EXPORT, IMPORT

# word → (label, icon); the report's four words after the county's overview
MENU = {
    "overview": (_("Overview"), "layout-dashboard"),
    "organization": (_("Organization"), "sitemap"),
    "management": (_("Management"), "clipboard-list"),
    "service": (_("Service"), "heart-handshake"),
    "education": (_("Education"), "school"),
}
# word → (label, URL name, whose it is: anybody's where nothing stands) of its pages
SECTIONS: dict[str, tuple[tuple[Any, str, tuple[Grant, ...]], ...]] = {
    "overview": ((_("Today"), "home", ()), (_("Figures"), "overview", (SEE_FIGURES,))),
    "organization": (
        (_("Places and branches"), "place_tree", (SEE_PLACES,)),
        (_("Branches"), "branch_list", (SEE_PLACES,)),
        (_("Service areas"), "area_list", (SEE_AREAS,)),
        (_("Members"), "member_list", (SEE_MEMBERS,)),
        (_("Households"), "household_list", (SEE_HOUSEHOLDS,)),
        (_("Workbook"), "run_list", (IMPORT, EXPORT)),
        (_("Transfers"), "transfer_list", (SEE_TRANSFERS,)),
    ),
    "management": (
        (_("Sheets"), "assessments:sheet_list", (SEE_STATE, SEE_OWN_LINE)),
        (_("Review"), "assessments:review", (SEE_QUEUE,)),
    ),
    "service": ((_("Service"), "service", ()),),
    "education": ((_("Education"), "education", ()),),
}
# first word of a page's URL name (style: noun_verb) → menu word, section
PAGES = {
    "home": ("overview", "home"),
    "overview": ("overview", "overview"),
    "figure": ("overview", "overview"),
    "search": ("overview", ""),
    "place": ("organization", "place_tree"),
    "county": ("organization", "place_tree"),
    "township": ("organization", "place_tree"),
    "village": ("organization", "place_tree"),
    "team": ("organization", "place_tree"),
    "branch": ("organization", "branch_list"),
    "group": ("organization", "branch_list"),
    "area": ("organization", "area_list"),
    "member": ("organization", "member_list"),
    "household": ("organization", "household_list"),
    "link": ("organization", "household_list"),
    "handover": ("organization", "household_list"),
    "slip": ("organization", ""),
    "post": ("organization", "branch_list"),
    "history": ("organization", ""),
    "run": ("organization", "run_list"),
    "export": ("organization", "run_list"),
    "template": ("organization", "run_list"),
    "transfer": ("organization", "transfer_list"),
    "exemption": ("organization", "member_list"),
    "sheet": ("management", "assessments:sheet_list"),
    "review": ("management", "assessments:review"),
    "service": ("service", ""),
    "education": ("education", ""),
}


@dataclass(frozen=True)
class Link:
    """An entry of the menu or of a row of sections."""

    label: Any
    url: str
    is_current: bool
    icon: str = ""


@dataclass(frozen=True)
class Who:
    """Who is signed in, and for which appointment the page is drawn."""

    name: str
    appointment: str


def shell(request: HttpRequest) -> dict[str, Any]:
    """`menu`, `sections`, `who` (empty when nobody is signed in), `html_lang` and `other_language`."""
    is_english = (get_language() or "").startswith("en")
    context: dict[str, Any] = {
        "html_lang": "en" if is_english else "zh-Hans",
        "other_language": ("zh-hans", "zh-Hans", "中文") if is_english else ("en", "en", "English"),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    word, section = where(request)
    return context | {
        "menu": SimpleLazyObject(lambda: list(_menu(user, word))),
        "sections": SimpleLazyObject(lambda: _sections(user, word, section)),
        "who": SimpleLazyObject(lambda: who(user)),
    }


def where(request: HttpRequest) -> tuple[str, str]:
    """The menu word and section of the page that answers; empty for pages under no word (account, errors)."""
    match = request.resolver_match
    if match is None or not match.url_name:
        return "", ""
    return PAGES.get(match.url_name.partition("_")[0], ("", ""))


def who(user: Any) -> Who:
    """The name, and place and title of the highest current appointment; empty without one."""
    leading = scope_of(user).leading
    if leading is None:
        return Who(name=user.label, appointment="")
    return Who(name=user.label, appointment=leading.label)


def _menu(user: Any, word: str) -> Iterator[Link]:
    for key, (label, icon) in MENU.items():
        pages = _sections(user, key, "")
        if pages:
            yield Link(label, pages[0].url, key == word, icon)


def _sections(user: Any, word: str, section: str) -> list[Link]:
    return [
        Link(label, reverse(name), name == section)
        for label, name, grants in SECTIONS.get(word, ())
        if not grants or any(grant.held_anywhere(user) for grant in grants)
    ]
