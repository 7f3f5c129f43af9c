"""Tables of the feature."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Double, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field

from core.kernel.rows import ReferenceRow, TenantRow

APART = registry()
"""Apart from the product's own tables, which other tests hold against the database."""


class Shared(ReferenceRow, registry=APART):
    """A reference row of this feature."""


class Owned(TenantRow, registry=APART):
    """A tenant row of this feature."""


class Phase(StrEnum):
    SOLID = "solid"
    LIQUID = "liquid"
    ODD = 'it\'s "odd" \\ \u00e9'


class Keeper(Owned, table=True):
    __tablename__ = "keepers"

    name: str
    secret_badge: str | None = None


class Cabinet(Shared, table=True):
    __tablename__ = "cabinets"

    owner_tenant_id: UUID
    code: str
    room: str | None = None


class Specimen(Owned, table=True):
    __tablename__ = "specimens"

    label: str
    note: str | None = None
    phase: str
    last_phase: str | None = None
    small: int
    maybe_small: int | None = None
    big: int = Field(sa_column=Column(BigInteger, nullable=False))
    maybe_big: int | None = Field(default=None, sa_column=Column(BigInteger))
    ratio: float = Field(sa_column=Column(Double, nullable=False))
    maybe_ratio: float | None = Field(default=None, sa_column=Column(Double))
    amount: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    maybe_amount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    found_on: date
    lost_on: date | None = None
    seen_at: datetime
    lost_at: datetime | None = None
    whole: bool
    maybe_whole: bool | None = None
    serial: UUID
    maybe_serial: UUID | None = None
    facts: str = Field(sa_column=Column(Text, nullable=False))
    maybe_facts: str | None = Field(default=None, sa_column=Column(Text))
    parts: Any = Field(sa_column=Column(JSONB, nullable=False))
    maybe_parts: Any = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    price_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    price_currency: str | None = None
    secret_weight: float | None = Field(default=None, sa_column=Column(Double))
    keeper_id: UUID | None = None
    cabinet_id: UUID
    parent_id: UUID | None = None
