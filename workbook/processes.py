"""The process beside the web server in which a run is worked off, and how far it is.

A run is too long for a request. The process holds a lock on the run's file for as long as it lives, whatever ends it:
a run that says it is at work while nobody holds its lock was cut off. How far it is stands in the same file and not in
the database, where nobody would see it before the run is over. One machine serves one installation.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from typing import IO, NamedTuple

from django.conf import settings

# A process that has done its work holds the lock until it is gone; with a whole county in memory that takes a moment.
PATIENCE = 8.0  # seconds
LOOK_AGAIN = 0.05


class Busy(Exception):
    """Another process still works on the run."""


class Progress(NamedTuple):
    """Share done, 0 to 1, and which step: "reading", "checking", "writing", "making" or "" before the first word."""

    share: float
    stage: str


def start(run_id: int) -> None:
    """Begin working the run off in a process of its own; the lock is held before this returns.

    Errors: Busy where the process before does not end within PATIENCE.
    """
    path = _path(run_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "a+") as file:
        _lock(file)
        file.truncate(0)  # only now: how far the one before is stood here
        subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "work_off_run", str(run_id)],
            pass_fds=[file.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )


def _lock(file: IO[str]) -> None:
    until = monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if monotonic() > until:
                raise Busy from error
        sleep(LOOK_AGAIN)


def is_alive(run_id: int) -> bool:
    """Whether a process is working on the run."""
    try:
        with open(_path(run_id)) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def progress_of(run_id: int) -> Progress:
    try:
        told = json.loads(_path(run_id).read_text() or "{}")
    except (FileNotFoundError, ValueError):
        return Progress(0, "")
    return Progress(told.get("share", 0), told.get("stage", ""))


def tell(run_id: int, share: float, stage: str) -> None:
    """Write down how far the run is. Rewritten in place, because the lock belongs to this very file."""
    path = _path(run_id)
    if path.exists():
        with open(path, "r+") as file:
            text = json.dumps({"share": round(share, 3), "stage": stage})
            file.write(text.ljust(80))


def forget(run_id: int) -> None:
    _path(run_id).unlink(missing_ok=True)


def _path(run_id: int) -> Path:
    return Path(settings.RUNS_DIR) / f"{int(run_id)}.run"
