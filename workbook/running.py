"""A run from the arrival of files to what they became: checked, decided, written or given up; and exports.

Moves are conditional updates on the state, so of two people who press at once one wins. Nothing is written before
`write`, and then all of it or nothing: planning and writing stand in one transaction, and what is written is what the
preview showed (`digest`).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from datetime import date
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.recording import recorded
from jinxian.lib import Refused
from service_areas import ledger
from service_areas.models import County, LedgerEntry
from workbook import mending, processes
from workbook.findings import clear, keep_findings
from workbook.models import Problem, Run, RunFile
from workbook.planning import Plan, make_plan
from workbook.reading import ReadFiles
from workbook.sealing import seal
from workbook.taking_out import make_files
from workbook.writing import lock_books, write_plan

logger = logging.getLogger(__name__)
State = Run.State
Tell = Callable[[float, str], None]

CUT_SHORT = gettext_noop("Something went wrong that the program did not expect.")
CHANGED_MEANWHILE = gettext_noop("The books changed since the preview. Nothing was written; look at the new preview.")


class Moved(Exception):
    """The run is in another state by now: somebody else was quicker."""


def bring_in(files: Sequence[tuple[str, bytes]], *, county: County | None, by: Any, effective_on: date) -> Run:
    """Take the files (name, content) in, sealed, and begin to check them. County None: it comes with the workbook."""
    run = Run(kind=Run.Kind.IMPORT, state=State.CHECKING, county=county, by=by, effective_on=effective_on)
    run.title, run.made_at = ", ".join(name for name, _data in files)[:200], timezone.now()
    run.options = {"files": fingerprint(files)}
    with transaction.atomic():
        run.save()
        RunFile.objects.bulk_create(RunFile(run=run, name=name[:200], sealed=seal(data)) for name, data in files)
    processes.start(run.pk)
    return run


def fingerprint(files: Sequence[tuple[str, bytes]]) -> str:
    """The same for the same files: a second press of the button sends them again, a mended file is another one."""
    digest = hashlib.sha256()
    for name, data in files:
        digest.update(repr((name, hashlib.sha256(data).digest())).encode())
    return digest.hexdigest()


def take_out(*, county: County, by: Any, options: dict[str, Any], title: str) -> Run:
    """Begin to make an export; `options` as in taking_out.make_files."""
    now = timezone.now()
    run = Run(kind=Run.Kind.EXPORT, state=State.MAKING, county=county, by=by, options=options, title=title[:200])
    run.effective_on, run.made_at = timezone.localdate(), now
    run.save()
    processes.start(run.pk)
    return run


def is_cut_off(run: Run) -> bool:
    """Whether the run says it is at work and no process is: it was killed, and nothing is half written."""
    if run.state not in Run.AT_WORK or processes.is_alive(run.pk):
        return False
    run.refresh_from_db(fields=["state"])  # it may have ended between the two looks
    return run.state in Run.AT_WORK


def decide(problem: Problem, choice: str) -> int:
    """Keep the person's decision; how many of the run are still open. `Moved` where the preview is over."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=problem.run_id)
        if run.state != State.CHECKED:
            raise Moved
        Problem.objects.filter(pk=problem.pk, kind=Problem.Kind.DECIDE).update(choice=choice)
        return run.problems.filter(kind=Problem.Kind.DECIDE, choice="").count()


def check_again(run: Run) -> None:
    """Check the same files anew, with the decisions made so far: after a decision, a failure, a change of the books."""
    states = (State.CHECKED, State.CHECKING, State.WRITING, State.FAILED)
    if run.kind != Run.Kind.IMPORT or (run.state in Run.AT_WORK and not is_cut_off(run)):
        raise Moved
    before = run.state
    _move(run, states, State.CHECKING, ended_at=None)
    _start(run, before=before)


def begin_writing(run: Run, *, by: Any, digest: str) -> None:
    """Write what the preview with this digest showed. `Moved` where it is another one by now, or not ready."""
    blocked = run.problems.filter(kind=Problem.Kind.ERROR).exists()
    undecided = run.problems.filter(kind=Problem.Kind.DECIDE, choice="").exists()
    if blocked or undecided or not digest or run.digest != digest:
        raise Moved
    before = run.by_id
    _move(run, (State.CHECKED,), State.WRITING, by=by)
    _start(run, before=State.CHECKED, by_id=before)


def _start(run: Run, *, before: str, **changed: Any) -> None:
    """Start the process; where the one before does not end, everything is as it was, and processes.Busy says so."""
    try:
        processes.start(run.pk)
    except processes.Busy:
        _move(run, (run.state,), before, **changed)
        raise


def discard(run: Run) -> None:
    """Give the run up; its files are gone."""
    if run.state in Run.AT_WORK and not is_cut_off(run):
        raise Moved
    with transaction.atomic():
        _move(run, (*Run.AT_WORK, State.CHECKED, State.FAILED, State.READY), State.DISCARDED, ended_at=timezone.now())
        clear(run, is_written=False)
    processes.forget(run.pk)


