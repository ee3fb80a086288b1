"""The Python environment and the demo's variables, before any package is there. Standard library only.

An environment that already has Django is used as it is. Otherwise .venv is made from the requirements, checked against
their hashes, and made again when they change. Settings are read in settings.py, not here.
"""

from __future__ import annotations  # an older Python shall reach the sentence that refuses it

import base64
import hashlib
import importlib.util
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "jinxian-requirements"
DEMO_VARIABLES = ROOT / "var" / "demo.env"
OLDEST_PYTHON = (3, 11)


def enter(command: str) -> None:
    """Return inside an environment that has the packages; otherwise make it and start the same command there."""
    if sys.version_info < OLDEST_PYTHON:
        stop(f"Jinxian needs Python 3.11 or newer; this is Python {sys.version.split()[0]}.")
    inside = Path(sys.prefix).resolve() == VENV
    ours = inside and STAMP.exists()  # made here, not by hand
    if not ours and has_packages(command):
        return
    requirements = requirements_for(command)
    if not is_current(requirements):
        install(requirements)
    elif inside:
        return
    python = str(python_of(VENV))
    os.execv(python, [python, *sys.argv])


def has_packages(command: str) -> bool:
    needed = ["django", "pytest"] if command == "test" else ["django"]
    return all(importlib.util.find_spec(name) for name in needed)


def requirements_for(command: str) -> Path:
    return ROOT / ("requirements-dev.txt" if command == "test" else "requirements.txt")


def fingerprint(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


def installed(stamp: Path) -> set[str]:
    return set(stamp.read_text().split()) if stamp.is_file() else set()


def is_current(requirements: Path) -> bool:
    return fingerprint(requirements) in installed(STAMP)


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(requirements: Path) -> None:
    """Make .venv hold what the file asks for. The development file contains the other, so it counts for both."""
    say(f"Preparing .venv from {requirements.name} (once; needs the network) …")
    if not python_of(VENV).exists():
        make_venv()
    pip = [str(python_of(VENV)), "-m", "pip", "--disable-pip-version-check"]
    arguments = ["install", "--quiet", "--require-hashes", "--requirement", str(requirements)]
    if subprocess.run([*pip, *arguments]).returncode:
        stop("The packages could not be installed; see the lines above, check the network and run the command again.")
    covered = [requirements] if requirements.name == "requirements.txt" else ROOT.glob("requirements*.txt")
    STAMP.write_text("\n".join(sorted(fingerprint(file) for file in covered)))


def make_venv() -> None:
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)  # a half-made one would pass for whole the next time
        package = f"python3.{sys.version_info.minor}-venv"
        stop(f"Python cannot make the environment .venv; on Debian and Ubuntu install the package {package} first.")


def prepare_demo() -> None:
    """Give the demo its variables: what the environment sets wins, secrets are random and kept in var/demo.env."""
    if not DEMO_VARIABLES.exists():
        write_private(DEMO_VARIABLES, demo_secrets())
    variables = dict(line.split("=", 1) for line in DEMO_VARIABLES.read_text().splitlines() if "=" in line)
    variables |= {
        "ENV_FILE": "",
        "DEBUG": "false",
        "HTTPS": "false",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]",
        "DATABASE_URL": f"sqlite:///{ROOT / 'var' / 'demo.sqlite3'}",
    }
    for name, value in variables.items():
        os.environ.setdefault(name, value)


def demo_secrets() -> list[str]:
    return [
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"ID_NUMBER_KEYS={base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}",
        f"ID_NUMBER_HASH_KEY={secrets.token_urlsafe(32)}",
    ]


def write_private(path: Path, lines: Iterable[str]) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    draft.replace(path)


def run_tests(arguments: list[str]) -> NoReturn:
    """Become pytest, on the embedded database or on the one of DATABASE_URL."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def stop(sentence: str) -> NoReturn:
    sys.exit(sentence)
