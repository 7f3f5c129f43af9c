from collections.abc import Generator

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.core.kernel.building import Stage, Topics, set_stage


@pytest.fixture
def stage(database: Database, clock: SetClock) -> Stage:
    """A network of its own in the worker's database."""
    return set_stage(database, clock)


@pytest.fixture
def topics() -> Generator[Topics, None, None]:
    """Handlers that are gone after the test."""
    added = Topics()
    yield added
    added.clear()
