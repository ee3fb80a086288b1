"""Two counties, small enough to be told in a page: Jin with everything, Gaocheng as the twin nobody of Jin may see."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.test import Client

from accounts.models import User
from assessments.models import Indicator, Period, Plan, PlanItem, Target
from members.models import Affiliation, Member
from service_areas.models import (
    Appointment,
    AreaTeam,
    Branch,
    County,
    Household,
    ProductionTeam,
    ServiceArea,
    SmallGroup,
    Township,
    Village,
)

BEGAN = date(2026, 1, 1)
ROLES = Appointment.Role


def user(username: str, **flags: Any) -> User:
    return User.objects.create_user(username, password="Reed-and-River-12", name=username, language="en", **flags)


def appoint(holder: User, role: str, *, started_on: date = BEGAN, **place: Any) -> Appointment:
    return Appointment.objects.create(user=holder, role=role, started_on=started_on, **place)


def county(code: str, name: str) -> SimpleNamespace:
    """A county with one township, village, branch, small group, area, team, household and member."""
    w = SimpleNamespace()
    w.county = County.objects.create(code=code, name=name, name_en=f"{name}-county")
    w.township = Township.objects.create(county=w.county, code=f"{code}100", name=f"{name}镇")
    w.village = Village.objects.create(township=w.township, code=f"{code}100201", name=f"{name}村")
    w.branch = branch(w, "01", village=w.village)
    w.group, w.area = group_and_area(w, w.branch, 1)
    w.team = team(w, "1")
    AreaTeam.objects.create(area=w.area, team=w.team, started_on=BEGAN)
    w.household = household(w, "001")
    w.member = member(w, "M1", f"{name}党员")
    return w


def branch(w: SimpleNamespace, code: str, **place: Any) -> Branch:
    return Branch.objects.create(
        county=w.county,
        township=w.township,
        code=f"{w.county.code}-{code}",
        name=f"支部{code}",
        started_on=BEGAN,
        **place,
    )


def group_and_area(w: SimpleNamespace, of: Branch, number: int) -> tuple[SmallGroup, ServiceArea]:
    group = SmallGroup.objects.create(branch=of, code=f"{of.code}-{number}", name=f"第{number}组", started_on=BEGAN)
    area = ServiceArea.objects.create(
        county=w.county,
        township=w.township,
        branch=of,
        small_group=group,
        code=group.code,
        number=number,
        name=f"{number}区",
        started_on=BEGAN,
    )
    return group, area


def team(w: SimpleNamespace, code: str) -> ProductionTeam:
    return ProductionTeam.objects.create(
        township=w.township, village=w.village, code=f"{w.village.code}{code}", name=f"第{code}队"
    )


def household(w: SimpleNamespace, number: str) -> Household:
    return Household.objects.create(branch=w.branch, team=w.team, number=number, head_name="王老汉")


def member(w: SimpleNamespace, code: str, name: str = "庞立新") -> Member:
    place = {"branch": w.branch, "small_group": w.group, "area": w.area}
    row = Member.objects.create(code=f"{w.county.code}-{code}", name=name, sex="m", **place)
    Affiliation.objects.create(member=row, started_on=BEGAN, **place)
    return row


def plan_of(w: SimpleNamespace, *, author: User, points: tuple[str, ...] = ("60", "40")) -> Plan:
    plan = Plan.objects.create(county=w.county, year=2026, author=author)
    for position, worth in enumerate(points, start=1):
        indicator = Indicator.objects.create(
            county=w.county, code=f"i{position}", name=f"指标{position}", function=Indicator.Function.SERVICE
        )
        PlanItem.objects.create(plan=plan, indicator=indicator, position=position, points=Decimal(worth))
    return plan


def period_of(w: SimpleNamespace, **dates: Any) -> Period:
    dates = {"opens_on": date(2027, 1, 1), "due_on": date(2027, 1, 10), "closes_on": date(2027, 1, 31)} | dates
    return Period.objects.create(county=w.county, year=2026, quarter=4, **dates)


def target(w: SimpleNamespace, plan: Plan, period: Period) -> Target:
    return Target.objects.create(item=plan.items.first(), period=period, member=w.member, value=Decimal(3))


def everything() -> SimpleNamespace:
    """Jin County, its people, and `twin`, the county next to it."""
    w = county("130183", "晋")
    w.twin = county("130182", "藁城")
    w.officer, w.officer_b = user("officer"), user("officer_b")
    w.keeper, w.auditor, w.secretary, w.nobody = user("keeper"), user("auditor"), user("secretary"), user("nobody")
    w.superuser = user("superuser", is_superuser=True)
    w.stranger = user("stranger")
    appoint(w.officer, ROLES.COUNTY_STAFF, county=w.county)
    appoint(w.officer_b, ROLES.COUNTY_STAFF, county=w.county)
    appoint(w.keeper, ROLES.ADMINISTRATOR, county=w.county)
    appoint(w.auditor, ROLES.AUDITOR, county=w.county)
    appoint(w.secretary, ROLES.SECRETARY, branch=w.branch)
    appoint(w.stranger, ROLES.COUNTY_STAFF, county=w.twin.county)
    return w


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    client.cookies["django_language"] = "en"
    return client


def typed(client: Client, url: str, **changed: Any) -> Any:
    """Open the form at `url`, change some fields as a person would, and send it."""
    page = client.get(url)
    assert page.status_code == 200, page.status_code
    form = page.context["adminform"].form
    data = {form.add_prefix(name): field.value() for name, field in ((n, form[n]) for n in form.fields)}
    for inline in page.context["inline_admin_formsets"]:
        formset = inline.formset
        for part in [formset.management_form, *formset.forms]:
            data |= {part.add_prefix(name): part[name].value() for name in part.fields}
    data |= changed
    return client.post(
        url, {name: _written(value) for name, value in data.items() if value is not None and value is not False}
    )


def _written(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def errors_of(response: Any) -> str:
    """Every sentence of refusal on the page; fails where the form was taken."""
    assert response.status_code == 200, response.status_code
    form = response.context["adminform"].form
    found = [str(error) for errors in form.errors.values() for error in errors]
    for inline in response.context["inline_admin_formsets"]:
        found += [str(e) for form_errors in inline.formset.errors for errors in form_errors.values() for e in errors]
        found += [str(error) for error in inline.formset.non_form_errors()]
    assert found
    return " | ".join(found)
