"""One worker of several, started by the supervisor and by nobody else."""

import os
import signal
import socket
import threading
import time
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from core.kernel.logs import configure_logs
from core.kernel.settings import load_settings
from core.kernel.telemetry import configure_telemetry, end_telemetry
from gateway.collecting import settle
from gateway.http.app import create_app
from gateway.http.application import Application
from gateway.http.edge_settings import EdgeSettings, ServerKind, load_edge_settings
from gateway.server.figures import gathered, given_at
from gateway.server.http_server import server_of, stopped_by_signals
from gateway.server.loops import run_to_the_end

MARGIN_S = 5.0


def work(listener: socket.socket, life: Connection, number: int, kind: ServerKind, folder: Path) -> None:
    """Serve until told to stop, or until the supervisor has gone.

    Args:
        listener: The listening socket.
        life: The end of a pipe whose other end goes with the supervisor.
        number: This worker's number.
        kind: Which server to run.
        folder: Where figures are gathered.
    """
    os.setsid()  # Ctrl-C reaches the supervisor alone, which passes it on once.
    settings, edge = load_settings(), load_edge_settings()
    end_with_supervisor(life, edge.drain_notice_s + edge.drain_s + MARGIN_S)
    configure_logs(settings.service_name)
    configure_telemetry(settings)
    app = create_app(settings, edge=edge, figures=partial(gathered, folder))
    settle()
    try:
        run_to_the_end(serve(app, edge, kind, listener, folder, number))
    finally:
        end_telemetry()


async def serve(
    app: Application, edge: EdgeSettings, kind: ServerKind, listener: socket.socket, folder: Path, number: int
) -> None:
    """Serve until told to stop."""
    server = server_of(kind, app, edge)
    async with given_at(folder, number):
        with stopped_by_signals(server):
            await server.serve(listener)


def end_with_supervisor(life: Connection, patience_s: float) -> None:
    """Stop when the supervisor has ended, however it ended, and end for certain after a while."""

    def watch() -> None:
        life.poll(None)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(patience_s)
        os._exit(1)

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()
