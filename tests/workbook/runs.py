"""Runs that the test works off itself, one step at a time. The process that would do it must not be started."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.workbook.books import ON
from workbook import running
from workbook.models import Run

PATH = "/organization/workbook/"


def work(run: Run) -> Run:
    run.refresh_from_db()
    running.work_off(run, tell=lambda share, stage: None)
    run.refresh_from_db()
    return run


def checked(w: SimpleNamespace, data: bytes, name: str = "book.xlsx", **given: Any) -> Run:
    given = {"county": w.county, "by": w.officer, "effective_on": ON} | given
    return work(running.bring_in([(name, data)], **given))


def written(run: Run) -> Run:
    running.begin_writing(run, by=run.by, digest=run.digest)
    return work(run)
