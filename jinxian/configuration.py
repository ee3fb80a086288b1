"""How one environment variable becomes a setting, or stops the start with one sentence.

Every reader names the variable, says what is wrong and gives an example. Values of secrets are never repeated.
An empty variable counts as not set. Which variables there are, and their defaults, stands in settings.py.
"""

import os
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from environ import Env

FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
EMBEDDED, SERVER = "jinxian.lib.sqlite", "django.db.backends.postgresql"


class BadVariable(ImproperlyConfigured):
    """A variable is missing or malformed; the message is the sentence for the person who starts the program."""

    def __init__(self, name: str, problem: str, example: str) -> None:
        super().__init__(f"{name} {problem}, for example {name}={example}")


def raw(name: str) -> str:
    # Not Env.str(): it takes a value that begins with "$" for the name of another variable.
    return os.environ.get(name, "").strip()


def text(name: str, *, default: str | None, example: str) -> str:
    value = raw(name) or default
    if value is None:
        raise BadVariable(name, "is not set", example)
    return value


def flag(name: str, *, default: bool) -> bool:
    value = raw(name).lower()
    if value and value not in FLAGS:
        raise BadVariable(name, f"is “{value}” but must be true or false", "true")
    return FLAGS.get(value, default)


def whole_number(name: str, *, default: int, lowest: int, highest: int) -> int:
    value = raw(name)
    if not value:
        return default
    # isascii: Python also takes digits of other scripts for a number.
    if not (value.isascii() and value.isdigit() and lowest <= int(value[:12]) <= highest):
        raise BadVariable(name, f"is “{value}” but must be a whole number from {lowest} to {highest}", str(default))
    return int(value)


def words(name: str, *, default: list[str] | None, example: str) -> list[str]:
    """The items of a list written with commas, without the empty ones."""
    found = [item.strip() for item in raw(name).split(",") if item.strip()] or default
    if found is None:
        raise BadVariable(name, "is not set", example)
    return found


def hosts(name: str, *, default: list[str] | None) -> list[str]:
    example = "jinxian.example.org"
    found = words(name, default=default, example=example)
    for host in found:
        if "/" in host or " " in host:
            raise BadVariable(name, f"has “{host}” but must hold host names without scheme and path", example)
    return found


def origins(name: str) -> list[str]:
    example = "https://jinxian.example.org"
    found = words(name, default=[], example=example)
    for origin in found:
        if not origin.startswith(("https://", "http://")):
            raise BadVariable(name, f"has “{origin}” but each origin must begin with https:// or http://", example)
    return found


def secret(name: str, *, default: str | None, shortest: int) -> str:
    example = f"<the output of: python3 -c 'import secrets; print(secrets.token_urlsafe({shortest}))'>"
    value = text(name, default=default, example=example)
    if len(value) < shortest or len(set(value)) < 5:
        raise BadVariable(name, f"is too short or too plain, it needs {shortest} random characters", example)
    return value


def fernet_keys(name: str, *, default: list[str] | None) -> list[str]:
    """Keys for MultiFernet: the first encrypts, all decrypt."""
    example = "<the output of: openssl rand -base64 32 | tr '+/' '-_'>"
    keys = words(name, default=default, example=example)
    for position, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError as error:
            problem = f"has a key (number {position}) that is not 32 bytes in URL-safe base64"
            raise BadVariable(name, problem, example) from error
    return keys


def database(name: str, *, default: Path) -> dict[str, Any]:
    """Django's DATABASES entry, for SQLite (a file, made with its folder) or PostgreSQL."""
    example = "postgres://jinxian:password@127.0.0.1:5432/jinxian"
    url = raw(name) or f"sqlite:///{default}"
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"sqlite", "postgres", "postgresql"}:
        raise BadVariable(name, "must begin with sqlite:/// or postgres://", example)
    if scheme == "sqlite" and not rest.startswith("/"):
        raise BadVariable(name, "must give an SQLite file with three slashes", "sqlite:////srv/jinxian/jinxian.sqlite3")
    try:
        config: dict[str, Any] = Env.db_url_config(url)
    except ValueError as error:
        raise BadVariable(name, "is not an address that can be read", example) from error
    if not config["NAME"] or config["NAME"] == ":memory:":
        raise BadVariable(name, "names no database", example)
    if scheme == "sqlite":
        config |= {"ENGINE": EMBEDDED, "OPTIONS": config.get("OPTIONS", {}) | sqlite_options()}
    return config


def sqlite_options() -> dict[str, Any]:
    """Options under which twenty writers wait for each other and a power cut loses nothing confirmed."""
    return {
        # A transaction that begins as a reader and writes later fails at once when another one wrote meanwhile.
        "transaction_mode": "IMMEDIATE",
        "timeout": 90,  # seconds: a whole county that is being written holds the others up so long at most
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
