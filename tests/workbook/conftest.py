"""What several tests of the workbook's pages stand on."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.jinxian import admin_world as base
from workbook import processes


@pytest.fixture
def started(monkeypatch: Any, settings: Any, tmp_path: Path) -> list[int]:
    """The runs for which a process was to begin. None does: the test works a run off itself, in a folder of its own."""
    settings.RUNS_DIR = tmp_path
    begun: list[int] = []
    monkeypatch.setattr(processes, "start", begun.append)
    return begun


@pytest.fixture
def w(db: None) -> SimpleNamespace:
    return base.everything()
