"""Posts: who may hold one, and of which one person holds it at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from members.models import Exemption, Member
from workbook.reading import Row
from workbook.references import say_missing
from workbook.rules.kinds import NOT_PRESENT, Rules, dates_in_order, merged, refuse_future
from workbook.rules.succession import succeed

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan

NOT_A_UNIT = gettext_noop("There is no such unit for this post: a secretary or deputy has a branch, a leader a service area, a group leader a small group.")  # fmt: skip  # noqa: E501
NOT_OF_BRANCH = gettext_noop("This member belongs to another branch.")
HELD_UNTIL = gettext_noop("%(name)s held this post until %(day)s.")
CANNOT_HOLD = gettext_noop("%(name)s cannot hold a post now.")
IS_EXEMPT = gettext_noop("%(name)s is exempt from all work.")
ONESELF = gettext_noop("Nobody fills a post with himself: it goes one level up.")

UNIT_OF = {"secretary": "branches", "deputy": "branches", "leader": "areas", "group_leader": "groups"}


def _check_post(plan: Plan, mine: SheetPlan, row: Row) -> None:
    dates_in_order(plan, mine, row)
    refuse_future(plan, mine, row)
    kind, unit = mine.value(row, "kind"), mine.value(row, "unit")
    values = plan.values_of(UNIT_OF.get(kind, "branches"), unit)
    if values is None:
        say_missing(plan, mine, row, "unit", NOT_A_UNIT, [UNIT_OF.get(kind, "branches")])
        return
    branch = unit if UNIT_OF[kind] == "branches" else plan.sheets[UNIT_OF[kind]].value(values, "branch")
    if row.state == "added" and merged(mine, row, "until") is None and plan.sound(UNIT_OF[kind], unit):
        _check_holder(plan, mine, row, branch)


def _check_holder(plan: Plan, mine: SheetPlan, row: Row, branch: Any) -> None:
    """As members/posts.py asks it; of a county that comes with its books, only what must agree."""
    code, members = mine.value(row, "member"), plan.sheets["members"]
    member = plan.sound("members", code)
    if member is None:
        return
    if members.value(member, "branch") != branch:
        plan.say(mine, row, "member", NOT_OF_BRANCH)
    if members.value(member, "status") not in Member.PRESENT:
        plan.say(mine, row, "member", NOT_PRESENT)
    elif code in members.known:
        name = members.value(member, "name")
        if members.value(member, "status") == Member.Status.SUSPENDED:
            plan.say(mine, row, "member", CANNOT_HOLD, name=name)
        elif code in _exempt_from_all(plan):
            plan.say(mine, row, "member", IS_EXEMPT, name=name)
        if code == _own_record(plan):
            plan.say(mine, row, "member", ONESELF)


def _exempt_from_all(plan: Plan) -> set[str]:
    if "exempt_from_all" not in plan.kept:
        held = Exemption.objects.current(on=plan.effective_on).filter(scope=Exemption.Scope.ALL)
        plan.kept["exempt_from_all"] = set(held.values_list("member__code", flat=True))
    kept: set[str] = plan.kept["exempt_from_all"]
    return kept


def _own_record(plan: Plan) -> str | None:
    """The member's code of who brings the workbook in."""
    if "own_record" not in plan.kept:
        own = Member.objects.filter(user=plan.by).values_list("code", flat=True) if plan.by else None
        plan.kept["own_record"] = own.first() if own is not None else None
    kept: str | None = plan.kept["own_record"]
    return kept


def _after_posts(plan: Plan, mine: SheetPlan) -> None:
    """Of a post that one person holds at a time, the holder before ends where the new one begins."""
    succeed(plan, mine, lambda values: _post_slot(mine, values))
    _refuse_overlaps(plan, mine)


def _refuse_overlaps(plan: Plan, mine: SheetPlan) -> None:
    """Who is in the books as having ended later than a new holder begins held the post then."""
    value = mine.value
    begun = [row for row in mine.added if value(row, "until") is None and not row.is_refused]
    ended: dict[Any, tuple[Any, Any]] = {}
    for _pk, values in mine.known.values() if begun else ():
        spell = value(values, "until"), value(values, "member_name")
        if spell[0] is not None and spell[0] != value(values, "from"):
            slot = _post_slot(mine, values)
            ended[slot] = max(spell, ended.get(slot, spell), key=lambda each: each[0])
    for row in begun:
        slot = _post_slot(mine, row.values)
        if slot is not None and slot in ended and ended[slot][0] > value(row, "from"):
            plan.say(mine, row, "from", HELD_UNTIL, name=ended[slot][1], day=ended[slot][0])


def _post_slot(mine: SheetPlan, values: Any) -> Any:
    kind = mine.value(values, "kind")
    return None if kind == "deputy" else (kind, mine.value(values, "unit"))


POSTS = Rules(check=_check_post, after=_after_posts)
