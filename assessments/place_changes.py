"""Changes of villages and areas, as pages and workbooks call them: what moves, the sheets of the day, the locks.

What a kind of change moves is decided in members/place_changes/; here what becomes of the quarters. A quarter that
ended before the day stays as it is, with its totals: sheets and members stand there as they stood. Of quarters that end
on the day or later, sheets that were not begun hold nothing and are drawn up anew for the areas of the new state; one
that was begun, reported or closed keeps the change from that day: finish the quarter, and change on the day after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.recording import import_now, recorded
from assessments.models import Period, Sheet
from assessments.periods import freeze_names, issue_sheets
from members.place_changes import Asked, Changed, New, Plan, Unit, plan_change, refuse_shape, write_plan
from members.place_changes.days import in_words
from service_areas.models import Branch, County, PlaceChange, PlaceChangeUnit, ServiceArea, Village

__all__ = ["Asked", "Changed", "New", "Preview", "asked_of", "carry_out", "carry_out_asked", "made_already", "preview"]

DOCUMENT_LENGTH = PlaceChange._meta.get_field("document").max_length or 0
PLACES = ("county", "township", "branch__township", "branch__village", "small_group")  # read with an area


@dataclass(frozen=True)
class Preview:
    """What a change will write, and which sheets that were not begun it takes away or gives the new name."""

    plan: Plan
    withdrawn: Sequence[Sheet]
    renamed: Sequence[Sheet]
    changes_before: int  # of these units: what is asked for a second time is another change

    @property
    def digest(self) -> str:
        """Names the preview: the confirmation carries it."""
        sheets = [[sheet.pk for sheet in sheets] for sheets in (self.withdrawn, self.renamed)]
        return self.plan.digest(*sheets, self.changes_before)


def asked_of(
    *,
    kind: str,
    units: Iterable[Unit],
    on: date,
    into: Unit | Branch | None = None,
    new: Iterable[New] = (),
    ends_groups: bool = True,
) -> Asked:
    """What is asked for, with its units read anew: what a page or a file holds of them may be older."""
    units = list(units)
    areas = ServiceArea.objects.select_related(*PLACES)
    villages = Village.objects.select_related("township__county")
    fresh: list[Unit] = []
    for unit in units:
        fresh.append((areas if isinstance(unit, ServiceArea) else villages).get(pk=unit.pk))
    if isinstance(into, Branch):
        into = Branch.objects.select_related("township", "village").get(pk=into.pk)
    elif into is not None:
        into = (areas if isinstance(into, ServiceArea) else villages).get(pk=into.pk)
    return Asked(kind=kind, units=tuple(fresh), on=on, into=into, new=tuple(new), ends_groups=ends_groups)


def preview(asked: Asked) -> Preview:
    """What would be written, without writing. ValidationError with the sentence where it cannot be done."""
    plan = plan_change(asked)
    changes = PlaceChangeUnit.objects.filter(**{f"{'area' if asked.areas else 'village'}__in": asked.units})
    return Preview(plan, _withdrawn(plan), _renamed(plan), changes.count())


def carry_out(
    *,
    kind: str,
    units: Iterable[Unit],
    on: date,
    document: str,
    by: Any,
    into: Unit | Branch | None = None,
    new: Iterable[New] = (),
    ends_groups: bool = True,
) -> PlaceChange:
    """Carry out one change on the day `on`; the row of the list of changes.

    `kind` is a PlaceChange.Kind, `units` are villages or areas. rename: one unit, `new` holds a New with the name.
    close: units that are empty. merge: `into` is the one that stays, whether or not it stands among the units, or `new`
    describes a new one. split: one unit, `new` holds the new ones with what each is given. move: `into` is the branch.
    Errors: ValidationError with sentences; nothing is written then. Everything is one transaction, under locks.
    """
    return carry_out_asked(
        asked_of(kind=kind, units=units, on=on, into=into, new=new, ends_groups=ends_groups), document=document, by=by
    )


def carry_out_asked(asked: Asked, *, document: str, by: Any, seen: str | None = None) -> PlaceChange:
    """The same for what `asked_of` made; with `seen`, the digest of the preview it was confirmed on.

    Errors: Changed where the preview is another one by now; ValidationError as in `preview`, and for the document.
    """
    refuse_shape(asked)
    _refuse_document(document)
    with transaction.atomic(), recorded(by=by, import_run=import_now()):
        _lock(asked)
        asked = asked_of(
            kind=asked.kind, units=asked.units, on=asked.on, into=asked.into, new=asked.new,
            ends_groups=asked.ends_groups,
        )  # fmt: skip
        found = preview(asked)
        if seen is not None and found.digest != seen:
            raise Changed
        return _write(found, document=document.strip(), by=by)


def made_already(digest: str, *, by: Any) -> PlaceChange | None:
    """What this person carried out on the preview of that digest: a button that was pressed twice has done it once."""
    return PlaceChange.objects.filter(by=by, preview_digest=digest).first() if digest else None


def _refuse_document(document: str) -> None:
    if not document.strip():
        raise ValidationError({"document": _("Write the number of the document that decided it.")})
    if len(document.strip()) > DOCUMENT_LENGTH:
        sentence = _("A document number has %(count)s characters at most.")
        raise ValidationError({"document": sentence % {"count": DOCUMENT_LENGTH}})


def _lock(asked: Asked) -> None:
    """Quarters, then the county, in the order in which everybody takes them; sheets follow in `_write`.

    Weaker than totals.lock: who begins a sheet holds it already and would wait in a circle for the quarter.
    """
    periods = Period.objects.filter(county=asked.county_id)
    list(periods.select_for_update(no_key=True).order_by("pk"))
    County.objects.select_for_update(no_key=True).get(pk=asked.county_id)


def _sheets_since(areas: Iterable[ServiceArea], asked: Asked) -> list[Sheet]:
    """The areas' sheets of quarters that end on the day or later, oldest first."""
    rows = Sheet.objects.filter(area__in=[area.pk for area in areas], period__year__gte=asked.on.year)
    rows = rows.select_related("period", "area").order_by("period__year", "period__quarter", "area__code")
    return [sheet for sheet in rows if sheet.period.as_quarter.last_day >= asked.on]


