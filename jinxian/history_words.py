"""The history of a record put into words: what changed, from what to what, who did it, when, by which import.

A record's story is told with the dated rows that belong to it: a member's affiliations, posts, links, exemptions and
transfers. What a person may not see elsewhere is left out here, too: the caller names such fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

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

# Kind in the address → model, and the dated rows of its story: (model, field that leads to the record).
KINDS: dict[str, tuple[Any, tuple[tuple[Any, str], ...]]] = {
    "member": (
        Member,
        (
            (Affiliation, "member_id"), (Post, "member_id"), (HouseholdLink, "member_id"), (Exemption, "member_id"),
            (ExemptionApplication, "member_id"), (Transfer, "member_id"),
        ),
    ),
    "household": (Household, ((HouseholdLink, "household_id"),)),
    "area": (ServiceArea, ((AreaTeam, "area_id"), (Post, "area_id"))),
    "branch": (Branch, ((Post, "branch_id"), (SmallGroup, "branch_id"))),
    "group": (SmallGroup, ((Post, "small_group_id"),)),
    "village": (Village, ()),
    "team": (ProductionTeam, ((AreaTeam, "team_id"),)),
    "township": (Township, ()),
}  # fmt: skip
# Bookkeeping of a row that says nothing to a reader, and what repeats another field.
UNTOLD = frozenset({"id", "version", "county", "user", "branch_county"})


@dataclass(frozen=True)
class Told:
    """One field: its name, what it was and what it is now; `old` empty on a new row."""

    label: str
    old: str
    new: str


@dataclass
class Event:
    """One change of one row by somebody at a moment."""

    at: datetime
    who: str
    subject: str
    verb: str
    import_run: int | None
    fields: list[Told] = field(default_factory=list)


def history_of_record(kind: str, record: Any, *, hidden: frozenset[str]) -> list[Event]:
    """Everything that was changed about the record, newest first. A fixed number of queries per kind.

    `hidden` names fields that the reader may not see (“exemption.reason”, “contact”).
    """
    model, related = KINDS[kind]
    sources = [(model, Q(id=record.pk)), *((each, Q(**{path: record.pk})) for each, path in related)]
    changes = [
        (each, rows) for each, condition in sources for rows in _by_row(each.history.filter(condition))
    ]  # fmt: skip
    names = _names([rows for _model, rows in changes])
    events = [event for each, rows in changes for event in _events(each, rows, names, hidden)]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _by_row(history: Any) -> list[list[Any]]:
    """The versions of each row, oldest first."""
    found: dict[int, list[Any]] = {}
    for version in history.select_related("history_user").order_by("history_id"):
        found.setdefault(version.id, []).append(version)
    return list(found.values())


def _events(model: Any, versions: Sequence[Any], names: Mapping[Any, str], hidden: frozenset[str]) -> Iterator[Event]:
    before = None
    for version in versions:
        told = list(_told(model, before, version, names, hidden))
        if told or before is None:
            yield Event(
                at=version.history_date, who=version.history_user.label if version.history_user else _("the console"),
                subject=str(model._meta.verbose_name), verb=_("entered") if before is None else _("changed"),
                import_run=version.import_run, fields=told,
            )  # fmt: skip
        before = version


def _told(model: Any, before: Any, now: Any, names: Mapping[Any, str], hidden: frozenset[str]) -> Iterator[Told]:
    for each in now.tracked_fields:
        is_hidden = each.name in hidden or f"{model._meta.model_name}.{each.name}" in hidden
        if each.name in UNTOLD or is_hidden:
            continue
        new = getattr(now, each.attname)
        old = getattr(before, each.attname) if before is not None else None
        if new == old or (before is None and new in (None, "")):
            continue
        label = str(each.verbose_name)
        yield Told(label, _words(each, old, names) if before is not None else "", _words(each, new, names))


def _words(each: Any, value: Any, names: Mapping[Any, str]) -> str:
    if value is None or value == "":
        return "—"
    if each.is_relation:
        return names.get((each.remote_field.model, value), f"#{value}")
    if each.choices:
        return str(dict(each.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return str(day_words(value, "year"))
    return str(value)


def _names(rows: Iterable[Sequence[Any]]) -> dict[Any, str]:
    """What the rows point at → how it is called, one query per kind of thing. Accounts by their person's name."""
    wanted: dict[Any, set[int]] = {}
    for versions in rows:
        for version in versions:
            for each in version.tracked_fields:
                if each.is_relation and (pk := getattr(version, each.attname)) is not None:
                    wanted.setdefault(each.remote_field.model, set()).add(pk)
    names: dict[Any, str] = {}
    for model, pks in wanted.items():
        for row in model._base_manager.filter(pk__in=pks):
            names[model, row.pk] = str(getattr(row, "label", row))
    return names
