"""The site of many records of a page is looked up once, however many sites the other tenants have."""

from graphql import parse
from graphql.execution.values import VariableValues

from core.kernel.walls import Engine
from gateway.answering.prepared import Prepared
from gateway.execution.compiled.roots import Compiler
from gateway.execution.compiled.statement import ContextStrategy
from tests.core.kernel.schema_facts import behind_the_walls, cloned
from tests.gateway.execution.crowded import crowd
from tests.support.api import whole_schema
from tests.support.cluster import Address

PAGE = "{ records(first: 50) { nodes { id site { key } } } }"
OTHERS = "UPDATE records SET site_id = md5(ceil(random() * 500)::text)::uuid WHERE tenant_id <> $1"
"""Hundreds of sites, each with a dozen records: the planner knows how many there are, and not whose."""


async def test_what_is_known_of_a_site_is_kept_for_the_next_record(address: Address) -> None:
    async with cloned(address, "sites") as name, behind_the_walls(address, name) as admin:
        one = await crowd(admin, {}, {"records"})
        await admin.execute(OTHERS, one.tenant_id)
        await admin.execute("ANALYZE records")
        ids = [f"'{one.tenant_id}'", f"'{one.network_id}'"]
        await admin.execute("SET plan_cache_mode = force_generic_plan")
        await admin.execute(f"PREPARE page(uuid, uuid, varchar, varchar, varchar) AS {statement()}")
        plan = await admin.fetch(f"EXPLAIN EXECUTE page({', '.join([*ids, *reversed(ids), ids[0]])})")
    told = " ".join(row[0] for row in plan)
    assert "Memoize" in told, told


def statement() -> str:
    schema, prepared = whole_schema(), Prepared.of(parse(PAGE), None)
    assert prepared is not None
    compiler = Compiler.of(schema.graphql, schema.seal, schema.figures.page)
    strategy = ContextStrategy(Engine.POSTGRESQL)
    return compiler.plan(prepared.node, prepared.fragments, VariableValues({}, {}), strategy).sql
