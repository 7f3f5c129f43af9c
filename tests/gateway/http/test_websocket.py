"""GraphQL over websockets, by graphql-transport-ws and no other protocol."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from core.kernel.database import Database
from tests.gateway.http.edge import OPEN, SECRET_TEXT, edge_for, edge_of
from tests.gateway.http.serving import Served, served, until

PROTOCOL: Any = "graphql-transport-ws"
FOREVER = {"query": "subscription { forever }"}


@pytest.fixture
async def api(database: Database) -> AsyncGenerator[Served, None]:
    async with served(database) as running:
        yield running


class Socket:
    """A client that speaks the protocol by hand."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def say(self, kind: str, **members: object) -> None:
        await self._connection.send(json.dumps({"type": kind, **members}))

    async def say_raw(self, text: str | bytes) -> None:
        await self._connection.send(text)

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            return json.loads(await self._connection.recv())

    async def closed(self) -> tuple[int, str]:
        """Wait for the server to close, and give its code and reason."""
        async with asyncio.timeout(10):
            with suppress(ConnectionClosedError):
                async for _ in self._connection:
                    pass  # what was on its way
            await self._connection.wait_closed()
        return self._connection.close_code or 0, self._connection.close_reason or ""

    async def init(self, payload: object) -> None:
        await self.say("connection_init", payload=payload)
        assert await self.hear() == {"type": "connection_ack"}


@asynccontextmanager
async def opened(api: Served, protocol: str | None = PROTOCOL, **headers: str) -> AsyncGenerator[Socket, None]:
    subprotocols: Any = [protocol] if protocol else None
    async with connect(api.socket_url, subprotocols=subprotocols, additional_headers=headers) as connection:
        yield Socket(connection)


async def test_operations_of_every_kind_run_side_by_side(api: Served) -> None:
    (home,) = api.edge.member("ada")
    async with opened(api) as socket:
        await socket.init(api.edge.headers("ada"))
        await socket.say("subscribe", id="1", payload=FOREVER)
        first = await socket.hear()
        assert (first["type"], first["id"], first["payload"]["data"]) == ("next", "1", {"forever": str(home)})
        await socket.say("subscribe", id="2", payload={"query": "subscription { count(to: 2) }"})
        await socket.say("ping")
        heard = [await socket.hear() for _ in range(4)]
        assert {"type": "pong"} in heard
        assert [one["payload"]["data"]["count"] for one in heard if one["type"] == "next"] == [0, 1]
        assert {"type": "complete", "id": "2"} in heard
        await socket.say("subscribe", id="2", payload={"query": "{ hello }"})
        assert (await socket.hear())["payload"]["data"] == {"hello": "hello"}
        assert await socket.hear() == {"type": "complete", "id": "2"}
        await socket.say("complete", id="1")
        await until(lambda: not OPEN)
        await socket.say("complete", id="unheard of")
        await socket.say("ping")
        assert await socket.hear() == {"type": "pong"}


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
async def test_headers_of_connection_init_are_read_in_any_case(api: Served, name: str) -> None:
    first, second = api.edge.member("ada", 2)
    async with opened(api) as socket:
        token = api.edge.headers("ada")["Authorization"]
        await socket.init({name: token, "touchstone-tenant": str(second)})
        await socket.say("subscribe", id="1", payload={"query": "{ tenant }"})
        assert (await socket.hear())["payload"]["data"] == {"tenant": str(second)}
    assert first != second


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (None, "auth.missing_token"),
        ({}, "auth.missing_token"),
        ({"Authorization": "nonsense"}, "auth.malformed_token"),
        ({"Authorization": "Bearer a.b.c"}, "auth.malformed_token"),
    ],
)
async def test_who_proves_nothing_is_not_let_in(api: Served, payload: object, reason: str) -> None:
    async with opened(api) as socket:
        await socket.say("connection_init", payload=payload)
        assert await socket.closed() == (4403, reason)


@pytest.mark.parametrize("payload", [[], "text", 1, {"Authorization": 1}, {"touchstone-tenant": []}])
async def test_a_payload_of_another_form_is_a_bad_message(api: Served, payload: object) -> None:
    async with opened(api) as socket:
        await socket.say("connection_init", payload=payload)
        assert (await socket.closed())[0] == 4400


