"""Links by which a browser fetches one piece of evidence without a token: short-lived, signed, in somebody's name."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.scope import Actor, ActorKind
from core.records.evidence.errors import EvidenceLinkIsOver

PURPOSE: Final = b"touchstone evidence link v1\0"
IDS: Final = 4
SAID: Final = IDS * 16 + 1 + 8
KINDS: Final = tuple(ActorKind)


@frozen(kw_only=True)
class EvidenceGrant:
    """What a link permits: one actor to read one piece of evidence of one tenant, until an instant.

    Attributes:
        network_id: The network.
        tenant_id: The tenant.
        evidence_id: The piece.
        actor: In whose name it is read.
        until: When the link ends; whole seconds.
    """

    network_id: UUID
    tenant_id: UUID
    evidence_id: UUID
    actor: Actor
    until: datetime


def written_link(secret: str, grant: EvidenceGrant) -> str:
    """Write a grant as the last part of an address.

    Args:
        secret: What the server signs with.
        grant: What is permitted.
    """
    ids = (grant.network_id, grant.tenant_id, grant.evidence_id, grant.actor.id)
    until = int(grant.until.timestamp()).to_bytes(8, "big")
    said = b"".join(one.bytes for one in ids) + bytes([KINDS.index(grant.actor.kind)]) + until
    return urlsafe_b64encode(said + signature(secret, said)).decode().rstrip("=")


def read_link(secret: str, link: str, now: datetime) -> EvidenceGrant:
    """Read what a link permits.

    Raises:
        EvidenceLinkIsOver: It was not written with this secret, or has ended.
    """
    try:
        given = urlsafe_b64decode(link + "=" * (-len(link) % 4))
    except (Error, ValueError):
        raise EvidenceLinkIsOver from None
    said, signed = given[:SAID], given[SAID:]
    if len(said) != SAID or not hmac.compare_digest(signed, signature(secret, said)):
        raise EvidenceLinkIsOver
    until = datetime.fromtimestamp(int.from_bytes(said[-8:], "big"), UTC)
    if now >= until:
        raise EvidenceLinkIsOver
    network, tenant, evidence, actor = (UUID(bytes=said[at * 16 : at * 16 + 16]) for at in range(IDS))
    return EvidenceGrant(
        network_id=network,
        tenant_id=tenant,
        evidence_id=evidence,
        actor=Actor(KINDS[said[IDS * 16]], actor),
        until=until,
    )


def signature(secret: str, said: bytes) -> bytes:
    """Sign what a link says: HMAC-SHA-256 under a key that is used for nothing else."""
    return hmac.digest(sha256(PURPOSE + secret.encode()).digest(), said, "sha256")
