"""What every HTTP server of ours can do, whichever library it stands on."""

import asyncio
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from gateway.http.application import Application
from gateway.http.edge_settings import EdgeSettings, ServerKind
from gateway.server.uvicorn_server import UvicornServer

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stoppable(Protocol):
    """Something that serves and can be told to stop."""

    def stop(self) -> None:
        """Begin to stop: streams are told, no connection is taken any more, what runs may end within the limit."""
        ...

    def force(self) -> None:
        """Stop at once, whatever runs."""
        ...


class HttpServer(Stoppable, Protocol):
    """Serves one application on one listening socket."""

    async def serve(self, listener: socket.socket) -> None:
        """Serve until stopped; the socket is closed at the end, or as soon as no connection is taken any more."""
        ...


def server_of(kind: ServerKind, app: Application, edge: EdgeSettings) -> HttpServer:
    """Make a server, not yet started."""
    if kind is ServerKind.GRANIAN:
        from gateway.server.granian_server import GranianServer  # noqa: PLC0415 - only whoever chose it waits for it

        return GranianServer(app, edge)
    return UvicornServer(app, edge)


@contextmanager
def stopped_by_signals(server: Stoppable) -> Generator[None]:
    """Stop a server at the first SIGTERM or SIGINT, and at once at the second."""
    loop = asyncio.get_running_loop()
    told = False

    def tell() -> None:
        nonlocal told
        if told:
            server.force()
        else:
            told = True
            server.stop()

    for one in SIGNALS:
        loop.add_signal_handler(one, tell)
    try:
        yield
    finally:
        for one in SIGNALS:
            loop.remove_signal_handler(one)
