"""Exemption from assessment: the list, the application with its steps, the end and the yearly review.

Which step follows which, and from when to when, is decided in members/exemptions.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.views.finding import CONFLICT, UNPROCESSABLE, seen_version
from jinxian.tables import PER_PAGE
from jinxian.views.exemption_facts import application_facts, application_of, crumbs_of, hand_over, state_seen
from jinxian.views.exemption_rows import DAYS_SHOWN, parts_of, row_of, tab_of
from jinxian.views.lists import last_day
from members import exemptions, permissions
from members.exemption_forms import AgreeForm, ApplyForm, EndForm, FileForm, RefuseForm, ReviewForm, WithdrawForm
from members.exemption_queue import exemptions_waiting
from members.models import Exemption, ExemptionApplication, Member
from service_areas.permissions import require

PLACES = ("member__branch", "branch__township", "exemption")


@require_safe
def exemption_list(request: HttpRequest) -> HttpResponse:
    """What waits for the person first; then what is under way, what holds and what ended of late."""
    user, on = request.user, timezone.localdate()
    require(permissions.may_see_exemptions(user))
    q = request.GET.get("q", "")[:60]
    applies = permissions.APPLY_EXEMPTION.held_anywhere(user)
    waiting = exemptions_waiting(user, on=on)
    parts = parts_of(user, waiting, on=on, q=q)
    tab = tab_of(parts, request.GET.get("tab", ""))
    paginator = Paginator(parts[tab].rows, PER_PAGE)
    paginator.count = parts[tab].count  # is known already
    page = paginator.get_page(request.GET.get("page"))
    page.object_list = [row_of(user, found, on=on) for found in page.object_list]
    context = {
        "tab": tab,
        "tabs": [(name, part.label, part.count, name == tab) for name, part in parts.items()],
        "page": page,
        "q": q,
        "overdue_count": sum(row.is_overdue for row in waiting),
        "own": None if applies else _own(user),
        "applies": applies,
        "is_only_own": not permissions.SEE_EXEMPTIONS.held_anywhere(user),
        "days_shown": DAYS_SHOWN,
        "crumbs": crumbs_of(user)[:-1],
    }
    return render(request, "jinxian/exemptions/exemption_list.html", context)


@require_http_methods(["GET", "POST"])
def exemption_new(request: HttpRequest, pk: int) -> HttpResponse:
    """The application, by the branch secretary for a member or by the person."""
    user, on = request.user, timezone.localdate()
    member = get_object_or_404(Member.objects.visible_to(user).select_related("branch__township"), pk=pk)
    require(permissions.may_apply_for_exemption(user, member))
    form = ApplyForm(request.POST or None, on=on)
    status = 200
    if request.method == "POST":
        row = _applied(form, member, by=user)
        if row is not None:
            messages.success(request, _("Applied for. Nobody is exempt before the township has filed it."))
            return redirect("exemption_detail", row.pk)
        status = UNPROCESSABLE
    is_direct = member.pk in exemptions.secretaries_among([member], on=on)
    context = {
        "form": form,
        "member": member,
        "absent": _absence(member),
        "is_own": member.user_id == user.pk,
        "is_direct": is_direct,
        "crumbs": crumbs_of(user),
    }
    return render(request, "jinxian/exemptions/exemption_new.html", context, status=status)


@require_safe
def exemption_detail(request: HttpRequest, pk: int) -> HttpResponse:
    application = find_application(request.user, pk)
    require(permissions.may_see_exemption(request.user, application))
    return render(
        request, "jinxian/exemptions/exemption_detail.html", application_facts(request.user, application)
    )  # fmt: skip


@require_POST
def exemption_agree(request: HttpRequest, pk: int) -> HttpResponse:
    application = find_application(request.user, pk)
    require(permissions.may_agree_to_exemption(request.user, application))
    said = _("The branch agreed. %(township)s files it.") % {"township": application.branch.township.label}
    return make_step(request, application, "agree", AgreeForm(request.POST), exemptions.agree, said)


@require_POST
def exemption_file(request: HttpRequest, pk: int) -> HttpResponse:
    application = find_application(request.user, pk)
    require(permissions.may_file_exemption(request.user, application))
    said = _("Filed. It holds for the sheets that are drawn up from now on.")
    return make_step(request, application, "file", FileForm(request.POST), exemptions.file, said)


@require_POST
def exemption_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    application = find_application(request.user, pk)
    require(permissions.may_refuse_exemption(request.user, application))
    said = _("Refused. The branch and the member read the reason.")
    return make_step(request, application, "refuse", RefuseForm(request.POST), exemptions.refuse, said)


@require_POST
def exemption_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    application = find_application(request.user, pk)
    require(permissions.may_withdraw_exemption(request.user, application))
    said = _("Withdrawn. The member is assessed as before.")
    return make_step(request, application, "withdraw", WithdrawForm(request.POST), exemptions.withdraw, said)


@require_http_methods(["GET", "POST"])
def exemption_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to work on a day; the township finds it among what ended."""
    exemption = find_exemption(request.user, pk)
    require(permissions.may_see_exemption(request.user, exemption))
    require(permissions.may_end_exemption(request.user, exemption))
    form = EndForm(request.POST or None)
    said = _("Written down. %(township)s finds it among what ended.")
    said %= {"township": exemption.branch.township.label}
    return change_exemption(request, exemption, form, exemptions.end, said, "exemption_end")


