"""Tables of customers."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from core.kernel.rows import Retention, TenantRow


class Customer(TenantRow, table=True):
    """A person whom the tenant serves; what is personal is sealed by a key of that person's in this tenant.

    The row outlives the person's erasure, with nothing in it: it says that there was somebody, and when that ended.

    Attributes:
        name: What the person is called, as ciphertext.
        address: Where the person lives, as ciphertext.
        tier: The level that decides benefits and differentiated standards, as a word.
        version: Goes up with every change.
        recorded_at: When it was written.
        updated_at: When it was last changed.
        erased_at: When the person's key was destroyed.
    """

    __tablename__ = "customers"
    __table_args__ = (
        CheckConstraint("erased_at IS NULL OR (name IS NULL AND address IS NULL)", name="customers_erased"),
        CheckConstraint("erased_at IS NULL OR tier IS NULL", name="customers_erased_tier"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE
    personal: ClassVar[frozenset[str]] = frozenset({"name", "address"})

    name: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    address: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    tier: str | None = None
    version: int = 1
    recorded_at: datetime
    updated_at: datetime
    erased_at: datetime | None = None


class CustomerKey(TenantRow, table=True):
    """What a customer is reached under in some channel; it leads to one customer of the tenant.

    Attributes:
        customer_id: The customer.
        kind: ``phone``, ``email``, or the channel that calls the person so.
        key_hash: Keyed hash of the normalised contact, under the tenant's key of pseudonyms.
        contact: The contact as it was given, as ciphertext under the person's key.
        recorded_at: When it was written.
    """

    __tablename__ = "customer_keys"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key_hash", name="customer_keys_hash"),
        ForeignKeyConstraint(
            ["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"], name="customer_keys_customer"
        ),
        Index("customer_keys_of", "tenant_id", "customer_id", "recorded_at", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE
    personal: ClassVar[frozenset[str]] = frozenset({"key_hash", "contact"})

    customer_id: UUID
    kind: str
    key_hash: str
    contact: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    recorded_at: datetime
