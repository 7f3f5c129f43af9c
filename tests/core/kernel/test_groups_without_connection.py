"""A group that gets no connection is answered at once: each of its acts has waited as long as anybody does."""

import asyncio

import pytest

from core.kernel import plain_pool
from core.kernel.database import Database, connect_arguments
from core.kernel.group_commit import GroupCommit
from core.kernel.grouping import Grouped
from core.kernel.patterns import Drawn, Written
from core.kernel.plain_pool import Held, NoConnection, PlainPool
from core.kernel.roles import Role

pytestmark = pytest.mark.anyio

PATIENCE_S = 0.3


async def test_nobody_of_a_group_waits_for_a_connection_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_pool, "PATIENCE_S", PATIENCE_S)
    url = database.pool(Role.APP).url
    pool, groups, waits = PlainPool(url, 1, connect_arguments(url)), GroupCommit(5.0), 0
    wait = pool._wait  # pyright: ignore[reportPrivateUsage] - nothing else tells who waits

    async def counted() -> Held | None:
        nonlocal waits
        waits += 1
        return await wait()

    monkeypatch.setattr(pool, "_wait", counted)
    drawn = Drawn("SELECT 1", (), (), Grouped("SELECT 1, 1::bigint", (), ()))
    acts = [Written(drawn, (), (f"key {number}",)) for number in range(6)]
    async with pool.connection():
        ended = await asyncio.wait_for(
            asyncio.gather(*(groups.row(pool, one) for one in acts), return_exceptions=True), 2
        )
    assert [type(one) for one in ended] == [NoConnection] * len(acts)
    assert len({id(one) for one in ended}) == len(acts)
    assert waits == 2  # the first one alone, and all others together
    assert groups.waiting == []
    assert await groups.row(pool, acts[0]) is not None
    await pool.close()
