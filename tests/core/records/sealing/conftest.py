from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from gateway.wiring import make_services
from tests.core.records.sealing.logbook import Logbook
from tests.support.api import SETTINGS
from tests.support.networks import BuiltNetwork


@pytest.fixture
def book(database: Database, clock: SetClock, network: BuiltNetwork, admin: Any) -> Logbook:
    """A franchisee's log, with nothing sealed."""
    return Logbook(database, make_services(database, SETTINGS), clock, network.north, admin)
