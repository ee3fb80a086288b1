"""What every page of the admin has in common: whose rows, who may set them up, and input that must not break it.

Rows are those of the counties in which a person holds a role of the model's grant; a superuser sets up everywhere.
`visible_to` is not used here, because a system administrator sets up what he has no page for. Nothing is deleted.
Rules of the subjects are not decided here; forms and save hooks call the modules that decide them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import NON_FIELD_ERRORS, BadRequest, PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from service_areas.permissions import Grant, no_right_here
from service_areas.scoping import each_path, scope_of

WORDS_SEARCHED, LENGTH_SEARCHED = 8, 100


def counties_of(user: Any, roles: Iterable[str]) -> frozenset[int]:
    """The counties in which the user holds one of these roles today."""
    wanted = set(roles)
    return frozenset(a.county_id for a in scope_of(user).appointments if a.role in wanted and a.county_id)


def is_key(value: Any) -> bool:
    """Whether this can be a row's number at all: digits that fit into the database's 64 bits."""
    text = str(value)
    return text.isascii() and text.isdigit() and len(text) <= 18


def tried(act: Callable[..., Any], **arguments: Any) -> None:
    """Do it and take it back: a form asks the very rule that saving will ask, and shows its ValidationError."""
    with transaction.atomic():
        act(**arguments)
        transaction.set_rollback(True)


class SetUpForm(forms.ModelForm):
    """Asks every constraint of the table, also over fields the form does not show: none is met as a 500."""

    by: Any = None  # who fills in the form

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            forms.models.construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
            self.settle()
        return cleaned

    def settle(self) -> None:
        """Fill what follows from the typed values and ask the subject's rules, before the row is checked as a whole."""

    def add_error(self, field: str | None, error: Any) -> None:
        """A rule that speaks of a field this form does not show speaks above the form (Django would break off)."""
        if field is None and hasattr(error, "error_dict"):
            shown: dict[str, list[Any]] = {}
            for name, found in error.error_dict.items():
                shown.setdefault(name if name in self.fields else NON_FIELD_ERRORS, []).extend(found)
            error = ValidationError(shown)
        super().add_error(field, error)

    def validate_unique(self) -> None:
        super().validate_unique()
        if self.errors:
            return
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self.add_error(None, error)


class PickOne(AutocompleteSelect):
    """A search field that survives a value which is no row's number (Django's asks the database for it)."""

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> list[Any]:
        return super().optgroups(name, [key for key in value if not key or is_key(key)], attr)


class SafeChangeList(ChangeList):
    """Filters in the address that no database takes are a wrong address and not an error of ours."""

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except (ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters from error


class Access(admin.options.BaseModelAdmin):
    """Rights and choices, for pages and for the tables inside them."""

    grant: ClassVar[Grant]
    viewers: ClassVar[tuple[str, ...]] = ()  # roles that see the rows, because they choose among them
    county_paths: ClassVar[tuple[str, ...]] = ()  # empty: the model's own path
    is_for_superusers: ClassVar[bool] = True
    is_read_only: ClassVar[bool] = False
    fixed_fields: ClassVar[tuple[str, ...]] = ()  # settled once the row exists: another row begins instead

    def rows(self, request: HttpRequest, roles: Iterable[str]) -> models.QuerySet[Any]:
        queryset = super().get_queryset(request)
        if self.is_for_superusers and request.user.is_superuser:
            return queryset
        counties = counties_of(request.user, roles)
        paths = self.county_paths or each_path(self.model.scope_paths["county"])
        return queryset.filter(reduce(or_, (Q(**{f"{path}__in": counties}) for path in paths)))

    def holds(self, request: HttpRequest, roles: Iterable[str]) -> bool:
        if self.is_for_superusers and request.user.is_superuser:
            return True
        return bool(counties_of(request.user, roles))

    def why_fixed(self, request: HttpRequest, obj: Any) -> str:
        """The sentence that says why this row does not change here; empty if it does."""
        return ""

    def reason_fixed(self, request: HttpRequest, obj: Any) -> str:
        """Asked once per row, before a form writes typed values into it."""
        if not hasattr(obj, "_reason_fixed"):
            obj._reason_fixed = self.why_fixed(request, obj)
        return str(obj._reason_fixed)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.holds(request, (*self.grant.roles, *self.viewers))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self.is_read_only and self.holds(request, self.grant.roles)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request) and not (obj is not None and self.reason_fixed(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        settled = self.fixed_fields if obj is not None else ()
        return (*super().get_readonly_fields(request, obj), *settled)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are the rows that this person would also find in the list of that model."""
        related: Any = self.admin_site.get_model_admin(db_field.remote_field.model)
        kwargs.setdefault("queryset", related.get_queryset(request))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", PickOne(db_field, self.admin_site))
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.label_from_instance = related.choice_label
        return field


class SetUpAdmin(Access, admin.ModelAdmin):
    form: type[forms.ModelForm] = SetUpForm
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a facet counts the whole table once per choice
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With what a row's label joins: it is drawn in choices, titles and inlines as well as in the list."""
        rows = self.rows(request, (*self.grant.roles, *self.viewers))
        joined: Any = self.list_select_related
        return rows.select_related(*joined) if joined else rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def choice_label(self, obj: Any) -> str:
        """How a row reads where it is chosen."""
        return str(obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Inside the transaction the row is looked up again: one that left what the person sets up rolls back."""
        super().save_related(request, form, formsets, change)
        if not self.rows(request, self.grant.roles).filter(pk=form.instance.pk).exists():
            raise PermissionDenied(no_right_here())

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            # Somebody was quicker by a moment: the second look finds their row and says so in the form.
            return super().changeform_view(request, *args, **kwargs)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = kwargs.get("obj")
        reason = self.reason_fixed(request, obj) if obj is not None else ""
        if reason:
            messages.info(request, reason)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return super().get_object(request, object_id, from_field) if from_field or is_key(object_id) else None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SafeChangeList

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """A search of a few words; more would only cost, and some databases break at a hundred or at a NUL."""
        if "\x00" in search_term:
            return queryset.none(), False
        words = search_term[:LENGTH_SEARCHED].split()[:WORDS_SEARCHED]
        return super().get_search_results(request, queryset, " ".join(words))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        typed = super().get_changeform_initial_data(request)
        relations = {field.name for field in self.opts.get_fields() if field.is_relation}
        return {name: value for name, value in typed.items() if name not in relations or is_key(value)}

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any) -> Any:
        if not all(map(is_key, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest("A chosen row has no number.")
        return super().response_action(request, queryset, *args)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Outside the own counties nothing exists; Django would send to the index with a message."""
        raise Http404(_("There is nothing here."))


class SetUpInline(Access, admin.TabularInline):
    form = SetUpForm
    extra = 0


class ReadOnlyInline(SetUpInline):
    is_read_only = True
    can_delete = False
    show_change_link = True
