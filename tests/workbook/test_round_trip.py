"""Out and in again: an export brought into an empty database exports the same; a second import changes nothing."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import User
from assessments.models import Plan as YearPlan
from assessments.models import Target
from members.models import Affiliation, Exemption, HouseholdLink, LinkTotal, Member, Post
from service_areas.models import AreaTeam, County, Household, LedgerEntry, ServiceArea
from tests.jinxian import admin_world
from tests.workbook.books import ON, brought_in, looked_at, xlsx
from workbook.format import SHEETS
from workbook.models import Run
from workbook.picture import Extent, rows_of

pytestmark = pytest.mark.django_db
BEGAN = admin_world.BEGAN


def whole_county() -> bytes:
    """A little county that is nowhere else, as a workbook: one of everything."""
    return xlsx(
        county=[["code", "name"], ["130999", "河县"]],
        townships=[["code", "name"], ["130999101", "东镇"], ["130999102", "周乡"]],
        villages=[
            ["code", "committee", "township"],
            ["130999101201", "李村村民委员会", "130999101"],
            ["130999102201", "李村村委会", "130999102"],
        ],
        teams=[
            ["code", "name", "village", "township"],
            ["13099910120101", "一队", "130999101201", None],
            ["13099910120102", "二队", "130999101201", None],
            ["13099910299901", "无村队", None, "130999102"],
        ],
        branches=[["code", "name", "township", "village", "from"], ["B1", "李村党支部", "东镇", "130999101201", BEGAN]],
        groups=[
            ["code", "name", "branch", "from"],
            ["G1", "第一党小组", "B1", BEGAN],
            ["G2", "第二党小组", "B1", BEGAN],
        ],
        areas=[
            ["code", "name", "branch", "group", "teams", "from"],
            ["A1", "第一服务区", "李村党支部", "G1", "13099910120101", BEGAN],
            ["A2", "第二服务区", "B1", "G2", "13099910120102", BEGAN],
        ],
        members=[
            ["code", "name", "sex", "birth_date", "branch", "group", "area", "since", "status", "status_on",
             "status_document"],
            ["M1", "李一", "男", date(1970, 5, 1), "B1", "G1", "A1", BEGAN, None, None, None],
            ["M2", "李二", "女", date(1980, 5, 1), "B1", "G2", "A2", BEGAN, None, None, None],
            ["M3", "李三", "男", None, "B1", "G1", "A1", BEGAN, "去世", date(2026, 3, 1), "证1"],
        ],
        posts=[
            ["member", "kind", "unit", "from", "until"],
            ["M2", "党支部书记", "B1", BEGAN, None],
            ["M3", "服务区负责人", "A1", BEGAN, date(2026, 3, 1)],
            ["M1", "服务区负责人", "A1", date(2026, 3, 1), None],
        ],
        exemptions=[["member", "scope", "reason", "from"], ["M2", "physical", "old", BEGAN]],
        households=[
            ["team", "number", "head", "people", "linkable"],
            ["13099910120101", "001", "王老汉", 4, "是"],
            ["13099910120102", "001", "𠮷老汉", 2, "是"],
            ["13099910120102", "002", "张老汉", 1, "否"],
        ],
        links=[
            ["member", "team", "number", "primary", "from", "until"],
            ["M2", "13099910120101", "001", "是", BEGAN, date(2026, 4, 1)],
            ["M1", "13099910120101", "001", "是", date(2026, 4, 1), None],
            ["M2", "13099910120101", "001", "否", date(2026, 4, 1), None],
        ],
        appointments=[
            ["username", "name", "role", "place", "member", "from"],
            ["lier", "李二", "党支部书记", "B1", "M2", BEGAN],
            ["county1", "赵县", "county_staff", "130999", None, BEGAN],
        ],
        quarters=[["year", "quarter", "opens_on", "due_on", "closes_on"],
                  [2026, 3, date(2026, 10, 1), date(2026, 10, 10), date(2026, 10, 31)]],
        plan_items=[
            ["year", "indicator", "name", "points", "unit", "function"],
            [2026, "visits", "联系户走访", 60, "户次", "服务"],
            [2026, "deeds", "做好事", 40, "件次", "服务"],
        ],
        targets=[["year", "quarter", "indicator", "member", "value"], [2026, 3, "visits", "M1", 12]],
    )  # fmt: skip


def pictured(county: County) -> dict[str, list[tuple]]:
    return {sheet.key: [values for _pk, values in rows_of(sheet, Extent(county.pk))] for sheet in SHEETS}


def test_a_county_comes_in_from_nothing_and_stands_as_it_was_written():
    brought_in(whole_county())
    county = County.objects.get()
    area = ServiceArea.objects.get(code="A1")
    assert (county.name, area.branch.name, area.township.name, area.number) == ("河县", "李村党支部", "东镇", 1)
    assert list(Household.objects.filter(branch__code="B1").values_list("head_name", flat=True).order_by("pk")) == [
        "王老汉", "𠮷老汉", "张老汉",
    ]  # fmt: skip
    assert Member.objects.get(code="M1").area == area and Member.objects.get(code="M1").name_latin == "Li Yi"
    gone = Affiliation.objects.get(member__code="M3")
    assert (gone.started_on, gone.ended_on) == (BEGAN, date(2026, 3, 1))
    assert Post.objects.filter(area=area).count() == 2 and Exemption.objects.get().scope == "physical"
    assert User.objects.get(username="lier").member.code == "M2"
    assert not User.objects.get(username="lier").has_usable_password()
    assert YearPlan.objects.get().state == "draft" and Target.objects.get().value == 12
    total = LinkTotal.objects.get(level="county")
    assert (total.household_count, total.linkable_count, total.linked_count) == (3, 2, 1)


def test_a_second_import_of_the_same_file_changes_nothing():
    brought_in(whole_county())
    again = looked_at(whole_county(), on=date(2026, 9, 9))
    assert [counts for counts in again.counts().values() if counts["added"] or counts["changed"]] == []
    assert sum(counts["same"] for counts in again.counts().values()) == again.row_count


def test_an_export_brought_into_an_empty_database_exports_the_same():
    brought_in(whole_county())
    before = pictured(County.objects.get())
    exported = export_of(County.objects.get())
    for model in (Target, LinkTotal, HouseholdLink, Household, Exemption, Post):
        model.objects.all().delete()
    empty_everything()
    brought_in(exported)
    assert pictured(County.objects.get()) == before


def export_of(county: County) -> bytes:
    run = Run.objects.create(kind="export", state="making", county=county, effective_on=ON, made_at="2026-07-01T00:00Z")
    from workbook.taking_out import make_files

    ((_name, data),), _count = make_files(run, tell=lambda share: None)
    return data


def empty_everything() -> None:
    """As migrate leaves it: every table of the books empty. The ledger cannot be emptied and is passed over."""
    from django.apps import apps
    from django.db import connection

    tables = [
        model._meta.db_table
        for label in ("workbook", "assessments", "members", "service_areas", "accounts")
        for model in apps.get_app_config(label).get_models()
        if model is not LedgerEntry
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"TRUNCATE {', '.join(tables)}, service_areas_ledgerentry CASCADE")
        else:
            cursor.execute("DROP TRIGGER ledger_entry_no_delete")
            for table in [*tables, "service_areas_ledgerentry"]:
                cursor.execute(f"DELETE FROM {table}")
            cursor.execute(
                "CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON service_areas_ledgerentry"
                " BEGIN SELECT RAISE(ABORT, 'The ledger is only added to.'); END"
            )


def test_every_row_that_came_knows_its_import():
    plan = brought_in(whole_county())
    run = Run.objects.get()
    for model in (Member, Household, HouseholdLink, Post, AreaTeam, Affiliation, ServiceArea, County, Target):
        kept = model.history.all()
        assert model.objects.count() == kept.filter(history_type="+", import_run=run.pk).count() > 0, model
    assert Member.history.filter(code="M1").count() == 1 and plan.row_count == run.row_count


def test_a_change_by_a_workbook_stands_in_the_history_with_old_and_new():
    brought_in(whole_county())
    brought_in(xlsx(members=[["code", "contact"], ["M1", "0311-123"]]))
    now, before = Member.history.filter(code="M1").order_by("-history_id")[:2]
    assert [(change.field, change.old, change.new) for change in now.diff_against(before).changes] == [
        ("contact", "", "0311-123")
    ]
    assert now.import_run == Run.objects.latest("pk").pk


def test_nothing_of_the_county_next_door_is_read_or_written(w):
    plan = looked_at(xlsx(members=[["code", "name", "branch"], [w.twin.member.code, "x", w.twin.branch.code]]),
                     county=w.county)  # fmt: skip
    assert plan.counts()["members"]["same"] == 0 and plan.is_blocked
