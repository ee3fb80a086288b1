"""Bulk setup of indicators, plans, periods and targets; sheets only to look at.

Publishing and issuing are actions that call plans.py and periods.py; what a quarter's sheets say is entered and moved
on the site alone. The county sees the cells of a sheet once it was submitted (permissions.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments import plans, targets
from assessments.admin_members import MemberAdmin, PostAdmin
from assessments.models import Entry, Indicator, Period, Plan, PlanItem, Sheet, SheetMember, Target
from assessments.periods import issue_sheets
from assessments.permissions import SEE_STATE, SET_UP_PLAN
from service_areas.admin_access import SetUpAdmin, SetUpForm, SetUpInline
from service_areas.admin_filters import by_branch, by_township
from service_areas.permissions import COUNTY, Grant

__all__ = ["MemberAdmin", "PostAdmin"]

LOOK_AT_SHEETS = Grant(SEE_STATE.resource, SEE_STATE.verb, (COUNTY,))
SEEN_IN = (Sheet.State.SUBMITTED, Sheet.State.CONFIRMED, Sheet.State.CLOSED)


@admin.register(Indicator)
class IndicatorAdmin(SetUpAdmin):
    grant = SET_UP_PLAN
    list_display = ("code", "name", "name_en", "kind", "function", "unit", "summary_unit")
    list_filter = ("kind", "function")
    search_fields = ("code", "name", "name_en")
    autocomplete_fields = ("county",)
    fixed_fields = ("county",)
    frozen_fields = ("code", "kind", "direction", "burden", "unit", "unit_en", "decimals")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        frozen = self.frozen_fields if obj is not None and plans.is_in_use(obj) else ()
        return (*super().get_readonly_fields(request, obj), *frozen)


class ItemsInline(SetUpInline):
    model = PlanItem
    grant = SET_UP_PLAN
    autocomplete_fields = ("indicator",)
    fields = ("position", "indicator", "points", "rule", "cap")

    def why_fixed(self, request: HttpRequest, obj: Plan) -> str:
        return plans.why_frozen(obj)


@admin.register(Plan)
class PlanAdmin(SetUpAdmin):
    grant = SET_UP_PLAN
    fields = ("county", "year", "version", "state", "author", "published_by", "published_on")
    readonly_fields = ("state", "author", "published_by", "published_on")
    fixed_fields = ("county", "year", "version")
    inlines = (ItemsInline,)
    list_display = ("__str__", "county", "state", "author", "published_by", "published_on")
    list_select_related = ("county", "author", "published_by")
    list_filter = ("state", "year")
    search_fields = ("year",)
    autocomplete_fields = ("county",)
    actions = ("publish",)

    def why_fixed(self, request: HttpRequest, obj: Plan) -> str:
        return plans.why_frozen(obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change or form.has_changed() or any(formset.has_changed() for formset in formsets):
            plans.written_by(form.instance, by=request.user)

    @admin.action(description=gettext_lazy("Publish the chosen plans"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Plan]) -> None:
        for plan in queryset:
            with _refusal_shown(request):
                plans.publish(plan, by=request.user, on=timezone.localdate())
                self.log_change(request, plan, _("Published."))
                messages.success(request, _("%(plan)s is published.") % {"plan": plan})


@admin.register(PlanItem)
class PlanItemAdmin(SetUpAdmin):
    """To be chosen by targets; items are written on their plan's page."""

    grant = SET_UP_PLAN
    county_paths = ("plan__county",)
    is_read_only = True
    list_display = ("indicator", "plan", "position", "points", "rule", "cap")
    list_select_related = ("indicator", "plan")
    list_filter = ("plan__year",)
    search_fields = ("indicator__code", "indicator__name", "indicator__name_en", "plan__year")
    ordering = ("-plan", "position")

    def choice_label(self, obj: PlanItem) -> str:
        return f"{obj.indicator.label} · {obj.plan.label}"


