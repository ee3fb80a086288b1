"""Counties, townships, villages, teams, branches, small groups and service areas."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from service_areas.models import (
    Branch,
    County,
    ProductionTeam,
    ServiceArea,
    SmallGroup,
    Township,
    Village,
)
from workbook.reading import Row
from workbook.rules.kinds import Rules, changes, dates_in_order, merged, was

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan

OTHER_COUNTY = gettext_noop("This workbook is of another county than the one it is brought into (%(county)s).")
ONE_COUNTY = gettext_noop("A workbook holds one county.")
NO_COUNTY = gettext_noop("There is no county yet. Add the sheet “County” with its code and name.")
DIGITS = gettext_noop("A code of %(digits)s digits is needed here; digits only.")
DIGITS_ONLY = gettext_noop("A code has digits only.")
TAKEN = gettext_noop("This code is used outside your county. Check it for a slip.")
NO_NAME = gettext_noop("Neither a name nor the committee's name stands here. Write one of them.")
NO_TOWNSHIP = gettext_noop("Which township? Write its code or its name.")
NO_PLACE = gettext_noop("Write the code of its village, or of its township where it has no villages.")
OTHER_NAME = gettext_noop("Township %(code)s is called %(name)s. The name in this row is not taken.")
ELSEWHERE = gettext_noop("This village lies in another township.")
OTHER_BRANCH = gettext_noop("This small group belongs to another branch.")
TEAM_ELSEWHERE = gettext_noop("Team %(team)s does not lie in the place of this branch.")
TEAM_TAKEN = gettext_noop("Team %(team)s is in the area %(area)s already. Take it out there, or write when that ends.")
GROUP_TAKEN = gettext_noop("This small group carries the area %(area)s already. End that first.")
NUMBER_TAKEN = gettext_noop("The area %(area)s of this branch has this number.")
NAME_TAKEN = gettext_noop("The small group %(group)s of this branch has this name.")
STAYS = gettext_noop("This cannot be changed by a workbook. Use the page “Changes of places”.")
HAS_MEMBERS = gettext_noop("An area is closed on the page “Changes of places”, which shows what moves.")

_COMMITTEES = re.compile("(?:村民委员会|居民委员会|村委会|居委会|委员会)$")
MODELS: dict[str, Any] = {
    "townships": Township, "villages": Village, "teams": ProductionTeam, "branches": Branch, "groups": SmallGroup,
    "areas": ServiceArea,
}  # fmt: skip
BATCH = 500


def village_name(committee: str) -> str:
    """“西关村” for 西关村村民委员会 and 西关村村委会, “某社区” for 某社区居委会; anything else stays as it is."""
    short = _COMMITTEES.sub("", committee)
    return short or committee


# County and townships


def _check_county(plan: Plan, mine: SheetPlan, row: Row) -> None:
    _digits(plan, mine, row, 6)
    if plan.county is not None and row.key != plan.county.code:
        plan.say(mine, row, "code", OTHER_COUNTY, county=f"{plan.county.code} {plan.county.name}")
    elif plan.county is None and County.objects.filter(code=row.key).exists():
        plan.say(mine, row, "code", TAKEN)


def _after_county(plan: Plan, mine: SheetPlan) -> None:
    if len(mine.read.rows) > 1:
        plan.say(mine, mine.read.rows[1], "code", ONE_COUNTY)
    if plan.county is None and not mine.merged:
        plan.say(mine, None, "", NO_COUNTY)


def _digits(plan: Plan, mine: SheetPlan, row: Row, count: int) -> None:
    if row.state == "added" and not re.fullmatch(f"[0-9]{{{count}}}", row.key):
        plan.say(mine, row, "code", DIGITS, digits=count)


def _check_township(plan: Plan, mine: SheetPlan, row: Row) -> None:
    if row.state == "added" and not re.fullmatch("[0-9]{9}(?:[0-9]{3})?", row.key):
        plan.say(mine, row, "code", DIGITS, digits=9)


# Villages, as the statistics office lists them too


def _before_village(plan: Plan, mine: SheetPlan, row: Row) -> None:
    committee = mine.value(row, "committee")
    if mine.value(row, "name") is None and isinstance(committee, str):
        known = mine.known.get(mine.value(row, "code"))
        mine.put(row, "name", None if known else village_name(committee))
    if mine.value(row, "township") is None and isinstance(mine.value(row, "township_name"), str):
        mine.put(row, "township", mine.value(row, "township_name"))  # the reference takes names, too
    _imply_township(plan, mine, row)


def _imply_township(plan: Plan, mine: SheetPlan, row: Row) -> None:
    """A township that only the list of villages names is entered with it."""
    townships = plan.sheets["townships"]
    code, name = mine.value(row, "township"), mine.value(row, "township_name")
    if not isinstance(code, str) or not isinstance(name, str) or not re.fullmatch("[0-9]{9,12}", code):
        return
    if code == name:
        return  # a code alone, under the heading of the name: it is no name for a township
    there = townships.merged.get(code)
    if there is not None and townships.value(there, "name") != name:
        said = plan.kept.setdefault("township_names", set())
        if (code, name) not in said:
            said.add((code, name))
            words = {"code": code, "name": townships.value(there, "name")}
            plan.look(mine, row, "township_name", OTHER_NAME, **words)
    if there is None:
        implied = Row(row.number, [code, name, None])
        implied.key, implied.state = code, "added"
        townships.rows.append(implied)
        townships.merged[code] = implied.values


def _check_village(plan: Plan, mine: SheetPlan, row: Row) -> None:
    _digits(plan, mine, row, 12)
    if row.state == "added" and mine.value(row, "name") is None:
        plan.say(mine, row, "name", NO_NAME)
    if merged(mine, row, "township") is None:
        plan.say(mine, row, "township", NO_TOWNSHIP)
    if row.state == "changed" and changes(mine, row, "township"):
        plan.say(mine, row, "township", STAYS)
    if changes(mine, row, "until") and was(mine, row, "code") and mine.value(row, "until"):
        plan.say(mine, row, "until", STAYS)
    place = mine.sheet.places["township_name"]
    row.changed = tuple(each for each in row.changed if each != place)  # the township's own sheet says its name
    if row.state == "changed" and not row.changed:
        row.state = "same"


def _before_team(plan: Plan, mine: SheetPlan, row: Row) -> None:
    village = mine.value(row, "village")
    if isinstance(village, str) and mine.value(row, "township") is None:
        values = plan.values_of("villages", village)
        known = mine.known.get(mine.value(row, "code"))
        township = plan.sheets["villages"].value(values, "township") if values is not None and known is None else None
        if township in plan.sheets["townships"].merged:  # else the village's own row is named
            mine.put(row, "township", township)


def _check_team(plan: Plan, mine: SheetPlan, row: Row) -> None:
    if row.state == "added" and not re.fullmatch("[0-9]+", row.key):
        plan.say(mine, row, "code", DIGITS_ONLY)
    nowhere = merged(mine, row, "township") is None and merged(mine, row, "village") is None
    if nowhere and not plan.was_said(mine, row, "village"):
        plan.say(mine, row, "township", NO_PLACE)
    if row.state == "changed" and changes(mine, row, "village", "township"):
        plan.say(mine, row, "village", STAYS)
    _lies_in(plan, mine, row)


def _lies_in(plan: Plan, mine: SheetPlan, row: Row) -> None:
    """The village of a team or branch lies in its township."""
    village = plan.sound("villages", merged(mine, row, "village"))
    if village is None or not changes(mine, row, "village", "township"):
        return
    if plan.sheets["villages"].value(village, "township") != merged(mine, row, "township"):
        plan.say(mine, row, "village", ELSEWHERE)


# Branches, small groups, areas


def _check_branch(plan: Plan, mine: SheetPlan, row: Row) -> None:
    dates_in_order(plan, mine, row)
    if row.state == "changed" and changes(mine, row, "township", "village"):
        plan.say(mine, row, "village" if changes(mine, row, "village") else "township", STAYS)
    _lies_in(plan, mine, row)


def _check_group(plan: Plan, mine: SheetPlan, row: Row) -> None:
    dates_in_order(plan, mine, row)
    if row.state == "changed" and changes(mine, row, "branch"):
        plan.say(mine, row, "branch", STAYS)


def _after_groups(plan: Plan, mine: SheetPlan) -> None:
    """A name once per branch, among those that have not ended."""
    _once(plan, mine, ("branch", "name"), "name", NAME_TAKEN, "group")


def _check_area(plan: Plan, mine: SheetPlan, row: Row) -> None:
    dates_in_order(plan, mine, row)
    if row.state == "changed" and changes(mine, row, "branch", "group"):
        plan.say(mine, row, "branch" if changes(mine, row, "branch") else "group", STAYS)
    if row.state == "changed" and changes(mine, row, "until"):
        plan.say(mine, row, "until", HAS_MEMBERS)
    group = plan.sound("groups", merged(mine, row, "group"))
    branch = merged(mine, row, "branch")
    if group is not None and plan.sheets["groups"].value(group, "branch") != branch:
        plan.say(mine, row, "group", OTHER_BRANCH)
    if changes(mine, row, "teams") and not merged(mine, row, "until"):
        for team in mine.value(row, "teams") or ():
            if not lies_in_place_of(plan, team, branch):
                plan.say(mine, row, "teams", TEAM_ELSEWHERE, team=team)


def lies_in_place_of(plan: Plan, team: Any, branch: Any) -> bool:
    """Whether a team lies in the branch's village, or in its township where the branch has no village."""
    teams, branches = plan.sheets["teams"], plan.sheets["branches"]
    team_values, branch_values = plan.sound("teams", team), plan.sound("branches", branch)
    if team_values is None or branch_values is None or teams.value(team_values, "township") is None:
        return True  # named as missing or wrong already
    kind = "village" if branches.value(branch_values, "village") else "township"
    return bool(teams.value(team_values, kind) == branches.value(branch_values, kind))


