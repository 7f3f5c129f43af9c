"""A server that is told to stop, on both servers: who runs may end, who listens is told, who asks is sent elsewhere."""

import asyncio
import json

import httpx2
import websockets

from core.kernel.database import Database
from gateway.http.edge_settings import ServerKind
from tests.gateway.http.edge import OPEN, WAITING, edge_for
from tests.gateway.http.serving import served, until


async def test_what_runs_ends_well_and_readiness_says_so(database: Database, kind: ServerKind) -> None:
    async with served(database, edge_for(drain_notice_s=0.5), kind) as api:
        (home,) = api.edge.member("ada")
        headers = api.edge.headers("ada")
        async with httpx2.AsyncClient(base_url=api.url, timeout=10, verify=False) as client:
            asked = asyncio.create_task(client.post("/graphql", json={"query": "{ tenant(wait: 1) }"}, headers=headers))
            await until(lambda: WAITING)
            api.server.stop()
            ready = await client.get("/readyz")
            answer = await asked
        assert (ready.status_code, ready.json()["status"]) == (503, "draining")
        assert answer.json()["data"] == {"tenant": str(home)}
        async with asyncio.timeout(10):
            await api.task


async def test_websockets_are_told_why_they_end(database: Database, kind: ServerKind) -> None:
    async with served(database, edge_for(), kind) as api:
        api.edge.member("ada")
        init = {"type": "connection_init", "payload": {"Authorization": api.edge.headers("ada")["Authorization"]}}
        wait = {"type": "subscribe", "id": "1", "payload": {"query": "subscription { forever }"}}
        async with websockets.connect(
            api.socket_url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")], proxy=None
        ) as socket:
            await socket.send(write(init))
            await socket.recv()
            await socket.send(write(wait))
            await socket.recv()
            api.server.stop()
            async with asyncio.timeout(10):
                await socket.wait_closed()
            assert (socket.close_code, socket.close_reason) == (1001, "gateway.draining")
        async with asyncio.timeout(10):
            await api.task
    assert OPEN == []


async def test_event_streams_are_told_why_they_end(database: Database, kind: ServerKind) -> None:
    async with served(database, edge_for(), kind) as api:
        api.edge.member("ada")
        headers = {**api.edge.headers("ada"), "Accept": "text/event-stream"}
        asked = {"query": "subscription { forever }"}
        async with (
            httpx2.AsyncClient(base_url=api.url, timeout=10, verify=False) as client,
            client.stream("POST", "/graphql", json=asked, headers=headers) as answer,
        ):
            heard = ""
            async for chunk in answer.aiter_text():
                if not heard:
                    api.server.stop()
                heard += chunk
        assert "gateway.draining" in heard
        assert heard.endswith("event: complete\ndata: \n\n")
        async with asyncio.timeout(10):
            await api.task
    assert OPEN == []


def write(message: object) -> str:
    return json.dumps(message)
