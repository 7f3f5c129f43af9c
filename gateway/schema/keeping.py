"""Answers that may be kept: what tells whether they still hold, held against the tables."""

import sqlalchemy as sa
from graphql import GraphQLField, GraphQLObjectType

from core.kernel.reads import Breadth, Kept, KeptWhile
from core.kernel.rows import RowClass
from gateway.execution.graphql_types import named_type
from gateway.execution.readings import KeptReading, KeptWhileReading
from gateway.schema.planning import Unfit, column_of, table_of
from tenants.networks.models import Tenant, TenantPlacement


def kept_reading(kept: Kept | KeptWhile, breadth: Breadth, field: GraphQLField) -> KeptReading | KeptWhileReading:
    """Resolve what tells whether a kept answer still holds.

    Raises:
        Unfit: There is not one row a tenant, or the revision is no number that is always there, or the field reads
            more than the tenant acted in, or has no such argument or field below it.
    """
    if breadth is not Breadth.TENANT:
        raise Unfit("an answer that is kept reads one tenant alone")
    if isinstance(kept, KeptWhile):
        return kept_while(kept, field)
    table = table_of(kept.head)
    if kept.head.row_class is not RowClass.TENANT or [one.name for one in table.primary_key] != ["tenant_id"]:
        raise Unfit(f"the table {table.name} does not have one row a tenant")
    head = column_of(table, kept.revision)
    if head.nullable or not isinstance(head.type, sa.Integer):
        raise Unfit(f"the revision {kept.revision!r} must be a number that is always there")
    return KeptReading(head, column_of(table_of(Tenant), "version") if kept.names_tenant else None)


def kept_while(kept: KeptWhile, field: GraphQLField) -> KeptWhileReading:
    """Resolve a figure; the field must have the arguments it names, and its answer what is fleeting."""
    below = named_type(field)
    known: set[str] = set(below.fields) if isinstance(below, GraphQLObjectType) else set()
    arguments = {one.out_name or name for name, one in field.args.items()}
    for unknown in sorted({*kept.arguments, *kept.unless} - arguments | kept.fleeting - known):
        raise Unfit(f"there is no {unknown!r} on which a kept answer could depend")
    return KeptWhileReading(kept, table_of(Tenant), table_of(TenantPlacement))
