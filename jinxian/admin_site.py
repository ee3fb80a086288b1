"""The admin for bulk setup, as one of our own pages: who gets in, and where signing in and out happens.

The door is an appointment as county staff or system administrator (or a superuser), never `is_staff`; which rows and
verbs somebody has behind it is decided in service_areas/admin_access.py and each app's admin.py.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite, site
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from service_areas.admin_access import SetUpAdmin
from service_areas.permissions import ADMINISTRATOR, COUNTY
from service_areas.scoping import scope_of

__all__ = ["SetUpSite", "site"]

SIGN_IN = "accounts:sign_in"
# What Django's admin says without Chinese of its own: our catalogue, which is asked first, has it.
DJANGOS = (
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("Error:"),
)
# Pages that our own site has already, or that would open rows past the scope.
LEFT_OUT = {"logout", "password_change", "password_change_done", "view_on_site"}


class SetUpSite(AdminSite):
    site_header = _("Jin County")
    site_title = _("Jin County")
    index_title = _("Setting up")
    site_url: Any = reverse_lazy("home")
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        if not user.is_active:
            return False
        return bool(user.is_superuser or scope_of(user).roles & {COUNTY, ADMINISTRATOR})

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Our own pages only: what packages bring along (groups, log-in attempts) asks for rights nobody has here."""
        if admin_class is not None and issubclass(admin_class, SetUpAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in LEFT_OUT]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Django's own wrapper, behind our door: sign in, or read why not."""
        inner = super().admin_view(view, cacheable)

        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), resolve_url(SIGN_IN))
            if not self.has_permission(request):
                raise PermissionDenied(gettext("Only county staff and system administrators set things up here."))
            return inner(request, *args, **kwargs)

        return door

    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One sign-in for the whole site: ours, with its lock-out."""
        wanted = request.GET.get("next") or resolve_url("admin:index")
        return redirect(f"{resolve_url(SIGN_IN)}?{urlencode({'next': wanted})}")

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return Choices.as_view(admin_site=self)(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The floors in the order of setting up: accounts and places first, plans and sheets last."""
        order = list(reversed([config.label for config in apps.get_app_configs()]))
        return sorted(super().get_app_list(request, app_label), key=lambda app: order.index(app["app_label"]))


class Choices(AutocompleteJsonView):
    """The answers of a search field, written so that two groups of the same name can be told apart."""

    model_admin: Any

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(getattr(obj, to_field_name)), "text": self.model_admin.choice_label(obj)}
