"""Messages of ``graphql-transport-ws`` and the codes a connection is closed with.

Source: github.com/enisdenjo/graphql-ws, PROTOCOL.md. The older protocol ``graphql-ws`` is not served: it has no way to
refuse a second ``connection_init`` and no agreed codes.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, cast

from core.kernel.frozen import frozen
from gateway.auth.sign_in import bearer_token
from gateway.http.errors import MalformedRequest
from gateway.http.operation import Operation, operation_of
from gateway.http.streams import Credentials
from gateway.http.strict_json import read_json

PROTOCOL = "graphql-transport-ws"
LONGEST_ID = 128


class CloseCode(IntEnum):
    """Why a connection was closed."""

    GOING_AWAY = 1001
    TRY_LATER = 1013
    BAD_MESSAGE = 4400
    NOT_INITIALISED = 4401
    FORBIDDEN = 4403
    NO_SUCH_PROTOCOL = 4406
    INIT_TIMEOUT = 4408
    ID_IN_USE = 4409
    INIT_TWICE = 4429


class Closing(Exception):  # noqa: N818 - it says what happens
    """The connection is to be closed; ``reason`` is a code of ours where there is one, never more than 123 bytes."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@frozen
class Message:
    """One message of the client."""

    kind: str
    id: str
    payload: object


def read_message(text: str | None) -> Message:
    """Read one message.

    Raises:
        Closing: It is no text, no JSON or no message.
    """
    if text is None:
        raise Closing(CloseCode.BAD_MESSAGE, "messages are text")
    try:
        content = read_json(text)
    except MalformedRequest as refusal:
        raise Closing(CloseCode.BAD_MESSAGE, refusal.code) from refusal
    members = cast("Mapping[str, Any]", content if isinstance(content, dict) else {})
    kind, name = members.get("type"), members.get("id", "")
    if not isinstance(kind, str) or not isinstance(name, str) or len(name) > LONGEST_ID:
        raise Closing(CloseCode.BAD_MESSAGE, "not a message of this protocol")
    return Message(kind, name, members.get("payload"))


def read_credentials(payload: object) -> Credentials:
    """Take token and tenant from what ``connection_init`` brings, named as the headers are, in whatever case.

    Raises:
        MalformedToken: The member Authorization is of another form.
        Closing: The payload is no object of texts where it must be.
    """
    if payload is not None and not isinstance(payload, dict):
        raise Closing(CloseCode.BAD_MESSAGE, "the payload of connection_init is no object")
    given = {name.lower(): value for name, value in cast("Mapping[str, Any]", payload or {}).items()}
    token, tenant = given.get("authorization"), given.get("touchstone-tenant")
    if not isinstance(token, str | None) or not isinstance(tenant, str | None):
        raise Closing(CloseCode.BAD_MESSAGE, "Authorization and Touchstone-Tenant are texts")
    return Credentials(bearer_token(token), tenant)


def read_subscribe(message: Message, longest: int) -> Operation:
    """Read the operation of a ``subscribe`` message.

    Raises:
        Closing: It is none; the protocol closes the connection then.
    """
    if not message.id:
        raise Closing(CloseCode.BAD_MESSAGE, "subscribe needs an id")
    try:
        return operation_of(message.payload, longest)
    except MalformedRequest as refusal:
        raise Closing(CloseCode.BAD_MESSAGE, refusal.code) from refusal
