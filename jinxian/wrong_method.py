"""What somebody reads who opens the address of a form, or posts to a page that takes nothing: 405, with a way on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string

from accounts.views import wants_json


class WrongMethodMiddleware:
    """Gives Django's empty answer to a wrong method the words of a page; a script's stays empty."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content and not wants_json(request):
            response.content = render_to_string("405.html", request=request)
        return response
