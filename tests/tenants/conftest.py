"""What tests of this room stand on: an office with keys, a directory and hands that carry out commands."""

from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office


@pytest.fixture
def office(database: Database, clock: SetClock, network: BuiltNetwork, admin: Any) -> Office:
    """The test's network with everything around it."""
    return Office(database=database, clock=clock, network=network, admin=admin)
