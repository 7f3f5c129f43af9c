"""A tenant that serves customers."""

from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.core.records.customers.serving import Counter, counter_of


@pytest.fixture
async def counter(database: Database, clock: SetClock, admin: Any) -> Counter:
    """A tenant whose counter serves customers."""
    return await counter_of(database, clock, admin)
