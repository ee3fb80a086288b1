"""Bulk setup of places, branches and small groups.

Service areas, their teams and households are in members/admin_areas.py: saving them recounts the link coverage.
Accounts and appointments are in admin_accounts.py. What is decided where: admin_access.py.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from service_areas.admin_access import SetUpAdmin, SetUpForm
from service_areas.admin_accounts import AppointmentAdmin, UserAdmin
from service_areas.admin_filters import HoldsFilter, by_branch, by_township
from service_areas.models import Branch, County, ProductionTeam, SmallGroup, Township, Village
from service_areas.permissions import ADMINISTRATOR, SET_UP_AREAS, SET_UP_PLACES
from service_areas.placing import place_branch, refuse_other_township

__all__ = ["AppointmentAdmin", "UserAdmin"]


class BranchForm(SetUpForm):
    def settle(self) -> None:
        place_branch(self.instance)


class TeamForm(SetUpForm):
    def settle(self) -> None:
        refuse_other_township(self.instance)


@admin.register(County)
class CountyAdmin(SetUpAdmin):
    grant = SET_UP_PLACES
    list_display = ("name", "name_en", "code")
    search_fields = ("name", "name_en", "code")

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        """A new county is nobody's yet: only a superuser begins one."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return self.holds(request, self.grant.roles)


@admin.register(Township)
class TownshipAdmin(SetUpAdmin):
    grant = SET_UP_PLACES
    list_display = ("name", "name_en", "code", "county")
    list_select_related = ("county",)
    search_fields = ("name", "name_en", "code")
    autocomplete_fields = ("county",)
    fixed_fields = ("county",)


@admin.register(Village)
class VillageAdmin(SetUpAdmin):
    grant = SET_UP_PLACES
    list_display = ("name", "name_en", "code", "township", "committee_name")
    list_select_related = ("township",)
    list_filter = (by_township("township"),)
    search_fields = ("name", "name_en", "code")
    autocomplete_fields = ("township",)
    fixed_fields = ("township",)

    def choice_label(self, obj: Village) -> str:
        return f"{obj.label} · {obj.township.label}"


@admin.register(ProductionTeam)
class ProductionTeamAdmin(SetUpAdmin):
    grant = SET_UP_PLACES
    form = TeamForm
    list_display = ("name", "name_en", "code", "village", "township")
    list_select_related = ("village", "township")
    list_filter = (by_township("township"),)
    search_fields = ("name", "name_en", "code", "village__name")
    autocomplete_fields = ("township", "village")
    fixed_fields = ("township", "village")

    def choice_label(self, obj: ProductionTeam) -> str:
        return f"{obj.label} · {(obj.village or obj.township).label}"


@admin.register(Branch)
class BranchAdmin(SetUpAdmin):
    grant = SET_UP_PLACES
    form = BranchForm
    fields = ("township", "village", "code", "name", "name_en", "started_on", "ended_on")
    list_display = ("name", "name_en", "code", "township", "village", "started_on", "ended_on")
    list_select_related = ("township", "village")
    list_filter = (HoldsFilter, by_township("township"))
    search_fields = ("name", "code", "search_key")
    autocomplete_fields = ("township", "village")
    fixed_fields = ("township", "village")

    def choice_label(self, obj: Branch) -> str:
        return f"{obj.label} · {obj.township.label}"


@admin.register(SmallGroup)
class SmallGroupAdmin(SetUpAdmin):
    grant = SET_UP_AREAS
    list_display = ("name", "name_en", "code", "branch", "started_on", "ended_on")
    list_select_related = ("branch",)
    list_filter = (HoldsFilter, by_township("branch__township"), by_branch("branch"))
    search_fields = ("name", "code", "branch__name", "branch__search_key")
    autocomplete_fields = ("branch",)
    fixed_fields = ("branch",)
    viewers = (ADMINISTRATOR,)

    def choice_label(self, obj: SmallGroup) -> str:
        return f"{obj.label} · {obj.branch.label}"
