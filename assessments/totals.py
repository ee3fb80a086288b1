"""Totals per unit, period and item: recomputed from the level below, never added up as deltas.

Whoever moves a sheet calls `recompute(sheet)` inside the same transaction. One lock, on the
period's row, is taken first by everybody, so two moves of one quarter follow each other and
cannot deadlock. SQLite's immediate transactions do the same by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Min, Sum

from assessments.models import Entry, ItemTotal, Period, Sheet

Level = ItemTotal.Level
Place = tuple[int, int | None, int | None]  # county, township, branch
SUMS = ("target", "actual", "points", "cell_count", "sheet_count")


def lock(period_id: int) -> None:
    """Wait until no other move of this period is under way."""
    Period.objects.select_for_update().get(pk=period_id)


def recompute(sheet: Sheet) -> None:
    """Bring the totals of the sheet's area, branch, township and county in line with its cells.

    Call it in the transaction that moved the sheet, after `lock`.
    """
    _replace(sheet.period_id, Level.AREA, [sheet.area_id], _from_cells(Sheet.objects.filter(pk=sheet.pk)))
    for level, below, unit_id in (
        (Level.BRANCH, Level.AREA, sheet.branch_id),
        (Level.TOWNSHIP, Level.BRANCH, sheet.township_id),
        (Level.COUNTY, Level.TOWNSHIP, sheet.county_id),
    ):
        _replace(sheet.period_id, level, [unit_id], _from_below(sheet.period_id, level, below, unit_id))


def rebuild(period: Period) -> int:
    """Write all totals of a period anew from its cells; the number of rows. Takes the lock itself."""
    with transaction.atomic():
        lock(period.pk)
        ItemTotal.objects.filter(period=period).delete()
        rows = list(expected(period))
        ItemTotal.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


class Difference(NamedTuple):
    level: str
    unit_id: int
    item_id: int
    field: str
    stored: Any
    counted: Any


def differences(period: Period) -> list[Difference]:
    """Where the stored totals of a period differ from its cells; an empty list is the proof that they do not."""
    stored = {_key(row): row for row in ItemTotal.objects.filter(period=period)}
    counted = {_key(row): row for row in expected(period)}
    found = []
    for key in sorted(stored.keys() | counted.keys()):
        for name in SUMS:
            was, should_be = (getattr(rows[key], name) if key in rows else 0 for rows in (stored, counted))
            if was != should_be:
                found.append(Difference(*key, name, was, should_be))
    return found


def expected(period: Period) -> Iterable[ItemTotal]:
    """The totals a period should have, counted from its cells level by level."""
    rows = _from_cells(Sheet.objects.filter(period=period))
    yield from rows
    for level, parent in ((Level.BRANCH, "branch_id"), (Level.TOWNSHIP, "township_id"), (Level.COUNTY, "county_id")):
        rows = _fold(rows, level, parent)
        yield from rows


def _key(row: ItemTotal) -> tuple[str, int, int]:
    return str(row.level), row.unit_id, row.item_id


def _from_cells(sheets: Any) -> list[ItemTotal]:
    """Area totals from the cells of the counted ones among `sheets`: one row per sheet and item."""
    cells = Entry.objects.filter(line__sheet__in=sheets.filter(is_counted=True), actual__isnull=False, status="applies")
    place = (
        "line__sheet__period",
        "line__sheet__county",
        "line__sheet__township",
        "line__sheet__branch",
        "line__sheet__area",
    )
    grouped = cells.order_by().values_list(*place, "item", "item__indicator")
    zero = Decimal(0)
    summed = grouped.annotate(
        t=Sum("target", default=zero), a=Sum("actual"), p=Sum("points", default=zero), n=Count("pk")
    )
    return [
        ItemTotal(
            level=Level.AREA, unit_id=area, period_id=period, county_id=county, township_id=township,
            branch_id=branch, area_id=area, item_id=item, indicator_id=indicator,
            target=t, actual=a, points=p, cell_count=n, sheet_count=1,
        )
        for period, county, township, branch, area, item, indicator, t, a, p, n in summed
    ]  # fmt: skip


def _from_below(period_id: int, level: str, below: str, unit_id: int) -> list[ItemTotal]:
    """One unit's totals, summed from the units right below it."""
    rows = ItemTotal.objects.filter(period=period_id, level=below, **{f"{level}_id": unit_id})
    parents = rows.order_by().values_list("item", "indicator").annotate(
        Min("county"), Min("township"), Min("branch"), *(Sum(name) for name in SUMS)
    )  # fmt: skip
    return [
        _unit(level, unit_id, period_id, item, indicator, (county, township, branch), sums)
        for item, indicator, county, township, branch, *sums in parents
    ]


def _fold(rows: Iterable[ItemTotal], level: str, parent: str) -> list[ItemTotal]:
    """The same sums in memory, for a whole period at once."""
    folded: dict[tuple[int, int], ItemTotal] = {}
    for row in rows:
        key = (getattr(row, parent), row.item_id)
        if key not in folded:
            place = (row.county_id, row.township_id, row.branch_id)
            folded[key] = _unit(level, key[0], row.period_id, row.item_id, row.indicator_id, place, [0] * len(SUMS))
        for name in SUMS:
            setattr(folded[key], name, getattr(folded[key], name) + getattr(row, name))
    return list(folded.values())


def _unit(
    level: str,
    unit_id: int,
    period_id: int,
    item_id: int,
    indicator_id: int,
    place: Place,
    sums: list[Any],
) -> ItemTotal:
    county, township, branch = place
    return ItemTotal(
        level=level, unit_id=unit_id, period_id=period_id, item_id=item_id, indicator_id=indicator_id, county_id=county,
        township_id=township if level != Level.COUNTY else None, branch_id=branch if level == Level.BRANCH else None,
        **dict(zip(SUMS, sums, strict=True)),
    )  # fmt: skip


def _replace(period_id: int, level: str, unit_ids: list[int], rows: list[ItemTotal]) -> None:
    """Write the units' rows; items that no counted sheet speaks of any more lose theirs."""
    stale = ItemTotal.objects.filter(period=period_id, level=level, unit_id__in=unit_ids)
    stale.exclude(item__in=[row.item_id for row in rows]).delete()
    if rows:
        ItemTotal.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["period", "level", "unit_id", "item"], update_fields=SUMS
        )
