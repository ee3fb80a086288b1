"""What the books hold now, in the shape of the workbook: rows of values in the order of a sheet's columns.

The export writes these rows out, the import compares a file with them. Codes stand for what a row points at, None for
an empty cell; nothing a person reads only (`reading`) is compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Q

from assessments.models import Period, PlanItem, Target
from jinxian.lib.chinese import latin_name
from members.models import Affiliation, Exemption, HouseholdLink, Member, Post
from service_areas.models import (
    Appointment,
    AreaTeam,
    Branch,
    County,
    Household,
    PlaceChangeUnit,
    ProductionTeam,
    ServiceArea,
    SmallGroup,
    Township,
    Village,
)
from workbook.format import BY_KEY, Sheet


@dataclass(frozen=True)
class Extent:
    """What is taken out or compared: a county, or one township or branch of it."""

    county_id: int
    township_id: int | None = None
    branch_id: int | None = None

    def below(self, prefix: str = "") -> Q:
        """The condition for a row that reaches its branch by `prefix` ("member__")."""
        if self.branch_id:
            return Q(**{f"{prefix}branch": self.branch_id})
        if self.township_id:
            return Q(**{f"{prefix}branch__township": self.township_id})
        return Q(**{f"{prefix}branch__county": self.county_id})

    def of_branch(self) -> Q:
        if self.branch_id:
            return Q(pk=self.branch_id)
        return Q(township=self.township_id) if self.township_id else Q(county=self.county_id)

    def of_township(self) -> Q:
        if self.branch_id:
            return Q(branches=self.branch_id)
        return Q(pk=self.township_id) if self.township_id else Q(county=self.county_id)

    def of_village(self) -> Q:
        if self.branch_id:
            return Q(branches=self.branch_id)
        return Q(township=self.township_id) if self.township_id else Q(township__county=self.county_id)


class IdNumber(NamedTuple):
    """An ID number as it can be compared; `number` only while it is on its way from a file into the books."""

    hash: str
    masked: str
    number: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdNumber) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)


Rows = Iterator[tuple[int, tuple[Any, ...]]]  # the row's own key in the database, its values
CHUNK = 5000


def rows_of(sheet: Sheet | str, extent: Extent) -> Rows:
    """The rows of one sheet, in the order of their keys."""
    key = sheet if isinstance(sheet, str) else sheet.key
    return READERS[key](extent)


def _plain(queryset: Any, *names: str) -> Rows:
    for pk, *values in queryset.values_list("pk", *names).iterator(chunk_size=CHUNK):
        yield pk, tuple(None if value == "" else value for value in values)


def _county(extent: Extent) -> Rows:
    return _plain(County.objects.filter(pk=extent.county_id), "code", "name", "name_en")


def _townships(extent: Extent) -> Rows:
    return _plain(Township.objects.filter(extent.of_township()).order_by("code").distinct(), "code", "name", "name_en")


def _villages(extent: Extent) -> Rows:
    villages = Village.objects.filter(extent.of_village()).order_by("code").distinct()
    return _plain(villages, "code", "name", "committee_name", "township__code", "township__name", "name_en", "ended_on")


def _teams(extent: Extent) -> Rows:
    if extent.branch_id:
        within = Q(area_teams__area__branch=extent.branch_id)
    else:
        within = Q(township=extent.township_id) if extent.township_id else Q(township__county=extent.county_id)
    teams = ProductionTeam.objects.filter(within).order_by("code").distinct()
    return _plain(teams, "code", "name", "village__code", "township__code", "name_en")


def _branches(extent: Extent) -> Rows:
    branches = Branch.objects.filter(extent.of_branch()).order_by("code")
    return _plain(branches, "code", "name", "township__code", "village__code", "name_en", "started_on", "ended_on")


def _groups(extent: Extent) -> Rows:
    groups = SmallGroup.objects.filter(extent.below()).order_by("code")
    return _plain(groups, "code", "name", "branch__code", "name_en", "started_on", "ended_on")


def _areas(extent: Extent) -> Rows:
    """An area's teams are those of today; of an ended one, those it had at its end."""
    teams: dict[int, list[str]] = defaultdict(list)
    held = AreaTeam.objects.filter(extent.below("area__")).order_by("team__code")
    for area, code, ended_on, area_ended_on in held.values_list(
        "area", "team__code", "ended_on", "area__ended_on"
    ).iterator(chunk_size=CHUNK):
        if ended_on is None or ended_on == area_ended_on:
            teams[area].append(code)
    areas = ServiceArea.objects.filter(extent.below()).order_by("code")
    names = ("code", "name", "number", "branch__code", "small_group__code", "name_en", "started_on", "ended_on")
    for pk, (*first, name_en, started_on, ended_on) in _plain(areas, *names):
        yield pk, (*first, tuple(teams[pk]) or None, name_en, started_on, ended_on)


