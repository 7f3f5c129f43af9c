"""Limits are tried on the notes feature, without a database: nothing is read before they are kept."""

from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.gateway.execution.notes.world import World


@pytest.fixture
def world(clock: SetClock) -> World:
    nowhere: Any = Database("postgresql://127.0.0.1:1/nowhere", "x")
    return World(database=nowhere, clock=clock)
