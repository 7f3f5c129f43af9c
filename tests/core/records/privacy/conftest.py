"""A tenant that serves customers, and whose log is sealed."""

from typing import Any

import pytest

from core.kernel.clock import SetClock, recorded_now
from core.kernel.database import Database
from tests.core.records.privacy.keeping import Keeper, keeper_of


@pytest.fixture
def clock() -> SetClock:
    """What is over is told by when it was written as well, which no clock moves: so it is now."""
    return SetClock(recorded_now().replace(minute=0, second=0, microsecond=0))


@pytest.fixture
async def keeper(database: Database, clock: SetClock, admin: Any) -> Keeper:
    """A tenant that keeps what is known of persons."""
    return await keeper_of(database, clock, admin)
