"""Serves the API until it is told to stop: what ``touchstone serve`` does."""

import asyncio
import socket

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.kernel.database import Database, without_credentials
from core.kernel.logs import configure_logs
from core.kernel.settings import Settings
from core.kernel.telemetry import configure_telemetry, metrics_page
from gateway.http.app import create_app
from gateway.http.edge_settings import EdgeSettings, load_edge_settings
from gateway.server.errors import AddressIsTaken, DatabaseIsAway
from gateway.server.uvicorn_server import DrainingServer, SideServer, server_for, side_server

BACKLOG = 2_048

log = structlog.get_logger(__name__)


def run_server(settings: Settings, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the API in this process until SIGTERM or SIGINT; logs go to standard output.

    Args:
        settings: How the product is configured.
        host: Address to listen at.
        port: Port to listen at.

    Raises:
        BuiltinIssuerInProduction: The settings ask for the built-in issuer in production.
        AddressIsTaken: Somebody else listens there.
        DatabaseIsAway: The database does not let this server in.
    """
    configure_logs(settings.service_name)
    configure_telemetry(settings)
    edge = load_edge_settings()
    app = create_app(settings, edge=edge)
    asyncio.run(serve(app, edge, host, port))


async def serve(app: FastAPI, edge: EdgeSettings, host: str, port: int) -> None:
    """Serve an app until a signal comes, and metrics apart from it where the settings say so.

    Raises:
        AddressIsTaken: Somebody else listens there.
        DatabaseIsAway: The database does not let this server in.
    """
    await reach(app.state.database)
    with listening(host, port) as listener:
        main = server_for(app, edge, host, port)
        side = metrics_server(edge.metrics_bind) if edge.metrics_bind else None
        if side is None:
            await main.serve([listener])
        else:
            await asyncio.gather(serve_with(main, listener, side), side.serve())
    log.info("server.stopped", port=port)


async def reach(database: Database) -> None:
    """Refuse to come up without the database; later, requests and readiness say so while it is away."""
    try:
        await database.detect()
    except (OSError, SQLAlchemyError) as error:
        raise DatabaseIsAway(address=without_credentials(database.url), reason=type(error).__name__) from error


def listening(host: str, port: int) -> socket.socket:
    """Listen at an address.

    Raises:
        AddressIsTaken: Somebody else does, or there is no such address.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise AddressIsTaken(host=host, port=port) from error


async def serve_with(main: DrainingServer, listener: socket.socket, side: SideServer) -> None:
    """Serve the first server, and stop the second when it has ended."""
    try:
        await main.serve([listener])
    finally:
        side.should_exit = True


def metrics_server(bind: str) -> SideServer:
    """Give a server that gives figures and nothing else.

    Args:
        bind: ``host:port``.
    """
    host, _, port = bind.rpartition(":")

    async def figures(request: Request) -> Response:  # noqa: ARG001 - the same for every request
        body, content_type = metrics_page()
        return Response(body, media_type=content_type)

    return side_server(Starlette(routes=[Route("/metrics", figures)]), host.strip("[]") or "127.0.0.1", int(port))
