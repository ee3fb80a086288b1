"""Compiles the catalogues in LOCALE_PATHS; takes the place of Django's command, which needs gettext installed."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jinxian.lib.catalogues import compile_catalogues


class Command(BaseCommand):
    help = "Compiles the .po files that are newer than their .mo files."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            try:
                compiled = compile_catalogues(Path(folder))
            except (OSError, ValueError) as error:
                raise CommandError(f"A catalogue cannot be compiled: {error}") from error
            for source in compiled:
                self.stdout.write(f"compiled {source}")
