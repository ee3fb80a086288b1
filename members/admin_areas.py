"""Bulk setup of service areas, their production teams, households and household links.

They stand together and on this floor because saving any of them recounts the link coverage (members/links.py).
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from members.households import refuse_unlinkable
from members.links import begin_link, end_link, recount, refuse_future
from members.models import HouseholdLink
from members.permissions import SET_UP_LINKS
from service_areas.admin_access import SetUpAdmin, SetUpForm, SetUpInline, tried
from service_areas.admin_filters import HoldsFilter, by_branch, by_township
from service_areas.models import AreaTeam, Branch, Household, ServiceArea
from service_areas.permissions import ADMINISTRATOR, SET_UP_AREAS, SET_UP_HOUSEHOLDS
from service_areas.placing import place_area, refuse_other_place


class CoverageAdmin(SetUpAdmin):
    """Saves, then counts the branch's coverage anew."""

    def branch_of(self, obj: Any) -> Branch:
        return obj.branch

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        recount(branch=self.branch_of(form.instance), on=timezone.localdate())


class AreaForm(SetUpForm):
    def settle(self) -> None:
        place_area(self.instance)


class TeamsInline(SetUpInline):
    model = AreaTeam
    grant = SET_UP_AREAS
    autocomplete_fields = ("team",)
    fields = ("team", "started_on", "ended_on")


@admin.register(ServiceArea)
class ServiceAreaAdmin(CoverageAdmin):
    grant = SET_UP_AREAS
    viewers = (ADMINISTRATOR,)
    form = AreaForm
    fields = ("branch", "small_group", "code", "number", "name", "name_en", "started_on", "ended_on")
    fixed_fields = ("branch", "small_group")
    inlines = (TeamsInline,)
    list_display = ("name", "name_en", "code", "number", "branch", "township", "small_group", "started_on", "ended_on")
    list_select_related = ("branch", "township", "small_group")
    list_filter = (HoldsFilter, by_township("township"), by_branch("branch"))
    search_fields = ("name", "code", "search_key", "branch__name", "branch__search_key")
    autocomplete_fields = ("branch", "small_group")

    def choice_label(self, obj: ServiceArea) -> str:
        return f"{obj.label} · {obj.branch.label}"


@admin.register(AreaTeam)
class AreaTeamAdmin(CoverageAdmin):
    grant = SET_UP_AREAS
    county_paths = ("area__county",)
    fixed_fields = ("area", "team")
    list_display = ("team", "area", "branch", "started_on", "ended_on")
    list_select_related = ("team", "area__branch")
    list_filter = (HoldsFilter, by_township("area__township"), by_branch("area__branch"))
    search_fields = ("team__name", "team__code", "area__name", "area__code", "area__branch__name")
    autocomplete_fields = ("area", "team")
    ordering = ("area", "team")

    def branch_of(self, obj: AreaTeam) -> Branch:
        return obj.area.branch

    @admin.display(description=Branch._meta.verbose_name)
    def branch(self, obj: AreaTeam) -> str:
        return obj.area.branch.label


class HouseholdForm(SetUpForm):
    def settle(self) -> None:
        refuse_other_place(self.instance)
        refuse_unlinkable(self.instance)


@admin.register(Household)
class HouseholdAdmin(CoverageAdmin):
    grant = SET_UP_HOUSEHOLDS
    form = HouseholdForm
    fields = ("branch", "team", "number", "head_name", "head_name_latin", "contact", "people_count", "is_linkable")
    fixed_fields = ("branch", "team")
    list_display = ("number", "head_name", "branch", "team", "people_count", "is_linkable", "link_count")
    list_select_related = ("branch", "team")
    list_filter = ("is_linkable", by_township("branch__township"), by_branch("branch"))
    search_fields = ("number", "head_name", "head_name_latin")
    autocomplete_fields = ("branch", "team")
    ordering = ("pk",)

    def choice_label(self, obj: Household) -> str:
        return f"{obj} · {obj.branch.label}"


class LinkForm(SetUpForm):
    def settle(self) -> None:
        link = self.instance
        if not link._state.adding:
            if link.ended_on is not None:
                refuse_future(link.ended_on, "ended_on")
            return
        link.branch_id = link.member.branch_id
        tried(
            begin_link,
            member=link.member,
            household=link.household,
            is_primary=link.is_primary,
            on=link.started_on,
            by=self.by,
        )


@admin.register(HouseholdLink)
class HouseholdLinkAdmin(CoverageAdmin):
    grant = SET_UP_LINKS
    form = LinkForm
    fields = ("household", "member", "is_primary", "started_on", "ended_on")
    fixed_fields = ("household", "member", "is_primary", "started_on")
    list_display = ("household", "member", "branch", "is_primary", "started_on", "ended_on")
    list_select_related = ("household", "member", "branch")
    list_filter = (HoldsFilter, "is_primary", by_township("branch__township"), by_branch("branch"))
    search_fields = ("household__number", "household__head_name", "member__name", "member__code", "member__search_key")
    autocomplete_fields = ("household", "member")
    ordering = ("pk",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else self.fields[:-1]

    def why_fixed(self, request: HttpRequest, obj: HouseholdLink) -> str:
        return _("This link has ended: begin another one.") if obj.ended_on is not None else ""

    def save_model(self, request: HttpRequest, obj: HouseholdLink, form: Any, change: bool) -> None:
        if not change:
            begun = begin_link(
                member=obj.member,
                household=obj.household,
                is_primary=obj.is_primary,
                on=obj.started_on,
                by=request.user,
            )
            obj.pk = begun.pk
        elif obj.ended_on is not None:
            end_link(link=obj, on=obj.ended_on, by=request.user)
