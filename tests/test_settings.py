"""Settings stop the start with one sentence that names the variable."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jinxian import configuration as read
from jinxian import environment

ROOT = Path(__file__).resolve().parent.parent
EXPORTED = {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}


def manage(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """manage.py with these variables alone, and no .env."""
    kept = {name: value for name, value in os.environ.items() if name in EXPORTED}
    run = [sys.executable, "manage.py", *command]
    return subprocess.run(run, cwd=ROOT, env=kept | {"ENV_FILE": ""} | variables, capture_output=True, text=True)


def production(tmp_path: Path) -> dict[str, str]:
    secrets = dict(line.split("=", 1) for line in environment.demo_secrets())
    return secrets | {"ALLOWED_HOSTS": "jinxian.example.org", "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}


def test_deployment_check_is_clean_with_production_values(tmp_path: Path):
    done = manage("check", "--deploy", "--fail-level", "WARNING", **production(tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "ID_NUMBER_KEYS", "ID_NUMBER_HASH_KEY", "ALLOWED_HOSTS"])
def test_missing_value_stops_the_start_with_one_line(name: str, tmp_path: Path):
    done = manage("check", **production(tmp_path) | {name: ""})
    assert done.returncode == 1
    assert re.fullmatch(rf"Jinxian does not start: {name} is not set, for example {name}=.*\n", done.stderr)


def test_development_needs_no_variable(tmp_path: Path):
    done = manage("check", DEBUG="true", DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3")
    assert done.returncode == 0, done.stderr


def test_example_file_lists_every_variable():
    settings = (ROOT / "jinxian" / "settings.py").read_text() + (ROOT / "jinxian" / "gunicorn.py").read_text()
    used = set(re.findall(r'(?:read\.\w+|environ\.get)\(\s*"([A-Z_]+)"', settings)) - {"ENV_FILE", "BIND"}
    listed = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used == listed


def refusal(reader, value: str, monkeypatch: pytest.MonkeyPatch, **options) -> str:
    monkeypatch.setenv("VALUE", value)
    with pytest.raises(read.BadVariable) as caught:
        reader("VALUE", **options)
    sentence = str(caught.value)
    assert sentence.startswith("VALUE ")
    assert "for example VALUE=" in sentence
    return sentence


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("ON", True), ("0", False), ("no", False), ("", True)])
def test_flag_reads_the_usual_words(value: str, expected: bool, monkeypatch):
    monkeypatch.setenv("VALUE", value)
    assert read.flag("VALUE", default=True) is expected


def test_flag_refuses_a_typing_error(monkeypatch):
    assert "“ture”" in refusal(read.flag, "ture", monkeypatch, default=False)


@pytest.mark.parametrize("value", ["4", "99", "-7", "12.5", "1_0", "٣٣", "ten", "9" * 5000])
def test_whole_number_refuses_what_is_outside_or_no_number(value: str, monkeypatch):
    refusal(read.whole_number, value, monkeypatch, default=10, lowest=5, highest=60)


@pytest.mark.parametrize("value", ["Tr0ub4dor", "a" * 60])
def test_secret_refuses_plain_values_without_repeating_them(value: str, monkeypatch):
    assert value not in refusal(read.secret, value, monkeypatch, default=None, shortest=50)


def test_secret_may_begin_with_a_dollar_sign(monkeypatch):
    monkeypatch.setenv("VALUE", "$PATH-and-more-random-text")
    assert read.secret("VALUE", default=None, shortest=20) == "$PATH-and-more-random-text"


def test_malformed_fernet_key_is_named_by_its_position(monkeypatch):
    good = "dGhlLXRlc3RzLW9ubHkta2V5LW9mLTMyLWJ5dGVzISE="
    assert "number 2" in refusal(read.fernet_keys, f"{good},not-a-key", monkeypatch, default=None)


@pytest.mark.parametrize("value", ["https://jinxian.example.org", "two words"])
def test_hosts_refuse_addresses(value: str, monkeypatch):
    refusal(read.hosts, value, monkeypatch, default=None)


def test_origins_need_a_scheme(monkeypatch):
    refusal(read.origins, "jinxian.example.org", monkeypatch)


@pytest.mark.parametrize(
    "value",
    ["mysql://root@localhost/jinxian", "jinxian.sqlite3", "sqlite://jinxian.sqlite3", "sqlite:///", "postgres://a:b@c/",
     "postgres://a:b@c:port/jinxian"],
)  # fmt: skip
def test_database_refuses_what_it_cannot_use(value: str, monkeypatch):
    refusal(read.database, value, monkeypatch, default=Path("/unused"))


def test_database_reads_both_engines(monkeypatch):
    monkeypatch.setenv("VALUE", "")
    embedded = read.database("VALUE", default=Path("/srv/jinxian.sqlite3"))
    assert (embedded["ENGINE"], embedded["NAME"]) == (read.EMBEDDED, "/srv/jinxian.sqlite3")
    assert embedded["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    monkeypatch.setenv("VALUE", "postgres://clerk:p%40ss@db.example.org:5433/jinxian")
    server = read.database("VALUE", default=Path("/unused"))
    assert (server["ENGINE"], server["NAME"], server["PASSWORD"]) == (read.SERVER, "jinxian", "p@ss")
    assert server["PORT"] == 5433
