"""The edge on a real port, for what only a real connection shows: streams, websockets, draining."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway.http.edge_settings import EdgeSettings
from gateway.server.uvicorn_server import DrainingServer, server_for
from tests.gateway.http.edge import Edge, edge_for, edge_of


@dataclass
class Served:
    """A running server and the edge behind it."""

    edge: Edge
    server: DrainingServer
    port: int
    task: "asyncio.Task[None]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"


@asynccontextmanager
async def served(database: object, limits: EdgeSettings | None = None) -> AsyncGenerator[Served, None]:
    """Serve an edge on a free port until the block ends."""
    edge = edge_of(database, edge=limits or edge_for())  # type: ignore[arg-type]
    server = server_for(edge.app, limits or edge_for(), "127.0.0.1", 0)
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            assert not task.done(), "the server did not come up"
            await asyncio.sleep(0.01)
        yield Served(edge, server, server.servers[0].sockets[0].getsockname()[1], task)
    finally:
        server.stop()
        await task


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to come true; ten seconds are the end of patience, not what is measured."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)
