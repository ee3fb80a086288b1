"""Appointments: which account holds which role where. Accounts that are not there yet come with them.

Who may grant what is service_areas/appointing.py's rule (prevent rule 7); here it is asked of codes, because places may
come with the same file. The console (by None) and a superuser grant everything but to themselves.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_noop

from service_areas.appointing import GRANTED_BY
from service_areas.models import Appointment
from service_areas.scoping import scope_of
from workbook.reading import Row
from workbook.references import say_missing
from workbook.rules.kinds import Rules, changes, dates_in_order, merged, was

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan

Role = Appointment.Role
SHEETS_OF = {
    "county": "county", "township": "townships", "branch": "branches", "area": "areas", "village": "villages"
}  # fmt: skip
BATCH = 500

NOT_A_PLACE = gettext_noop("This role is held at another kind of place, or there is no place with this code.")
OWN_ACCOUNT = gettext_noop("Nobody grants an appointment to the own account.")
ABOVE = gettext_noop("You grant appointments below your own level, inside your own county.")
OTHER_NAME = gettext_noop("This user name belongs to %(name)s. Choose another one, or correct the name.")
USERNAME = gettext_noop("A user name has letters, digits and @ . + - _ only.")
AUDITOR_WRITES = gettext_noop("An auditor only reads: this account has a writing appointment at the same time.")
SUPERUSER_AUDITS = gettext_noop("An auditor only reads: this account may do everything.")
MEMBER_HAS = gettext_noop("This member signs in as %(username)s already.")
ACCOUNT_HAS = gettext_noop("This account belongs to the member %(code)s already.")
TWO_NAMES = gettext_noop("Row %(row)s gives this user name to %(name)s.")


def place_kind(plan: Plan, role: str, code: str) -> str:
    """Which kind of place of the role has this code: "branch"; empty where there is none."""
    for kind in Appointment.PLACE_OF.get(role, ()):
        if code in plan.sheets[SHEETS_OF[kind]].merged:
            return kind
    return ""


def accounts_of(plan: Plan, mine: SheetPlan) -> dict[str, Any]:
    """User name → (key, name, is a superuser, member's code) of the accounts that are there and that the file names."""
    if "accounts" not in plan.kept:
        names = list({name for row in mine.read.rows if isinstance(name := mine.value(row, "username"), str)})
        found: dict[str, Any] = {}
        for start in range(0, len(names), BATCH):
            users = get_user_model()._default_manager.filter(username__in=names[start : start + BATCH])
            for pk, username, name, is_superuser, member in users.values_list(
                "pk", "username", "name", "is_superuser", "member__code"
            ):
                found[username] = pk, name, is_superuser, member
        plan.kept["accounts"] = found
    accounts: dict[str, Any] = plan.kept["accounts"]
    return accounts


def _check(plan: Plan, mine: SheetPlan, row: Row) -> None:
    dates_in_order(plan, mine, row)
    role = mine.value(row, "role")
    if not place_kind(plan, role, mine.value(row, "place")):
        sheets = [SHEETS_OF[kind] for kind in Appointment.PLACE_OF.get(role, ())]
        say_missing(plan, mine, row, "place", NOT_A_PLACE, sheets)
    if row.state != "same":
        _check_grant(plan, mine, row)
        _check_account(plan, mine, row)


def _check_grant(plan: Plan, mine: SheetPlan, row: Row) -> None:
    by, role = plan.by, mine.value(row, "role")
    if by is None:
        return
    if mine.value(row, "username") == by.username:
        plan.say(mine, row, "username", OWN_ACCOUNT)
    elif not by.is_superuser and not any(
        role in GRANTED_BY.get(own.role, ()) and plan.county and own.county_id == plan.county.pk
        for own in scope_of(by).appointments
    ):
        plan.say(mine, row, "role", ABOVE)


def _check_account(plan: Plan, mine: SheetPlan, row: Row) -> None:
    username, name, member = (merged(mine, row, key) for key in ("username", "name", "member"))
    there = accounts_of(plan, mine).get(username)
    named: dict[str, tuple[str, int]] = plan.kept.setdefault("named", {})
    first, number = named.setdefault(username, (name, row.number))
    if there is not None and there[1] != name:
        plan.say(mine, row, "name", OTHER_NAME, name=there[1])
    elif first != name:
        plan.say(mine, row, "name", TWO_NAMES, row=number, name=first)
    if there is None and not re.fullmatch(r"[\w.@+-]+", username):
        plan.say(mine, row, "username", USERNAME)
    if there is not None and there[2] and mine.value(row, "role") == Role.AUDITOR:
        plan.say(mine, row, "role", SUPERUSER_AUDITS)
    if member is not None and changes(mine, row, "member"):
        _check_person(plan, mine, row, username, member, there)


def _check_person(plan: Plan, mine: SheetPlan, row: Row, username: str, member: str, there: Any) -> None:
    """An account belongs to one member, and a member has one account."""
    if "account_of" not in plan.kept:
        users = get_user_model()._default_manager.filter(member__isnull=False)
        plan.kept["account_of"] = dict(users.values_list("member__code", "username"))
        plan.kept["member_of"] = {}
    account_of, member_of = plan.kept["account_of"], plan.kept["member_of"]
    if account_of.setdefault(member, username) != username:
        plan.say(mine, row, "member", MEMBER_HAS, username=account_of[member])
    held = member_of.setdefault(username, (there and there[3]) or member)
    if held != member:
        plan.say(mine, row, "member", ACCOUNT_HAS, code=held)


def _after(plan: Plan, mine: SheetPlan) -> None:
    """Prevent rule 7: who audits has no writing appointment at the same time."""
    if not mine.rows:
        return
    held: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for values in mine.merged.values():
        spell = mine.value(values, "role"), mine.value(values, "from"), mine.value(values, "until")
        held[mine.value(values, "username")].append(spell)
    for row in mine.rows:
        role, start = mine.value(row, "role"), mine.value(row, "from") or was(mine, row, "from")
        end = merged(mine, row, "until")
        for other, began, ended in held[mine.value(row, "username")]:
            overlaps = (ended is None or ended > start) and (end is None or began < end)
            one, two = (role, other) if role == Role.AUDITOR else (other, role)
            if overlaps and one == Role.AUDITOR and two not in Appointment.READING:
                plan.say(mine, row, "role", AUDITOR_WRITES)
                break


APPOINTMENTS = Rules(check=_check, after=_after)
