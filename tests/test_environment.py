"""What manage.py decides before any package is there."""

import stat
import sys
from pathlib import Path

import pytest

from jinxian import environment


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own with both requirement files; nothing outside it is touched."""
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.setattr(environment, "DEMO_VARIABLES", tmp_path / "var" / "demo.env")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "requirements.txt").write_text("django\n")
    (tmp_path / "requirements-dev.txt").write_text("django\npytest\n")
    return tmp_path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would take this process's place or run beside it."""
    commands: list[list[str]] = []

    class Done:
        returncode = 0

    def run(command: list[str], **options: object) -> type[Done]:
        commands.append(command)
        return Done

    monkeypatch.setattr(environment.os, "execv", lambda program, command: commands.append(command))
    monkeypatch.setattr(environment.subprocess, "run", run)
    return commands


def test_active_environment_with_django_is_used_as_it_is(place: Path, started: list[list[str]]):
    environment.enter("demo")
    assert started == []


def test_without_packages_the_environment_is_made_and_entered(place, started, monkeypatch):
    monkeypatch.setattr(environment, "has_packages", lambda command: False)
    environment.enter("demo")
    venv, pip, again = started
    assert venv[1:3] == ["-m", "venv"]
    assert "--require-hashes" in pip
    assert pip[-1] == str(place / "requirements.txt")
    assert again == [str(environment.python_of(place / ".venv")), *sys.argv]


def test_current_environment_is_entered_without_installing(place, started, monkeypatch):
    monkeypatch.setattr(environment, "has_packages", lambda command: False)
    environment.install(place / "requirements.txt")
    started.clear()
    environment.enter("demo")
    assert len(started) == 1


def test_changed_requirements_are_installed_again(place, started):
    requirements = place / "requirements.txt"
    environment.install(requirements)
    assert environment.is_current(requirements)
    requirements.write_text("django\nmore\n")
    assert not environment.is_current(requirements)


def test_development_packages_serve_the_demo_too(place, started):
    environment.install(environment.requirements_for("test"))
    assert environment.is_current(environment.requirements_for("demo"))


def test_demo_packages_do_not_serve_the_tests(place, started):
    environment.install(environment.requirements_for("demo"))
    assert not environment.is_current(environment.requirements_for("test"))


def test_failed_install_is_one_sentence_and_leaves_no_stamp(place, started, monkeypatch):
    failed = type("Failed", (), {"returncode": 1})
    monkeypatch.setattr(environment, "make_venv", lambda: None)
    monkeypatch.setattr(environment.subprocess, "run", lambda *args, **options: failed)
    with pytest.raises(SystemExit, match="check the network"):
        environment.install(place / "requirements.txt")
    assert not environment.STAMP.exists()


def test_missing_venv_module_names_the_package(place, monkeypatch):
    failed = type("Failed", (), {"returncode": 1})
    monkeypatch.setattr(environment.subprocess, "run", lambda *args, **options: failed)
    with pytest.raises(SystemExit, match=r"install the package python3\.\d+-venv"):
        environment.make_venv()
    assert not environment.VENV.exists()


def test_old_python_is_refused(monkeypatch):
    monkeypatch.setattr(environment.sys, "version_info", (3, 10, 9))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11"):
        environment.enter("demo")


def test_demo_keeps_its_secrets_private_and_the_same(place, monkeypatch):
    variables: dict[str, str] = {}
    monkeypatch.setattr(environment.os, "environ", variables)
    environment.prepare_demo()
    first = variables.copy()
    assert stat.S_IMODE(environment.DEMO_VARIABLES.stat().st_mode) == 0o600
    assert first["HTTPS"] == "false"
    variables.clear()
    environment.prepare_demo()
    assert variables == first


def test_demo_leaves_what_the_environment_sets(place, monkeypatch):
    variables = {"DATABASE_URL": "postgres://somewhere/else"}
    monkeypatch.setattr(environment.os, "environ", variables)
    environment.prepare_demo()
    assert variables["DATABASE_URL"] == "postgres://somewhere/else"
    assert len(variables["SECRET_KEY"]) >= 50
