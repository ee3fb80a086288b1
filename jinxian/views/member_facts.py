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
from members.models import Affiliation, Exemption, ExemptionApplication, HouseholdLink, Member, Post, Transfer
from members.permissions import (
    may_apply_for_exemption,
    may_apply_for_transfer,
    may_change_status,
    may_edit_contact,
    may_enter_id_number,
    may_plan_links,
    may_reveal_id_number,
    may_see_contact,
    may_see_exemption_reason,
    may_see_id_number,
    may_see_status_document,
)
from service_areas.crumbs import branch_url
from service_areas.permissions import SEE_HISTORY, SEE_PLACES

YEARS = 5
HANDOVER = "handover"  # the page that hands over a member's households, by the member's key


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
    rows = _rows(user, member)
    quarters = list(_quarters(user, member))
    years = _years(quarters, _events(user, member, rows, on))
    return {
        "member": member,
        "standing": member.party_standing(on=on),
        "posts": [post for post in rows.posts if post.holds(on=on)],
        "exemptions": [row for row in rows.exemptions if row.holds(on=on)],
        "sees_reason": bool(may_see_exemption_reason(user, member)),
        "sees_document": bool(may_see_status_document(user, member)),
        "sees_contact": bool(may_see_contact(user, member)),
        "sees_id_number": bool(may_see_id_number(user, member)),
        "links": [link for link in rows.links if link.holds(on=on)],
        "years": [year for year in years if year.number > on.year - YEARS],
        "has_older": any(year.number <= on.year - YEARS for year in years),
        "latest": next((row for row in quarters if row["is_confirmed"]), None),
        "opens_branch": SEE_PLACES.held_anywhere(user),
        "sees_figures": counts_areas(user),
        "crumbs": _crumbs(user, member),
        **_steps(user, member),
    }


def whole_timeline(user: Any, member: Member) -> dict[str, Any]:
    """Everything that is known of the member, all years, newest first; and the way there."""
    events = _events(user, member, _rows(user, member), timezone.localdate())
    crumbs = [*_crumbs(user, member), (member.label, reverse("member_detail", args=[member.pk]))]
    return {"member": member, "years": _years(list(_quarters(user, member)), events), "crumbs": crumbs}


@dataclass(frozen=True)
class Rows:
    """The member's dated rows that the person may see."""

    posts: list[Post]
    exemptions: list[Any]  # with last_day
    links: list[HouseholdLink]


def _rows(user: Any, member: Member) -> Rows:
    posts = Post.objects.visible_to(user).filter(member=member).select_related("branch", "area", "small_group")
    exemptions = list(Exemption.objects.visible_to(user).filter(member=member))
    for row in exemptions:
        row.last_day = last_day(row)
    links = HouseholdLink.objects.visible_to(user).filter(member=member).select_related("household")
    return Rows(list(posts), exemptions, list(links.order_by("household__number")))


def _events(user: Any, member: Member, rows: Rows, on: date) -> list[Event]:
    """What changed, from a fixed number of queries."""
    reason = bool(may_see_exemption_reason(user, member))
    return [
        *_post_events(rows.posts, on), *_exemption_events(rows.exemptions, reason, on),
        *_application_events(user, member), *_moves(user, member, on), *_link_events(rows.links, on),
        *_status_events(member, bool(may_see_status_document(user, member))), *_transfer_events(user, member),
    ]  # fmt: skip


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
        "reveals": list(reveals_of(member)) if sees_reveals else [],
        "waiting": None if is_present else _waiting(user, member),
    }


def _waiting(user: Any, member: Member) -> dict[str, Any] | None:
    """Households that nobody has taken over from a member who left; the address for who hands them over."""
    count = HouseholdLink.objects.visible_to(user).filter(member=member, ended_on__isnull=True).count()
    if not count:
        return None
    may = may_plan_links(user, member.branch)
    return {"count": count, "url": reverse(HANDOVER, args=[member.pk]) if may else ""}


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


def _years(quarters: list[dict[str, Any]], events: list[Event]) -> list[Year]:
    """Year by year, newest first; those in which nothing is known are left out."""
    years: dict[int, Year] = {}
    for row in reversed(quarters):
        period = row["line"].period
        years.setdefault(period.year, Year(period.year)).quarters.append(row)
    for event in sorted(events, key=lambda event: event.on, reverse=True):
        years.setdefault(event.on.year, Year(event.on.year)).events.append(event)
    return [years[number] for number in sorted(years, reverse=True)]


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


def _application_events(user: Any, member: Member) -> Iterator[Event]:
    """Applied for, filed, refused: the day of the step, not the one from which it holds."""
    state = ExemptionApplication.State
    sentences = {
        state.FILED: _("Exemption filed with the township: %(scope)s"),
        state.REFUSED: _("Exemption refused: %(scope)s"),
        state.WITHDRAWN: _("Application for exemption withdrawn: %(scope)s"),
    }
    for row in ExemptionApplication.objects.visible_to(user).filter(member=member):
        words = {"scope": row.get_scope_display()}
        yield Event(timezone.localdate(row.applied_at), "hourglass", _("Exemption applied for: %(scope)s") % words)
        if row.ended_at and row.state in sentences:
            yield Event(timezone.localdate(row.ended_at), "clipboard-list", sentences[state(row.state)] % words)


def _moves(user: Any, member: Member, on: date) -> Iterator[Event]:
    """Each affiliation but the first is a move."""
    rows = Affiliation.objects.visible_to(user).filter(member=member).select_related("branch", "small_group", "area")
    former: Affiliation | None = None
    for row in rows.order_by("started_on"):
        if former is not None:
            units = [unit.label for unit in (row.branch, row.small_group, row.area) if unit is not None]
            yield Event(row.started_on, "arrows-exchange", _("Now in %(place)s") % {"place": " · ".join(units)})
        former = row


def _status_events(member: Member, sees_document: bool) -> Iterator[Event]:
    """Changes of type and status, from the record's history. The one that stands now is told without it, too."""
    told: set[tuple[str, date]] = set()
    before = None
    for now in member.history.order_by("history_id"):
        is_new = before is None or now.status != before.status
        if is_new and now.status_on and now.status != Member.Status.NORMAL:
            told.add((now.status, now.status_on))
            yield _status_event(now, sees_document)
        if before is not None and now.member_type != before.member_type and now.full_on:
            words = {"document": now.history_change_reason}
            text = (
                _("Became a full member (%(document)s)")
                if words["document"] and sees_document
                else _("Became a full member")
            )
            yield Event(now.full_on, "certificate", text % words)
        before = now
    if member.status != Member.Status.NORMAL and member.status_on and (member.status, member.status_on) not in told:
        yield _status_event(member, sees_document)


def _status_event(row: Any, sees_document: bool) -> Event:
    words = {"status": row.get_status_display(), "document": row.status_document}
    text = _("%(status)s (%(document)s)") if row.status_document and sees_document else "%(status)s"
    return Event(row.status_on, "alert-triangle", text % words)


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
