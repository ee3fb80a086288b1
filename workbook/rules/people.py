"""Members.

A member with a code is found by it, one without by name, date of birth and branch. Where somebody there could be the
same person and it is not certain, the row waits for a decision.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from jinxian.lib import Refused
from jinxian.lib.chinese import latin_name
from jinxian.lib.id_numbers import keyed_hash, masked, parse_id_number
from members.models import Member
from workbook.findings import DECIDE, Finding, written
from workbook.models import Problem
from workbook.picture import IdNumber
from workbook.reading import CLEARED, Row
from workbook.rules.kinds import IN_FUTURE, NOT_PRESENT, Rules, add_change, changes, leave, was
from workbook.rules.kinds import merged as after

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan

PERHAPS_THE_SAME = gettext_noop("Perhaps the same person as %(name)s, %(code)s, who is there already. Please decide.")
NO_SEX = gettext_noop("Write the sex, or the ID number, which tells it.")
NUMBER_TAKEN = gettext_noop("Another member has this ID number. Check both records.")
NUMBER_TWICE = gettext_noop("Row %(row)s has the same ID number.")
BORN_LATER = gettext_noop("The date of birth lies after the admission.")
FULL_EARLIER = gettext_noop("Full membership cannot begin before admission.")
NO_DATE = gettext_noop("A status other than normal has a date: since which day?")
NO_DOCUMENT = gettext_noop("A status other than normal has a document: write its number.")
TRANSFER = gettext_noop("A member changes the branch by a transfer, on the member's page; a workbook does not do it.")
OTHER_BRANCH_GROUP = gettext_noop("This small group belongs to another branch.")
OTHER_BRANCH_AREA = gettext_noop("This service area belongs to another branch.")
OTHER_GROUP = gettext_noop("This service area rests on another small group.")
TOO_EARLY = gettext_noop("The present affiliation began on %(day)s; another one cannot begin before.")
PERHAPS_ONE = gettext_noop("Row %(row)s has the same name, date of birth and branch. If these are two people, give each a code or an ID number; if it is one, delete a row.")  # fmt: skip  # noqa: E501
ALSO_NAMED = gettext_noop("Row %(row)s has the same name, date of birth and branch.")
IS_LEAVING = gettext_noop("A member leaves the organization on the member's page, which shows what ends with it.")


def _before_member(plan: Plan, mine: SheetPlan, row: Row) -> None:
    number = mine.value(row, "id_number")
    if isinstance(number, str):
        _read_id_number(plan, mine, row, number)


def _read_id_number(plan: Plan, mine: SheetPlan, row: Row, text: str) -> None:
    """Check the number against the row, and take from it what the row leaves out."""
    sex, born = mine.value(row, "sex"), mine.value(row, "birth_date")
    known = mine.known.get(mine.value(row, "code"))
    if known is not None:
        sex = sex or mine.value(known[1], "sex")
        born = born or mine.value(known[1], "birth_date")
    mine.put(row, "id_number", None)
    if known is not None and (there := mine.value(known[1], "id_number")) and there.masked == text:
        return  # an export that somebody filled with masked numbers says nothing new
    number = plan.try_rule(
        mine, row, "id_number",
        lambda: parse_id_number(text, on=timezone.localdate(), sex=sex or None, birth_date=born or None),
    )  # fmt: skip
    if number is None:
        return
    mine.put(row, "id_number", IdNumber(keyed_hash(number), masked(number), number))
    full = number if len(number) == 18 else f"{number[:6]}19{number[6:]}0"
    if sex is None:
        mine.put(row, "sex", "m" if int(number[16] if len(number) == 18 else number[14]) % 2 else "f")
    if born is None:
        from datetime import date

        mine.put(row, "birth_date", date(int(full[6:10]), int(full[10:12]), int(full[12:14])))


def _match_member(plan: Plan, mine: SheetPlan, row: Row) -> None:
    """Give a row without a code the code of the person it is, or a new one; ask where that is not certain."""
    name, born, branch = (mine.value(row, key) for key in ("name", "birth_date", "branch"))
    code = mine.value(row, "code")
    if code is not None and code in mine.known:
        return
    if not name or row.is_refused:
        if code is None and row.is_refused:
            mine.put(row, "code", f"?{row.number}")
        return
    exact, like = _persons_like(plan, mine, row)
    found = "" if code else _person_of_number(plan, mine, row) or _paired(plan, mine, row, exact)
    if found:
        mine.put(row, "code", found)
        return
    _ask(plan, mine, row, exact or like)
    if mine.value(row, "code") is None:
        mine.put(row, "code", _next_code(plan, mine, branch))
        plan.kept.setdefault("without_code", set()).add(row.number)


def _persons_like(plan: Plan, mine: SheetPlan, row: Row) -> tuple[list[str], list[str]]:
    """Codes of those with the same name, date of birth and branch; and of those of whom two of the three agree.

    Another ID number makes it uncertain, whatever else agrees.
    """
    name, born, branch = _person(plan, mine, row)
    number = mine.value(row, "id_number")
    if "persons" not in plan.kept:
        named: dict[str, list[str]] = defaultdict(list)
        for code, (_pk, values) in mine.known.items():
            named[mine.value(values, "name")].append(code)
        plan.kept["persons"] = named
    exact, like = [], []
    for code in plan.kept["persons"].get(name, ()):
        values = mine.known[code][1]
        there, at = mine.value(values, "birth_date"), mine.value(values, "branch")
        has_other = isinstance(number, IdNumber) and mine.value(values, "id_number") not in (None, number)
        if there == born and at == branch and born is not None and not has_other:
            exact.append(code)
        elif (there == born and born is not None) or (at == branch and (there is None or born is None)):
            like.append(code)
    return exact, like


def _paired(plan: Plan, mine: SheetPlan, row: Row, exact: list[str]) -> str:
    """The one exact person; of as many like rows as like persons, the first is the first by code, and so on.

    Whom another row names by code or ID number is not among them.
    """
    if len(exact) < 2:
        return exact[0] if exact else ""
    person = _person(plan, mine, row)
    pairs: dict[Any, dict[int, str]] = plan.kept.setdefault("pairs", {})
    if person not in pairs:
        codes, rows = _named(plan, mine), _rows_without_code(plan, mine).get(person, [])
        claimed = {row.number: code for row in rows if (code := _person_of_number(plan, mine, row))}
        free = sorted({*exact} - codes - {*claimed.values()})
        numbers = [row.number for row in rows if row.number not in claimed]
        pairs[person] = dict(zip(numbers, free, strict=True)) if len(numbers) == len(free) else {}
    return pairs[person].get(row.number, "")


def _person(plan: Plan, mine: SheetPlan, row: Row) -> tuple[Any, Any, Any]:
    """Name, date of birth and branch code of a row, also of one further down that has not been looked at yet."""
    name, born, branch = (mine.value(row, key) for key in ("name", "birth_date", "branch"))
    branches = plan.sheets["branches"]
    if isinstance(branch, str) and branch not in branches.merged:
        codes = branches.by_name.get(branch, ())
        branch = codes[0] if len(codes) == 1 else branch
    return name, born, branch


def _rows_without_code(plan: Plan, mine: SheetPlan) -> dict[Any, list[Row]]:
    if "without" not in plan.kept:
        rows: dict[Any, list[Row]] = defaultdict(list)
        for row in mine.read.rows:
            if mine.value(row, "code") is None or row.number in plan.kept.get("without_code", ()):
                rows[_person(plan, mine, row)].append(row)
        plan.kept["without"] = rows
    kept: dict[Any, list[Row]] = plan.kept["without"]
    return kept


def _named(plan: Plan, mine: SheetPlan) -> set[str]:
    """Codes that the rows of the file bear."""
    if "codes" not in plan.kept:
        plan.kept["codes"] = {code for row in mine.read.rows if isinstance(code := mine.value(row, "code"), str)}
    kept: set[str] = plan.kept["codes"]
    return kept


def _person_of_number(plan: Plan, mine: SheetPlan, row: Row) -> str:
    """The code of who has the row's ID number, also where the row has not been looked at yet."""
    number = mine.value(row, "id_number")
    if isinstance(number, str):
        try:
            hashed = keyed_hash(parse_id_number(number, on=timezone.localdate()))
        except Refused:
            return ""
    elif isinstance(number, IdNumber):
        hashed = number.hash
    else:
        return ""
    return _by_number(plan, mine).get(hashed, "")


