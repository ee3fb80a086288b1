"""The database that is measured: a copy, because saves write into it, or a new one that the demo fills."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from jinxian.environment import stop


@contextmanager
def prepared(source: str, folder: Path) -> Iterator[str]:
    """The DATABASE_URL of a copy of `source`, an SQLite file or postgres://…; of a new database where it is empty."""
    if source.startswith(("postgres://", "postgresql://")):
        with postgres_copy(source) as address:
            yield address
        return
    file = folder / "benchmark.sqlite3"
    if source:
        copy_sqlite(Path(source).resolve(), file)
    yield f"sqlite:///{file}"


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy what is committed, the write-ahead log's part included, and leave the source and its folder as they are."""
    if not source.is_file():
        stop(f"There is no database {source}.")
    # Without a log nobody has the file open; `immutable` then keeps SQLite from making one beside it.
    mode = "mode=ro" if Path(f"{source}-wal").exists() else "immutable=1"
    try:
        original = sqlite3.connect(f"{source.as_uri()}?{mode}", uri=True)
        with closing(original), closing(sqlite3.connect(target)) as copy:
            original.backup(copy)
    except sqlite3.Error as error:
        stop(f"{source} could not be copied: {error}.")


@contextmanager
def postgres_copy(source: str) -> Iterator[str]:
    """A database beside the source, made from it as a template and dropped at the end. Nobody may be in the source."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    original, name = Identifier(urlsplit(source).path.lstrip("/")), f"jinxian_benchmark_{os.getpid()}"
    copy = Identifier(name)
    try:
        with psycopg.connect(source, dbname="postgres", autocommit=True) as server:
            server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(copy, original))
            try:
                yield urlsplit(source)._replace(path=f"/{name}").geturl()
            finally:
                server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(copy))
    except psycopg.Error as error:
        stop(f"The database could not be copied: {error}")
