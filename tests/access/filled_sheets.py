"""One area's sheets, a quarter for each state, moved there by the application's own functions.

What is typed differs from state to state, so that a figure on a page tells from which sheet it comes.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from assessments import remarks, workflow
from assessments.entry import save_cells
from assessments.models import Sheet, SheetMember
from tests.access.marks import mark

# State → the quarter whose sheets are in it.
STATES = {
    "returned": (2024, 4),
    "not_started": (2025, 1),
    "draft": (2025, 2),
    "submitted": (2025, 3),
    "confirmed": (2025, 4),
}
# State → wells and deeds of the plain member; everybody else's are 0, so that a sum shows the same figure.
FIGURES = {"returned": (3571, 3), "draft": (4711, 7), "submitted": (6173, 5), "confirmed": (8219, 9)}
# The points these are worth, and their mean with the lines of 0 in the first area.
POINTS = {"draft": ("81.54", "40.77"), "submitted": ("75.38", "25.13"), "confirmed": ("87.69", "29.23")}


def fill_sheets(at: SimpleNamespace) -> dict[str, Sheet]:
    return {state: _fill(at, state, *quarter) for state, quarter in STATES.items()}


def note_of(state: str) -> str:
    return f"a note on the {state} one"


def summary_of(state: str) -> str:
    return f"a summary of the {state} one"


def reason_of(at: SimpleNamespace) -> str:
    return f"{mark(at.key)} to be corrected"


def cell_name(line: SheetMember, position: int = 0) -> str:
    """The field of one of the line's two cells."""
    item = list(line.sheet.plan.items.order_by("position"))[position]
    return f"c-{line.pk}-{item.pk}"


def line_of(at: SimpleNamespace, sheet: Sheet, who: str) -> SheetMember:
    return SheetMember.objects.select_related("sheet__plan").get(sheet=sheet, member=getattr(at, who))


def _fill(at: SimpleNamespace, state: str, year: int, quarter: int) -> Sheet:
    sheet = Sheet.objects.select_related("period", "plan").get(area=at.area, period__year=year, period__quarter=quarter)
    if state != "not_started":
        _write(at, sheet, state)
    if state in {"returned", "submitted", "confirmed"}:
        workflow.submit(sheet, by=at.secretary, seen_version=sheet.version)
    if state == "returned":
        workflow.return_sheet(sheet, by=at.staff, seen_version=sheet.version, reason=reason_of(at))
    if state in {"submitted", "confirmed"} and at.boss:
        _type(sheet, line_of(at, sheet, "boss"), (0, 0), by=at.staff)
    if state == "confirmed":
        workflow.confirm(sheet, by=at.staff, seen_version=sheet.version)
    sheet.refresh_from_db()
    return sheet


def _write(at: SimpleNamespace, sheet: Sheet, state: str) -> None:
    """All cells of the branch's hand, a note on one of them, the summary."""
    workflow.begin(sheet, by=at.secretary)
    plain = line_of(at, sheet, "plain")
    _type(sheet, plain, FIGURES[state], by=at.secretary)
    _type(sheet, line_of(at, sheet, "head"), (0, 0), by=at.secretary)
    item = sheet.plan.items.get(position=1)
    note = f"{mark(at.key)} {note_of(state)}"
    remarks.remark(sheet, key=(plain.pk, item.pk), by=at.secretary, note=note, applies=True, seen_version=sheet.version)
    remarks.summarize(sheet, by=at.secretary, summary=f"{mark(at.key)} {summary_of(state)}", seen="")


def _type(sheet: Sheet, line: SheetMember, values: tuple[int, int], *, by: Any) -> None:
    typed = {cell_name(line, position): str(value) for position, value in enumerate(values)}
    outcome = save_cells(sheet, by=by, typed=typed, seen={})
    assert outcome.is_clean, [each.sentence for each in outcome.refused]
