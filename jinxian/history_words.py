"""The history of a record put into words: what changed, from what to what, who did it, when, by which import.

A record's story is told with the dated rows that belong to it: a member's affiliations, posts, links, exemptions and
transfers. Only rows that the reader sees elsewhere are told of, and of them no field that the caller hides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from assessments.models import Plan, PlanItem
from jinxian.templatetags.shell import day as day_words
from members.models import Affiliation, Exemption, ExemptionApplication, HouseholdLink, Member, Post, Transfer
from service_areas.models import (
    AreaTeam,
    Branch,
    Household,
    ProductionTeam,
    ServiceArea,
    SmallGroup,
    Township,
    Village,
)

# Kind in the address → model, and the rows of its story: (model, field that leads to the record).
KINDS: dict[str, tuple[Any, tuple[tuple[Any, str], ...]]] = {
    "member": (
        Member,
        (
            (Affiliation, "member"), (Post, "member"), (HouseholdLink, "member"), (Exemption, "member"),
            (ExemptionApplication, "member"), (Transfer, "member"),
        ),
    ),
    "household": (Household, ((HouseholdLink, "household"),)),
    "area": (ServiceArea, ((AreaTeam, "area"), (Post, "area"))),
    "branch": (Branch, ((Post, "branch"), (SmallGroup, "branch"))),
    "group": (SmallGroup, ((Post, "small_group"),)),
    "village": (Village, ()),
    "team": (ProductionTeam, ((AreaTeam, "team"),)),
    "township": (Township, ()),
    "plan": (Plan, ((PlanItem, "plan"),)),
}  # fmt: skip
# By what a row of a story is told apart from its like; the field that leads to the record is left out.
TOLD_APART_BY: dict[Any, tuple[str, ...]] = {
    Affiliation: ("branch", "small_group", "area"),
    Post: ("kind", "member", "area", "small_group"),
    HouseholdLink: ("member", "household"),
    Exemption: ("scope",),
    ExemptionApplication: ("scope",),
    Transfer: ("to_branch", "outside"),
    AreaTeam: ("area", "team"),
    SmallGroup: ("name",),
    PlanItem: ("indicator",),
}
# Keys and counters, what the change itself says (who, when), and what follows from another row of the story.
UNTOLD = frozenset(
    {
        "id", "version", "county", "user", "exemption", "applied_at", "applied_by", "issued_at", "issued_by",
        "agreed_by", "ended_at", "ended_by", "member.branch", "member.small_group", "member.area",
    }
)  # fmt: skip
NOTHING = "—"


@dataclass(frozen=True)
class Told:
    """One field: its name, what it was and what it is now; `old` is empty where nothing is known of before."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Event:
    """One change of one row by somebody at a moment.

    `is_first_known`: the row was set up before changes were kept, so its values stand here as they were then.
    """

    at: datetime
    who: str
    subject: str
    about: str
    verb: str
    document: str
    import_run: int | None
    fields: tuple[Told, ...]
    is_first_known: bool


@dataclass(frozen=True)
class Story:
    """What is recorded, newest first; `is_whole` where it begins with the record's own entry."""

    events: Sequence[Event]
    is_whole: bool


def story_of(kind: str, record: Any, *, user: Any, hidden: frozenset[str]) -> Story:
    """Everything that was changed about the record, as far as the person sees it. A fixed number of queries per kind.

    `hidden` names fields that the reader may not see: “contact”, or of one kind of row “exemption.reason”.
    """
    model, related = KINDS[kind]
    sources = [(model, "", model.history.filter(id=record.pk))]
    for each, path in related:
        seen = each.objects.visible_to(user).filter(**{path: record.pk}).order_by().values("pk")
        sources.append((each, path, each.history.filter(id__in=seen)))
    changes = [(each, path, rows) for each, path, history in sources for rows in _by_row(history)]
    names = _names([rows for _model, _path, rows in changes])
    events = [event for each, path, rows in changes for event in _events(each, rows, names, hidden | {path})]
    own = changes[0][2] if changes and changes[0][0] is model else []
    is_whole = bool(own) and own[0].history_type == "+"
    return Story(sorted(events, key=lambda event: event.at, reverse=True), is_whole)


def in_words(field: Any, value: Any, names: Mapping[Any, str] | None = None) -> str:
    """A value as a person reads it: a choice's label, a unit's name, a day, yes or no."""
    if value is None or value == "":
        return NOTHING
    if field.is_relation:
        return (names or {}).get((field.remote_field.model, value), NOTHING)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return str(day_words(value, "year"))
    return str(value)


def _by_row(history: Any) -> list[list[Any]]:
    """The versions of each row, oldest first."""
    found: dict[int, list[Any]] = {}
    for version in history.select_related("history_user").order_by("history_id"):
        found.setdefault(version.id, []).append(version)
    return list(found.values())


def _events(model: Any, versions: Sequence[Any], names: Mapping[Any, str], hidden: frozenset[str]) -> Iterator[Event]:
    before = None
    for version in versions:
        told = tuple(_told(model, before, version, names, hidden))
        if told or before is None or version.history_type == "-":
            yield Event(
                at=version.history_date,
                who=version.history_user.label if version.history_user else "",
                subject=capfirst(model._meta.verbose_name),
                about=_about(model, version, names, hidden),
                verb=_verb(version.history_type),
                document=version.history_change_reason or "",
                import_run=version.import_run,
                fields=told,
                is_first_known=before is None and version.history_type != "+",
            )
        before = version


def _verb(history_type: str) -> str:
    return {"+": _("entered"), "~": _("changed"), "-": _("removed")}[history_type]


def _about(model: Any, version: Any, names: Mapping[Any, str], hidden: frozenset[str]) -> str:
    """Which of several posts, households or exemptions it is."""
    fields = [version._meta.get_field(name) for name in TOLD_APART_BY.get(model, ()) if name not in hidden]
    words = [in_words(each, getattr(version, each.attname), names) for each in fields]
    return " · ".join(word for word in words if word != NOTHING)


def _told(model: Any, before: Any, now: Any, names: Mapping[Any, str], hidden: frozenset[str]) -> Iterator[Told]:
    for each in now.tracked_fields:
        if {each.name, f"{model._meta.model_name}.{each.name}"} & (hidden | UNTOLD):
            continue
        new = getattr(now, each.attname)
        old = getattr(before, each.attname) if before is not None else None
        if new == old or (before is None and new in (None, "")):
            continue
        was = in_words(each, old, names) if before is not None else ""
        yield Told(capfirst(each.verbose_name), was, in_words(each, new, names))


def _names(rows: Iterable[Sequence[Any]]) -> dict[Any, str]:
    """What the rows point at → how it is called today, one query per kind of thing; people by their names."""
    wanted: dict[Any, set[int]] = {}
    for versions in rows:
        for version in versions:
            for each in version.tracked_fields:
                is_told = each.is_relation and each.name not in UNTOLD
                if is_told and (pk := getattr(version, each.attname)) is not None:
                    wanted.setdefault(each.remote_field.model, set()).add(pk)
    found = ((model, model._base_manager.filter(pk__in=pks)) for model, pks in wanted.items())
    return {(model, row.pk): row.label for model, rows in found for row in rows}
