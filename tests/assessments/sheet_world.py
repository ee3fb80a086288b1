"""Jin County's second quarter of 2026: one branch with two areas, a neighbour branch, and a person for every role.

On the sheet of area 1 stand, in this order, 高文明 (leader), 庞立新, 单玉梅 (exempt from physical work), 李福来
(exempt) and 庞洪亮 (secretary). Entry is open from 1 July, due on the 10th, closed after the 20th. The `w` fixture
stands on 3 July.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.test import Client
from django.urls import reverse

from assessments import workflow
from assessments.entry import Outcome, save_cells
from assessments.models import Indicator, Period, Plan, PlanItem, Sheet, SheetMember, Target
from assessments.periods import issue_sheets
from members.models import Exemption, Member, Post
from service_areas.models import Township
from tests.jinxian import admin_world as base

MORNING = "{} 09:00:00+08:00"
TODAY = "2026-07-03"
KIND = Indicator.Kind
# code, kind, points, unit, English unit, decimals, kind of work, cap
ITEMS = (
    ("road", KIND.QUANTITY, "40", "米", "m", 1, "physical", "1"),
    ("visits", KIND.QUANTITY, "30", "户次", "visits", 0, "links", "1"),
    ("meeting", KIND.YES_NO, "10", "", "", 0, "", "1"),
    ("conduct", KIND.JUDGEMENT, "20", "分", "points", 0, "", "1"),
    ("deeds", KIND.BONUS, "5", "件次", "deeds", 0, "", "2"),
    ("fault", KIND.DEDUCTION, "10", "", "", 0, "", "1"),
)
NAMES = {"road": "修路", "visits": "走访", "meeting": "到会", "conduct": "表现", "deeds": "好事", "fault": "失误"}
TARGETS = {"road": "100", "visits": "12", "deeds": "10"}
# What a good quarter looks like: 40 + 30 + 10 + 18 = 98.00 points; 96.67 where the road does not count.
GOOD = {"road": "100.0", "visits": "12", "meeting": "Yes", "conduct": "18.00"}
SCRIPT = {"Accept": "application/json"}


def world() -> SimpleNamespace:
    w = base.everything()
    _people(w)
    _accounts(w)
    w.plan = plan_of(w, 2026)
    w.items = {item.indicator.code: item for item in w.plan.items.select_related("indicator")}
    w.before, w.period = period_of(w, 1, date(2026, 4, 1)), period_of(w, 2, date(2026, 7, 1))
    for member in Member.objects.filter(branch__county=w.county):
        targets(w, member)
    for period in (w.before, w.period):
        issue_sheets(period=period, by=w.officer)
    Period.objects.filter(pk=w.before.pk).update(state=Period.State.CLOSED)
    w.sheet, w.sheet2 = (Sheet.objects.get(area=area, period=w.period) for area in (w.area, w.area2))
    w.far.sheet = Sheet.objects.get(area=w.far.area, period=w.period)
    w.script = script_of(w)
    return w


def _people(w: SimpleNamespace) -> None:
    w.branch.name_en, w.area.name_en, w.township.name_en = "Pangcun Branch", "Area 1", "Jin Town"
    for place in (w.branch, w.area, w.township):
        place.save()
    w.plain = _named(w.member, "庞立新", "Pang Lixin")
    w.head = _named(base.member(w, "M2"), "高文明", "Gao Wenming")
    w.part = _named(base.member(w, "M3"), "单玉梅", "Shan Yumei")
    w.out = _named(base.member(w, "M4"), "李福来", "Li Fulai")
    w.boss = _named(base.member(w, "M5"), "庞洪亮", "Pang Hongliang")
    w.group2, w.area2 = base.group_and_area(w, w.branch, 2)
    w.other = _named(base.member(at(w, w.branch, w.group2, w.area2), "M6"), "张二妮", "Zhang Erni")
    Post.objects.create(member=w.boss, kind="secretary", branch=w.branch, started_on=base.BEGAN)
    Post.objects.create(member=w.head, kind="leader", branch=w.branch, area=w.area, started_on=base.BEGAN)
    exempt = {"branch": w.branch, "reason": "ill", "started_on": base.BEGAN}
    Exemption.objects.create(member=w.part, scope="physical", **exempt)
    Exemption.objects.create(member=w.out, scope="all", ended_on=date(2027, 1, 1), **exempt)
    w.far = SimpleNamespace(branch=base.branch(w, "02", village=w.village))
    w.far.group, w.far.area = base.group_and_area(w, w.far.branch, 1)
    w.far.member = base.member(at(w, w.far.branch, w.far.group, w.far.area), "M7", "邻村人")


def _named(member: Member, name: str, latin: str) -> Member:
    member.name, member.name_latin = name, latin
    member.save()
    return member


def at(w: SimpleNamespace, branch: Any, group: Any, area: Any) -> SimpleNamespace:
    return SimpleNamespace(county=w.county, branch=branch, group=group, area=area)


def _accounts(w: SimpleNamespace) -> None:
    roles = base.ROLES
    w.far_township = Township.objects.create(county=w.county, code="130183200", name="总十庄镇")
    for name, role, place in (
        ("staff", roles.TOWNSHIP_STAFF, {"township": w.township}),
        ("staff_b", roles.TOWNSHIP_STAFF, {"township": w.township}),
        ("far_staff", roles.TOWNSHIP_STAFF, {"township": w.far_township}),
        ("far_secretary", roles.SECRETARY, {"branch": w.far.branch}),
        ("leader", roles.LEADER, {"area": w.area}),
        ("leader2", roles.LEADER, {"area": w.area2}),
        ("member_user", roles.MEMBER, {"branch": w.branch}),
        ("clerk", roles.CLERK, {"village": w.village}),
    ):
        setattr(w, name, base.user(name))
        base.appoint(getattr(w, name), role, **place)
    for member, holder in ((w.boss, w.secretary), (w.head, w.leader), (w.plain, w.member_user)):
        member.user = holder
        member.save()
        holder.name, holder.name_latin = member.name, member.name_latin
        holder.save()


def plan_of(w: SimpleNamespace, year: int, version: int = 1) -> Plan:
    """A published plan with every kind of item; the indicators are made once."""
    plan = Plan.objects.create(county=w.county, year=year, version=version, state=Plan.State.PUBLISHED)
    for position, (code, kind, points, unit, unit_en, decimals, burden, cap) in enumerate(ITEMS, start=1):
        indicator, _new = Indicator.objects.get_or_create(
            county=w.county, code=code,
            defaults={
                "name": NAMES[code], "name_en": code, "kind": kind, "unit": unit, "unit_en": unit_en,
                "decimals": decimals, "burden": burden, "function": Indicator.Function.SERVICE,
            },
        )  # fmt: skip
        PlanItem.objects.create(
            plan=plan, indicator=indicator, position=position, points=Decimal(points), cap=Decimal(cap)
        )
    return plan


def period_of(w: SimpleNamespace, quarter: int, opens_on: date) -> Period:
    days = {"opens_on": opens_on, "due_on": opens_on.replace(day=10), "closes_on": opens_on.replace(day=20)}
    return Period.objects.create(county=w.county, year=2026, quarter=quarter, **days)


def targets(w: SimpleNamespace, member: Member) -> None:
    for code, value in TARGETS.items():
        Target.objects.create(item=w.items[code], period=w.period, member=member, value=Decimal(value))


# A sheet on its way. Every step reads the sheet anew, as a request does.


def fresh(row: Any) -> Any:
    return type(row)._base_manager.get(pk=row.pk)


def begun(w: SimpleNamespace, sheet: Sheet | None = None) -> Sheet:
    return workflow.begin(fresh(sheet or w.sheet), by=w.secretary)


def line(sheet: Sheet, member: Member) -> SheetMember:
    found: SheetMember = sheet.lines.get(member=member)
    return found


def cell(w: SimpleNamespace, member: Member, code: str, sheet: Sheet | None = None) -> str:
    """The field of a cell."""
    return f"c-{line(sheet or w.sheet, member).pk}-{w.items[code].pk}"


def entry(w: SimpleNamespace, member: Member, code: str, sheet: Sheet | None = None) -> Any:
    return line(sheet or w.sheet, member).entries.get(item=w.items[code])


def good(w: SimpleNamespace, sheet: Sheet, *, by: str = "branch") -> dict[str, str]:
    """Field → text for every cell that has to be filled by this hand."""
    cells = [(row, code) for row in sheet.lines.filter(filled_by=by).exclude(exempt_scope="all") for code in GOOD]
    skipped = {(row.pk, "road") for row, _code in cells if row.exempt_scope == "physical"}
    return {f"c-{row.pk}-{w.items[code].pk}": GOOD[code] for row, code in cells if (row.pk, code) not in skipped}


def save(sheet: Sheet, typed: dict[str, str], *, by: Any, seen: dict[str, str] | None = None) -> Outcome:
    return save_cells(fresh(sheet), by=by, typed=typed, seen=seen or {})


def filled(w: SimpleNamespace, sheet: Sheet | None = None) -> Sheet:
    """Begun and filled: the leader's line by the secretary, the others by the leader (area 1) or the secretary."""
    row = begun(w, sheet)
    cells = good(w, row)
    leaders = (
        {name for name in cells if name.startswith(f"c-{line(row, w.head).pk}-")} if row == w.sheet else set(cells)
    )
    save(row, {name: text for name, text in cells.items() if name in leaders}, by=w.secretary)
    if row == w.sheet:
        save(row, {name: text for name, text in cells.items() if name not in leaders}, by=w.leader)
    return fresh(row)


