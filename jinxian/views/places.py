"""Places as a tree, with the state of a quarter's sheets: for which areas does each place still wait?

The county shows its townships, each of which opens on a page of its own; whoever sees less finds it opened at once.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessments.models import Period
from jinxian.views.quarters import Quarters, quarters_of
from jinxian.views.rights import counts_areas, counts_branches, may_list
from jinxian.views.trees import Tree, county_tree, opened_tree, townships_of
from service_areas.crumbs import Crumbs
from service_areas.models import Township
from service_areas.permissions import SEE_PLACES, SET_UP_PLACES, may_see_place_changes, require


@require_safe
def place_tree(request: HttpRequest) -> HttpResponse:
    """All the person sees: townships where there are several, else branches and areas."""
    user = request.user
    require(may_list(SEE_PLACES, user))
    quarters, period = _asked(request)
    townships = townships_of(user)
    if len(townships) > 1:
        tree = county_tree(user, townships, period)
        lead = {
            "townships": len(townships),
            "villages": sum(township.village_count for township in townships),
            "branches": sum(township.branch_count for township in townships),
        }
    else:
        tree, lead = opened_tree(user, period, label=townships[0].label if townships else ""), {}
    return _page(request, tree, quarters, period, crumbs=[], lead=lead)


@require_safe
def place_township(request: HttpRequest, pk: int) -> HttpResponse:
    """One township opened to its villages, branches and areas."""
    user = request.user
    township = get_object_or_404(Township.objects.visible_to(user).select_related("county"), pk=pk)
    require(may_list(SEE_PLACES, user))
    quarters, period = _asked(request)
    tree = opened_tree(user, period, township=township)
    crumbs: Crumbs = [(township.county.label, reverse("place_tree"))]
    return _page(request, tree, quarters, period, crumbs=crumbs, township=township)


def _asked(request: HttpRequest) -> tuple[Quarters, Period | None]:
    """The quarters, and the one that was asked for; the current one where there is no such quarter."""
    quarters = quarters_of(request.user) if counts_areas(request.user) else Quarters(())
    return quarters, quarters.chosen(request.GET.get("period", "")) or quarters.current


def _page(
    request: HttpRequest, tree: Tree, quarters: Quarters, period: Period | None, *, crumbs: Crumbs, **more: object
) -> HttpResponse:
    context = {"tree": tree, "quarters": quarters, "period": period, "crumbs": crumbs, **more}
    context |= {"counts_areas": counts_areas(request.user), "counts_branches": counts_branches(request.user)}
    context |= {
        "sees_changes": may_see_place_changes(request.user),
        "sets_up": SET_UP_PLACES.held_anywhere(request.user),
    }
    return render(request, "jinxian/places/place_tree.html", context)
