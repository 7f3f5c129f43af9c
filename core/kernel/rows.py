"""The four classes of row. Every table's model names one; a test reads them and holds the database against them."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import Field, SQLModel

from core.kernel.ids import new_id

T = TypeVar("T")


class RowClass(StrEnum):
    """Who owns a row, and therefore which wall stands around it."""

    TENANT = "tenant"
    REFERENCE = "reference"
    GROUP = "group"
    PLATFORM = "platform"


class Retention(StrEnum):
    """How long rows of a table are kept; the periods are settings of the network.

    ``operational`` lives as long as its tenant, ``service`` as service records are kept by law, ``audit`` longest,
    ``transient`` until the work it stands for is done.
    """

    OPERATIONAL = "operational"
    SERVICE = "service"
    AUDIT = "audit"
    TRANSIENT = "transient"


class Row(SQLModel):
    """Every table's base.

    Attributes:
        row_class: Who owns the row.
        retention: How long it is kept.
        personal: Columns that hold personal data, always as ciphertext or keyed hash.
        group_key: For rows of a group, the column the group is kept by.
    """

    # Rows are read and written, never validated: what would validate them is not made unless it is asked for.
    model_config = {"defer_build": True}

    if TYPE_CHECKING:
        __tablename__: ClassVar[Any]

    row_class: ClassVar[RowClass]
    retention: ClassVar[Retention] = Retention.OPERATIONAL
    personal: ClassVar[frozenset[str]] = frozenset()
    group_key: ClassVar[str] = ""


class TenantRow(Row):
    """A row of one tenant: walled by ``tenant_id``, distributed by it, keyed ``(tenant_id, id)``."""

    row_class: ClassVar[RowClass] = RowClass.TENANT

    tenant_id: UUID = Field(primary_key=True)
    network_id: UUID
    id: UUID = Field(default_factory=new_id, primary_key=True)


class ReferenceRow(Row):
    """A small, rarely written row readable in its network and written by its owner, keyed ``(network_id, id)``."""

    row_class: ClassVar[RowClass] = RowClass.REFERENCE

    network_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=new_id, primary_key=True)


class PersonRow(Row):
    """A row of the group of one person: walled by ``person_id``, whatever networks the person works in."""

    row_class: ClassVar[RowClass] = RowClass.GROUP
    group_key: ClassVar[str] = "person_id"

    person_id: UUID = Field(primary_key=True)


class PlatformRow(Row):
    """A row of the platform: no personal data, read-only to every serving role."""

    row_class: ClassVar[RowClass] = RowClass.PLATFORM

    id: UUID = Field(default_factory=new_id, primary_key=True)


class Timestamped(SQLModel):
    """When a row was written, in real time."""

    recorded_at: datetime


def rel(attribute: T) -> "InstrumentedAttribute[T]":
    """See a relationship attribute as what SQLAlchemy made of it, for ``selectinload``."""
    return attribute  # type: ignore[return-value]