def submitted(w: SimpleNamespace, sheet: Sheet | None = None) -> Sheet:
    row = filled(w, sheet)
    return workflow.submit(row, by=w.secretary, seen_version=row.version)


def scored(w: SimpleNamespace, sheet: Sheet | None = None) -> Sheet:
    """Submitted, and the secretary's own line filled in by the township."""
    row = submitted(w, sheet)
    save(row, good(w, row, by="township"), by=w.staff)
    return fresh(row)


def confirmed(w: SimpleNamespace, sheet: Sheet | None = None) -> Sheet:
    row = scored(w, sheet)
    return workflow.confirm(row, by=w.staff, seen_version=row.version)


def returned(w: SimpleNamespace, reason: str = "修路请按人分开填。") -> Sheet:
    row = scored(w)
    return workflow.return_sheet(row, by=w.staff, seen_version=row.version, reason=reason)


def reopened(w: SimpleNamespace, until: date = date(2026, 7, 31)) -> Sheet:
    row = confirmed(w)
    return workflow.reopen(row, by=w.officer, seen_version=row.version, reason="复核", until=until)


# Through the pages


def url(name: str, *args: int) -> str:
    return reverse(f"assessments:{name}", args=args)


def client(user: Any, language: str = "en") -> Client:
    browser = base.signed_in(user)
    browser.cookies["django_language"] = language
    return browser


def script_of(w: SimpleNamespace) -> Any:
    """What the page's script sends: some cells with what stood on the screen, answered in JSON."""

    def send(user: Any, typed: dict[str, str], seen: dict[str, str] | None = None, sheet: Sheet | None = None) -> Any:
        data = typed | {"seen": json.dumps(seen or {})}
        return client(user).post(url("sheet_save", (sheet or w.sheet).pk), data, headers=SCRIPT)

    return send


def whole_form(page: Any, **changed: str) -> dict[str, str]:
    """The plain form as a browser sends it from this page: every input, some of them typed over, and what was seen."""
    seen = page.context["seen"]
    return json.loads(seen) | changed | {"seen": seen}
