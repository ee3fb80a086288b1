"""The transfer of a member to another branch: the list, the application, one transfer with its steps and prints.

Which step follows which is members/transfers.py's; what a receipt does to open quarters, assessments/membership.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import membership
from assessments.views.finding import CONFLICT, UNPROCESSABLE, seen_version
from jinxian.tables import PER_PAGE
from jinxian.templatetags.shell import day as shown_day
from jinxian.views.transfer_facts import (
    can_be_printed,
    crumbs_of,
    mark_of,
    receipt_form,
    state_seen,
    transfer_facts,
)
from members import permissions, transfers
from members.models import Member, Transfer
from members.permissions import may_see_id_number
from members.transfer_forms import ApplyForm, IssueForm, RejectForm, RevokeForm
from members.transfer_queue import Queue, Queued, in_state, queue_of, step_of, unsettled, visible_transfers
from service_areas import ledger
from service_areas.models import LedgerEntry
from service_areas.permissions import require

State = Transfer.State
PLACES = ("member__user", "member__branch", "from_branch__township", "to_branch__township")


@require_safe
def transfer_list(request: HttpRequest) -> HttpResponse:
    """What waits for the person first, then what is under way, then what has ended; or those in one state."""
    user, on = request.user, timezone.localdate()
    require(permissions.may_see_transfers(user))
    asked = request.GET.get("state", "")
    asked = asked if asked in State.values else ""
    queue = Queue() if asked else queue_of(user, unsettled(user, on=on), on=on)
    shown = [row.transfer.pk for row in [*queue.to_do, *queue.under_way]]
    rest = visible_transfers(user, on=on)
    rest = in_state(rest, asked, on=on) if asked else rest.exclude(pk__in=shown)
    page = Paginator(rest, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [Queued(row, row.state_on(on), step_of(user, row, on=on), on) for row in page.object_list]
    for row in [*queue.to_do, *queue.under_way, *page.object_list]:
        row.mark = mark_of(row.state)
    context = {
        "queue": queue,
        "page": page,
        "asked": asked,
        "states": [(state.value, state.label) for state in State],
        "crumbs": crumbs_of(user)[:-1],
    }
    return render(request, "jinxian/transfers/transfer_list.html", context)


@require_http_methods(["GET", "POST"])
def transfer_new(request: HttpRequest, pk: int) -> HttpResponse:
    """The application. A search for the destination shows the form again and writes nothing."""
    user = request.user
    rows = Member.objects.visible_to(user).filter(status__in=Member.PRESENT).select_related("branch__township", "user")
    member = get_object_or_404(rows, pk=pk)
    require(permissions.may_apply_for_transfer(user, member))
    under_way = _under_way(user, member)
    if under_way is not None and request.method != "POST":
        return redirect("transfer_detail", under_way.pk)
    form = ApplyForm(request.POST or None, member=member)
    is_search = request.method != "POST" or "find" in request.POST
    if is_search:
        form = ApplyForm(member=member, initial=request.POST.dict())
    elif form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("to_branch", "outside", "reason", "dues_paid_until")}
        try:
            row = transfers.apply(member=member, by=user, **given)
        except transfers.Refused as refusal:
            current = _under_way(user, member)
            return not_done(request, refusal.sentence, current, form, seen=_("not applied for"))
        except ValidationError as error:
            form.take(error)
        else:
            said = _("Applied for. %(township)s issues the letter until %(day)s.")
            messages.success(
                request, said % {"township": member.branch.township.label, "day": shown_day(row.valid_until, "year")}
            )
            return redirect("transfer_detail", row.pk)
    found, count = form.search()
    context = {
        "form": form,
        "member": member,
        "found": found,
        "more": count - len(found),
        "searched": str(form["q"].value() or "").strip(),
        "is_own": member.user_id == user.pk,
        "days_to_issue": transfers.DAYS_TO_ISSUE,
        "crumbs": crumbs_of(user),
    }
    status = 200 if is_search else UNPROCESSABLE
    return render(request, "jinxian/transfers/transfer_new.html", context, status=status)


@require_safe
def transfer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    transfer = find_transfer(request.user, pk)
    require(permissions.may_see_transfer(request.user, transfer))
    return render(request, "jinxian/transfers/transfer_detail.html", transfer_facts(request.user, transfer))


@require_POST
def transfer_issue(request: HttpRequest, pk: int) -> HttpResponse:
    transfer = find_transfer(request.user, pk)
    require(permissions.may_issue_transfer(request.user, transfer))
    form = IssueForm(request.POST)
    return make_step(request, transfer, "issue", form, transfers.issue, _("The letter is issued. Print it now."))


@require_POST
def transfer_receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Receipt and the lines of open quarters in one transaction."""
    transfer = find_transfer(request.user, pk)
    require(permissions.may_receive_transfer(request.user, transfer))
    form = receipt_form(request.user, transfer, request.POST)

    def receive(transfer: Transfer, **given: Any) -> None:
        _received, followed = membership.receive_and_follow(transfer, **given)
        for step in followed:
            messages.warning(request, step.sentence)

    is_leaving = transfer.to_branch_id is None
    said = _("The slip is recorded. The member has left the county.") if is_leaving else _("The member is received.")
    return make_step(request, transfer, "receive", form, receive, said)


