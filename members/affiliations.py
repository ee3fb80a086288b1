"""Where a member belongs, and since when: one affiliation is open, the others have ended (domain.md rule 3).

`Member.branch`, `small_group` and `area` point at the open one and follow it. A transfer between branches with both
sides' consent is not decided here; this is the correction and first entry by the county.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Affiliation, Member
from service_areas.dated import not_ended
from service_areas.models import Branch, ServiceArea, SmallGroup


@transaction.atomic
def affiliate(
    *,
    member: Member,
    branch: Branch,
    small_group: SmallGroup | None,
    area: ServiceArea | None,
    on: date,
    by: Any,
) -> Affiliation:
    """The member belongs there from the day `on`; what was open until then ends on that day.

    The open affiliation is returned as it is where it says the same already, and corrected where it began on that very
    day. Errors: ValidationError as in `refuse_affiliation`.
    """
    held = Member.objects.select_for_update().get(pk=member.pk)
    refuse_affiliation(member=held, branch=branch, small_group=small_group, area=area, on=on)
    row = open_affiliation(member)
    place: dict[str, Any] = {"branch": branch, "small_group": small_group, "area": area}
    if row is None or not _says(row, place):
        row = _begin(member, row, place, on)
    for name, unit in place.items():
        setattr(member, name, unit)
    member.save(update_fields=list(place))
    return row


def refuse_affiliation(
    *, member: Member, branch: Branch, small_group: SmallGroup | None, area: ServiceArea | None, on: date
) -> None:
    """Raise ValidationError, by field, where the member cannot belong there from the day `on`."""
    if member.status not in Member.PRESENT:
        raise ValidationError(_("%(name)s no longer belongs to the branch.") % {"name": member.label})
    _refuse_units(branch, small_group, area, on)
    row = open_affiliation(member) if member.pk else None
    if row is None or _says(row, {"branch": branch, "small_group": small_group, "area": area}):
        return
    if on < row.started_on:
        raise ValidationError(
            _("The present affiliation began on %(day)s; another one cannot begin before.") % {"day": row.started_on}
        )
    if row.branch_id != branch.pk:
        _refuse_leaving(member)


def open_affiliation(member: Member) -> Affiliation | None:
    return Affiliation.objects.filter(member=member, ended_on__isnull=True).first()


def _refuse_units(branch: Branch, small_group: SmallGroup | None, area: ServiceArea | None, on: date) -> None:
    errors = {}
    if small_group is not None and small_group.branch_id != branch.pk:
        errors["small_group"] = _("This small group belongs to another branch.")
    if area is not None and area.branch_id != branch.pk:
        errors["area"] = _("This service area belongs to another branch.")
    elif area is not None and small_group is not None and area.small_group_id != small_group.pk:
        errors["area"] = _("This service area rests on another small group.")
    for name, unit in {"branch": branch, "small_group": small_group, "area": area}.items():
        if unit is not None and not unit.holds(on=on):
            errors.setdefault(name, _("It did not exist on that day."))
    if errors:
        raise ValidationError(errors)


def _refuse_leaving(member: Member) -> None:
    """Links and posts stay in the branch: they are handed over before the member leaves it."""
    today = timezone.localdate()
    links = member.links.filter(not_ended(today)).count()
    if links:
        sentence = _("This member still looks after %(count)s households: hand them over first.")
        raise ValidationError(sentence % {"count": links})
    if member.posts.filter(not_ended(today)).exists():
        raise ValidationError(_("This member still holds a post in the branch: end it first."))


def _says(row: Affiliation, place: dict[str, Any]) -> bool:
    return all(getattr(row, f"{name}_id") == (unit.pk if unit else None) for name, unit in place.items())


def _begin(member: Member, row: Affiliation | None, place: dict[str, Any], on: date) -> Affiliation:
    if row is not None and row.started_on < on:
        row.ended_on = on
        row.save(update_fields=["ended_on"])
        row = None
    row = row or Affiliation(member=member, started_on=on)
    for name, unit in place.items():
        setattr(row, name, unit)
    row.full_clean()
    row.save()
    return row
