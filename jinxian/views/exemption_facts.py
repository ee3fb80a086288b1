"""What stands on the pages of exemptions: steps, whose turn it is, what it means for the quarters.

An exemption counts for a quarter whose sheet is drawn up after it was filed, and which it outlasts: that is looked up
here, because members know nothing of sheets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import SheetMember
from jinxian.lib.quarters import Quarter
from jinxian.views.lists import last_day
from members import permissions
from members.exemption_forms import AgreeForm, FileForm, RefuseForm, WithdrawForm
from members.exemption_queue import hand_over_sentence, handover_url
from members.exemptions import (
    BRANCH,
    TOWNSHIP,
    covering_sentences,
    first_quarter,
    in_words,
    lies_with,
    secretaries_among,
)
from members.models import Exemption, ExemptionApplication, HouseholdLink, Member
from service_areas.crumbs import Crumbs, crumbs_of_scope
from service_areas.permissions import Verdict

State, Scope = ExemptionApplication.State, Exemption.Scope
# State → (colour, icon); the word is the state's own.
MARKS = {
    State.APPLIED: ("warn", "hourglass"),
    State.AGREED: ("info", "send"),
    State.FILED: ("ok", "circle-check"),
    State.REFUSED: ("bad", "circle-x"),
    State.WITHDRAWN: ("", "arrow-back-up"),
}
FORMS: dict[str, Any] = {"agree": AgreeForm, "file": FileForm, "refuse": RefuseForm, "withdraw": WithdrawForm}


def mark_of(state: str) -> tuple[str, str, str]:
    """Colour, icon and word of a state."""
    return (*MARKS[State(state)], str(State(state).label))


def crumbs_of(user: Any) -> Crumbs:
    return [*crumbs_of_scope(user), (_("Exemptions"), reverse("exemption_list"))]


def application_of(exemption: Exemption) -> ExemptionApplication | None:
    """What led to it; None for an exemption that was entered without one."""
    found: ExemptionApplication | None = getattr(exemption, "application", None)
    return found


@dataclass(frozen=True)
class Step:
    """A step that was made: the state it led to, when, by whom, and what was said."""

    mark: tuple[str, str, str]
    at: datetime
    who: str
    note: str


def application_facts(user: Any, application: ExemptionApplication, **forms: Any) -> dict[str, Any]:
    """The context of an application's page; a form that was refused stands in the place of the empty one."""
    on = timezone.localdate()
    is_open = application.state in ExemptionApplication.OPEN
    is_direct = application.member_id in secretaries_among([application.member], on=on)
    hand = lies_with(application, secretaries=frozenset({application.member_id} if is_direct else ()))
    verdicts = _verdicts(user, application, hand) if is_open else {}
    exemption = application.exemption
    return {
        "application": application,
        "member": application.member,
        "mark": mark_of(application.state),
        "last": _last_day(application),
        "sees_reason": bool(permissions.may_see_reason_of(user, application)),
        "sees_member": Member.objects.visible_to(user).filter(pk=application.member_id).exists(),
        "is_open": is_open,
        "waits_for": _waits_for(application, hand, is_direct=is_direct) if is_open else "",
        "verdicts": verdicts,
        "forms": {step: FORMS[step]() for step in verdicts} | forms,
        "covering": covering_sentences(application) if is_open or exemption else [],
        "effect": effect_of(user, application) if is_open or exemption else "",
        "steps": list(steps_of(application)),
        "exemption": exemption,
        "exemption_last": last_day(exemption) if exemption else None,
        "may_end": bool(exemption and _holds(exemption, on) and permissions.may_end_exemption(user, exemption)),
        "may_review": bool(exemption and _holds(exemption, on) and permissions.may_review_exemption(user, exemption)),
        "hand_over": hand_over(user, exemption, on=on) if exemption else None,
        "crumbs": crumbs_of(user),
    }


def _last_day(application: ExemptionApplication) -> date | None:
    exemption = Exemption(started_on=application.starts_on, ended_on=application.ends_on)
    return last_day(exemption)


def _holds(exemption: Exemption, on: date) -> bool:
    """It can still be ended: it holds, or begins later."""
    return exemption.ended_on is None or exemption.ended_on > on


