"""Mended rows on their way back: they take the place of the wrong ones in the files of the import they came from.

The workbook of wrong rows is brought in like any other file (marks.py tells it). While its import is in preview, the
new run takes over that import's files, and the mended rows are read in place of the rows whose numbers they bear; a row
that is not among them stays as it was. Later rounds go on top of earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from jinxian.lib import Refused, spreadsheets
from workbook.findings import ERROR, LOOK, Finding, clear
from workbook.marks import mark_in
from workbook.models import Problem, Run, RunFile
from workbook.reading import Mended, Opened, ReadFiles, open_sheet, read_files
from workbook.sealing import unseal

State = Run.State
Files = Sequence[tuple[str, bytes]]

GONE = gettext_noop(
    "The import from which these wrong rows were taken is over: it was written or given up. This file was read by"
    " itself; what is wrong in the original file has to be mended there."
)
FOREIGN = gettext_noop(
    "These wrong rows were taken from an import of somebody else or of another county. Whoever brought it in brings"
    " them back; or bring the whole mended file in."
)
OF_SEVERAL = gettext_noop("These wrong rows were taken from several imports. Bring them back one file at a time.")
NO_NUMBER = gettext_noop(
    "Row %(row)s of “%(name)s” has no number of its own in the column “Row in the file”. Write the one that was there."
)
NO_SUCH_ROW = gettext_noop("The file has no row %(number)s. Mend the number in the column “Row in the file”.")
UNMARKED = gettext_noop("A sheet of “%(name)s” has no column “Row in the file” and was left out.")


def read_run(run: Run, tell: Callable[[float], None]) -> ReadFiles:
    """The run's files with mended rows in their places. Errors: FileRefused, as read_files."""
    files = list(run.files.order_by("pk"))
    mended, findings = read_mended(opened(file for file in files if file.is_mended))
    read = read_files(opened(file for file in files if not file.is_mended), tell=tell, mended=mended)
    read.findings += [*findings, *_without_a_row(read)]
    return read


def sheets_of(run: Run) -> Iterator[Opened]:
    """The sheets that the check reads, and no others, with mended rows in their places."""
    files = list(run.files.order_by("pk"))
    mended, _findings = read_mended(opened(file for file in files if file.is_mended))
    read = ReadFiles(mended=mended)
    for name, data in opened(file for file in files if not file.is_mended):
        for source in spreadsheets.read(data, name):
            sheet = open_sheet(read, source)
            if sheet is not None:
                yield sheet


def opened(files: Any) -> Files:
    """Names and contents."""
    return [(file.name, unseal(file.sealed)) for file in files]


def read_mended(files: Files) -> tuple[Mended, list[Finding]]:
    """The cells of mended rows by sheet, row and column, and what is to be said of rows that belong nowhere."""
    mended: Mended = {}
    findings: list[Finding] = []
    for name, data in files:
        read = ReadFiles()
        for source in spreadsheets.read(data, name):
            sheet = open_sheet(read, source)
            if sheet is not None:
                read.findings += _take(sheet, name, mended)
        findings += read.findings
    return mended, findings


def _take(sheet: Opened, name: str, mended: Mended) -> Iterator[Finding]:
    mark, key = mark_in(sheet.heading), sheet.head.sheet.key
    if mark is None:
        yield Finding(LOOK, key, 0, "", "", "", UNMARKED, {"name": name})
        return
    seen: set[int] = set()
    for at, cells in sheet.rows:
        number = _number(cells[mark.place]) if mark.place < len(cells) else 0
        if not number or number in seen:
            yield Finding(ERROR, key, 0, "", "", "", NO_NUMBER, {"row": at, "name": name})
            continue
        seen.add(number)
        count = len(cells)
        values = {
            column: cells[indexes[0]] if indexes[0] < count else None for column, indexes in sheet.head.places.items()
        }
        mended.setdefault(key, {}).setdefault(number, {}).update(values)


def _number(cell: Any) -> int:
    """The row's number; 0 where none stands in the cell."""
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _without_a_row(read: ReadFiles) -> Iterator[Finding]:
    """Mended rows whose numbers no row of the files bears."""
    for key, rows in read.mended.items():
        for number in sorted(rows):
            yield Finding(ERROR, key, 0, "", "", "", NO_SUCH_ROW, {"number": number})


# From run to run


def take_over(run: Run, read: ReadFiles) -> bool:
    """Let the run take the place of the import that its wrong rows came from; False where that is over.

    Errors: Refused where they came from several imports, or from one that is not the person's own.
    """
    marks = {mark for found in read.marks.values() for mark in found}
    if len(marks) > 1:
        raise Refused("of_several", OF_SEVERAL)
    with transaction.atomic():
        former = Run.objects.select_for_update().filter(pk__in=marks, kind=Run.Kind.IMPORT).first()
        if former is None or former.state not in (State.CHECKED, State.CHECKING):
            return False
        is_own, is_here = former.by_id == run.by_id, former.county_id == run.county_id
        if not (is_own or is_here):
            return False  # nobody is told of it
        if not (is_own and is_here):
            raise Refused("foreign", FOREIGN)
        _take_files(run, former, set(read.marks))
        _take_decisions(run, former)
        run.title = former.title
        run.options |= {"mends": former.pk}
        run.save(update_fields=["title", "options"])
    return True


def _take_files(run: Run, former: Run, marked: set[int]) -> None:
    """The former files first, then what is mended now: later ones go on top."""
    mended = [file for place, file in enumerate(run.files.order_by("pk")) if place in marked]
    copies = [(file, file.is_mended) for file in former.files.order_by("pk")] + [(file, True) for file in mended]
    run.files.filter(pk__in=[file.pk for file in mended]).delete()
    for file, is_mended in copies:
        RunFile.objects.create(run=run, name=file.name, sealed=file.sealed, is_mended=is_mended)


def _take_decisions(run: Run, former: Run) -> None:
    """What was decided of rows that were not wrong holds on."""
    wrong = set(former.problems.filter(kind=Problem.Kind.ERROR).values_list("sheet", "row"))
    decided = former.problems.filter(kind=Problem.Kind.DECIDE).exclude(choice="")
    copies = [problem for problem in decided if (problem.sheet, problem.row) not in wrong]
    for problem in copies:
        problem.pk, problem.run = None, run
    Problem.objects.bulk_create(copies)


def give_up_former(run: Run) -> None:
    """What the run took the place of is given up with it: its rows are written now."""
    former = run
    while former.options.get("mends"):
        found = Run.objects.filter(pk=former.options["mends"]).first()
        if found is None:
            return
        former = found
        moved = Run.objects.filter(pk=former.pk, state=State.CHECKED, by=run.by_id)
        if moved.update(state=State.DISCARDED, ended_at=timezone.now()):
            clear(former, is_written=False)