def _by_number(plan: Plan, mine: SheetPlan) -> dict[str, str]:
    if "by_number" not in plan.kept:
        place = mine.sheet.places["id_number"]
        plan.kept["by_number"] = {
            values[place].hash: code for code, (_pk, values) in mine.known.items() if values[place] is not None
        }
    found: dict[str, str] = plan.kept["by_number"]
    return found


def _ask(plan: Plan, mine: SheetPlan, row: Row, perhaps: list[str]) -> None:
    """Ask about one after the other: who was decided on first, and until it is somebody or nobody is left."""
    for code in sorted(perhaps, key=lambda code: ("members", row.number, code) not in plan.decisions):
        choice = plan.decisions.get(("members", row.number, code), "")
        _say_candidate(plan, mine, row, code, choice)
        if choice == Problem.Choice.SAME:
            mine.put(row, "code", code)
        elif not choice:
            mine.open.add(row.number)
        if choice != Problem.Choice.OTHER:
            return


def _say_candidate(plan: Plan, mine: SheetPlan, row: Row, code: str, choice: str) -> None:
    values = mine.known[code][1]
    name = mine.value(row, "name")
    shown = " ".join(filter(None, (name, written(mine.value(row, "birth_date")))))
    candidate = {
        "code": code,
        "name": str(mine.value(values, "name")),
        "birth_date": written(mine.value(values, "birth_date")),
        "branch": str(mine.value(values, "branch_name")),
    }
    plan.findings.append(
        Finding(
            DECIDE, "members", row.number, "name", "", shown, PERHAPS_THE_SAME,
            {"name": candidate["name"], "code": code}, candidate, choice,
        )
    )  # fmt: skip


