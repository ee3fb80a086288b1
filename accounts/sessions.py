"""When a session ends, and what a request without one is answered.

A session ends after SESSION_COOKIE_AGE without use; its end moves on at most every few minutes, so that reading does
not write. A page asked for without a session leads to the sign-in; a form posted without one is kept (kept.py);
a script's request gets 401 in JSON and keeps its own values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.kept import holds_secret, kept_from
from accounts.views import sign_in_page, sign_in_url, wants_json

SEEN = "seen_at"
REFRESH_SECONDS = 300


class SlidingSessionMiddleware:
    """Moves the session's end on while it is used, and keeps what it answers out of caches that others share."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        self._touch(request)
        response = self.get_response(request)
        # Not no-store: going back shall still show what was typed.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    def _touch(self, request: HttpRequest) -> None:
        now = int(timezone.now().timestamp())
        every = min(REFRESH_SECONDS, settings.SESSION_COOKIE_AGE // 10)
        if now - request.session.get(SEEN, 0) >= every:
            request.session[SEEN] = now  # a changed session is saved with a new end, and its cookie sent again


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Default deny; and nothing typed is lost when the session has ended."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        if wants_json(request):
            message = _("You were signed out. Sign in again; what you typed is still here.")
            return JsonResponse({"error": "signed_out", "message": message, "sign_in": sign_in_url()}, status=401)
        if request.method == "POST" and not holds_secret(request.POST):
            return sign_in_page(request, kept=kept_from(request), status=401)
        return super().handle_no_permission(request, view_func)
