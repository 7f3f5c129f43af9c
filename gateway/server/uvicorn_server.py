"""uvicorn as this product runs it: bounded, quiet, and told to end its streams before it stops."""

import contextlib
import logging
import signal
import threading
from collections.abc import Generator
from types import FrameType

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from gateway.http.edge_settings import KIB, EdgeSettings
from gateway.http.streams import OpenStreams

KEEP_ALIVE_S = 15
LARGEST_HEADERS = 32 * KIB
WEBSOCKET_QUEUE = 8


class DrainingServer(uvicorn.Server):
    """Ends open streams as soon as it is told to stop, so that their clients go elsewhere at once.

    Requests that are being served get the seconds of ``drain_s`` to end; readiness says "draining" meanwhile.

    Args:
        config: uvicorn's configuration.
        streams: The app's open streams.
    """

    def __init__(self, config: uvicorn.Config, streams: OpenStreams) -> None:
        super().__init__(config)
        self._streams = streams

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Listen to signals while serving; once everything has ended well, the process ends well too."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop: on SIGTERM and SIGINT."""
        self._streams.drain()
        super().handle_exit(sig, frame)

    def stop(self) -> None:
        """Begin to stop, without a signal."""
        self._streams.drain()
        self.should_exit = True


class SideServer(uvicorn.Server):
    """A second server in the same process, which leaves signals to the first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals alone."""
        yield


def server_for(app: FastAPI, edge: EdgeSettings, host: str, port: int) -> DrainingServer:
    """Give a server for the app, not yet started.

    Args:
        app: Made by ``create_app``.
        edge: Limits of the edge.
        host: Address to listen at.
        port: Port to listen at; 0 takes a free one.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="on",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=edge.drain_s,
        limit_concurrency=edge.concurrent_requests,
        h11_max_incomplete_event_size=LARGEST_HEADERS,
        ws_max_size=edge.max_body_bytes,
        ws_max_queue=WEBSOCKET_QUEUE,
        ws_per_message_deflate=False,  # a small message may not become a large one
    )
    return DrainingServer(config, app.state.streams)


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
