"""Entering a household and keeping its record true: head, number, contact, people, whether it is to be linked.

Nothing else is kept about a household (domain.md principle 1). It never changes team or branch here: that is a change
of places. Coverage is counted anew, because a household that comes or is no longer to be linked changes it.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jinxian.lib.chinese import latin_name
from members.links import recount
from service_areas.models import AreaTeam, Branch, Household, ProductionTeam
from service_areas.placing import refuse_other_place


class Stale(Exception):
    """Somebody else changed the household meanwhile."""


def branch_of_team(team: ProductionTeam) -> Branch:
    """The branch of the service area that holds the team today. ValidationError where none does."""
    held = AreaTeam.objects.current(on=timezone.localdate()).filter(team=team).select_related("area__branch").first()
    if held is None:
        raise ValidationError({"team": _("No service area holds this team yet: its branch is not known.")})
    return held.area.branch


@transaction.atomic
def enter_household(household: Household, *, by: Any) -> Household:
    """A new household of its team; its branch follows from the team. Errors: ValidationError by field."""
    household.branch = branch_of_team(household.team)
    refuse_other_place(household)
    _name(household, was="")
    household.full_clean(exclude=["branch"])
    try:
        with transaction.atomic():
            household.save()
    except IntegrityError:  # somebody entered the same number a moment before
        raise ValidationError({"number": _("This team has a household of this number already.")}) from None
    recount(branch=household.branch, on=timezone.localdate())
    return household


@transaction.atomic
def change_household(household: Household, *, seen: str, by: Any, **changed: Any) -> None:
    """Change some of its fields. `seen` is the stamp of what was on the screen.

    Errors: Stale where it is another by now; ValidationError by field, or where it is looked after and would no longer
    be linkable.
    """
    current = Household.objects.select_for_update().get(pk=household.pk)
    if stamp(current) != seen:
        raise Stale
    was = current.head_name
    for name, value in changed.items():
        setattr(current, name, value)
    refuse_unlinkable(current)
    if "head_name_latin" not in changed or not current.head_name_latin:
        _name(current, was=was)
    current.full_clean()
    current.save()
    recount(branch=current.branch, on=timezone.localdate())


def refuse_unlinkable(household: Household) -> None:
    """Raise ValidationError where it is marked as not to be linked, and somebody looks after it."""
    if not household.is_linkable and household.link_count:
        raise ValidationError({"is_linkable": _("Somebody looks after this household: end the link first.")})


def stamp(household: Household) -> str:
    """Names what a form shows of a household."""
    values = (household.number, household.head_name, household.contact, household.people_count, household.is_linkable)
    return "|".join(map(str, values))


def _name(household: Household, *, was: str) -> None:
    if household.head_name != was or not household.head_name_latin:
        household.head_name_latin = latin_name(household.head_name)[:80]
