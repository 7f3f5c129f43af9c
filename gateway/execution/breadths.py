"""Opening the one connection of an operation, as wide as the root field reads."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.grants import Kind, open_grant
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
            await grant(context, "network", (), purpose)
            async with context.database.network_reads(scope.network_id) as session:
                yield wide_reader(context, session, breadth, ())
        case Breadth.UNITS_BELOW:
            tenants = await below(context)
            await grant(context, "region", tenants, purpose)
            async with context.database.region_reads(scope.network_id, tenants) as session:
                yield wide_reader(context, session, breadth, tenants)


async def grant(context: RequestContext, kind: Kind, tenants: tuple[UUID, ...], purpose: str) -> None:
    """Write the audited, expiring grant that the reads to come stand on."""
    async with context.unit(read_only=False) as unit:
        await open_grant(unit, kind, tenants, purpose)


async def below(context: RequestContext) -> tuple[UUID, ...]:
    """List the tenant acted in and every unit below it.

    Raises:
        RuntimeError: There is no directory to ask; this is a mistake in the wiring.
    """
    if context.directory is None:
        msg = "Reading the units below needs a directory."
        raise RuntimeError(msg)
    scope = context.acting
    units = await context.directory.units_below(scope.network_id, scope.tenant_id, context.clock.now())
    return (scope.tenant_id, *units)


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