def _verdicts(user: Any, application: ExemptionApplication, hand: str) -> dict[str, Verdict]:
    """The steps that stand on the page: those the person holds the right for; one that has to wait says why."""
    found: dict[str, Verdict] = {}
    if hand == BRANCH and permissions.APPLY_EXEMPTION.held(user, application.branch):
        found["agree"] = permissions.may_agree_to_exemption(user, application)
    if hand == TOWNSHIP and permissions.FILE_EXEMPTION.held(user, application.branch):
        found["file"] = permissions.may_file_exemption(user, application)
    if any(found.values()):
        found["refuse"] = next(verdict for verdict in found.values() if verdict)
    withdraw = permissions.may_withdraw_exemption(user, application)
    if withdraw:
        found["withdraw"] = withdraw
    return found


def _waits_for(application: ExemptionApplication, hand: str, *, is_direct: bool) -> str:
    words = {"branch": application.branch.label, "township": application.branch.township.label}
    if hand == BRANCH:
        return _("Waits for %(branch)s: its meeting agrees or does not.") % words
    if is_direct and application.state == State.APPLIED:
        sentence = _("Nobody agrees to the own exemption: a secretary's goes to %(township)s directly.")
        return sentence % words
    return _("Waits for %(township)s, which files it. Until then nobody is exempt.") % words


def steps_of(application: ExemptionApplication) -> Iterator[Step]:
    """Every step, newest first, from the record's history."""
    rows = application.history.select_related("history_user").order_by("history_id")
    found: list[Step] = []
    former = None
    for row in rows:
        if row.state != former:
            who = row.history_user.label if row.history_user else ""
            found.append(Step(mark_of(row.state), row.history_date, who, _note(application, row)))
        former = row.state
    return reversed(found)


def _note(application: ExemptionApplication, row: Any) -> str:
    if row.state == State.APPLIED and row.applied_by_id is not None and row.applied_by_id == application.member.user_id:
        return _("Applied for by the member.")
    if row.state == State.AGREED and row.agreed_on:
        return _("Branch meeting of %(day)s") % {"day": in_words(row.agreed_on)}
    return str(row.refusal)


def state_seen(application: ExemptionApplication, version: int) -> str:
    """The state that stood on the page of this version, in words; empty where there was none."""
    row = application.history.filter(version=version).order_by("history_id").last()
    return str(State(row.state).label) if row else ""


def effect_of(user: Any, application: ExemptionApplication) -> str:
    """The first quarter it counts for, in a sentence. Sheets that are drawn up already stay as they are."""
    start, end = application.starts_on, application.ends_on
    if application.exemption is not None:
        end = application.exemption.ended_on
    first = first_quarter(start, end)
    if first is None:
        return _("It ends before the last day of its quarter, so it counts for no quarter.")
    drawn_up = _lines(user, application.member_id, first)
    quarter: Quarter | None = first
    while quarter is not None and drawn_up.get(quarter, application.scope) not in {application.scope, Scope.ALL}:
        quarter = first_quarter(quarter.next().first_day, end)
    words = {"first": first.label, "quarter": quarter.label if quarter else ""}
    if quarter is None:
        return _("The sheet of %(first)s is drawn up already and stays as it is: it counts for no quarter.") % words
    if quarter != first:
        sentence = _("The sheet of %(first)s is drawn up already and stays as it is. It counts from %(quarter)s on.")
        return sentence % words
    return _("It counts from %(quarter)s on: it holds on the last day of that quarter.") % words


def _lines(user: Any, member_id: int, since: Quarter) -> dict[Quarter, str]:
    """From what the member is exempt on the sheets that are drawn up from that quarter on; "" for nothing."""
    lines = SheetMember.objects.visible_to(user).filter(member=member_id, period__year__gte=since.year)
    found = lines.values_list("period__year", "period__quarter", "exempt_scope")
    return {Quarter(year, number): scope for year, number, scope in found}


def hand_over(user: Any, exemption: Exemption, *, on: date) -> dict[str, str] | None:
    """Households that somebody else has to take over: the sentence, and the page for who may; None for none."""
    if exemption.scope not in {Scope.ALL, Scope.LINKS} or not _holds(exemption, on):
        return None
    links = HouseholdLink.objects.visible_to(user).current(on=on).filter(member=exemption.member_id)
    count = links.count()
    if not count:
        return None
    may = permissions.PLAN_LINKS.held(user, exemption.branch)
    return {"sentence": hand_over_sentence(count), "url": handover_url(exemption.member) if may else ""}
