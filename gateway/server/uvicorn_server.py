"""uvicorn as this product runs it: bounded, quiet, and told to end its streams before it stops."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

from gateway.http.application import Application
from gateway.http.edge_settings import EdgeSettings
from gateway.server.listening import BACKLOG
from gateway.server.slow_clients import GuardedConfig, Limits

WEBSOCKET_QUEUE = 8


class SideServer(uvicorn.Server):
    """A uvicorn server that leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals alone."""
        yield


class UvicornServer:
    """Serves the app with uvicorn.

    Args:
        app: What is served.
        edge: Limits of the edge.
    """

    def __init__(self, app: Application, edge: EdgeSettings) -> None:
        self._streams = app.streams
        self._notice_s = edge.drain_notice_s
        self._server = SideServer(config_of(app, edge))

    async def serve(self, listener: socket.socket) -> None:
        """Serve until stopped."""
        await self._server.serve([listener])

    def stop(self) -> None:
        """Begin to stop."""
        self._streams.drain()
        asyncio.get_running_loop().call_later(self._notice_s, self._end)

    def force(self) -> None:
        """Stop at once."""
        self._server.force_exit = True
        self._end()

    def _end(self) -> None:
        self._server.should_exit = True


def config_of(app: Application, edge: EdgeSettings) -> GuardedConfig:
    """Give uvicorn's configuration for the app."""
    return GuardedConfig(
        Limits.of(edge),
        app=app,
        lifespan="on",
        interface="asgi3",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application reads them, for those requests whose client's address matters
        backlog=BACKLOG,
        timeout_keep_alive=edge.keep_alive_s,
        timeout_graceful_shutdown=edge.drain_s,
        ws_max_size=edge.max_body_bytes,
        ws_max_queue=WEBSOCKET_QUEUE,
        ws_per_message_deflate=False,  # a small message may not become a large one
    )


def side_server(app: ASGIApp, host: str, port: int) -> SideServer:
    """Give a server for metrics at a place of their own."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="off",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return SideServer(config)
