"""Works one import or export off; started beside the web server by workbook/processes.py and not by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from workbook import processes, running
from workbook.models import Run


class Command(BaseCommand):
    help = "Work off a run of the county workbook (started by the web server)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        run = Run.objects.get(pk=options["run"])
        running.work_off(run, tell=lambda share, stage: processes.tell(run.pk, share, stage))
