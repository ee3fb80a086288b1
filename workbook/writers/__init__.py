"""How the rows of each sheet become rows of the database, in the order they build on each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbook.writers import access, households, people, places, work

WRITERS: dict[str, Callable[[Any, Any], None]] = {
    "county": places.write_county,
    "townships": places.write_townships,
    "villages": places.write_villages,
    "teams": places.write_teams,
    "branches": places.write_branches,
    "groups": places.write_groups,
    "areas": places.write_areas,
    "members": people.write_members,
    "posts": people.write_posts,
    "exemptions": people.write_exemptions,
    "households": households.write_households,
    "links": households.write_links,
    "appointments": access.write_appointments,
    "quarters": work.write_quarters,
    "plan_items": work.write_plan_items,
    "targets": work.write_targets,
}
