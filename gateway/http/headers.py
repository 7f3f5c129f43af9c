"""A request's headers as ASGI gives them, looked up without decoding those that nobody asks for."""

from collections.abc import Iterable, Mapping

from starlette.types import Scope

RawHeaders = Mapping[bytes, bytes]
TENANT_HEADER = "Touchstone-Tenant"
TENANT = TENANT_HEADER.lower().encode()
AUTHORIZATION = b"authorization"


def first_of_each(scope: Scope) -> RawHeaders:
    """Give the first header of each name; names are in lower case, as ASGI has them."""
    sent: Iterable[tuple[bytes, bytes]] = reversed(list(scope["headers"]))
    return dict(sent)


def header_text(headers: RawHeaders, name: bytes) -> str | None:
    """Give one header as text; none where it was not sent."""
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")
