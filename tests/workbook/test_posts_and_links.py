"""Posts and links as the pages ask for them, and what a preview has shown is written in an order that is possible."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from members.models import Exemption, HouseholdLink, Member, Post
from service_areas.models import County
from tests.workbook.books import ON, brought_in, looked_at, only_sentence, sheet_of, xlsx
from tests.workbook.test_round_trip import BEGAN, whole_county
from workbook.planning import make_plan
from workbook.reading import read_files

pytestmark = pytest.mark.django_db
TEAM, NUMBER, SINCE = "13099910120101", "001", date(2026, 4, 1)
DEPUTY = {"member": "M1", "kind": "deputy", "unit": "B1", "from": date(2026, 6, 1)}
FUTURE = date(2099, 1, 1)


@pytest.fixture(autouse=True)
def county() -> County:
    brought_in(whole_county())
    return County.objects.get()


@pytest.mark.parametrize(
    ("given", "cell"),
    [({"from": FUTURE}, "D2"), ({"from": FUTURE, "until": date(2099, 2, 1)}, "D2"), ({"until": FUTURE}, "E2")],
)
def test_a_post_is_told_when_it_begins_and_ends(given: dict[str, Any], cell: str) -> None:
    plan = looked_at(sheet_of("posts", DEPUTY | given))
    assert any(each.cell == cell and each.sentence == "This day lies in the future." for each in plan.findings)
    assert plan.is_blocked


def test_nobody_holds_a_post_while_somebody_else_did() -> None:
    Post.objects.filter(member__code="M1").update(ended_on=date(2026, 6, 1))
    leader = {"member": "M2", "kind": "leader", "unit": "A1"}
    said = only_sentence(looked_at(sheet_of("posts", leader | {"from": date(2026, 5, 1)})))
    assert said == "posts D2: 李一 held this post until 2026-06-01."
    assert not looked_at(sheet_of("posts", leader | {"from": date(2026, 6, 1)})).is_blocked


def test_who_is_suspended_takes_no_post() -> None:
    Member.objects.filter(code="M1").update(status="suspended", status_on=BEGAN, status_document="甲")
    assert only_sentence(looked_at(sheet_of("posts", DEPUTY))).endswith("李一 cannot hold a post now.")


def test_who_is_exempt_from_all_work_takes_no_post() -> None:
    member = Member.objects.get(code="M1")
    Exemption.objects.create(member=member, branch=member.branch, reason="ill", scope="all", started_on=BEGAN)
    assert only_sentence(looked_at(sheet_of("posts", DEPUTY))).endswith("李一 is exempt from all work.")


def test_nobody_fills_a_post_with_himself(county: County) -> None:
    by = User.objects.get(username="lier")
    read = read_files([("a.xlsx", sheet_of("posts", DEPUTY | {"member": "M2"}))], tell=lambda share: None)
    plan = make_plan(read, county=county, effective_on=ON, by=by, decisions={}, tell=lambda share: None)
    assert only_sentence(plan).endswith("Nobody fills a post with himself: it goes one level up.")


def test_a_county_that_comes_with_its_books_brings_the_posts_it_has() -> None:
    Member.objects.filter(code="M1").update(status="suspended", status_on=BEGAN, status_document="甲")
    assert not looked_at(sheet_of("posts", {**DEPUTY, "from": BEGAN, "until": date(2026, 6, 1)})).is_blocked
    assert Post.objects.filter(member__code="M1").exists()


@pytest.mark.parametrize("order", [1, -1])
def test_two_who_look_after_a_household_change_places(order: int) -> None:
    rows = [["M1", TEAM, NUMBER, "否", SINCE, None], ["M2", TEAM, NUMBER, "是", SINCE, None]][::order]
    brought_in(xlsx(links=[["member", "team", "number", "primary", "from", "until"], *rows]))
    current = HouseholdLink.objects.filter(ended_on__isnull=True, household__number=NUMBER, household__team__code=TEAM)
    assert dict(current.values_list("member__code", "is_primary")) == {"M1": False, "M2": True}


def test_a_helper_follows_a_primary_one_who_ends() -> None:
    rows = [["M2", TEAM, NUMBER, "是", SINCE, None], ["M1", TEAM, NUMBER, "是", SINCE, date(2026, 6, 1)]]
    brought_in(xlsx(links=[["member", "team", "number", "primary", "from", "until"], *rows]))
    assert HouseholdLink.objects.get(ended_on__isnull=True, is_primary=True).member.code == "M2"
