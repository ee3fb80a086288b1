"""A process that is killed in the middle of writing leaves nothing half written, and the page says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import User
from members.models import Member
from service_areas.models import County, Household, Township
from tests.jinxian.admin_world import signed_in
from tests.workbook.books import xlsx
from tests.workbook.test_round_trip import whole_county
from workbook import processes, running
from workbook.models import Run

pytestmark = pytest.mark.django_db(transaction=True)
STOPPED = """
import time
import django
django.setup()
from workbook import writers
write = writers.WRITERS["households"]
def stop(writer, mine):
    write(writer, mine)
    print("in the middle", flush=True)
    time.sleep(60)
writers.WRITERS["households"] = stop
from django.core.management import call_command
call_command("work_off_run", {run})
"""


def url_of_test_database() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{name}"


def test_a_killed_process_leaves_nothing_half_written(tmp_path, monkeypatch, settings):
    settings.RUNS_DIR = tmp_path
    founder = User.objects.create_superuser("founder", password="x", name="f", email="")
    monkeypatch.setattr(processes, "start", lambda run_id: None)
    run = running.bring_in([("c.xlsx", whole_county())], county=None, by=founder, effective_on="2026-07-01")
    run.refresh_from_db()
    running.work_off(run, tell=lambda share, stage: None)
    Run.objects.update(state="writing")
    child = subprocess.Popen(
        [sys.executable, "-c", STOPPED.format(run=run.pk)],
        env=os.environ | {"DATABASE_URL": url_of_test_database(), "DJANGO_SETTINGS_MODULE": "jinxian.settings"},
        cwd=Path(settings.BASE_DIR), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "in the middle\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    deadline = time.monotonic() + 20
    while connection.vendor == "postgresql" and County.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [model.objects.count() for model in (County, Township, Member, Household)] == [0, 0, 0, 0]
    page = signed_in(founder).get(f"/organization/workbook/{run.pk}/").content.decode()
    assert "Nothing was written" in page and "Check again" in page


def test_the_real_process_beside_the_server_checks_a_file(tmp_path, settings, monkeypatch):
    """Started as the pages start it, with its lock and its progress."""
    settings.RUNS_DIR = tmp_path
    for name, value in {"DATABASE_URL": url_of_test_database(), "RUNS_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "jinxian.settings")
    founder = User.objects.create_superuser("founder", password="x", name="f", email="")
    data = xlsx(county=[["code", "name"], ["130999", "河县"]])
    run = running.bring_in([("c.xlsx", data)], county=None, by=founder, effective_on="2026-07-01")
    deadline = time.monotonic() + 30
    while processes.is_alive(run.pk) and time.monotonic() < deadline:
        time.sleep(0.1)
    run.refresh_from_db()
    assert (run.state, run.counts["county"]["added"]) == ("checked", 1)
    assert not running.is_cut_off(run)
