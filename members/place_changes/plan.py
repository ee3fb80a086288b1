"""What a change of places will write, as rows: nothing is written here, and nothing is left to find out afterwards.

Areas, small groups, villages and branches that begin are rows that have not been saved yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from members.models import Affiliation, Exemption, ExemptionApplication, HouseholdLink, Post
from members.place_changes.asked import Asked, Unit
from service_areas.models import (
    Appointment,
    AreaTeam,
    Branch,
    Household,
    ProductionTeam,
    ServiceArea,
    SmallGroup,
    Village,
)


@dataclass
class Flow:
    """What goes from one area to another. `households` go along with their teams.

    The last rows are filled only where the target lies in another branch: links, exemptions and what people may do end
    in the old branch and begin in the new one on that day.
    """

    source: ServiceArea
    target: ServiceArea
    teams: list[AreaTeam] = field(default_factory=list)
    members: list[Affiliation] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    links: list[HouseholdLink] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    access: list[Appointment] = field(default_factory=list)
    exemptions: list[Exemption] = field(default_factory=list)
    applications: list[ExemptionApplication] = field(default_factory=list)

    @property
    def changes_branch(self) -> bool:
        return self.source.branch_id != self.target.branch_id

    @property
    def counts(self) -> dict[str, int]:
        names = ("members", "teams", "households", "links", "posts", "access", "exemptions")
        return {name: len(getattr(self, name)) for name in names}


@dataclass
class Record:
    """One row of the list of changes: what stood there before with its name, what stands there now."""

    kind: str
    before: Sequence[tuple[Unit, str, str]]
    after: Sequence[Unit]
    counts: dict[str, int]


@dataclass
class Plan:
    """Everything a change writes. `records` come last; the first is the change that was asked for."""

    asked: Asked
    flows: list[Flow] = field(default_factory=list)
    new_areas: list[ServiceArea] = field(default_factory=list)
    new_groups: list[SmallGroup] = field(default_factory=list)
    new_branches: list[Branch] = field(default_factory=list)
    new_villages: list[Village] = field(default_factory=list)
    ended_areas: list[ServiceArea] = field(default_factory=list)
    ended_villages: list[Village] = field(default_factory=list)
    ended_groups: list[SmallGroup] = field(default_factory=list)
    ended_posts: list[Post] = field(default_factory=list)
    ended_access: list[Appointment] = field(default_factory=list)
    team_villages: list[tuple[ProductionTeam, Village]] = field(default_factory=list)
    branch_villages: list[tuple[Branch, Village]] = field(default_factory=list)
    renamed: list[tuple[Unit, dict[str, str]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    @property
    def touched_areas(self) -> list[ServiceArea]:
        """Areas that are there now and gain, lose or end: their running quarters change with them."""
        found = {area.pk: area for area in self.ended_areas}
        for flow in self.flows:
            found |= {area.pk: area for area in (flow.source, flow.target) if area.pk is not None}
        return [found[pk] for pk in sorted(found)]

    @property
    def renamed_areas(self) -> list[ServiceArea]:
        return [unit for unit, _values in self.renamed if isinstance(unit, ServiceArea)]

    @property
    def branches(self) -> list[Branch]:
        """Branches that are there now and whose link coverage changes."""
        found = {flow.source.branch_id: flow.source.branch for flow in self.flows}
        found |= {flow.target.branch_id: flow.target.branch for flow in self.flows if flow.target.branch_id}
        found |= {area.branch_id: area.branch for area in self.ended_areas}
        return [found[pk] for pk in sorted(found)]

    def digest(self, *beside: Any) -> str:
        """Names all that will move and end, so that a confirmation says which preview it was given on."""
        told = repr((list(self._told()), beside))
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def _told(self) -> Iterator[Any]:
        asked = self.asked
        yield asked.kind, asked.on.isoformat(), sorted(unit.pk for unit in asked.units), asked.ends_groups
        for flow in self.flows:
            yield flow.source.pk, named(flow.target), *(sorted(named(row) for row in rows) for rows in rows_of(flow))
        for name in ("ended_areas", "ended_villages", "ended_groups", "ended_posts", "ended_access"):
            yield name, sorted(named(row) for row in getattr(self, name))
        for name in ("new_areas", "new_groups", "new_branches", "new_villages"):
            yield name, [(row.code, row.name, row.name_en) for row in getattr(self, name)]
        for row, village in [*self.team_villages, *self.branch_villages]:
            yield row._meta.model_name, row.pk, named(village)
        yield [(unit.pk, unit.name, unit.name_en, sorted(values.items())) for unit, values in self.renamed]


def rows_of(flow: Flow) -> Iterable[list[Any]]:
    return (flow.teams, flow.members, flow.households, flow.links, flow.posts, flow.access, flow.exemptions,
            flow.applications)  # fmt: skip


def named(row: Any) -> str:
    """The key of a row that is there, the code of one that begins."""
    return str(row.pk) if row.pk is not None else f"new {row.code}"