@require_POST
def transfer_reject(request: HttpRequest, pk: int) -> HttpResponse:
    transfer = find_transfer(request.user, pk)
    require(permissions.may_reject_transfer(request.user, transfer))
    said = _("Rejected. The old branch reads the reason.")
    return make_step(request, transfer, "reject", RejectForm(request.POST), transfers.reject, said)


@require_POST
def transfer_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    transfer = find_transfer(request.user, pk)
    require(permissions.may_revoke_transfer(request.user, transfer))
    said = _("Revoked. The member stays in the branch.")
    return make_step(request, transfer, "revoke", RevokeForm(request.POST), transfers.revoke, said)


@require_POST
def transfer_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter with its stub, to be printed; that it was taken out is entered in the ledger."""
    transfer = find_transfer(request.user, pk)
    require(permissions.may_print_transfer(request.user, transfer))
    return print_page(request, transfer, "jinxian/transfers/transfer_letter.html", "letter")


@require_POST
def transfer_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """The slip that the new branch returns: filled in once it has received, else with lines to fill in by hand."""
    transfer = find_transfer(request.user, pk)
    require(permissions.may_print_transfer(request.user, transfer))
    return print_page(request, transfer, "jinxian/transfers/transfer_slip.html", "slip")


def find_transfer(user: Any, pk: int) -> Transfer:
    """The transfer, or 404 outside the person's scope."""
    transfer: Transfer = get_object_or_404(Transfer.objects.visible_to(user).select_related(*PLACES), pk=pk)
    return transfer


def make_step(
    request: HttpRequest, transfer: Transfer, step: str, form: Any, make: Callable[..., Any], said: str
) -> HttpResponse:
    """Make the step on the version that was seen; the page again where a field is refused, 409 where it is too late."""
    seen = seen_version(request)
    is_late = transfer.version != seen or transfer.state not in transfers.MOVES[step][0]
    if not form.is_valid() and is_late:
        return not_done(request, _("Somebody made another step meanwhile."), transfer, form, version=seen)
    if form.is_valid():
        try:
            make(transfer, by=request.user, seen_version=seen, **form.cleaned_data)
        except transfers.Refused as refusal:
            return not_done(request, refusal.sentence, find_transfer(request.user, transfer.pk), form, version=seen)
        except ValidationError as error:
            form.take(error)
        else:
            messages.success(request, said)
            return redirect("transfer_detail", transfer.pk)
    context = transfer_facts(request.user, transfer, **{step: form})
    return render(request, "jinxian/transfers/transfer_detail.html", context, status=UNPROCESSABLE)


def not_done(
    request: HttpRequest, reason: str, transfer: Transfer | None, form: Any, *, version: int = 0, seen: str = ""
) -> HttpResponse:
    """409: nothing was changed; the state that was seen and the present one, what was typed, and the way on."""
    shown = [form[name] for name in form.fields if name not in {"q", "to_branch"}]
    typed = [(field.label, field.value()) for field in shown if field.value()]
    now = State(transfer.state_on(timezone.localdate())).label if transfer else ""
    context = {
        "reason": reason,
        "seen": seen or (state_seen(transfer, version) if transfer else ""),
        "now": now,
        "typed": typed,
        "url": reverse("transfer_detail", args=[transfer.pk]) if transfer else reverse("transfer_list"),
        "action": _("Open the transfer as it is now") if transfer else _("To the transfers"),
        "crumbs": crumbs_of(request.user),
    }
    return render(request, "jinxian/transfers/transfer_not_done.html", context, status=CONFLICT)


def print_page(request: HttpRequest, transfer: Transfer, template: str, paper: str) -> HttpResponse:
    """The paper, after it was entered in the ledger; 409 where there is no letter in force."""
    on = timezone.localdate()
    state = transfer.state_on(on)
    if not can_be_printed(state):
        sentence = _("There is no letter in force: this transfer is “%(state)s”.") % {"state": State(state).label}
        return not_done(request, sentence, transfer, RevokeForm())
    with transaction.atomic():
        label = str(transfer)[: LedgerEntry._meta.get_field("subject_label").max_length]
        ledger.enter(
            LedgerEntry.Verb.PRINT, by=request.user, subject=transfer, place=transfer.from_branch, label=label,
            paper=paper, letter_no=transfer.letter_no,
        )  # fmt: skip
    issued_on = timezone.localdate(transfer.issued_at)
    context = {
        "transfer": transfer,
        "member": transfer.member,
        "sees_id_number": bool(may_see_id_number(request.user, transfer.member)),
        "issued_on": issued_on,
        "days_valid": (transfer.valid_until - issued_on).days,
        "today": on,
    }
    return render(request, template, context)


def _under_way(user: Any, member: Member) -> Transfer | None:
    """The member's transfer that is open today; one that has run out is none."""
    rows: QuerySet[Transfer] = (
        Transfer.objects.visible_to(user).open().filter(member=member, valid_until__gte=timezone.localdate())
    )
    return rows.first()
