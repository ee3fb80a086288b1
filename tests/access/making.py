"""What the world of the access tests is made of: places, people in them, a plan with its quarters; each text marked."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from accounts.models import User
from assessments.models import Indicator, Period, Plan, PlanItem, Target
from assessments.periods import issue_sheets
from assessments.plans import publish
from jinxian.lib.chinese import search_key
from members.models import Affiliation, Exemption, ExemptionApplication, HouseholdLink, Member, Post, Transfer
from service_areas.models import (
    Appointment,
    AreaTeam,
    Branch,
    County,
    Household,
    PlaceChange,
    PlaceChangeUnit,
    ProductionTeam,
    ServiceArea,
    SmallGroup,
    Township,
    Village,
)
from tests.access.filled_sheets import STATES
from tests.access.marks import mark
from workbook.models import Problem, Run, RunFile
from workbook.sealing import seal

BEGAN = date(2024, 1, 1)
PASSWORD = "Reed-and-River-12"
PHONES = {"plain": "13800001111", "head": "13800002222"}
MASKS = {"plain": "130************11", "head": "130************22"}
ROLES = Appointment.Role


def account(username: str, key: str = "", **flags: Any) -> User:
    name = f"{mark(key)} {username}" if key else username
    return User.objects.create_user(username, password=PASSWORD, name=name, name_latin=name, language="en", **flags)


def appoint(user: User, role: str, **more: Any) -> Appointment:
    return Appointment.objects.create(**{"user": user, "role": role, "started_on": BEGAN, **more})


def county(code: str, key: str) -> SimpleNamespace:
    place = SimpleNamespace(key=key)
    place.county = County.objects.create(code=code, **named(key, "县"))
    place.officer = account(f"officer_{code}", key)
    place.publisher = account(f"publisher_{code}", key)
    for user in (place.officer, place.publisher):
        appoint(user, ROLES.COUNTY_STAFF, county=place.county)
    return place


def township(of: SimpleNamespace, number: str, key: str) -> SimpleNamespace:
    place = SimpleNamespace(county=of.county, key=key, digits=f"{of.county.code}{number}00")
    place.township = Township.objects.create(county=of.county, code=place.digits, **named(key, "镇"))
    place.staff = account(f"staff_{key}", key)
    appoint(place.staff, ROLES.TOWNSHIP_STAFF, township=place.township)
    return place


def branch(of: SimpleNamespace, number: int) -> SimpleNamespace:
    key = f"{of.key}{number}"
    place = SimpleNamespace(**vars(of) | {"key": key, "digits": f"{of.digits}{number}01"})
    place.village = Village.objects.create(
        township=of.township, code=place.digits, committee_name=mark(key), **named(key, "村")
    )
    place.branch = Branch.objects.create(
        county=of.county, township=of.township, village=place.village, code=place.digits, started_on=BEGAN,
        search_key=search_key(mark(key)), **named(key, "支部"),
    )  # fmt: skip
    place.secretary = account(f"secretary_{key}", key)
    appoint(place.secretary, ROLES.SECRETARY, branch=place.branch, title=mark(key))
    return place


def area(of: SimpleNamespace, letter: str) -> SimpleNamespace:
    """An area with its team, a linked household and one without a member; a head, a plain member, perhaps the boss."""
    key, number = f"{of.key}{letter}", "xy".index(letter) + 1
    at = SimpleNamespace(**vars(of) | {"key": key})
    at.group = SmallGroup.objects.create(branch=of.branch, code=key, started_on=BEGAN, **named(key, "组"))
    at.area = ServiceArea.objects.create(
        county=of.county, township=of.township, branch=of.branch, small_group=at.group, code=key, number=number,
        started_on=BEGAN, search_key=search_key(mark(key)), **named(key, "区"),
    )  # fmt: skip
    at.team = ProductionTeam.objects.create(
        township=of.township, village=of.village, code=f"{of.digits}{number}", **named(key, "队")
    )
    AreaTeam.objects.create(area=at.area, team=at.team, started_on=BEGAN)
    at.head, at.plain = member(at, "head"), member(at, "plain")
    at.boss = member(at, "boss") if letter == "x" else None
    at.post = Post.objects.create(member=at.head, kind="leader", branch=at.branch, area=at.area, started_on=BEGAN)
    if at.boss:
        Post.objects.create(member=at.boss, kind="secretary", branch=at.branch, started_on=BEGAN)
    at.exemption = exempt(at, at.head, "incapacitated", "physical")
    exempt(at, at.plain, "away", "links")
    at.household, at.unlinked = household(at, "001"), household(at, "002")
    at.link = HouseholdLink.objects.create(member=at.plain, household=at.household, branch=at.branch, started_on=BEGAN)
    moves(at)
    return at


def moves(at: SimpleNamespace) -> None:
    """The plain member's letter is issued, the head's applied for; one exemption is asked for; the area was renamed."""
    out = {"from_branch": at.branch, "outside": mark(at.key), "reason": mark(at.key), "applied_at": timezone.now()}
    until = timezone.localdate() + timedelta(20)
    at.transfer = Transfer.objects.create(member=at.plain, state="issued", valid_until=until, **out)
    at.applied = Transfer.objects.create(member=at.head, state="applied", valid_until=until, **out)
    at.application = ExemptionApplication.objects.create(
        member=at.plain, branch=at.branch, reason="old", scope="all", starts_on=timezone.localdate(),
        applied_at=timezone.now(), applied_by=at.secretary,
    )  # fmt: skip
    at.change = PlaceChange.objects.create(
        county=at.county, township=at.township, kind="rename", changed_on=BEGAN, document=mark(at.key),
        at=timezone.now(),
    )  # fmt: skip
    for side in ("before", "after"):
        PlaceChangeUnit.objects.create(change=at.change, side=side, area=at.area, name=at.area.name)


def runs(of: SimpleNamespace, by: User) -> None:
    """Of a county's books: an import that waits for two decisions, one that is written, an export that is ready."""
    made = {"county": of.county, "by": by, "effective_on": BEGAN, "made_at": timezone.now(), "title": mark(of.key)}
    of.run = Run.objects.create(kind="import", state="checked", digest="seen", counts={}, **made)
    of.problem, _second = (
        Problem.objects.create(run=of.run, kind="decide", sheet="members", position=row, row=row, sentence="which?")
        for row in (2, 3)
    )
    of.written = Run.objects.create(kind="import", state="written", **made)
    of.export = Run.objects.create(kind="export", state="ready", **made)
    of.file = RunFile.objects.create(run=of.export, name="books.xlsx", sealed=seal(mark(of.key).encode()))


