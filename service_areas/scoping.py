"""Which rows a person may see: the one door, `Model.objects.visible_to(user)`.

A user's current appointments make a `Scope`: sets of places. A model says in `scope_paths`
by which field it reaches each kind of place; a kind it does not name sees none of its rows.
What a person may do with a row is not decided here but in permissions.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from service_areas.models import Appointment

# Keys: county, township, branch, area, village (places of appointments), member (branches in which the
# person is a plain member) and own (a path to the user row itself). Values: field paths, several where
# the row may hang at places of different kinds.
Paths = Mapping[str, str | tuple[str, ...]]

READS_BY_PLACE = {
    "county_staff": "county",
    "township_staff": "township",
    "secretary": "branch",
    "leader": "area",
    "clerk": "village",
    "member": "member",
}
# Every place of an appointment with those above it: crumbs and titles name them.
PATHS = (
    "county",
    "township__county",
    "branch__township__county",
    "area__branch__township__county",
    "village__township__county",
)
# Highest first: the first one a person holds is the one the page is drawn for.
RANK = ("county_staff", "auditor", "township_staff", "secretary", "leader", "clerk", "administrator", "member")


@dataclass(frozen=True)
class Scope:
    """What a user's appointments reach on one day. Empty sets: nothing."""

    user_id: int
    on: date
    appointments: tuple[Appointment, ...] = ()
    places: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def leading(self) -> Appointment | None:
        """The appointment the pages are drawn for: the highest one."""
        return min(self.appointments, key=lambda a: RANK.index(a.role), default=None)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(a.role for a in self.appointments)

    def holds(self, roles: Iterable[str], row: Any) -> bool:
        """Whether one of these roles is held at a place that contains `row`.

        `row` has one or more of county_id, township_id, branch_id, area_id, village_id.
        """
        wanted = set(roles)
        return any(a.role in wanted and _contains(a, row) for a in self.appointments)


def _contains(appointment: Appointment, row: Any) -> bool:
    for place in ("county", "township", "branch", "area", "village"):
        place_id = getattr(appointment, f"{place}_id")
        if place_id:
            return bool(getattr(row, f"{place}_id", None) == place_id)
    return False


def scope_of(user: Any, *, on: date | None = None) -> Scope:
    """The user's scope today (or on a day), read once per request: the user object keeps it."""
    on = on or timezone.localdate()
    kept: Scope | None = getattr(user, "_scope", None)
    if kept is not None and kept.on == on:
        return kept
    scope = _read_scope(user, on)
    user._scope = scope
    return scope


def _read_scope(user: Any, on: date) -> Scope:
    if not user.is_authenticated or not user.is_active:
        return Scope(user_id=0, on=on)
    from service_areas.models import Appointment  # models import this module

    current = Appointment.objects.current(on=on).filter(user=user)
    appointments = tuple(current.select_related(*PATHS))
    places: dict[str, set[int]] = {}
    for appointment in appointments:
        for kind, place_id in _reach(appointment):
            places.setdefault(kind, set()).add(place_id)
    return Scope(user.pk, on, appointments, {kind: frozenset(ids) for kind, ids in places.items()})


def _reach(appointment: Appointment) -> Iterable[tuple[str, int]]:
    if appointment.role == "auditor":
        kind = "county" if appointment.county_id else "township"
        yield kind, getattr(appointment, f"{kind}_id")
    elif appointment.role in READS_BY_PLACE:
        kind = READS_BY_PLACE[appointment.role]
        yield kind, getattr(appointment, "branch_id" if kind == "member" else f"{kind}_id")


class ScopedQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """The rows this user may see today; none for somebody without an appointment."""
        conditions = list(_conditions(self.model, scope_of(user)))
        return self.filter(reduce(or_, conditions)) if conditions else self.none()


def _conditions(model: Any, scope: Scope) -> Iterable[Q]:
    paths: Paths = model.scope_paths
    reach = dict(scope.places)
    if scope.appointments:
        reach["own"] = frozenset({scope.user_id})
    for kind, ids in reach.items():
        for path in each_path(paths.get(kind, ())):
            yield _reaches(model, path, ids, on=scope.on)


def each_path(path: str | tuple[str, ...]) -> tuple[str, ...]:
    return (path,) if isinstance(path, str) else path


def _reaches(model: Any, path: str, ids: Iterable[int], *, on: date) -> Q:
    """Rows whose `path` leads to one of `ids`; over a to-many relation as a subquery, so no row comes twice."""
    from service_areas.dated import holds_on  # querysets of dated rows are built on those of this module

    condition = Q(**{f"{path}__in": ids})
    for prefix in _dated_on_the_way(model, path):
        condition &= holds_on(on, prefix)
    if _is_many(model, path):
        return Q(pk__in=model._base_manager.filter(condition).values("pk"))
    return condition


@cache
def _dated_on_the_way(model: Any, path: str) -> tuple[str, ...]:
    """Prefixes of the links and memberships that `path` goes over: one that has ended leads nowhere."""
    prefixes, prefix = [], ""
    for part in path.split("__")[:-1]:
        step = model._meta.get_field(part)
        model, prefix = step.related_model, f"{prefix}{part}__"
        if (step.one_to_many or step.many_to_many) and hasattr(model, "ended_on"):
            prefixes.append(prefix)
    return tuple(prefixes)


@cache
def _is_many(model: Any, path: str) -> bool:
    for part in path.split("__"):
        if part == "pk":
            return False
        step = model._meta.get_field(part)
        if step.one_to_many or step.many_to_many:
            return True
        model = step.related_model
    return False
