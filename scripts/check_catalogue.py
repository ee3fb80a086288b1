#!/usr/bin/env python3
"""Tells what the Chinese catalogue lacks: texts that are missing, empty, fuzzy, or whose placeholders differ.

Extracts the texts of the present code in a copy, so nothing here is changed. Needs the gettext programs.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
NOT_OURS = shutil.ignore_patterns(".*", "var", "staticfiles", "node_modules", "vendor", "tests", "benchmarks", "*.mo")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def main() -> int:
    if not (ROOT / CATALOGUE).exists():
        print(f"{CATALOGUE} is missing")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        used = extract(Path(folder) / "copy")
    found = list(problems(used, polib.pofile(str(ROOT / CATALOGUE))))
    print(*found, f"{len(used)} texts, {len(found)} problems", sep="\n")
    return 1 if found else 0


def extract(copy: Path) -> polib.POFile:
    """The texts that the code and the templates use now."""
    shutil.copytree(ROOT, copy, ignore=NOT_OURS)
    (copy / "tests").mkdir()
    for name in ("__init__.py", "settings.py"):
        shutil.copy(ROOT / "tests" / name, copy / "tests" / name)
    command = [sys.executable, "-m", "django", "makemessages", "--locale=zh_Hans", "--keep-pot", "--verbosity=0"]
    subprocess.run(command, cwd=copy, check=True, env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"})
    return polib.pofile(str(copy / "locale" / "django.pot"))


def problems(used: polib.POFile, catalogue: polib.POFile) -> Iterator[str]:
    """One line for each text in use that a Chinese reader would not see right."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    for text in used:
        entry = known.get((text.msgctxt, text.msgid))
        if problem := "missing" if entry is None else problem_of(text, entry):
            yield f"{problem}: {text.msgid!r}" + (f" ({text.msgctxt})" if text.msgctxt else "")


def problem_of(text: polib.POEntry, entry: polib.POEntry) -> str | None:
    translations = list(entry.msgstr_plural.values()) if text.msgid_plural else [entry.msgstr]
    if entry.fuzzy:
        return "fuzzy"
    if not translations or not all(translations):
        return "empty"
    # Chinese has one form, which serves one as well as many: it needs the placeholders of the plural.
    wanted = placeholders(text.msgid_plural or text.msgid)
    if any(placeholders(translation) != wanted for translation in translations):
        return "other placeholders"
    return None


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text.replace("%%", "")))


if __name__ == "__main__":
    sys.exit(main())
