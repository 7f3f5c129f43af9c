"""The edge as one ASGI application: GraphQL straight to its route, everything else through FastAPI."""

import os
from collections.abc import Awaitable
from typing import Final, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from core.kernel.database import Database
from gateway.http.streams import OpenStreams

GRAPHQL_PATH = "/graphql"
UPLOADS_PATH: Final = "/uploads"
FILE_PATHS: Final = frozenset({UPLOADS_PATH})
"""Paths that take files: larger bodies, for as long as they keep coming."""
TRUSTED: Final = "FORWARDED_ALLOW_IPS"
"""The environment's name for the proxies that are believed, as uvicorn has it."""


class Application:
    """What a server serves.

    Attributes:
        streams: The open streams, which a server tells to end when it stops.
        database: The database behind it all, which a server looks for before it comes up.
    """

    def __init__(self, served: ASGIApp, streams: OpenStreams, database: Database) -> None:
        self._served = served
        self.streams = streams
        self.database = database

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request, one websocket, or the life of the process."""
        return self._served(scope, receive, send)


class Ways:
    """Sends GraphQL requests straight to their route: no router, no request object, no dependency injection.

    Args:
        graphql: Serves ``/graphql`` over HTTP.
        rest: Serves the rest, websockets included.
    """

    def __init__(self, graphql: ASGIApp, rest: ASGIApp) -> None:
        self._graphql = graphql
        self._others = ProxyHeadersMiddleware(self._other, os.environ.get(TRUSTED, "127.0.0.1"))  # type: ignore[arg-type]
        self._rest = rest

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"] == GRAPHQL_PATH and scope["method"] == "POST":
            return self._graphql(scope, receive, send)
        return cast("ASGIApp", self._others)(scope, receive, send)

    def _other(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve what is no operation; the client's address is the one that a trusted proxy tells."""
        graphql = scope["type"] == "http" and scope["path"] == GRAPHQL_PATH
        return (self._graphql if graphql else self._rest)(scope, receive, send)
