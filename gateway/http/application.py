"""The edge as one ASGI application: GraphQL straight to its route, everything else through FastAPI."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from core.kernel.database import Database
from gateway.http.streams import OpenStreams

GRAPHQL_PATH = "/graphql"


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one websocket, or the life of the process."""
        await self._served(scope, receive, send)


class Ways:
    """Sends GraphQL requests straight to their route: no router, no request object, no dependency injection.

    Args:
        graphql: Serves ``/graphql`` over HTTP.
        rest: Serves the rest, websockets included.
    """

    def __init__(self, graphql: ASGIApp, rest: ASGIApp) -> None:
        self._graphql = graphql
        self._rest = rest

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        straight = scope["type"] == "http" and scope["path"] == GRAPHQL_PATH
        return (self._graphql if straight else self._rest)(scope, receive, send)
