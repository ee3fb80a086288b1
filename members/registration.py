"""Entering a member and keeping the record true; what to think about when numbers get odd (domain.md rule 5, warnings).

Type and status change with a document in statuses.py, the ID number in identity.py, the branch by a transfer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jinxian.lib.chinese import latin_name
from members.affiliations import affiliate
from members.models import Affiliation, Member, Post
from service_areas.models import Branch, ServiceArea, SmallGroup
from service_areas.placing import fill_search_key

SMALL_AREA, LARGE_BRANCH = 3, 50


class Stale(Exception):
    """Somebody else changed the record meanwhile."""


def next_code(branch: Branch) -> str:
    """The branch's code and the next number of three digits."""
    taken = Member.objects.filter(code__startswith=f"{branch.code}-").values_list("code", flat=True)
    numbers = [int(tail) for code in taken if (tail := code.rpartition("-")[2]).isascii() and tail.isdigit()]
    return f"{branch.code}-{max(numbers, default=0) + 1:03}"


@transaction.atomic
def enter_member(
    member: Member, *, branch: Branch, small_group: SmallGroup | None, area: ServiceArea | None, on: date, by: Any
) -> Member:
    """A new member of the branch from the day `on`, with a code of its own. ValidationError by field."""
    Branch.objects.select_for_update().get(pk=branch.pk)  # of two who enter at once, each gets a number
    member.branch, member.small_group, member.area = branch, small_group, area
    member.code = next_code(branch)
    _fill(member)
    member.full_clean(exclude=["user"])
    refuse_dates(member)
    member.save()
    affiliate(member=member, branch=branch, small_group=small_group, area=area, on=on, by=by)
    return member


@transaction.atomic
def change_member(member: Member, *, seen: str, by: Any, **changed: Any) -> Member:
    """Change fields of the record. Errors: Stale where `seen` is not its stamp any more; ValidationError by field."""
    current: Member = Member.objects.select_for_update().get(pk=member.pk)
    if stamp(current) != seen:
        raise Stale
    for name, value in changed.items():
        setattr(current, name, value)
    if "name" in changed and "name_latin" not in changed:
        current.name_latin = ""
    _fill(current)
    current.full_clean(exclude=["user"])
    refuse_dates(current)
    current.save()
    return current


def stamp(member: Member) -> str:
    """Names the version of the record that a form shows: its last change."""
    last = member.history.order_by("-history_id").values_list("history_id", flat=True).first()
    return f"{member.pk}.{last or 0}"


def refuse_dates(member: Member) -> None:
    """Raise ValidationError by field where the record's dates lie in the future or out of order."""
    today, errors = timezone.localdate(), {}
    for name in ("birth_date", "admitted_on"):
        day = getattr(member, name)
        if day is not None and day > today:
            errors[name] = _("This day lies in the future.")
    if member.birth_date and member.admitted_on and member.birth_date >= member.admitted_on:
        errors.setdefault("birth_date", _("The date of birth lies after the admission."))
    if errors:
        raise ValidationError(errors)


def warnings_of(member: Member) -> Iterator[str]:
    """What the branch may want to think about; nothing of it forbids anything (rule 5)."""
    present = Member.objects.filter(status__in=Member.PRESENT)
    if member.area is not None and present.filter(area=member.area).count() < SMALL_AREA:
        yield _("%(area)s has fewer than %(count)s members.") % {"area": member.area.label, "count": SMALL_AREA}
    if present.filter(branch=member.branch).count() > LARGE_BRANCH:
        words = {"branch": member.branch.label, "count": LARGE_BRANCH}
        yield _("%(branch)s has more than %(count)s members.") % words
    leads = Post.objects.filter(member=member, kind=Post.Kind.LEADER, ended_on__isnull=True)
    if member.member_type != Member.Type.FULL and leads.exists():
        yield _("%(name)s leads a service area and is not a full member.") % {"name": member.label}


def since_of(member: Member) -> date | None:
    """The first day of the present affiliation."""
    row = Affiliation.objects.filter(member=member, ended_on__isnull=True).first()
    return row.started_on if row else None


def _fill(member: Member) -> None:
    member.name_latin = member.name_latin or latin_name(member.name)[:80]
    fill_search_key(member)
