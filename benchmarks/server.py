"""The demo county and the server as `manage.py demo` makes and starts them, with the benchmark's settings."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from jinxian import environment

HOST = "127.0.0.1"
START_SECONDS = 60


class SignIn(NamedTuple):
    username: str
    password: str


def set_variables(database: str) -> None:
    """What the demo's processes read. Their own answers decide what is measured, not the caller's environment."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        DATABASE_URL=database,
        ENV_FILE="",
        DEBUG="false",
        HTTPS="false",
        BEHIND_PROXY="false",
        ALLOWED_HOSTS=HOST,
        CSRF_TRUSTED_ORIGINS="",
        SESSION_IDLE_MINUTES="",
        GUNICORN_CMD_ARGS="",
    )
    os.environ.pop("WEB_CONCURRENCY", None)  # gunicorn does not take an empty one
    environment.prepare_demo()


def prepare_demo(folder: Path, scale: str) -> dict[str, SignIn]:
    """Fill the database where it is empty; the sign-in of each persona by its English name."""
    file = folder / "accounts.json"
    command = [sys.executable, "manage.py", "demo", "--no-serve", "--scale", scale, "--accounts", str(file)]
    if subprocess.run(command, cwd=environment.ROOT, stdout=subprocess.DEVNULL).returncode:
        environment.stop("The demo county could not be prepared; see the lines above.")
    accounts = json.loads(file.read_text(encoding="utf-8"))
    return {each["name"]: SignIn(each["username"], each["password"]) for each in accounts}


@contextmanager
def running(folder: Path) -> Iterator[int]:
    """gunicorn as jinxian.serving starts it; the port on which it answers."""
    port, log = free_port(), folder / "server.log"
    command = ["-m", "gunicorn", "--config", "python:jinxian.gunicorn", "--bind", f"{HOST}:{port}", "jinxian.wsgi"]
    with log.open("wb") as output:
        server = subprocess.Popen([sys.executable, *command], cwd=environment.ROOT, stdout=output, stderr=output)
    try:
        wait_for(server, port, log)
        yield port
    except (OSError, SystemExit) as error:
        time.sleep(1)  # whatever it was, the server shall have written it down
        state = "The server still ran." if server.poll() is None else f"The server had ended ({server.returncode})."
        environment.stop(f"{error}\n{state}\n{log.read_text(errors='replace')}")
    finally:
        server.send_signal(signal.SIGINT)  # at once; SIGTERM would wait for the kept connections
        server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    environment.stop(f"The server did not start:\n{log.read_text(errors='replace')}")
