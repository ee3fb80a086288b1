"""Where a unit lies: what it repeats from the unit above, and that both say the same place.

Copies (a branch's county, an area's county and township) and the key by which a name is searched are filled here,
before a row is checked and saved.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from jinxian.lib.chinese import search_key
from service_areas.models import Branch, Household, ProductionTeam, ServiceArea


def place_branch(branch: Branch) -> None:
    """The branch's county is its township's. ValidationError where its village lies in another township."""
    if branch.township_id:
        branch.county_id = branch.township.county_id
    refuse_other_township(branch)
    fill_search_key(branch)


def place_area(area: ServiceArea) -> None:
    """The area's county and township are its branch's."""
    if area.branch_id:
        area.county_id, area.township_id = area.branch.county_id, area.branch.township_id
    fill_search_key(area)


def refuse_other_township(row: Branch | ProductionTeam) -> None:
    if row.village is not None and row.village.township_id != row.township_id:
        raise ValidationError({"village": _("This village belongs to another township.")})


def refuse_other_place(household: Household) -> None:
    """A household's team lies in the village of its branch, or in its township where the branch has no village."""
    if not (household.branch_id and household.team_id):
        return
    branch, team = household.branch, household.team
    elsewhere = team.village_id != branch.village_id if branch.village_id else team.township_id != branch.township_id
    if elsewhere:
        raise ValidationError({"team": _("This team does not lie in the place of the household's branch.")})


def fill_search_key(row: Any) -> None:
    """The name as it is typed, its pinyin and initials; for a person also a reading that was written by hand."""
    key = search_key(row.name)
    by_hand = [word for word in search_key(getattr(row, "name_latin", "")).split() if word not in key]
    row.search_key = " ".join([key, *by_hand])[: row._meta.get_field("search_key").max_length]
