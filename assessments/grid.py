"""A sheet read as a grid: its items across, its lines down, a cell where they meet, with last quarter's values.

Reading only. A bonus, deduction or veto item has no row until there is something to report; its cell
then holds an unsaved Entry. Fully exempt members have a line and no cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from assessments.models import Entry, Indicator, PlanItem, Sheet, SheetMember, Target
from assessments.scoring import Cell as ScoredCell
from assessments.scoring import ItemRule, ItemScore, LineScore, explain
from jinxian.lib.numbers import format_quantity
from jinxian.lib.quarters import Quarter

Status = Entry.Status


@dataclass(slots=True)
class Cell:
    """One member and one item. `last` and `year_ago` are the same indicator's values of earlier quarters."""

    line: SheetMember
    item: PlanItem
    entry: Entry
    last: Decimal | None = None
    year_ago: Decimal | None = None
    score: ItemScore | None = None  # assessments.marking fills it

    @property
    def key(self) -> tuple[int, int]:
        return self.line.pk, self.item.pk

    @property
    def name(self) -> str:
        """The cell's field in forms."""
        return f"c-{self.line.pk}-{self.item.pk}"

    @property
    def rule(self) -> ItemRule:
        """The item as scoring knows it, with the target of the time."""
        item, indicator = self.item, self.item.indicator
        return ItemRule(
            key=item.pk, kind=indicator.kind, points=item.points, decimals=indicator.decimals,
            unit=indicator.unit_label, target=self.entry.target, cap=item.cap, direction=indicator.direction,
            rule=item.rule,
        )  # fmt: skip

    @property
    def as_scored(self) -> ScoredCell:
        return ScoredCell(self.entry.actual, applies=self.entry.status not in {Status.NOT_APPLICABLE, Status.EXEMPT})

    @property
    def applies(self) -> bool:
        """Whether a value can be entered."""
        return self.entry.status == Status.APPLIES

    @property
    def is_needed(self) -> bool:
        """Whether the sheet cannot be submitted while this is empty."""
        return self.applies and not self.item.indicator.is_optional

    @property
    def is_empty(self) -> bool:
        return self.is_needed and self.entry.actual is None

    @property
    def says(self) -> str:
        """The sentence by which the points can be checked."""
        return explain(self.rule, self.as_scored, self.score) if self.score else ""

    @property
    def value_text(self) -> str:
        """The stored value as it stands in the input: without thousands separators, yes and no as words."""
        return shown_value(self.item.indicator, self.entry.actual)


@dataclass(slots=True)
class Row:
    line: SheetMember
    cells: list[Cell]
    score: LineScore | None = None

    @property
    def empty_cells(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.is_empty]


@dataclass(slots=True)
class Grid:
    sheet: Sheet
    items: Sequence[PlanItem]
    rows: list[Row] = field(default_factory=list)

    @property
    def cells(self) -> Iterator[Cell]:
        return (cell for row in self.rows for cell in row.cells)

    def row(self, line_id: int) -> Row | None:
        return next((row for row in self.rows if row.line.pk == line_id), None)

    def cell(self, key: tuple[int, int]) -> Cell | None:
        row = self.row(key[0])
        return next((cell for cell in row.cells if cell.item.pk == key[1]), None) if row else None


def places(indicator: Indicator) -> int:
    """Decimals of what is entered: points have 2."""
    return 2 if indicator.kind in {Indicator.Kind.JUDGEMENT, Indicator.Kind.DEDUCTION} else indicator.decimals


def shown_value(indicator: Indicator, value: Decimal | None, *, group: bool = False) -> str:
    """A value as it is typed for this indicator: "4.6", "是"; nothing is empty text."""
    if value is not None and indicator.kind in {Indicator.Kind.YES_NO, Indicator.Kind.VETO}:
        return _("Yes") if value else _("No")
    return format_quantity(value, places(indicator), group=group)


def items_of(plan_id: int) -> list[PlanItem]:
    """The plan's items in their order, indicators read along."""
    return list(PlanItem.objects.filter(plan=plan_id).select_related("indicator").order_by("position", "pk"))


def read_grid(sheet: Sheet, *, lines: Sequence[SheetMember] | None = None, with_history: bool = False) -> Grid:
    """The whole sheet, or only some of its lines, in three queries; `with_history` adds one."""
    items = items_of(sheet.plan_id)
    optional = [item.pk for item in items if item.indicator.is_optional]
    if lines is None:
        lines, targets = _lines_with_targets(sheet, optional)
    else:
        targets = _targets_of(sheet, optional, lines)
    entries = {(entry.line_id, entry.item_id): entry for entry in Entry.objects.filter(line__in=lines)}
    history = _history(sheet, lines) if with_history else {}
    last, year_ago = sheet.period.as_quarter.previous(), sheet.period.as_quarter.year_before()
    grid = Grid(sheet, items)
    for line in lines:
        cells = []
        for item in [] if line.is_exempt else items:
            entry = entries.get((line.pk, item.pk)) or _unwritten(line, item, targets)
            cell = Cell(line, item, entry)
            earlier = (line.member_id, item.indicator_id)
            cell.last, cell.year_ago = history.get((*earlier, last)), history.get((*earlier, year_ago))
            cells.append(cell)
        grid.rows.append(Row(line, cells))
    return grid


def _unwritten(line: SheetMember, item: PlanItem, targets: dict[tuple[int, int], Decimal]) -> Entry:
    return Entry(line=line, item=item, target=targets.get((line.member_id, item.pk)))


def _lines_with_targets(
    sheet: Sheet, optional: Sequence[int]
) -> tuple[list[SheetMember], dict[tuple[int, int], Decimal]]:
    """The sheet's lines; and (member, item) → target of the optional items, read along in the same query."""
    targets = Target.objects.filter(period=sheet.period_id, member=OuterRef("member"))
    asked = {f"target_{pk}": Subquery(targets.filter(item=pk).values("value")[:1]) for pk in optional}
    lines = list(sheet.lines.select_related("member").annotate(**asked).order_by("position"))
    found = {(line.member_id, pk): getattr(line, f"target_{pk}") for line in lines for pk in optional}
    return lines, {key: value for key, value in found.items() if value is not None}


def _targets_of(sheet: Sheet, optional: Sequence[int], lines: Sequence[SheetMember]) -> dict[tuple[int, int], Decimal]:
    if not optional:
        return {}
    members = [line.member_id for line in lines]
    rows = Target.objects.filter(period=sheet.period_id, member__in=members, item__in=optional)
    return {(member, item): value for member, item, value in rows.values_list("member", "item", "value")}


def _history(sheet: Sheet, lines: Sequence[SheetMember]) -> dict[tuple[int, int, Quarter], Decimal]:
    """(member, indicator, quarter) → what was reported then, whichever area it was in; a draft is not told here."""
    quarter = sheet.period.as_quarter
    members = [line.member_id for line in lines]
    rows = Entry.objects.filter(
        line__member__in=members, line__period__county=sheet.county_id, line__sheet__is_counted=True,
        actual__isnull=False,
    )  # fmt: skip
    found: dict[tuple[int, int, Quarter], Decimal] = {}
    wanted = [quarter.previous(), quarter.year_before()]
    rows = rows.filter(
        line__period__year__in={q.year for q in wanted}, line__period__quarter__in={q.number for q in wanted}
    )
    names = ("line__member", "item__indicator", "line__period__year", "line__period__quarter", "actual")
    for member, indicator, year, number, actual in rows.values_list(*names):
        found[member, indicator, Quarter(year, number)] = actual
    return found
