"""Sign-in, sign-out, the own account, its password and language; and a form whose token had grown old.

Who may see what is not decided here (service_areas/scoping.py). Lock-out after wrong tries is axes'; its page is ours.
"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import FirstSignInForm, OwnPasswordForm, SignInForm
from accounts.kept import PATH, PREFIX, Kept, holds_secret, kept_again, kept_from
from accounts.models import User
from jinxian.lib import Refused

SIGN_IN = "accounts:sign_in"


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    kept = kept_again(request.POST)
    if request.user.is_authenticated and not request.POST:
        return redirect(safe_next(request))
    form = SignInForm(request, data=request.POST or None)
    if not form.is_valid():
        return sign_in_page(request, form=form, kept=kept)
    user = form.get_user()
    login(request, user)
    translation.activate(user.language)
    response = send_again_page(request, kept) if kept else redirect(safe_next(request))
    return _with_language(response, user.language)


@login_not_required
@never_cache
@sensitive_post_parameters("code", "new_password1", "new_password2")
@require_http_methods(["GET", "POST"])
def first_sign_in(request: HttpRequest) -> HttpResponse:
    """With the code from a slip: choose the password, and be signed in."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = FirstSignInForm(request.POST or None, initial={"username": request.GET.get("name", "")[:150]})
    if form.is_valid():
        try:
            user = form.activated()
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            translation.activate(user.language)
            messages.success(request, _("Your password is set. Next time you sign in with it."))
            return _with_language(redirect(settings.LOGIN_REDIRECT_URL), user.language)
    return render(request, "accounts/first_sign_in.html", {"form": form})


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect(SIGN_IN)


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    places = ("county", "township", "branch", "area", "village")
    user = cast(User, request.user)
    appointments = user.appointments.select_related(*places).order_by("-started_on")
    rows = [(row, row.started_on <= today and (row.ended_on is None or row.ended_on > today)) for row in appointments]
    return render(request, "accounts/account.html", {"appointments": rows, "languages": _language_choices()})


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    form = OwnPasswordForm(request.user, data=request.POST or None)
    if form.is_valid():
        user = form.save()
        update_session_auth_hash(request, user)  # this session goes on, the person's others end
        messages.success(request, _("Your password is changed."))
        return redirect("accounts:account")
    return render(request, "accounts/password_change.html", {"form": form})


@login_not_required
@require_POST
def language_set(request: HttpRequest) -> HttpResponse:
    language = request.POST.get("language", "")
    response = redirect(safe_next(request))
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated and request.user.language != language:
        request.user.language = language
        request.user.save(update_fields=["language"])
    return _with_language(response, language)


def locked_out(request: HttpRequest, _response: Any = None, _credentials: Any = None) -> HttpResponse:
    """What axes answers after 5 wrong tries: the sign-in page again, with all that was typed but the password."""
    if wants_json(request):
        return JsonResponse({"error": "locked_out", "message": _("5 wrong tries: wait 15 minutes.")}, status=429)
    form = SignInForm(request, initial={"username": request.POST.get("username", "")[:150]})
    return sign_in_page(request, form=form, kept=kept_again(request.POST), is_locked=True, status=429)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token did not fit: from our own page kept, to be sent again; from elsewhere refused."""
    if wants_json(request):
        message = _("This page has grown old. Load it again; what you typed is still here.")
        return JsonResponse({"error": "page_too_old", "message": message}, status=403)
    if not _is_from_own_page(request):
        sentence = _(
            "This did not come from a page of this site, or your browser sends no cookies. Nothing was changed."
        )
        return render(request, "403.html", {"exception": sentence}, status=403)
    if request.resolver_match is not None and request.resolver_match.view_name == SIGN_IN:
        return _sign_in_grown_old(request)
    if holds_secret(request.POST):
        messages.warning(request, _("This page had grown old. Please type it again."))
        return redirect(request.get_full_path())
    if not request.user.is_authenticated:
        return sign_in_page(request, kept=kept_from(request), status=401)
    return send_again_page(request, kept_from(request), status=403)


def sign_in_page(
    request: HttpRequest,
    *,
    form: SignInForm | None = None,
    kept: Kept | None = None,
    is_locked: bool = False,
    is_old: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The sign-in form, carrying what was typed elsewhere where there is something."""
    context = {
        "form": form or SignInForm(request),
        "kept": kept,
        "kept_prefix": PREFIX,
        "kept_path": PATH,
        "next": "" if kept else safe_next(request),
        "is_locked": is_locked,
        "is_old": is_old,
    }
    return render(request, "accounts/sign_in.html", context, status=status)


def send_again_page(request: HttpRequest, kept: Kept, *, status: int = 200) -> HttpResponse:
    """One button that posts what was kept to where it was meant for, with a fresh token."""
    return render(request, "accounts/send_again.html", {"kept": kept}, status=status)


def safe_next(request: HttpRequest) -> str:
    """Where to go on: the `next` of the request where it is on this site, else the home page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def sign_in_url() -> str:
    return resolve_url(settings.LOGIN_URL)


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asked, not a person's browser."""
    accepted = request.headers.get("Accept", "")
    asks = "application/json" in accepted and "text/html" not in accepted
    return asks or "X-Requested-With" in request.headers or request.content_type == "application/json"


def _sign_in_grown_old(request: HttpRequest) -> HttpResponse:
    kept = kept_again(request.POST)
    if request.user.is_authenticated:  # signed in meanwhile, in another tab or by the same form sent twice
        return send_again_page(request, kept, status=403) if kept else redirect(safe_next(request))
    form = SignInForm(request, initial={"username": request.POST.get("username", "")[:150]})
    return sign_in_page(request, form=form, kept=kept, is_old=True, status=403)


def _is_from_own_page(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())


def _with_language(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]
    )
    return response


def _language_choices() -> list[tuple[str, str, str]]:
    """Code, value of the lang attribute and the language's own name."""
    return [("zh-hans", "zh-Hans", "中文"), ("en", "en", "English")]