def _members(extent: Extent) -> Rows:
    """`since` is the beginning of the affiliation that is open, or was the last."""
    since = {}
    belonging = Affiliation.objects.filter(extent.below("member__")).order_by("started_on", "pk")
    for member, started_on in belonging.values_list("member", "started_on").iterator(chunk_size=CHUNK):
        since[member] = started_on
    members = Member.objects.filter(extent.below()).order_by("code")
    names = (
        "code", "name", "sex", "birth_date", "branch__code", "small_group__code", "area__code", "member_type",
        "admitted_on", "full_on", "status", "status_on", "status_document", "contact", "name_latin", "branch__name",
        "id_number_hash", "id_number_masked",
    )  # fmt: skip
    for pk, (*values, name_latin, branch_name, hashed, masked) in _plain(members, *names):
        number = IdNumber(hashed, masked) if hashed else None
        latin = name_latin or latin_name(values[1])[:80]  # as the import forms it
        yield pk, (*values[:7], since.get(pk), *values[7:], number, latin, branch_name)


def _posts(extent: Extent) -> Rows:
    posts = Post.objects.filter(extent.below()).order_by("member__code", "kind", "started_on", "pk")
    names = ("member__code", "kind", "area__code", "small_group__code", "branch__code", "started_on", "ended_on",
             "member__name")  # fmt: skip
    for pk, (member, kind, area, group, branch, *rest) in _plain(posts, *names):
        yield pk, (member, kind, area or group or branch, *rest)


def _exemptions(extent: Extent) -> Rows:
    exemptions = Exemption.objects.filter(extent.below("member__")).order_by("member__code", "scope", "started_on")
    return _plain(
        exemptions, "member__code", "scope", "reason", "started_on", "ended_on", "agreed_on", "filed_on",
        "reviewed_on", "member__name",
    )  # fmt: skip


def _households(extent: Extent) -> Rows:
    households = Household.objects.filter(extent.below()).order_by("team__code", "number")
    for pk, (*values, latin) in _plain(
        households, "team__code", "number", "head_name", "people_count", "contact", "is_linkable", "branch__code",
        "head_name_latin",
    ):  # fmt: skip
        yield pk, (*values, latin or latin_name(values[2])[:80])


def _links(extent: Extent) -> Rows:
    links = HouseholdLink.objects.filter(extent.below())
    links = links.order_by("member__code", "household__team__code", "household__number", "started_on", "pk")
    return _plain(
        links, "member__code", "household__team__code", "household__number", "is_primary", "started_on", "ended_on",
        "member__name", "household__head_name",
    )  # fmt: skip


def _appointments(extent: Extent) -> Rows:
    """Of a county all; of a township or branch none: accounts are kept above them."""
    if extent.township_id or extent.branch_id:
        return
    county = extent.county_id
    within = (
        Q(county=county) | Q(township__county=county) | Q(branch__county=county) | Q(area__county=county)
        | Q(village__township__county=county)
    )  # fmt: skip
    rows = Appointment.objects.filter(within).order_by("user__username", "role", "started_on", "pk")
    names = ("user__username", "user__name", "role", "county__code", "township__code", "branch__code", "area__code",
             "village__code", "title", "title_en", "user__member__code", "started_on", "ended_on")  # fmt: skip
    for pk, (username, name, role, county_code, township, branch, area, village, *rest) in _plain(rows, *names):
        yield pk, (username, name, role, county_code or township or branch or area or village, *rest)


