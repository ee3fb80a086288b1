"""The figures of a county, township, branch or service area: today, the quarter, the year, and part by part.

Everybody lands on the own level; what lies above or beside it does not exist (404). No ranking: parts stand in the
order of what is missing, because that is what somebody has to see to.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.locks import period_lock
from assessments.models import Period
from assessments.statistics import submissions
from jinxian.views.charts import progress_of
from jinxian.views.overview_facts import Facts
from jinxian.views.quarters import Quarters, quarters_of
from jinxian.views.units import Unit, crumbs_above, find_unit, link, overview_url, tops
from service_areas.permissions import ALLOWED, no_right_here, refused, require

PARTS = {"county": "township", "township": "branch", "branch": "area", "area": ""}


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The county; whoever sees less is sent to the own township or branch, a leader sees the own area here."""
    units = tops(request.user)
    require(ALLOWED if units else refused(no_right_here()))
    unit = units[0]
    if unit.level in {"township", "branch"}:
        asked = request.GET.urlencode()
        return redirect(overview_url(unit) + (f"?{asked}" if asked else ""))
    if unit.level == "area":
        unit = find_unit(request.user, "area", unit.pk)
    return _page(request, unit)


@require_safe
def overview_township(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, find_unit(request.user, "township", pk))


@require_safe
def overview_branch(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, find_unit(request.user, "branch", pk))


def _page(request: HttpRequest, unit: Unit) -> HttpResponse:
    quarters = quarters_of(request.user)
    period = quarters.chosen(request.GET.get("period", "")) or quarters.current
    context: dict[str, Any] = {
        "unit": unit,
        "period": period,
        "periods": quarters.periods,
        "crumbs": crumbs_above(request.user, unit, period),
        "beside": [other for other in tops(request.user) if other.pk != unit.pk and other.level == unit.level],
    }
    if period is not None:
        context |= figures_context(request.user, unit, quarters, period)
    return render(request, "jinxian/overview/overview.html", context)


def figures_context(user: Any, unit: Unit, quarters: Quarters, period: Period) -> dict[str, Any]:
    on = timezone.localdate()
    facts = Facts(user, unit, quarters, period)
    previous = facts.periods[-2] if len(facts.periods) > 1 else None
    days = submissions(facts.sheets, [period, *([previous] if previous else [])])
    return {
        "facts": facts,
        "year_words": _year_words(facts.year),
        "lock": period_lock(period, on=on),
        "progress": progress_of(period, previous, days, expected=facts.reporting.expected, on=on),
        "asked": _asked(unit, period),
        "confirmed_state": "closed" if period.state == Period.State.CLOSED else "confirmed",
        "part": unit.below,
        "trend_count": len(facts.periods),
        "unlinked_url": link("household_list", linked=0, **unit.asked),
    }


def _asked(unit: Unit, period: Period) -> dict[str, str]:
    """The query of lists that show this place: alone, and with the quarter."""
    place = "".join(f"&{name}={pk}" for name, pk in unit.asked.items())
    return {"place": place.lstrip("&"), "and_place": place, "period": f"period={period.pk}{place}"}


def _year_words(year: list[Period]) -> str:
    """Which quarters the year's figures hold."""
    first, last = year[0], year[-1]
    if first == last:
        return first.label
    words = {"first": first.as_quarter.short_label, "last": last.as_quarter.short_label, "year": last.year}
    return _("%(year)s, %(first)s to %(last)s") % words
