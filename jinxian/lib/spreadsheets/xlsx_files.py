"""An xlsx, opened in a process of its own (child.py) after its packing was looked at (guard.py)."""

from __future__ import annotations

import marshal
import os
import select
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from time import monotonic
from typing import IO, Any

from django.utils.translation import gettext_noop

from jinxian.lib.spreadsheets.guard import EMPTY_RESULT, FORMULA, Found, look_into, refuse_beyond
from jinxian.lib.spreadsheets.kinds import Cell, CellError, FileRefused, Formula, Row, Sheet

MEMORY = 700 * 1024 * 1024  # address space the process may add: 260,000 rows take 350 MB with 10 columns, 620 with 20
SECONDS = 60
_CHILD = Path(__file__).with_name("child.py")
_OUT_OF_MEMORY = 3
# Nothing of the server's settings: what reads a stranger's file knows no secret.
_ENVIRONMENT = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "LANG") if name in os.environ}

_DAMAGED = gettext_noop("“%(name)s” is damaged. Open it, save it anew and bring it in again.")
_TOO_MUCH_MEMORY = gettext_noop(
    "“%(name)s” needs more memory than any county. Delete what stands far out in its sheets, or split it."
)
_TOOK_TOO_LONG = gettext_noop("“%(name)s” takes longer than %(seconds)s seconds to open. Split it into several files.")
_READ: dict[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "text": str,
}


def read_xlsx(data: bytes, file_name: str) -> Iterator[Sheet]:
    """The sheets, streamed; rows that were not asked for are passed over. Errors: FileRefused, also while rows are
    read."""
    looked = look_into(data, file_name)
    opened = _Opened(data, file_name)
    try:
        while (begun := opened.packet(may_end=True)) is not None:
            place, name, is_hidden, last_row, last_column = begun
            refuse_beyond(last_row, last_column, file_name)
            rows = _rows(opened, looked[place] if place < len(looked) else Found())
            yield Sheet(name, is_hidden, rows)
            deque(rows, maxlen=0)
    finally:
        opened.close()


class _Opened:
    """The process with the file in it. It is waited for SECONDS at most, not counting what the rows are used for."""

    def __init__(self, data: bytes, file_name: str) -> None:
        self.file_name = file_name
        self.patience = float(SECONDS)
        self.child = subprocess.Popen(
            [sys.executable, "-I", str(_CHILD), str(MEMORY), str(SECONDS)], env=_ENVIRONMENT, bufsize=0,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self.child.stdin is not None and self.child.stdout is not None
        self.out = self.child.stdout
        self.poll = select.poll()
        self.poll.register(self.out, select.POLLIN)
        self.feeder = threading.Thread(target=_feed, args=(self.child.stdin, data), daemon=True)
        self.feeder.start()

    def packet(self, *, may_end: bool = False) -> Any:
        """The next value, None where the process has ended well and may. Errors: FileRefused where it broke off."""
        head = self._bytes(4)
        if not head and may_end and self.child.wait() == 0:
            return None
        length = int.from_bytes(head, "big")
        packet = self._bytes(length) if len(head) == 4 else b""
        if not packet or len(packet) < length:
            raise self._refusal()
        return marshal.loads(packet)

    def _bytes(self, count: int) -> bytes:
        """So many bytes, fewer where the process has ended. Errors: FileRefused where it takes too long."""
        read = bytearray()
        while len(read) < count:
            begun = monotonic()
            is_there = self.poll.poll(max(self.patience, 0) * 1000)
            self.patience -= monotonic() - begun
            if not is_there:
                self.child.kill()
                raise self._refusal()
            piece = os.read(self.out.fileno(), min(count - len(read), 1024 * 1024))
            if not piece:
                break
            read += piece
        return bytes(read)

    def _refusal(self) -> FileRefused:
        status = self.child.wait()
        if status in (_OUT_OF_MEMORY, -signal.SIGABRT):
            return FileRefused("too_much_memory", _TOO_MUCH_MEMORY, name=self.file_name)
        if status in (-signal.SIGXCPU, -signal.SIGKILL):
            return FileRefused("took_too_long", _TOOK_TOO_LONG, name=self.file_name, seconds=SECONDS)
        return FileRefused("damaged", _DAMAGED, name=self.file_name)

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        self.feeder.join()
        self.out.close()


def _feed(pipe: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    try:
        with pipe:
            while rest:
                rest = rest[pipe.write(rest) :]
    except OSError:
        pass  # it ended early: the reader finds that out


def _rows(opened: _Opened, found: Found) -> Iterator[Row]:
    """The rows with their errors and formulas. The library gives errors as blank, and passes over rows that hold
    nothing but them."""
    special = deque(found.rows)
    while (batch := opened.packet()) is not None:
        for row, cells in batch:
            while special and special[0] < row:
                yield from _told(special.popleft(), [], found)
            if special and special[0] == row:
                yield from _told(special.popleft(), cells, found)
            else:
                yield row + 1, _dated(cells)
    for row in special:
        yield from _told(row, [], found)


def _dated(cells: list[Any]) -> list[Cell]:
    for place, cell in enumerate(cells):
        if type(cell) is tuple:
            cells[place] = _READ[cell[0]](cell[1])
    return cells


def _told(row: int, cells: list[Any], found: Found) -> Iterator[Row]:
    """The row with its errors and formulas; none where all that it has are formulas that show nothing."""
    read = _dated(cells)
    masks = [(what, mask) for what, rows in found.cells.items() if (mask := rows.get(row, 0))]
    read += [None] * (max(mask.bit_length() for _what, mask in masks) - len(read))
    for what, mask in masks:
        for column in range(mask.bit_length()):
            if mask >> column & 1:
                read[column] = _special(what, read[column])
    if any(cell is not None and cell != Formula("") for cell in read):
        yield row + 1, read


def _special(what: str, cell: Any) -> Cell:
    if what == FORMULA:
        return Formula(cell)
    return Formula("") if what == EMPTY_RESULT else CellError(what)
