"""One server with a tenant of very many records, one of few and one that works, for all that is asked over HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from core.kernel.crypto import MasterKeys
from core.kernel.ids import new_id
from core.kernel.key_ring import KeyRing
from core.kernel.permissions import every_permission
from core.kernel.scope import Actor, ActorKind, Scope
from core.records.terms.policy import hidden
from tests.benchmarks._execution.filling import Amount
from tests.benchmarks._execution.network import Asked, Network, built, opened
from tests.benchmarks._execution.serving import Server, floor, ours, serving
from tests.benchmarks._ground import Standing, first_process
from tests.support.cluster import superuser

FLOOR = Path(__file__).with_name("floor.sql")
COMMON, RARE = "leak", "weber"
"""Words that every tenth and every hundredth record was told of with."""
TERMS = """
    INSERT INTO record_terms (tenant_id, network_id, term, opened_at, record_id)
    SELECT r.tenant_id, r.network_id, told.term, r.opened_at, r.id
    FROM (SELECT *, substr(external_id, 3)::int AS i FROM records WHERE tenant_id = $1 AND external_id LIKE 'R-%') r
    CROSS JOIN LATERAL (
        SELECT $2 AS term WHERE i % 10 = 0 UNION ALL SELECT $3 WHERE i % 100 = 0
        UNION ALL SELECT substr(md5((i % 5000)::text), 1, 16)) told
"""


@dataclass(frozen=True, slots=True)
class Served:
    """What is asked, and what it is served by.

    Attributes:
        server: The product.
        floor: What leaves the same rows and does nothing else.
        many: The tenant of very many records.
        few: The tenant of few.
        working: The tenant that records are opened and worked on in.
        admin_url: The database for the superuser.
        postgres: The first process of the cluster.
    """

    server: Server
    floor: Server
    many: Asked
    few: Asked
    working: Asked
    admin_url: str
    postgres: int


@asynccontextmanager
async def served(cluster: Standing, few: int, many: int) -> AsyncGenerator[Served, None]:
    """Fill a database and serve it as long as the block lasts."""
    amounts = [Amount(many, steps=1), Amount(few, steps=1), Amount(few, steps=1)]
    logs = cluster.folder / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    async with built(cluster, "served", amounts, others=Amount(few, steps=1), tenants=len(amounts)) as network:
        await furnish(network)
        async with serving([ours(network), floor(network, site=False)], logs) as (server, bare):
            large, small, working = network.asked
            yield Served(server, bare, large, small, working, network.admin_url, await first_process(cluster))


async def furnish(network: Network) -> None:
    """Let records be found by words, and give the floor its functions."""
    admin = await superuser(network.admin_url)
    try:
        await admin.execute(FLOOR.read_text())
        for asked in network.asked[:2]:
            await admin.execute(TERMS, asked.tenant_id, *await terms(network, asked))
        await admin.execute("VACUUM (ANALYZE) record_terms")
        await admin.execute("CHECKPOINT")
    finally:
        await admin.close()


async def terms(network: Network, asked: Asked) -> tuple[str, str]:
    """Give what stands for the two words in a tenant."""
    async with opened(network.url) as ground:
        masters = ground.services.get(MasterKeys)
        async with ground.database.unit(scope_of(asked, ground.clock.now()), clock=ground.clock) as unit:
            key = await KeyRing(unit, masters).pseudonym_key()
            return hidden(key, COMMON), hidden(key, RARE)


def scope_of(asked: Asked, instant: datetime) -> Scope:
    """Give the system's scope in a tenant."""
    return Scope(
        network_id=asked.network_id,
        tenant_id=asked.tenant_id,
        lineage=tuple(UUID(one) for one in asked.lineage.split(",")),
        actor=Actor(ActorKind.SYSTEM, new_id()),
        permissions=every_permission(),
        instant=instant,
    )
