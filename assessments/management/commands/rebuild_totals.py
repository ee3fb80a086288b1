"""`manage.py rebuild_totals`: write all totals anew from the cells; with --check only compare."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments import totals
from assessments.models import Period


class Command(BaseCommand):
    help = "Write the totals of every period anew from the cells of its sheets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; exit status 1 where they differ")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        periods = Period.objects.order_by("county", "year", "quarter")
        if check:
            self._check(list(periods))
        else:
            for period in periods:
                self.stdout.write(f"{period}: {totals.rebuild(period)} rows")

    def _check(self, periods: list[Period]) -> None:
        count = 0
        for period in periods:
            for row in totals.differences(period):
                count += 1
                self.stderr.write(
                    f"{period}: {row.level} {row.unit_id}, item {row.item_id}, {row.field}: "
                    f"stored {row.stored}, counted {row.counted}"
                )
        if count:
            raise CommandError(
                f"{count} totals differ from the cells. Run rebuild_totals without --check to mend them."
            )
        self.stdout.write(f"All totals of {len(periods)} periods equal the cells.")
