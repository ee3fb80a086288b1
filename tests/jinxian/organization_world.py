"""Jin County with two townships, two quarters and a person for every role; names of the other township are marked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from assessments.models import Period, Plan, Sheet, SheetMember
from jinxian.lib.chinese import search_key
from members import links
from members.models import Exemption, HouseholdLink, Member, Post
from service_areas.models import AreaTeam, Township, Village
from tests.jinxian import admin_world as base

BEGAN = base.BEGAN
SECRET = "秘记"  # in every name of the township that most people may not see


def people_of(w: SimpleNamespace, prefix: str = "") -> None:
    """Secretary, leader and plain member of the first area, one more area with one member."""
    w.group2, w.area2 = base.group_and_area(w, w.branch, 2)
    w.team2 = base.team(w, "2")
    AreaTeam.objects.create(area=w.area2, team=w.team2, started_on=BEGAN)
    w.boss = base.member(w, f"{w.township.code}-2", f"{prefix}庞洪亮")
    w.head = base.member(w, f"{w.township.code}-3", f"{prefix}高文明")
    w.plain = base.member(w, f"{w.township.code}-4", f"{prefix}庞立新")
    place = SimpleNamespace(**vars(w) | {"group": w.group2, "area": w.area2})
    w.other = base.member(place, f"{w.township.code}-5", f"{prefix}单玉梅")
    Post.objects.create(member=w.boss, kind="secretary", branch=w.branch, started_on=BEGAN)
    Post.objects.create(member=w.head, kind="leader", branch=w.branch, area=w.area, started_on=BEGAN)
    w.linked = w.household
    w.unlinked = base.household(w, "002")
    w.unlinked.head_name, w.unlinked.head_name_latin, w.unlinked.contact = f"{prefix}李福来", "Li Fulai", "13900000000"
    w.unlinked.save()
    HouseholdLink.objects.create(member=w.plain, household=w.linked, branch=w.branch, started_on=BEGAN)
    links.recount(branch=w.branch, on=date(2026, 2, 1))
    fill_keys(w)


def fill_keys(w: SimpleNamespace) -> None:
    for row in Member.objects.filter(branch=w.branch):
        row.search_key = search_key(row.name)
        row.save()
    for area in (w.area, w.area2):
        area.search_key = search_key(f"{w.village.name}{area.name}")
        area.save()
    w.branch.search_key = search_key(w.branch.name)
    w.branch.save()


def township(w: SimpleNamespace, code: str, name: str) -> SimpleNamespace:
    """Another township of the same county, with all that the first one has."""
    t = SimpleNamespace(county=w.county)
    t.township = Township.objects.create(county=w.county, code=f"{w.county.code}{code}", name=f"{name}镇")
    t.village = Village.objects.create(township=t.township, code=f"{w.county.code}{code}201", name=f"{name}村")
    t.branch = base.branch(t, f"{code}-01", village=t.village)
    t.branch.name = f"{name}支部"
    t.group, t.area = base.group_and_area(t, t.branch, 1)
    t.area.name = f"{name}1区"
    t.team = base.team(t, "1")
    AreaTeam.objects.create(area=t.area, team=t.team, started_on=BEGAN)
    t.household = base.household(t, "001")
    t.household.head_name = f"{name}户主"
    t.household.save()
    t.member = base.member(t, f"{code}M1", f"{name}党员")
    return t


def quarters(w: SimpleNamespace) -> None:
    """A closed quarter and an open one, with a sheet for every area."""
    w.plan = Plan.objects.create(county=w.county, year=2025, state=Plan.State.PUBLISHED)
    w.closed = period(w, 3, date(2025, 10, 1), state=Period.State.CLOSED)
    w.period = period(w, 4, date(2026, 1, 1))
    for area in (w.area, w.area2):
        done = {"is_counted": True, "points_sum": Decimal("180.50"), "complete_count": 2}
        sheet(w, area, w.closed, "closed", first_submitted_at="2025-10-05T08:00+08:00", **done)
    w.returned = sheet(w, w.area, w.period, "returned", first_submitted_at="2026-01-05T08:00+08:00")
    w.submitted = sheet(w, w.area2, w.period, "submitted", is_counted=True)
    w.line = line(w.area.sheets.get(period=w.closed), w.plain, "91.25")
    line(w.returned, w.plain, "88.34")
    line(w.area.sheets.get(period=w.closed), w.head, "97.00")


def period(w: SimpleNamespace, number: int, opens_on: date, **more: Any) -> Period:
    days = {"opens_on": opens_on, "due_on": opens_on.replace(day=10), "closes_on": opens_on.replace(day=28)}
    return Period.objects.create(county=w.county, year=2025, quarter=number, **days, **more)


def sheet(w: SimpleNamespace, area: Any, of: Period, state: str, **more: Any) -> Sheet:
    names = {"area_name": area.name, "branch_name": area.branch.name, "township_name": area.township.name}
    place = {"county": w.county, "township": area.township, "branch": area.branch, "area": area}
    return Sheet.objects.create(period=of, plan=w.plan, state=state, member_count=4, **names, **place, **more)


def line(of: Sheet, member: Member, points: str) -> SheetMember:
    position = of.lines.count() + 1
    return SheetMember.objects.create(
        sheet=of, period=of.period, branch=of.branch, member=member, position=position, name=member.name,
        member_type=member.member_type, points=Decimal(points), is_complete=True,
    )  # fmt: skip


def world() -> SimpleNamespace:
    w = base.everything()
    people_of(w)
    w.far = township(w, "200", SECRET)
    people_of(w.far, SECRET)
    quarters(w)
    sheet(w, w.far.area, w.period, "draft")
    w.member_user, w.leader = base.user("plain"), base.user("leader")
    for row, holder in ((w.boss, w.secretary), (w.plain, w.member_user), (w.head, w.leader)):
        Member.objects.filter(pk=row.pk).update(user=holder)
    w.staff, w.clerk = base.user("staff"), base.user("clerk")
    base.appoint(w.staff, base.ROLES.TOWNSHIP_STAFF, township=w.township)
    base.appoint(w.leader, base.ROLES.LEADER, area=w.area)
    base.appoint(w.member_user, base.ROLES.MEMBER, branch=w.branch)
    base.appoint(w.clerk, base.ROLES.CLERK, village=w.village)
    Exemption.objects.create(member=w.head, branch=w.branch, reason="ill", scope="links", started_on=BEGAN)
    Exemption.objects.create(member=w.other, branch=w.branch, reason="ill", scope="all", started_on=BEGAN)
    Member.objects.filter(pk=w.plain.pk).update(contact="13800001111", id_number_masked="130············42")
    return w
