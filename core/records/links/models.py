"""The table of links that open a customer's own view."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index

from core.kernel.models import ACTOR_KINDS
from core.kernel.rows import Retention, TenantRow


class RecordLink(TenantRow, table=True):
    """A link to a customer's own view of one record; of the address itself nothing is kept.

    Attributes:
        record_id: The record that it opens.
        actor_kind: What kind of actor shared it.
        actor_id: Who shared it.
        shared_at: When.
        expires_at: From when on it opens nothing.
        revoked_at: When it was revoked, and opens nothing since.
        recorded_at: When the row was last written.
    """

    __tablename__ = "record_links"
    __table_args__ = (
        CheckConstraint(ACTOR_KINDS, name="record_links_actor_kind"),
        CheckConstraint("expires_at > shared_at", name="record_links_expiry"),
        ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_links_record"
        ),
        Index("record_links_of_record", "tenant_id", "record_id", "shared_at", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    record_id: UUID
    actor_kind: str
    actor_id: UUID
    shared_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    recorded_at: datetime
