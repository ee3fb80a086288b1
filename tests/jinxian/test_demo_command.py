"""`manage.py demo`: what it says and does with its options, and that it never leaves half a county."""

from __future__ import annotations

import argparse
import io
import json
import sys
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from jinxian import serving
from jinxian.demo import county
from jinxian.management.commands import demo
from service_areas.models import County, Township

ON = date(2026, 10, 8)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _static_is_ready(monkeypatch):
    monkeypatch.setattr(serving, "prepare_static", lambda: None)


@pytest.fixture
def made(monkeypatch):
    """Every county that would be generated, instead of generating it."""
    calls: list[dict] = []
    monkeypatch.setattr(demo, "generate", lambda **options: calls.append(options))
    return calls


def run(*options: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("demo", "--no-serve", *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.django_db
def test_an_empty_database_is_filled_as_the_options_say(made):
    run("--scale", "township", "--seed", "7", "--on", "2026-10-08")
    assert (made[0]["scale"], made[0]["seed"], made[0]["on"]) == ("township", 7, ON)


@pytest.mark.django_db
def test_what_is_there_is_served_as_it_is(made):
    Township.objects.create(county=County.objects.create(code="130183", name="晋县"), code="130183106", name="小樵镇")
    out, err = run("--scale", "county")
    assert made == []
    assert "--scale township" in err
    assert run("--scale", "township")[1] == ""


@pytest.mark.django_db
def test_a_database_of_somebody_else_is_left_alone(made):
    User.objects.create(username="somebody", name="某人")
    with pytest.raises(CommandError):
        run()
    assert made == []


@pytest.mark.django_db
def test_fresh_refuses_without_a_terminal(made, monkeypatch):
    County.objects.create(code="130183", name="晋县")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(CommandError, match="--yes"):
        run("--fresh")
    assert County.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "is_emptied"), [("y", True), ("n", False), ("", False)])
def test_fresh_asks_before_it_throws_anything_away(made, monkeypatch, answer, is_emptied):
    County.objects.create(code="130183", name="晋县")
    emptied, asked = [], []
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or answer)
    monkeypatch.setattr(demo, "empty_database", lambda: emptied.append(True))
    if is_emptied:
        run("--fresh")
    else:
        with pytest.raises(CommandError):
            run("--fresh")
    assert bool(emptied) == is_emptied
    assert demo.database_name() in asked[0]


@pytest.mark.django_db
def test_fresh_asks_nothing_where_nothing_is_there(made, monkeypatch):
    monkeypatch.setattr(demo, "empty_database", lambda: pytest.fail("nothing to throw away"))
    run("--fresh")
    assert len(made) == 1


@pytest.mark.django_db
def test_sign_ins_are_written_as_json(made, tmp_path):
    County.objects.create(code="130183", name="晋县")
    User.objects.create(username="lishumin", name="李淑敏")
    out, _ = run("--accounts", str(tmp_path / "accounts.json"))
    found = json.loads((tmp_path / "accounts.json").read_text(encoding="utf-8"))
    assert [each["username"] for each in found] == ["lishumin"]
    assert found[0].keys() == {"name", "username", "password", "language"}
    assert "lishumin" in out


@pytest.mark.django_db
def test_an_interrupted_generation_leaves_nothing_behind(monkeypatch):
    written = []
    write = county.write

    def stop_midway(table):
        if len(written) > 20:
            raise KeyboardInterrupt
        written.append(table.model)
        return write(table)

    monkeypatch.setattr(county, "write", stop_midway)
    with pytest.raises(KeyboardInterrupt):
        county.generate(scale="township", on=ON, progress=lambda share: None)
    assert written
    assert not County.objects.exists()
    assert not User.objects.exists()


def test_a_taken_port_is_a_sentence(monkeypatch):
    def refuse(host, port):
        raise CommandError("Port 8000 is in use")

    monkeypatch.setattr(serving, "refuse_taken_port", refuse)
    with pytest.raises(CommandError, match="in use"):
        call_command("demo")


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (demo.port_number, "abc"),
        (demo.port_number, "0"),
        (demo.port_number, "70000"),
        (demo.port_number, "８０００"),
        (demo.whole_number, "-1"),
        (demo.whole_number, "1e3"),
        (demo.iso_date, "2026-13-01"),
        (demo.iso_date, "tomorrow"),
        (demo.iso_date, "1989-01-01"),
        (demo.file_path, "/no/such/folder/accounts.json"),
        (demo.file_path, str(Path(__file__).parent)),
    ],
)
def test_a_bad_value_is_refused_with_a_sentence(reader, text):
    with pytest.raises(argparse.ArgumentTypeError, match=":"):
        reader(text)


def test_bad_values_end_with_status_two(capsys):
    parser = demo.Command().create_parser("manage.py", "demo")
    parser.called_from_command_line = True
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["--port", "abc"])
    assert ended.value.code == 2
    assert "is no port" in capsys.readouterr().err


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere():
    for stream, expected in ((Terminal(), "\r"), (io.StringIO(), ": 50 %\n")):
        with demo.Progress(demo.OutputWrapper(stream), "Making") as progress:
            for hundredth in range(101):
                progress.show(hundredth / 100)
        assert expected in stream.getvalue()
    assert stream.getvalue().count("\n") == 11


def test_columns_of_the_table_line_up_with_chinese():
    lines = demo.table_of([("谁", "用户名"), ("县里工作人员", "haojianmin")]).strip("\n").split("\n")
    assert demo.columns(lines[0].split("用")[0]) == demo.columns(lines[1].split("h")[0])