async def test_nothing_runs_before_the_connection_is_initialised(api: Served) -> None:
    async with opened(api) as socket:
        await socket.say("ping")
        assert await socket.hear() == {"type": "pong"}
        await socket.say("subscribe", id="1", payload={"query": "{ hello }"})
        assert (await socket.closed())[0] == 4401


async def test_initialising_twice_ends_the_connection(api: Served) -> None:
    api.edge.member("ada")
    async with opened(api) as socket:
        await socket.init(api.edge.headers("ada"))
        await socket.say("connection_init", payload=api.edge.headers("ada"))
        assert (await socket.closed())[0] == 4429


async def test_an_id_in_use_ends_the_connection_and_its_operations(api: Served) -> None:
    api.edge.member("ada")
    async with opened(api) as socket:
        await socket.init(api.edge.headers("ada"))
        for _ in range(2):
            await socket.say("subscribe", id="1", payload=FOREVER)
        assert (await socket.closed())[0] == 4409
    await until(lambda: not OPEN)


@pytest.mark.parametrize(
    "message",
    [
        *(
            "",
            "nonsense",
            "[]",
            "null",
            "{}",
            '{"type": 1}',
            '{"type": "unheard-of"}',
            b"\x00",
            '{"type":"ping","id":1}',
        ),
        *('{"type": "subscribe"}', '{"type": "subscribe", "id": "1"}', '{"type": "subscribe", "payload": {}}'),
        *('{"type": "subscribe", "id": "1", "payload": {"query": 1}}', "[" * 100_000, '{"type":"start","id":"1"}'),
        '{"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "variables": {"a": 1e999}}}',
    ],
)
async def test_bad_messages_end_the_connection(api: Served, message: str | bytes) -> None:
    api.edge.member("ada")
    async with opened(api) as socket:
        await socket.init(api.edge.headers("ada"))
        await socket.say_raw(message)
        assert (await socket.closed())[0] == 4400


async def test_only_graphql_transport_ws_is_spoken(api: Served) -> None:
    for protocol in ("graphql-ws", None):
        async with opened(api, protocol) as socket:
            assert (await socket.closed())[0] == 4406


async def test_foreign_pages_may_not_connect_unless_they_are_listed(database: Database) -> None:
    async with served(database, edge_for(cors_origins="https://app.example")) as api:
        with pytest.raises(InvalidStatus):
            async with opened(api, Origin="https://evil.example"):
                pass
        for origin in ("https://app.example", api.url):
            async with opened(api, Origin=origin) as socket:
                await socket.say("ping")
                assert await socket.hear() == {"type": "pong"}


async def test_whoever_says_nothing_is_not_waited_for(database: Database) -> None:
    async with served(database, edge_for(websocket_init_s=0.05)) as api, opened(api) as socket:
        assert (await socket.closed())[0] == 4408


async def test_refusals_are_errors_of_their_operation_alone(api: Served) -> None:
    api.edge.member("ada")
    async with opened(api) as socket:
        await socket.init(api.edge.headers("ada"))
        await socket.say("subscribe", id="1", payload={"query": "{ nothing }"})
        refused = await socket.hear()
        assert (refused["type"], refused["id"]) == ("error", "1")
        assert refused["payload"][0]["extensions"]["code"] == "gateway.invalid"
        await socket.say("subscribe", id="1", payload={"query": "subscription { breaking }"})
        heard = [await socket.hear() for _ in range(3)]
        assert [one["type"] for one in heard] == ["next", "next", "complete"]
        assert heard[1]["payload"]["errors"][0]["extensions"]["code"] == "gateway.internal"
        assert SECRET_TEXT not in json.dumps(heard)


async def test_there_are_only_so_many_operations_and_connections(database: Database) -> None:
    async with served(database, edge_for(websocket_operations=1, most_streams=1)) as api:
        api.edge.member("ada")
        async with opened(api) as socket:
            await socket.init(api.edge.headers("ada"))
            await socket.say("subscribe", id="1", payload=FOREVER)
            await socket.hear()
            await socket.say("subscribe", id="2", payload=FOREVER)
            refused = await socket.hear()
            assert refused["payload"][0]["extensions"]["code"] == "gateway.too_many_streams"
            async with opened(api) as second:
                assert await second.closed() == (1013, "gateway.too_many_streams")


