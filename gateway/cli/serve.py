"""``touchstone serve``: the GraphQL API."""

from importlib import import_module
from typing import Annotated, Any

import typer

from gateway.cli.ports import require_free
from gateway.cli.surroundings import surroundings
from gateway.http.edge_settings import ServerKind


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
    require_free(port, host)
    with surroundings(meanwhile=work_is_imported) as around:
        if around.servers:
            around.migrate()
        work_is_imported().run_server(around.settings, host, port, server=server, workers=workers)


def work_is_imported() -> Any:  # noqa: ANN401 - a module
    """Import what serves: half the product, which takes about as long as embedded servers take to come up."""
    return import_module("gateway.server.serving")
