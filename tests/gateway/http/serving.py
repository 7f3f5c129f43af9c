"""The edge on a real port, for what only a real connection shows: streams, websockets, draining."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

from core.kernel.settings import Settings
from gateway.http.edge_settings import EdgeSettings, ServerKind
from gateway.server.http_server import HttpServer, server_of
from gateway.server.listening import listening
from tests.gateway.http.edge import Edge, edge_for, edge_of


@dataclass
class Served:
    """A running server and the edge behind it."""

    edge: Edge
    server: HttpServer
    port: int
    task: "asyncio.Task[None]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"


@asynccontextmanager
async def served(
    database: object,
    limits: EdgeSettings | None = None,
    kind: ServerKind = ServerKind.UVICORN,
    settings: Settings | None = None,
) -> AsyncGenerator[Served, None]:
    """Serve an edge on a free port until the block ends."""
    given = limits or edge_for()
    edge = edge_of(database, settings, given)  # type: ignore[arg-type]
    (listener,) = listening("127.0.0.1", 0, given.write_timeout_s)
    server = server_of(kind, edge.app, given)
    running = Served(edge, server, listener.getsockname()[1], asyncio.create_task(server.serve(listener)))
    try:
        async with httpx2.AsyncClient(verify=False) as client:
            up = asyncio.create_task(client.get(f"{running.url}/healthz"))
            await asyncio.wait({up, running.task}, return_when=asyncio.FIRST_COMPLETED)
            assert up.result().status_code == 200, "the server did not come up"
        yield running
    finally:
        server.stop()
        await running.task


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to come true; ten seconds are the end of patience, not what is measured."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)
