"""What stands around every page: the five menu words, the sections under the current one, who I am.

A template context processor; nothing here decides a right. Who may open a page is decided by the page;
a section is left out only where its page would be empty for everybody in that role.
The appointments are the ones `scope_of` has read for this request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from assessments.permissions import SEE_FIGURES
from service_areas.scoping import scope_of

# word → (label, URL name, icon); the report's four words after the county's overview
MENU = {
    "overview": (_("Overview"), "home", "layout-dashboard"),
    "organization": (_("Organization"), "place_tree", "sitemap"),
    "management": (_("Management"), "assessments:sheet_list", "clipboard-list"),
    "service": (_("Service"), "service", "heart-handshake"),
    "education": (_("Education"), "education", "school"),
}
# word → (label, URL name) of its pages
SECTIONS: dict[str, tuple[tuple[Any, str], ...]] = {
    "overview": ((_("Today"), "home"), (_("Figures"), "overview")),
    "organization": (
        (_("Places and branches"), "place_tree"),
        (_("Branches"), "branch_list"),
        (_("Service areas"), "area_list"),
        (_("Members"), "member_list"),
        (_("Households"), "household_list"),
    ),
    "management": ((_("Sheets"), "assessments:sheet_list"), (_("Review"), "assessments:review")),
}
REVIEWERS = frozenset({"county_staff", "township_staff", "auditor"})
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
        "menu": [Link(label, reverse(name), key == word, icon) for key, (label, name, icon) in MENU.items()],
        "sections": SimpleLazyObject(lambda: list(_sections(user, word, section))),
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
    post = gettext("%(title)s, %(place)s") % {"title": leading.title_label, "place": leading.place_label}
    return Who(name=user.label, appointment=post)


def _sections(user: Any, word: str, section: str) -> Iterator[Link]:
    for label, name in SECTIONS.get(word, ()):
        if name == "assessments:review" and not scope_of(user).roles & REVIEWERS:
            continue
        if name == "overview" and not SEE_FIGURES.held_anywhere(user):
            continue
        yield Link(label, reverse(name), name == section)
