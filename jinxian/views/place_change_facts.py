"""What stands on the pages of changes of places: what will move, what it was before and became, who came of whom.

An area or village on one side of a change leads to its page where the person sees it; the name is that of its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assessments.place_changes import Preview
from members.place_changes import Flow, Plan
from service_areas.models import PlaceChange, PlaceChangeUnit, ServiceArea, Village
from service_areas.permissions import SEE_AREAS

SHOWN = 20  # names of a kind of row; of the others the number
UNITS = ("units__area__branch", "units__village")  # read with every change that is listed
Kind, Side = PlaceChange.Kind, PlaceChangeUnit.Side
ICONS = {
    Kind.RENAME: "pencil", Kind.CLOSE: "ban", Kind.MERGE: "arrow-narrow-down", Kind.SPLIT: "adjustments",
    Kind.MOVE: "arrows-exchange",
}  # fmt: skip


def word_of(name: str) -> str:
    """The word for a kind of row that moved."""
    return {
        "members": _("Members"),
        "teams": _("Former production teams"),
        "households": _("Households"),
        "links": _("Household links"),
        "posts": _("Posts"),
        "access": _("Access"),
        "exemptions": _("Exemptions"),
        "areas": _("Service areas"),
        "branches": _("Party branches"),
        "sheets": _("Sheets not begun"),
    }.get(name, name)


# What will move


@dataclass(frozen=True)
class Item:
    """A kind of row with how many there are, the first names, and how many more."""

    label: str
    count: int
    names: Sequence[str] = ()
    rest: int = 0


@dataclass(frozen=True)
class Part:
    """A panel of the preview."""

    title: str
    items: Sequence[Item] = field(default_factory=tuple)


def item(label: str, names: Iterable[str]) -> Item:
    every = list(names)
    return Item(label, len(every), every[:SHOWN], max(len(every) - SHOWN, 0))


def parts_of(found: Preview) -> list[Part]:
    """What moves from where to where, what begins and ends, which sheets change: panels with something in them."""
    plan = found.plan
    parts = [_flow_part(flow) for flow in plan.flows]
    parts += [
        Part(_("Lies elsewhere then"), list(_lying(plan))),
        Part(_("New names"), list(_names(plan))),
        Part(pgettext("place", "Begins"), list(_begins(plan))),
        Part(pgettext("place", "Ends"), list(_ends(plan))),
        Part(_("Running quarters"), list(_sheets(found))),
    ]
    return [part for part in parts if part.items]


def _flow_part(flow: Flow) -> Part:
    names = {"source": unit_label(flow.source), "target": unit_label(flow.target)}
    rows = {
        "members": [row.member.label for row in flow.members],
        "teams": [row.team.label for row in flow.teams],
        "households": [row.label for row in flow.households],
        "links": [f"{row.household.label} – {row.member.label}" for row in flow.links],
        "posts": [_with(row.member.label, row.get_kind_display()) for row in flow.posts],
        "access": [_with(row.user.label, row.title_label) for row in flow.access],
        "exemptions": [_with(row.member.label, row.get_scope_display()) for row in flow.exemptions],
    }
    items = [item(word_of(name), values) for name, values in rows.items() if values]
    return Part(_("%(source)s → %(target)s") % names, items)


def _lying(plan: Plan) -> Iterator[Item]:
    for village in {id(village): village for _row, village in [*plan.team_villages, *plan.branch_villages]}.values():
        teams = [row.label for row, target in plan.team_villages if target is village]
        branches = [row.label for row, target in plan.branch_villages if target is village]
        words = {"village": village.label}
        if teams:
            yield item(_("Former production teams, in %(village)s") % words, teams)
        if branches:
            yield item(_("Party branches, in %(village)s") % words, branches)


def _names(plan: Plan) -> Iterator[Item]:
    for unit, values in plan.renamed:
        for name, value in values.items():
            former = getattr(unit, name)
            if former != value:
                yield Item(_name_of(name), 1, [f"{former or '—'} → {value or '—'}"])


def _name_of(field: str) -> str:
    words = {"name": _("Name"), "name_en": _("English name"), "committee_name": _("Villagers' committee")}
    return words[field]


def _begins(plan: Plan) -> Iterator[Item]:
    for village in plan.new_villages:
        yield Item(_("Village"), 1, [village.label, village.code, village.committee_name])
    for branch in plan.new_branches:
        yield Item(_("Party branch"), 1, [branch.label, branch.code])
    for area in plan.new_areas:
        number = _("number %(number)s in %(branch)s") % {"number": area.number, "branch": area.branch.label}
        yield Item(_("Service area"), 1, [area.label, area.code, number, area.small_group.label])


def _ends(plan: Plan) -> Iterator[Item]:
    rows = (
        (_("Villages"), [row.label for row in plan.ended_villages]),
        (_("Service areas"), [unit_label(row) for row in plan.ended_areas]),
        (_("Party small groups"), [row.label for row in plan.ended_groups]),
        (_("Posts"), [_with(row.member.label, row.get_kind_display()) for row in plan.ended_posts]),
        (_("Access"), [_with(row.user.label, row.title_label) for row in plan.ended_access]),
    )
    return (item(label, names) for label, names in rows if names)


def _sheets(found: Preview) -> Iterator[Item]:
    if found.withdrawn:
        names = [_with(sheet.area_label, sheet.period.label) for sheet in found.withdrawn]
        yield item(_("Sheets not begun, drawn up anew for the areas of the new state"), names)
    if found.renamed:
        names = [_with(sheet.area_label, sheet.period.label) for sheet in found.renamed]
        yield item(_("Sheets not begun, which take the new name"), names)


def _with(who: str, what: str) -> str:
    return _("%(who)s (%(what)s)") % {"who": who, "what": what}


# What it was and what it became


@dataclass(frozen=True)
class Place:
    """A unit of a change: its name of then, its page where the person has one, its name now where that differs."""

    label: str
    url: str
    code: str
    now: str = ""
    ended: bool = False


def unit_label(unit: Any) -> str:
    """An area with its branch, a village by its name."""
    return f"{unit.branch.label} {unit.label}" if isinstance(unit, ServiceArea) else str(unit.label)


def places_in(user: Any, units: Iterable[PlaceChangeUnit]) -> list[Place]:
    """The units as the page shows them, in their order."""
    rows = list(units)
    opened = _opened(user, rows)
    return [_place(row, opens=row.area_id in opened) for row in rows]


def _opened(user: Any, units: Iterable[PlaceChangeUnit]) -> set[int]:
    """The areas among them whose page the person may open."""
    keys = {row.area_id for row in units if row.area_id}
    if not keys or not SEE_AREAS.held_anywhere(user):
        return set()
    return set(ServiceArea.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))


def _place(row: PlaceChangeUnit, *, opens: bool) -> Place:
    unit: ServiceArea | Village | None = row.area or row.village
    assert unit is not None  # place_change_unit_one_place
    label = f"{row.area.branch.label} {row.label}" if row.area else row.label
    now = unit.label if unit.label != row.label else ""
    url = reverse("area_detail", args=[row.area_id]) if opens else ""
    return Place(label, url, unit.code, now, unit.ended_on is not None)


@dataclass(frozen=True)
class Row:
    """A change in a list: what it was, what it became."""

    change: PlaceChange
    icon: str
    before: list[Place]
    after: list[Place]


def rows_of(user: Any, changes: Iterable[PlaceChange]) -> list[Row]:
    """The changes with both sides; their units are read beforehand, with areas, branches and villages."""
    listed = list(changes)
    opened = _opened(user, [unit for change in listed for unit in change.units.all()])
    rows = []
    for change in listed:
        sides: dict[str, list[Place]] = {Side.BEFORE: [], Side.AFTER: []}
        for unit in sorted(change.units.all(), key=lambda unit: unit.pk):
            sides[unit.side].append(_place(unit, opens=unit.area_id in opened))
        rows.append(Row(change, ICONS[Kind(change.kind)], sides[Side.BEFORE], sides[Side.AFTER]))
    return rows


def moved_of(change: PlaceChange) -> list[tuple[str, int]]:
    """Word and number of each kind of row that went with it."""
    return [(word_of(name), count) for name, count in change.moved.items()]


# Who came of whom


def successors_of(area: ServiceArea, user: Any) -> list[Place]:
    """What an area that has ended became part of; empty where it was closed, goes on, or nothing of it may be seen."""
    return _other_side(area, user, own=Side.BEFORE) if area.ended_on is not None else []


def predecessors_of(area: ServiceArea, user: Any) -> list[Place]:
    """What went into the area: those it was merged from, split from or moved from."""
    return _other_side(area, user, own=Side.AFTER)


def changes_of(area: ServiceArea, user: Any) -> list[PlaceChange]:
    """The changes the area stood in, newest first."""
    units = PlaceChangeUnit.objects.visible_to(user).filter(area=area)
    return list(PlaceChange.objects.visible_to(user).filter(pk__in=units.values("change")))


def _other_side(area: ServiceArea, user: Any, *, own: str) -> list[Place]:
    """The other side of the changes in which the area stood on this one, without itself."""
    mine = PlaceChangeUnit.objects.visible_to(user).filter(area=area, side=own).exclude(change__kind=Kind.RENAME)
    if own == Side.AFTER:
        mine = mine.filter(change__changed_on__gte=area.started_on)
    other = Side.AFTER if own == Side.BEFORE else Side.BEFORE
    changes = PlaceChange.objects.visible_to(user).filter(pk__in=mine.values("change"))
    found: list[PlaceChangeUnit] = []
    for change in changes.prefetch_related(*UNITS):
        units = change.units.all()
        if own == Side.BEFORE and any(unit.area_id == area.pk for unit in units if unit.side == other):
            continue  # the area went on after this one
        found += [unit for unit in units if unit.side == other and unit.area_id not in (None, area.pk)]
    return places_in(user, found)


def with_it(user: Any, change: PlaceChange) -> list[Row]:
    """The areas that moved because their village did: changes of the same day and document, by the same hand."""
    same = Q(changed_on=change.changed_on, document=change.document, by=change.by_id, township=change.township_id)
    has_village = PlaceChangeUnit.objects.visible_to(user).filter(change=change, village__isnull=False).exists()
    if not has_village:
        return []
    areas = PlaceChangeUnit.objects.visible_to(user).filter(area__isnull=False).values("change")
    rows = PlaceChange.objects.visible_to(user).filter(same, kind=Kind.MOVE, pk__in=areas).exclude(pk=change.pk)
    return rows_of(user, rows.prefetch_related(*UNITS).order_by("pk"))
