"""The table of terms."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from core.kernel.rows import Retention, Row, RowClass


class RecordTerm(Row, table=True):
    """A term that one of a record's personal texts has.

    The key ends in the order in which records are listed, so that a page of those that have a term is read off the
    index as it is, however many there are. A record's ``opened_at`` never changes.

    Attributes:
        tenant_id: The tenant.
        term: Keyed hash of the term, under the tenant's key of pseudonyms; see ``policy.TERM_LENGTH``.
        opened_at: When the record was opened.
        record_id: The record.
        network_id: The network of the tenant.
    """

    __tablename__ = "record_terms"
    __table_args__ = (Index("record_terms_of_record", "tenant_id", "record_id"),)

    row_class: ClassVar[RowClass] = RowClass.TENANT
    retention: ClassVar[Retention] = Retention.SERVICE
    personal: ClassVar[frozenset[str]] = frozenset({"term"})

    tenant_id: UUID = Field(primary_key=True)
    term: str = Field(primary_key=True)
    opened_at: datetime = Field(primary_key=True)
    record_id: UUID = Field(primary_key=True)
    network_id: UUID
