"""Subscriptions as server-sent events: graphql-sse, "distinct connections" mode."""

import asyncio
from collections.abc import AsyncIterator

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from core.kernel.errors import DomainError
from core.kernel.logs import places
from gateway.http.answers import refusal_body, write_json
from gateway.http.errors import InternalError
from gateway.http.media_types import EVENTS
from gateway.http.streams import Watch, end_all

COMPLETE = b"event: complete\ndata: \n\n"
HEARTBEAT = b":\n\n"
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
AHEAD = 16

log = structlog.get_logger(__name__)


class EventStream(Response):
    """Sends answers as events until there are no more, the client goes, or the stream may no longer be open.

    Args:
        answers: The answers in JSON, as they come.
        watch: Ends the stream when its token or its server ends.
        heartbeat_s: Seconds of silence after which a comment is sent.
    """

    media_type = EVENTS

    def __init__(self, answers: AsyncIterator[bytes], watch: Watch, heartbeat_s: float) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._answers = answers
        self._watch = watch
        self._heartbeat_s = heartbeat_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Send the stream."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        # One queue, one consumer: whoever ends the stream puts None, so that nothing is sent twice at a time.
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(AHEAD)
        tasks = [
            asyncio.create_task(self._feed(queue)),
            asyncio.create_task(self._end_when_refused(queue)),
            asyncio.create_task(end_when_gone(receive, queue)),
        ]
        try:
            await self._send_all(queue, send)
        finally:
            await end_all(tasks)

    async def _send_all(self, queue: "asyncio.Queue[bytes | None]", send: Send) -> None:
        while True:
            try:
                async with asyncio.timeout(self._heartbeat_s):
                    chunk = await queue.get()
            except TimeoutError:
                chunk = HEARTBEAT
            if chunk is None:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            await send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def _feed(self, queue: "asyncio.Queue[bytes | None]") -> None:
        try:
            async for written in self._answers:
                await queue.put(event(written))
        except DomainError as refusal:
            await queue.put(event(write_json(refusal_body(refusal))))
        except Exception as error:  # noqa: BLE001 - the stream is told, as any answer would be
            log.error("http.stream_broke", error=type(error).__name__, error_at=places(error.__traceback__))  # noqa: TRY400 - no text
            await queue.put(event(write_json(refusal_body(InternalError()))))
        await queue.put(COMPLETE)
        await queue.put(None)

    async def _end_when_refused(self, queue: "asyncio.Queue[bytes | None]") -> None:
        refusal = await self._watch.refusal()
        await queue.put(event(write_json(refusal_body(refusal))) + COMPLETE)
        await queue.put(None)


async def end_when_gone(receive: Receive, queue: "asyncio.Queue[bytes | None]") -> None:
    """End the stream when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    await queue.put(None)


def event(written: bytes) -> bytes:
    """Write one answer as a ``next`` event; JSON written without layout has no line breaks, so it is one data line."""
    return b"event: next\ndata: " + written + b"\n\n"