def _after_areas(plan: Plan, mine: SheetPlan) -> None:
    _number_areas(plan, mine)
    _once(plan, mine, ("group",), "group", GROUP_TAKEN, "area")
    _once(plan, mine, ("branch", "number"), "number", NUMBER_TAKEN, "area")
    holder: dict[str, str] = {}
    for row, code, values in _open_rows(mine):
        for team in mine.value(values, "teams") or ():
            if team in holder and (row is not None and changes(mine, row, "teams")):
                plan.say(mine, row, "teams", TEAM_TAKEN, team=team, area=holder[team])
            holder.setdefault(team, code)
    plan.kept["area_of_team"] = holder
    wrong = [row for row in mine.read.rows if row.is_refused]
    plan.kept["teams_of_wrong_areas"] = {team for row in wrong for team in mine.value(row, "teams") or ()}


def area_of_team(plan: Plan) -> dict[str, str]:
    """Team → the area that holds it after the import, both as codes."""
    kept: dict[str, str] = plan.kept.get("area_of_team", {})
    return kept


def _number_areas(plan: Plan, mine: SheetPlan) -> None:
    """The next free number of the branch for new areas without one."""
    numbers: dict[Any, set[int]] = defaultdict(set)
    for _row, _code, values in _open_rows(mine):
        numbers[mine.value(values, "branch")].add(mine.value(values, "number") or 0)
    for row in mine.rows:
        if row.state == "added" and mine.value(row, "number") is None:
            taken = numbers[mine.value(row, "branch")]
            mine.put(row, "number", max(taken, default=0) + 1)
            taken.add(mine.value(row, "number"))