@admin.register(Period)
class PeriodAdmin(SetUpAdmin):
    grant = SET_UP_PLAN
    readonly_fields = ("state",)
    fixed_fields = ("county", "year", "quarter")
    list_display = ("__str__", "county", "opens_on", "due_on", "closes_on", "state")
    list_select_related = ("county",)
    list_filter = ("state", "year")
    search_fields = ("year", "quarter")
    autocomplete_fields = ("county",)
    actions = ("issue",)

    def why_fixed(self, request: HttpRequest, obj: Period) -> str:
        return _("This quarter is closed; its dates no longer change.") if obj.state == Period.State.CLOSED else ""

    @admin.action(description=gettext_lazy("Issue the sheets of the chosen periods"), permissions=["change"])
    def issue(self, request: HttpRequest, queryset: QuerySet[Period]) -> None:
        for period in queryset:
            with _refusal_shown(request):
                made = issue_sheets(period=period, by=request.user)
                said = ngettext("%(period)s: %(count)s sheet issued.", "%(period)s: %(count)s sheets issued.", made)
                said %= {"period": period, "count": made}
                self.log_change(request, period, said)
                messages.success(request, said)


class TargetForm(SetUpForm):
    def settle(self) -> None:
        targets.refuse_target(self.instance)


@admin.register(Target)
class TargetAdmin(SetUpAdmin):
    grant = SET_UP_PLAN
    county_paths = ("period__county",)
    form = TargetForm
    fields = ("item", "period", "member", "value")
    fixed_fields = ("item", "period", "member")
    list_display = ("member", "period", "item", "value")
    list_select_related = ("member", "period", "item__indicator", "item__plan")
    list_filter = ("period", by_township("member__branch__township"), by_branch("member__branch"))
    search_fields = ("member__code", "member__name", "member__search_key")
    autocomplete_fields = ("item", "period", "member")
    ordering = ("-pk",)

    def why_fixed(self, request: HttpRequest, obj: Target) -> str:
        return targets.why_fixed(obj, on=timezone.localdate())


class LookAdmin(SetUpAdmin):
    """What is entered and moved on the site: county staff look at it here, nobody changes it, no superuser either."""

    grant = LOOK_AT_SHEETS
    is_read_only = True
    is_for_superusers = False


@admin.register(Sheet)
class SheetAdmin(LookAdmin):
    fields = (
        *("area", "branch", "township", "period", "plan", "state", "version", "member_count", "exempt_count"),
        *("filled_count", "needed_count", "first_submitted_at", "submitted_at", "confirmed_at", "returned_at"),
    )
    list_display = ("area_label", "branch_label", "township_label", "period", "state", "filled_count", "needed_count")
    list_select_related = ("period",)
    list_filter = ("period", "state", by_township("township"), by_branch("branch"))
    search_fields = ("area_name", "branch_name", "area__code", "branch__search_key")
    ordering = ("-pk",)


@admin.register(SheetMember)
class SheetMemberAdmin(LookAdmin):
    county_paths = ("period__county",)
    fields = ("sheet", "member", "member_type", "post", "exempt_scope", "filled_by", "points", "is_complete")
    list_display = ("__str__", "sheet", "post", "exempt_scope", "points", "is_complete")
    list_select_related = ("sheet__period",)
    list_filter = ("period", by_township("sheet__township"), by_branch("branch"))
    search_fields = ("name", "name_latin", "member__code")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(sheet__state__in=SEEN_IN)


@admin.register(Entry)
class EntryAdmin(LookAdmin):
    county_paths = ("line__period__county",)
    fields = ("line", "item", "status", "target", "actual", "points", "note", "changed_by", "changed_at")
    list_display = ("line", "item", "status", "target", "actual", "points")
    list_select_related = ("line", "item__indicator")
    list_filter = ("line__period", by_township("line__sheet__township"), by_branch("line__branch"))
    search_fields = ("line__name", "line__member__code")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(line__sheet__state__in=SEEN_IN)


@contextmanager
def _refusal_shown(request: HttpRequest) -> Iterator[None]:
    """What a rule refuses becomes a message on the list; the next chosen row is tried all the same."""
    try:
        yield
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
