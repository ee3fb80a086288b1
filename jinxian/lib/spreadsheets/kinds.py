"""What a read file consists of: sheets, rows, cells; and how a file as a whole is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import NamedTuple

from jinxian.lib import Refused


class FileRefused(Refused):
    """The file cannot be read as a whole; the sentence says why and what to do."""


class CellError(NamedTuple):
    """What a formula gives where it cannot be worked out: “#N/A”, “#REF!”."""

    text: str


class Formula(NamedTuple):
    """A cell that is worked out, with the result the file has kept; None where it has none."""

    value: str | float | bool | date | datetime | time | None


Cell = str | float | bool | date | datetime | time | CellError | Formula | None
Row = tuple[int, list[Cell]]  # the row's number as the person sees it, its cells from column A


class Sheet(NamedTuple):
    """One sheet. Its rows come while they are asked for, all of them before the next sheet, without blank ones."""

    name: str
    is_hidden: bool
    rows: Iterator[Row]
