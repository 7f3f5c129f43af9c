"""Rows as they come from the database or from an export, and what they say to the log."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, cast
from uuid import UUID

from core.kernel.frozen import frozen
from core.records.events.policy import REMOVED, EventLike, preimage_of
from core.records.sealing.policy.leaves import EVENT, AuditLike, audit_preimage

EVENT_COLUMNS: Final = (
    "tenant_id",
    "network_id",
    "id",
    "record_id",
    "number",
    "kind",
    "occurred_at",
    "recorded_at",
    "actor_kind",
    "actor_id",
    "on_behalf_of",
    "client_id",
    "device_at",
    "payload",
    "sealed",
    "previous",
    "hash",
)
"""All columns of an event; a test compares them with the table's."""
TOMBSTONE_COLUMNS: Final = ("network_id", "payload_hash", "sealed_hash", "audit_id")
Row = Mapping[str, Any]


class Columns:
    """A row whose columns are read as attributes."""

    __slots__ = ("_row",)

    def __init__(self, row: Row) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - columns are of any type
        """Give a column."""
        return self._row[name]


def as_event(row: Row) -> EventLike:
    """See a row as an event."""
    return cast("EventLike", Columns(row))


def as_audit(row: Row) -> AuditLike:
    """See a row as an audit entry."""
    return cast("AuditLike", Columns(row))


@frozen(kw_only=True)
class LeafRow:
    """A leaf with the row it stands for.

    Attributes:
        number: Its place; empty where the row is no leaf.
        kind: ``event`` or ``audit``.
        subject_id: The row's id.
        hash: The leaf's hash, as it is stored.
        network_id: The network that the leaf says to belong to.
        row: The event or audit entry; empty where there is none.
        tombstone: What is left of removed content, where any was.
    """

    number: int | None
    kind: str
    subject_id: UUID
    hash: bytes
    network_id: UUID | None = None
    row: Row | None = None
    tombstone: Row | None = None


def inner_hashes(row: Row, tombstone: Row | None) -> tuple[bytes, bytes | None]:
    """Give the hashes of an event's payload and sealed part, or what is left of them where they were removed."""
    if tombstone is not None:
        return tombstone["payload_hash"], tombstone["sealed_hash"]
    return digest(row["payload"].encode()), None if row["sealed"] is None else digest(row["sealed"])


def digest(content: bytes) -> bytes:
    """Hash a content."""
    return sha256(content).digest()


def event_says(row: Row, tombstone: Row | None) -> str:
    """Write down what an event says to the log."""
    return preimage_of(as_event(row), *inner_hashes(row, tombstone))


def said_of(leaf: LeafRow) -> tuple[str, dict[str, bytes | None]]:
    """Give what a leaf is the hash of, and the contents that are named in it by their hashes."""
    row = leaf.row or {}
    if leaf.kind != EVENT:
        return audit_preimage(as_audit(row)), {"details": row["details"].encode()}
    gone = leaf.tombstone is not None
    payload = None if gone and row["payload"] == REMOVED else row["payload"].encode()
    contents: dict[str, bytes | None] = {"payload": payload}
    if inner_hashes(row, leaf.tombstone)[1] is not None:
        contents["sealed"] = None if gone else row["sealed"]
    return event_says(row, leaf.tombstone), contents
