"""The product's addresses, and under bare/ three pages of the benchmark's own.

The floor that every page is compared with is the bare page: a signed-in person, all middleware, the product's frame
with its menu, one query of its own, and nothing in it. It is what any page costs before it shows anything; with those
for session, user and appointments it has four queries. A line of text, without template and menu, is measured as a row
beside the others, for whoever would rather compare with that.
"""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path

from assessments.models import Entry, Sheet
from members.models import Member
from service_areas.models import County, Household, ServiceArea


def text(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(County.objects.values_list("name", flat=True).get())


def bare(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html", {"crumbs": [(County.objects.values_list("name", flat=True).get(), None)]})


def facts(_request: HttpRequest) -> JsonResponse:
    """Which database it is and how much is in it."""
    models = (ServiceArea, Member, Household, Sheet, Entry)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        version = cursor.fetchone()[0]
    counts = {model.__name__: model.objects.count() for model in models}
    return JsonResponse({"database": f"{connection.display_name} {version}", "rows": counts})


urlpatterns = [
    path("bare/", bare),
    path("bare/text/", text),
    path("bare/facts/", facts),
    path("", include("jinxian.urls")),
]
