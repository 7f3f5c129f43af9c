"""A tenant that serves customers, and whose log is sealed."""

from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.core.records.privacy.keeping import Keeper, keeper_of


@pytest.fixture
async def keeper(database: Database, clock: SetClock, admin: Any) -> Keeper:
    """A tenant that keeps what is known of persons."""
    return await keeper_of(database, clock, admin)
