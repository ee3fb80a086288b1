"""Keeping a member's record: enter, change, move within the branch, status, ID number.

Each step is its own address; what was typed stays when a rule refuses it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from assessments.membership import move_and_follow
from jinxian.views.rights import may_list
from members.forms import OF_BRANCH, BranchForm, FullForm, NumberForm, PlaceForm, ReasonForm, RecordForm, StatusForm
from members.identity import TooOften, enter_id_number, reveal_id_number, reveals_left
from members.models import Member
from members.permissions import (
    ADD_MEMBERS,
    may_add_member,
    may_change_status,
    may_edit_contact,
    may_edit_member,
    may_enter_id_number,
    may_reveal_id_number,
)
from members.registration import Stale, change_member, enter_member, since_of, stamp, warnings_of
from members.statuses import change_status, ending_of, make_full
from service_areas.crumbs import crumbs_of_scope
from service_areas.models import Branch
from service_areas.permissions import require


@require_http_methods(["GET", "POST"])
def member_new(request: HttpRequest) -> HttpResponse:
    """A new member of a branch of one's own."""
    require(may_list(ADD_MEMBERS, request.user))
    branches = Branch.objects.visible_to(request.user).current(on=timezone.localdate()).order_by("code")
    asked = BranchForm(request.GET or None, branches=branches)
    branch = branches.first() if branches.count() == 1 else (asked.is_valid() and asked.cleaned_data["branch"]) or None
    if branch is None:
        context = {"form": asked, "is_choice": True, "crumbs": crumbs_of_scope(request.user)}
        return render(request, "jinxian/members/member_new.html", context)
    require(may_add_member(request.user, branch))
    form, place = RecordForm(request.POST or None), PlaceForm(request.POST or None, branch=branch)
    if form.is_valid() and place.is_valid():
        try:
            member = enter_member(Member(**form.cleaned_data), branch=branch, by=request.user, **place.cleaned_data)
        except ValidationError as error:
            form.take(error)
        else:
            return _saved(request, member, _("%(name)s is entered as %(code)s."))
    context = {"form": form, "place": place, "branch": branch, "crumbs": crumbs_of_scope(request.user)}
    return render(request, "jinxian/members/member_new.html", context)


@require_http_methods(["GET", "POST"])
def member_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The record; for the branch contact and spelling."""
    member = _member(request, pk)
    require(may_edit_contact(request.user, member))
    fields = RecordForm.Meta.fields if may_edit_member(request.user, member) else OF_BRANCH
    fields = tuple(name for name in fields if name not in ("member_type", "full_on"))  # they have a document
    form, status = RecordForm(request.POST or None, instance=member, fields=fields), 200
    if form.is_valid():
        try:
            changed = change_member(member, seen=request.POST.get("seen", ""), by=request.user, **form.cleaned_data)
        except Stale:
            form.add_error(None, _("Somebody changed this record meanwhile. Compare below, then save again."))
            status = 409
        except ValidationError as error:
            form.take(error)
        else:
            return _saved(request, changed, _("Saved: %(name)s."))
    context = {"form": form, "member": member, "seen": stamp(member), "kind": "edit"}
    return _form_page(request, context, status=status)


@require_http_methods(["GET", "POST"])
def member_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another small group or area of the same branch, from a day."""
    member = _member(request, pk)
    require(may_edit_contact(request.user, member))
    given = {"small_group": member.small_group_id, "area": member.area_id}
    form = PlaceForm(request.POST or None, branch=member.branch, initial=given)
    if form.is_valid():
        try:
            move_and_follow(member=member, by=request.user, branch=member.branch, **form.cleaned_data)
        except ValidationError as error:
            form.take(error)
        else:
            member.refresh_from_db()
            return _saved(request, member, _("Saved: %(name)s."))
    context = {"form": form, "member": member, "kind": "move", "since": since_of(member)}
    return _form_page(request, context)


@require_http_methods(["GET", "POST"])
def member_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Another status, with day and document; what will end is shown before."""
    member = _member(request, pk)
    require(may_change_status(request.user, member))
    form = StatusForm(request.POST or None, member=member)
    if form.is_valid():
        seen = request.POST.get("seen", "")
        try:
            ending = change_status(member, seen=seen, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take(error)
        else:
            member.refresh_from_db()
            if member.status not in Member.PRESENT and ending.link_count:
                words = _("%(count)s households wait for others: the branch secretary finds them on the home page.")
                messages.warning(request, words % {"count": ending.link_count})
            return _saved(request, member, _("Saved: %(name)s."))
    context = {"form": form, "member": member, "kind": "status", "ending": ending_of(member)}
    return _form_page(request, context)


@require_http_methods(["GET", "POST"])
def member_full(request: HttpRequest, pk: int) -> HttpResponse:
    """A probationary member becomes a full one."""
    member = _member(request, pk)
    require(may_change_status(request.user, member))
    form = FullForm(request.POST or None)
    if form.is_valid():
        try:
            make_full(member, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take(error)
        else:
            member.refresh_from_db()
            return _saved(request, member, _("Saved: %(name)s."))
    return _form_page(request, {"form": form, "member": member, "kind": "full"})


@never_cache
@sensitive_post_parameters("number")
@require_http_methods(["GET", "POST"])
def member_id_number(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter or correct the ID number; it is not shown again."""
    member = _member(request, pk)
    require(may_enter_id_number(request.user, member))
    form = NumberForm(request.POST or None)
    if form.is_valid():
        try:
            enter_id_number(member, typed=form.cleaned_data["number"], by=request.user)
        except ValidationError as error:
            form.take(error)
        else:
            return _saved(request, member, _("The ID number of %(name)s is kept."))
    return _form_page(request, {"form": form, "member": member, "kind": "number"})


@never_cache
@require_http_methods(["GET", "POST"])
def member_id_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole ID number, on this one page, after a reason."""
    member = _member(request, pk)
    require(may_reveal_id_number(request.user, member))
    form, number, status = ReasonForm(request.POST or None), "", 200
    if form.is_valid():
        try:
            number = reveal_id_number(member, reason=form.cleaned_data["reason"], by=request.user)
        except TooOften:
            form.add_error(None, _("Today's number of reveals is used up. Tomorrow there are new ones."))
            status = 429
        except ValidationError as error:
            form.take(error)
    left = reveals_left(request.user)
    context = {"form": form, "member": member, "kind": "reveal", "number": number, "left": left}
    return _form_page(request, context, status=status)


def _member(request: HttpRequest, pk: int) -> Member:
    members = Member.objects.visible_to(request.user).select_related("branch__township", "small_group", "area")
    return get_object_or_404(members, pk=pk)


def _saved(request: HttpRequest, member: Member, sentence: str) -> HttpResponse:
    messages.success(request, sentence % {"name": member.label, "code": member.code})
    for warning in warnings_of(member):
        messages.warning(request, warning)
    return redirect("member_detail", member.pk)


def _form_page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    context["crumbs"] = crumbs_of_scope(request.user)
    return render(request, "jinxian/members/member_form.html", context, status=status)
