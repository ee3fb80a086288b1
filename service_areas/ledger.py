"""Writing into the audit ledger: one act, by whom and for which post, at which place."""

from __future__ import annotations

from typing import Any

from django.utils import timezone, translation

from service_areas.models import LedgerEntry
from service_areas.scoping import scope_of


def enter(
    verb: str, *, by: Any, subject: Any = None, label: str = "", place: Any = None, reason: str = "", **details: Any
) -> LedgerEntry:
    """Add one act. `place` (the subject, where none is given) has county_id, township_id or branch_id.

    `by` None: nobody who signed in, as at the console. Call it inside the transaction of the act itself.
    """
    entry = LedgerEntry(verb=verb, reason=reason, details=details, at=timezone.now())
    if subject is not None:
        entry.subject_kind, entry.subject_id = subject._meta.model_name, subject.pk
    entry.subject_label = label or (str(subject) if subject is not None else "")
    _place(entry, place if place is not None else subject)
    _sign(entry, by)
    entry.save(force_insert=True)
    return entry


def _place(entry: LedgerEntry, place: Any) -> None:
    branch = getattr(place, "branch", None)
    if branch is not None:
        entry.branch_id, entry.township_id, entry.county_id = branch.pk, branch.township_id, branch.county_id
        return
    for name in ("branch_id", "township_id", "county_id"):
        setattr(entry, name, getattr(place, name, None))
    kind = getattr(getattr(place, "_meta", None), "model_name", "")
    if kind in {"county", "township", "branch"}:
        setattr(entry, f"{kind}_id", place.pk)


def _sign(entry: LedgerEntry, by: Any) -> None:
    if by is None:
        return
    entry.by, entry.by_name, entry.by_name_latin = by, by.name, by.name_latin
    leading = scope_of(by).leading
    if leading is not None:
        with translation.override("zh-hans"):
            entry.by_post = leading.label[:160]
        with translation.override("en"):
            entry.by_post_en = leading.label[:240]
