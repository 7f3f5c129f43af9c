"""What stands at the leaves: events by their own hash, audit entries by the hash of all that they say."""

from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol
from uuid import UUID

from core.kernel.canonical import canonical_text, instant_text
from core.kernel.frozen import frozen
from core.records.sealing.policy.merkle import leaf_of

EVENT: Final = "event"
AUDIT: Final = "audit"
SOURCES: Final = (AUDIT, EVENT)
AUDIT_COLUMNS: Final = (
    "tenant_id",
    "network_id",
    "id",
    "action",
    "subject_kind",
    "subject_id",
    "actor_kind",
    "actor_id",
    "on_behalf_of",
    "details",
    "occurred_at",
    "recorded_at",
)
"""All columns of an audit entry; a test compares them with the table's."""


class AuditLike(Protocol):
    """An audit entry."""

    tenant_id: UUID
    network_id: UUID
    id: UUID
    action: str
    subject_kind: str
    subject_id: UUID
    actor_kind: str
    actor_id: UUID
    on_behalf_of: UUID | None
    details: str
    occurred_at: datetime
    recorded_at: datetime


@frozen
class NewLeaf:
    """Something that is to become a leaf.

    Attributes:
        id: The event or audit entry.
        kind: ``event`` or ``audit``.
        hash: The leaf's hash.
    """

    id: UUID
    kind: str
    hash: bytes


def audit_preimage(entry: AuditLike) -> str:
    """Write down all that an audit entry says as canonical JSON (RFC 8785); its details by the hash of their text."""
    facts = {
        "tenant": str(entry.tenant_id),
        "network": str(entry.network_id),
        "id": str(entry.id),
        "action": entry.action,
        "subjectKind": entry.subject_kind,
        "subjectId": str(entry.subject_id),
        "actorKind": entry.actor_kind,
        "actorId": str(entry.actor_id),
        "onBehalfOf": None if entry.on_behalf_of is None else str(entry.on_behalf_of),
        "details": sha256(entry.details.encode()).hexdigest(),
        "occurredAt": instant_text(entry.occurred_at),
        "recordedAt": instant_text(entry.recorded_at),
    }
    return canonical_text(facts)


def audit_leaf(entry: AuditLike) -> bytes:
    """Hash an audit entry: 32 bytes, its leaf in the tenant's log."""
    return leaf_of(audit_preimage(entry).encode())
