"""The GraphQL endpoint for websockets: who may open one, and by which protocol."""

from urllib.parse import urlsplit

from starlette.websockets import WebSocket

from core.kernel.errors import DomainError
from gateway.auth.sign_in import SignIn
from gateway.documents.admission import Admission
from gateway.http.edge_settings import EdgeSettings
from gateway.http.observation import observed_in
from gateway.http.running import Operations
from gateway.http.streams import OpenStreams
from gateway.http.websocket.connection import Connection
from gateway.http.websocket.messages import PROTOCOL, CloseCode


class WebsocketRoute:
    """Serves ``/graphql`` over websockets.

    Args:
        operations: Runs operations.
        admission: Decides which document an operation runs.
        sign_in: Opens tokens.
        streams: Counts open streams.
        edge: Limits and foreign origins.
    """

    def __init__(
        self,
        operations: Operations,
        admission: Admission,
        sign_in: SignIn,
        streams: OpenStreams,
        edge: EdgeSettings,
    ) -> None:
        self._operations = operations
        self._admission = admission
        self._sign_in = sign_in
        self._streams = streams
        self._edge = edge

    async def serve(self, socket: WebSocket) -> None:
        """Serve one websocket from its handshake to its end."""
        observed_in(socket.scope).route = "/graphql"
        if not origin_allowed(socket.headers.get("origin"), socket.headers.get("host"), self._edge.origins):
            observed_in(socket.scope).outcome = "foreign_origin"
            await socket.close()
            return
        if PROTOCOL not in socket.scope.get("subprotocols", ()):
            await socket.accept()
            await socket.close(CloseCode.NO_SUCH_PROTOCOL, f"only {PROTOCOL} is spoken here")
            return
        await socket.accept(PROTOCOL)
        await self._serve(socket)

    async def _serve(self, socket: WebSocket) -> None:
        try:
            with self._streams.one():
                await Connection(
                    socket, self._operations, self._admission, self._sign_in, self._streams, self._edge
                ).serve()
        except DomainError as refusal:
            observed_in(socket.scope).outcome = refusal.code
            await socket.close(CloseCode.TRY_LATER, refusal.code)


def origin_allowed(origin: str | None, host: str | None, allowed: tuple[str, ...]) -> bool:
    """Tell whether a page of this origin may open a websocket; what is no browser names none.

    No cookie is ever looked at, so a foreign page could do nothing without a token; it is kept out all the same.
    """
    if origin is None or origin.rstrip("/") in allowed:
        return True
    return bool(host) and urlsplit(origin).netloc.lower() == (host or "").lower()
