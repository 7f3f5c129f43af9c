"""ASGI middlewares before all else: bodies are bounded, answers guarded, crashes told without detail."""

import asyncio
from collections.abc import Callable, Mapping

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.kernel.deadlines import Deadlines
from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.logs import places
from gateway.http.answers import json_response, refusal_error, refusal_response
from gateway.http.bodies import Arriving
from gateway.http.errors import InternalError, MalformedRequest, RequestTooLarge, RequestTooSlow, TooManyRequests
from gateway.http.headers import RawHeaders
from gateway.http.observation import Observed, observed_in

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"

NO_FILES: Mapping[str, "Allowance"] = {}

log = structlog.get_logger(__name__)


@frozen
class Allowance:
    """What a path may take in that receives files: most bytes, and seconds within which they must arrive."""

    largest: int
    longest_s: float


class BodyGuard:
    """Bounds request bodies in size and time, and takes none that is compressed.

    A compressed body is small on the wire and anything in memory; nobody needs one here.

    Args:
        app: What is guarded.
        largest: Most bytes of a body.
        longest_s: Seconds within which the whole body must arrive.
        files: Paths that take more, for longer, and pass it on as it comes; a pause may last as long as a body.
        but: Tells which requests' bodies are bounded by whoever serves them.
    """

    def __init__(
        self,
        app: ASGIApp,
        largest: int,
        longest_s: float,
        files: Mapping[str, Allowance] = NO_FILES,
        but: Callable[[Scope], bool] = lambda _: False,
    ) -> None:
        self.app = app
        self._files = files
        self._but = but
        self._largest = largest
        self._deadlines = Deadlines(longest_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one request."""
        if scope["type"] != "http" or self._but(scope):
            await self.app(scope, receive, send)
            return
        files = self._files.get(scope["path"])
        try:
            check_headers(observed_in(scope).headers, self._largest if files is None else files.largest)
        except DomainError as refusal:
            observed_in(scope).outcome = refusal.code
            answer = refusal_response(refusal)
            if files is not None:
                await Arriving(receive, waits=waits(observed_in(scope).headers)).let_pass()
            # What is left of the body is not read, and must not be taken for the next request.
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        await self.app(scope, self._bounded(receive) if files is None else self._streamed(receive, files), send)

    def _streamed(self, receive: Receive, files: Allowance) -> Receive:
        """Bound a file: as a whole, and each pause in it."""
        now = asyncio.get_running_loop().time
        due, taken, whole, told = now() + files.longest_s, 0, False, True

        async def bounded() -> Message:
            nonlocal taken, whole, told
            if whole and not told:  # It was refused with its last piece: whoever reads on learns that it is over.
                told = True
                return {"type": "http.request", "body": b"", "more_body": False}
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(min(due, now() + self._deadlines.longest_s)):
                    message = await receive()
            except TimeoutError as error:
                raise RequestTooSlow from error
            refused, whole = taken > files.largest, not message.get("more_body", False)
            taken += len(message.get("body", b""))
            if taken > files.largest and not refused:  # Once: what is left may be read over.
                told = False
                raise RequestTooLarge(largest=files.largest)
            return message

        return bounded

    def _bounded(self, receive: Receive) -> Receive:
        due = asyncio.get_running_loop().time() + self._deadlines.longest_s
        taken = 0
        whole = False

        async def bounded() -> Message:
            nonlocal taken, whole
            if whole:
                return await receive()
            try:
                if not taken:
                    with self._deadlines():
                        message = await receive()
                else:
                    async with asyncio.timeout_at(due):
                        message = await receive()
            except TimeoutError as error:
                raise RequestTooSlow from error
            taken += len(message.get("body", b""))
            if taken > self._largest:
                raise RequestTooLarge(largest=self._largest)
            whole = not message.get("more_body", False)
            return message

        return bounded


def check_headers(headers: RawHeaders, largest: int) -> None:
    """Refuse what the headers alone tell of a body.

    Raises:
        MalformedRequest: It is compressed, its length is no number, or it is told in two ways: whoever stands in front
            may have believed the other one, and taken another's request for the rest of this one.
        RequestTooLarge: It says that it is too large.
    """
    if headers.get(b"content-encoding", b"identity").strip().lower() not in {b"", b"identity"}:
        raise MalformedRequest(problem="its body is compressed")
    length = headers.get(b"content-length")
    if length is None:
        return
    if b"transfer-encoding" in headers:
        raise MalformedRequest(problem="it has both Content-Length and Transfer-Encoding")
    if not length.isdigit():
        raise MalformedRequest(problem="its Content-Length is no number")
    if len(length) > len(str(largest)) or int(length) > largest:
        raise RequestTooLarge(largest=largest)


def careful_headers(*, secure: bool) -> list[tuple[bytes, bytes]]:
    """Give the headers that keep browsers careful.

    Args:
        secure: Whether clients come by HTTPS, so that browsers may be told never to come otherwise.
    """
    given = {**SECURITY_HEADERS, **({"Strict-Transport-Security": STRICT_TRANSPORT} if secure else {})}
    return [(name.lower().encode(), value.encode()) for name, value in given.items()]


class Crowd:
    """Takes no more requests and websockets at a time than the worker can hold; whoever comes beyond is told so.

    Args:
        app: What is guarded.
        most: How many there may be.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self._most = most
        self._within = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request where there is room."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if not self.enter():
            await self._turn_away(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self.leave()

    def enter(self) -> bool:
        """Count one more; tell whether there is room for it."""
        if self._within >= self._most:
            return False
        self._within += 1
        return True

    def leave(self) -> None:
        """Count one less."""
        self._within -= 1

    async def _turn_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        observed_in(scope).outcome = TooManyRequests.code
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013, "reason": TooManyRequests.code})
            return
        answer = refusal_response(TooManyRequests())
        answer.headers["Connection"] = "close"
        await answer(scope, receive, send)


class CrashBarrier:
    """Turns what nobody foresaw into a plain answer; the log gets the places, not the text, which may quote data."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, whatever happens inside."""
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            observed_in(scope).outcome = "client_gone"
        except Exception as error:
            if scope["type"] == "lifespan":
                raise
            await tell_crash(error, observed_in(scope), scope, receive, send)


async def tell_crash(error: Exception, observed: Observed, scope: Scope, receive: Receive, send: Send) -> None:
    """Tell the log where something broke, and the client that it did, where nothing was sent yet."""
    log.error("http.crashed", error=type(error).__name__, error_at=places(error.__traceback__))
    observed.outcome = InternalError.code
    if scope["type"] == "http" and not observed.status:
        body = {"errors": [refusal_error(InternalError(), correlationId=observed.request_id)]}
        await json_response(body, 500)(scope, receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1011, "reason": InternalError.code})


def waits(headers: RawHeaders) -> bool:
    """Tell whether a client sends its body only when it is asked to."""
    return headers.get(b"expect", b"").strip().lower() == b"100-continue"
