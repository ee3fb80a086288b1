"""Every address of the site, from the resolver; and for a row of the table its address and what is posted there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.urls import get_resolver, reverse
from django.utils import timezone

from tests.access.filled_sheets import cell_name, line_of
from tests.access.making import PASSWORD
from tests.access.table import Row

NOWHERE = 10**9  # a key that no row has
# What stands in an address beside keys.
SLUGS = {"figure_list": "wells", "post_begin": "leader", "history_record": "member"}
# Whose key stands in an address that does not begin with its name.
SUBJECTS = {
    "transfer": "transfer",
    "exemption": "application",
    "change": "change",
    "run": "run",
    "handover": "plain",
    "history": "plain",
    "post": "post",
}


def every_address(resolver: Any = None, path: str = "", names: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(name, pattern) of each; a nameless one is named by its pattern."""
    for pattern in (resolver or get_resolver()).url_patterns:
        whole = path + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            space = (pattern.namespace,) if pattern.namespace else ()
            yield from every_address(pattern, whole, (*names, *space))
        else:
            yield ":".join((*names, pattern.name)) if pattern.name else whole, whole


def url_of(w: SimpleNamespace, row: Row) -> str:
    return reverse(row.name, args=_keys(w, row)) + _query(w, row)


def url_of_nothing(row: Row) -> str:
    """The same address with keys that no row has."""
    pattern = dict(every_address())[row.name]
    words = [SLUGS[row.name]] if "<slug:" in pattern else []
    url = reverse(row.name, args=words + [NOWHERE] * len(re.findall("<int:", pattern)))
    return f"{url}?{row.on}={NOWHERE}" if row.name == "figure_list" else url


def data_of(w: SimpleNamespace, row: Row) -> dict[str, str]:
    """What the page's own form would post: right in everything but, perhaps, who sends it."""
    if row.name in PLAIN_FORMS:
        return PLAIN_FORMS[row.name]
    at = w.at[row.at]
    if row.name in FORMS:
        return FORMS[row.name](at)
    sheet, version = _sheet(at, row.on), {"version": str(_sheet(at, row.on).version)}
    forms = {
        "sheet_begin": {},
        "sheet_save": lambda: _typed(at, row),
        "sheet_line": lambda: _typed(at, row),
        "sheet_cell": lambda: version | {"note": "another note"},
        "sheet_summary": {"summary": "another summary", "seen": sheet.summary},
        "sheet_submit": version,
        "sheet_take_back": version,
        "sheet_return": version | {"reason": "once more, please"},
        "sheet_confirm": version,
        "sheet_reopen": version | {"reason": "a mistake", "until": str(timezone.localdate() + timedelta(5))},
        "review_confirm": {"sheet": f"{sheet.pk}:{sheet.version}"},
    }
    form = forms[row.name.partition(":")[2]]
    return form() if callable(form) else form


PLAIN_FORMS = {
    "accounts:password_change": {
        "old_password": PASSWORD,
        "new_password1": "Ditch-and-Deed-34",
        "new_password2": "Ditch-and-Deed-34",
    },
    "accounts:sign_in": {"username": "nobody", "password": PASSWORD},
    "accounts:sign_out": {},
    "accounts:first_sign_in": {},
    "slip_print": {},
    "household_new": {},
    "member_new": {},
    "run_new": {},
    "export_new": {},
    "place_change_confirm": {},
    "accounts:language_set": {"language": "en"},
}


# What is posted about one object; where it is right, it is refused as of another moment, so that nothing is begun.
FORMS = {
    "household_edit": lambda at: {"number": "009", "head_name": "a head", "people_count": "2", "seen": "another"},
    "link_plan_take": lambda at: {"digest": "another"},
    "handover_take": lambda at: {"digest": "another"},
    "run_decide": lambda at: {"problem": str(at.problem.pk), "choice": "same"},
    "run_write": lambda at: {"digest": "another"},
    "run_check": lambda at: {},
    "run_discard": lambda at: {},
    "run_wrong_rows": lambda at: {},
    "run_file": lambda at: {},
    "member_edit": lambda at: {"name": "another", "sex": "m", "seen": "another"},
    "member_move": lambda at: {},
    "member_status": lambda at: {},
    "member_full": lambda at: {},
    "member_id_number": lambda at: {},
    "member_id_reveal": lambda at: {},
    "post_begin": lambda at: {},
    "post_end": lambda at: {},
    "transfer_new": lambda at: {},
    "exemption_new": lambda at: {},
    "exemption_end": lambda at: {},
    "exemption_review": lambda at: {},
    **dict.fromkeys(
        (
            "transfer_issue",
            "transfer_receive",
            "transfer_reject",
            "transfer_revoke",
            "transfer_letter",
            "transfer_slip",
            "exemption_agree",
            "exemption_file",
            "exemption_refuse",
            "exemption_withdraw",
        ),
        lambda at: {"version": "999"},
    ),
}


def _keys(w: SimpleNamespace, row: Row) -> list[Any]:
    if row.name == "figure_list":
        return ["wells"]
    at = w.at.get(row.at)
    if row.name == "run_file":
        return [at.export.pk, at.file.pk] if at else []
    if at is None or row.name == "assessments:review_confirm":
        return []
    if row.name.startswith("assessments:"):
        sheet = _sheet(at, row.on)
        line = row.name.endswith(("_cell", "_line")) and _line(at, row.on)
        item = [sheet.plan.items.get(position=1).pk] if row.name.endswith("_cell") else []
        return [sheet.pk, *([line.pk] if line else []), *item]
    kind = row.name.removeprefix("overview_").removeprefix("place_").partition("_")[0]
    kind = SUBJECTS.get(kind, kind)
    words = [SLUGS[row.name]] if row.name in SLUGS else []
    return [*words, getattr(at, "plain" if kind == "member" and not row.on else row.on or kind).pk]


def _query(w: SimpleNamespace, row: Row) -> str:
    if row.name != "figure_list" or row.at == "-":
        return ""
    return f"?{row.on}={getattr(w.at[row.at], row.on).pk}"


def _sheet(at: SimpleNamespace, on: str) -> Any:
    return at.sheets[on.partition(":")[0]]


def _line(at: SimpleNamespace, on: str) -> Any:
    return line_of(at, _sheet(at, on), on.partition(":")[2] or "plain")


def _typed(at: SimpleNamespace, row: Row) -> dict[str, str]:
    return {cell_name(_line(at, row.on)): "12"}