def named(key: str, kind: str) -> dict[str, str]:
    text = f"{mark(key)}{kind}" if key else kind
    return {"name": text, "name_en": text}


def member(at: SimpleNamespace, who: str) -> Member:
    place = {"branch": at.branch, "small_group": at.group, "area": at.area}
    name = f"{mark(at.key)} {who}"
    row = Member.objects.create(
        code=f"{at.key}-{who}", name=name, name_latin=name, sex="m", search_key=search_key(name),
        contact=PHONES.get(who, ""), id_number_masked=MASKS.get(who, ""), **place,
    )  # fmt: skip
    Affiliation.objects.create(member=row, started_on=BEGAN, **place)
    return row


def exempt(at: SimpleNamespace, who: Member, reason: str, scope: str) -> Exemption:
    """From one kind of work only, so that there still is a line to fill in."""
    return Exemption.objects.create(member=who, branch=at.branch, reason=reason, scope=scope, started_on=BEGAN)


def household(at: SimpleNamespace, number: str) -> Household:
    name = f"{mark(at.key)} head {number}"
    return Household.objects.create(
        branch=at.branch, team=at.team, number=number, head_name=name, head_name_latin=name, contact="13900003333"
    )


# The plan and its quarters


def issue(of: SimpleNamespace, at: SimpleNamespace) -> None:
    """Two items, a quarter for each state that a sheet can be in, a target for everybody, and the empty sheets."""
    wells = indicator(of, "wells")
    deeds = indicator(of, "deeds")
    for year in sorted({year for year, _quarter in STATES.values()}):
        plan = Plan.objects.create(county=of.county, year=year, author=of.officer)
        items = [
            PlanItem.objects.create(plan=plan, indicator=each, position=position, points=points)
            for position, (each, points) in enumerate(((wells, Decimal(60)), (deeds, Decimal(40))), start=1)
        ]
        publish(plan, by=of.publisher, on=BEGAN)
        for quarter in [quarter for of_year, quarter in STATES.values() if of_year == year]:
            period = open_period(of, year, quarter)
            members = Member.objects.filter(branch__county=of.county)
            Target.objects.bulk_create(
                Target(item=item, period=period, member=row, value=Decimal(13)) for item in items for row in members
            )
            issue_sheets(period=period, by=of.officer)
    at.plan, at.item = plan, items[0]


def indicator(of: SimpleNamespace, code: str) -> Indicator:
    text = f"{mark(of.key)}{code}" if of.key else code
    return Indicator.objects.create(county=of.county, code=code, name=text, name_en=text, function="service")


def open_period(of: SimpleNamespace, year: int, quarter: int) -> Period:
    """One that can be filled in today, whichever day that is."""
    today = timezone.localdate()
    days = {"opens_on": today - timedelta(20), "due_on": today + timedelta(10), "closes_on": today + timedelta(20)}
    return Period.objects.create(county=of.county, year=year, quarter=quarter, **days)
