"""What permissions are made of: verdicts with a reason, and grants that say which roles hold a verb.

Scope comes first and is not decided here: a row outside the own subtree does not exist (404).
Inside it a verb needs a grant, and no prevent rule may stand against it. Each app declares its
grants in its own permissions.py; `manage.py permissions` prints them all as a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from service_areas.scoping import scope_of

COUNTY, TOWNSHIP, SECRETARY, LEADER = "county_staff", "township_staff", "secretary", "leader"
MEMBER, CLERK, AUDITOR, ADMINISTRATOR = "member", "clerk", "auditor", "administrator"
ROLES = (COUNTY, TOWNSHIP, SECRETARY, LEADER, MEMBER, CLERK, AUDITOR, ADMINISTRATOR)


class Verdict(NamedTuple):
    """Whether a person may do something, and the sentence that says why not."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Verdict(True)


def refused(reason: str) -> Verdict:
    return Verdict(False, reason)


def require(verdict: Verdict) -> None:
    """Go on only with a right: PermissionDenied carries the reason to the 403 page."""
    if not verdict:
        raise PermissionDenied(verdict.reason)


@dataclass(frozen=True)
class Grant:
    """The roles that hold one verb on one resource, inside the places they are appointed to."""

    resource: str
    verb: str
    roles: tuple[str, ...]
    note: str = ""

    def held(self, user: Any, row: Any) -> bool:
        return scope_of(user).holds(self.roles, row)

    def held_anywhere(self, user: Any) -> bool:
        """Whether the role is held at all: for pages that list what is in scope."""
        return bool(scope_of(user).roles & set(self.roles))

    def verdict(self, user: Any, row: Any, reason: str) -> Verdict:
        return ALLOWED if self.held(user, row) else refused(reason)


SEE_PLACES = Grant(
    "places, branches", "see", (COUNTY, TOWNSHIP, SECRETARY, LEADER, CLERK, AUDITOR), "leader, clerk: own"
)
SEE_AREAS = Grant("service areas", "see", (COUNTY, TOWNSHIP, SECRETARY, LEADER, MEMBER, CLERK, AUDITOR))
SEE_HOUSEHOLDS = Grant(
    "households", "see", (COUNTY, TOWNSHIP, SECRETARY, LEADER, MEMBER, CLERK, AUDITOR), "member: linked ones"
)
SET_UP_PLACES = Grant("places, branches", "set up in the admin", (COUNTY, ADMINISTRATOR))
SET_UP_AREAS = Grant("service areas", "set up in the admin", (COUNTY,))
SET_UP_HOUSEHOLDS = Grant("households", "set up in the admin", (COUNTY,))
CHANGE_VILLAGES = Grant("places, branches", "merge, split, rename, close", (COUNTY,))
CHANGE_AREAS = Grant("service areas", "merge, split, rename, close", (COUNTY, SECRETARY), "to another branch: county")
EDIT_HOUSEHOLDS = Grant("households", "enter and change", (SECRETARY, CLERK))
EDIT_HOUSEHOLD_CONTACT = Grant("households", "change contact", (SECRETARY, CLERK, LEADER), "leader: linked, own area")
SEE_HISTORY = Grant("history of records", "see", (COUNTY, TOWNSHIP, SECRETARY, AUDITOR))
MAKE_SLIPS = Grant("accounts, appointments", "make sign-in slips", (COUNTY, ADMINISTRATOR), "below the own level")
SET_UP_ACCOUNTS = Grant("accounts, appointments", "set up in the admin", (COUNTY, ADMINISTRATOR), "below the own level")

GRANTS = (
    SEE_PLACES,
    SET_UP_PLACES,
    SEE_AREAS,
    SET_UP_AREAS,
    SEE_HOUSEHOLDS,
    SET_UP_HOUSEHOLDS,
    CHANGE_VILLAGES,
    CHANGE_AREAS,
    EDIT_HOUSEHOLDS,
    EDIT_HOUSEHOLD_CONTACT,
    SEE_HISTORY,
    SET_UP_ACCOUNTS,
    MAKE_SLIPS,
)


def no_right_here() -> str:
    return _("Your appointments do not cover this. Ask the county committee if they should.")


def may_edit_household(user: Any, household: Any) -> Verdict:
    """The whole record: the branch's secretary, or the clerk of its village."""
    if EDIT_HOUSEHOLDS.held(user, household) or EDIT_HOUSEHOLDS.held(user, household.team):
        return ALLOWED
    return refused(_("A household's record is kept by the branch secretary and the village clerk."))


def may_edit_contact(user: Any, household: Any, areas: Any) -> Verdict:
    """The contact: who keeps the record, and the leader of an area that holds its team (`areas`)."""
    if may_edit_household(user, household) or any(EDIT_HOUSEHOLD_CONTACT.held(user, area) for area in areas):
        return ALLOWED
    return refused(_("A household's contact is kept by its branch, its village and its service area."))


# Changes of places: the county villages, and with the branch's secretary its areas; to another branch the county only.


def may_see_place_changes(user: Any) -> Verdict:
    """The list of changes in the own places."""
    return ALLOWED if SEE_PLACES.held_anywhere(user) else refused(no_right_here())


def may_change_places(user: Any) -> Verdict:
    """The page on which a place is chosen; which ones, is asked of each."""
    if CHANGE_AREAS.held_anywhere(user) or CHANGE_VILLAGES.held_anywhere(user):
        return ALLOWED
    return refused(_("Only the county and the branch's secretary change service areas."))


def may_change_village(user: Any, village: Any) -> Verdict:
    return CHANGE_VILLAGES.verdict(user, village.township, _("Villages are changed by the county."))


def may_change_area(user: Any, area: Any) -> Verdict:
    return CHANGE_AREAS.verdict(user, area, _("Only the county and the branch's secretary change service areas."))


def may_move_area(user: Any, area: Any) -> Verdict:
    """To another branch: what two branches have to bear, the county decides."""
    held = CHANGE_AREAS.held(user, area) and scope_of(user).holds((COUNTY,), area)
    return ALLOWED if held else refused(_("An area goes to another branch by the county's decision."))
