"""A tenant whose process asks for evidence, with a desk before it."""

from pathlib import Path
from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.core.records.conftest import found_chain
from tests.core.records.evidence.desk import PROCESS, Desk, desk_on
from tests.core.records.execution.executing import CODE, Shop, content


@pytest.fixture
async def desk(database: Database, clock: SetClock, admin: Any, tmp_path: Path) -> Desk:
    """A tenant whose staff give evidence; a photo may have a million bytes."""
    chain = await found_chain(database, clock)
    await chain.publish_content(content(CODE, process=PROCESS))
    shop = Shop(chain, await chain.tenant("north"), admin)
    return desk_on(shop, tmp_path / "blobs", largest={"photo": 1_000_000}, most_waiting=3)
