"""A workbook brought in from the console: checked and written in one go, without a browser to decide in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.recording import recorded
from service_areas import ledger
from service_areas.models import County, LedgerEntry
from workbook.findings import keep_findings
from workbook.models import Run
from workbook.planning import Plan, make_plan
from workbook.reading import read_files
from workbook.writing import lock_books, write_plan


class _Always(dict[tuple[str, int, str], str]):
    """The same decision for every row that asks for one."""

    def __init__(self, choice: str) -> None:
        super().__init__()
        self._choice = choice

    def get(self, key: Any, default: Any = None) -> Any:
        return self._choice or default


def read_in(
    files: Sequence[tuple[str, bytes]], *, county: County | None, on: date, is_check: bool, duplicates: str
) -> tuple[Plan, bool]:
    """The plan of the files, and whether it was written. `duplicates` is "ask", "same" or "other".

    Errors: Refused where a file cannot be read as a whole. A plan that is blocked is not written, nor with `is_check`.
    """
    decisions: Mapping[tuple[str, int, str], str] = _Always("" if duplicates == "ask" else duplicates)
    sheets = read_files(files, tell=lambda share: None)
    planned = partial(
        make_plan, sheets, county=county, effective_on=on, by=None, decisions=decisions, tell=lambda share: None
    )
    if is_check:
        return planned(), False  # nobody has to wait for a look
    with transaction.atomic():
        lock_books(county)
        plan = planned()
        if not plan.is_blocked:
            _write(plan, ", ".join(name for name, _data in files)[:200])
    return plan, not plan.is_blocked


def _write(plan: Plan, title: str) -> None:
    now = timezone.now()
    run = Run(kind=Run.Kind.IMPORT, state=Run.State.WRITTEN, county=plan.county, effective_on=plan.effective_on)
    run.title, run.made_at, run.ended_at = title, now, now
    run.counts, run.row_count, run.digest = plan.counts(), plan.row_count, plan.digest()
    run.save()
    keep_findings(run, plan)
    with recorded(by=None, import_run=run.pk):
        write_plan(plan, run=run, tell=lambda share: None)
    if run.county_id is None:
        run.county = plan.county
        run.save(update_fields=["county"])
    ledger.enter(LedgerEntry.Verb.IMPORT, by=None, label=title, place=plan.county, run=run.pk)
