"""Queries of the sealed log: heads, keys, and proofs for whoever checks from outside."""

from base64 import b64encode
from typing import Any
from uuid import UUID

import strawberry

from core.kernel.errors import InvalidInput
from core.kernel.graphql.ids import local_id, split_id
from core.kernel.graphql.queries import query_connection, query_field
from core.kernel.unit import Unit
from core.records.sealing.graphql.types import ConsistencyProofType, InclusionProofType, LogHeadType, SigningKeyType
from core.records.sealing.permissions import READ_LOG
from core.records.sealing.policy.heads import LogName
from core.records.sealing.prove import head_at, prove_consistency, prove_inclusion

SEALED = ("RecordEvent", "AuditEntry")
"""Types of objects that are leaves of the log."""
PROOF_COST = 20

log_heads = query_connection(
    "log_heads", LogHeadType, order=("-size", "-id"), description="Signed heads of the tenant's log, the largest first."
)
signing_keys = query_connection(
    "signing_keys",
    SigningKeyType,
    order=("-number", "-id"),
    description="Keys that sign the tenant's log or have signed it, the newest first.",
)


@query_field(
    permission=READ_LOG,
    description="The signed head of the tenant's log at a size, or the last one.",
    returns=LogHeadType,
    arguments={"size": "The size of a head that was signed; the last by default."},
)
async def log_head(unit: Unit, size: int | None = None) -> UUID:
    """Give a head."""
    return head_id(unit, (await head_at(unit, size)).size)


@query_field(
    permission=READ_LOG,
    description="Proves that an event of a record, or an audit entry, is in the tenant's sealed log.",
    arguments={
        "subject": "The global id of the event or audit entry.",
        "size": "The size of the head it is proven for; the last by default.",
    },
    cost=PROOF_COST,
)
async def inclusion_proof(unit: Unit, subject: strawberry.ID, size: int | None = None) -> InclusionProofType:
    """Prove that something is sealed."""
    proven = await prove_inclusion(unit, sealed_id(subject), size)
    proof = proven.file.proof
    made: Any = InclusionProofType
    return made(
        subject=subject,
        number=proof.number,
        leaf_hash=in_base64(proven.hash),
        path=[in_base64(one) for one in proof.path],
        head=head_id(unit, proven.size),
        file=proven.file.text,
    )


@query_field(
    permission=READ_LOG,
    description="Proves that the tenant's log grew out of what it was at a smaller size, with nothing changed.",
    arguments={"old_size": "The smaller size.", "new_size": "The larger size; the last head's by default."},
    cost=PROOF_COST,
)
async def consistency_proof(unit: Unit, old_size: int, new_size: int | None = None) -> ConsistencyProofType:
    """Prove that nothing was changed."""
    proven = await prove_consistency(unit, old_size, new_size)
    made: Any = ConsistencyProofType
    path = [in_base64(one) for one in proven.path]
    return made(path=path, old_head=head_id(unit, proven.old), new_head=head_id(unit, proven.new))


def head_id(unit: Unit, size: int) -> UUID:
    """Give the id of the head of a size."""
    return LogName(unit.network_id, unit.tenant_id).head_id(size)


def sealed_id(given: str) -> UUID:
    """Give the id of something that is sealed.

    Raises:
        InvalidInput: It is the id of another type of object.
    """
    name, _ = split_id(given)
    if name not in SEALED:
        raise InvalidInput(
            field="subject", problem=f"a {name} is not sealed; send the id of one of {', '.join(SEALED)}"
        )
    return local_id(name, given)


def in_base64(hash_: bytes) -> str:
    """Write a hash."""
    return b64encode(hash_).decode()


QUERIES = [log_head, log_heads, signing_keys, inclusion_proof, consistency_proof]
