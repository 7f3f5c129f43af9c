"""The table of saved views."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text

from core.kernel.rows import TenantRow


class SavedView(TenantRow, table=True):
    """A list of records as somebody narrowed it.

    Attributes:
        owner_id: Whose it is: the person or service account that saved it.
        name: What its owner calls it; no two views of one owner are called the same.
        shared: Whether everybody in the tenant sees it.
        filter: What the list is narrowed by, as canonical JSON that is a ``RecordFilter``.
        ordering: ``latest_first`` or ``earliest_first``.
        columns: Fields of a record that are shown, as a JSON list of their names.
        version: Goes up with every change.
        recorded_at: When it was first saved.
        updated_at: When it was last changed.
    """

    __tablename__ = "saved_views"
    __table_args__ = (
        CheckConstraint("ordering IN ('latest_first', 'earliest_first')", name="saved_views_ordering"),
        UniqueConstraint("tenant_id", "owner_id", "name", name="saved_views_name"),
        Index("saved_views_shared", "tenant_id", "name", "id", postgresql_where=text("shared")),
    )

    owner_id: UUID
    name: str
    shared: bool = False
    filter: str
    ordering: str
    columns: str
    version: int = 1
    recorded_at: datetime
    updated_at: datetime
