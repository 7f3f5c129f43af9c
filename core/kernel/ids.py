"""Identifiers: UUID version 7 (RFC 9562), made by the server from real time, never by a sequence."""

import os
import uuid
from functools import lru_cache
from hashlib import sha256
from typing import cast

import uuid_utils
from asyncpg.pgproto.pgproto import UUID as DriverUUID  # noqa: N811 - it is no constant
from uuid_utils import compat

# A forked process would draw the same random bits as its parent, and its ids could be the parent's.
os.register_at_fork(after_in_child=uuid_utils.reseed_rng)


def new_id() -> uuid.UUID:
    """Make a fresh time-ordered identifier, so that rows written together lie together."""
    return compat.uuid7()


def new_ids(count: int) -> list[uuid.UUID]:
    """Make fresh identifiers for many rows at once, of the driver's own kind, which it writes without looking."""
    return [DriverUUID(uuid_utils.uuid7().bytes) for _ in range(count)]


def written_quickly(value: object) -> object:
    """Give a parameter that is sent over and over as the driver writes it without looking: ids of its own kind."""
    if isinstance(value, list):
        return [written_quickly(one) for one in cast("list[object]", value)]
    return DriverUUID(value.bytes) if isinstance(value, uuid.UUID) else value


def new_mark() -> str:
    """Make a fresh identifier that is only ever read as text, such as that of a request, at a tenth of the cost."""
    return uuid_utils.uuid7().hex


@lru_cache(maxsize=65_536)
def text_of(one: uuid.UUID) -> str:
    """Write an identifier that is written over and over, such as that of a tenant or network."""
    return str(one)


def derived_id(*parts: str | uuid.UUID) -> uuid.UUID:
    """Derive the same identifier from the same parts, for work that must be idempotent when it is repeated.

    The first 128 bits of SHA-256 over the parts (length-prefixed, so that no two lists of parts run together),
    marked as UUID version 8 (RFC 9562, custom).
    """
    digest = sha256()
    for part in parts:
        data = str(part).encode()
        digest.update(len(data).to_bytes(4, "big") + data)
    raw = bytearray(digest.digest()[:16])
    raw[6] = (raw[6] & 0x0F) | 0x80
    raw[8] = (raw[8] & 0x3F) | 0x80
    return uuid.UUID(bytes=bytes(raw))
