"""Whoever may no longer see something gets no further answer of a stream, over either transport."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from websockets.asyncio.client import connect

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.graphql.access import SIGNED_IN
from core.kernel.outbox import send
from core.kernel.scope import Actor, ActorKind
from tests.gateway.http.edge import BEATS, OPEN, Edge, edge_for, scope_of
from tests.gateway.http.serving import Served, served, until

PROTOCOL: Any = "graphql-transport-ws"
PULSE = "subscription { pulse }"
LIVE = "query @live { beats }"
NEVER_S = 3_600
HERE = datetime(2026, 11, 21, 9, tzinfo=UTC)
Answers = AsyncIterator[dict[str, Any]]


def lose_permissions(edge: Edge, _home: UUID) -> None:
    edge.people.permissions["ada"] = frozenset({"other.things"})


def leave(edge: Edge, _home: UUID) -> None:
    edge.people.tenants["ada"] = []


def join_another(edge: Edge, _home: UUID) -> None:
    edge.member("ada")


def suspend(edge: Edge, home: UUID) -> None:
    edge.people.suspended.add(home)


def move(edge: Edge, home: UUID) -> None:
    edge.people.moved.add(home)


def expire(edge: Edge, _home: UUID) -> None:
    edge.clock.advance(timedelta(days=1))


ENDINGS = [
    (lose_permissions, "auth.access_changed"),
    (leave, "auth.tenant_not_chosen"),
    (join_another, "auth.access_changed"),
    (suspend, "auth.suspended"),
    (move, "auth.access_changed"),
    (expire, "auth.token_expired"),
]
"""What ends, and the code that a stream ends with."""


@asynccontextmanager
async def by_websocket(api: Served, query: str) -> AsyncGenerator[Answers, None]:
    async with connect(api.socket_url, subprotocols=[PROTOCOL]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": api.edge.headers("ada")}))
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": query}}))

        async def answers() -> Answers:
            async for text in socket:
                message: dict[str, Any] = json.loads(text)
                if message["type"] == "error":
                    yield {"errors": message["payload"]}
                elif message["type"] == "next":
                    yield message["payload"]
                if message["type"] in {"error", "complete"}:
                    return

        yield answers()


@asynccontextmanager
async def by_events(api: Served, query: str) -> AsyncGenerator[Answers, None]:
    headers = api.edge.headers("ada") | {"Accept": "text/event-stream"}
    async with (
        httpx2.AsyncClient(base_url=api.url, timeout=10, verify=False) as http,
        http.stream("POST", "/graphql", json={"query": query}, headers=headers) as answer,
    ):

        async def answers() -> Answers:
            async for line in answer.aiter_lines():
                if line.startswith("data: {"):
                    yield json.loads(line[6:])

        yield answers()


TRANSPORTS = pytest.mark.parametrize("transport", [by_websocket, by_events])
Transport = Callable[[Served, str], Any]


async def heard(answers: Answers) -> dict[str, Any]:
    async with asyncio.timeout(10):
        return await anext(answers)


async def rest_of(answers: Answers) -> list[dict[str, Any]]:
    async with asyncio.timeout(10):
        return [one async for one in answers]


def beat() -> None:
    BEATS[-1].set()


async def beat_for(database: Database, home: UUID) -> None:
    """Change what a live query shows, and tell that the tenant has changed."""
    BEATS.append(asyncio.Event())
    scope = scope_of(Actor(ActorKind.PERSON, home), home, HERE)
    async with database.unit(scope, clock=SetClock(HERE)) as unit:
        await send(unit, "edge.beat", {})


def only_code(answers: list[dict[str, Any]]) -> str:
    (ending,) = answers
    assert ending.get("data") is None
    return ending["errors"][0]["extensions"]["code"]


@TRANSPORTS
@pytest.mark.parametrize(("end", "code"), ENDINGS)
async def test_the_next_event_of_a_subscription_is_not_sent(
    database: Database, transport: Transport, end: Callable[[Edge, UUID], None], code: str
) -> None:
    async with served(database, edge_for(recheck_s=NEVER_S)) as api:
        (home,) = api.edge.member("ada")
        async with transport(api, PULSE) as answers:
            waiting = len(BEATS)
            assert (await heard(answers))["data"] == {"pulse": str(home)}
            await until(lambda: len(BEATS) > waiting)
            end(api.edge, home)
            beat()
            assert only_code(await rest_of(answers)) == code
        await until(lambda: not OPEN)


@TRANSPORTS
@pytest.mark.parametrize(("end", "code"), ENDINGS)
async def test_the_next_answer_of_a_live_query_is_not_sent(
    database: Database, transport: Transport, end: Callable[[Edge, UUID], None], code: str
) -> None:
    async with served(database, edge_for(recheck_s=NEVER_S)) as api:
        (home,) = api.edge.member("ada")
        async with transport(api, LIVE) as answers:
            assert (await heard(answers))["data"] == {"beats": len(BEATS)}
            await beat_for(database, home)
            assert (await heard(answers))["data"] == {"beats": len(BEATS)}
            end(api.edge, home)
            await beat_for(database, home)
            assert only_code(await rest_of(answers)) == code


@TRANSPORTS
async def test_a_stream_that_has_nothing_to_say_ends_as_well(database: Database, transport: Transport) -> None:
    async with served(database, edge_for(recheck_s=0.05)) as api:
        (home,) = api.edge.member("ada")
        async with transport(api, PULSE) as answers:
            await heard(answers)
            lose_permissions(api.edge, home)
            assert only_code(await rest_of(answers)) == "auth.access_changed"
        await until(lambda: not OPEN)


@TRANSPORTS
async def test_whoever_may_see_more_goes_on(database: Database, transport: Transport) -> None:
    async with served(database, edge_for(recheck_s=0.05)) as api:
        (home,) = api.edge.member("ada")
        async with transport(api, PULSE) as answers:
            waiting = len(BEATS)
            await heard(answers)
            api.edge.people.permissions["ada"] = frozenset({SIGNED_IN.name, "other.things"})
            await until(lambda: len(BEATS) > waiting)
            beat()
            assert (await heard(answers))["data"] == {"pulse": str(home)}
        await until(lambda: not OPEN)


async def test_one_who_ends_leaves_the_others_on_the_connection_alone(database: Database) -> None:
    async with served(database, edge_for(recheck_s=NEVER_S)) as api:
        (home,) = api.edge.member("ada")
        async with connect(api.socket_url, subprotocols=[PROTOCOL]) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": api.edge.headers("ada")}))
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": PULSE}}))
            waiting = len(BEATS)
            assert [json.loads(await socket.recv())["type"] for _ in range(2)] == ["connection_ack", "next"]
            await until(lambda: len(BEATS) > waiting)
            move(api.edge, home)
            beat()
            assert json.loads(await socket.recv())["type"] == "error"
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": PULSE}}))
            again = json.loads(await socket.recv())
            assert (again["type"], again["payload"]["data"]) == ("next", {"pulse": str(home)})
