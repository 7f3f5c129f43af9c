"""A world with the tables of the notes feature."""

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.gateway.execution.notes.tables import create_tables
from tests.gateway.execution.notes.world import World
from tests.support.cluster import Address, admin_database_url


@pytest.fixture(scope="session")
async def notes_tables(address: Address, database_name: str) -> None:
    """Create the feature's tables in this worker's database."""
    url = admin_database_url(address.admin_url, database_name).replace("postgresql://", "postgresql+asyncpg://", 1)
    await create_tables(url)


@pytest.fixture
def world(database: Database, notes_tables: None, clock: SetClock) -> World:
    return World(database=database, clock=clock)
