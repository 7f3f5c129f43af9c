"""A stage of its own for each test."""

import asyncpg
import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.core.standards.builders import Stage
from tests.support.networks import BuiltNetwork


@pytest.fixture
def stage(database: Database, clock: SetClock, network: BuiltNetwork, admin: asyncpg.Connection) -> Stage:
    return Stage(database, clock, network, admin)
