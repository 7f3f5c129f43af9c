"""A tenant whose customers look at their records."""

from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.core.records.links.looking import Window, window_of


@pytest.fixture
async def window(database: Database, clock: SetClock, admin: Any) -> Window:
    """A tenant whose customers look at their records."""
    return await window_of(database, clock, admin)
