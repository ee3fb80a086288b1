"""What the home page tells beside the duties: a branch in numbers, a member's own record, a clerk's village.

Each part holds rows the person may see, and of assessments only the own line of somebody who has no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from assessments.grid import Cell, places, read_grid
from assessments.lines import last_exempt_day
from assessments.marking import mark_row
from assessments.models import Period, SheetMember, Target
from assessments.permissions import may_see_line
from jinxian.duties import opened
from jinxian.views.lists import with_link_totals
from members.models import Exemption, HouseholdLink, Member, Post
from service_areas.models import Branch, Household, ServiceArea

QUARTERS = 5  # of the own record: the newest and the year before it


def branch_facts(user: Any, branches: Iterable[Branch], *, on: date) -> list[dict[str, Any]]:
    """Members, exempt and probationary ones, areas, households and links of each branch; each number has its list."""
    branches = list(branches)
    if not branches:
        return []
    exempt = Exemption.objects.visible_to(user).current(on=on).filter(scope=Exemption.Scope.ALL, branch__in=branches)
    members = Member.objects.visible_to(user).filter(branch__in=branches, status__in=Member.PRESENT)
    counted = members.order_by().values_list("branch").annotate(
        Count("pk"),
        exempt=Count("pk", filter=Q(pk__in=exempt.values("member"))),
        probationary=Count("pk", filter=Q(member_type=Member.Type.PROBATIONARY)),
    )  # fmt: skip
    people = {branch: numbers for branch, *numbers in counted}
    areas = ServiceArea.objects.visible_to(user).current(on=on).filter(branch=OuterRef("pk")).order_by()
    area_count = Subquery(areas.values("branch").annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    rows = Branch.objects.visible_to(user).filter(pk__in=[branch.pk for branch in branches]).order_by("code")
    found = with_link_totals(rows, user, "branch").annotate(area_count=Coalesce(area_count, Value(0)))
    return [_facts(branch, *people.get(branch.pk, (0, 0, 0))) for branch in found]


def _facts(branch: Any, members: int, exempt: int, probationary: int) -> dict[str, Any]:
    """`branch` with the counts that were read along."""
    unlinked = (branch.linkable_count or 0) - (branch.linked_count or 0)
    counts = {"members": members, "exempt": exempt, "probationary": probationary}
    return {"branch": branch, "unlinked": unlinked, **counts}


def own_line(user: Any, line: SheetMember) -> dict[str, Any]:
    return {"line": line, "verdict": may_see_line(user, line), "is_final": is_final(line)}


def is_final(line: SheetMember) -> bool:
    """Points stand once the sheet is confirmed (rule 17)."""
    return line.sheet.is_counted and line.sheet.state in {"confirmed", "closed"}


def own_record(user: Any, periods: Sequence[Period], *, on: date) -> dict[str, Any]:
    """The newest line the member may see, item by item; the targets of a quarter not submitted yet; households."""
    member = Member.objects.visible_to(user).filter(user=user.pk).select_related("area", "branch").first()
    if member is None:
        return {"member": None, "line": None, "targets": [], "households": [], "past": []}
    rows = SheetMember.objects.visible_to(user).filter(member=member, period__in=periods)
    lines = list(
        rows.select_related("sheet__period", "member").order_by("-period__year", "-period__quarter")[:QUARTERS]
    )
    line = next((each for each in lines if may_see_line(user, each)), None)
    running = opened(periods, on=on)
    newest = running[-1] if running else None
    targets = []
    if newest and not (line and line.period_id == newest.pk):
        wanted = Target.objects.visible_to(user).filter(member=member, period=newest)
        targets = list(wanted.select_related("item__indicator").order_by("item__position"))
    links = HouseholdLink.objects.visible_to(user).current(on=on).filter(member=member).select_related("household")
    return {
        "member": member, "line": line, "is_final": line is not None and is_final(line),
        "until": last_exempt_day(line) if line else None,
        "items": _items(line), "targets": [(row, places(row.item.indicator)) for row in targets],
        "newest": newest, "households": list(links.order_by("household__number")),
        "past": [each for each in lines if each is not line and may_see_line(user, each)],
    }  # fmt: skip


def _items(line: SheetMember | None) -> list[Cell]:
    """The line's cells with their working, those that lost most first; items left out come last."""
    if line is None or line.is_exempt:
        return []
    row = read_grid(line.sheet, lines=[line]).rows[0]
    mark_row(row)
    shown = [cell for cell in row.cells if cell.score and (cell.is_needed or cell.entry.actual is not None)]
    return sorted(shown, key=_kept_share) + [cell for cell in row.cells if cell not in shown and cell.entry.pk]


def _kept_share(cell: Cell) -> Decimal:
    assert cell.score is not None
    return (cell.score.points or Decimal(0)) - cell.score.base


def village_facts(user: Any, villages: Sequence[Any], *, on: date) -> dict[str, Any]:
    """The village's areas, whom to ask in each, and the number of its households."""
    areas = list(
        ServiceArea.objects.visible_to(user).current(on=on).filter(branch__village__in=villages)
        .select_related("branch").order_by("branch__code", "number")
    )  # fmt: skip
    posts = Post.objects.visible_to(user).current(on=on).filter(branch__in={area.branch_id for area in areas})
    held = posts.filter(kind__in=[Post.Kind.LEADER, Post.Kind.SECRETARY]).select_related("member")
    leaders: dict[int, Member] = {}
    secretaries: dict[int, Member] = {}
    for post in held:
        if post.kind == Post.Kind.LEADER and post.area_id:
            leaders[post.area_id] = post.member
        elif post.kind == Post.Kind.SECRETARY:
            secretaries[post.branch_id] = post.member
    for area in areas:
        area.leader, area.secretary = leaders.get(area.pk), secretaries.get(area.branch_id)
    households = Household.objects.visible_to(user).filter(team__village__in=villages)
    return {"villages": villages, "areas": areas, "households": households.count()}
