"""Members with where they belong, posts and exemptions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from jinxian.lib.chinese import search_key
from jinxian.lib.id_numbers import encrypt
from members.models import Affiliation, Exemption, Member, Post
from members.posts import access_of
from service_areas.models import Appointment
from workbook.rules.posts import UNIT_OF
from workbook.writers.columns import changed_fields, text_of, update

if TYPE_CHECKING:
    from workbook.planning import SheetPlan
    from workbook.reading import Row
    from workbook.writing import Writer


def write_members(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("members", mine.added, Member)
    writer.insert(
        Member,
        "id code name name_latin search_key sex birth_date member_type status status_on status_document admitted_on "
        "full_on contact id_number_encrypted id_number_hash id_number_masked branch_id small_group_id area_id",
        [_member(writer, mine, row) for row in rows],
    )
    writer.insert(
        Affiliation,
        "member_id branch_id small_group_id area_id started_on ended_on",
        [(row.pk, *_place(writer, mine, row.values), *_spell(mine, row)) for row in rows],
    )
    writer.update(Member, {row.pk: _member_changes(writer, mine, row) for row in mine.changed})
    moves = {mine.sheet.places["group"], mine.sheet.places["area"]}
    _move(writer, mine, [row for row in mine.changed if moves & {*row.changed}])


def _member(writer: Writer, mine: SheetPlan, row: Row) -> tuple[Any, ...]:
    value = mine.value
    number = value(row, "id_number")
    return (
        row.pk, row.key, value(row, "name"), text_of(value(row, "name_latin")), _person_key(value(row, "name"),
        value(row, "name_latin")), value(row, "sex"), value(row, "birth_date"), value(row, "type"),
        value(row, "status"), value(row, "status_on"), text_of(value(row, "status_document")),
        value(row, "admitted_on"), value(row, "full_on"), text_of(value(row, "contact")),
        encrypt(number.number) if number else None, number.hash if number else None, number.masked if number else "",
        *_place(writer, mine, row.values),
    )  # fmt: skip


def _person_key(name: str, name_latin: str | None) -> str:
    """As service_areas.placing.fill_search_key: the name, its pinyin, and a reading written by hand."""
    key = search_key(name)
    by_hand = [word for word in search_key(name_latin or "").split() if word not in key]
    return " ".join([key, *by_hand])[:240]


def _place(writer: Writer, mine: SheetPlan, values: Any) -> tuple[int | None, int | None, int | None]:
    value = mine.value
    return (
        writer.pk("branches", value(values, "branch")),
        writer.pk("groups", value(values, "group")),
        writer.pk("areas", value(values, "area")),
    )


def _spell(mine: SheetPlan, row: Row) -> tuple[date, date | None]:
    """The affiliation of somebody who no longer belongs ended with the status."""
    start = mine.value(row, "since")
    has_left = mine.value(row, "status") not in Member.PRESENT
    return start, max(start, mine.value(row, "status_on")) if has_left else None


MEMBER_FIELDS = {
    "name": "name", "name_latin": "name_latin", "sex": "sex", "birth_date": "birth_date", "type": "member_type",
    "admitted_on": "admitted_on", "full_on": "full_on", "status": "status", "status_on": "status_on",
    "status_document": "status_document", "contact": "contact",
}  # fmt: skip


def _member_changes(writer: Writer, mine: SheetPlan, row: Row) -> dict[str, Any]:
    changed = changed_fields(mine, row, MEMBER_FIELDS)
    places = mine.sheet.places
    for key, sheet, name in (("group", "groups", "small_group_id"), ("area", "areas", "area_id")):
        if places[key] in row.changed:
            changed[name] = writer.pk(sheet, row.values[places[key]])
    if places["id_number"] in row.changed:
        number = row.values[places["id_number"]]
        changed["id_number_encrypted"] = encrypt(number.number) if number else None
        changed["id_number_hash"] = number.hash if number else None
        changed["id_number_masked"] = number.masked if number else ""
    if {"name", "name_latin"} & {*changed}:
        now = [changed.get(key, row.old[places[key]]) for key in ("name", "name_latin")]
        changed["search_key"] = _person_key(*now)
    return changed


def _move(writer: Writer, mine: SheetPlan, rows: list[Row]) -> None:
    """Another group or area: the open affiliation ends and one begins, or it is corrected where it began that day."""
    if not rows:
        return
    held = Affiliation.objects.filter(ended_on__isnull=True).values_list("pk", "member", "started_on")
    open_rows = {member: (pk, start) for pk, member, start in held}
    ended: dict[int, dict[str, Any]] = {}
    begun = []
    for row in rows:
        merged = mine.merged[row.key]
        place = _place(writer, mine, merged)
        day = mine.value(merged, "since")
        pk, start = open_rows.get(row.pk, (None, None))
        if pk is not None and start == day:
            ended[pk] = {"small_group_id": place[1], "area_id": place[2]}
        else:
            if pk is not None:
                ended[pk] = {"ended_on": day}
            begun.append((row.pk, *place, day, None))
    writer.update(Affiliation, ended)
    writer.insert(Affiliation, "member_id branch_id small_group_id area_id started_on ended_on", begun)


def write_posts(writer: Writer, mine: SheetPlan) -> None:
    update(writer, mine, Post, {"until": "ended_on"})
    _end_access(writer, mine)
    writer.insert(
        Post,
        "member_id kind branch_id area_id small_group_id started_on ended_on",
        [_post(writer, mine, row) for row in mine.added],
    )


def _end_access(writer: Writer, mine: SheetPlan) -> None:
    """What a post that has ended gave its holder's account ends with it. A new holder's stands on the appointments."""
    place = mine.sheet.places["until"]
    ended = {row.pk: row.values[place] for row in mine.changed if place in row.changed and row.values[place]}
    posts = Post.objects.filter(pk__in=ended, member__user__isnull=False).select_related("member")
    rows = [(access, ended[post.pk]) for post in posts for access in access_of(post)]
    writer.update(Appointment, {access.pk: {"ended_on": max(day, access.started_on)} for access, day in rows})


def _post(writer: Writer, mine: SheetPlan, row: Row) -> tuple[Any, ...]:
    value = mine.value
    sheet, unit = UNIT_OF[value(row, "kind")], value(row, "unit")
    units = writer.plan.sheets[sheet]
    branch = unit if sheet == "branches" else units.value(units.merged[unit], "branch")
    return (
        writer.pk("members", value(row, "member")), value(row, "kind"), writer.pk("branches", branch),
        writer.pk("areas", unit) if sheet == "areas" else None,
        writer.pk("groups", unit) if sheet == "groups" else None, value(row, "from"), value(row, "until"),
    )  # fmt: skip


def write_exemptions(writer: Writer, mine: SheetPlan) -> None:
    names = {key: key for key in ("reason", "agreed_on", "filed_on", "reviewed_on")} | {"until": "ended_on"}
    update(writer, mine, Exemption, names)
    value, members = mine.value, writer.plan.sheets["members"]
    writer.insert(
        Exemption,
        "member_id branch_id reason scope started_on ended_on agreed_on filed_on reviewed_on",
        [
            (writer.pk("members", value(row, "member")),
             writer.pk("branches", members.value(members.merged[value(row, "member")], "branch")),
             value(row, "reason"), value(row, "scope"), value(row, "from"), value(row, "until"),
             value(row, "agreed_on"), value(row, "filed_on"), value(row, "reviewed_on"))
            for row in mine.added
        ],
    )  # fmt: skip
