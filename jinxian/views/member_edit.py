"""Keeping a member's record: enter, change, move within the branch, status, ID number.

Each step is its own address; what was typed stays when a rule refuses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from assessments import membership
from assessments.views.finding import CONFLICT
from jinxian.history_words import in_words
from jinxian.views.rights import may_list
from members.forms import (
    OF_BRANCH,
    RECORD,
    WITH_DOCUMENT,
    BranchForm,
    FullForm,
    NumberForm,
    PlaceForm,
    ReasonForm,
    RecordForm,
    StatusForm,
)
from members.identity import TooOften, enter_id_number, reveal_id_number, reveals_left
from members.models import Member
from members.permissions import (
    ADD_MEMBERS,
    may_add_member,
    may_apply_for_transfer,
    may_change_status,
    may_edit_contact,
    may_edit_member,
    may_enter_id_number,
    may_reveal_id_number,
)
from members.registration import Stale, change_member, since_of, stamp, warnings_of
from members.statuses import Ending, change_status, ending_of, make_full, refuse_change
from service_areas.crumbs import crumbs_of_scope
from service_areas.models import Branch
from service_areas.permissions import require

TOO_MANY = 429


@require_http_methods(["GET", "POST"])
def member_new(request: HttpRequest) -> HttpResponse:
    """A new member of a branch of one's own; who keeps several chooses one first."""
    require(may_list(ADD_MEMBERS, request.user))
    rows = Branch.objects.visible_to(request.user).select_related("township")
    branches = rows.current(on=timezone.localdate()).order_by("code")
    asked = BranchForm(request.GET if "branch" in request.GET else None, branches=branches)
    branch = asked.cleaned_data["branch"] if asked.is_valid() else None
    if branch is None and "branch" not in request.GET and len(branches) == 1:
        branch = branches[0]
    context = {"branch": branch, "crumbs": crumbs_of_scope(request.user)}
    if branch is None:
        return render(request, "jinxian/members/member_new.html", context | {"form": asked, "is_choice": True})
    require(may_add_member(request.user, branch))
    form, place = RecordForm(request.POST or None), PlaceForm(request.POST or None, user=request.user, branch=branch)
    if form.is_valid() & place.is_valid():
        try:
            member, followed = membership.enter_and_follow(
                Member(**form.cleaned_data), branch=branch, by=request.user, **place.cleaned_data
            )
        except ValidationError as error:
            _take(error, form, place)
        else:
            _say(request, followed)
            return _saved(request, member, _("%(name)s is entered as %(code)s."))
    return render(request, "jinxian/members/member_new.html", context | {"form": form, "place": place})


@require_http_methods(["GET", "POST"])
def member_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The record; for the branch contact and spelling."""
    member = _member(request, pk)
    require(may_edit_contact(request.user, member))
    is_whole = bool(may_edit_member(request.user, member))
    fields = tuple(name for name in RECORD if name not in WITH_DOCUMENT) if is_whole else OF_BRANCH
    form, status = RecordForm(request.POST or None, instance=member, fields=fields), 200
    theirs: list[tuple[str, str]] = []
    if form.is_valid():
        try:
            changed = change_member(member, seen=request.POST.get("seen", ""), by=request.user, **form.cleaned_data)
        except Stale:
            form.add_error(None, _("Somebody changed this record meanwhile. Compare below, then save again."))
            theirs, status = _theirs(member, form), CONFLICT
        except ValidationError as error:
            _take(error, form)
        else:
            return _saved(request, changed, _("Saved: %(name)s."))
    context = {"form": form, "member": member, "seen": stamp(member), "kind": "edit", "theirs": theirs}
    return _form_page(request, context | {"is_whole": is_whole}, status=status)


@require_http_methods(["GET", "POST"])
def member_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another small group or area of the same branch, from a day."""
    member = _member(request, pk)
    require(may_edit_contact(request.user, member))
    given, former = {"small_group": member.small_group_id, "area": member.area_id}, member.area
    form = PlaceForm(request.POST or None, user=request.user, branch=member.branch, initial=given)
    if form.is_valid():
        try:
            followed = membership.move_and_follow(
                member=member, by=request.user, branch=member.branch, **form.cleaned_data
            )
        except ValidationError as error:
            _take(error, form)
        else:
            member.refresh_from_db()
            _say(request, followed)
            return _saved(request, member, _("Saved: %(name)s."), warnings_of(member, former=former))
    context = {
        "form": form,
        "member": member,
        "kind": "move",
        "since": since_of(member),
        "may_transfer": bool(may_apply_for_transfer(request.user, member)),
    }
    return _form_page(request, context)


