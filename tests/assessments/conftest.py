"""`w` is the sheets' world on 3 July 2026."""

from __future__ import annotations

from typing import Any

import pytest

from tests.assessments import sheet_world as world


@pytest.fixture
def w(db: Any, time_machine: Any) -> Any:
    made = world.world()
    time_machine.move_to(world.MORNING.format(world.TODAY))
    return made


@pytest.fixture
def on(time_machine: Any) -> Any:
    """Go to the morning of a day; sessions begun before have ended then."""
    return lambda day: time_machine.move_to(world.MORNING.format(day))