def clear_away() -> None:
    """Made files that nobody fetched in time go, as if their makers had removed them."""
    old = Run.objects.filter(kind=Run.Kind.EXPORT, state=State.READY, ended_at__lt=timezone.now() - Run.KEPT)
    with transaction.atomic():
        RunFile.objects.filter(run__in=old).delete()
        old.update(state=State.DISCARDED)


def work_off(run: Run, *, tell: Tell) -> None:
    """What the process does: check, write or make, by the run's state. Every end leaves a state that says so."""
    begun = monotonic()
    try:
        clear_away()
        {State.CHECKING: _check, State.WRITING: _write, State.MAKING: _make}[State(run.state)](run, tell)
        Run.objects.filter(pk=run.pk).exclude(state=State.WRITTEN).update(seconds=monotonic() - begun)
    except Refused as refused:
        _fail(run, refused.message, refused.params)
    except Exception:
        logger.exception("Run %s was cut short", run.pk)
        _fail(run, CUT_SHORT, {})


def plan_of(run: Run, read: ReadFiles, tell: Tell) -> Plan:
    """What was read, worked out against the books as they are now."""
    decided = run.problems.filter(kind=Problem.Kind.DECIDE).exclude(choice="")
    rows = decided.values_list("sheet", "row", "candidate__code", "choice")
    decisions = {(sheet, row, code): choice for sheet, row, code, choice in rows}
    return make_plan(
        read, county=run.county, effective_on=run.effective_on, by=run.by, decisions=decisions,
        tell=lambda share: tell(share, "checking"),
    )  # fmt: skip


def _check(run: Run, tell: Tell) -> None:
    read = _read_again_or_mended(run, lambda share: tell(0.4 * share, "reading"))
    plan = plan_of(run, read, lambda share, stage: tell(0.4 + 0.6 * share, stage))
    is_of_none = run.options.get("mends") == 0
    with transaction.atomic():
        keep_findings(run, plan)
        _move(
            run, (State.CHECKING,), State.CHECKED,
            counts=plan.counts(), row_count=plan.row_count, digest=plan.digest(),
            options=run.options | {"mended_rows": read.mended_count},
            failure={"sentence": mending.GONE, "values": {}} if is_of_none else {},
        )  # fmt: skip


def _read_again_or_mended(run: Run, tell: Callable[[float], None]) -> ReadFiles:
    """What the files hold. Wrong rows that come back go where they came from, which is found out once."""
    read = mending.read_run(run, tell)
    if not read.marks or "mends" in run.options:
        return read
    if mending.take_over(run, read):
        return mending.read_run(run, tell)
    run.options |= {"mends": 0}
    return read


def _write(run: Run, tell: Tell) -> None:
    read = mending.read_run(run, lambda share: tell(0.2 * share, "reading"))  # before anybody has to wait
    with transaction.atomic(), recorded(by=run.by, import_run=run.pk):
        lock_books(run.county)
        plan = plan_of(run, read, lambda share, stage: tell(0.2 + 0.3 * share, stage))
        if plan.digest() != run.digest or plan.is_blocked:
            changed = True
        else:
            changed = False
            write_plan(plan, run=run, tell=lambda share: tell(0.5 + share * 0.5, "writing"))
            county = run.county or plan.county
            ledger.enter(LedgerEntry.Verb.IMPORT, by=run.by, label=run.title, place=county, run=run.pk)
            _move(run, (State.WRITING,), State.WRITTEN, ended_at=timezone.now(), county=county, failure={})
            clear(run, is_written=True)
            mending.give_up_former(run)
    if changed:
        with transaction.atomic():
            keep_findings(run, plan)
            _move(
                run, (State.WRITING,), State.CHECKED, counts=plan.counts(), digest=plan.digest(),
                failure={"sentence": CHANGED_MEANWHILE, "values": {}},
            )  # fmt: skip


def _make(run: Run, tell: Tell) -> None:
    made, row_count = make_files(run, tell=lambda share: tell(share, "making"))
    with transaction.atomic():
        RunFile.objects.bulk_create(RunFile(run=run, name=name, sealed=seal(data)) for name, data in made)
        ledger.enter(LedgerEntry.Verb.EXPORT, by=run.by, label=run.title, place=run.county, rows=row_count)
        _move(run, (State.MAKING,), State.READY, row_count=row_count, ended_at=timezone.now())


def _fail(run: Run, sentence: str, values: dict[str, Any]) -> None:
    failure = {"sentence": sentence, "values": {name: str(value) for name, value in values.items()}}
    Run.objects.filter(pk=run.pk, state__in=Run.AT_WORK).update(
        state=State.FAILED, failure=failure, ended_at=timezone.now()
    )


def _move(run: Run, states: Sequence[str], state: str, **changed: Any) -> None:
    moved = Run.objects.filter(pk=run.pk, state__in=states).update(state=state, **changed)
    if not moved:
        raise Moved
    run.refresh_from_db()
