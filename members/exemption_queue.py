"""What waits for a person among applications for exemption and exemptions: the own next step, overdue first.

Pure reading, through `visible_to`; the day is an argument. A step is named only to those whose hand it is in; who may
really make it is asked again where it is made (permissions.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.exemptions import BRANCH, file_by, lies_with, review_due_on, reviews_due, secretaries_among
from members.models import Exemption, ExemptionApplication, Member
from members.permissions import (
    APPLY_EXEMPTION,
    FILE_EXEMPTION,
    PLAN_LINKS,
    may_agree_to_exemption,
    may_file_exemption,
    may_review_exemption,
)
from service_areas.dated import holds_on, not_ended
from service_areas.scoping import scope_of

DAYS_TO_ANSWER = 30  # how long a refusal stands among what is to be done
DAYS_TO_HAND_OVER = 30
HANDOVER = "handover"  # the page on which a member's households are handed over
PLACES = ("member", "branch__township")

State, Scope = ExemptionApplication.State, Exemption.Scope


class Step(StrEnum):
    """What somebody is waited for with."""

    AGREE = "agree"  # the branch, at its next meeting
    FILE = "file"  # the township
    REVIEW = "review"  # the township, every year
    HAND_OVER = "hand_over"  # the branch: households of a member who is exempt from links
    CAME_BACK = "came_back"  # refused by the township: apply again, or let it rest


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person; `due` is its last day, None where it has none."""

    step: Step
    label: str
    url: str
    due: date | None
    on: date
    subject: Any  # the application, or for REVIEW and HAND_OVER the exemption
    note: str = ""  # how much it is

    @property
    def days(self) -> int:
        """Days until the last day; below 0: it has gone by so many days ago."""
        return (self.due - self.on).days if self.due else 0

    @property
    def days_late(self) -> int:
        return max(0, -self.days)

    @property
    def is_overdue(self) -> bool:
        return self.due is not None and self.due < self.on


def exemptions_waiting(user: Any, *, on: date) -> list[Waiting]:
    """What waits for this person, overdue first; nothing, and no query, for who holds no hand in exemptions."""
    found: list[Waiting] = []
    if exemption_acts(user):
        found += _applications(user, on)
    if APPLY_EXEMPTION.held_anywhere(user):
        found += [*_came_back(user, on), *_to_hand_over(user, on)]
    if FILE_EXEMPTION.held_anywhere(user):
        found += _reviews(user, on)
    return sorted(found, key=lambda row: (row.due is None, row.due or date.max, row.label))


def exemption_acts(user: Any) -> bool:
    """Whether the person has a hand in exemptions: as secretary or for the township."""
    return APPLY_EXEMPTION.held_anywhere(user) or FILE_EXEMPTION.held_anywhere(user)


def open_applications(user: Any) -> QuerySet[Any]:
    rows = ExemptionApplication.objects.visible_to(user).filter(state__in=ExemptionApplication.OPEN)
    return rows.select_related(*PLACES).order_by("applied_at", "pk")


def handover_url(member: Member) -> str:
    return reverse(HANDOVER, args=[member.pk])


def hand_over_sentence(count: int) -> str:
    """The households that a member who is exempt from links still looks after."""
    sentence = ngettext(
        "%(count)s household still has to be handed over.",
        "%(count)s households still have to be handed over.",
        count,
    )
    return sentence % {"count": count}


def _held(user: Any, roles: tuple[str, ...], place: str) -> set[int]:
    held = (a for a in scope_of(user).appointments if a.role in roles)
    return {pk for each in held if (pk := getattr(each, f"{place}_id"))}


def _applications(user: Any, on: date) -> Iterator[Waiting]:
    branches = _held(user, APPLY_EXEMPTION.roles, "branch")
    townships = _held(user, FILE_EXEMPTION.roles, "township")
    rows = list(open_applications(user).filter(Q(branch__in=branches) | Q(branch__township__in=townships)))
    secretaries = secretaries_among([row.member for row in rows], on=on)
    for row in rows:
        is_branch = lies_with(row, secretaries=secretaries) == BRANCH
        words = {"member": row.member.label, "scope": row.get_scope_display()}
        if is_branch and may_agree_to_exemption(user, row):
            yield _of_application(Step.AGREE, _("%(member)s: what did the branch agree? (%(scope)s)") % words, row, on)
        elif not is_branch and may_file_exemption(user, row):
            yield _of_application(Step.FILE, _("%(member)s: file the exemption (%(scope)s)") % words, row, on)


def _of_application(step: Step, label: str, row: ExemptionApplication, on: date) -> Waiting:
    return Waiting(step, label, reverse("exemption_detail", args=[row.pk]), file_by(row), on, row)


def _came_back(user: Any, on: date) -> Iterator[Waiting]:
    """Refused of late by somebody else, of members who are still there, with nothing newer of the same scope."""
    newer = ExemptionApplication.objects.filter(
        member=OuterRef("member"), scope=OuterRef("scope"), applied_at__gt=OuterRef("applied_at")
    )
    rows = ExemptionApplication.objects.visible_to(user).filter(
        state=State.REFUSED, branch__in=_held(user, APPLY_EXEMPTION.roles, "branch"),
        ended_at__gte=timezone.now() - timedelta(days=DAYS_TO_ANSWER), member__branch=F("branch"),
        member__status__in=Member.PRESENT,
    )  # fmt: skip
    for row in rows.exclude(ended_by=user.pk).filter(~Exists(newer)).select_related(*PLACES):
        label = _("%(member)s: the exemption was refused") % {"member": row.member.label}
        yield Waiting(Step.CAME_BACK, label, reverse("exemption_detail", args=[row.pk]), None, on, row)


def _to_hand_over(user: Any, on: date) -> Iterator[Waiting]:
    """Exempt from links today or soon, by what was filed, with households that nobody else has taken over."""
    branches = _held(user, PLAN_LINKS.roles, "branch")
    rows = Exemption.objects.visible_to(user).filter(not_ended(on), branch__in=branches)
    rows = rows.filter(scope__in=[Scope.ALL, Scope.LINKS])
    linked = Count("member__links", filter=holds_on(on, "member__links__"))
    seen: set[int] = set()
    for row in (
        rows.annotate(link_count=linked)
        .filter(link_count__gt=0)
        .select_related(*PLACES, "application")
        .order_by("started_on")
    ):
        if row.member_id not in seen:
            seen.add(row.member_id)
            note = hand_over_sentence(row.link_count)
            label = _("%(name)s: %(what)s") % {"name": row.member.label, "what": note}
            yield Waiting(Step.HAND_OVER, label, handover_url(row.member), _hand_over_by(row), on, row, note)


def _hand_over_by(exemption: Exemption) -> date:
    """Before it begins, but nobody is late before DAYS_TO_HAND_OVER after the filing."""
    if exemption.filed_on is None:
        return exemption.started_on
    return max(exemption.started_on, exemption.filed_on + timedelta(days=DAYS_TO_HAND_OVER))


def _reviews(user: Any, on: date) -> Iterator[Waiting]:
    townships = _held(user, FILE_EXEMPTION.roles, "township")
    rows = Exemption.objects.visible_to(user).filter(branch__township__in=townships)
    for row in reviews_due(rows, on=on).select_related(*PLACES, "application"):
        if may_review_exemption(user, row):
            words = {"member": row.member.label, "scope": row.get_scope_display()}
            label = _("%(member)s: look at the exemption again (%(scope)s)") % words
            yield Waiting(Step.REVIEW, label, reverse("exemption_review", args=[row.pk]), review_due_on(row), on, row)
