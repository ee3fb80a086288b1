"""What several tests of the workbook's pages stand on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbook import processes


@pytest.fixture
def not_started(monkeypatch: Any, settings: Any, tmp_path: Path) -> None:
    """No process is begun: the test works a run off itself, in a folder of its own."""
    settings.RUNS_DIR = tmp_path
    monkeypatch.setattr(processes, "start", lambda run_id: None)
