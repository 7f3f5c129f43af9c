"""Subscriptions as server-sent events, over a real connection."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx2
import pytest

from core.kernel.database import Database
from tests.gateway.http.edge import OPEN, SECRET_TEXT, WAITING, edge_for
from tests.gateway.http.serving import Served, served, until

EVENTS = {"Accept": "text/event-stream"}
URQL = {"Accept": "application/graphql-response+json, application/graphql+json, application/json, text/event-stream"}
FOREVER = "subscription { forever }"


@pytest.fixture
async def api(database: Database) -> AsyncGenerator[Served, None]:
    async with served(database) as running:
        yield running


def client(api: Served) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=api.url, timeout=10, verify=False)


async def events_of(answer: httpx2.Response) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:]) if line[6:] else None
        elif line.startswith(":"):
            yield "heartbeat", None


@pytest.mark.parametrize("accept", [EVENTS, URQL])
async def test_every_answer_is_an_event_and_the_end_is_told(api: Served, accept: dict[str, str]) -> None:
    api.edge.member("ada")
    async with client(api) as http:
        headers = api.edge.headers("ada") | accept
        answer = await http.post("/graphql", json={"query": "subscription { count(to: 3) }"}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache, no-transform"
    found = [event async for event in events_of(answer)]
    assert [body["data"]["count"] for name, body in found if name == "next"] == [0, 1, 2]
    assert found[-1] == ("complete", None)


async def test_a_client_that_accepts_both_gets_a_single_answer_for_a_query(api: Served) -> None:
    async with client(api) as http:
        answer = await http.post("/graphql", json={"query": "{ hello }"}, headers=URQL)
    assert answer.headers["content-type"].startswith("application/graphql-response+json")
    assert answer.json()["data"] == {"hello": "hello"}


async def test_a_client_that_accepts_events_alone_gets_a_query_as_one_event(api: Served) -> None:
    async with client(api) as http:
        answer = await http.post("/graphql", json={"query": "{ hello }"}, headers=EVENTS)
        found = [event async for event in events_of(answer)]
    assert found[0][1]["data"] == {"hello": "hello"}
    assert found[-1] == ("complete", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [("subscription { nothing }", "gateway.invalid"), (FOREVER, "auth.missing_token")],
)
async def test_what_is_refused_is_told_as_an_event(api: Served, query: str, code: str) -> None:
    async with client(api) as http:
        answer = await http.post("/graphql", json={"query": query}, headers=EVENTS)
        found = [event async for event in events_of(answer)]
    assert found[0][1]["errors"][0]["extensions"]["code"] == code
    assert found[-1] == ("complete", None)


async def test_a_bad_token_is_refused_before_the_stream_begins(api: Served) -> None:
    async with client(api) as http:
        headers = {**EVENTS, "Authorization": "Bearer nonsense"}
        answer = await http.post("/graphql", json={"query": FOREVER}, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "auth.malformed_token"


async def test_what_breaks_is_masked(api: Served) -> None:
    api.edge.member("ada")
    async with client(api) as http:
        headers = api.edge.headers("ada") | EVENTS
        answer = await http.post("/graphql", json={"query": "subscription { breaking }"}, headers=headers)
        found = [event async for event in events_of(answer)]
    assert found[0][1]["data"] == {"breaking": 1}
    assert found[1][1]["errors"][0]["extensions"]["code"] == "gateway.internal"
    assert found[-1] == ("complete", None)
    assert SECRET_TEXT not in answer.text


async def test_when_the_client_goes_the_generator_is_closed(api: Served) -> None:
    api.edge.member("ada")
    headers = api.edge.headers("ada") | EVENTS
    async with client(api) as http, http.stream("POST", "/graphql", json={"query": FOREVER}, headers=headers) as answer:
        async for _ in events_of(answer):
            assert len(OPEN) == 1
            break
    await until(lambda: not OPEN)
    assert api.edge.app.streams.open == 0


async def test_silence_is_filled_with_heartbeats(database: Database) -> None:
    async with served(database, edge_for(heartbeat_s=0.02)) as api:
        api.edge.member("ada")
        headers = api.edge.headers("ada") | EVENTS
        async with (
            client(api) as http,
            http.stream("POST", "/graphql", json={"query": FOREVER}, headers=headers) as answer,
        ):
            names: list[str] = []
            async for name, _ in events_of(answer):
                names.append(name)
                if names.count("heartbeat") >= 3 and "next" in names:
                    break
        assert names.count("next") == 1


async def test_a_stream_ends_when_the_membership_does(database: Database) -> None:
    async with served(database, edge_for(recheck_s=0.05)) as api:
        api.edge.member("ada")
        headers = api.edge.headers("ada") | EVENTS
        async with (
            client(api) as http,
            http.stream("POST", "/graphql", json={"query": FOREVER}, headers=headers) as answer,
        ):
            found: list[tuple[str, Any]] = []
            async for name, body in events_of(answer):
                found.append((name, body))
                api.edge.people.tenants["ada"] = []
        assert found[-2][1]["errors"][0]["extensions"]["code"] == "auth.tenant_not_chosen"
        assert found[-1] == ("complete", None)
        assert OPEN == []


async def test_there_are_only_so_many_streams(database: Database) -> None:
    async with served(database, edge_for(most_streams=1)) as api:
        api.edge.member("ada")
        headers = api.edge.headers("ada") | EVENTS
        async with (
            client(api) as http,
            http.stream("POST", "/graphql", json={"query": FOREVER}, headers=headers) as answer,
        ):
            async for _ in events_of(answer):
                second = await http.post("/graphql", json={"query": FOREVER}, headers=headers)
                found = [event async for event in events_of(second)]
                assert found[0][1]["errors"][0]["extensions"]["code"] == "gateway.too_many_streams"
                break


async def test_streams_end_and_readiness_says_so_when_the_server_stops(database: Database) -> None:
    async with served(database) as api:
        api.edge.member("ada")
        headers = api.edge.headers("ada") | EVENTS
        async with (
            client(api) as http,
            http.stream("POST", "/graphql", json={"query": FOREVER}, headers=headers) as answer,
        ):
            found: list[tuple[str, Any]] = []
            async for name, body in events_of(answer):
                found.append((name, body))
                if len(found) == 1:
                    api.server.stop()
        assert found[1][1]["errors"][0]["extensions"]["code"] == "gateway.draining"
        assert found[-1] == ("complete", None)
        async with asyncio.timeout(10):
            await api.task
        async with api.edge.client() as inside:
            ready = await inside.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "draining")


async def test_requests_being_served_end_well_when_the_server_stops(database: Database) -> None:
    async with served(database) as api:
        (home,) = api.edge.member("ada")
        async with client(api) as http:
            asked = asyncio.create_task(
                http.post("/graphql", json={"query": "{ tenant(wait: 0.5) }"}, headers=api.edge.headers("ada"))
            )
            await until(lambda: WAITING)
            api.server.stop()
            answer = await asked
        assert answer.json()["data"] == {"tenant": str(home)}
