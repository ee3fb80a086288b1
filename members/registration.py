"""Entering a member and keeping the record true; what to think about when numbers get odd (domain.md rule 5, warnings).

Type and status change with a document in statuses.py, the ID number in identity.py, the branch by a transfer. Who is
only in the wrong small group or area moves by members.affiliations.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from cryptography.fernet import InvalidToken
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jinxian.lib.chinese import latin_name
from jinxian.lib.id_numbers import IdNumberRefused, decrypt, parse_id_number
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
    if member.admitted_on and on < member.admitted_on:
        raise ValidationError({"on": _("This day lies before the admission.")})
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
    was = Member(name=current.name, name_latin=current.name_latin, sex=current.sex, birth_date=current.birth_date)
    for name, value in changed.items():
        setattr(current, name, value)
    if current.name != was.name and current.name_latin == was.name_latin:
        current.name_latin = ""  # the spelling of the former name
    _fill(current)
    current.full_clean(exclude=["user"])
    refuse_dates(current)
    if (current.sex, current.birth_date) != (was.sex, was.birth_date):
        refuse_other_than_number(current)
    current.save()
    return current


def stamp(member: Member) -> str:
    """Names the version of the record that a form shows: its last change."""
    last = member.history.order_by("-history_id").values_list("history_id", flat=True).first()
    return f"{member.pk}.{last or 0}"


def refuse_dates(member: Member) -> None:
    """Raise ValidationError by field where the record's dates lie in the future or out of order."""
    today, errors = timezone.localdate(), {}
    for name in ("birth_date", "admitted_on", "full_on"):
        day = getattr(member, name)
        if day is not None and day > today:
            errors[name] = _("This day lies in the future.")
    if member.birth_date and member.admitted_on and member.birth_date >= member.admitted_on:
        errors.setdefault("birth_date", _("The date of birth lies after the admission."))
    if member.full_on and member.member_type != Member.Type.FULL:
        errors.setdefault("full_on", _("A probationary member has no such day yet."))
    if errors:
        raise ValidationError(errors)


def refuse_other_than_number(member: Member) -> None:
    """Raise ValidationError by field where sex or date of birth are not those of the ID number that is kept."""
    if not member.id_number_encrypted:
        return
    today = timezone.localdate()
    try:
        parse_id_number(decrypt(member.id_number_encrypted), on=today, sex=member.sex, birth_date=member.birth_date)
    except IdNumberRefused as refused:
        name = refused.code if refused.code in {"sex", "birth_date"} else None
        raise ValidationError({name or "birth_date": _("The ID number that is kept says otherwise.")}) from None
    except InvalidToken:  # without its key the number says nothing
        return


def warnings_of(member: Member, *, former: ServiceArea | None = None) -> Iterator[str]:
    """What the branch may want to think about; nothing of it forbids anything (rule 5). `former`: the area left."""
    present = Member.objects.filter(status__in=Member.PRESENT)
    for area in {area.pk: area for area in (member.area, former) if area is not None}.values():
        if present.filter(area=area).count() < SMALL_AREA:
            yield _("%(area)s has fewer than %(count)s members.") % {"area": area.label, "count": SMALL_AREA}
    if present.filter(branch=member.branch).count() > LARGE_BRANCH:
        words = {"branch": member.branch.label, "count": LARGE_BRANCH}
        yield _("%(branch)s has more than %(count)s members.") % words
    leads = Post.objects.filter(member=member, kind=Post.Kind.LEADER, ended_on__isnull=True).select_related("area")
    for post in leads:
        words = {"name": member.label, "area": post.area.label if post.area else ""}
        if member.member_type != Member.Type.FULL:
            yield _("%(name)s leads %(area)s and is not a full member.") % words
        if post.area_id != member.area_id:
            yield _("%(name)s leads %(area)s and is in another area.") % words


def since_of(member: Member) -> date | None:
    """The first day of the present affiliation."""
    row = Affiliation.objects.filter(member=member, ended_on__isnull=True).first()
    return row.started_on if row else None


def _fill(member: Member) -> None:
    member.name_latin = member.name_latin or latin_name(member.name)[:80]
    fill_search_key(member)
