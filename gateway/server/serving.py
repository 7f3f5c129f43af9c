"""Serves the API until it is told to stop: what ``touchstone serve`` does."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.kernel.logs import configure_logs
from core.kernel.settings import Environment, Settings
from core.kernel.telemetry import configure_telemetry
from gateway.collecting import settle
from gateway.http.app import create_app
from gateway.http.application import Application
from gateway.http.edge_settings import EdgeSettings, ServerKind, load_edge_settings
from gateway.http.metrics_route import FiguresPage, own_figures
from gateway.reaching import reached
from gateway.server.figures import gathered
from gateway.server.http_server import server_of, stopped_by_signals
from gateway.server.listening import listening
from gateway.server.loops import run_to_the_end
from gateway.server.supervisor import Supervisor
from gateway.server.uvicorn_server import SideServer, side_server

log = structlog.get_logger(__name__)


def run_server(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    server: ServerKind | None = None,
    workers: int | None = None,
) -> None:
    """Serve the API until SIGTERM or SIGINT; logs go to standard output.

    One worker serves in this process; several are processes of their own, which this one watches.

    Args:
        settings: How the product is configured.
        host: Address to listen at.
        port: Port to listen at.
        server: Which server to run; what the settings of the edge say by default.
        workers: How many processes serve; what the settings of the edge say by default.

    Raises:
        BuiltinIssuerInProduction: The settings ask for the built-in issuer in production.
        AddressIsTaken: Somebody else listens there.
        DatabaseIsUnreachable: The database does not let this server in.
    """
    configure_logs(settings.service_name)
    edge = load_edge_settings()
    kind = server or edge.server
    wanted = edge.workers if workers is None else workers
    several = wanted or (cores() if settings.environment is Environment.PRODUCTION else 1)
    if several > 1:
        run_to_the_end(supervise(settings, edge, kind, several, (host, port)))
        return
    configure_telemetry(settings)
    app = create_app(settings, edge=edge)
    settle()
    run_to_the_end(serve(app, edge, host, port, kind))


def cores() -> int:
    """Count the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


async def serve(
    app: Application, edge: EdgeSettings, host: str, port: int, kind: ServerKind = ServerKind.UVICORN
) -> None:
    """Serve an app in this process until a signal comes, and metrics apart from it where the settings say so.

    Raises:
        AddressIsTaken: Somebody else listens there.
        DatabaseIsUnreachable: The database does not let this server in.
    """
    await reached(app.database)
    (listener,) = listening(host, port, edge.write_timeout_s)
    server = server_of(kind, app, edge)
    with listener, stopped_by_signals(server):
        async with metrics_apart(edge, own_figures):
            await server.serve(listener)
    log.info("server.stopped", port=port)


async def supervise(
    settings: Settings, edge: EdgeSettings, kind: ServerKind, workers: int, address: tuple[str, int]
) -> None:
    """Serve with several processes until a signal comes.

    Raises:
        BuiltinIssuerInProduction: The settings ask for the built-in issuer in production.
        AddressIsTaken: Somebody else listens there.
        DatabaseIsUnreachable: The database does not let this server in.
    """
    app = create_app(settings, edge=edge)  # so that what is wrong is told here, and once
    await reached(app.database)
    await app.database.close()
    listeners = listening(*address, edge.write_timeout_s, workers)
    with tempfile.TemporaryDirectory(prefix="touchstone-") as folder:
        supervisor = Supervisor(listeners, workers, kind, edge, Path(folder))
        with stopped_by_signals(supervisor):
            async with metrics_apart(edge, partial(gathered, Path(folder))):
                await supervisor.run()
    log.info("server.stopped", port=address[1])


@contextlib.asynccontextmanager
async def metrics_apart(edge: EdgeSettings, page: FiguresPage) -> AsyncGenerator[None]:
    """Serve figures at a place of their own as long as the block lasts, where the settings name one."""
    if not edge.metrics_bind:
        yield
        return
    side = metrics_server(edge.metrics_bind, page)
    serving = asyncio.create_task(side.serve())
    try:
        yield
    finally:
        side.should_exit = True
        await serving


def metrics_server(bind: str, page: FiguresPage = own_figures) -> SideServer:
    """Give a server that gives figures and nothing else.

    Args:
        bind: ``host:port``.
        page: Gives the figures.
    """
    host, _, port = bind.rpartition(":")

    async def figures(request: Request) -> Response:  # noqa: ARG001 - the same for every request
        body, content_type = await page()
        return Response(body, media_type=content_type)

    return side_server(Starlette(routes=[Route("/metrics", figures)]), host.strip("[]") or "127.0.0.1", int(port))
