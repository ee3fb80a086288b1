"""Many rows into one table quickly: executemany on SQLite, COPY on PostgreSQL.

Values are converted the way Django's fields convert them, so that they read back through the ORM unchanged. Nothing is
checked here: constraints are the database's, and keys are put back (and checked) before the transaction ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.core.management.color import no_style
from django.db import connection, models


class Table(NamedTuple):
    """Rows of one model; `fields` are attribute names (`county_id`) with spaces between, all others are NULL."""

    model: type[models.Model]
    fields: str
    rows: Sequence[tuple[Any, ...]]


def write(table: Table) -> int:
    """Insert the rows; how many there were."""
    if not table.rows:
        return 0
    by_name = {field.attname: field for field in table.model._meta.concrete_fields}
    fields = [by_name[name] for name in table.fields.split()]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    into = f"{connection.ops.quote_name(table.model._meta.db_table)} ({names})"
    columns = list(zip(*table.rows, strict=True))
    (_copy if connection.vendor == "postgresql" else _insert)(into, fields, columns)
    return len(table.rows)


def _insert(into: str, fields: Sequence[Any], columns: Sequence[Sequence[Any]]) -> None:
    prepared = [_prepared(field, values) for field, values in zip(fields, columns, strict=True)]
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", list(zip(*prepared, strict=True)))


def _copy(into: str, fields: Sequence[Any], columns: Sequence[Sequence[Any]]) -> None:
    texts = [_texts(_prepared(field, values)) for field, values in zip(fields, columns, strict=True)]
    lines = "\n".join(map("\t".join, zip(*texts, strict=True)))
    with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        copy.write(lines)


def _prepared(field: Any, values: Sequence[Any]) -> Iterable[Any]:
    """The column as the database driver wants it. Only decimals and times need it; there are few different ones."""
    if not isinstance(field, models.DecimalField | models.DateField):
        return values
    kept = _Kept(lambda value: None if value is None else field.get_db_prep_save(value, connection))
    return map(kept.__getitem__, values)


def _texts(values: Iterable[Any]) -> Iterable[str]:
    return map(_Kept(_copy_text).__getitem__, values)


def _copy_text(value: Any) -> str:
    """One value in the text format of PostgreSQL's COPY."""
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    text = str(value)
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")


class _Kept(dict[Any, Any]):
    """A function's results by argument: looking up is cheaper than calling."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def __missing__(self, value: Any) -> Any:
        result = self[value] = self.function(value)
        return result


@contextmanager
def unchecked_keys(tables: Iterable[type[models.Model]]) -> Iterator[None]:
    """On PostgreSQL take the foreign keys off and put them back afterwards, when one join checks them all.

    Row by row they take several times as long as the rows. SQLite looks them up cheaply. Needs a transaction.
    """
    if connection.vendor != "postgresql":
        yield
        return
    keys = _foreign_keys([model._meta.db_table for model in tables])
    with connection.cursor() as cursor:
        for table, name, _ in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {connection.ops.quote_name(name)}")
        yield
        for table, name, definition in keys:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {connection.ops.quote_name(name)} {definition}")


def _foreign_keys(tables: Sequence[str]) -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = ANY(%s::text[]::regclass[]) ORDER BY 1, 2",
            [list(tables)],
        )
        return cursor.fetchall()


def finish(tables: Iterable[type[models.Model]]) -> None:
    """After rows with keys of their own: the next key given is a free one, and the planner knows the sizes."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(statement)
        cursor.execute("ANALYZE")
