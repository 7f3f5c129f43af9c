"""What uvicorn lacks against clients that hold a connection without using it: limits on heads, bodies and taking.

uvicorn itself bounds how long an idle connection is kept, by a timer that it sets and cancels with every request; here
one alarm looks after that as well.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import uvicorn
from httptools import HttpParserError
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from core.kernel.frozen import frozen
from gateway.http.application import FILE_PATHS
from gateway.http.edge_settings import KIB, EdgeSettings
from gateway.http.errors import MalformedRequest, RequestTooSlow, TooManyRequests
from gateway.server.strict_http import StrictHttp
from gateway.server.whole_answers import offer

LARGEST_HEAD = 32 * KIB
MARGIN_S = 5.0
LINGER_S = 1.0


@frozen
class Limits:
    """How long a client may take, and how many may be connected.

    Attributes:
        head_s: Seconds for a request's head, from the connection's beginning or the head's first byte.
        body_s: Seconds for its body, or each pause in a file; a little more than the edge waits, which answers better.
        taking_s: Seconds for which a client may take nothing of what is written to it.
        connections: Connections a worker has open.
    """

    head_s: float
    body_s: float
    taking_s: float
    connections: int

    @classmethod
    def of(cls, edge: EdgeSettings) -> "Limits":
        """Take them from the edge's settings."""
        return cls(
            edge.header_timeout_s, edge.body_timeout_s + MARGIN_S, edge.write_timeout_s, edge.concurrent_requests
        )


