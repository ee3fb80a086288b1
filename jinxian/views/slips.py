"""Slips for the first sign-in: who waits for one, and the sheet of slips to print, cut and hand out.

A code is shown on this one page and kept nowhere; making slips again replaces the codes.
"""

from __future__ import annotations

from secrets import token_urlsafe

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.activation import GOOD_FOR, make_code
from jinxian.views.rights import may_list
from service_areas import ledger
from service_areas.appointing import waiting_accounts
from service_areas.crumbs import crumbs_of_scope
from service_areas.models import LedgerEntry
from service_areas.permissions import ALLOWED, MAKE_SLIPS, Verdict, require
from service_areas.scoping import scope_of

PRINTED = "slips_printed"  # the list from which the last slips were made: a page that is loaded anew makes no others


def may_make_slips(request: HttpRequest) -> Verdict:
    return ALLOWED if request.user.is_superuser else may_list(MAKE_SLIPS, request.user)


@require_safe
def slip_list(request: HttpRequest) -> HttpResponse:
    """Accounts that nobody has signed in to yet."""
    require(may_make_slips(request))
    accounts = waiting_accounts(request.user)
    now = timezone.now()
    for account in accounts:
        activation = getattr(account, "activation", None)
        account.has_slip = activation is not None and activation.expires_at > now
    without = sum(not account.has_slip for account in accounts)
    context = {"accounts": accounts, "without_count": without, "once": token_urlsafe(9)}
    context["crumbs"] = crumbs_of_scope(request.user)
    return render(request, "jinxian/slips/slip_list.html", context)


@never_cache
@require_POST
def slip_print(request: HttpRequest) -> HttpResponse:
    """New codes for the chosen accounts, or for all without a slip, on a page to print."""
    require(may_make_slips(request))
    once = request.POST.get("once", "")
    if once and once == request.session.get(PRINTED):
        messages.warning(
            request, _("These slips were made already. Made once more they would replace the printed ones.")
        )
        return redirect("slip_list")
    chosen = set(request.POST.getlist("account"))
    accounts = waiting_accounts(request.user)
    wanted = [account for account in accounts if str(account.pk) in chosen]
    if not wanted:
        return redirect("slip_list")
    leading = scope_of(request.user).leading
    with transaction.atomic():
        slips = [(account, make_code(account, by=request.user)) for account in wanted]
        label = _("%(count)s sign-in slips") % {"count": len(slips)}
        place = leading.county if leading else None
        ledger.enter(LedgerEntry.Verb.ACTIVATE, by=request.user, label=label, place=place, count=len(slips))
    request.session[PRINTED] = once
    address = request.build_absolute_uri(reverse("accounts:sign_in"))
    context = {"slips": slips, "until": timezone.localdate() + GOOD_FOR, "address": address}
    return render(request, "jinxian/slips/slip_print.html", context)
