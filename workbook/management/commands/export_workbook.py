"""Takes the county workbook out from the console: an xlsx, or a zip of csv files. ID numbers are never in it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from xlsxwriter.exceptions import XlsxWriterException

from jinxian.lib import Refused
from service_areas import ledger
from service_areas.models import County, LedgerEntry
from workbook.format import BY_KEY, Sheet
from workbook.picture import Extent
from workbook.taking_out import sheets_of, write_book, write_zip

WRITERS = {".xlsx": write_book, ".zip": write_zip}


class Command(BaseCommand):
    help = (
        "Take the county workbook out: FILE.xlsx, or FILE.zip with one csv file per sheet. ID numbers are never in it."
        " A file that is there already is replaced once the new one is complete."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--county", default="", metavar="CODE", help="Which county, where there are several.")
        parser.add_argument(
            "--sheets", default="", metavar="SHEETS", help=f"Only these, with commas between: {', '.join(BY_KEY)}."
        )
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, help="Of headings and words; the installation's own.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        _refuse_path(path)
        county = _county_named(options["county"])
        sheets = _sheets_named(options["sheets"])
        try:
            with translation.override(options["language"] or translation.get_language()):
                counts = _make(path, county, sheets)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        except (OSError, XlsxWriterException) as error:
            words = {"file": path, "problem": getattr(error, "strerror", None) or error}
            raise CommandError(_("%(file)s cannot be written: %(problem)s.") % words) from error
        for key, count in counts.items():
            self.stdout.write(f"{BY_KEY[key].title}: {count}")
        self.stdout.write(_("%(file)s is written: %(count)s rows.") % {"file": path, "count": sum(counts.values())})


def _refuse_path(path: Path) -> None:
    if path.suffix.lower() not in WRITERS:
        raise CommandError(_("Let the name end in .xlsx, or in .zip for csv files: %(file)s.") % {"file": path})
    if not path.parent.is_dir():
        raise CommandError(_("The folder %(folder)s does not exist.") % {"folder": path.parent})


def _county_named(code: str) -> County:
    counties = {county.code: county for county in County.objects.order_by("code")}
    if code and code not in counties:
        raise CommandError(_("There is no county with the code %(code)s.") % {"code": code})
    if not counties:
        raise CommandError(_("There is no county to take out yet."))
    if not code and len(counties) > 1:
        raise CommandError(_("Which county? Name it with --county: %(codes)s.") % {"codes": ", ".join(counties)})
    return counties[code or next(iter(counties))]


def _sheets_named(text: str) -> list[Sheet]:
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for key in keys:
        if key not in BY_KEY:
            words = {"name": key, "names": ", ".join(BY_KEY)}
            raise CommandError(_("There is no sheet %(name)s. There are: %(names)s.") % words)
    return sheets_of(keys or None, Extent(0))


def _make(path: Path, county: County, sheets: Sequence[Sheet]) -> dict[str, int]:
    """Write beside the file and put it in its place at the end, together with the entry in the ledger."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        try:
            counts = _write(file, path.suffix.lower(), county, sheets)
            with transaction.atomic():
                ledger.enter(
                    LedgerEntry.Verb.EXPORT, by=None, label=path.name[:200], place=county, rows=sum(counts.values())
                )
                os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise
    return counts


def _write(file: IO[bytes], suffix: str, county: County, sheets: Sequence[Sheet]) -> dict[str, int]:
    counts = WRITERS[suffix](file, sheets, Extent(county.pk), lambda share: None)
    file.flush()
    os.fsync(file.fileno())
    return counts
