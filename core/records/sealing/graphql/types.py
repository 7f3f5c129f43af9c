"""Types of the sealed log: heads, keys and proofs."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import strawberry

from core.kernel.direct import fetch
from core.kernel.graphql.types import entity, reads, value
from core.kernel.graphql.types import shows as tells
from core.kernel.reads import Column, Hole, Splicing, ToOne
from core.records.sealing.models import LogHead, SigningKey
from core.records.sealing.permissions import READ_LOG
from core.records.sealing.policy.heads import Head, LogName, signed_checkpoint

KEYS: Final = "SELECT number, public_key FROM signing_keys WHERE tenant_id = $1 AND number = ANY($2::int[])"
SIGNED: Final = ("network_id", "tenant_id", *Head.__dataclass_fields__)


async def fill_root(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Write roots in base64."""
    return [b64encode(row["root"]).decode() for row in rows]


async def fill_key(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Write keys in their one line."""
    return [log_of(row).key(row["public_key"]).text for row in rows]


async def fill_checkpoint(splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Write heads as signed notes."""
    unit = splicing.unit
    found = await fetch(unit, KEYS, unit.tenant_id, sorted({row["key_number"] for row in rows}))
    keys: dict[int, bytes] = {key["number"]: key["public_key"] for key in found}
    return [written(row, keys) for row in rows]


def written(row: Mapping[str, Any], keys: Mapping[int, bytes]) -> str | None:
    """Write a head as a signed note; nothing where its key is gone."""
    if row["key_number"] not in keys:
        return None
    head = Head(**{name: row[name] for name in Head.__dataclass_fields__})
    return signed_checkpoint(log_of(row), head, keys[row["key_number"]]).written


def log_of(row: Mapping[str, Any]) -> LogName:
    """Tell whose log a row belongs to."""
    return LogName(row["network_id"], row["tenant_id"])


@entity(SigningKey, permission=READ_LOG, description="The public half of a key that signs heads of the tenant's log.")
class SigningKeyType:
    """One signing key."""

    number: int = reads(Column("number"), description="1 for the tenant's first; the highest signs now.")
    key: str = reads(
        Hole(("network_id", "tenant_id", "public_key"), fill_key, alone=True),
        description="The key in one line, as `touchstone verify --key` and other readers of signed notes take it.",
    )
    recorded_at: datetime = reads(Column("recorded_at"), description="When it was made, in real time.")


@entity(LogHead, permission=READ_LOG, description="What the tenant's sealed log was at a size, signed.")
class LogHeadType:
    """One signed head."""

    size: int = reads(Column("size"), description="How many events and audit entries were sealed.")
    root: str = reads(
        Hole(("root",), fill_root, alone=True), description="The root of their Merkle tree (RFC 6962), in base64."
    )
    signed_at: datetime = reads(Column("signed_at"), description="When it was signed, in real time.")
    complete_to: datetime | None = reads(
        Column("complete_to"), description="Everything recorded up to this instant is among them, where that is said."
    )
    checkpoint: str | None = reads(
        Hole(SIGNED, fill_checkpoint),
        description="The head as a signed note (c2sp.org/tlog-checkpoint); keep it where nobody of the network writes.",
    )
    key: SigningKeyType = reads(ToOne(SigningKey, by="key_number", key="number"), description="The key that signed it.")


@value(permission=READ_LOG, description="A proof that an event or audit entry is in the tenant's sealed log.")
class InclusionProofType:
    """A proof of inclusion."""

    subject: strawberry.ID = tells("The event or audit entry.")
    number: int = tells("Its place in the log, from 0.")
    leaf_hash: str = tells("The hash of its leaf, in base64.")
    path: list[str] = tells("The hashes that lead from the leaf to the root, the leaf's neighbour first, in base64.")
    head: LogHeadType = tells("The signed head that it is proven for.")
    file: str = tells("All of it and what the leaf says as one file, which `touchstone verify --proof` checks offline.")


@value(permission=READ_LOG, description="A proof that the log of one size begins with all of a smaller one, unchanged.")
class ConsistencyProofType:
    """A proof of consistency."""

    path: list[str] = tells("The hashes of the proof (RFC 9162, section 2.1.4), in base64.")
    old_head: LogHeadType = tells("The signed head of the smaller size.")
    new_head: LogHeadType = tells("The signed head of the larger size.")
