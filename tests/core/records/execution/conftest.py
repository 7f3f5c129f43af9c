"""A tenant of a network whose standard is a process with roles, guards and readiness."""

from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.core.records.conftest import found_chain
from tests.core.records.execution.executing import CODE, Shop, content


@pytest.fixture
async def shop(database: Database, clock: SetClock, admin: Any) -> Shop:
    """A tenant whose records are executed."""
    chain = await found_chain(database, clock)
    await chain.publish_content(content(CODE))
    return Shop(chain, await chain.tenant("north"), admin)
