"""Saving into a sheet so that every time something is really written: each cell gets another value than it has.

What was posted is compared with what the page shows afterwards; a save that changed nothing ends the run.
"""

from __future__ import annotations

import json

from benchmarks.browser import Answer, Ask, Browser, Form
from jinxian.environment import stop

CELLS = "/cells/"
# Both ways of saying it, and the number that any kind of cell takes when it is still empty.
OPPOSITE = {"": "1", "是": "否", "否": "是", "Yes": "No", "No": "Yes"}


class Saving:
    """Saves of one sheet: all its open cells, or the first `most` of them."""

    def __init__(self, path: str, *, most: int | None = None, is_script: bool = False) -> None:
        self.path, self.most, self.is_script = path, most, is_script
        self.posted: dict[str, str] = {}

    def ask(self, browser: Browser) -> Ask:
        """What the page posts when these cells were typed over: the plain form all its fields, the script these."""
        form = self._form(browser)
        touched = dict(list(form.cells.items())[: self.most])
        self.posted = {name: other(text) for name, text in touched.items()}
        token = {"csrfmiddlewaretoken": form.fields["csrfmiddlewaretoken"]}
        if self.is_script:
            fields = token | {"seen": json.dumps(touched)} | self.posted
        else:
            fields = form.fields | self.posted
        return Ask(f"{self.path}cells/", fields, is_script=self.is_script)

    def prove(self, browser: Browser, answer: Answer) -> None:
        if answer.status != (200 if self.is_script else 302):
            stop(f"Saving {self.path} was answered with {answer.status}: {answer.text[:300]}")
        stored = self._form(browser).cells
        if any(not is_same(stored.get(name, ""), text) for name, text in self.posted.items()):
            stop(f"Saving {self.path} has not stored what was posted.")

    def _form(self, browser: Browser) -> Form:
        form = browser.form(self.path, CELLS)
        if form is None or not form.cells:
            stop(f"{self.path} can no longer be filled in.")
        return form


def other(text: str) -> str:
    """Another value that is valid wherever this one is: 1 and 2 take turns, and so do yes and no."""
    if text in OPPOSITE:
        return OPPOSITE[text]
    return "2" if float(text) == 1 else "1"


def is_same(stored: str, posted: str) -> bool:
    """Whether the page shows the value that was posted: “1.0” for 1, and yes for the 1 of a cell that was empty."""
    if stored == posted or (stored in {"是", "Yes"} and posted == "1"):
        return True
    try:
        return float(stored) == float(posted)
    except ValueError:
        return False
