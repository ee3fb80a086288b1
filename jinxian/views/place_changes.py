"""Changes of villages and service areas: the list, one change, and the page that shows what will move before it does.

Choosing and looking are addresses that write nothing; only the confirmation posts, with the digest of what was seen.
What moves and whether it may is decided in members/place_changes/ and assessments/place_changes.py.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from assessments.place_changes import Changed, Preview, carry_out_asked, made_already, preview
from assessments.views.finding import CONFLICT, UNPROCESSABLE
from jinxian.lib.chinese import search_terms
from jinxian.place_change_forms import MOST_PARTS, NEW, ChangeForm, Unit, form_of
from jinxian.tables import PER_PAGE
from jinxian.views.place_change_facts import UNITS, moved_of, parts_of, rows_of, unit_label, with_it
from service_areas.crumbs import Crumbs, crumbs_of_scope
from service_areas.models import PlaceChange, ServiceArea, Village
from service_areas.permissions import (
    CHANGE_VILLAGES,
    may_change_area,
    may_change_places,
    may_change_village,
    may_move_area,
    may_see_place_changes,
    require,
)

Kind = PlaceChange.Kind
OFFERED = (Kind.MERGE, Kind.SPLIT, Kind.MOVE, Kind.RENAME, Kind.CLOSE)
MOST_FOUND = 20  # places of each sort that a search offers
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "digest", "look"})


@require_safe
def place_change_list(request: HttpRequest) -> HttpResponse:
    """All changes in the person's places, newest first; of one kind where it is asked for."""
    user = request.user
    require(may_see_place_changes(user))
    kind = request.GET.get("kind", "")
    changes = PlaceChange.objects.visible_to(user).prefetch_related(*UNITS)
    if kind in Kind.values:
        changes = changes.filter(kind=kind)
    page = Paginator(changes, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows_of(user, page.object_list),
        "kind": kind if kind in Kind.values else "",
        "kinds": [(value, Kind(value).label) for value in OFFERED],
        "may_change": bool(may_change_places(user)),
        "crumbs": crumbs_of_scope(user),
    }
    return render(request, "jinxian/place_changes/place_change_list.html", context)