def _next_code(plan: Plan, mine: SheetPlan, branch: Any) -> str:
    """Branch code and the next free number of three digits."""
    if "numbers" not in plan.kept:
        numbers: dict[str, int] = defaultdict(int)
        written_codes = [mine.value(row, "code") for row in mine.read.rows]
        for code in (*mine.known, *(each for each in written_codes if isinstance(each, str))):
            head, _, tail = code.rpartition("-")
            if tail.isascii() and tail.isdigit() and len(tail) < 6:
                numbers[head] = max(numbers[head], int(tail))
        plan.kept["numbers"] = numbers
    plan.kept["numbers"][branch] += 1
    return f"{branch}-{plan.kept['numbers'][branch]:03}"


def _check_member(plan: Plan, mine: SheetPlan, row: Row) -> None:
    if row.state == "added":
        if mine.value(row, "sex") is None and not plan.was_said(mine, row, "sex"):
            plan.say(mine, row, "sex", NO_SEX)
        if not mine.value(row, "name_latin") and mine.value(row, "name"):
            mine.put(row, "name_latin", latin_name(mine.value(row, "name"))[:80])
    _check_days(plan, mine, row)
    _check_number(plan, mine, row)
    _check_status(plan, mine, row)
    _check_affiliation(plan, mine, row)


def _check_days(plan: Plan, mine: SheetPlan, row: Row) -> None:
    born, admitted, full = (after(mine, row, key) for key in ("birth_date", "admitted_on", "full_on"))
    today = timezone.localdate()
    for key in ("birth_date", "admitted_on", "status_on"):
        if changes(mine, row, key) and (day := mine.value(row, key)) and day > today:
            plan.say(mine, row, key, IN_FUTURE)
    if born and admitted and born >= admitted and changes(mine, row, "birth_date", "admitted_on"):
        plan.say(mine, row, "birth_date", BORN_LATER)
    if full and admitted and full < admitted and changes(mine, row, "full_on", "admitted_on"):
        plan.say(mine, row, "full_on", FULL_EARLIER)


