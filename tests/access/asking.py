"""One request of one person, and what is wrong with its answer: status, reason, foreign words, something written."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from assessments.models import Entry, EntryChange, Period, Plan, Sheet, SheetMember, SheetMove
from members.models import Affiliation, Member
from service_areas.models import Appointment, Branch, ServiceArea
from tests.access.addresses import data_of, url_of
from tests.access.marks import MARK
from tests.access.table import Row
from tests.access.world import client_of, undone

DENIED = frozenset({"door", "403", "404"})
WITHOUT_REASON = "Your appointments do not include this."  # what the page says where nobody gave a reason
OF_A1 = {"a", "a1", "a1x", "a1y"}
OF_A = OF_A1 | {"a2", "a2x"}
OF_B = {"b", "b1", "b1x"}
# Whose words a page may hold; those of a person who is not named here: nobody's.
MAY_READ = {
    "county": OF_A | OF_B,
    "auditor": OF_A | OF_B,
    "township_a": OF_A,
    "secretary_a1": OF_A1,
    "leader_a1x": OF_A1 - {"a1y"},
    "member_a1": OF_A1 - {"a1y"},
    "clerk_a": OF_A1,
    "township_b": OF_B,
    "secretary_b1": OF_B,
}
WRITTEN = (User, Appointment, Branch, ServiceArea, Member, Affiliation, Plan, Period, Sheet, SheetMember, Entry)
ADDED = (EntryChange, SheetMove)


def ask(w: SimpleNamespace, who: str, row: Row, *, url: str = "", **headers: str) -> Any:
    client = client_of(w, who)
    if row.method == "POST":
        return client.post(url or url_of(w, row), data_of(w, row), headers=headers)
    return client.get(url or url_of(w, row), headers=headers)


def outcome(response: Any) -> str:
    """As the table writes it: a status, or `door` where the way leads to the sign-in."""
    status, door = response.status_code, reverse("accounts:sign_in")
    leads_in = status == 302 and response["Location"].startswith(f"{door}?next=")
    keeps = status == 401 and f'action="{door}"' in response.content.decode()
    return "door" if leads_in or keeps else str(status)


def faults_of(w: SimpleNamespace, who: str, row: Row) -> Iterator[str]:
    """What differs from the table, or must not be in any answer; nothing where all is well."""
    with undone(), CaptureQueriesContext(connection) as asked:
        response = ask(w, who, row)
        got = outcome(response)
        if row.method == "GET" and (written := [*writes_of(asked)]):
            yield f"a page that writes: {written}"
        if got != row.statuses[who]:
            yield f"{got} instead of {row.statuses[who]}"
        if got == "403" and not gives_reason(response):
            yield "refused without a reason"
        if got in DENIED and row.method == "POST" and everything_written() != w.written:
            yield "refused, and yet something was written"
        found = marks_on(response)
        if got == "302":
            found |= marks_where_it_leads(w, who, response)
        foreign = found - MAY_READ.get(who, set())
        if foreign and (foreign := foreign - marks_sent(w, row)):
            yield f"words of {sorted(foreign)}"


def writes_of(asked: CaptureQueriesContext) -> Iterator[str]:
    """What was written but for the session, whose end moves on while it is used."""
    for query in asked.captured_queries:
        sql = query["sql"].lstrip()
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and '"django_session"' not in sql:
            yield sql[:80]


def gives_reason(response: Any) -> bool:
    page = response.content.decode()
    return 'role="alert"' in page and WITHOUT_REASON not in page


def marks_on(response: Any) -> set[str]:
    """The places whose words stand in the answer or its heads."""
    return {*MARK.findall(response.content.decode(errors="replace") + str(response.headers))}


def marks_sent(w: SimpleNamespace, row: Row) -> set[str]:
    """What somebody wrote into the form comes back to that person, as what was typed."""
    return {*MARK.findall(str(data_of(w, row)))} if row.method == "POST" else set()


def marks_where_it_leads(w: SimpleNamespace, who: str, response: Any) -> set[str]:
    """The same of the page after a form, with its messages."""
    client = client_of(w, who)
    client.cookies.update(response.cookies)
    page = client.get(response["Location"], follow=True)
    return marks_on(page)


def everything_written() -> list[Any]:
    """What a request could have changed, to be compared with what it was."""
    rows = [list(model.objects.order_by("pk").values_list()) for model in WRITTEN]
    return [*rows, *(model.objects.count() for model in ADDED)]
