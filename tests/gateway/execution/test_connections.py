"""An operation holds one connection at most, so that any number of them finish on a small pool."""

import asyncio

import pytest
from sqlalchemy.pool import QueuePool

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.roles import SERVING, Role
from gateway.execution.batches import Ended
from gateway.execution.lookahead import Lookahead
from gateway.execution.operation import Operation
from tests.gateway.execution.notes.world import World, note_id, schema_for
from tests.gateway.execution.test_reading import codes
from tests.support.cluster import ROLE_SECRET

DEEP = """query { notes { totalCount nodes { title parent { title } remarks { totalCount nodes { text note { title } } }
    remarkCount } } digest { words best { title remarkCount } } best: bestNote { title } }"""
WIDE = """{ own: notes { totalCount } network: allNotes { totalCount nodes { remarkCount } }
    below: notesBelow { totalCount } }"""


@pytest.fixture
async def narrow(world: World, database: Database, clock: SetClock) -> World:
    """The same database through pools of two connections."""
    world.database = Database(database.url, ROLE_SECRET, pool_size=2)
    return world


def checked_out(world: World) -> int:
    pools = [world.database.pool(role).sync_engine.pool for role in SERVING]
    return sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))


async def test_many_operations_finish_on_a_small_pool(narrow: World) -> None:
    for number in range(4):
        await narrow.remark(await narrow.note(title=str(number)))
    async with asyncio.timeout(20):
        found = await asyncio.gather(*(narrow.data(DEEP) for _ in range(16)), *(narrow.data(WIDE) for _ in range(8)))
    assert {one["digest"]["words"] for one in found[:16]} == {4}
    assert {one["network"]["totalCount"] for one in found[16:]} == {4}
    assert checked_out(narrow) == 0
    await narrow.database.close()


async def test_connections_come_back_after_every_kind_of_end(narrow: World) -> None:
    note = await narrow.note()
    for query in (
        "{ trouble notes { nodes { title } } }",
        f'{{ node(id: "{note_id(note)}") {{ ... on Note {{ facts title }} }} }}',
        "{ allNotes { totalCount } trouble }",
        'mutation { openANote(input: {title: "broken"}, idempotencyKey: "k") { __typename } }',
        'mutation { openANote(input: {title: "late"}, idempotencyKey: "k") { __typename } }',
        'mutation { openANote(input: {title: "refused"}, idempotencyKey: "k") { __typename } }',
    ):
        await narrow.execute(query)
        assert checked_out(narrow) == 0, query
    await narrow.database.close()


async def test_a_cancelled_operation_gives_its_connection_back(narrow: World) -> None:
    for number in range(5):
        await narrow.remark(await narrow.note(title=str(number)))
    running = [asyncio.create_task(narrow.execute(DEEP)) for _ in range(20)]
    for turns, task in enumerate(running):
        for _ in range(turns * 13):
            await asyncio.sleep(0)
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert checked_out(narrow) == 0
    assert (await narrow.data("{ notes { totalCount } }"))["notes"]["totalCount"] == 5
    await narrow.database.close()


async def test_a_failed_statement_does_not_hang_its_siblings(narrow: World) -> None:
    from datetime import UTC, datetime

    note = await narrow.note(opened_at=datetime(1, 1, 1, tzinfo=UTC))
    await narrow.remark(note)
    result = await narrow.execute("{ notes { nodes { title remarks { nodes { note { age } } } } } bestNote { title } }")
    assert set(codes(result)) == {"gateway.internal"}
    assert checked_out(narrow) == 0
    assert narrow.database.pool(Role.APP)
    await narrow.database.close()


async def test_an_operation_that_is_over_opens_nothing(narrow: World) -> None:
    context = narrow.context(narrow.scope())
    looking = Lookahead(schema_for().graphql, {}, None)
    operation = Operation(context=context, name="query", lookahead=looking)
    opening = asyncio.create_task(operation.reader())
    await asyncio.sleep(0)
    await operation.end()
    assert isinstance((await asyncio.gather(opening, return_exceptions=True))[0], asyncio.CancelledError)
    with pytest.raises(Ended):
        await operation.reader()
    assert checked_out(narrow) == 0
    await narrow.database.close()
