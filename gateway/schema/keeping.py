"""Answers that may be kept: what tells whether they still hold, held against the tables."""

import sqlalchemy as sa

from core.kernel.reads import Breadth, Kept
from core.kernel.rows import RowClass
from gateway.execution.readings import KeptReading
from gateway.schema.planning import Unfit, column_of, table_of
from tenants.networks.models import Tenant


def kept_reading(kept: Kept, breadth: Breadth) -> KeptReading:
    """Resolve what tells whether a kept answer still holds.

    Raises:
        Unfit: There is not one row a tenant, or the revision is no number that is always there, or the field reads
            more than the tenant acted in.
    """
    table = table_of(kept.head)
    if breadth is not Breadth.TENANT:
        raise Unfit("an answer that is kept reads one tenant alone")
    if kept.head.row_class is not RowClass.TENANT or [one.name for one in table.primary_key] != ["tenant_id"]:
        raise Unfit(f"the table {table.name} does not have one row a tenant")
    head = column_of(table, kept.revision)
    if head.nullable or not isinstance(head.type, sa.Integer):
        raise Unfit(f"the revision {kept.revision!r} must be a number that is always there")
    return KeptReading(head, column_of(table_of(Tenant), "version") if kept.names_tenant else None)
