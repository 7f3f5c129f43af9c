"""``touchstone serve``: the GraphQL API."""

from typing import Annotated

import typer

from gateway.cli.surroundings import surroundings
from gateway.http.edge_settings import ServerKind
from gateway.server.serving import run_server


def serve(
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.")] = 8000,
    server: Annotated[
        ServerKind | None, typer.Option(help="Which HTTP server runs; uvicorn unless TOUCHSTONE_SERVER says otherwise.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=0, help="Processes that serve; 0 is one per core in production, and one in development."),
    ] = None,
) -> None:
    """Serve GraphQL at /graphql, health at /healthz and /readyz, metrics at /metrics, until told to stop."""
    with surroundings() as around:
        if around.servers:
            around.migrate()
        run_server(around.settings, host, port, server=server, workers=workers)
