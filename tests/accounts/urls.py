"""The sign-in with one page that takes a form, so that these tests stand on no other page of the site."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path


def form_page(request: HttpRequest) -> HttpResponse:
    """What was posted, as it arrived; only the owner may."""
    if request.method == "POST" and request.user.username != "secretary":
        raise PermissionDenied("Only the secretary fills this in.")
    return JsonResponse({name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"})


def plain(request: HttpRequest, **_: Any) -> HttpResponse:
    return render(request, "base.html")


LISTS = ["branch_list", "area_list", "member_list", "household_list"]
NAMES = ["overview", "place_tree", *LISTS, "service", "education", "search"]
SHEETS = [path("sheets/", plain, name="sheet_list"), path("review/", plain, name="review")]

urlpatterns = [
    path("", plain, name="home"),
    path("form/", form_page, name="form_page"),
    path("accounts/", include("accounts.urls")),
    path("management/", include((SHEETS, "assessments"))),
    *(path(f"{name}/", plain, name=name) for name in NAMES),
]
