"""A tenant whose records are executed, for tests of finding them."""

from typing import Any

import pytest
from pydantic import SecretStr

from core.kernel.clock import SetClock
from core.kernel.database import Database
from gateway.wiring import make_services
from tests.core.records.conftest import MASTER_KEY, found_chain
from tests.core.records.execution.executing import CODE, Shop, content
from tests.support.api import SETTINGS, Api


@pytest.fixture
async def shop(database: Database, clock: SetClock, admin: Any) -> Shop:
    """A tenant whose records are executed."""
    chain = await found_chain(database, clock)
    await chain.publish_content(content(CODE))
    return Shop(chain, await chain.tenant("north"), admin)


@pytest.fixture
def api(database: Database, clock: SetClock) -> Api:
    """The API with the master key that the tests seal by."""
    settings = SETTINGS.model_copy(update={"master_key": SecretStr(MASTER_KEY)})
    return Api(database, make_services(database, settings), clock)
