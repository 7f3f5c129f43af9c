"""A furnished house in the worker's database, in which all background work was killed and repeated."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest

from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from tests.gateway.schema.furnished import Furnished, furnish
from tests.support.api import Api
from tests.support.cluster import Address, admin_database_url, superuser
from tests.support.networks import build_network
from tests.support.repeating import Tried
from tests.tenants.office import Office


@pytest.fixture(scope="session")
def tried() -> Tried:
    """What came of killing and repeating the background work of the house."""
    return Tried()


@pytest.fixture(scope="session")
async def house(
    database: Database, address: Address, database_name: str, tried: Tried, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Furnished, None]:
    clock = SetClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    admin = await superuser(admin_database_url(address.admin_url, database_name))
    api = Api.on(database, clock)
    network, strangers = await build_network(database, clock), await build_network(database, clock)
    office = Office(database, clock, network, admin, api.services.get(MasterKeys))
    with tried.everywhere():
        house = await furnish(api, office, strangers, tmp_path_factory.mktemp("logs"))
    yield house
    await admin.close()
