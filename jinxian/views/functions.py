"""The pages of two of the four functions, Service and Education: what the sheets of the quarter say about them.

Which indicators belong to a function is the plan's word (Indicator.function). A member sees the own line's, whoever
sees no assessment at all is told where these records come from.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.models import Indicator
from jinxian.views.home_parts import own_record
from jinxian.views.overview import figures_context
from jinxian.views.quarters import quarters_of
from jinxian.views.units import crumbs_above, find_unit, tops
from service_areas.permissions import MEMBER
from service_areas.scoping import scope_of


@require_safe
def service(request: HttpRequest) -> HttpResponse:
    return _page(request, Indicator.Function.SERVICE)


@require_safe
def education(request: HttpRequest) -> HttpResponse:
    return _page(request, Indicator.Function.EDUCATION)


def _page(request: HttpRequest, function: str) -> HttpResponse:
    user = request.user
    quarters = quarters_of(user)
    period = quarters.chosen(request.GET.get("period", "")) or quarters.current
    context: dict[str, Any] = {"function": function, "period": period}
    units = tops(user)
    if units and period:
        unit = find_unit(user, "area", units[0].pk) if units[0].level == "area" else units[0]
        context |= figures_context(user, unit, quarters, period)
        context |= {"unit": unit, "periods": quarters.periods}
        context["lines"] = [
            line for line in context["facts"].lines if line.quarter.indicator.function == function
        ]  # fmt: skip
        context["crumbs"] = crumbs_above(user, unit, period) if unit.level == "area" else [(unit.label, None)]
    elif MEMBER in scope_of(user).roles:
        own = own_record(user, quarters.periods[:5], on=timezone.localdate())
        own["items"] = [cell for cell in own.get("items", []) if cell.item.indicator.function == function]
        own["targets"] = [
            (row, places) for row, places in own["targets"] if row.item.indicator.function == function
        ]  # fmt: skip
        context["own"] = own
    return render(request, "jinxian/functions/function.html", context)
