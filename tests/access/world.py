"""Two townships alike, a second branch, and the county next to it: every text is marked with the place it belongs to.

A mark holds a key: `a` is a township, `a1` its first branch with the village, `a1x` an area of that branch. So a
page tells by itself whose words are on it. Sheets are drawn up and moved by the application's own functions, one
area's in every state, so that nothing here is more tidy than the real thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from members import links
from tests.access.filled_sheets import fill_sheets
from tests.access.making import ROLES, account, appoint, area, branch, county, issue, runs, township


def world() -> SimpleNamespace:
    """`people` and `sessions` by persona, `at` by where it lies as seen from the first township."""
    w = SimpleNamespace()
    jin, other = county("130183", ""), county("130182", "c")
    a, b, c = township(jin, "1", "a"), township(jin, "2", "b"), township(other, "1", "c")
    a1, a2, b1, c1 = branch(a, 1), branch(a, 2), branch(b, 1), branch(c, 1)
    w.at = {
        "own": area(a1, "x"),
        "beside": area(a1, "y"),
        "branch2": area(a2, "x"),
        "sister": area(b1, "x"),
        "twin": area(c1, "x"),
    }
    w.jin, w.other = jin, other
    appoint_people(w)
    for at in w.at.values():
        links.recount(branch=at.branch, on=timezone.localdate())
    for each, at in ((jin, w.at["own"]), (other, w.at["twin"])):
        issue(each, at)
    for at in w.at.values():
        at.sheets = fill_sheets(at)
        runs(at, w.other.officer if at is w.at["twin"] else w.people["county"])
    w.sessions, w.browser = {persona: begin_session(user) for persona, user in w.people.items()}, Client()
    return w


@contextmanager
def written_world(blocker: Any) -> Iterator[SimpleNamespace]:
    """The world, written once for all tests of a module and undone at its end."""
    with blocker.unblock(), transaction.atomic():
        yield world()
        transaction.set_rollback(True)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back, so that every request finds the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def client_of(w: SimpleNamespace, persona: str) -> Client:
    """A browser with nothing in it but the person's session. One for all: each new one would load the middleware."""
    w.browser.cookies.clear()
    w.browser.cookies["django_language"] = "en"
    if persona in w.sessions:
        w.browser.cookies["sessionid"] = w.sessions[persona]
    return w.browser


def begin_session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def appoint_people(w: SimpleNamespace) -> None:
    """Everybody of the table, each with the one appointment the name says."""
    own, sister, today = w.at["own"], w.at["sister"], timezone.localdate()
    people = w.people = {
        name: account(name)
        for name in ("county", "leader_a1x", "member_a1", "clerk_a", "auditor", "administrator", "nobody", "ended")
    }
    people |= {"township_a": account("township_a"), "township_b": account("township_b")}
    people |= {"secretary_a1": own.secretary, "secretary_b1": sister.secretary}
    appoint(people["county"], ROLES.COUNTY_STAFF, county=w.jin.county)
    appoint(people["township_a"], ROLES.TOWNSHIP_STAFF, township=own.township)
    appoint(people["township_b"], ROLES.TOWNSHIP_STAFF, township=sister.township)
    appoint(people["leader_a1x"], ROLES.LEADER, area=own.area)
    appoint(people["member_a1"], ROLES.MEMBER, branch=own.branch)
    appoint(people["clerk_a"], ROLES.CLERK, village=own.village)
    appoint(people["auditor"], ROLES.AUDITOR, county=w.jin.county)
    appoint(people["administrator"], ROLES.ADMINISTRATOR, county=w.jin.county)
    appoint(people["ended"], ROLES.COUNTY_STAFF, county=w.jin.county, ended_on=today)
    for at in w.at.values():
        holders = {"boss": at.secretary}
        if at is own:
            holders |= {"head": people["leader_a1x"], "plain": people["member_a1"]}
        for who, user in holders.items():
            row = getattr(at, who)
            if row is not None:
                row.user = user
                row.save()
