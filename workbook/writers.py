"""How the rows of each sheet become rows of the database, in the order they build on each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password

from accounts.models import User
from assessments import plans
from assessments.models import Indicator, Period, PlanItem, Target
from assessments.models import Plan as YearPlan
from jinxian.lib.chinese import latin_name, search_key
from jinxian.lib.id_numbers import encrypt
from members.models import Affiliation, Exemption, HouseholdLink, Member, Post
from members.posts import access_of
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
from service_areas.models.appointments import PLACES
from workbook.rules.access import SHEETS_OF, accounts_of, place_kind
from workbook.rules.people import UNIT_OF
from workbook.rules.work import OF_INDICATOR, indicators, newest_plans

if TYPE_CHECKING:
    from workbook.planning import SheetPlan
    from workbook.reading import Row
    from workbook.writing import Writer


def _text(value: Any) -> str:
    return value or ""


def _fields(mine: SheetPlan, row: Row, names: dict[str, str]) -> dict[str, Any]:
    """Of the columns that change: attribute name → value; an emptied text is an empty text."""
    changed = {}
    for place in row.changed:
        column = mine.sheet.columns[place]
        if column.key in names:
            value = row.values[place]
            is_text = column.kind in ("text", "code", "choice")
            changed[names[column.key]] = _text(value) if is_text else value
    return changed


def _update(writer: Writer, mine: SheetPlan, model: Any, names: dict[str, str]) -> None:
    writer.update(model, {row.pk: _fields(mine, row, names) for row in mine.changed})


NAMES = {"name": "name", "name_en": "name_en"}
DATES = {"from": "started_on", "until": "ended_on"}


def _county(writer: Writer, mine: SheetPlan) -> None:
    for row in mine.added:
        code, name, name_en = row.values
        writer.plan.county = County.objects.create(code=code, name=name, name_en=_text(name_en))
    _update(writer, mine, County, NAMES)


def _townships(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("townships", mine.added, Township)
    writer.insert(
        Township,
        "id code name name_en county_id",
        [(row.pk, row.values[0], row.values[1], _text(row.values[2]), writer.county.pk) for row in rows],
    )
    _update(writer, mine, Township, NAMES)


def _villages(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("villages", mine.added, Village)
    value = mine.value
    writer.insert(
        Village,
        "id code name name_en committee_name ended_on township_id",
        [
            (row.pk, row.key, value(row, "name"), _text(value(row, "name_en")), _text(value(row, "committee")),
             value(row, "until"), writer.pk("townships", value(row, "township")))
            for row in rows
        ],
    )  # fmt: skip
    _update(writer, mine, Village, NAMES | {"committee": "committee_name"})


def _teams(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("teams", mine.added, ProductionTeam)
    value = mine.value
    writer.insert(
        ProductionTeam,
        "id code name name_en township_id village_id",
        [
            (row.pk, row.key, value(row, "name"), _text(value(row, "name_en")),
             writer.pk("townships", value(row, "township")), writer.pk("villages", value(row, "village")))
            for row in rows
        ],
    )  # fmt: skip
    _update(writer, mine, ProductionTeam, NAMES)


def _renamed(mine: SheetPlan, row: Row, changed: dict[str, Any], length: int) -> dict[str, Any]:
    """The key by which a name is searched follows the name."""
    if "name" in changed:
        changed["search_key"] = search_key(changed["name"])[:length]
    return changed


def _branches(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("branches", mine.added, Branch)
    value = mine.value
    writer.insert(
        Branch,
        "id code name name_en search_key started_on ended_on county_id township_id village_id",
        [
            (row.pk, row.key, value(row, "name"), _text(value(row, "name_en")),
             search_key(value(row, "name"))[:200], value(row, "from"), value(row, "until"), writer.county.pk,
             writer.pk("townships", value(row, "township")), writer.pk("villages", value(row, "village")))
            for row in rows
        ],
    )  # fmt: skip
    names = NAMES | DATES
    writer.update(Branch, {row.pk: _renamed(mine, row, _fields(mine, row, names), 200) for row in mine.changed})


def _groups(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("groups", mine.added, SmallGroup)
    value = mine.value
    _update(writer, mine, SmallGroup, NAMES | DATES)
    writer.insert(
        SmallGroup,
        "id code name name_en started_on ended_on branch_id",
        [
            (row.pk, row.key, value(row, "name"), _text(value(row, "name_en")), value(row, "from"),
             value(row, "until"), writer.pk("branches", value(row, "branch")))
            for row in rows
        ],
    )  # fmt: skip


def _areas(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("areas", mine.added, ServiceArea)
    value, branches = mine.value, writer.plan.sheets["branches"]
    names = NAMES | DATES | {"number": "number"}
    writer.update(ServiceArea, {row.pk: _renamed(mine, row, _fields(mine, row, names), 200) for row in mine.changed})
    writer.insert(
        ServiceArea,
        "id code name name_en search_key number started_on ended_on county_id township_id branch_id small_group_id",
        [
            (row.pk, row.key, value(row, "name"), _text(value(row, "name_en")), search_key(value(row, "name"))[:200],
             value(row, "number"), value(row, "from"), value(row, "until"), writer.county.pk,
             writer.pk("townships", branches.value(branches.merged[value(row, "branch")], "township")),
             writer.pk("branches", value(row, "branch")), writer.pk("groups", value(row, "group")))
            for row in rows
        ],
    )  # fmt: skip
    _teams_of_areas(writer, mine)


def _teams_of_areas(writer: Writer, mine: SheetPlan) -> None:
    """Teams leave an area, or come into one, on the day of the import; a new area has its own from its first day."""
    place, on = mine.sheet.places["teams"], writer.plan.effective_on
    begun = [(row.pk, team, mine.value(row, "from"), mine.value(row, "until")) for row in mine.added
             for team in mine.value(row, "teams") or ()]  # fmt: skip
    changed = [row for row in mine.changed if place in row.changed]
    held = AreaTeam.objects.filter(area__in=[row.pk for row in changed], ended_on__isnull=True)
    open_rows = {(area, team): (pk, start) for pk, area, team, start in
                 held.values_list("pk", "area", "team__code", "started_on")}  # fmt: skip
    ended = {}
    for row in changed:
        before, now = set(row.old[place] or ()), set(row.values[place] or ())
        for team in before - now:
            pk, start = open_rows[row.pk, team]
            ended[pk] = {"ended_on": max(on, start)}
        begun += [(row.pk, team, on, None) for team in sorted(now - before)]
    writer.update(AreaTeam, ended)
    writer.insert(
        AreaTeam,
        "area_id team_id started_on ended_on",
        [(area, writer.pk("teams", team), start, end) for area, team, start, end in begun],
    )


# People


def _members(writer: Writer, mine: SheetPlan) -> None:
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
        row.pk, row.key, value(row, "name"), _text(value(row, "name_latin")), _person_key(value(row, "name"),
        value(row, "name_latin")), value(row, "sex"), value(row, "birth_date"), value(row, "type"),
        value(row, "status"), value(row, "status_on"), _text(value(row, "status_document")),
        value(row, "admitted_on"), value(row, "full_on"), _text(value(row, "contact")),
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
    changed = _fields(mine, row, MEMBER_FIELDS)
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


def _posts(writer: Writer, mine: SheetPlan) -> None:
    _update(writer, mine, Post, {"until": "ended_on"})
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


def _exemptions(writer: Writer, mine: SheetPlan) -> None:
    names = {key: key for key in ("reason", "agreed_on", "filed_on", "reviewed_on")} | {"until": "ended_on"}
    _update(writer, mine, Exemption, names)
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


# Households and links


def _households(writer: Writer, mine: SheetPlan) -> None:
    rows = writer.number("households", mine.added, Household)
    value = mine.value
    writer.insert(
        Household,
        "id number head_name head_name_latin contact people_count is_linkable link_count branch_id team_id",
        (
            (row.pk, value(row, "number"), value(row, "head"), _text(value(row, "head_latin")),
             _text(value(row, "contact")), value(row, "people"), value(row, "linkable"), 0,
             writer.pk("branches", value(row, "branch")), writer.pk("teams", value(row, "team")))
            for row in rows
        ),
    )  # fmt: skip
    names = {
        "head": "head_name", "head_latin": "head_name_latin", "contact": "contact", "people": "people_count",
        "linkable": "is_linkable",
    }  # fmt: skip
    writer.update(Household, {row.pk: _household_changes(mine, row, names) for row in mine.changed})


def _household_changes(mine: SheetPlan, row: Row, names: dict[str, str]) -> dict[str, Any]:
    """Another head is written anew in Latin letters, unless the file does."""
    changed = _fields(mine, row, names)
    if "head_name" in changed and "head_name_latin" not in changed:
        changed["head_name_latin"] = latin_name(changed["head_name"])[:80]
    return changed


def _links(writer: Writer, mine: SheetPlan) -> None:
    """Who is no longer the primary one comes first: a household has one at a time, also in between."""
    names = {"until": "ended_on", "primary": "is_primary"}
    changed = [(row.pk, _fields(mine, row, names)) for row in mine.changed]
    for is_promoted in (False, True):
        some = {pk: fields for pk, fields in changed if (fields.get("is_primary") is True) is is_promoted}
        writer.update(HouseholdLink, some)
    writer.insert(
        HouseholdLink,
        "member_id household_id branch_id is_primary started_on ended_on",
        (_link(writer, mine, row) for row in mine.added),
    )


def _link(writer: Writer, mine: SheetPlan, row: Row) -> tuple[Any, ...]:
    households, value = writer.plan.sheets["households"], mine.value
    household = value(row, "team"), value(row, "number")
    branch = households.value(households.merged[household], "branch")
    return (
        writer.pk("members", value(row, "member")), writer.pk("households", household), writer.pk("branches", branch),
        value(row, "primary"), value(row, "from"), value(row, "until"),
    )  # fmt: skip


# Accounts, plan, targets


def _appointments(writer: Writer, mine: SheetPlan) -> None:
    _update(writer, mine, Appointment, {"title": "title", "title_en": "title_en", "until": "ended_on"})
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
            (user_pk[value(row, "username")], value(row, "role"), _text(value(row, "title")),
             _text(value(row, "title_en")), value(row, "from"), value(row, "until"), *_appointed_at(writer, mine, row))
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


def _quarters(writer: Writer, mine: SheetPlan) -> None:
    writer.insert(
        Period,
        "year quarter opens_on due_on closes_on state county_id",
        [(*row.values, Period.State.OPEN, writer.county.pk) for row in mine.added],
    )
    _update(writer, mine, Period, {key: key for key in ("opens_on", "due_on", "closes_on")})


def _plan_items(writer: Writer, mine: SheetPlan) -> None:
    """A year's items go into its draft; without a plan of the year one begins. These are few: row by row."""
    years: dict[int, YearPlan] = dict(newest_plans(writer.plan))
    known = dict(indicators(writer.plan))
    by = writer.run.by
    for row in mine.rows:
        year, code = row.key
        if year not in years:
            years[year] = YearPlan.objects.create(county=writer.county, year=year, version=1, author=by)
        plans.written_by(years[year], by=by)
        indicator = known.setdefault(code, Indicator(county=writer.county, code=code))
        values = dict(zip((column.key for column in mine.sheet.columns), mine.merged[row.key], strict=True))
        for key in OF_INDICATOR:
            setattr(indicator, key, "" if values[key] is None else values[key])
        indicator.save()
        item = PlanItem.objects.filter(plan=years[year], indicator=indicator).first()
        item = item or PlanItem(plan=years[year], indicator=indicator)
        item.position, item.points = values["position"], values["points"]
        item.rule, item.cap = values["rule"], values["cap"]
        item.save()


