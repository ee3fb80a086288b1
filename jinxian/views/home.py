"""The home page: what must I do today? One part per appointment, the same order in each.

First what is owed, then what came back, what waits, how far it is, whom others wait for. Nobody gets an empty page:
the next date and one useful step always stand there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.models import Period, SheetMember
from jinxian import duties, setting_up
from jinxian.views import home_parts, home_waiting
from service_areas.crumbs import crumbs_of_scope
from service_areas.permissions import (
    ADMINISTRATOR,
    AUDITOR,
    CLERK,
    COUNTY,
    LEADER,
    MEMBER,
    SECRETARY,
    TOWNSHIP,
)
from service_areas.scoping import Scope, scope_of

RECENT = 12  # quarters that a home page can speak of


@dataclass
class Page:
    """What the parts fill: panels of the middle and of the side, each a template and what it shows."""

    user: Any
    scope: Scope
    periods: list[Period]
    on: Any
    main: list[tuple[str, Any]] = field(default_factory=list)
    side: list[tuple[str, Any]] = field(default_factory=list)

    def put(self, name: str, data: Any) -> None:
        self.main.append((f"jinxian/home/_{name}.html", data))

    def beside(self, name: str, data: Any) -> None:
        self.side.append((f"jinxian/home/_{name}.html", data))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    user, on = request.user, timezone.localdate()
    periods = list(Period.objects.visible_to(user).order_by("-year", "-quarter")[:RECENT])
    page = Page(user, scope_of(user), periods, on)
    for roles, fill in PARTS:
        if page.scope.roles & roles:
            fill(page)
    if user.is_superuser and not page.main:
        fill_founder(page)
    return render(
        request,
        "jinxian/home/home.html",
        {
            "main": page.main,
            "side": page.side,
            "today": on,
            "coming": duties.coming(periods, on=on),
            "crumbs": crumbs_of_scope(user),
            "has_appointment": bool(page.scope.appointments),
        },
    )


def fill_work(page: Page) -> None:
    """Secretary and leader: the sheets they fill in."""
    work = duties.work_of(page.user, page.periods, on=page.on)
    branches, _areas = duties.places_held(page.user)
    page.put("owed", work)
    if work.came_back:
        page.put("came_back", work)
    if SECRETARY in page.scope.roles:
        _put_waiting(page)
    facts = home_parts.branch_facts(page.user, branches.values(), on=page.on)
    if any(fact["unlinked"] for fact in facts):
        page.put("unlinked", facts)
    if work.sheets:
        page.put("progress", work)
    for fact in facts:
        page.beside("facts", fact)
    if work.we_wait:
        page.beside("we_wait", {"sheets": work.we_wait, "today": page.on})
    if not page.scope.roles & {MEMBER}:
        _put_own_line(page)


def _put_waiting(page: Page) -> None:
    rows = home_waiting.waiting(page.user, on=page.on)
    if rows and not any(name.endswith("_waiting.html") for name, _data in page.main):
        page.put("waiting", rows)


def _put_own_line(page: Page) -> None:
    """A secretary or leader is a member, too: the newest of the own lines, in one sentence."""
    lines = SheetMember.objects.visible_to(page.user).filter(member__user=page.user.pk, period__in=page.periods)
    line = lines.select_related("sheet__period", "member").order_by("-period__year", "-period__quarter").first()
    if line is not None:
        page.beside("own_line", home_parts.own_line(page.user, line))


def fill_township(page: Page) -> None:
    townships = [a.township for a in page.scope.appointments if a.role == TOWNSHIP and a.township]
    pks = [township.pk for township in townships]
    standings = duties.standing_of(
        page.user, page.periods, by="branch", within={"township__in": pks}, on=page.on
    )  # fmt: skip
    lines = duties.own_lines(page.user, page.periods, townships=pks, on=page.on)
    page.put("review", {"standings": standings, "lines": lines, "townships": townships})
    _put_waiting(page)
    page.put("we_wait_parts", {"standings": standings, "part": "branch"})
    for standing in standings:
        if standing.expected:
            page.beside("standing", {"standing": standing})


def fill_county(page: Page) -> None:
    counties = [a.county_id for a in page.scope.appointments if a.role == COUNTY]
    if steps := setting_up.steps_of(page.user, setting_up.rows_of(page.user, counties), on=page.on):
        page.put("setup", steps)
    page.beside("keeping", None)
    _put_standings(page, counties, is_acting=True)


def fill_auditor(page: Page) -> None:
    """An auditor reads: the same numbers, no step to take but to look."""
    if COUNTY in page.scope.roles:
        return
    counties = [a.county_id for a in page.scope.appointments if a.role == AUDITOR and a.county_id]
    townships = [a.township_id for a in page.scope.appointments if a.role == AUDITOR and a.township_id]
    if counties:
        _put_standings(page, counties, is_acting=False)
    if townships:
        within = {"township__in": townships}
        standings = duties.standing_of(page.user, page.periods, by="branch", within=within, on=page.on)
        page.put("standings", {"standings": standings, "is_acting": False})
        page.put("we_wait_parts", {"standings": standings, "part": "branch"})


def _put_standings(page: Page, counties: Sequence[int | None], *, is_acting: bool) -> None:
    within = {"county__in": counties}
    standings = duties.standing_of(page.user, page.periods, by="township", within=within, on=page.on)
    page.put("standings", {"standings": standings, "is_acting": is_acting})
    page.put("we_wait_parts", {"standings": standings, "part": "township"})


def fill_member(page: Page) -> None:
    """The own points with their working, the own targets, the own households: never another's."""
    own = home_parts.own_record(page.user, page.periods, on=page.on)
    page.put("own_result", own)
    if own["targets"]:
        page.put("own_targets", own)
    page.beside("own_households", own)
    if own["past"]:
        page.beside("own_past", own)


def fill_clerk(page: Page) -> None:
    villages = [a.village for a in page.scope.appointments if a.role == CLERK]
    page.put("village", home_parts.village_facts(page.user, villages, on=page.on))


def fill_administrator(page: Page) -> None:
    page.put("administrator", None)


def fill_founder(page: Page) -> None:
    """A superuser without an appointment: first the workbook; once there is a county, what it lacks and what it has."""
    counties = setting_up.counties_there()
    if not counties:
        page.put("founder", {"counties": []})
        return
    if steps := setting_up.steps_of(page.user, setting_up.all_rows(), on=page.on):
        page.put("setup", steps)
    page.put("founder", {"counties": counties, "waiting": setting_up.waiting_count(on=page.on)})
    page.beside("held", {"counties": counties, "held": setting_up.all_held(on=page.on)})


# In the order of rank; each is asked once, however many appointments of the role somebody holds.
PARTS: tuple[tuple[frozenset[str], Callable[[Page], None]], ...] = (
    (frozenset({COUNTY}), fill_county),
    (frozenset({AUDITOR}), fill_auditor),
    (frozenset({TOWNSHIP}), fill_township),
    (frozenset({SECRETARY, LEADER}), fill_work),
    (frozenset({CLERK}), fill_clerk),
    (frozenset({ADMINISTRATOR}), fill_administrator),
    (frozenset({MEMBER}), fill_member),
)