@require_http_methods(["GET", "POST"])
def member_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Another status, with day and document; of one that leaves the organization what ends is shown first."""
    member = _member(request, pk)
    require(may_change_status(request.user, member))
    form, kind, status = StatusForm(request.POST or None, member=member), "status", 200
    is_valid = form.is_valid()
    if form.is_bound and request.POST.get("seen") != member.status:
        status = CONFLICT
    elif is_valid:
        try:
            refuse_change(member, **form.cleaned_data)
            if form.cleaned_data["status"] in Member.PRESENT or "confirmed" in request.POST:
                return _change_status(request, member, form.cleaned_data)
            kind = "leave"
        except Stale:
            member.refresh_from_db()
            status = CONFLICT
        except ValidationError as error:
            _take(error, form)
    if status == CONFLICT:
        words = {"status": member.get_status_display()}
        form.add_error(None, _("The status is “%(status)s” by now. Look at it again.") % words)
    context = {"form": form, "member": member, "kind": kind, "ending": ending_of(member)}
    if kind == "leave":
        context |= {"then": Member.Status(form.cleaned_data["status"]).label, "given": form.cleaned_data}
    return _form_page(request, context, status=status)


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
            _take(error, form)
        else:
            member.refresh_from_db()
            return _saved(request, member, _("Saved: %(name)s."))
    return _form_page(request, {"form": form, "member": member, "kind": "full"})


@never_cache
@sensitive_post_parameters("id_number")
@require_http_methods(["GET", "POST"])
def member_id_number(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter or correct the ID number; it is not shown again."""
    member = _member(request, pk)
    require(may_enter_id_number(request.user, member))
    form = NumberForm(request.POST or None)
    if form.is_valid():
        try:
            enter_id_number(member, typed=form.cleaned_data["id_number"], by=request.user)
        except ValidationError as error:
            _take(error, form)
        else:
            return _saved(request, member, _("The ID number of %(name)s is kept."), ())
    return _form_page(request, {"form": form, "member": member, "kind": "number"})


@never_cache
@sensitive_variables("number", "context", "response")
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
            status = TOO_MANY
        except ValidationError as error:
            _take(error, form)
    left = max(0, reveals_left(request.user))
    context = {"form": form, "member": member, "kind": "reveal", "number": number, "left": left}
    response = _form_page(request, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _member(request: HttpRequest, pk: int) -> Member:
    members = Member.objects.visible_to(request.user).select_related("branch__township", "small_group", "area")
    member: Member = get_object_or_404(members, pk=pk)
    return member


def _change_status(request: HttpRequest, member: Member, given: dict[str, Any]) -> HttpResponse:
    """Change it, and with it the lines of open quarters; say what waits for others now."""
    is_leaving = given["status"] not in Member.PRESENT
    with transaction.atomic():
        membership.hold(member=member, on=given["on"])
        ending = change_status(member, seen=request.POST.get("seen", ""), by=request.user, **given)
        followed = membership.follow(member=member, on=given["on"], by=request.user) if is_leaving else []
    member.refresh_from_db()
    if not is_leaving:
        return _saved(request, member, _("Saved: %(name)s."))
    for row in ending.remaining:
        messages.warning(request, _("The account still is: %(appointment)s.") % {"appointment": row.label})
    _say(request, followed)
    return _saved(request, member, _saved_and_waiting(ending), ())


def _saved_and_waiting(ending: Ending) -> str:
    """With the households that wait now; the member's page leads on to handing them over."""
    if not ending.link_count:
        return _("Saved: %(name)s.")
    sentence = ngettext(
        "Saved: %(name)s. %(count)s household waits for somebody else.",
        "Saved: %(name)s. %(count)s households wait for somebody else.",
        ending.link_count,
    )
    return sentence.replace("%(count)s", str(ending.link_count))


def _say(request: HttpRequest, followed: Iterable[membership.Followed]) -> None:
    for step in followed:
        messages.warning(request, step.sentence)


def _saved(request: HttpRequest, member: Member, sentence: str, warnings: Iterable[str] | None = None) -> HttpResponse:
    messages.success(request, sentence % {"name": member.label, "code": member.code})
    for warning in warnings_of(member) if warnings is None else warnings:
        messages.warning(request, warning)
    return redirect("member_detail", member.pk)


def _theirs(member: Member, form: Any) -> list[tuple[str, str]]:
    """What is saved now in the fields in which something else was typed."""
    fields = {name: member._meta.get_field(name) for name in form.cleaned_data}
    return [
        (str(form.fields[name].label), in_words(each, getattr(member, name)))
        for name, each in fields.items()
        if getattr(member, name) != form.cleaned_data[name]
    ]


def _take(error: ValidationError, *forms: Any) -> None:
    """Put a rule's refusal beside its field, or above the first form where none has the field."""
    for name, errors in error.update_error_dict({}).items():
        form = next((each for each in forms if name in each.fields), None)
        (form or forms[0]).add_error(name if form else None, errors)


def _form_page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    context["crumbs"] = crumbs_of_scope(request.user)
    return render(request, "jinxian/members/member_form.html", context, status=status)
