"""A tenant's latest records are found at once, however many its neighbours have written since."""

from uuid import uuid4

from tests.core.kernel.schema_facts import behind_the_walls, cloned
from tests.gateway.execution.crowded import crowd, indexed_afterwards
from tests.support.cluster import Address

LATER = "UPDATE records SET opened_at = opened_at + interval '10 years', tenant_id = $2 WHERE tenant_id <> $1"
AS_MANY_AGAIN = """INSERT INTO records SELECT made.* FROM records t CROSS JOIN LATERAL
    jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'external_id', gen_random_uuid())) made
    WHERE t.tenant_id = $1"""
LATEST = """PREPARE latest(uuid, uuid) AS SELECT id FROM records
    WHERE tenant_id = $1 AND network_id = $2 ORDER BY opened_at DESC, id DESC LIMIT 50"""


async def test_a_page_walks_the_tenants_own_index(address: Address) -> None:
    """The table is in the order of writing, so that a walk along the network's index looks cheap."""
    async with cloned(address, "busy") as name, behind_the_walls(address, name) as admin:
        one, busy = await crowd(admin, {}, {"records"}), uuid4()
        async with indexed_afterwards(admin, ["records"]):
            await admin.execute(LATER, one.tenant_id, busy)
            for _ in range(3):
                await admin.execute(AS_MANY_AGAIN, busy)
        await admin.execute("CLUSTER records USING records_of_network")
        await admin.execute("ANALYZE records")
        await admin.execute("SET plan_cache_mode = force_generic_plan")
        await admin.execute(LATEST)
        plan = await admin.fetch(f"EXPLAIN EXECUTE latest('{one.tenant_id}', '{one.network_id}')")
    told = " ".join(row[0] for row in plan)
    assert "records_by_opening" in told, told
