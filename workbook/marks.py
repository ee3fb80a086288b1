"""The two columns that the workbook of wrong rows adds: what is wrong, and which row of which import stands here.

The import's number stands in the heading, so that the rows find their way back from every copy, as csv too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

WHAT_IS_WRONG = _("What is wrong")
ROW_IN_FILE = _("Row in the file")
_NUMBERED = re.compile(r"(?P<words>.+?)\s*[#＃](?P<run>[0-9]{1,18})\s*")


class Mark(NamedTuple):
    """Rows of an import: its number, and the column (0 the first) in which the rows' own numbers stand."""

    run: int
    place: int


def in_all_languages(words: Any) -> set[str]:
    """How the words read in each language of the application."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(str(words))
    return found


@cache
def _known() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(in_all_languages(ROW_IN_FILE)), frozenset(in_all_languages(WHAT_IS_WRONG))


def heading_for(run: int) -> str:
    """The heading of the column with the rows' numbers."""
    return f"{ROW_IN_FILE} #{run}"


def is_added(heading: Any) -> bool:
    """Whether the heading is that of one of the two columns."""
    return isinstance(heading, str) and (heading.strip() in _known()[1] or _run_of(heading) is not None)


def mark_in(headings: Sequence[Any]) -> Mark | None:
    """The mark in a row of headings; None where there is none."""
    for place, heading in enumerate(headings):
        run = _run_of(heading)
        if run is not None:
            return Mark(run, place)
    return None


def _run_of(heading: Any) -> int | None:
    found = _NUMBERED.fullmatch(heading) if isinstance(heading, str) and len(heading) < 80 else None
    return int(found["run"]) if found and found["words"].strip() in _known()[0] else None
