"""What stands on a member's page: the record, and year by year the quarters and what changed.

Contact, ID number and reasons of exemption are asked of members.permissions one by one, points of
assessments.permissions line by line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Sheet, SheetMember
from assessments.permissions import SEE_STATE, may_see_line
from jinxian.views.lists import crumbs_to, last_day
from jinxian.views.quarters import CONFIRMED
from jinxian.views.rights import counts_areas, may_open
from members.identity import reveals_of
from members.models import Affiliation, Exemption, HouseholdLink, Member, Post, Transfer
from members.permissions import (
    may_apply_for_exemption,
    may_apply_for_transfer,
    may_change_status,
    may_edit_contact,
    may_enter_id_number,
    may_reveal_id_number,
    may_see_contact,
    may_see_exemption_reason,
    may_see_id_number,
)
from service_areas.crumbs import branch_url
from service_areas.permissions import SEE_HISTORY, SEE_PLACES

YEARS = 5


@dataclass
class Event:
    """Something that began or ended on a day."""

    on: date
    icon: str
    text: str


@dataclass
class Year:
    number: int
    quarters: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def member_facts(user: Any, member: Member) -> dict[str, Any]:
    """The context of the page."""
    on = timezone.localdate()
    posts = list(Post.objects.visible_to(user).filter(member=member).select_related("branch", "area", "small_group"))
    exemptions = list(Exemption.objects.visible_to(user).filter(member=member))
    for row in exemptions:
        row.last_day = last_day(row)
    links = HouseholdLink.objects.visible_to(user).filter(member=member).select_related("household")
    households = [link for link in links.order_by("household__number") if link.holds(on=on)]
    quarters = list(_quarters(user, member))
    reason = bool(may_see_exemption_reason(user, member))
    events = [
        *_post_events(posts, on), *_exemption_events(exemptions, reason, on),
        *_moves(user, member, on), *_link_events(list(links), on), *_status_events(member),
        *_transfer_events(user, member),
    ]  # fmt: skip
    return {
        "member": member,
        "standing": member.party_standing(on=on),
        "posts": [post for post in posts if post.holds(on=on)],
        "exemptions": [row for row in exemptions if row.holds(on=on)],
        "sees_reason": reason,
        "sees_contact": bool(may_see_contact(user, member)),
        "sees_id_number": bool(may_see_id_number(user, member)),
        "links": households,
        "years": _years(quarters, events, on),
        "latest": next((row for row in quarters if row["is_confirmed"]), None),
        "opens_branch": SEE_PLACES.held_anywhere(user),
        "sees_figures": counts_areas(user),
        "crumbs": _crumbs(user, member),
        **_steps(user, member),
    }


def _steps(user: Any, member: Member) -> dict[str, Any]:
    """What the person may do with the record, and who saw its whole ID number."""
    is_present = member.status in Member.PRESENT
    sees_reveals = member.user_id == user.pk or may_open(SEE_HISTORY, user, member, member.branch)
    return {
        "may_edit": is_present and bool(may_edit_contact(user, member)),
        "may_change_status": bool(may_change_status(user, member)),
        "may_transfer": is_present and bool(may_apply_for_transfer(user, member)),
        "may_exempt": is_present and bool(may_apply_for_exemption(user, member)),
        "may_enter_number": bool(may_enter_id_number(user, member)),
        "may_reveal": bool(member.id_number_masked and may_reveal_id_number(user, member)),
        "sees_history": bool(may_open(SEE_HISTORY, user, member, member.branch)),
        "reveals": list(reveals_of(member)[:5]) if sees_reveals else [],
    }


def _crumbs(user: Any, member: Member) -> list[tuple[str, str | None]]:
    branch = member.branch
    crumbs = [
        *crumbs_to(user, county=branch.county, township=branch.township),
        (branch.label, branch_url(user, branch.pk)),
    ]
    if member.area:
        crumbs.append((member.area.label, reverse("area_detail", args=[member.area.pk])))
    return crumbs


def _quarters(user: Any, member: Member) -> Iterator[dict[str, Any]]:
    """The member's lines, newest first: those whose state the person may know, with points where they may be seen."""
    lines = SheetMember.objects.visible_to(user).filter(member=member).select_related("sheet", "period", "member")
    for line in lines.order_by("-period__year", "-period__quarter"):
        sees_points = bool(may_see_line(user, line))
        sees_state = SEE_STATE.held(user, line.sheet)
        if sees_points or sees_state:
            yield {
                "line": line,
                "url": _quarter_url(line, sees_points=sees_points, sees_state=sees_state),
                "state": line.sheet.state,
                "sees_points": sees_points,
                "is_confirmed": line.sheet.is_counted and line.sheet.state in CONFIRMED,
                "is_unreported": line.sheet.state == Sheet.State.CLOSED and not line.sheet.is_counted,
            }