def _quarters(extent: Extent) -> Rows:
    if extent.township_id or extent.branch_id:
        return
    periods = Period.objects.filter(county=extent.county_id).order_by("year", "quarter")
    yield from _plain(periods, "year", "quarter", "opens_on", "due_on", "closes_on")


def _plan_items(extent: Extent) -> Rows:
    """The items of each year's newest plan."""
    if extent.township_id or extent.branch_id:
        return
    items = PlanItem.objects.filter(plan__county=extent.county_id)
    newest: dict[int, int] = {}
    for year, version in items.values_list("plan__year", "plan__version"):
        newest[year] = max(version, newest.get(year, 0))
    within = [Q(plan__year=year, plan__version=version) for year, version in newest.items()]
    for condition in within:
        yield from _plain(
            items.filter(condition).order_by("indicator__code"), "plan__year", "indicator__code", "indicator__name",
            "position", "points", "indicator__kind", "indicator__unit", "indicator__decimals", "indicator__function",
            "rule", "cap", "indicator__direction", "indicator__burden", "indicator__name_en", "indicator__unit_en",
            "indicator__summary_unit", "indicator__summary_unit_en", "indicator__summary_factor",
            "indicator__summary_decimals",
        )  # fmt: skip


def _targets(extent: Extent) -> Rows:
    targets = Target.objects.filter(extent.below("member__"))
    targets = targets.order_by("period__year", "period__quarter", "item__indicator__code", "member__code")
    return _plain(
        targets, "period__year", "period__quarter", "item__indicator__code", "member__code", "value", "member__name"
    )


def _place_changes(extent: Extent) -> Rows:
    """One row per unit that stood before a change; what it became stands in `into`. Splits are not written out."""
    if extent.township_id or extent.branch_id:
        return
    units: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    names = ("change", "side", "village__code", "area__code", "name", "change__kind", "change__changed_on",
             "change__document", "area__branch__code")  # fmt: skip
    for change, *unit in PlaceChangeUnit.objects.filter(change__county=extent.county_id).values_list(*names):
        units[change].append(tuple(unit))
    for change in sorted(units):
        before = [unit for unit in units[change] if unit[0] == PlaceChangeUnit.Side.BEFORE]
        after = [unit for unit in units[change] if unit[0] == PlaceChangeUnit.Side.AFTER]
        yield from _change_rows(change, before, after)


def _change_rows(change: int, before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]) -> Rows:
    for _side, village, area, _name, kind, on, document, _branch in before:
        into = None
        if after and kind == "rename":
            into = after[0][3]
        elif after:
            into = (after[0][7] if kind == "move" else None) or after[0][1] or after[0][2]
        if kind != "split" and into != (village or area):
            yield change, (kind, village or area, into, on, document)


READERS: dict[str, Callable[[Extent], Rows]] = {
    "county": _county,
    "townships": _townships,
    "villages": _villages,
    "teams": _teams,
    "branches": _branches,
    "groups": _groups,
    "areas": _areas,
    "members": _members,
    "posts": _posts,
    "exemptions": _exemptions,
    "households": _households,
    "links": _links,
    "appointments": _appointments,
    "quarters": _quarters,
    "plan_items": _plan_items,
    "targets": _targets,
    "place_changes": _place_changes,
}
assert READERS.keys() == BY_KEY.keys()


def keyed(sheet: Sheet, rows: Iterable[tuple[int, tuple[Any, ...]]]) -> dict[Any, tuple[int, tuple[Any, ...]]]:
    """Rows by their key: one value where the sheet has one key column, else a tuple."""
    places = sheet.key_places
    if len(places) == 1:
        only = places[0]
        return {row[1][only]: row for row in rows}
    return {tuple(row[1][place] for place in places): row for row in rows}
