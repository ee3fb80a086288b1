"""Serving on the person's own machine the way production does: static files, gunicorn.

Data is prepared by the demo command, not here. Nothing is repeated that is already up to date.
"""

import errno
import hashlib
import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError


def prepare_static() -> None:
    """Collect static files when one of the sources changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".fingerprint"
    current = static_fingerprint()
    if stamp.is_file() and stamp.read_text() == current:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(current)


def static_fingerprint() -> str:
    """Changes with every name, size and date of a static source, and with how they are stored."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            source = os.stat(storage.path(path))
            digest.update(f"{path} {source.st_size} {source.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def serve(host: str, port: int) -> NoReturn:
    """Become the web server. CommandError where the address cannot be used."""
    refuse_taken_port(host, port)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    os.environ["WEB_CONCURRENCY"] = str(settings.WEB_CONCURRENCY)  # gunicorn itself breaks off on an empty one
    sys.stdout.flush()
    os.chdir(settings.BASE_DIR)
    command = ["-m", "gunicorn", "--config", "python:jinxian.gunicorn", "--bind", address, "jinxian.wsgi"]
    os.execv(sys.executable, [sys.executable, *command])


def refuse_taken_port(host: str, port: int) -> None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            problem = f"Port {port} is in use by another program; choose a free one, for example --port {port + 1}."
            raise CommandError(problem) from error
        raise CommandError(f"The address {host}:{port} cannot be used: {error.strerror}.") from error