def _open_rows(mine: SheetPlan) -> list[tuple[Row | None, str, Any]]:
    """Rows that have not ended, as they would be: those that stay as they are first, then the file's in its order."""
    row_of = {row.key: row for row in mine.rows}
    found = [
        (row_of.get(code), code, values) for code, values in mine.merged.items() if mine.value(values, "until") is None
    ]
    return sorted(found, key=lambda each: each[0].number if each[0] else 0)


def _once(plan: Plan, mine: SheetPlan, keys: tuple[str, ...], column: str, sentence: str, name: str) -> None:
    """Among rows that have not ended these columns together come once; the later row of the file is wrong."""
    holder: dict[tuple[Any, ...], str] = {}
    for row, code, values in _open_rows(mine):
        slot = tuple(mine.value(values, key) for key in keys)
        if None in slot:
            continue
        if slot in holder and row is not None and changes(mine, row, *keys):
            plan.say(mine, row, column, sentence, **{name: holder[slot]})
        holder.setdefault(slot, code)


# Codes are unique beyond the county


def refuse_codes_of_other_counties(plan: Plan) -> None:
    from members.models import Member

    for key, model in {**MODELS, "members": Member}.items():
        mine = plan.sheets[key]
        rows = {row.key: row for row in mine.rows if row.state == "added"}
        codes = list(rows)
        for start in range(0, len(codes), BATCH):
            taken = model.objects.filter(code__in=codes[start : start + BATCH]).values_list("code", flat=True)
            for code in taken:
                plan.say(mine, rows[code], "code", TAKEN)


COUNTY = Rules(check=_check_county, after=_after_county)
TOWNSHIPS = Rules(check=_check_township)
VILLAGES = Rules(before=_before_village, check=_check_village)
TEAMS = Rules(before=_before_team, check=_check_team)
BRANCHES = Rules(check=_check_branch)
GROUPS = Rules(check=_check_group, after=_after_groups)
AREAS = Rules(check=_check_area, after=_after_areas)
