"""The sheets' world with a branch in another township: the places a member goes from and to, and a person for each."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from accounts.recording import recorded
from jinxian.lib.chinese import search_key
from members import transfers
from members.models import HouseholdLink, Transfer
from service_areas.models import Branch
from tests.assessments import sheet_world
from tests.assessments.sheet_world import MORNING, TODAY  # noqa: F401 — the days the tests stand on
from tests.jinxian import admin_world as base

DUES = date(2026, 6, 30)


def world() -> SimpleNamespace:
    w = sheet_world.world()
    w.new = SimpleNamespace(county=w.county, township=w.far_township)
    w.new.branch = base.branch(w.new, "03")
    w.new.group, w.new.area = base.group_and_area(w.new, w.new.branch, 1)
    Branch.objects.filter(pk=w.new.branch.pk).update(name="东曹支部", name_en="Dongcao Branch")
    w.new.branch.refresh_from_db()
    for branch in Branch.objects.filter(county=w.county):
        Branch.objects.filter(pk=branch.pk).update(search_key=search_key(branch.name))
    w.new_secretary = base.user("new_secretary")
    base.appoint(w.new_secretary, base.ROLES.SECRETARY, branch=w.new.branch)
    return w


def applied(w: SimpleNamespace, *, by: Any = None, **changed: Any) -> Transfer:
    """庞立新 applied for by the own secretary, to the branch in the other township."""
    asked = {"member": w.plain, "to_branch": w.new.branch, "outside": "", "reason": "迁居", "dues_paid_until": DUES}
    who = by or w.secretary
    with recorded(by=who):
        return transfers.apply(**asked | changed, by=who)


def issued(w: SimpleNamespace, transfer: Transfer | None = None, **changed: Any) -> Transfer:
    row = transfer or applied(w)
    given = {"letter_no": "晋组介 7 号", "valid_until": date(2026, 9, 30)} | changed
    with recorded(by=w.staff):
        return transfers.issue(row, by=w.staff, seen_version=row.version, **given)


def received(w: SimpleNamespace, transfer: Transfer | None = None, **changed: Any) -> Transfer:
    row = transfer or issued(w)
    place = {"small_group": w.new.group, "area": w.new.area, "on": date.fromisoformat(TODAY)}
    with recorded(by=w.new_secretary):
        return transfers.receive(row, by=w.new_secretary, seen_version=row.version, **place | changed)


def linked(w: SimpleNamespace) -> HouseholdLink:
    """庞立新 looks after a household of the branch."""
    return HouseholdLink.objects.create(member=w.plain, household=w.household, branch=w.branch, started_on=base.BEGAN)
