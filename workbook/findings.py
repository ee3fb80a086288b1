"""What a check says of rows and cells, and how it is kept with its run.

Sentences are msgids with what goes into them, put into words when somebody reads them. A value is repeated as it was
written, shortened, and never where it is an ID number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext, gettext_noop, pgettext

from jinxian.lib.spreadsheets.cells import quoted, without_id_numbers
from workbook.format import BY_KEY, SHEETS, Column, Sheet
from workbook.models import Addition, Change, Problem, Run

if TYPE_CHECKING:
    from workbook.planning import Plan, SheetPlan
    from workbook.reading import Row

ERROR, DECIDE, LOOK = Problem.Kind.ERROR, Problem.Kind.DECIDE, Problem.Kind.LOOK
# Cells that are wrong, or were taken, all in the same way are named so many times; then how many more there were.
MOST_ALIKE: dict[str, int] = {ERROR: 3000, LOOK: 200}
BATCH = 2000
# Where a new row goes: the first of these columns in which something stands.
WHERE = ("area", "branch", "team", "unit", "place", "village", "township")

AND_MORE_WRONG = gettext_noop("From row %(row)s on, %(count)s more cells of this column are wrong in the same way.")
AND_MORE = gettext_noop("%(count)s more cells of this column were taken in the same way.")


class Finding(NamedTuple):
    """One thing to say. `row` as the person sees it, 0 for the sheet as a whole; `column` is the column's key."""

    kind: str
    sheet: str
    row: int
    column: str
    cell: str
    value: str
    sentence: str
    values: dict[str, Any]
    candidate: dict[str, str] = {}
    choice: str = ""
    stands_for: int = 1  # so many alike


class Alike(NamedTuple):
    """What findings have in common that say the same of a column."""

    kind: str
    sheet: str
    column: str
    sentence: str


def written(value: Any) -> str:
    """What stands in the cell, fit to be repeated: short, printable, what looks like an ID number masked."""
    if value is None:
        return ""
    return quoted(_plain(value))


def kept_text(value: Any) -> str:
    """The whole of a value of the books, as a change keeps it; only what looks like an ID number is masked."""
    return "" if value is None else without_id_numbers(_plain(value))


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def letters(place: int) -> str:
    """The name of a spreadsheet's column: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


class Findings(list[Finding]):
    """What is to be said of a file; of cells that are alike only so many are kept (MOST_ALIKE), but all are counted.

    What waits for a decision is always kept. A sheet of wrong columns has as many problems as cells.
    """

    def __init__(self) -> None:
        super().__init__()
        self._counted: Counter[Alike] = Counter()
        self._first_left_out: dict[Alike, int] = {}

    def append(self, finding: Finding) -> None:
        if finding.kind in MOST_ALIKE and finding.row:
            alike = Alike(finding.kind, finding.sheet, finding.column, finding.sentence)
            self._counted[alike] += 1
            if self._counted[alike] > MOST_ALIKE[finding.kind]:
                self._first_left_out.setdefault(alike, finding.row)
                return
        super().append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.append(finding)

    def __iadd__(self, findings: Iterable[Finding]) -> Findings:  # type: ignore[override,misc]
        self.extend(findings)
        return self

    def with_rest(self) -> Iterator[Finding]:
        """All that are kept, and one for the rest of each kind."""
        yield from self
        for alike, row in self._first_left_out.items():
            rest = self._counted[alike] - MOST_ALIKE[alike.kind]
            at, sentence = (0, AND_MORE) if alike.kind == LOOK else (row, AND_MORE_WRONG)
            values = {"count": rest, "row": row}
            yield Finding(alike.kind, alike.sheet, at, alike.column, "", "", sentence, values, stands_for=rest)


def in_words(finding: Finding | Problem) -> str:
    """The sentence in the language of the moment. Values that name columns are put into words here too."""
    values = {name: _named(value) for name, value in finding.values.items()}
    try:
        return gettext(finding.sentence) % values
    except (KeyError, TypeError, ValueError):
        return gettext(finding.sentence)


def columns_named(sheet: Sheet, keys: Iterable[str]) -> str:
    """How columns stand in a finding's values, so that every reader finds them in the own language."""
    return f"columns:{sheet.key}:{','.join(keys)}"