def _withdrawn(plan: Plan) -> list[Sheet]:
    """Sheets that hold nothing and go; ValidationError where one was begun, or its quarter is closed."""
    sheets = _sheets_since(plan.touched_areas, plan.asked)
    for sheet in sheets:
        if _is_fixed(sheet):
            sentence = _(
                "The sheet of %(area)s for %(quarter)s is begun, reported or closed. Finish the quarter and take "
                "%(day)s or a later day."
            )
            day = max(each.period.as_quarter.last_day for each in sheets if _is_fixed(each)) + timedelta(days=1)
            words = {"area": sheet.area_label, "quarter": sheet.period.label, "day": in_words(day)}
            raise ValidationError({"on": sentence % words})
    return sheets


def _is_fixed(sheet: Sheet) -> bool:
    return sheet.period.state == Period.State.CLOSED or sheet.state != Sheet.State.NOT_STARTED


def _renamed(plan: Plan) -> list[Sheet]:
    """Sheets that were not begun and take the new name of their area."""
    return [sheet for sheet in _sheets_since(plan.renamed_areas, plan.asked) if not _is_fixed(sheet)]


def _write(found: Preview, *, document: str, by: Any) -> PlaceChange:
    """The plan, and the sheets of running quarters as the new state has them. Changed where one was begun meanwhile."""
    asked, digest = found.plan.asked, found.digest  # before names change
    periods = {sheet.period_id: sheet.period for sheet in found.withdrawn}
    keys = [sheet.pk for sheet in [*found.withdrawn, *found.renamed]]
    held = Sheet.objects.select_for_update().filter(pk__in=keys, state=Sheet.State.NOT_STARTED)
    if len(held.order_by("pk")) < len(keys):
        raise Changed
    Sheet.objects.filter(pk__in=[sheet.pk for sheet in found.withdrawn]).delete()
    change, *_others = write_plan(found.plan, document=document, by=by)
    change.preview_digest = digest
    for sheet in found.renamed:
        area = ServiceArea.objects.select_related("branch", "township").get(pk=sheet.area_id)
        freeze_names(sheet, area)
        sheet.save(update_fields=["area_name", "area_name_en"])
    if found.plan.new_areas:
        periods |= {period.pk: period for period in _running(asked)}
    for period in periods.values():
        issue_sheets(period=period, by=by)
    if found.withdrawn:
        change.moved = change.moved | {"sheets": len(found.withdrawn)}
    change.save(update_fields=["moved", "preview_digest"])
    return change


def _running(asked: Asked) -> list[Period]:
    """Open quarters that end on the day or later and whose sheets have been made."""
    rows = Period.objects.filter(county=asked.county_id, state=Period.State.OPEN, sheets__isnull=False).distinct()
    return [period for period in rows if period.as_quarter.last_day >= asked.on]
