"""Who brings a workbook in, and who takes one out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from service_areas.permissions import ALLOWED, COUNTY, SECRETARY, TOWNSHIP, Grant, Verdict, no_right_here, refused
from workbook.models import Run
from workbook.reach import own_exports

IMPORT = Grant("workbook", "import", (COUNTY,), "a superuser: the first county")
EXPORT = Grant("workbook", "export", (COUNTY, TOWNSHIP, SECRETARY), "own places, no ID numbers")

GRANTS = (IMPORT, EXPORT)


def may_import(user: Any) -> Verdict:
    """County staff; a superuser too, who sets up a county that does not exist yet."""
    if user.is_superuser:
        return ALLOWED
    return ALLOWED if IMPORT.held_anywhere(user) else refused(_("Only county staff bring workbooks in."))


def may_export(user: Any) -> Verdict:
    """By appointment alone: who sets the system up reads nobody's books by it."""
    return ALLOWED if EXPORT.held_anywhere(user) else refused(no_right_here())


def may_open_run(user: Any, run: Run) -> Verdict:
    """An export is its maker's, while the maker may still take all of it out; an import is the county staff's.

    A founder, who brings a county in, sees the own imports.
    """
    if run.kind == Run.Kind.EXPORT:
        may_open = Run.objects.filter(own_exports(user), pk=run.pk).exists()
    else:
        may_open = IMPORT.held(user, run) or (user.is_superuser and run.by_id == user.pk)
    return ALLOWED if may_open else refused(no_right_here())
