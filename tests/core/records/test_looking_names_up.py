"""Names are looked up one by one in their index, also in a tenant that has grown faster than statistics know."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from core.kernel.database import Database
from core.kernel.roles import Role
from core.kernel.scope import Scope
from core.kernel.walls import tenant_context
from core.records.open_at_once import NAMES_ARE_FREE
from core.records.repository import chunks, many
from tests.core.records.conftest import Chain

GROWN = """
    INSERT INTO record_keys (tenant_id, network_id, channel, external_id, record_id)
    SELECT $1, $2, 'phone', $3 || number, gen_random_uuid() FROM generate_series(1, 20000) AS number"""
MODES = ("force_custom_plan", "force_generic_plan")
STATEMENTS = {"at once": f"SELECT {NAMES_ARE_FREE}", "in a transaction": many.FIND, "imported": chunks.FIND}


@pytest.fixture(params=["another tenant is known", "nothing is known"])
async def grown(chain: Chain, admin: Any, request: pytest.FixtureRequest) -> Scope:
    """A tenant with 20,000 names, of which statistics know none."""
    old, new = await chain.tenant("old"), await chain.tenant("new")
    if request.param == "another tenant is known":
        await admin.execute(GROWN, old.tenant_id, old.network_id, "old ")
        await admin.execute("ANALYZE record_keys")
    await admin.execute(GROWN, new.tenant_id, new.network_id, "new ")
    return new


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
@pytest.mark.parametrize("mode", MODES)
async def test_names_are_looked_up_in_their_index(mode: str, statement: str, grown: Scope, database: Database) -> None:
    names = [f"unheard {number}" for number in range(1_000)]
    plan = await explained(database, grown, mode, statement, (grown.tenant_id, ["phone"] * len(names), names))
    conditions = [line for line in plan if "Index Cond" in line and "external_id" in line]
    assert conditions, "\n".join(plan)
    assert not [line for line in plan if "Seq Scan on record_keys" in line], "\n".join(plan)


@pytest.mark.parametrize("mode", MODES)
async def test_what_has_a_name_is_looked_up_by_its_key(mode: str, grown: Scope, database: Database) -> None:
    no_scan = {"enable_seqscan": "off", "enable_bitmapscan": "off"}  # There is no record yet to be found more slowly.
    plan = await explained(database, grown, mode, chunks.FIND, (grown.tenant_id, ["phone"], ["new 1"]), **no_scan)
    at = next(number for number, line in enumerate(plan) if "records r" in line)
    assert "records_pkey" in plan[at], "\n".join(plan)
    assert "id = k.record_id" in plan[at + 1], "\n".join(plan)


async def explained(
    database: Database,
    scope: Scope,
    mode: str,
    statement: str,
    values: tuple[UUID, list[str], list[str]],
    **settings: str,
) -> list[str]:
    """The plan of a statement as the tenant."""
    async with database.plain(Role.APP).connection() as connection:
        transaction: Any = connection.transaction()
        await transaction.start()
        try:
            for name, value in (*tenant_context(scope).items(), *settings.items(), ("plan_cache_mode", mode)):
                await connection.fetchrow("SELECT set_config($1, $2, true)", name, value)
            rows: list[asyncpg.Record] = await connection.fetch(f"EXPLAIN {statement}", *values)
        finally:
            await transaction.rollback()
    return [bytes(row[0]).decode() for row in rows]
