"""Checkpoints and proofs out of the log, for whoever may read it."""

from typing import Final
from uuid import UUID

from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.sealing.errors import LogIsBroken, NoSuchSize, NotSealedYet
from core.records.sealing.permissions import READ_LOG
from core.records.sealing.policy.heads import Head, LogName, signed_checkpoint
from core.records.sealing.policy.merkle import Range, consistency_ranges, inclusion_ranges
from core.records.sealing.policy.notes import Note, VerifyingKey
from core.records.sealing.policy.proof_files import LeafProof, ProofFile
from core.records.sealing.policy.rows import said_of
from core.records.sealing.repository import asking, hashes_of, head_of_size, last_head, rows_of_leaf

NEWEST: Final = "SELECT public_key FROM signing_keys WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1"
KEY: Final = "SELECT public_key FROM signing_keys WHERE tenant_id = $1 AND number = $2"


@frozen
class Inclusion:
    """A proof that something is in the log.

    Attributes:
        size: The size of the log it is proven for.
        hash: The leaf's hash.
        file: The proof as a file.
    """

    size: int
    hash: bytes
    file: ProofFile


@frozen
class Consistency:
    """A proof that the log of one size begins with all of a smaller one.

    Attributes:
        old: The smaller size.
        new: The larger size.
        path: The hashes.
    """

    old: int
    new: int
    path: list[bytes]


async def head_at(unit: Unit, size: int | None = None) -> Head:
    """Give the head of a size, the last one by default.

    Raises:
        NotPermitted: The actor may not read the log.
        NotSealedYet: Nothing was sealed yet.
        NoSuchSize: Nothing was signed at that size.
    """
    unit.scope.require(READ_LOG)
    ask, log = asking(unit), LogName(unit.network_id, unit.tenant_id)
    last = await last_head(ask, log)
    if last is None:
        raise NotSealedYet(size=0)
    found = last if size is None else await head_of_size(ask, log, size)
    if found is None:
        raise NoSuchSize(asked=size or 0, size=last.size)
    return found


async def checkpoint_at(unit: Unit, size: int | None = None) -> Note:
    """Give the signed checkpoint of a size, the last one by default; see :func:`head_at`."""
    return await noted(unit, await head_at(unit, size))


async def newest_key(unit: Unit) -> VerifyingKey:
    """Give the public half of the key that signs now.

    Raises:
        NotPermitted: The actor may not read the log.
        NotSealedYet: There is no key yet, since nothing was sealed.
    """
    unit.scope.require(READ_LOG)
    found = await asking(unit)(NEWEST, unit.tenant_id)
    if not found:
        raise NotSealedYet(size=0)
    return LogName(unit.network_id, unit.tenant_id).key(found[0]["public_key"])


async def noted(unit: Unit, head: Head) -> Note:
    """Write a head down as it was signed."""
    log = LogName(unit.network_id, unit.tenant_id)
    found = await asking(unit)(KEY, unit.tenant_id, head.key_number)
    if not found:
        raise LogIsBroken(size=head.size, problem=f"the key {head.key_number} that signed it is gone")
    return signed_checkpoint(log, head, found[0]["public_key"])


async def prove_inclusion(unit: Unit, subject_id: UUID, size: int | None = None) -> Inclusion:
    """Prove that an event or audit entry is in the log.

    Args:
        unit: The transaction.
        subject_id: The event or entry.
        size: The head it is proven for; the last one by default.

    Raises:
        NotFound: There is no such event or entry in this tenant.
        NotSealedYet: It is not in the log of that size.
        LogIsBroken: Rows that it is proven with are gone.
    """
    head = await head_at(unit, size)
    ask, log = asking(unit), LogName(unit.network_id, unit.tenant_id)
    found = await rows_of_leaf(ask, log, subject_id)
    if found is None:
        raise NotFound(kind="event or audit entry", key=str(subject_id))
    if found.number is None or found.number >= head.size:
        raise NotSealedYet(size=head.size)
    path = await hashes(unit, inclusion_ranges(found.number, head.size), head.size)
    says, contents = said_of(found)
    proof = LeafProof(found.number, tuple(path), (await noted(unit, head)).written)
    file = ProofFile(kind=found.kind, says=says, contents=contents, proof=proof)
    return Inclusion(head.size, found.hash, file)


async def prove_consistency(unit: Unit, old: int, new: int | None = None) -> Consistency:
    """Prove that the log grew out of what it was at a smaller size.

    Args:
        unit: The transaction.
        old: The smaller size.
        new: The larger size; the last one by default.

    Raises:
        NoSuchSize: Nothing was signed at one of the sizes, or they stand in the wrong order.
        LogIsBroken: Rows that it is proven with are gone.
    """
    after, before = await head_at(unit, new), await head_at(unit, old)
    if before.size > after.size:
        raise NoSuchSize(asked=before.size, size=after.size)
    path = await hashes(unit, consistency_ranges(before.size, after.size), after.size)
    return Consistency(before.size, after.size, path)


async def hashes(unit: Unit, ranges: list[Range], size: int) -> list[bytes]:
    """Give the hashes of ranges.

    Raises:
        LogIsBroken: Rows that they are made of are gone.
    """
    try:
        return await hashes_of(asking(unit), LogName(unit.network_id, unit.tenant_id), ranges)
    except KeyError as missing:
        raise LogIsBroken(size=size, problem=f"a row is missing at {missing}") from missing