def _check_number(plan: Plan, mine: SheetPlan, row: Row) -> None:
    number = mine.value(row, "id_number")
    if number is None or number is CLEARED:
        return
    if _by_number(plan, mine).get(number.hash, row.key) != row.key:
        plan.say(mine, row, "id_number", NUMBER_TAKEN)
    rows: dict[str, int] = plan.kept.setdefault("number_rows", {})
    if rows.setdefault(number.hash, row.number) != row.number:
        plan.say(mine, row, "id_number", NUMBER_TWICE, row=rows[number.hash])


def _check_status(plan: Plan, mine: SheetPlan, row: Row) -> None:
    status = after(mine, row, "status")
    if status != Member.Status.NORMAL and changes(mine, row, "status", "status_on", "status_document"):
        if after(mine, row, "status_on") is None:
            plan.say(mine, row, "status_on", NO_DATE)
        if not after(mine, row, "status_document"):
            plan.say(mine, row, "status_document", NO_DOCUMENT)
    is_leaving = status not in Member.PRESENT or was(mine, row, "status") not in Member.PRESENT
    if row.state == "changed" and changes(mine, row, "status") and is_leaving:
        plan.say(mine, row, "status", IS_LEAVING)


def _check_affiliation(plan: Plan, mine: SheetPlan, row: Row) -> None:
    """Group and area are of the branch and of each other; a change holds from a day, the branch stays."""
    branch, group, area = (after(mine, row, key) for key in ("branch", "group", "area"))
    groups, areas = plan.sheets["groups"], plan.sheets["areas"]
    if row.state == "changed" and changes(mine, row, "branch"):
        if not plan.was_said(mine, row, "branch"):
            plan.say(mine, row, "branch", TRANSFER)
        return
    if changes(mine, row, "group", "area"):
        if row.state == "changed" and was(mine, row, "status") not in Member.PRESENT:
            plan.say(mine, row, "area" if changes(mine, row, "area") else "group", NOT_PRESENT)
        group_values, area_values = plan.sound("groups", group), plan.sound("areas", area)
        if group_values is not None and groups.value(group_values, "branch") != branch:
            plan.say(mine, row, "group", OTHER_BRANCH_GROUP)
        if area_values is not None and areas.value(area_values, "branch") != branch:
            plan.say(mine, row, "area", OTHER_BRANCH_AREA)
        elif area_values is not None and group and areas.value(area_values, "group") != group:
            plan.say(mine, row, "area", OTHER_GROUP)
    _date_affiliation(plan, mine, row)


def _date_affiliation(plan: Plan, mine: SheetPlan, row: Row) -> None:
    """`since` counts for who is new or goes elsewhere; written beside an unchanged place it says nothing."""
    since, began = mine.value(row, "since"), was(mine, row, "since")
    if row.state == "added":
        if since is None:
            mine.put(row, "since", plan.effective_on)
    elif changes(mine, row, "group", "area"):
        day = since if since and since != began else plan.effective_on
        if began is not None and day < began:
            plan.say(mine, row, "since", TOO_EARLY, day=began)
        elif day > timezone.localdate():
            plan.say(mine, row, "since", IN_FUTURE)
        add_change(mine, row, "since", day)
        if day == began:
            leave(mine, row, "since")
    else:
        leave(mine, row, "since")


def _after_members(plan: Plan, mine: SheetPlan) -> None:
    """Two new rows that look like one person are refused, unless codes or ID numbers tell them apart."""
    seen: dict[tuple[Any, ...], Row] = {}
    without_code = plan.kept.get("without_code", set())
    for row in mine.rows:
        person = tuple(mine.value(row, key) for key in ("name", "birth_date", "branch"))
        if row.state != "added" or None in person:
            continue
        first = seen.setdefault(person, row)
        if first is row:
            continue
        pair = (first, row)
        if any(each.number in without_code and mine.value(each, "id_number") is None for each in pair):
            plan.say(mine, row, "name", PERHAPS_ONE, row=first.number)
        else:
            plan.look(mine, row, "name", ALSO_NAMED, row=first.number)


MEMBERS = Rules(before=_before_member, match=_match_member, check=_check_member, after=_after_members)