def _quarter_url(line: SheetMember, *, sees_points: bool, sees_state: bool) -> str:
    """The line with its working where the person may read it, else the sheet."""
    if sees_points and not line.is_exempt:
        return reverse("assessments:sheet_line", args=[line.sheet_id, line.pk])
    return reverse("assessments:sheet_detail", args=[line.sheet_id]) if sees_state else ""


def _years(quarters: list[dict[str, Any]], events: list[Event], on: date) -> list[Year]:
    """The last five years, newest first; those in which nothing is known are left out."""
    years: dict[int, Year] = {}
    for row in reversed(quarters):
        period = row["line"].period
        years.setdefault(period.year, Year(period.year)).quarters.append(row)
    for event in sorted(events, key=lambda event: event.on, reverse=True):
        years.setdefault(event.on.year, Year(event.on.year)).events.append(event)
    return [years[number] for number in sorted(years, reverse=True) if number > on.year - YEARS]


def _post_events(posts: list[Post], on: date) -> Iterator[Event]:
    for post in posts:
        place = post.area or post.small_group or post.branch
        words = {"post": post.get_kind_display(), "place": place.label}
        yield Event(post.started_on, "flag", _("Became %(post)s, %(place)s") % words)
        if post.ended_on and post.ended_on <= on:
            yield Event(post.ended_on, "flag", _("No longer %(post)s, %(place)s") % words)


def _exemption_events(exemptions: list[Exemption], sees_reason: bool, on: date) -> Iterator[Event]:
    for row in exemptions:
        words = {"scope": row.get_scope_display(), "reason": row.get_reason_display()}
        text = _("Exempt from assessment: %(scope)s") % words
        if sees_reason:
            text = _("Exempt from assessment: %(scope)s (%(reason)s)") % words
        yield Event(row.started_on, "ban", text)
        if row.ended_on and row.ended_on <= on:
            yield Event(row.ended_on, "check", _("The exemption ended: %(scope)s") % words)


def _moves(user: Any, member: Member, on: date) -> Iterator[Event]:
    """Each affiliation but the first is a move."""
    rows = Affiliation.objects.visible_to(user).filter(member=member).select_related("branch", "small_group", "area")
    former: Affiliation | None = None
    for row in rows.order_by("started_on"):
        if former is not None:
            units = [unit.label for unit in (row.branch, row.small_group, row.area) if unit is not None]
            yield Event(row.started_on, "arrows-exchange", _("Now in %(place)s") % {"place": " · ".join(units)})
        former = row


def _status_events(member: Member) -> Iterator[Event]:
    """Changes of type and status, from the record's history."""
    before = None
    for now in member.history.order_by("history_id").only(
        "history_id", "status", "status_on", "status_document", "member_type", "full_on"
    ):
        if before is not None and now.status != before.status and now.status_on:
            words = {"status": now.get_status_display(), "document": now.status_document}
            yield Event(now.status_on, "alert-triangle", _("%(status)s (%(document)s)") % words)
        if before is not None and now.member_type != before.member_type and now.full_on:
            yield Event(now.full_on, "certificate", _("Became a full member"))
        before = now


def _transfer_events(user: Any, member: Member) -> Iterator[Event]:
    rows = Transfer.objects.visible_to(user).filter(member=member).select_related("member", "from_branch", "to_branch")
    for row in rows:
        words = {"place": row.destination}
        yield Event(timezone.localdate(row.applied_at), "send", _("Transfer applied for: %(place)s") % words)
        if row.issued_at:
            yield Event(timezone.localdate(row.issued_at), "send", _("Letter issued: %(place)s") % words)
        if row.ended_at:
            words["state"] = row.get_state_display()
            yield Event(timezone.localdate(row.ended_at), "send", _("Transfer: %(state)s, %(place)s") % words)


def _link_events(links: list[HouseholdLink], on: date) -> Iterator[Event]:
    """Households taken over or handed over on one day, as a number: no head's name leaves its household."""
    begun: dict[date, int] = defaultdict(int)
    ended: dict[date, int] = defaultdict(int)
    for link in links:
        begun[link.started_on] += 1
        if link.ended_on and link.ended_on <= on:
            ended[link.ended_on] += 1
    for day, count in begun.items():
        text = ngettext("Took over %(count)s household", "Took over %(count)s households", count)
        yield Event(day, "home-link", text % {"count": count})
    for day, count in ended.items():
        text = ngettext("Handed over %(count)s household", "Handed over %(count)s households", count)
        yield Event(day, "home-x", text % {"count": count})
