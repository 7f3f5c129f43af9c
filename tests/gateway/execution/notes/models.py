"""Tables of a small feature: notes of a tenant under topics of the network, with remarks."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Column, Text
from sqlalchemy.orm import registry
from sqlmodel import Field

from core.kernel.rows import ReferenceRow, TenantRow

APART = registry()
"""Apart from the product's own tables, which other tests hold against the database."""


class Shared(ReferenceRow, registry=APART):
    """A reference row of this feature."""


class Owned(TenantRow, registry=APART):
    """A tenant row of this feature."""


class NoteStatus(StrEnum):
    OPEN = "open"
    DONE = "done"


class Topic(Shared, table=True):
    __tablename__ = "topics"

    owner_tenant_id: UUID
    code: str
    name: str


class Note(Owned, table=True):
    __tablename__ = "notes"

    title: str
    status: str = "open"
    stars: int = 0
    opened_at: datetime
    body: str = ""
    sealed: str | None = None
    author_mark: str | None = None
    facts: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    parent_id: UUID | None = None
    topic_id: UUID | None = None
    version: int = 1
    price_minor: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    price_currency: str | None = None


class Remark(Owned, table=True):
    __tablename__ = "remarks"

    note_id: UUID
    text: str
    length: int = Field(sa_column=Column(BigInteger, nullable=False))
    recorded_at: datetime
