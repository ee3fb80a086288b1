"""Households: the list. Number, head, team, people, linked members and no more: they are served, not scored."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jinxian.filters import HouseholdFilter, areas_beside, places_of
from jinxian.tables import HouseholdTable
from jinxian.views.lists import left_out_sentence, list_context
from jinxian.views.rights import may_list
from members.models import HouseholdLink
from members.permissions import SEE_MEMBERS
from service_areas.models import Household
from service_areas.permissions import EDIT_HOUSEHOLD_CONTACT, EDIT_HOUSEHOLDS, SEE_HOUSEHOLDS, require


@require_safe
def household_list(request: HttpRequest) -> HttpResponse:
    user = request.user
    require(may_list(SEE_HOUSEHOLDS, user))
    places = places_of(user)
    areas = areas_beside(user, request.GET)
    households = Household.objects.visible_to(user).select_related("team", "branch").defer("contact")
    listing = HouseholdFilter(request.GET, households, user=user, places=places, area=areas)
    listing.drawn |= {"area": bool(areas), "linked": True}
    table = HouseholdTable(listing.qs, order_by="number")
    context = list_context(request, table, listing, url_name="household_list")
    _add_members(user, context["rows"])
    context |= {"note": left_out_sentence(listing.left_out), "links_members": SEE_MEMBERS.held_anywhere(user)}
    context |= {"enters": EDIT_HOUSEHOLDS.held_anywhere(user), "edits": EDIT_HOUSEHOLD_CONTACT.held_anywhere(user)}
    return render(request, "jinxian/households/household_list.html", context)


def _add_members(user: Any, households: list[Any]) -> None:
    """Who looks after each household today, the primary member first."""
    links = HouseholdLink.objects.visible_to(user).current(on=timezone.localdate()).filter(household__in=households)
    members = defaultdict(list)
    for link in links.select_related("member").order_by("-is_primary", "started_on"):
        members[link.household_id].append(link.member)
    for household in households:
        household.linked_members = members[household.pk]
