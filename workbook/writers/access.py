"""Accounts and their appointments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password

from accounts.models import User
from jinxian.lib.chinese import latin_name
from members.models import Member
from service_areas.models import Appointment
from service_areas.models.appointments import PLACES
from workbook.rules.access import SHEETS_OF, accounts_of, place_kind
from workbook.writers.columns import text_of, update

if TYPE_CHECKING:
    from workbook.planning import SheetPlan
    from workbook.reading import Row
    from workbook.writing import Writer


def write_appointments(writer: Writer, mine: SheetPlan) -> None:
    update(writer, mine, Appointment, {"title": "title", "title_en": "title_en", "until": "ended_on"})
    there = accounts_of(writer.plan, mine)
    user_pk = {username: pk for username, (pk, *_rest) in there.items()}
    value = mine.value
    new = {value(row, "username"): value(row, "name") for row in mine.added if value(row, "username") not in there}
    for username, name in new.items():
        user = User.objects.create(
            username=username, name=name, name_latin=latin_name(name)[:80], password=make_password(None)
        )
        user_pk[username] = user.pk
    writer.insert(
        Appointment,
        f"user_id role title title_en started_on ended_on {' '.join(f'{place}_id' for place in PLACES)}",
        [
            (user_pk[value(row, "username")], value(row, "role"), text_of(value(row, "title")),
             text_of(value(row, "title_en")), value(row, "from"), value(row, "until"),
             *_appointed_at(writer, mine, row))
            for row in mine.added
        ],
    )  # fmt: skip
    persons: dict[int | None, dict[str, Any]] = {}
    place = mine.sheet.places["member"]
    for row in mine.rows:
        member = value(row, "member")
        if member is not None:
            username = value(row, "username") or row.key[0]
            persons[writer.pk("members", member)] = {"user_id": user_pk[username]}
        elif row.old and row.old[place] is not None and place in row.changed:
            persons[writer.pk("members", row.old[place])] = {"user_id": None}
    writer.update(Member, {pk: values for pk, values in persons.items() if pk is not None})


def _appointed_at(writer: Writer, mine: SheetPlan, row: Row) -> list[int | None]:
    code = mine.value(row, "place")
    kind = place_kind(writer.plan, mine.value(row, "role"), code)
    if kind == "county":
        return [writer.county.pk if place == "county" else None for place in PLACES]
    return [writer.pk(SHEETS_OF[kind], code) if place == kind else None for place in PLACES]
