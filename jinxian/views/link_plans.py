"""The link planner: who takes the households that have nobody, and who takes those of a member who leaves.

The proposal is worked out anew at each look and nothing changes before it is taken over. What a form posts is looked up
again inside the plan; a plan that is no longer the one that was seen is shown anew with the choices kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from jinxian.views.lists import crumbs_to
from members.handover import HIGHEST, LOWEST, Changed, LinkPlan, hand_over, plan_handover, plan_links, take_over
from members.models import LinkTotal, Member
from members.permissions import may_plan_links
from members.planning import Why
from service_areas.crumbs import Crumbs, branch_url
from service_areas.models import Branch, ServiceArea
from service_areas.permissions import require

SHOWN = 25  # households that are shown at once; the others unfold
NEAR = 14  # members offered without a script; all of the branch with one
MANY = 400  # households of one page; the next ones come when these are taken over


@require_safe
def link_plan_branch(request: HttpRequest, pk: int) -> HttpResponse:
    """The unlinked households of a branch."""
    branch = _branch(request, pk)
    require(may_plan_links(request.user, branch))
    plan = plan_links(branch=branch, area=None, on=timezone.localdate())
    return _page(request, plan, take_url=reverse("link_plan_take", args=[branch.pk]))


@require_safe
def link_plan_area(request: HttpRequest, pk: int) -> HttpResponse:
    """The unlinked households of one service area."""
    area = get_object_or_404(ServiceArea.objects.visible_to(request.user).select_related("branch"), pk=pk)
    branch = _branch(request, area.branch_id)
    require(may_plan_links(request.user, branch))
    plan = plan_links(branch=branch, area=area, on=timezone.localdate())
    return _page(request, plan, area=area, take_url=f"{reverse('link_plan_take', args=[branch.pk])}?area={area.pk}")


@require_POST
def link_plan_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the chosen links, in one step."""
    branch = _branch(request, pk)
    require(may_plan_links(request.user, branch))
    area = None
    if asked := request.GET.get("area", ""):
        areas = ServiceArea.objects.visible_to(request.user).filter(branch=branch)
        area = get_object_or_404(areas, pk=int(asked) if asked.isascii() and asked.isdigit() else 0)
    on = timezone.localdate()
    seen = request.POST.get("digest", "")
    try:
        count = take_over(branch=branch, area=area, chosen=_chosen(request), seen=seen, on=on, by=request.user)
    except (Changed, ValidationError) as error:
        plan = plan_links(branch=branch, area=area, on=on)
        return _again(request, plan, error, area=area, take_url=request.get_full_path())
    words = ngettext("%(count)s household has a member now.", "%(count)s households have a member now.", count)
    messages.success(request, words % {"count": count})
    return redirect("area_detail", area.pk) if area else redirect("branch_detail", branch.pk)


@require_safe
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """All households of one member, for others to take."""
    member = _member(request, pk)
    plan = plan_handover(member=member, on=timezone.localdate())
    require(may_plan_links(request.user, plan.branch))
    return _page(request, plan, leaving=member, take_url=reverse("handover_take", args=[member.pk]))


@require_POST
def handover_take(request: HttpRequest, pk: int) -> HttpResponse:
    """End the member's links and begin the chosen ones, in one step."""
    member = _member(request, pk)
    on = timezone.localdate()
    require(may_plan_links(request.user, plan_handover(member=member, on=on).branch))
    seen = request.POST.get("digest", "")
    try:
        count = hand_over(member=member, chosen=_chosen(request), seen=seen, on=on, by=request.user)
    except (Changed, ValidationError) as error:
        plan = plan_handover(member=member, on=on)
        return _again(request, plan, error, leaving=member, take_url=request.get_full_path())
    words = ngettext("%(count)s household was handed over.", "%(count)s households were handed over.", count)
    words = words if count else _("%(name)s looks after no household any more.")
    messages.success(request, words % {"count": count, "name": member.label})
    return redirect("member_detail", member.pk)


def _branch(request: HttpRequest, pk: int) -> Branch:
    return get_object_or_404(Branch.objects.visible_to(request.user).select_related("county", "township"), pk=pk)


def _member(request: HttpRequest, pk: int) -> Member:
    return get_object_or_404(Member.objects.visible_to(request.user).select_related("branch"), pk=pk)


