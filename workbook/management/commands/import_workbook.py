"""Brings a county workbook in from the console: all of it or nothing. What it would do is printed first."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from jinxian.lib import Refused
from service_areas.models import County
from workbook.console import read_in
from workbook.findings import Finding, in_words
from workbook.format import BY_KEY
from workbook.models import Problem
from workbook.planning import Plan

SHOWN = 50  # problems that are printed; --json has all that the plan keeps


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not a day; write it like 2026-10-01") from None


class Command(BaseCommand):
    help = (
        "Bring a county workbook in (xlsx, or csv per sheet): all of it or nothing. Exit status 0: all was written,"
        " or with --check: all could be written. 1: something is wrong, nothing was written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--check", action="store_true", help="Only look; write nothing.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON, with its problems.")
        parser.add_argument("--county", default="", metavar="CODE", help="Which county, where there are several.")
        parser.add_argument("--on", type=day, default=None, metavar="DAY", help="Changes hold from this day on.")
        parser.add_argument(
            "--duplicates", choices=("ask", "same", "other"), default="ask",
            help="Rows that may be somebody who is there already: refuse (ask), take for the same, or for another.",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        begun = monotonic()
        try:
            files = [(path.name, _read(path)) for path in options["files"]]
            plan, is_written = read_in(
                files, county=county_named(options["county"]), on=options["on"] or timezone.localdate(),
                is_check=options["check"], duplicates=options["duplicates"],
            )  # fmt: skip
        except (Refused, CommandError) as stopped:
            self._stop(str(stopped), as_json=options["json"])
        result = {"written": is_written, "seconds": round(monotonic() - begun, 1), "rows": plan.row_count}
        if options["json"]:
            self.stdout.write(json.dumps(result | _details(plan), ensure_ascii=False, indent=1))
        else:
            self._print(plan, is_written=is_written)
        if plan.is_blocked:
            raise SystemExit(1)

    def _stop(self, sentence: str, *, as_json: bool) -> NoReturn:
        if as_json:
            self.stdout.write(json.dumps({"written": False, "failure": sentence}, ensure_ascii=False, indent=1))
            raise SystemExit(1)
        raise CommandError(sentence)

    def _print(self, plan: Plan, *, is_written: bool) -> None:
        for key, counts in plan.counts().items():
            words = _("%(added)s added, %(changed)s changed, %(same)s unchanged, %(refused)s wrong, %(open)s to decide")
            self.stdout.write(f"{BY_KEY[key].title}: {words % counts}")
        shown = [finding for finding in plan.findings.with_rest() if finding.kind != Problem.Kind.LOOK]
        for finding in shown[:SHOWN]:
            self.stdout.write(f"  {_where(finding)}: {in_words(finding)}")
        if more := sum(finding.stands_for for finding in shown[SHOWN:]):
            self.stdout.write(_("  … and %(count)s more; --json prints them.") % {"count": more})
        sentence = _("All was written.") if is_written else _("Nothing was written.")
        self.stdout.write(sentence)


def county_named(code: str) -> County | None:
    """The county of this code, or the only one; None while there is none. CommandError with the codes otherwise."""
    counties = list(County.objects.order_by("code"))
    if code:
        found = next((county for county in counties if county.code == code), None)
        if found is None:
            raise CommandError(_("There is no county with the code %(code)s.") % {"code": code})
        return found
    if len(counties) > 1:
        codes = ", ".join(county.code for county in counties)
        raise CommandError(_("Which county? Name it with --county: %(codes)s.") % {"codes": codes})
    return counties[0] if counties else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        words = {"file": path, "problem": error.strerror}
        raise CommandError(_("%(file)s cannot be read: %(problem)s.") % words) from error


def _where(finding: Finding) -> str:
    sheet = str(BY_KEY[finding.sheet].title) if finding.sheet else ""
    place = finding.cell or (str(finding.row) if finding.row else "")
    return " ".join(filter(None, (sheet, place, f"“{finding.value}”" if finding.value else "")))


def _details(plan: Plan) -> dict[str, Any]:
    return {"sheets": plan.counts(), "problems": list(_problems(plan)), "changes": list(plan.changes())}


def _problems(plan: Plan) -> Iterator[dict[str, Any]]:
    for finding in plan.findings.with_rest():
        yield {
            "kind": str(finding.kind), "sheet": finding.sheet, "row": finding.row, "column": finding.column,
            "cell": finding.cell, "value": finding.value, "sentence": in_words(finding),
            "stands_for": finding.stands_for,
        }  # fmt: skip
