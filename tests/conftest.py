"""What every test stands on: compiled messages, and a browser where one is installed."""

import os
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from jinxian.lib.catalogues import compile_catalogues

BROWSERS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
# The browser sees no network but the test server's, and runs as root in a container.
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


def find_browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_configure(config: pytest.Config) -> None:
    compile_catalogues(Path(__file__).parent.parent / "locale")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Django removes the embedded test database, but not the files that SQLite keeps beside it."""
    name = settings.DATABASES["default"].get("TEST", {}).get("NAME")
    if name:
        for left in Path(name).parent.glob(f"{Path(name).name}*"):
            left.unlink(missing_ok=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and skip it where there is none, unless JINXIAN_REQUIRE_BROWSER is set."""
    absent = find_browser() is None and not os.environ.get("JINXIAN_REQUIRE_BROWSER")
    for item in items:
        if "page" in getattr(item, "fixturenames", []) or "browser" in getattr(item, "fixturenames", []):
            item.add_marker(pytest.mark.browser)
            if absent:
                item.add_marker(pytest.mark.skip(reason="no Chromium found"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    executable = find_browser()
    if executable is None:
        pytest.fail("JINXIAN_REQUIRE_BROWSER is set, but no Chromium is installed")
    return browser_type_launch_args | {"executable_path": executable, "args": BROWSER_FLAGS}


@pytest.fixture(autouse=True)
def _english():
    """Sentences are compared in English unless a test says otherwise, whatever page another test opened before."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _ledger_of_this_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """The database keeps every entry of the ledger, so what a test of its own transactions adds is taken out here."""
    marker = request.node.get_closest_marker("django_db")
    in_marker = marker is not None and marker.kwargs.get("transaction")
    if not in_marker and not {"transactional_db", "live_server"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    kept = import_module("service_areas.migrations.0005_ledger_append_only")
    with connection.schema_editor() as editor:
        kept.allow(None, editor)
        editor.execute("DELETE FROM service_areas_ledgerentry")
        kept.forbid(None, editor)


@pytest.fixture(scope="session", autouse=True)
def _queries_beside_a_browser():
    """Playwright keeps an event loop in the main thread, which Django would take for asynchronous code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
