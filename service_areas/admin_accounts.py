"""Accounts and appointments in the admin.

The account model is on a lower floor that knows no appointments, so its page stands here: who may keep an account
follows from what the account holds (appointing.py). Flags of the framework (staff, groups, permissions) are not shown.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as AccountAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from service_areas.admin_access import ReadOnlyInline, SetUpAdmin, SetUpForm, counties_of, is_key
from service_areas.admin_filters import HoldsFilter
from service_areas.appointing import may_grant, may_keep_account, refuse_grant
from service_areas.models import Appointment
from service_areas.models.appointments import PLACES
from service_areas.permissions import SET_UP_ACCOUNTS

COUNTY_PATHS = (
    "county",
    "township__county",
    "branch__county",
    "area__county",
    "village__township__county",
)


class AppointmentForm(SetUpForm):
    """Checked as a whole, so that a grant is refused before anything of it is saved."""

    def settle(self) -> None:
        if self.instance.place is not None:  # without one the table's own rule has the better sentence
            refuse_grant(by=self.by, appointment=self.instance)


@admin.register(Appointment)
class AppointmentAdmin(SetUpAdmin):
    grant = SET_UP_ACCOUNTS
    county_paths = COUNTY_PATHS
    form = AppointmentForm
    fields = ("user", "role", *PLACES, "title", "title_en", "started_on", "ended_on")
    fixed_fields = ("user", "role", *PLACES)
    list_display = ("user", "role", "place_label", "title", "started_on", "ended_on")
    list_select_related = ("user", *PLACES)
    list_filter = (HoldsFilter, "role")
    search_fields = ("user__name", "user__username", "user__name_latin", "title", "branch__name", "area__name")
    autocomplete_fields = ("user", *PLACES)

    def why_fixed(self, request: HttpRequest, obj: Appointment) -> str:
        return may_grant(request.user, obj).reason

    @admin.display(description=_("place"))
    def place_label(self, obj: Appointment) -> str:
        return obj.place_label


class HeldInline(ReadOnlyInline):
    """What the account holds; each line leads to the appointment."""

    model = Appointment
    grant = SET_UP_ACCOUNTS
    county_paths = COUNTY_PATHS
    fields = readonly_fields = ("role", "place_label", "title", "started_on", "ended_on")

    @admin.display(description=_("place"))
    def place_label(self, obj: Appointment) -> str:
        return obj.place_label

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.rows(request, self.grant.roles).select_related("user", *PLACES)


class AccountForm(SetUpForm, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


class NewAccountForm(SetUpForm, AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "name")


@admin.register(User)
class UserAdmin(SetUpAdmin, AccountAdmin):
    grant = SET_UP_ACCOUNTS
    form = AccountForm
    add_form: type[forms.ModelForm] = NewAccountForm
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        (_("Person"), {"fields": ("name", "name_latin", "language")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "usable_password", "password1", "password2")}),
        (_("Person"), {"fields": ("name", "name_latin", "language")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    inlines = (HeldInline,)
    list_display = ("username", "name", "name_latin", "is_active", "last_login")
    list_filter = ("is_active", "appointments__role")
    search_fields = ("username", "name", "name_latin")
    ordering = ("username",)

    def rows(self, request: HttpRequest, roles: Any) -> QuerySet[Any]:
        """Accounts that hold or held something in the county, and those that hold nothing anywhere yet."""
        users = super(SetUpAdmin, self).get_queryset(request)
        if request.user.is_superuser:
            return users
        counties = counties_of(request.user, roles)
        held = Q()
        for path in COUNTY_PATHS:
            held |= Q(**{f"{path}__in": counties})
        appointed = Appointment.objects.filter(held).values("user")
        return users.filter(Q(pk__in=appointed) | ~Q(pk__in=Appointment.objects.values("user")))

    def why_fixed(self, request: HttpRequest, obj: User) -> str:
        return may_keep_account(request.user, obj).reason

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj is not None else ()

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """No guessing of passwords or flags letter by letter through the address."""
        return lookup.partition("__")[0] in {"id", "is_active", "appointments"} and super().lookup_allowed(
            lookup, value, request
        )

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Django asks for the right to change users; ours belongs to the single account, and says why not."""
        user = get_object_or_404(self.get_queryset(request), pk=id if is_key(id) else 0)
        reason = self.why_fixed(request, user)
        if reason:
            raise PermissionDenied(reason)
        return super().user_change_password(request, str(user.pk), form_url)
