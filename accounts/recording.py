"""Who changed what, and by which import: the history that every record of the county's books keeps.

A model that says `history = history_of()` gets a table with one row per change, written with the record itself.
Who did it is the person of the request, or whoever `recorded` names; rows written in bulk are added by
workbook/writing.py with the same columns. What a person reads of it is put into words elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.db import models
from simple_history.models import HistoricalRecords

# Follow from other columns, are counted anew, or must not be kept twice.
NEVER_KEPT = frozenset({"search_key", "link_count", "id_number_encrypted", "id_number_hash"})


class _Recording(NamedTuple):
    by: Any
    import_run: int | None


_current: ContextVar[_Recording | None] = ContextVar("recording", default=None)


@contextmanager
def recorded(*, by: Any, import_run: int | None = None) -> Iterator[None]:
    """Changes made inside are `by`'s, and of this import; None for `by`: of nobody who signed in, as at the console."""
    token = _current.set(_Recording(by, import_run))
    try:
        yield
    finally:
        _current.reset(token)


def import_now() -> int | None:
    """The import that is writing, if one is."""
    recording = _current.get()
    return recording.import_run if recording else None


class Recorded(models.Model):
    """What every history row has beside the record's own columns."""

    import_run = models.PositiveBigIntegerField(null=True, default=import_now)  # NULL: not by an import

    class Meta:
        abstract = True


def _who(instance: Any, request: Any = None, **kwargs: Any) -> Any:
    recording = _current.get()
    if recording is not None:
        return recording.by
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


class History(HistoricalRecords):
    """A history without indexes on what a record points at: it is read by record."""

    def create_history_model(self, model: Any, inherited: Any) -> Any:
        names = {field.name for field in model._meta.concrete_fields}
        self.excluded_fields = sorted(names & NEVER_KEPT)
        self.no_db_index = [field.name for field in model._meta.concrete_fields if field.is_relation]
        return super().create_history_model(model, inherited)


def history_of() -> HistoricalRecords:
    return History(
        bases=[Recorded], get_user=_who, history_id_field=models.BigAutoField(primary_key=True), use_base_model_db=True
    )
