"""Bulk setup of members with their affiliation, and of posts.

They stand on this floor because lines of open quarters follow them (membership.py). Where a member belongs and with
which status is typed once, when the record is made: later it changes on the member's own page, which shows what moves
and ends with it.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.membership import follow, follow_secretary
from members.affiliations import affiliate, refuse_affiliation
from members.models import Affiliation, Member, Post
from members.permissions import SET_UP_MEMBERS
from members.posts import access_follows, refuse_oneself
from members.records import refuse_post, refuse_status
from service_areas.admin_access import ReadOnlyInline, SetUpAdmin, SetUpForm
from service_areas.admin_filters import HoldsFilter, by_branch, by_township
from service_areas.placing import fill_search_key

PLACE = ("branch", "small_group", "area")


class MemberForm(SetUpForm):
    affiliated_on = forms.DateField(
        label=_("In this branch, group and area since"),
        required=False,
        initial=timezone.localdate,
        widget=AdminDateWidget,
    )

    def settle(self) -> None:
        member = self.instance
        fill_search_key(member)
        refuse_status(member)
        if member._state.adding:
            refuse_affiliation(member=member, on=self.since, **{name: getattr(member, name) for name in PLACE})

    @property
    def since(self) -> Any:
        return self.cleaned_data.get("affiliated_on") or timezone.localdate()


class BelongedInline(ReadOnlyInline):
    model = Affiliation
    grant = SET_UP_MEMBERS
    fields = readonly_fields = (*PLACE, "started_on", "ended_on")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("member", *PLACE)


@admin.register(Member)
class MemberAdmin(SetUpAdmin):
    grant = SET_UP_MEMBERS
    form = MemberForm
    fieldsets = (
        (None, {"fields": ("code", "name", "name_latin", "sex", "birth_date", "contact", "user")}),
        (_("Affiliation"), {"fields": (*PLACE, "affiliated_on")}),
        (
            _("Membership"),
            {"fields": ("member_type", "admitted_on", "full_on", "status", "status_on", "status_document")},
        ),
    )
    fixed_fields = (*PLACE, "status", "status_on", "status_document")
    inlines = (BelongedInline,)
    list_display = ("code", "name", "name_latin", *PLACE, "member_type", "status")
    list_select_related = PLACE
    list_filter = ("member_type", "status", by_township("branch__township"), by_branch("branch"))
    search_fields = ("name", "code", "search_key")
    autocomplete_fields = ("user", *PLACE)

    def choice_label(self, obj: Member) -> str:
        return f"{obj.label} · {obj.branch.label}"

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """No guessing of identity numbers through the address."""
        return not lookup.startswith("id_number") and super().lookup_allowed(lookup, value, request)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj is not None else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The day counts when the member comes; afterwards the table of affiliations tells it."""
        if obj is None:
            return self.fieldsets
        return [
            (title, options | {"fields": [name for name in options["fields"] if name != "affiliated_on"]})
            for title, options in self.fieldsets
        ]

    def save_model(self, request: HttpRequest, obj: Member, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            affiliate(member=obj, on=form.since, by=request.user, **{name: getattr(obj, name) for name in PLACE})
            for step in follow(member=obj, on=form.since, by=request.user):
                self.message_user(request, step.sentence, messages.WARNING)


class PostForm(SetUpForm):
    def settle(self) -> None:
        refuse_post(self.instance)
        refuse_oneself(self.instance, by=self.by)


@admin.register(Post)
class PostAdmin(SetUpAdmin):
    grant = SET_UP_MEMBERS
    form = PostForm
    fields = ("member", "kind", *PLACE, "started_on", "ended_on")
    fixed_fields = ("member", "kind", *PLACE)
    list_display = ("member", "kind", *PLACE, "started_on", "ended_on")
    list_select_related = ("member", *PLACE)
    list_filter = (HoldsFilter, "kind", by_township("branch__township"), by_branch("branch"))
    search_fields = ("member__name", "member__code", "member__search_key", "branch__name")
    autocomplete_fields = ("member", *PLACE)
    ordering = ("-started_on", "pk")

    def save_model(self, request: HttpRequest, obj: Post, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        access_follows(obj)
        follow_secretary(member=obj.member)
