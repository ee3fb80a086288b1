"""What the sheets say to people: every sentence has its Chinese, with the same placeholders, and ends like one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = {
    "_": 0,
    "gettext": 0,
    "gettext_lazy": 0,
    "gettext_noop": 0,
    "ngettext": 0,
    "pgettext": 1,
    "pgettext_lazy": 1,
}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def sentences() -> Iterator[str]:
    """The texts that the code of assessments and of links hands to the translation."""
    for path in [*(ROOT / "assessments").rglob("*.py"), *(ROOT / "members").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
                text = node.args[FUNCTIONS[node.func.id]]
                assert isinstance(text, ast.Constant), f"{path}:{node.lineno}: the text is put together"
                yield text.value


@pytest.fixture(scope="module")
def chinese() -> dict[str, polib.POEntry]:
    catalogue = polib.pofile(str(ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))
    return {entry.msgid: entry for entry in catalogue if not entry.obsolete and not entry.fuzzy}


def translations(entry: polib.POEntry) -> list[str]:
    return [entry.msgstr] if entry.msgstr else list(entry.msgstr_plural.values())


def test_every_sentence_has_its_chinese(chinese: dict[str, polib.POEntry]) -> None:
    found = set(sentences())
    assert len(found) > 100
    missing = {text for text in found if text not in chinese or not any(translations(chinese[text]))}
    assert missing == set()


def test_the_chinese_fills_in_the_same_words(chinese: dict[str, polib.POEntry]) -> None:
    for text in set(sentences()) & chinese.keys():
        for translated in translations(chinese[text]):
            allowed = PLACEHOLDER.findall(text + chinese[text].msgid_plural)
            assert set(PLACEHOLDER.findall(translated)) <= set(allowed), text


def test_a_full_sentence_is_one_in_both_languages(chinese: dict[str, polib.POEntry]) -> None:
    for text in set(sentences()) & chinese.keys():
        if text.endswith(".") and " no." not in text:
            assert all(translated.endswith("。") for translated in translations(chinese[text])), text
