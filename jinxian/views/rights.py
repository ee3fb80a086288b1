"""The verdict for a page: whether one of its rows, or the list as a whole, is the person's to see.

Which roles hold a right is declared by the apps; here it is only asked of the rows that stand for the same place.
"""

from __future__ import annotations

from typing import Any

from assessments.permissions import SEE_FIGURES
from service_areas.permissions import (
    ALLOWED,
    AUDITOR,
    COUNTY,
    SECRETARY,
    TOWNSHIP,
    Grant,
    Verdict,
    no_right_here,
    refused,
)
from service_areas.scoping import scope_of

WHOLE_BRANCHES = frozenset({COUNTY, TOWNSHIP, SECRETARY, AUDITOR})


def may_list(grant: Grant, user: Any) -> Verdict:
    """A list of what is in scope: the role is held at all."""
    return ALLOWED if grant.held_anywhere(user) else refused(no_right_here())


def may_open(grant: Grant, user: Any, *rows: Any) -> Verdict:
    """One object: the role is held at a place that contains it. `rows` name the place, as an area and its branch do."""
    return ALLOWED if any(grant.held(user, row) for row in rows) else refused(no_right_here())


def counts_areas(user: Any) -> bool:
    """Whether an area's members and households, as far as the person sees them, are all of them."""
    return SEE_FIGURES.held_anywhere(user)


def counts_branches(user: Any) -> bool:
    """The same of a branch: a leader sees one area of it."""
    return bool(scope_of(user).roles & WHOLE_BRANCHES)
