"""From single measurements to the table and the JSON: medians, ratios to the floor, and which goals are met.

The goal of a ratio is asked of the medians. Beside it stands the ratio of the fastest rounds: on a machine busy with
other work a long page is interrupted more often than the bare one, and the fastest rounds are those that were not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median, median_high
from typing import Any, NamedTuple

MOST_TIMES_FLOOR = 8
HEAD = (
    "page", "as", "queries", "goal", "median ms", "fastest", "processor", "database",
    "× bare", "goal", "fastest", "kB", "",
)  # fmt: skip


class Sample(NamedTuple):
    """One answer: the whole time, that of its thread in the server, and until the database had answered its queries."""

    milliseconds: float
    processor: float
    database: float
    queries: int


@dataclass
class Measured:
    """All rounds of one page; `most_queries` is its goal, `cells` what a save wrote each time."""

    name: str
    persona: str
    most_queries: int | None
    samples: list[Sample] = field(default_factory=list)
    size: int = 0
    cells: int | None = None


def row_of(page: Measured, bare: Sequence[float]) -> dict[str, Any]:
    """One page of the JSON. The queries are those of most rounds: every few minutes one moves the session's end on."""
    times, processor, database, queries = zip(*page.samples, strict=True)
    ratio, most = round(median(times) / median(bare), 2), median_high(queries)
    met = {"queries": page.most_queries is None or most <= page.most_queries, "ratio": ratio <= MOST_TIMES_FLOOR}
    return {
        "name": f"{page.name} ({page.persona})",
        "queries": most,
        "goal_queries": page.most_queries,
        "median_ms": round(median(times), 2),
        "fastest_ms": round(min(times), 2),
        "slowest_ms": round(max(times), 2),
        "processor_ms": round(median(processor), 2),
        "database_ms": round(median(database), 2),
        "floor_ms": round(median(bare), 2),
        "ratio": ratio,
        "goal_ratio": MOST_TIMES_FLOOR,
        "ratio_fastest": round(min(times) / min(bare), 2),
        "bytes": page.size,
        "cells": page.cells,
        "misses": [goal for goal, is_met in met.items() if not is_met],
    }


def table(rows: Iterable[dict[str, Any]]) -> str:
    return aligned([HEAD, *(line_of(row) for row in rows)])


def line_of(row: dict[str, Any]) -> tuple[str, ...]:
    name, _, persona = row["name"].removesuffix(")").rpartition(" (")
    cells = f", {row['cells']} cells" if (row["cells"] or 0) > 1 else ""
    goal = "—" if row["goal_queries"] is None else f"≤ {row['goal_queries']}"
    times = (f"{row[key]:.1f}" for key in ("median_ms", "fastest_ms", "processor_ms", "database_ms"))
    ratios = (f"{row['ratio']:.1f}", f"≤ {row['goal_ratio']}", f"{row['ratio_fastest']:.1f}")
    verdict = f"MISS: {', '.join(row['misses'])}" if row["misses"] else "pass"
    return name + cells, persona, str(row["queries"]), goal, *times, *ratios, f"{row['bytes'] / 1000:.1f}", verdict


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest text; the first two and the last to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    left = {0, 1, len(widths) - 1}
    return "\n".join(
        "  ".join(
            text.ljust(width) if place in left else text.rjust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
