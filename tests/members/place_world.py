"""The sheets' world with teams and households in every area: what a change of places moves, and a branch to move to.

Area 1 has teams 1 and 3, area 2 team 2; each team has a household that a member of the area looks after. The third
quarter of 2026 runs, and its sheets are made but not begun. `joint` is a branch of the township that serves no village.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

from assessments.models import ItemTotal, Sheet
from assessments.periods import issue_sheets
from assessments.place_changes import carry_out
from members import links
from members.models import Affiliation, HouseholdLink, Member, Post
from service_areas.models import Appointment, AreaTeam, Household, PlaceChange, ProductionTeam
from tests.assessments import sheet_world
from tests.assessments.sheet_world import MORNING, TODAY  # noqa: F401 — the days the tests stand on
from tests.jinxian import admin_world as base

JULY, DAY = date(2026, 7, 1), date(2026, 7, 3)
NOW = "2026-08-03 09:00:00+08:00"


def world() -> SimpleNamespace:
    w = sheet_world.world()
    w.team2, w.team3 = base.team(w, "2"), base.team(w, "3")
    for team, area in ((w.team2, w.area2), (w.team3, w.area)):
        AreaTeam.objects.create(area=area, team=team, started_on=base.BEGAN)
    w.house2, w.house3 = household(w, w.team2), household(w, w.team3)
    for member, home in ((w.plain, w.household), (w.other, w.house2), (w.part, w.house3)):
        HouseholdLink.objects.create(member=member, household=home, branch=w.branch, started_on=base.BEGAN)
    w.head2 = base.member(sheet_world.at(w, w.branch, w.group2, w.area2), "M9", "王二")
    Post.objects.create(member=w.head2, kind="leader", branch=w.branch, area=w.area2, started_on=base.BEGAN)
    Post.objects.create(
        member=w.head2, kind="group_leader", branch=w.branch, small_group=w.group2, started_on=base.BEGAN
    )
    Member.objects.filter(pk=w.head2.pk).update(user=w.leader2)
    w.joint = base.branch(w, "04")
    links.recount(branch=w.branch, on=DAY)
    w.next = sheet_world.period_of(w, 3, date(2026, 10, 1))
    issue_sheets(period=w.next, by=w.officer)
    return w


def household(w: Any, team: ProductionTeam) -> Household:
    return Household.objects.create(branch=w.branch, team=team, number="001", head_name="户")


def change(w: Any, kind: str, *units: Any, on: date = DAY, by: Any = None, **more: Any) -> PlaceChange:
    return carry_out(
        kind=kind, units=units, on=on, document=more.pop("document", "晋组 8 号"), by=by or w.officer, **more
    )


def counts() -> tuple[int, int, int, int]:
    """Members, households, open links and open primary ones: no change of places alters them."""
    held = HouseholdLink.objects.filter(ended_on__isnull=True)
    return Member.objects.count(), Household.objects.count(), held.count(), held.filter(is_primary=True).count()


def frozen(before: date) -> list[Any]:
    """Sheets of the quarters that ended before the day, with their lines, and every total: as they are kept."""
    sheets = [row for row in Sheet.objects.order_by("pk").values() if _ended(row, before)]
    keys = [row["id"] for row in sheets]
    lines = Sheet.objects.filter(pk__in=keys).order_by("pk", "lines__pk").values_list("lines__member", "lines__points")
    return [sheets, list(lines), list(ItemTotal.objects.order_by("pk").values())]


def _ended(row: dict[str, Any], before: date) -> bool:
    return Sheet.objects.select_related("period").get(pk=row["id"]).period.as_quarter.last_day < before


def faults(on: date) -> list[str]:
    """What may never be: open rows that point to what has ended, a link between two branches, a team without place."""
    return [*_torn_members(on), *_torn_links(), *_torn_teams(on), *_left_behind()]


def _torn_members(on: date) -> Iterator[str]:
    rows = Affiliation.objects.filter(ended_on__isnull=True, area__isnull=False)
    for row in rows.select_related("area", "member", "small_group"):
        member = row.member
        if not row.area.holds(on=on) or row.area.branch_id != row.branch_id:
            yield f"affiliation of {member} to {row.area}"
        if (member.area, member.branch_id, member.small_group) != (row.area, row.branch_id, row.small_group):
            yield f"{member} points elsewhere"
        if row.small_group and row.small_group.ended_on is not None:
            yield f"{member} is in a small group that has ended"


def _torn_links() -> Iterator[str]:
    for link in HouseholdLink.objects.filter(ended_on__isnull=True).select_related("member", "household"):
        if not link.branch_id == link.member.branch_id == link.household.branch_id:
            yield f"link {link} between branches"


def _torn_teams(on: date) -> Iterator[str]:
    for row in AreaTeam.objects.filter(ended_on__isnull=True).select_related("area__branch", "team"):
        if not row.area.holds(on=on):
            yield f"{row.team} in an area that has ended"
        if row.area.branch.village_id and row.area.branch.village_id != row.team.village_id:
            yield f"{row.team} outside the branch's village"


def _left_behind() -> Iterator[str]:
    for post in Post.objects.filter(ended_on__isnull=True, area__ended_on__isnull=False):
        yield f"post {post} at an area that has ended"
    for row in Appointment.objects.filter(ended_on__isnull=True, area__ended_on__isnull=False):
        yield f"access {row} to an area that has ended"
    for team in ProductionTeam.objects.filter(village__ended_on__isnull=False):
        yield f"{team} in a village that has ended"
