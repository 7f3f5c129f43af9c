"""A transaction begins and tells whom it serves in one round trip; half a beginning is none."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from core.kernel import beginning
from core.kernel.database import Database
from core.kernel.roles import Role
from core.kernel.walls import Engine, network_context, region_context

SEEN = text("SELECT current_setting('app.network_id', true), current_setting('app.tenant_ids', true)")


class Listening:
    """What one connection is sent as it stands, beside prepared statements."""

    def __init__(self, database: Database) -> None:
        self.heard: list[str] = []
        event.listen(database.pool(Role.APP).sync_engine, "connect", self._listen)

    def _listen(self, connection: Any, *_: Any) -> None:
        connection.driver_connection.add_query_logger(self._hear)

    def _hear(self, record: Any) -> None:
        self.heard.append(record.query)


def impossible(*_: Any) -> str:
    return "1 / 0"


async def backend(database: Database) -> int:
    async with database.transaction(Role.APP, {}) as session:
        return (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()


async def seen(database: Database, context: dict[str, str], *, read_only: bool = False) -> tuple[str, ...]:
    async with database.transaction(Role.APP, context, read_only=read_only) as session:
        return tuple((await session.execute(SEEN)).one())


@pytest.mark.parametrize("read_only", [False, True])
async def test_it_begins_and_tells_its_scope_in_one_round_trip(own: Database, *, read_only: bool) -> None:
    listening = Listening(own)
    network, tenants = uuid4(), [uuid4(), uuid4()]
    told = await seen(own, region_context(network, tenants), read_only=read_only)
    assert told == (str(network), ",".join(map(str, tenants)))
    first = next(at for at, query in enumerate(listening.heard) if query.startswith("BEGIN"))
    assert "set_config" in listening.heard[first]
    assert listening.heard[first + 1].startswith("COMMIT")  # Prepared statements are not told here.
    assert ("READ ONLY" in listening.heard[first]) == read_only


async def test_the_next_transaction_on_the_connection_knows_nothing_of_it(own: Database) -> None:
    assert (await seen(own, network_context(uuid4())))[0]
    assert not any(await seen(own, {}))


async def test_what_goes_past_the_session_is_in_the_transaction_from_the_start(own: Database) -> None:
    network = uuid4()
    async with own.transaction(Role.APP, network_context(network)) as session:
        driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
        assert driver.is_in_transaction()
        assert await driver.fetchval("SELECT current_setting('app.network_id')") == str(network)


async def test_a_value_that_is_no_id_never_becomes_sql(own: Database) -> None:
    for value in ("'", "x') --", f"{uuid4()}\n", "A"):
        with pytest.raises(ValueError, match="no list of ids"):
            await seen(own, {"app.network_id": value})
    with pytest.raises(ValueError, match="not known to any policy"):
        await seen(own, {"search_path": ""})
    assert not any(await seen(own, {}))


async def test_on_citus_the_workers_are_told_in_the_same_round_trip(own: Database) -> None:
    own.engine, listening, network = Engine.CITUS, Listening(own), uuid4()
    assert (await seen(own, network_context(network)))[0] == str(network)
    assert sum("touchstone_set_local" in query and query.startswith("BEGIN") for query in listening.heard) == 1


async def test_half_a_beginning_gives_the_connection_up(own: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await backend(own)
    with monkeypatch.context() as refusing:
        refusing.setattr(beginning, "context_call", impossible)
        with pytest.raises(OperationalError):
            await seen(own, network_context(uuid4()))
    network = uuid4()
    assert (await seen(own, network_context(network)))[0] == str(network)
    assert await backend(own) != before


async def test_a_beginning_that_is_given_up_leaves_no_connection_behind(own: Database) -> None:
    before = await backend(own)

    async def begins() -> None:
        async with own.transaction(Role.APP, network_context(uuid4())):
            pytest.fail("It was to be given up before.")

    giving_up = asyncio.create_task(begins())
    engine = own.pool(Role.APP).sync_engine

    def give_up(_: Any) -> None:
        giving_up.cancel()

    event.listen(engine, "begin", give_up, once=True)
    with pytest.raises(asyncio.CancelledError):
        await giving_up
    assert await backend(own) != before
