"""A foreign key finds its record by the primary key from the first one on, when nothing is known of the table yet."""

from uuid import uuid4

from core.kernel.roles import Role
from tests.support.cluster import Address, admin_database_url, clone, drop, superuser

CHECK = "SELECT 1 FROM ONLY records x WHERE tenant_id = $1 AND id = $2 FOR KEY SHARE OF x"
"""What PostgreSQL asks for every row that belongs to a record, with a plan that a session keeps."""


async def test_the_primary_key_is_taken_of_indexes_that_cost_the_same(address: Address) -> None:
    name = f"touchstone_{uuid4().hex}"
    await clone(address.admin_url, name)
    connection = await superuser(admin_database_url(address.admin_url, name))
    try:
        await connection.execute(
            f"SET ROLE {Role.OWNER.value}; SET plan_cache_mode = force_generic_plan; "
            f"SET enable_seqscan = off; SET enable_bitmapscan = off; PREPARE checked (uuid, uuid) AS {CHECK}"
        )
        plan = "\n".join(row[0] for row in await connection.fetch("EXPLAIN EXECUTE checked (NULL, NULL)"))
        assert "Index Scan using records_pkey on records" in plan, plan
    finally:
        await connection.close()
        await drop(address.admin_url, name)
