"""The rules of each sheet: what its rows need, what must agree between them and with what is there.

Each sheet has up to four: `before` fills what follows from other cells, `match` finds a row that bears no key, `check`
asks about one row that was compared, `after` about all of them together.
"""

from __future__ import annotations

from typing import Any

from workbook.rules import access, changes, exemptions, households, people, places, posts, work
from workbook.rules.kinds import Rules

RULES: dict[str, Rules] = {
    "county": places.COUNTY,
    "townships": places.TOWNSHIPS,
    "villages": places.VILLAGES,
    "teams": places.TEAMS,
    "branches": places.BRANCHES,
    "groups": places.GROUPS,
    "areas": places.AREAS,
    "members": people.MEMBERS,
    "posts": posts.POSTS,
    "exemptions": exemptions.EXEMPTIONS,
    "households": households.HOUSEHOLDS,
    "links": households.LINKS,
    "appointments": access.APPOINTMENTS,
    "quarters": work.QUARTERS,
    "plan_items": work.PLAN_ITEMS,
    "targets": work.TARGETS,
    "place_changes": changes.PLACE_CHANGES,
}


def check_the_whole(plan: Any) -> None:
    """What can only be said when every sheet has been looked at."""
    places.refuse_codes_of_other_counties(plan)
