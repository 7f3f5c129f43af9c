"""Types of privacy."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import strawberry

from core.kernel.background.graphql.types import JobType
from core.kernel.crypto import MasterKeys, Place
from core.kernel.graphql.ids import global_id
from core.kernel.graphql.types import Connection, entity, extension, reads
from core.kernel.key_ring import KeyRing, keys_in_reach
from core.kernel.models import Job
from core.kernel.reads import NOW, Column, Hole, Splicing, ToMany, ToOne
from core.records.customers.graphql.types import CustomerType, opened
from core.records.customers.models import Customer
from core.records.permissions import READ_RECORDS
from core.records.privacy.models import (
    Erasure,
    LegalHold,
    RecordRemoval,
    RetentionChoice,
    RetentionClass,
    SubjectExport,
)
from core.records.privacy.permissions import EXPORT_CUSTOMERS, READ_PRIVACY

KINDS = {"customer": "Customer", "record": "Record"}


async def fill_subject(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Name what holds are on."""
    return [global_id(KINDS[row["subject_kind"]], row["subject_id"]) for row in rows]


async def fill_kinds(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """List the kinds of service of classes."""
    return [list(row["service_types"]) for row in rows]


async def fill_file(splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Open files that have not expired."""
    if not keys_in_reach(splicing.unit):
        return [None] * len(rows)
    ring, now = KeyRing(splicing.unit, splicing.services.get(MasterKeys)), splicing.unit.now
    places = [Place("subject_exports", "content", row["id"]) for row in rows]
    return [
        await opened(ring, row["content"] if row["expires_at"] > now else None, place)
        for row, place in zip(rows, places, strict=True)
    ]


def in_force(hold: sa.FromClause) -> sa.ColumnElement[bool]:
    """Tell whether a hold is in force."""
    return hold.c.lifted_at.is_(None) & (hold.c.until.is_(None) | (hold.c.until > NOW))


@entity(
    LegalHold,
    permission=READ_RECORDS,
    description="Something must be kept, as the law asks: neither erasure nor retention touches it.",
)
class LegalHoldType:
    """One legal hold."""

    subject_kind: str = reads(Column("subject_kind"), description="`customer` or `record`.")
    subject: strawberry.ID = reads(
        Hole(("subject_kind", "subject_id"), fill_subject, alone=True), description="The customer or record."
    )
    reason_code: str = reads(Column("reason_code"), description="Why, as a word.")
    legal_basis: str = reads(Column("legal_basis"), description="The law, order or contract that asks for it.")
    until: datetime | None = reads(Column("until"), description="Until when at most; empty where there is no end.")
    placed_at: datetime = reads(Column("placed_at"), description="Since when it holds.")
    lifted_at: datetime | None = reads(Column("lifted_at"), description="When it was lifted.")


@entity(
    RecordRemoval,
    permission=READ_RECORDS,
    description="The content of a record's events was removed, because its time was over; hashes are left.",
)
class RecordRemovalType:
    """One removal."""

    retention_key: str = reads(Column("retention_key"), description="The class it was kept under.")
    days: int = reads(Column("days"), description="How many days that was, from its closing.")
    events: int = reads(Column("events"), description="How many events it had.")
    removed_at: datetime = reads(Column("removed_at"), description="When the content was removed.")


@entity(Erasure, permission=READ_PRIVACY, description="A customer was erased: the person's key was destroyed.")
class ErasureType:
    """One erasure."""

    customer: CustomerType | None = reads(ToOne(Customer, by="id"), description="What is left of the customer.")
    reason_code: str = reads(Column("reason_code"), description="Why, as a word.")
    legal_basis: str = reads(Column("legal_basis"), description="What it rests on.")
    erased_at: datetime = reads(Column("erased_at"), description="When the key was destroyed.")


@entity(
    RetentionClass,
    permission=READ_PRIVACY,
    description="How long content of closed records is kept in the network, by kind of service.",
)
class RetentionClassType:
    """One class."""

    key: str = reads(Column("key"), description="Its name; `ordinary` is for all kinds that no other class names.")
    service_types: list[str] = reads(
        Hole(("service_types",), fill_kinds, alone=True), description="The kinds of service it is for."
    )
    days: int = reads(Column("days"), description="How many days from closing, where a tenant says nothing else.")
    least_days: int = reads(Column("least_days"), description="The least that a tenant may choose.")
    most_days: int = reads(Column("most_days"), description="The most that a tenant may choose: what the law allows.")
    version: int = reads(Column("version"), description="Goes up with every change; send it back with yours.")


@entity(RetentionChoice, permission=READ_PRIVACY, description="How long a tenant keeps content of a class.")
class RetentionChoiceType:
    """One choice."""

    key: str = reads(Column("key"), description="The class.")
    days: int | None = reads(
        Column("days"), description="How many days; what the network says where it is empty, and never out of bounds."
    )
    version: int = reads(Column("version"), description="Goes up with every change; send it back with yours.")


@entity(
    SubjectExport,
    permission=EXPORT_CUSTOMERS,
    description="Everything that is held of a customer as one file, under that person's key, for seven days.",
)
class SubjectExportType:
    """One export."""

    job: JobType | None = reads(ToOne(Job, by="job_id"), description="The job that makes it.")
    size: int | None = reads(Column("size"), description="Length of the file in bytes, once it is made.")
    asked_at: datetime = reads(Column("asked_at"), description="When it was asked for.")
    made_at: datetime | None = reads(Column("made_at"), description="When it was made.")
    expires_at: datetime = reads(Column("expires_at"), description="When it is deleted.")
    file: str | None = reads(
        Hole(("id", "content", "expires_at"), fill_file),
        description="The file, JSON of the form `touchstone.subject/1`; null before it is made and once it is deleted.",
    )


@extension
class PrivacyOfRecord:
    """What a record tells of its privacy."""

    legal_holds: Connection[LegalHoldType] = reads(
        ToMany(LegalHold, key="subject_id", order=("placed_at", "id"), where=in_force),
        description="Legal holds in force on this record; one on its customer holds it as well.",
    )
    removal: RecordRemovalType | None = reads(
        ToOne(RecordRemoval, by="id"), description="That the content of its events was removed, where it was."
    )


@extension
class PrivacyOfCustomer:
    """What a customer tells of privacy."""

    legal_holds: Connection[LegalHoldType] | None = reads(
        ToMany(LegalHold, key="subject_id", order=("placed_at", "id"), where=in_force),
        description="Legal holds in force on the customer, and so on all of that person's records.",
    )
