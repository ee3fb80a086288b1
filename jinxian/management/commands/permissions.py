"""`manage.py permissions`: the table of who may do what, as docs/permissions.md shows it."""

from typing import Any

from django.core.management.base import BaseCommand

from jinxian.permission_table import table


class Command(BaseCommand):
    help = "Print the table persona × resource × verb."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(table(), ending="")