def _targets(writer: Writer, mine: SheetPlan) -> None:
    years = YearPlan.objects.filter(county=writer.county).order_by("version")
    newest = {plan.year: plan.pk for plan in years}
    found = PlanItem.objects.filter(plan__in=newest.values())
    items = {(year, code): pk for pk, year, code in found.values_list("pk", "plan__year", "indicator__code")}
    periods = {
        (year, quarter): pk
        for pk, year, quarter in Period.objects.filter(county=writer.county).values_list("pk", "year", "quarter")
    }
    value = mine.value
    _update(writer, mine, Target, {"value": "value"})
    writer.insert(
        Target,
        "item_id period_id member_id value",
        [
            (items[value(row, "year"), value(row, "indicator")], periods[value(row, "year"), value(row, "quarter")],
             writer.pk("members", value(row, "member")), value(row, "value"))
            for row in mine.added
        ],
    )  # fmt: skip


WRITERS: dict[str, Callable[[Any, Any], None]] = {
    "county": _county,
    "townships": _townships,
    "villages": _villages,
    "teams": _teams,
    "branches": _branches,
    "groups": _groups,
    "areas": _areas,
    "members": _members,
    "posts": _posts,
    "exemptions": _exemptions,
    "households": _households,
    "links": _links,
    "appointments": _appointments,
    "quarters": _quarters,
    "plan_items": _plan_items,
    "targets": _targets,
}