class GuardedConfig(uvicorn.Config):
    """uvicorn's configuration and our limits, which the protocols find on it.

    Args:
        limits: The limits.
        options: What uvicorn's own configuration takes.
    """

    def __init__(self, limits: Limits, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own options
        super().__init__(**options, http=GuardedHttp, ws=GuardedWebsocket)
        self.limits = limits


def refused(status: str, code: str) -> bytes:
    """Write an answer to somebody who is not served: nothing but its code, and the connection's end."""
    body = b'{"errors":[{"message":"%s","extensions":{"code":"%s"}}]}' % (status[4:].encode(), code.encode())
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"connection: close\r\n\r\n" + body


FULL = refused("503 Service Unavailable", TooManyRequests.code)
LATE = refused("408 Request Timeout", RequestTooSlow.code)
BAD = refused("400 Bad Request", MalformedRequest.code)
LARGE = refused("431 Request Header Fields Too Large", "gateway.head_too_large")


def length_of(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """Give how many bytes headers take at least."""
    return sum(len(name) + len(value) + len(": \r\n") for name, value in headers)


class CutOff(asyncio.Protocol):
    """Ends a connection whose client takes nothing of what waits to be sent, for as long as the limits say."""

    config: Any
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    _taking: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """Begin to wait: more waits than a buffer holds."""
        super().pause_writing()
        self._taking = self.loop.call_later(self.config.limits.taking_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Wait no more: the client has taken most of it."""
        super().resume_writing()
        self._forget_taking()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._forget_taking()
        super().connection_lost(exc)

    def _forget_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None


class GuardedWebsocket(CutOff, WebSocketsSansIOProtocol):
    """A websocket whose client is cut off when it takes nothing."""


class GuardedHttp(CutOff, StrictHttp):
    """A connection whose client must send heads and bodies in time, and heads of bounded size."""

    config: Any
    _due: float | None = None
    _alarm: asyncio.TimerHandle | None = None
    _awaited: float | None = None
    _changed = False
    _head_bytes = 0
    _refused = False
    _takes_file = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection where there is room, and wait for its first head."""
        super().connection_made(transport)  # type: ignore[arg-type]
        if len(self.connections) > self.config.limits.connections:
            self._refuse(FULL)
        else:
            self._expect(self.config.limits.head_s)

    def data_received(self, data: bytes) -> None:
        """Take what came; whatever comes while nothing is served begins a head.

        Of all that a piece of data begins and ends, only what is still awaited behind it gets its time: most requests
        come in one piece, and nothing is awaited.
        """
        if self._refused or self.transport.is_closing():
            return
        if self._due is None and self._idle():
            self._awaited, self._changed = self.config.limits.head_s, True
        self._head_bytes += len(data)
        super().data_received(data)
        if self._changed:
            self._changed = False
            self._expect(self._awaited)
        if self._head_bytes > LARGEST_HEAD and self.parser is not None and not self._refused:
            self._refuse(LARGE)  # it is still a head: the end of one sets the count back

    def on_message_begin(self) -> None:
        """Wait for a head."""
        super().on_message_begin()
        self._awaited, self._changed = self.config.limits.head_s, True

    def on_headers_complete(self) -> None:
        """Wait for the body; a head that came in one piece with other things is measured by itself.

        Raises:
            HttpParserError: The head is too large.
        """
        if self._head_bytes > LARGEST_HEAD and len(self.url) + length_of(self.headers) > LARGEST_HEAD:
            self._refuse(LARGE)
            raise HttpParserError
        self._head_bytes = 0
        self._awaited, self._changed = self.config.limits.body_s, True
        super().on_headers_complete()
        self._takes_file = self.scope.get("path") in FILE_PATHS  # a websocket has none here

    def on_message_complete(self) -> None:
        """Wait for nothing: the request is here; or for the next one, where it was answered before all of it came."""
        self._awaited, self._changed = (self.timeout_keep_alive if self._idle() else None), True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Begin with the request that waits behind, or wait for the next one; as uvicorn does, without its timer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._due is None:  # What has begun to come behind the request has its own time.
            self._expect(self.timeout_keep_alive)

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body, which does not count as head; behind a piece of a file the next is waited for."""
        self._head_bytes = 0
        if self._takes_file:
            self._awaited, self._changed = self.config.limits.body_s, True
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own
        """Refuse what is no HTTP; what came before it is answered first.

        Args:
            msg: What uvicorn would say.
        """
        self._awaited, self._changed = None, False
        self._expect(None)
        if self._refused:
            return
        if self._idle() or self.cycle.more_body:
            self._refuse(BAD)
        else:
            self._refused, self.cycle.keep_alive = True, False

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the websocket."""
        self._awaited, self._changed = None, True
        self._expect(None)
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._expect(None)
        if self._alarm is not None:
            self._alarm.cancel()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:  # noqa: ANN401 - uvicorn's own
        offer(cycle)
        super()._start_asgi_task(cycle, app)

    def _idle(self) -> bool:
        cycle: Any = self.cycle  # none before the first request, whatever its annotation says
        return cycle is None or cycle.response_complete

    def _expect(self, within_s: float | None) -> None:
        """Give the client so many seconds from now; one alarm looks from time to time, since setting one costs more."""
        if within_s is None:
            self._due = None
            return
        self._due = self.loop.time() + within_s
        if self._alarm is not None and self._alarm.when() > self._due:
            self._alarm.cancel()
            self._alarm = None
        if self._alarm is None:
            self._alarm = self.loop.call_at(self._due, self._look)

    def _look(self) -> None:
        self._alarm = None
        if self._due is None:
            return
        if self.loop.time() < self._due:
            self._alarm = self.loop.call_at(self._due, self._look)
        else:
            self._due = None
            self._too_late()

    def _too_late(self) -> None:
        if self.flow.read_paused:  # we are not reading: the client is not to blame
            self._expect(self.config.limits.head_s)
        elif self._head_bytes and self._idle():
            self._refuse(LATE)
        elif self._idle():
            self.transport.close()  # it never said anything
        else:
            self.transport.abort()

    def _refuse(self, answer: bytes) -> None:
        self._expect(None)
        self._refused = True
        if not self._idle():
            self.transport.abort()
            return
        # Closing at once would reset the connection where more has come, and the answer would be lost with it.
        self.transport.write(answer)
        self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.close)
