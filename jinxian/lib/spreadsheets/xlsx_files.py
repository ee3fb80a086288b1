"""An xlsx, opened in a process of its own (child.py) after its packing was looked at (guard.py)."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext_noop

from jinxian.lib.spreadsheets.guard import Found, look_into
from jinxian.lib.spreadsheets.kinds import Cell, CellError, FileRefused, Formula, Row, Sheet

MEMORY = 1200 * 1024 * 1024  # address space of the process; a whole county takes half of it
SECONDS = 60
_CHILD = Path(__file__).with_name("child.py")

_NOT_READ = gettext_noop(
    "“%(name)s” cannot be read: it is damaged, or needs more memory or time than any county. Save it anew as xlsx."
)
_READ: dict[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "text": str,
}


def read_xlsx(data: bytes, file_name: str) -> Iterator[Sheet]:
    """The sheets, streamed. Errors: FileRefused, also while rows are read."""
    looked = look_into(data, file_name)
    environment = os.environ | {"READ_MEMORY": str(MEMORY), "READ_SECONDS": str(SECONDS)}
    child = subprocess.Popen(
        [sys.executable, "-I", str(_CHILD)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdin is not None and child.stdout is not None
    feeder = threading.Thread(target=_feed, args=(child.stdin, data), daemon=True)
    feeder.start()
    timer = threading.Timer(SECONDS * 2, child.kill)
    timer.start()
    try:
        while (begun := _packet(child.stdout)) is not None:
            name, is_hidden = begun
            yield Sheet(name, is_hidden, _rows(child.stdout, looked.get(name, Found()), file_name))
        if child.wait() != 0:
            raise FileRefused("not_read", _NOT_READ, name=file_name)
    finally:
        timer.cancel()
        child.kill()
        child.wait()
        child.stdout.close()


def _feed(pipe: IO[bytes], data: bytes) -> None:
    try:
        with pipe:
            pipe.write(data)
    except OSError:
        pass  # it ended early: the reader finds that out


def _packet(pipe: IO[bytes]) -> Any:
    """The next value; None at the end. A process that broke off ends in the middle of one."""
    head = pipe.read(4)
    if len(head) < 4:
        return None
    length = int.from_bytes(head, "big")
    packet = pipe.read(length)
    return marshal.loads(packet) if len(packet) == length else None


def _rows(pipe: IO[bytes], found: Found, file_name: str) -> Iterator[Row]:
    ended = False
    while not ended:
        head = pipe.read(4)
        packet = pipe.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
        if not packet:
            raise FileRefused("not_read", _NOT_READ, name=file_name)
        batch = marshal.loads(packet)
        ended = batch is None
        for row, cells in batch or ():
            yield row + 1, _told(row, cells, found) if found.errors or found.formulas else _dated(cells)
    yield from _rows_of_errors(found)


def _dated(cells: list[Any]) -> list[Cell]:
    for place, cell in enumerate(cells):
        if type(cell) is tuple:
            cells[place] = _READ[cell[0]](cell[1])
    return cells


def _told(row: int, cells: list[Any], found: Found) -> list[Cell]:
    """The row with its errors, which the library gives as blank, and its formulas."""
    read = _dated(cells)
    errors = found.errors.pop(row, {})
    if errors:
        read += [None] * (max(errors) + 1 - len(read))
    for column in found.formulas.get(row, ()):
        if column < len(read):
            value: Any = read[column]
            read[column] = Formula(value)
    for column, text in errors.items():
        read[column] = CellError(text)
    return read


def _rows_of_errors(found: Found) -> Iterator[Row]:
    """Rows that hold errors alone: the library passes over them."""
    for row in sorted(found.errors):
        yield row + 1, _told(row, [], found)
