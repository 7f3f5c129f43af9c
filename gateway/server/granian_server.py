"""granian as this product runs it: in the process and the event loop it is given, on a socket it is given.

What it lacks against slow clients and how that is made up for stands in ``docs/operations.md``.
"""

import asyncio
import os
import socket
from contextlib import suppress
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from gateway.http.application import Application
from gateway.http.edge_settings import KIB, EdgeSettings
from gateway.server.listening import BACKLOG

FAREWELL_S = 2.0
LARGEST_HEAD = 32 * KIB
QUIET: dict[str, Any] = {"incremental": True, "loggers": {}, "handlers": {}, "formatters": {}}
"""Lets granian set the levels of its own loggers and leave everybody else's as they are."""


class OnGivenSocket(Server):
    """granian's embedded server on a socket that listens already.

    Args:
        listener: The socket; granian works on a duplicate of it.
        options: What granian's own server takes.
    """

    def __init__(self, listener: socket.socket, **options: Any) -> None:  # noqa: ANN401 - granian's own options
        super().__init__(**options)
        self._listener = listener

    def _init_shared_socket(self) -> None:
        self._ssp = None
        self._shd = SocketHolder(os.dup(self._listener.fileno()), False, BACKLOG)  # type: ignore[call-arg]  # noqa: FBT003


class GranianServer:
    """Serves the app with granian.

    Args:
        app: What is served.
        edge: Limits of the edge.
    """

    def __init__(self, app: Application, edge: EdgeSettings) -> None:
        self._app = app
        self._edge = edge
        self._stopping = asyncio.Event()
        self._forced = asyncio.Event()

    async def serve(self, listener: socket.socket) -> None:
        """Serve until stopped."""
        server = OnGivenSocket(listener, **options_of(self._app, self._edge))
        serving = asyncio.create_task(server.serve())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await self._farewell()
            await self._drain(server, serving, listener)
        finally:
            stopping.cancel()
            listener.close()
        if serving.done():
            serving.result()

    def stop(self) -> None:
        """Begin to stop."""
        self._app.streams.drain()
        asyncio.get_running_loop().call_later(self._edge.drain_notice_s, self._stopping.set)

    def force(self) -> None:
        """Stop at once."""
        self._forced.set()
        self._stopping.set()

    async def _farewell(self) -> None:
        """Let streams tell their clients why they end: granian breaks websockets off as soon as it stops."""
        if not self._forced.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(min(FAREWELL_S, self._edge.drain_s)):
                    await self._app.streams.emptied()

    async def _drain(self, server: Server, serving: "asyncio.Task[None]", listener: socket.socket) -> None:
        listener.close()
        server.stop()
        forced = asyncio.create_task(self._forced.wait())
        try:
            await asyncio.wait({serving, forced}, timeout=self._edge.drain_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            forced.cancel()
            if not serving.done():
                serving.cancel()


def options_of(app: Application, edge: EdgeSettings) -> dict[str, Any]:
    """Give granian's options for the app."""
    return {
        "target": app,
        "interface": Interfaces.ASGI,
        "http": HTTPModes.http1,
        "backlog": BACKLOG,
        "backpressure": edge.concurrent_requests,
        # granian knows one limit for a head and for the pause before it, so that the longer of ours holds.
        "http1_settings": HTTP1Settings(
            header_read_timeout=int(max(edge.header_timeout_s, edge.keep_alive_s) * 1_000),
            max_buffer_size=LARGEST_HEAD,
        ),
        "log_enabled": False,
        "log_dictconfig": QUIET,
    }
