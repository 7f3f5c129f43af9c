"""Evidence in the schema."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.kernel.crypto import MasterKeys
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.types import Connection, entity, extension, reads, shows, value
from core.kernel.key_ring import KeyIsErased, KeyRing
from core.kernel.reads import Column, Expression, Hole, Splicing, ToMany
from core.records.evidence.models import RecordEvidence
from core.records.evidence.receive import hash_place
from core.records.evidence.repository import sealed_hashes
from core.records.permissions import READ_EVIDENCE, READ_RECORDS
from core.standards.graphql.processes import Proof, ProofPlace


async def opened_hashes(splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Open the hashes of files; empty where the person was erased."""
    ring = KeyRing(splicing.unit, splicing.services.get(MasterKeys))
    sealed = await sealed_hashes(splicing.unit, [row["id"] for row in rows])
    hashes: list[object] = []
    for row in rows:
        try:
            kept = sealed.get(row["id"])
            hashes.append(None if kept is None else await ring.open(kept, hash_place(row["id"])))
        except KeyIsErased:
            hashes.append(None)
    return hashes


@entity(RecordEvidence, permission=READ_RECORDS, description="A file that proves that a step of a record was done.")
class RecordEvidenceType:
    """One piece of evidence."""

    position: int = reads(Column("position"), description="Its place among the record's evidence, from 1.")
    step: str = reads(Column("step"), description="The step, as the process named it when it was given.")
    round: int = reads(Column("round"), description="Which occurrence of the step, from 1.")
    asked: str = reads(
        Column("asked"), description="Which evidence of the step it is; empty where the process asks for none."
    )
    counts_as: str | None = reads(
        Column("counts_as"), description="Which step of the present version it stands for, where that has another name."
    )
    kind: Proof = reads(Column("kind"), description="What it is.")
    media_type: str = reads(Column("media_type"), description="In what form it is.")
    bytes: int = reads(
        Expression(lambda piece: sa.cast(piece.c.size, sa.Integer())), description="Its length in bytes."
    )
    place: ProofPlace | None = reads(Column("place"), description="Where it was taken, as its giver says.")
    taken_at: datetime = reads(Column("taken_at"), description="When it was taken, as its giver says.")
    given_at: datetime = reads(Column("given_at"), description="When it was given.")
    given_by: str = reads(
        Expression(lambda piece: sa.cast(piece.c.given_by, sa.Text())), description="Who gave it, by id."
    )
    confirmed_by: str | None = reads(
        Expression(lambda piece: sa.cast(piece.c.confirmed_by, sa.Text())),
        description="The other person who confirmed it, by id.",
    )
    confirmed_at: datetime | None = reads(Column("confirmed_at"), description="When that person did.")
    withdrawn_at: datetime | None = reads(
        Column("withdrawn_at"), description="When it was withdrawn; it counts no more then."
    )
    withdrawn_code: str | None = reads(Column("withdrawn_code"), description="Why it was withdrawn, as a word.")
    stored_hash: str = reads(
        Column("blob"), description="SHA-256 of what is stored, which is encrypted; the record's event names it too."
    )
    sha256: str | None = reads(
        Hole(("id",), opened_hashes),
        permission=READ_EVIDENCE,
        description="SHA-256 of the file, in hexadecimal; empty once the person it speaks of was erased.",
    )


@filters(RecordEvidence, description="Narrows the evidence of a record.")
class RecordEvidenceFilter:
    """What evidence can be narrowed by."""

    step: str | None = matches("step", description="For this step.")
    kind: Proof | None = matches("kind", description="Of this kind.")


@extension
class EvidenceOfRecord:
    """What a record tells of its evidence."""

    evidence: Connection[RecordEvidenceType] = reads(
        ToMany(RecordEvidence, key="record_id", order=("position", "id"), filter=RecordEvidenceFilter),
        description="Files that prove what was done, those that were withdrawn among them, in the order given.",
    )


@value(permission=READ_EVIDENCE, description="An address at which a file can be fetched for a short time.")
class EvidenceLink:
    """A link."""

    url: str = shows("Where; whoever has the address can fetch the file, in your name, until it ends.")
    expires_at: datetime = shows("Until when.")
