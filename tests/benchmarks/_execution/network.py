"""A network that is large enough to be slow in, and the tenants of it that are asked."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.idle import run_until_idle
from core.kernel.scope import Scope
from core.records.mappings.loading import shipped_mapping
from core.records.open_record import OpenRecord, open_record
from gateway.wiring import make_services
from tenants.accounts.service_accounts import CreateServiceAccount, create_service_account
from tenants.networks.create import system_scope
from tenants.networks.provision import MOST_AT_ONCE, ProvisionTenant, provision_tenants
from tenants.sites.open import OpenSite, open_site
from tests.benchmarks._execution.filling import Amount, fill, read_sample, settle
from tests.benchmarks._ground import SETTINGS, Ground, Log, Standing, own_database
from tests.support.cluster import ROLE_SECRET, admin_database_url, superuser
from tests.support.networks import FOUNDED

STANDARD = "incident-handling"
SITES = ("station", "harbour", "airport")


@dataclass(frozen=True, slots=True)
class Asked:
    """A tenant that is asked over HTTP.

    Attributes:
        network_id: Its network.
        tenant_id: The tenant.
        lineage: The tenants above it and itself, as the walls read them.
        client_id: What signs in for it.
        secret: What proves it.
    """

    network_id: UUID
    tenant_id: UUID
    lineage: str
    client_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Network:
    """A database with one network.

    Attributes:
        url: Address of the database, without a user.
        admin_url: The same for the superuser.
        asked: The tenants that are asked, in the order of the amounts.
        filled_s: Seconds that filling took.
    """

    url: str
    admin_url: str
    asked: tuple[Asked, ...]
    filled_s: float


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Ground, None]:
    """Open a migrated database at the second that it is: Node keeps no more than milliseconds of an instant."""
    database = Database(url, ROLE_SECRET, pool_size=5)
    try:
        yield Ground(database, make_services(database, SETTINGS), SetClock(datetime.now(UTC).replace(microsecond=0)))
    finally:
        await database.close()


@asynccontextmanager
async def built(
    cluster: Standing, name: str, amounts: Sequence[Amount], *, others: Amount, tenants: int
) -> AsyncGenerator[Network, None]:
    """Make a database with a network, fill it, and let machines sign in to some of its tenants; it goes afterwards.

    Args:
        cluster: The cluster.
        name: How the database's name begins.
        amounts: What each tenant has that is asked.
        others: What each other tenant has.
        tenants: How many tenants there are beside headquarters' own.
    """
    async with own_database(cluster, name) as url:
        admin_url = admin_database_url(cluster.admin_url, url.rpartition("/")[2])
        asked, rest = await founded(url, len(amounts), tenants)
        admin = await superuser(admin_url)
        try:
            sample = await read_sample(admin, asked[0].tenant_id)
            wanted = [(one.tenant_id, amount) for one, amount in zip(asked, amounts, strict=True)]
            took = await fill(admin, sample, wanted)
            took += await fill(admin, sample, [(scope.tenant_id, others) for scope in rest])
            took += await settle(admin)
        finally:
            await admin.close()
        yield Network(url, admin_url, tuple(asked), took)


async def founded(url: str, asking: int, tenants: int) -> tuple[list[Asked], list[Scope]]:
    """Found the network; give the tenants that are asked, and the others."""
    async with opened(url) as ground:
        headquarters = await ground.found(Log(Path(), shipped_mapping("bpic2013_incidents"), STANDARD))
        scopes = await provisioned(ground, headquarters, 0, asking)
        await run_until_idle(ground.background, network_id=headquarters.network_id)
        asked = [await sign_in(ground, scope) for scope in scopes]
        return asked, await provisioned(ground, headquarters, asking, tenants - asking)


async def provisioned(ground: Ground, headquarters: Scope, first: int, count: int) -> list[Scope]:
    """Add tenants directly below headquarters."""
    scopes: list[Scope] = []
    keys = [f"shop-{number}" for number in range(first, first + count)]
    for start in range(0, count, MOST_AT_ONCE):
        commands = [
            ProvisionTenant(key=key, name=key.title(), parent_id=headquarters.tenant_id, since=FOUNDED)
            for key in keys[start : start + MOST_AT_ONCE]
        ]
        async with ground.database.unit(headquarters, clock=ground.clock) as unit:
            made = await provision_tenants(unit, commands)
        scopes.extend(system_scope(headquarters, (*headquarters.lineage, tenant.id)) for tenant in made)
    return scopes


async def sign_in(ground: Ground, scope: Scope) -> Asked:
    """Give a tenant its sites, a first record (which keeps the standard that holds), and an account for a machine."""
    async with ground.database.unit(scope, clock=ground.clock, directory=ground.directory) as unit:
        for key in SITES:
            await open_site(unit, OpenSite(key=key, name=key.title()))
        command = OpenRecord(channel="phone", standard_code=STANDARD, external_id="first", site_key=SITES[0])
        await open_record(unit, command)
        issued = await create_service_account(unit, CreateServiceAccount(name="Front end", roles=("manager",)))
    lineage = ",".join(str(one) for one in scope.lineage)
    return Asked(scope.network_id, scope.tenant_id, lineage, issued.client_id, issued.secret)
