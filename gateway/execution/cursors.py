"""Cursors: the place of a row in a list, sealed.

A cursor is AES-SIV (RFC 5297) over the values of the ordering columns, bound to the list, its order, its filter and
the tenant that reads: one that was changed, made up, or taken from another list or tenant does not open. Sealing is
deterministic: the same place has the same cursor.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha512
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from graphql import GraphQLError
from sqlalchemy import ColumnElement

from core.kernel.graphql.refusals import refusal
from gateway.execution.plans import read_key

TEXT_KINDS = (bool, int, str)


class CursorSeal:
    """Seals and opens cursors.

    Args:
        secret: The setting ``cursor_key``; the key is derived from it with SHA-512.
    """

    def __init__(self, secret: str) -> None:
        self._cipher = AESSIV(sha512(b"touchstone cursor v1\0" + secret.encode()).digest())

    def seal(self, values: Sequence[Any], binding: bytes) -> str:
        """Seal the values of the ordering columns of a row."""
        text = orjson.dumps([one if isinstance(one, TEXT_KINDS) else written(one) for one in values])
        return urlsafe_b64encode(self._cipher.encrypt(text, [binding])).decode().rstrip("=")

    def open(self, cursor: str, binding: bytes, columns: Sequence[ColumnElement[Any]]) -> list[Any]:
        """Open a cursor into values of the ordering columns.

        Raises:
            GraphQLError: It is not a cursor of this list for this tenant (``gateway.bad_cursor``).
        """
        try:
            sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            values = orjson.loads(self._cipher.decrypt(sealed, [binding]))
        except (InvalidTag, Error, ValueError):
            raise bad_cursor() from None
        return [read_value(column, value) for column, value in zip(columns, values, strict=True)]


def written(value: object) -> str:
    """Write a value of an ordering column; equal numbers alike, whatever exponent they came with."""
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def read_value(column: ColumnElement[Any], written: Any) -> Any:  # noqa: ANN401 - whatever the column holds
    """Read a value of an ordering column back."""
    return read_key(column, written) if isinstance(written, str) else written


def bad_cursor() -> GraphQLError:
    """Say that a cursor does not belong here."""
    return refusal(
        "gateway.bad_cursor",
        "This is not a cursor of this list.",
        hint="Send a cursor as this list gave it, with the same filter and in the same tenant; or begin again.",
    )
