"""Requests and answers that are known as a whole, on servers that hand them over at once."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from starlette.types import Scope

WHOLE: Final = "touchstone.whole"
"""Name of the ASGI extension: what writes status, lines of headers and body at once, and tells whether it did."""

BODY: Final = "touchstone.body"
"""Name of the ASGI extension: what gives the whole body where it has arrived already, and leaves it to be received."""

TakeWhole = Callable[[], bytes | None]
WriteWhole = Callable[[int, bytes, bytes], bool]
Headers = tuple[tuple[bytes, bytes], ...]


def whole_writer(scope: Scope) -> WriteWhole | None:
    """Give what writes whole answers, where the server has it."""
    offered: dict[str, WriteWhole] | None = scope.get("extensions")
    return offered.get(WHOLE) if offered else None


def whole_body(scope: Scope) -> bytes | None:
    """Give a request's body, where the server has it and tells; nothing where it has to be received."""
    offered: dict[str, TakeWhole] | None = scope.get("extensions")
    take = offered.get(BODY) if offered else None
    return None if take is None else take()


@lru_cache(maxsize=64)
def lines(headers: Headers) -> bytes:
    """Render headers that answer after answer has."""
    return b"".join(b"%b: %b\r\n" % one for one in headers)