@require_safe
def place_change_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: what was before, what is now, what went with it."""
    user = request.user
    change = get_object_or_404(PlaceChange.objects.visible_to(user).prefetch_related(*UNITS), pk=pk)
    require(may_see_place_changes(user))
    (row,) = rows_of(user, [change])
    context = {
        "change": change,
        "row": row,
        "moved": moved_of(change),
        "with_it": with_it(user, change),
        "crumbs": _crumbs(user),
    }
    return render(request, "jinxian/place_changes/place_change_detail.html", context)


@require_safe
def place_change_new(request: HttpRequest) -> HttpResponse:
    """Choose the place, then what becomes of it, then look at what will move."""
    user, asked = request.user, request.GET
    require(may_change_places(user))
    if not asked.get("area") and not asked.get("village"):
        return _choose(request)
    unit = find_unit(user, asked)
    kind = asked.get("kind", Kind.MERGE)
    require_change(user, unit, kind)
    form = form_for(user, unit, kind, asked, bound="look" in asked)
    if "look" not in asked:
        form.fill_from(asked)
        return _form_page(request, form)
    found = _looked_at(form)
    return _form_page(request, form) if found is None else _preview_page(request, form, found)


@require_POST
def place_change_confirm(request: HttpRequest) -> HttpResponse:
    """Carry out what was seen. What changed meanwhile is shown anew, with nothing lost (409)."""
    user, asked = request.user, request.POST
    require(may_change_places(user))
    unit = find_unit(user, asked)
    kind = asked.get("kind", "")
    require_change(user, unit, kind)
    if done := made_already(asked.get("digest", ""), by=user):
        return _carried_out(request, done)
    form = form_for(user, unit, kind, asked, bound=True)
    if not form.is_valid():
        return _form_page(request, form, status=UNPROCESSABLE)
    try:
        change = carry_out_asked(
            form.asked(), document=form.cleaned_data["document"], by=user, seen=asked.get("digest", "")
        )
    except Changed:
        found = _looked_at(form)
        if found is not None:
            return _preview_page(request, form, found, status=CONFLICT)
    except ValidationError as error:
        form.take(error)
    else:
        return _carried_out(request, change)
    return _form_page(request, form, status=CONFLICT)


def find_unit(user: Any, asked: QueryDict) -> Unit:
    """The area or village that is asked for, or 404 outside the person's scope."""
    name = "area" if asked.get("area") else "village"
    key = asked.get(name, "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise Http404
    if name == "area":
        areas = ServiceArea.objects.visible_to(user).select_related("branch__village", "township", "small_group")
        area: ServiceArea = get_object_or_404(areas, pk=int(key))
        return area
    village: Village = get_object_or_404(Village.objects.visible_to(user).select_related("township"), pk=int(key))
    return village


def require_change(user: Any, unit: Unit, kind: str) -> None:
    """Go on only with the right to this change of this place; 404 for a kind there is not."""
    if kind not in OFFERED:
        raise Http404
    if isinstance(unit, Village):
        require(may_change_village(user, unit))
        return
    require(may_change_area(user, unit))
    if kind == Kind.MOVE:
        require(may_move_area(user, unit))


def form_for(user: Any, unit: Unit, kind: str, asked: QueryDict, *, bound: bool) -> ChangeForm:
    text = asked.get("parts", "")
    parts = min(int(text), MOST_PARTS) if text.isascii() and text.isdigit() and len(text) < 3 and int(text) else 1
    return form_of(unit, kind)(asked if bound else None, user=user, unit=unit, kind=kind, parts=parts)


def _looked_at(form: ChangeForm) -> Preview | None:
    """What would move; None where the form says what is wrong."""
    if not form.is_valid():
        return None
    try:
        return preview(form.asked())
    except ValidationError as error:
        form.take(error)
    return None


def _carried_out(request: HttpRequest, change: PlaceChange) -> HttpResponse:
    messages.success(request, _("Carried out. Past quarters stay as they were."))
    return redirect("place_change_detail", change.pk)


def _choose(request: HttpRequest) -> HttpResponse:
    """The first step: which village or area."""
    user = request.user
    words = request.GET.get("q", "")[:60]
    terms = search_terms(words)
    areas = ServiceArea.objects.visible_to(user).filter(ended_on__isnull=True).select_related("branch")
    villages = Village.objects.visible_to(user).filter(ended_on__isnull=True).select_related("township")
    for term in terms:
        areas = areas.filter(Q(search_key__contains=term) | Q(branch__search_key__contains=term))
        villages = villages.filter(Q(name__contains=term) | Q(branches__search_key__contains=term))
    changes_villages = CHANGE_VILLAGES.held_anywhere(user)
    if not terms and changes_villages:
        areas = areas.none()
    shown = [area for area in areas.order_by("code")[:MOST_FOUND] if may_change_area(user, area)]
    found = list(villages.distinct().order_by("code")[:MOST_FOUND]) if terms and changes_villages else []
    context = {
        "unit": None,
        "q": words,
        "areas": [(area, unit_label(area)) for area in shown],
        "villages": found,
        "changes_villages": changes_villages,
        "crumbs": _crumbs(user),
    }
    return render(request, "jinxian/place_changes/place_change_new.html", context)


def _form_page(request: HttpRequest, form: ChangeForm, *, status: int = 200) -> HttpResponse:
    """The second step; also the third, where it could not be carried out."""
    context = _of_unit(request, form)
    context |= {
        "form": form,
        "is_late": status == CONFLICT,
        "new_parts": _new_parts(form),
        "more_parts": form.parts + 1 if form.kind == Kind.SPLIT and form.parts < MOST_PARTS else 0,
        "has_ended": form.unit.ended_on is not None,
        "has_branches": form.kind != Kind.MOVE or bool(form.destinations()),
    }
    return render(request, "jinxian/place_changes/place_change_new.html", context, status=status)


def _preview_page(request: HttpRequest, form: ChangeForm, found: Preview, *, status: int = 200) -> HttpResponse:
    """The third step: what will move, and the button."""
    asked = request.POST if request.method == "POST" else request.GET
    back = asked.copy()
    for name in NOT_KEPT:
        back.pop(name, None)
    context = _of_unit(request, form)
    context |= {
        "seen": found,
        "parts": parts_of(found),
        "is_late": status == CONFLICT,
        "on": form.cleaned_data["on"],
        "document": form.cleaned_data["document"],
        "kept": [(name, value) for name, values in back.lists() for value in values],
        "back_url": f"{reverse('place_change_new')}?{back.urlencode()}",
    }
    return render(request, "jinxian/place_changes/place_change_new.html", context, status=status)


def _new_parts(form: ChangeForm) -> list[dict[str, Any]]:
    """The fields of each unit that begins: what it is given, and how it is described."""
    parts = []
    for place in range(1, MOST_PARTS + 1):
        fields = [form[name] for name in form.fields if name.endswith(f"_{place}")]
        ticks = [field for field in fields if field.name.startswith(("teams_", "members_"))]
        described = [field for field in fields if field not in ticks]
        is_open = form["into"].value() == NEW if "into" in form.fields else True
        if fields:
            parts.append({"ticks": ticks, "fields": described, "is_open": is_open})
    return parts


def _of_unit(request: HttpRequest, form: ChangeForm) -> dict[str, Any]:
    unit, user = form.unit, request.user
    name = "area" if isinstance(unit, ServiceArea) else "village"
    kinds = [kind for kind in OFFERED if kind != Kind.MOVE or name == "village" or may_move_area(user, unit)]
    url = f"{reverse('place_change_new')}?{name}={unit.pk}"
    return {
        "unit": unit,
        "unit_label": unit_label(unit),
        "sort": name,
        "kind": form.kind,
        "kind_label": _verb(form.kind),
        "kinds": [(kind, _verb(kind), f"{url}&kind={kind}") for kind in kinds],
        "crumbs": _crumbs(user),
    }


def _verb(kind: str) -> str:
    return {
        Kind.MERGE: pgettext("place", "Merge"),
        Kind.SPLIT: pgettext("place", "Split"),
        Kind.MOVE: _("Move to another branch"),
        Kind.RENAME: pgettext("place", "Rename"),
        Kind.CLOSE: pgettext("place", "Close"),
    }[Kind(kind)]


def _crumbs(user: Any) -> Crumbs:
    return [*crumbs_of_scope(user), (_("Changes of places"), reverse("place_change_list"))]
