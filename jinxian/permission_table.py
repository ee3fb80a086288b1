"""The table persona × resource × verb, gathered from the grants that the apps declare.

`manage.py permissions` prints it, docs/permissions.md holds a copy, and a test keeps the two equal.
"""

from collections.abc import Iterator

from assessments.permissions import GRANTS as ASSESSMENT_GRANTS
from members.permissions import GRANTS as MEMBER_GRANTS
from service_areas.permissions import GRANTS as AREA_GRANTS
from service_areas.permissions import ROLES, Grant
from workbook.permissions import GRANTS as WORKBOOK_GRANTS

GRANTS: tuple[Grant, ...] = (*AREA_GRANTS, *MEMBER_GRANTS, *ASSESSMENT_GRANTS, *WORKBOOK_GRANTS)
HEADS = ("county", "township", "secretary", "leader", "member", "clerk", "auditor", "administrator")


def table() -> str:
    """The grants as a Markdown table, one line per resource and verb."""
    head = f"| resource | verb | {' | '.join(HEADS)} | note |"
    return "\n".join([head, "| --- | --- |" + " :-: |" * len(HEADS) + " --- |", *_lines()]) + "\n"


def _lines() -> Iterator[str]:
    for grant in GRANTS:
        cells = " | ".join("✓" if role in grant.roles else "–" for role in ROLES)
        yield f"| {grant.resource} | {grant.verb} | {cells} | {grant.note} |".replace("|  |", "| |")
