"""`manage.py demo`: prepare the demo county where there is none, print who can sign in, and serve.

Which rows the county has is jinxian.demo's matter, how it is served jinxian.serving's. What is there already is never
changed, unless --fresh asks for it and the person, or --yes, agrees.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from jinxian import serving
from jinxian.demo.accounts import PERSONAS, sign_ins
from jinxian.demo.county import SEED, generate
from service_areas.models import County, Township

WIDTH = 32  # of the progress bar


class Command(BaseCommand):
    help = "Prepare the demo county in an empty database, print one sign-in per persona, and serve."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale", choices=["county", "township"], default="county", help="township is a tenth, in seconds"
        )
        parser.add_argument("--port", type=port_number, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--no-serve", action="store_true", help="prepare and stop")
        parser.add_argument("--fresh", action="store_true", help="begin again; asks before anything is thrown away")
        parser.add_argument("--yes", action="store_true", help="with --fresh: do not ask")
        parser.add_argument("--accounts", type=file_path, metavar="FILE", help="write the sign-ins there, as JSON")
        parser.add_argument(
            "--seed", type=whole_number, default=SEED, help=f"chance of the demo county, {SEED} unless given"
        )
        parser.add_argument(
            "--on", type=iso_date, metavar="YYYY-MM-DD", help="the day the county is made for, today unless given"
        )

    def handle(self, **options: Any) -> None:
        if not options["no_serve"]:
            serving.refuse_taken_port(options["host"], options["port"])
        serving.prepare_static()
        if options["fresh"]:
            self._empty(is_agreed=options["yes"])
        call_command("migrate", verbosity=0, interactive=False)
        self._fill(options["scale"], options["seed"], options["on"] or timezone.localdate())
        self._tell(options["accounts"])
        if not options["no_serve"]:
            address = f"http://{options['host']}:{options['port']}/"
            self.stdout.write(_("Open %(address)s; Ctrl+C ends it.") % {"address": address})
            connection.close()
            serving.serve(options["host"], options["port"])

    def _fill(self, scale: str, seed: int, on: date) -> None:
        if County.objects.exists():
            found = scale_found()
            if found != scale:
                sentence = _("This demo was made with --scale %(found)s and is served as it is; --fresh makes another.")
                self.stderr.write(sentence % {"found": found}, str)
            return
        if User.objects.exists():
            sentence = _(
                "%(database)s has accounts but no county: it is not the demo's. Use another DATABASE_URL, or --fresh."
            )
            raise CommandError(sentence % {"database": database_name()})
        with Progress(self.stderr, _("Making the demo county")) as progress:
            generate(scale="township" if scale == "township" else "county", seed=seed, on=on, progress=progress.show)

    def _empty(self, *, is_agreed: bool) -> None:
        """Throw the database's contents away, after asking; nothing is asked where nothing is there."""
        if not has_contents():
            return
        if not is_agreed and not self._agrees():
            raise CommandError(_("Nothing was changed."))
        empty_database()

    def _agrees(self) -> bool:
        names = {"database": database_name()}
        if not sys.stdin.isatty():
            raise CommandError(
                _("--fresh throws away everything in %(database)s and cannot ask here: add --yes if that is meant.")
                % names
            )
        question = _("Throw away everything in %(database)s and begin again? [y/N] ") % names
        try:
            return input(question).strip().lower() in {"y", "yes", "是"}
        except EOFError:
            return False

    def _tell(self, file: Path | None) -> None:
        accounts = sign_ins()
        if file:
            write_accounts(file, accounts)
        labels = {persona.username: _(persona.label) for persona in PERSONAS}
        rows: list[tuple[str, ...]] = [(_("Who"), _("User name"), _("Password"))]
        rows += [(labels[each["username"]], each["username"], each["password"]) for each in accounts]
        self.stdout.write(table_of(rows))


class Progress:
    """A bar on a terminal, a line per tenth elsewhere."""

    def __init__(self, stream: OutputWrapper, title: str) -> None:
        self.stream, self.title, self.tenth = stream, title, -1
        self.is_terminal = bool(stream.isatty())
        stream.style_func = None  # not an error, so not in red

    def __enter__(self) -> Progress:
        self.show(0)
        return self

    def __exit__(self, *error: object) -> None:
        if self.is_terminal:
            self.stream.write("")

    def show(self, share: float) -> None:
        if self.is_terminal:
            bar = "█" * int(share * WIDTH)
            self.stream.write(f"\r{self.title}  {bar:░<{WIDTH}} {share:4.0%}", ending="")
            self.stream.flush()
        elif int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            self.stream.write(f"{self.title}: {self.tenth * 10} %")
            self.stream.flush()


def table_of(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    padded = (
        "  ".join(text + " " * (width - columns(text)) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n" + "\n".join(f"  {line}" for line in padded) + "\n"


def columns(text: str) -> int:
    """How wide a text is on a terminal: Chinese signs take two columns."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def write_accounts(file: Path, accounts: list[dict[str, str]]) -> None:
    try:
        file.write_text(json.dumps(accounts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(
            _("The sign-ins could not be written to %(file)s: %(reason)s.") % {"file": file, "reason": error.strerror}
        ) from error


def scale_found() -> str:
    return "township" if Township.objects.count() == 1 else "county"


def has_contents() -> bool:
    try:
        return County.objects.exists() or User.objects.exists()
    except DatabaseError:
        return bool(connection.introspection.table_names())


def database_name() -> str:
    settings = connection.settings_dict
    return (
        str(settings["NAME"])
        if connection.vendor == "sqlite"
        else f"{settings['NAME']} ({settings['HOST'] or 'localhost'})"
    )


def empty_database() -> None:
    """SQLite: remove the file, which is quick whatever it holds. PostgreSQL: truncate every table."""
    if connection.vendor != "sqlite":
        call_command("migrate", verbosity=0, interactive=False)
        call_command("flush", verbosity=0, interactive=False)
        return
    name = str(connection.settings_dict["NAME"])
    connection.close()
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(name + ending).unlink(missing_ok=True)


def port_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 65535):
        raise argparse.ArgumentTypeError(f"“{text}” is no port: give a whole number from 1 to 65535, for example 8000.")
    return int(text)


def file_path(text: str) -> Path:
    path = Path(text)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"“{text}” cannot be written: give a file in a folder that exists.")
    return path


def whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise argparse.ArgumentTypeError(f"“{text}” is no seed: give a whole number, for example {SEED}.")
    return int(text)


def iso_date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not 2020 <= day.year <= 2099:
        raise argparse.ArgumentTypeError(f"“{text}” is no day from 2020 to 2099: write it like 2026-10-08.")
    return day
