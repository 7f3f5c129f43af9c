"""Columns that are no answers, but tell whether an answer that was kept still holds."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from graphql import FieldNode, GraphQLField, GraphQLObjectType
from sqlalchemy import BindParameter, ColumnElement
from sqlalchemy.dialects.postgresql import ARRAY

from core.kernel.reads import NOW, Asking
from gateway.execution.compiled.arguments import Arguments
from gateway.execution.compiled.bail import Inexpressible
from gateway.execution.compiled.binds import Binds
from gateway.execution.compiled.objects import ObjectCompiler
from gateway.execution.compiled.texts import Text, concat, or_else
from gateway.execution.graphql_types import named_type
from gateway.execution.readings import KeptReading, KeptWhileReading

IDS = ARRAY(sa.Uuid())


def revision(kept: KeptReading, objects: ObjectCompiler) -> ColumnElement[Any]:
    """Print the revision at which an answer holds: of the tenant's head, and of its row where that is shown as well."""
    binds = objects.binds
    head = kept.head.table.alias(objects.alias())
    text: Text = [or_else(one_of(head.c[kept.head.name], head.c.tenant_id == binds.tenant), "none")]
    if kept.named is not None:
        tenant = kept.named.table.alias(objects.alias())
        own = sa.and_(tenant.c.network_id == binds.network, tenant.c.id == binds.tenant)
        text += ["/", or_else(one_of(tenant.c[kept.named.name], own), "none")]
    return concat(text)


def one_of(column: ColumnElement[Any], which: ColumnElement[bool]) -> ColumnElement[Any]:
    """Read a column of one row, as text."""
    return sa.select(sa.cast(column, sa.Text())).where(which).correlate(None).scalar_subquery()


def figure(
    reading: KeptWhileReading, objects: ObjectCompiler, definition: GraphQLField, nodes: Sequence[FieldNode]
) -> ColumnElement[Any]:
    """Print the figure while which an answer holds; a new one each time while the tenant is being moved.

    Raises:
        Inexpressible: Something is asked for that is different at every moment, or another moment is.
    """
    kept, binds = reading.kept, objects.binds
    arguments = Arguments(definition, nodes[0], objects.variables)
    if any(not arguments.is_fixed(name) or arguments.now.get(name) is not None for name in kept.unless):
        raise Inexpressible("it is asked about another moment than this one")
    below = named_type(definition)
    if isinstance(below, GraphQLObjectType):
        asked = objects.selections.below(nodes, below)
        if kept.fleeting & {one[0].name.value for one in asked.values()}:
            raise Inexpressible("what is asked for is different at every moment")
    asking = Asking(
        tenant=binds.tenant,
        network=binds.network,
        lineage=lineage(binds),
        arguments={name: binds.add(arguments.find(name), sa.Text()) for name in kept.arguments},
    )
    text: Text = [sa.cast(asking.lineage, sa.Text()), "/", versions(reading, objects), "/", kept.figure(asking)]
    return sa.case((placed(reading, objects), concat(text)), else_=concat(["moving/", sa.cast(NOW, sa.Text())]))


def lineage(binds: Binds) -> BindParameter[Any]:
    """The tenant and all above it, root first."""
    return binds.shared("lineage", attrgetter("scope.lineage"), IDS)


def versions(reading: KeptWhileReading, objects: ObjectCompiler) -> ColumnElement[Any]:
    """Print the versions of the rows of all tenants from the root to the one acted in."""
    tenants, binds = reading.tenants.alias(objects.alias()), objects.binds
    order = sa.func.array_position(lineage(binds), tenants.c.id)
    every = sa.and_(tenants.c.network_id == binds.network, tenants.c.id == sa.any_(lineage(binds)))
    in_order = sa.select(tenants.c.version).where(every).order_by(order).correlate(None).subquery(objects.alias())
    listed = sa.func.string_agg(sa.cast(in_order.c.version, sa.Text()), sa.literal_column("','"), type_=sa.Text())
    return or_else(sa.select(listed).correlate(None).scalar_subquery(), "none")


def placed(reading: KeptWhileReading, objects: ObjectCompiler) -> ColumnElement[bool]:
    """Tell whether the tenant stands exactly where the request says it does."""
    places, binds = reading.placements.alias(objects.alias()), objects.binds
    step, above = (sa.func.array_position(lineage(binds), one) for one in (places.c.child_id, places.c.parent_id))
    stands = sa.and_(
        places.c.network_id == binds.network,
        places.c.child_id == sa.any_(lineage(binds)),
        places.c.recorded_to.is_(None),
        sa.func.coalesce(above, 0) == step - 1,
        places.c.valid_from <= NOW,
        sa.or_(places.c.valid_to.is_(None), places.c.valid_to > NOW),
    )
    steps = sa.select(sa.func.count()).select_from(places).where(stands).correlate(None).scalar_subquery()
    return steps == sa.func.cardinality(lineage(binds))
