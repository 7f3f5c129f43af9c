"""Read in tenants below, for background work: under an audited grant, and nothing else."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from core.kernel.grants import open_grant
from core.kernel.unit import Unit
from core.kernel.work import Work


@asynccontextmanager
async def overseeing(work: Work, tenants: Sequence[UUID], purpose: str) -> AsyncGenerator[Unit]:
    """Read some tenants below under an audited grant: headquarters as the network role, others as the region role.

    Args:
        work: The work of the tenant that reads.
        tenants: The tenants below.
        purpose: What for, as the grant keeps it.
    """
    async with work.unit(once=False) as unit:
        whole = unit.scope.is_root
        await open_grant(unit, "network" if whole else "region", () if whole else tenants, purpose)
    database, scope = work.background.database, work.scope
    opened = (
        database.network_reads(scope.network_id) if whole else database.region_reads(scope.network_id, list(tenants))
    )
    async with opened as session:
        yield Unit(session=session, scope=scope, clock=work.clock, directory=work.directory.within(session))
