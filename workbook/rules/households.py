"""Households and the links with members who look after them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from jinxian.lib.chinese import latin_name
from members.models import Exemption, Member
from service_areas.models import Household
from workbook.reading import Row
from workbook.rules.kinds import NOT_PRESENT, Rules, changes, dates_in_order, merged, refuse_future
from workbook.rules.places import TEAM_ELSEWHERE, area_of_team, lies_in_place_of
from workbook.rules.succession import succeed

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan

NO_BRANCH = gettext_noop(
    "No service area holds this team: write the code of the branch, or give the team an area first."
)
BRANCH_STAYS = gettext_noop("A household stays in its branch; it moves with its service area on the page “Changes of places”.")  # fmt: skip  # noqa: E501
NO_HOUSEHOLD = gettext_noop("This team has no household of this number.")
NOT_LINKABLE = gettext_noop("This household is marked as not to be linked.")
OTHER_BRANCH = gettext_noop("The household belongs to another branch than the member: links stay inside the branch.")
IS_EXEMPT = gettext_noop("No link begins while the member is exempt from it.")
IS_LINKED = gettext_noop("Somebody looks after this household: end the link first.")
STAYS_HELPER = gettext_noop("Another member is the primary one. Write a new row with its own first day: that one ends then.")  # fmt: skip  # noqa: E501
LINKED_ALREADY = gettext_noop("This member looks after this household already.")


def _before_household(plan: Plan, mine: SheetPlan, row: Row) -> None:
    if mine.value(row, "branch") is not None:
        return
    key = mine.value(row, "team"), mine.value(row, "number")
    if key in mine.known:
        return
    area = plan.sound("areas", area_of_team(plan).get(key[0], ""))
    if area is not None:
        mine.put(row, "branch", plan.sheets["areas"].value(area, "branch"))


def _check_household(plan: Plan, mine: SheetPlan, row: Row) -> None:
    if row.state == "added":
        branch = mine.value(row, "branch")
        if branch is None:
            _say_no_branch(plan, mine, row)
        elif not lies_in_place_of(plan, mine.value(row, "team"), branch):
            plan.say(mine, row, "team", TEAM_ELSEWHERE, team=mine.value(row, "team"))
        head = mine.value(row, "head")
        if head and not mine.value(row, "head_latin"):
            mine.put(row, "head_latin", latin_name(head)[:80])
    elif changes(mine, row, "branch"):
        plan.say(mine, row, "branch", BRANCH_STAYS)
    elif _is_given_up(plan, mine, row):
        plan.say(mine, row, "linkable", IS_LINKED)


def _say_no_branch(plan: Plan, mine: SheetPlan, row: Row) -> None:
    """Not where the team, or the row of the area that holds it, is wrong itself."""
    team = mine.value(row, "team")
    is_named = plan.was_said(mine, row, "team") or plan.was_said(mine, row, "branch")
    if not is_named and plan.sound("teams", team) and team not in plan.kept.get("teams_of_wrong_areas", ()):
        plan.say(mine, row, "branch", NO_BRANCH)


def _is_given_up(plan: Plan, mine: SheetPlan, row: Row) -> bool:
    """Whether the row says that nobody is to look after the household while somebody does."""
    if row.state != "changed" or not changes(mine, row, "linkable") or mine.value(row, "linkable"):
        return False
    if "looked_after" not in plan.kept:
        linked = Household.objects.filter(branch__county=plan.county, link_count__gt=0)
        plan.kept["looked_after"] = set(linked.values_list("pk", flat=True))
    return row.pk in plan.kept["looked_after"]


def _check_link(plan: Plan, mine: SheetPlan, row: Row) -> None:
    dates_in_order(plan, mine, row)
    refuse_future(plan, mine, row)
    if row.state != "added":
        return
    households, members = plan.sheets["households"], plan.sheets["members"]
    key = mine.value(row, "team"), mine.value(row, "number")
    if key not in households.merged and not plan.was_said(mine, row, "team"):
        plan.say(mine, row, "number", NO_HOUSEHOLD)
    household, member = plan.sound("households", key), plan.sound("members", mine.value(row, "member"))
    if household is None or member is None or merged(mine, row, "until") is not None:
        return  # missing or wrong itself; and a link of the past is told as it was
    if not households.value(household, "linkable"):
        plan.say(mine, row, "number", NOT_LINKABLE)
    if households.value(household, "branch") != members.value(member, "branch"):
        plan.say(mine, row, "member", OTHER_BRANCH)
    if members.value(member, "status") not in Member.PRESENT:
        plan.say(mine, row, "member", NOT_PRESENT)
    elif _is_exempt(plan, mine.value(row, "member"), mine.value(row, "from")):
        plan.say(mine, row, "member", IS_EXEMPT)


def _is_exempt(plan: Plan, member: str, day: date) -> bool:
    """Whether an exemption from all work, or from links, holds when the link begins and still on the import's day."""
    if "exempt" not in plan.kept:
        exemptions = plan.sheets["exemptions"]
        spells: dict[str, list[Any]] = defaultdict(list)
        for values in exemptions.merged.values():
            if exemptions.value(values, "scope") != Exemption.Scope.PHYSICAL:
                spell = exemptions.value(values, "from"), exemptions.value(values, "until")
                spells[exemptions.value(values, "member")].append(spell)
        plan.kept["exempt"] = spells
    on = max(day, plan.effective_on)
    return any(start <= day and (end is None or on < end) for start, end in plan.kept["exempt"].get(member, ()))


def _after_links(plan: Plan, mine: SheetPlan) -> None:
    """A new primary member follows the one before; nobody has a household twice."""
    _refuse_promotion(plan, mine)
    succeed(plan, mine, lambda values: _primary_slot(mine, values))
    held: dict[Any, Row | None] = {}
    row_of = {row.key: row for row in mine.rows if row.state == "added"}
    if not row_of:
        return
    ended = {row.key for row in mine.rows if row.state == "changed" and merged(mine, row, "until") is not None}
    for key, values in mine.merged.items():
        if mine.value(values, "until") is not None or key in ended:
            continue
        row = row_of.get(key)
        if key[:3] in held and (wrong := row or held[key[:3]]):
            plan.say(mine, wrong, "member", LINKED_ALREADY)
        held[key[:3]] = row


def _refuse_promotion(plan: Plan, mine: SheetPlan) -> None:
    """Who helped did not look after the household as the primary one since then: a row of its own says it."""
    rows = [row for row in mine.rows if row.state == "changed" and changes(mine, row, "primary")]
    if not rows:
        return
    holders: dict[Any, int] = defaultdict(int)
    for values in mine.merged.values():
        if mine.value(values, "until") is None and (slot := _primary_slot(mine, values)):
            holders[slot] += 1
    for row in rows:
        if holders[_primary_slot(mine, mine.merged[row.key])] > 1:
            plan.say(mine, row, "primary", STAYS_HELPER)


def _primary_slot(mine: SheetPlan, values: Any) -> Any:
    return (mine.value(values, "team"), mine.value(values, "number")) if mine.value(values, "primary") else None


HOUSEHOLDS = Rules(before=_before_household, check=_check_household)
LINKS = Rules(check=_check_link, after=_after_links)
