"""Reads a request's body from the server, and writes an answer to it, without a request or response object between."""

from collections.abc import Iterable

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Send


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
