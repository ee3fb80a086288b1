"""Compiling catalogues, and finding what one lacks."""

import gettext
import os
from pathlib import Path

import polib
import pytest

from jinxian.lib.catalogues import compile_catalogues
from scripts.check_catalogue import problems

HEADER = {"Content-Type": "text/plain; charset=utf-8", "Plural-Forms": "nplurals=1; plural=0;"}


def catalogue(*entries: polib.POEntry) -> polib.POFile:
    made = polib.POFile()
    made.metadata = HEADER
    made.extend(entries)
    return made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    entries = [
        polib.POEntry(msgid="Branch", msgstr="党支部"),
        polib.POEntry(msgid="%(n)s day", msgid_plural="%(n)s days", msgstr_plural={0: "%(n)s 天"}),
        polib.POEntry(msgid="Sheet", msgstr="表", flags=["fuzzy"]),
    ]
    catalogue(*entries).save(str(folder / "django.po"))
    return folder / "django.po"


def test_compiled_messages_have_plural_forms_and_no_fuzzy_ones(source: Path, tmp_path: Path):
    assert compile_catalogues(tmp_path) == [source]
    chinese = gettext.translation("django", tmp_path, ["zh_Hans"])
    assert chinese.gettext("Branch") == "党支部"
    assert chinese.ngettext("%(n)s day", "%(n)s days", 2) == "%(n)s 天"
    assert chinese.gettext("Sheet") == "Sheet"


def test_only_a_changed_catalogue_is_compiled_again(source: Path, tmp_path: Path):
    compile_catalogues(tmp_path)
    assert compile_catalogues(tmp_path) == []
    later = source.with_suffix(".mo").stat().st_mtime + 1
    os.utime(source, (later, later))
    assert compile_catalogues(tmp_path) == [source]


def test_complete_catalogue_has_no_problems():
    used = catalogue(polib.POEntry(msgid="One area", msgid_plural="%(n)s areas"))
    ours = catalogue(polib.POEntry(msgid="One area", msgid_plural="%(n)s areas", msgstr_plural={0: "%(n)s 个"}))
    assert list(problems(used, ours)) == []


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (None, "missing"),
        (polib.POEntry(msgid="%(n)s late", msgctxt="sheet", msgstr="逾期 %(n)s"), "missing"),
        (polib.POEntry(msgid="%(n)s late", msgstr=""), "empty"),
        (polib.POEntry(msgid="%(n)s late", msgstr="逾期 %(n)s", flags=["fuzzy"]), "fuzzy"),
        (polib.POEntry(msgid="%(n)s late", msgstr="逾期 %(m)s"), "other placeholders"),
        (polib.POEntry(msgid="%(n)s late", msgstr="逾期", obsolete=True), "missing"),
    ],
)
def test_problem_is_named_with_its_text(entry: polib.POEntry | None, problem: str):
    used = catalogue(polib.POEntry(msgid="%(n)s late"))
    ours = catalogue(*filter(None, [entry]))
    assert list(problems(used, ours)) == [f"{problem}: '%(n)s late'"]