@require_http_methods(["GET", "POST"])
def exemption_review(request: HttpRequest, pk: int) -> HttpResponse:
    """The yearly look: it goes on as it is, or it ends on a day."""
    exemption = find_exemption(request.user, pk)
    require(permissions.may_see_exemption(request.user, exemption))
    require(permissions.may_review_exemption(request.user, exemption))
    form = ReviewForm(request.POST or None)

    def review(exemption: Exemption, *, by: Any, seen: str, decision: str, on: date | None) -> None:
        exemptions.review(exemption, by=by, seen=seen, ends_on=on)

    said = _("Looked at again. The next time is in a year.")
    return change_exemption(request, exemption, form, review, said, "exemption_review")


def find_application(user: Any, pk: int) -> ExemptionApplication:
    """The application, or 404 outside the person's scope."""
    rows = ExemptionApplication.objects.visible_to(user).select_related(*PLACES)
    application: ExemptionApplication = get_object_or_404(rows, pk=pk)
    return application


def find_exemption(user: Any, pk: int) -> Exemption:
    """The exemption, or 404 outside the person's scope."""
    rows = Exemption.objects.visible_to(user).select_related("member__branch", "branch__township", "application")
    exemption: Exemption = get_object_or_404(rows, pk=pk)
    return exemption


def make_step(
    request: HttpRequest, application: ExemptionApplication, step: str, form: Any, make: Callable[..., Any], said: str
) -> HttpResponse:
    """Make the step on the version that was seen: the page again with its refusal, 409 where it came too late."""
    seen = seen_version(request)
    is_late = application.version != seen or application.state not in exemptions.MOVES[step][0]
    if not form.is_valid() and is_late:
        return not_done(request, _("Somebody made another step meanwhile."), application, form, version=seen)
    if form.is_valid():
        try:
            make(application, by=request.user, seen_version=seen, **form.cleaned_data)
        except exemptions.Refused as refusal:
            row = find_application(request.user, application.pk)
            return not_done(request, refusal.sentence, row, form, version=seen)
        except ValidationError as error:
            form.take(error)
        else:
            messages.success(request, said)
            return redirect("exemption_detail", application.pk)
    context = application_facts(request.user, application, **{step: form})
    return render(request, "jinxian/exemptions/exemption_detail.html", context, status=UNPROCESSABLE)


def change_exemption(
    request: HttpRequest, exemption: Exemption, form: Any, make: Callable[..., Any], said: str, name: str
) -> HttpResponse:
    """The page with the form, and what is sent with it: 409 where the exemption is not what was seen."""
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                make(exemption, by=request.user, seen=request.POST.get("seen", ""), **form.cleaned_data)
            except exemptions.Refused as refusal:
                return not_done(request, refusal.sentence, application_of(exemption), form, exemption=exemption)
            except ValidationError as error:
                form.take(error)
            else:
                messages.success(request, said)
                return redirect("exemption_list")
        status = UNPROCESSABLE
    on = timezone.localdate()
    context = {
        "exemption": exemption,
        "member": exemption.member,
        "application": application_of(exemption),
        "form": form,
        "seen": exemptions.seen_of(exemption),
        "last": last_day(exemption),
        "has_ended": exemption.ended_on is not None and exemption.ended_on <= on,
        "due": exemptions.review_due_on(exemption),
        "sees_reason": bool(permissions.may_see_reason_of(request.user, exemption)),
        "hand_over": hand_over(request.user, exemption, on=on),
        "crumbs": crumbs_of(request.user),
    }
    return render(request, f"jinxian/exemptions/{name}.html", context, status=status)


def not_done(
    request: HttpRequest,
    reason: str,
    application: ExemptionApplication | None,
    form: Any,
    *,
    version: int = 0,
    exemption: Exemption | None = None,
) -> HttpResponse:
    """409: nothing was changed; the state that was seen and the present one, what was typed, and the way on."""
    typed = [(field.label, field.value()) for field in form if field.value()]
    is_step = application is not None and exemption is None
    url = reverse("exemption_list")
    if application is not None:
        url = reverse("exemption_detail", args=[application.pk])
    context = {
        "reason": reason,
        "seen": state_seen(application, version) if application is not None and is_step else "",
        "now": application.get_state_display() if application is not None and is_step else "",
        "typed": typed,
        "url": url,
        "action": _("Open it as it is now"),
        "crumbs": crumbs_of(request.user),
    }
    return render(request, "jinxian/exemptions/exemption_not_done.html", context, status=CONFLICT)


def _applied(form: ApplyForm, member: Member, *, by: Any) -> ExemptionApplication | None:
    if not form.is_valid():
        return None
    try:
        return exemptions.apply(member=member, by=by, **form.cleaned_data)
    except ValidationError as error:
        form.take(error)
    return None


def _own(user: Any) -> Member | None:
    """The person's own record, where one may still be applied for."""
    own: Member | None = Member.objects.visible_to(user).filter(user=user.pk, status__in=Member.PRESENT).first()
    return own


def _absence(member: Member) -> str:
    """Why nobody applies for this member any more; empty for who is present."""
    try:
        exemptions.refuse_absent(member)
    except ValidationError as error:
        return str(error.messages[0])
    return ""