async def test_a_client_that_takes_no_answers_is_not_read_further(database: Database) -> None:
    edge = edge_of(database, edge=edge_for(websocket_operations=4))
    edge.member("ada")
    said, acknowledged, never = 0, asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, object]:
        nonlocal said
        said += 1
        if said == 1:
            return {"type": "websocket.connect"}
        if said == 2:
            init = {"type": "connection_init", "payload": edge.headers("ada")}
            return {"type": "websocket.receive", "text": json.dumps(init)}
        await asyncio.sleep(0)
        operation = {"type": "subscribe", "id": str(said), "payload": {"query": "{ nothing }"}}
        return {"type": "websocket.receive", "text": json.dumps(operation)}

    async def send(message: Any) -> None:
        if acknowledged.is_set():
            await never.wait()
        if "connection_ack" in message.get("text", ""):
            acknowledged.set()

    place = {"path": "/graphql", "raw_path": b"/graphql", "root_path": "", "query_string": b"", "scheme": "ws"}
    scope = {"type": "websocket", "headers": [], "subprotocols": [PROTOCOL], **place}
    serving = asyncio.ensure_future(edge.app(scope, receive, send))
    await acknowledged.wait()
    for _ in range(5_000):
        await asyncio.sleep(0)
    assert 4 < said < 15, "twice the operations that may be open, and no more"
    serving.cancel()
    await asyncio.wait([serving])


async def test_the_connection_ends_when_the_membership_does(database: Database) -> None:
    async with served(database, edge_for(recheck_s=0.05)) as api:
        api.edge.member("ada")
        async with opened(api) as socket:
            await socket.init(api.edge.headers("ada"))
            await socket.say("subscribe", id="1", payload=FOREVER)
            await socket.hear()
            del api.edge.people.tenants["ada"]
            assert await socket.closed() == (4403, "auth.unknown_person")
        await until(lambda: not OPEN)


async def test_the_connection_ends_when_the_token_does(database: Database) -> None:
    async with served(database, edge_for(recheck_s=0.05)) as api:
        api.edge.member("ada")
        async with opened(api) as socket:
            await socket.init(api.edge.headers("ada"))
            api.edge.clock.advance(timedelta(days=1))
            assert await socket.closed() == (4403, "auth.token_expired")


async def test_when_the_client_vanishes_its_operations_end(api: Served) -> None:
    api.edge.member("ada")
    async with opened(api) as socket:
        await socket.init(api.edge.headers("ada"))
        await socket.say("subscribe", id="1", payload=FOREVER)
        await socket.hear()
        assert (len(OPEN), api.edge.app.streams.open) == (1, 1)
    await until(lambda: not OPEN and not api.edge.app.streams.open)
    assert (len(OPEN), api.edge.app.streams.open) == (0, 0)


async def test_connections_are_told_when_the_server_stops(api: Served) -> None:
    api.edge.member("ada")
    async with opened(api) as socket:
        await socket.init(api.edge.headers("ada"))
        await socket.say("subscribe", id="1", payload=FOREVER)
        await socket.hear()
        api.server.stop()
        assert await socket.closed() == (1001, "gateway.draining")
    async with asyncio.timeout(10):
        await api.task
    assert OPEN == []


async def test_identities_are_never_mixed(api: Served) -> None:
    people = {f"person-{number}": api.edge.member(f"person-{number}")[0] for number in range(12)}

    async def ask(subject: str) -> None:
        async with opened(api) as socket:
            await socket.init(api.edge.headers(subject))
            for number in range(5):
                await socket.say("subscribe", id=str(number), payload={"query": "{ tenant(wait: 0.002) }"})
            heard = [await socket.hear() for _ in range(10)]
        assert {one["payload"]["data"]["tenant"] for one in heard if one["type"] == "next"} == {str(people[subject])}

    await asyncio.gather(*(ask(subject) for subject in people))
