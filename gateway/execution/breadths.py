"""Opening the one connection of an operation, as wide as the root field reads."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.grants import open_grant
from core.kernel.graphql.context import RequestContext
from core.kernel.reads import Breadth
from core.kernel.unit import Unit
from gateway.execution.reach import Reach
from gateway.execution.reader import Reader


@asynccontextmanager
async def opened(context: RequestContext, breadth: Breadth, purpose: str) -> AsyncGenerator[Reader, None]:
    """Open a connection that reads as wide as asked, and close it afterwards.

    A grant for a wider breadth is written, and its connection given back, before the wider one is taken: an operation
    never holds two. The root of the tree reads the network as its units below.

    Args:
        context: The request.
        breadth: How far is read.
        purpose: What the grant says it is for.
    """
    scope = context.acting
    if breadth is Breadth.UNITS_BELOW and scope.is_root:
        breadth = Breadth.NETWORK
    match breadth:
        case Breadth.TENANT:
            async with context.unit() as unit:
                yield reader(context, unit, Reach.within(scope))
        case Breadth.NETWORK:
            await grant_network(context, purpose)
            async with context.database.network_reads(scope.network_id) as session:
                yield wide_reader(context, session, breadth, ())
        case Breadth.UNITS_BELOW:
            tenants = await grant_units_below(context, purpose)
            async with context.database.region_reads(scope.network_id, tenants) as session:
                yield wide_reader(context, session, breadth, tenants)


async def grant_network(context: RequestContext, purpose: str) -> None:
    """Write the audited, expiring grant that reads of the network stand on."""
    async with context.unit(read_only=False) as unit:
        await open_grant(unit, "network", (), purpose)


async def grant_units_below(context: RequestContext, purpose: str) -> tuple[UUID, ...]:
    """Write the grant for the tenant acted in and every unit below it, and list them."""
    async with context.unit(read_only=False) as unit:
        units = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now)
        tenants = (unit.tenant_id, *units)
        await open_grant(unit, "region", tenants, purpose)
    return tenants


def reader(context: RequestContext, unit: Unit, reach: Reach) -> Reader:
    """Make the reader of a unit."""
    return Reader(unit, reach, context.services)


def wide_reader(context: RequestContext, session: AsyncSession, breadth: Breadth, tenants: tuple[UUID, ...]) -> Reader:
    """Make the reader of a connection that sees several tenants."""
    scope = context.acting
    tree = context.directory.within(session) if context.directory else None
    unit = Unit(session=session, scope=scope, clock=context.clock, directory=tree)
    reach = Reach(breadth=breadth, network_id=scope.network_id, tenant_id=scope.tenant_id, tenant_ids=tenants)
    return reader(context, unit, reach)
