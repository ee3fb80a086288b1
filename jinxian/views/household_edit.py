"""Entering and changing households: the minimum that is kept about them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jinxian.views.rights import may_list, may_open
from members.household_forms import ContactForm, HouseholdForm, NewHouseholdForm
from members.households import Stale, change_household, enter_household, stamp
from service_areas.crumbs import crumbs_of_scope
from service_areas.models import Household, ProductionTeam, ServiceArea
from service_areas.permissions import EDIT_HOUSEHOLDS, SEE_HISTORY, may_edit_contact, may_edit_household, require


@require_http_methods(["GET", "POST"])
def household_new(request: HttpRequest) -> HttpResponse:
    """A household of one of the own teams."""
    require(may_list(EDIT_HOUSEHOLDS, request.user))
    teams = ProductionTeam.objects.visible_to(request.user).order_by("code")
    form = NewHouseholdForm(request.POST or None, teams=teams)
    if form.is_valid():
        household = Household(**form.cleaned_data)
        try:
            enter_household(household, by=request.user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            words = {"head": household.label, "number": household.number}
            messages.success(request, _("%(head)s, no. %(number)s, is entered.") % words)
            return redirect("household_list")
    context = {"form": form, "household": None, "crumbs": crumbs_of_scope(request.user)}
    return render(request, "jinxian/households/household_edit.html", context)


@require_http_methods(["GET", "POST"])
def household_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The record, or for an area's leader the contact alone."""
    households = Household.objects.visible_to(request.user).select_related("team", "branch")
    household = get_object_or_404(households, pk=pk)
    areas = ServiceArea.objects.visible_to(request.user).current(on=timezone.localdate()).filter(teams=household.team)
    require(may_edit_contact(request.user, household, areas))
    kind = HouseholdForm if may_edit_household(request.user, household) else ContactForm
    seen, status = stamp(household), 200
    form = kind(request.POST or None, instance=household)
    if form.is_valid():
        try:
            change_household(household, seen=request.POST.get("seen", ""), by=request.user, **form.cleaned_data)
        except Stale:
            form.add_error(None, _("Somebody changed this household meanwhile. Look at it again below, then save."))
            status = 409
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved: %(head)s.") % {"head": household.label})
            return redirect("household_list")
    context = {"form": form, "household": household, "seen": seen, "crumbs": crumbs_of_scope(request.user)}
    context["sees_history"] = bool(may_open(SEE_HISTORY, request.user, household, *filter(None, [household.branch])))
    return render(request, "jinxian/households/household_edit.html", context, status=status)


def add_errors(form: Any, error: ValidationError) -> None:
    """A refusal of the subject's rules at its field, or above the form where the form has no such field."""
    found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, sentences in found.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
