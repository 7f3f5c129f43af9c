"""Reads a request's body from the server, and writes an answer to it, without a request or response object between."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Send

from gateway.http.errors import RequestTooLarge

MOST_PASSED: Final = 16 * 1024 * 1024
LONGEST_PASSED_S: Final = 2.0


class Arriving:
    """A body that is passed on as it arrives, and of which some more is taken in where it is refused.

    Args:
        receive: The server's side.
        waits: Whether the client waits for a word before it sends anything (`Expect: 100-continue`).
    """

    def __init__(self, receive: Receive, *, waits: bool = False) -> None:
        self._receive = receive
        self._waits = waits
        self._ended = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give what arrives.

        Raises:
            ClientDisconnect: The client has gone.
        """
        while not self._ended:
            self._waits = False
            message = await self._receive()
            if message["type"] != "http.request":
                raise ClientDisconnect
            self._ended = not message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    async def let_pass(self) -> None:
        """Take in some more of what is refused: whoever still sends when the connection ends reads no answer."""
        left = 0 if self._waits else MOST_PASSED
        with suppress(TimeoutError, ClientDisconnect):
            async with asyncio.timeout(LONGEST_PASSED_S):
                while left > 0 and not self._ended:
                    with suppress(RequestTooLarge):
                        async for some in self.pieces():
                            left -= len(some)
                            if left <= 0:
                                return


async def read_body(receive: Receive) -> bytes:
    """Read a whole body; how large it may be and how long it may take is bounded by the guard around.

    Raises:
        ClientDisconnect: The client has gone.
    """
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        return message.get("body", b"")
    parts: list[bytes] = []
    while message["type"] == "http.request":
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()
    raise ClientDisconnect


async def write_answer(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
    """Send a whole answer; its length is added to the headers."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"content-length", b"%d" % len(body))],
        }
    )
    await send({"type": "http.response.body", "body": body})