def sheet_named(sheet: Sheet) -> str:
    """How a sheet stands in a finding's values."""
    return f"sheet:{sheet.key}"


def _named(value: Any) -> str:
    """Sheets and columns by their names; whatever else stands in a cell, like “columns:x”, as it is."""
    text = str(value)
    what, _, rest = text.partition(":")
    name, _, keys = rest.partition(":")
    sheet = BY_KEY.get(name)
    if sheet is None or what not in ("sheet", "columns"):
        return text
    if what == "sheet":
        return str(sheet.title)
    headings = [str(sheet.column(key).heading) for key in keys.split(",") if key in sheet.places]
    return pgettext("between names", ", ").join(headings)


def keep_findings(run: Run, plan: Plan) -> None:
    """Problems and changes of the plan take the place of those of an earlier check. Inside the caller's transaction."""
    Problem.objects.filter(run=run).delete()
    Change.objects.filter(run=run).delete()
    Addition.objects.filter(run=run).delete()
    order = {sheet.key: place for place, sheet in enumerate(SHEETS)}
    found = sorted(plan.findings.with_rest(), key=lambda each: (order.get(each.sheet, -1), each.row))
    problems = (_problem(run, position, finding) for position, finding in enumerate(found))
    Problem.objects.bulk_create(problems, batch_size=BATCH)
    Change.objects.bulk_create(
        (Change(run=run, position=position, **change) for position, change in enumerate(plan.changes())),
        batch_size=BATCH,
    )
    additions = _additions(run, plan)
    while some := list(islice(additions, BATCH // Addition.AT_ONCE)):  # all at once they would take as much as the plan
        Addition.objects.bulk_create(some)


def clear(run: Run, *, is_written: bool) -> None:
    """The files go, and with them what the check said of single rows; counts and changes stay.

    Once it is written, what asked for a look and what was added stay, too: now it can be looked at in the books.
    """
    run.files.all().delete()
    problems = run.problems.all()
    (problems.exclude(kind=LOOK) if is_written else problems).delete()
    if not is_written:
        run.additions.all().delete()


def _additions(run: Run, plan: Plan) -> Iterator[Addition]:
    for key, mine in plan.sheets.items():
        where = [mine.sheet.column(name) for name in WHERE if name in mine.sheet.places]
        rows = ([row.number, *map(kept_text, _told(plan, mine, row, where))] for row in mine.added)
        for position in count():
            some = list(islice(rows, Addition.AT_ONCE))
            if not some:
                break
            yield Addition(run=run, sheet=key, position=position, rows=some)


def _told(plan: Plan, mine: SheetPlan, row: Row, where: list[Column]) -> tuple[Any, str, str]:
    """The key, the name, and the place with its name."""
    for column in where:
        code = row.values[mine.sheet.places[column.key]]
        if code is not None:
            target = plan.sheets.get(column.refers)
            values = target.merged.get(code) if target else None
            place = f"{target.value(values, 'name')} {code}" if target and values else str(code)
            return row.key, plan.name_of(mine, row), place
    return row.key, plan.name_of(mine, row), ""


def _problem(run: Run, position: int, finding: Finding) -> Problem:
    return Problem(
        run=run, position=position, kind=finding.kind, sheet=finding.sheet, row=finding.row, column=finding.column,
        cell=finding.cell, value=finding.value[:80], sentence=finding.sentence,
        values={name: str(value) for name, value in finding.values.items()},
        candidate=finding.candidate, choice=finding.choice, stands_for=finding.stands_for,
    )  # fmt: skip
