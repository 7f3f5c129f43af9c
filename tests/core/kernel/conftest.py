from collections.abc import AsyncGenerator, Generator

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.core.kernel.building import Stage, Topics, set_stage


@pytest.fixture
def stage(database: Database, clock: SetClock) -> Stage:
    """A network of its own in the worker's database."""
    return set_stage(database, clock)


@pytest.fixture
async def own(database: Database) -> AsyncGenerator[Database]:
    """The same database through pools of one connection each, which the test may break."""
    fresh = Database(database.url, database._secret, pool_size=1)
    yield fresh
    await fresh.close()


@pytest.fixture
def topics() -> Generator[Topics, None, None]:
    """Handlers that are gone after the test."""
    added = Topics()
    yield added
    added.clear()
