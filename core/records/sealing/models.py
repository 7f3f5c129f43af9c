"""Tables of a tenant's log: leaves, the nodes above them, signed heads, signing keys, and what removed content left."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from core.kernel.rows import Retention, Row, RowClass, TenantRow


class LogLeaf(Row, table=True):
    """One leaf: what stands at a place of the log, for ever.

    Attributes:
        tenant_id: Whose log.
        network_id: Its network.
        number: The place, from 0, without a gap.
        kind: ``event`` of a record, or ``audit`` entry.
        subject_id: The event or entry.
        hash: The leaf's hash, 32 bytes.
    """

    __tablename__ = "log_leaves"
    __table_args__ = (
        CheckConstraint("kind IN ('event', 'audit')", name="log_leaves_kind"),
        CheckConstraint("number >= 0", name="log_leaves_number"),
        UniqueConstraint("tenant_id", "subject_id", name="log_leaves_subject"),
    )
    row_class: ClassVar[RowClass] = RowClass.TENANT
    retention: ClassVar[Retention] = Retention.AUDIT

    tenant_id: UUID = Field(primary_key=True)
    network_id: UUID
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str
    subject_id: UUID
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LogNode(Row, table=True):
    """A node above 256 leaves, or above 256 nodes of the level below, so that proofs read few rows.

    Attributes:
        tenant_id: Whose log.
        network_id: Its network.
        level: 1 above leaves, 2 above nodes of level 1, and so on.
        number: The place in its level, from 0.
        hash: The node's hash, 32 bytes.
    """

    __tablename__ = "log_nodes"
    __table_args__ = (CheckConstraint("level >= 1 AND number >= 0", name="log_nodes_place"),)
    row_class: ClassVar[RowClass] = RowClass.TENANT
    retention: ClassVar[Retention] = Retention.AUDIT

    tenant_id: UUID = Field(primary_key=True)
    network_id: UUID
    level: int = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LogHead(TenantRow, table=True):
    """What the log was at a size, signed.

    Attributes:
        size: How many leaves.
        after_size: The size of the head before; 0 for the first, so that none can be taken out unseen.
        root: The root of their tree, 32 bytes.
        signed_at: When it was signed, in real time.
        complete_to: Everything recorded up to this instant is among the leaves; empty where nothing is said.
        key_number: Which of the tenant's keys signed.
        signature: Ed25519 over the checkpoint's text, 64 bytes.
    """

    __tablename__ = "log_heads"
    __table_args__ = (
        CheckConstraint("size > after_size AND after_size >= 0", name="log_heads_size"),
        UniqueConstraint("tenant_id", "size", name="log_heads_of_size"),
        Index("log_heads_by_size", "tenant_id", "size", "id"),
    )
    retention: ClassVar[Retention] = Retention.AUDIT

    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    after_size: int = Field(sa_column=Column(BigInteger, nullable=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    signed_at: datetime
    complete_to: datetime | None = None
    key_number: int
    signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class SigningKey(TenantRow, table=True):
    """The public half of a key that signs heads; old ones stay, to verify.

    The private half is a data key of the tenant, wrapped by the master key, and gone once the next one signs.

    Attributes:
        number: 1 for the tenant's first.
        public_key: 32 bytes.
        endorsement: Signature of the key before over this one, of the first key over itself; 64 bytes.
        recorded_at: When it was made, in real time.
    """

    __tablename__ = "signing_keys"
    __table_args__ = (
        CheckConstraint("number >= 1", name="signing_keys_from_one"),
        UniqueConstraint("tenant_id", "number", name="signing_keys_number"),
        Index("signing_keys_by_number", "tenant_id", "number", "id"),
    )
    retention: ClassVar[Retention] = Retention.AUDIT

    number: int
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    endorsement: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    recorded_at: datetime


class LogPosition(Row, table=True):
    """How far the sealing has come in one of the tables that it seals; its lock keeps two sealings apart.

    Attributes:
        tenant_id: Whose log.
        network_id: Its network.
        source: ``event`` or ``audit``.
        reached: The newest row that was looked at; ids are in the order of time.
        settled: Up to here it was looked again for rows that came late.
    """

    __tablename__ = "log_positions"
    __table_args__ = (CheckConstraint("source IN ('event', 'audit')", name="log_positions_source"),)
    row_class: ClassVar[RowClass] = RowClass.TENANT

    tenant_id: UUID = Field(primary_key=True)
    network_id: UUID
    source: str = Field(primary_key=True)
    reached: UUID
    settled: UUID


class EventTombstone(TenantRow, table=True):
    """What is left of an event whose content was removed, keyed like the event: the hashes that its leaf is made of.

    Attributes:
        payload_hash: SHA-256 of the payload's text, 32 bytes.
        sealed_hash: SHA-256 of the personal part, where there was one.
        audit_id: The audit entry of the act that removed it.
    """

    __tablename__ = "event_tombstones"
    retention: ClassVar[Retention] = Retention.AUDIT

    payload_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    audit_id: UUID
