"""Where the rows of a sheet are listed: on the pages of the site, and in the admin."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from service_areas.permissions import COUNTY
from service_areas.scoping import scope_of

# Model of the admin → key of the sheet that brings its rows in.
SHEET_OF = {
    "service_areas.county": "county",
    "service_areas.township": "townships",
    "service_areas.village": "villages",
    "service_areas.productionteam": "teams",
    "service_areas.branch": "branches",
    "service_areas.smallgroup": "groups",
    "service_areas.servicearea": "areas",
    "service_areas.household": "households",
    "service_areas.appointment": "appointments",
    "members.member": "members",
    "members.post": "posts",
    "members.exemption": "exemptions",
    "members.householdlink": "links",
    "assessments.period": "quarters",
    "assessments.planitem": "plan_items",
    "assessments.target": "targets",
}
MODEL_OF = {key: label for label, key in SHEET_OF.items()}
PAGES = {
    "county": "place_tree",
    "townships": "place_tree",
    "villages": "place_tree",
    "branches": "branch_list",
    "areas": "area_list",
    "members": "member_list",
    "exemptions": "exemption_list",
    "households": "household_list",
}


def list_of(key: str, user: Any) -> str:
    """The address of the list in which the sheet's rows are found; empty where there is none.

    A superuser without an appointment has no pages yet, and finds them in the admin.
    """
    if key in PAGES and COUNTY in scope_of(user).roles:
        return reverse(PAGES[key])
    if key not in MODEL_OF:
        return ""
    return reverse(f"admin:{MODEL_OF[key].replace('.', '_')}_changelist")
