"""Bulk setup of exemptions, and affiliations to look through. Members and posts: assessments/admin_members.py."""

from __future__ import annotations

from django.contrib import admin

from members.admin_areas import AreaTeamAdmin, HouseholdAdmin, HouseholdLinkAdmin, ServiceAreaAdmin
from members.models import Affiliation, Exemption
from members.permissions import SET_UP_MEMBERS
from members.records import place_exemption
from service_areas.admin_access import SetUpAdmin, SetUpForm
from service_areas.admin_filters import HoldsFilter, by_branch, by_township

__all__ = ["AreaTeamAdmin", "HouseholdAdmin", "HouseholdLinkAdmin", "ServiceAreaAdmin"]

PLACE = ("branch", "small_group", "area")


@admin.register(Affiliation)
class AffiliationAdmin(SetUpAdmin):
    """To look through; rows begin and end on the member's page."""

    grant = SET_UP_MEMBERS
    is_read_only = True
    list_display = ("member", *PLACE, "started_on", "ended_on")
    list_select_related = ("member", *PLACE)
    list_filter = (HoldsFilter, by_township("branch__township"), by_branch("branch"))
    search_fields = ("member__name", "member__code", "member__search_key")
    ordering = ("pk",)


class ExemptionForm(SetUpForm):
    def settle(self) -> None:
        place_exemption(self.instance)


@admin.register(Exemption)
class ExemptionAdmin(SetUpAdmin):
    grant = SET_UP_MEMBERS
    form = ExemptionForm
    fields = ("member", "reason", "scope", "agreed_on", "filed_on", "started_on", "ended_on")
    fixed_fields = ("member",)
    list_display = ("member", "branch", "scope", "started_on", "ended_on", "agreed_on", "filed_on")
    list_select_related = ("member", "branch")
    list_filter = (HoldsFilter, "scope", by_township("branch__township"), by_branch("branch"))
    search_fields = ("member__name", "member__code", "member__search_key")
    autocomplete_fields = ("member",)
    ordering = ("-started_on", "pk")
