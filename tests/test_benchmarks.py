"""What the benchmark makes of its measurements, and that the database it was given stays as it is. Nothing is timed."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.browser import forms_of, multipart
from benchmarks.database import copy_sqlite
from benchmarks.report import Measured, Sample, row_of, table
from benchmarks.saving import is_same, other


def measured(times: list[float], *, queries: int = 9, goal: int | None = 10) -> Measured:
    samples = [Sample(time, time, 1.0, queries) for time in times]
    return Measured("area list", "county", goal, samples, size=2500)


def test_a_ratio_is_that_of_the_medians():
    row = row_of(measured([8, 10, 90]), bare=[1, 2, 50])
    assert (row["median_ms"], row["floor_ms"], row["ratio"], row["ratio_fastest"]) == (10, 2, 5, 8)
    assert row["misses"] == []


def test_a_page_slower_than_eight_bare_ones_misses_its_goal():
    assert row_of(measured([16]), bare=[2])["misses"] == []
    assert row_of(measured([16.1]), bare=[2])["misses"] == ["ratio"]


def test_a_query_too_many_misses_the_goal():
    assert row_of(measured([2], queries=10), bare=[2])["misses"] == []
    assert row_of(measured([2], queries=11), bare=[2])["misses"] == ["queries"]
    assert row_of(measured([2], queries=11, goal=None), bare=[2])["misses"] == []


def test_one_round_that_moved_the_session_on_does_not_count_as_the_pages_queries():
    page = measured([2, 2, 2])
    page.samples[1] = page.samples[1]._replace(queries=12)
    assert row_of(page, bare=[2])["queries"] == 9


def test_the_table_names_every_miss():
    rows = [row_of(measured([40], queries=11), bare=[2]), row_of(measured([4]), bare=[2])]
    first, second = table(rows).splitlines()[1:]
    assert first.startswith("area list  county")
    assert first.endswith("2.5  MISS: queries, ratio")
    assert second.endswith("2.5  pass")


@pytest.mark.parametrize("text", ["", "1", "1.0", "2", "36", "是", "否", "Yes", "No"])
def test_a_cell_never_gets_the_value_it_has(text):
    assert not is_same(text, other(text))


@pytest.mark.parametrize(("stored", "posted"), [("1", "1"), ("1.0", "1"), ("是", "1"), ("否", "否")])
def test_a_stored_value_is_known_in_the_pages_spelling(stored, posted):
    assert is_same(stored, posted)


def test_a_page_that_still_shows_the_old_value_is_noticed():
    assert not is_same("", "1")
    assert not is_same("2", "1")


def test_a_form_is_read_with_its_own_inputs():
    page = '<input name="q"><form action="/a/"><input name="c-1-2" value="3 &amp; 4"><input></form><form action="/b/">'
    first, second = forms_of(page)
    assert (first.action, first.fields, first.cells) == ("/a/", {"c-1-2": "3 & 4"}, {"c-1-2": "3 & 4"})
    assert (second.action, second.fields) == ("/b/", {})


def test_a_scripts_form_is_sent_part_by_part():
    kind, body = multipart({"seen": "{}", "c-1-2": "是"})
    boundary = kind.partition("boundary=")[2].encode()
    assert body.count(b"--" + boundary) == 3
    assert 'name="c-1-2"\r\n\r\n是\r\n'.encode() in body


def files_of(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def rows_of(file: Path) -> list[tuple[int]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT number FROM kept").fetchall()


def test_a_copied_database_is_left_as_it_was(tmp_path):
    source, folder = tmp_path / "given" / "demo.sqlite3", tmp_path / "given"
    folder.mkdir()
    with closing(sqlite3.connect(source)) as database:
        database.executescript("PRAGMA journal_mode=WAL; CREATE TABLE kept (number); INSERT INTO kept VALUES (1989);")
    before = files_of(folder)
    copy_sqlite(source, tmp_path / "copy.sqlite3")
    assert files_of(folder) == before
    assert rows_of(tmp_path / "copy.sqlite3") == [(1989,)]


def test_a_copy_has_what_stands_in_the_log_of_a_database_in_use(tmp_path):
    source = tmp_path / "demo.sqlite3"
    with closing(sqlite3.connect(source)) as database:
        database.executescript("PRAGMA journal_mode=WAL; CREATE TABLE kept (number); INSERT INTO kept VALUES (1989);")
        copy_sqlite(source, tmp_path / "copy.sqlite3")
        assert rows_of(tmp_path / "copy.sqlite3") == [(1989,)]


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "notes.txt").write_text("no database" * 100)
    with pytest.raises(SystemExit, match="could not be copied"):
        copy_sqlite(tmp_path / "notes.txt", tmp_path / "copy.sqlite3")
    with pytest.raises(SystemExit, match="There is no database"):
        copy_sqlite(tmp_path / "missing.sqlite3", tmp_path / "copy.sqlite3")