def _chosen(request: HttpRequest) -> dict[int, int]:
    """Household → member of the rows that are ticked and name somebody."""
    chosen = {}
    for key in request.POST.getlist("household"):
        member = request.POST.get(f"member_{key}", "")
        if all(text.isascii() and text.isdigit() and len(text) < 18 for text in (key, member)):
            chosen[int(key)] = int(member)
    return chosen


def _again(request: HttpRequest, plan: LinkPlan, error: Exception, **given: Any) -> HttpResponse:
    """The page anew with what was chosen: 409 where the books changed, else with the sentence."""
    if isinstance(error, ValidationError):
        problem, status = " ".join(error.messages), 200
    else:
        problem, status = _("Somebody changed links meanwhile. Nothing was taken over; this is the plan now."), 409
    return _page(request, plan, problem=problem, status=status, kept=_chosen(request), **given)


def _page(
    request: HttpRequest,
    plan: LinkPlan,
    *,
    take_url: str,
    area: ServiceArea | None = None,
    leaving: Member | None = None,
    problem: str = "",
    status: int = 200,
    kept: Mapping[int, int] | None = None,
) -> HttpResponse:
    rows = [_row(plan, household, kept) for household in plan.waiting[:MANY]]
    after = Counter(row["member"].pk for row in rows if row["member"] and row["is_chosen"])
    loads = [
        {"member": member, "before": plan.loads[member.pk], "after": plan.loads[member.pk] + after[member.pk]}
        for member in plan.members
    ]
    total = LinkTotal.objects.visible_to(request.user).filter(level="branch", unit_id=plan.branch.pk).first()
    level = LinkTotal.objects.visible_to(request.user).filter(level="area", unit_id=area.pk).first() if area else total
    context = {
        "plan": plan,
        "area": area,
        "leaving": leaving,
        "problem": problem,
        "take_url": take_url,
        "rows": rows[:SHOWN],
        "more_rows": rows[SHOWN:],
        "rest_count": len(plan.waiting) - len(rows),
        "chosen_count": sum(row["is_chosen"] for row in rows),
        "loads": [load for load in loads if load["after"] != load["before"]],
        "other_loads": [load for load in loads if load["after"] == load["before"]],
        "lowest": LOWEST,
        "highest": HIGHEST,
        "total": level,
        "crumbs": _crumbs(request.user, plan, area, leaving),
    }
    return render(request, "jinxian/link_plans/link_plan.html", context, status=status)


def _row(plan: LinkPlan, household: Any, kept: Mapping[int, int] | None) -> dict[str, Any]:
    proposal = plan.proposals[household.pk]
    by_pk = {member.pk: member for member in plan.members}
    chosen = (kept or {}).get(household.pk, proposal.member)
    member = by_pk.get(chosen) if chosen is not None else None
    area = plan.area_of_team.get(household.team_id)
    near = [each for each in plan.members if each.area_id == area][:NEAR]
    if member is not None and member not in near:
        near.insert(0, member)
    return {
        "household": household,
        "member": member,
        "proposed": by_pk.get(proposal.member or 0),
        "near": near,
        "is_chosen": member is not None and (kept is None or household.pk in kept),
        "why": _why(plan, proposal),
    }


def _why(plan: LinkPlan, proposal: Any) -> str:
    if proposal.why == Why.NOBODY:
        return _("Nobody has room: everybody looks after %(count)s households.") % {"count": HIGHEST}
    before = plan.loads[proposal.member]
    words = {
        Why.SAME_TEAM: _("Same team"), Why.SAME_AREA: _("Same service area"), Why.SAME_BRANCH: _("Same branch"),
    }[proposal.why]  # fmt: skip
    if proposal.load_before == before:
        return _("%(why)s, has %(count)s now") % {"why": words, "count": before}
    return _("%(why)s, with this one %(count)s") % {"why": words, "count": proposal.load_before + 1}


def _crumbs(user: Any, plan: LinkPlan, area: ServiceArea | None, leaving: Member | None) -> Crumbs:
    branch = plan.branch
    crumbs: Crumbs = [
        *crumbs_to(user, county=branch.county, township=branch.township),
        (branch.label, branch_url(user, branch.pk)),
    ]
    if area is not None:
        crumbs.append((area.label, reverse("area_detail", args=[area.pk])))
    if leaving is not None:
        crumbs.append((leaving.label, reverse("member_detail", args=[leaving.pk])))
    return crumbs
