"""PostgreSQL plans a compiled page a few times and then keeps to its plan: planning takes as long as a page."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import parse
from graphql.execution.values import VariableValues

from core.kernel.roles import Role
from gateway.answering.prepared import Prepared
from gateway.execution.compiled.binds import Run
from gateway.execution.compiled.plan import Plan
from gateway.execution.compiled.roots import Compiler
from gateway.execution.compiled.statement import ContextStrategy
from tests.gateway.execution.compiled.filling import BEGINNING
from tests.gateway.execution.compiled.houses import House

WRITTEN = "{ records(first: 50) { nodes { id channel openedAt steps(first: 3) { nodes { key status } } } } }"
SENT = "query($size: Int!, $few: Int) { records(first: $size) { nodes { id steps(first: $few) { nodes { key } } } } }"
TOLD = "query($size: Int!) { records(first: $size) { pageInfo { hasNextPage endCursor } nodes { id } totalCount } }"
LARGE = "{ specimens(first: 20) { nodes { id } } }"
TRIED = 12
"""PostgreSQL tries five plans made for the values before it thinks about one that is made for all."""
GIVEN = "SELECT generic_plans FROM pg_prepared_statements WHERE statement = $1"
MANY = """SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', 'specimens',
        'relpages', 1, 'reltuples', 1000000::real),
    pg_restore_attribute_stats('schemaname', 'public', 'relname', 'specimens', 'attname', 'tenant_id',
        'inherited', false, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', -0.004::real,
        'most_common_vals', '{' || $1::uuid || '}', 'most_common_freqs', '{0.9}'::real[])"""
"""Has the planner believe that nearly all specimens are one tenant's, and that there are very many."""
FIGURES = re.compile(rb"cost=\S+ rows=\d+")


@pytest.mark.parametrize(
    ("query", "values"),
    [(WRITTEN, {}), (SENT, {"size": 50, "few": 3}), (SENT, {"size": 200, "few": 200}), (TOLD, {"size": 10})],
)
async def test_a_page_is_planned_once(house: House, query: str, values: Mapping[str, Any]) -> None:
    plan = plan_of(house, query, values)
    async with house.both.database.plain(Role.APP).connection() as connection:
        for _ in range(TRIED):
            await connection.fetchrow(plan.sql, *given(house, plan, **values))
        assert await connection.fetchval(GIVEN, plan.sql) > 0


async def test_a_plan_for_one_tenant_is_one_for_all(cabinet: House) -> None:
    """A plan for a large tenant would look cheaper than one for any, though it is the same, and be made each time."""
    plan, large = plan_of(cabinet, LARGE, {}), cabinet.acting("everything", 0).scope
    assert large is not None
    pool = cabinet.both.database.plain(Role.APP)
    try:
        await cabinet.admin.fetch(MANY, large.tenant_id)
        async with pool.connection() as connection:
            told = [await connection.fetch(f"EXPLAIN {plan.sql}", *given(cabinet, plan, place)) for place in range(2)]
    finally:
        await cabinet.admin.execute("ANALYZE specimens")
    estimates = [FIGURES.findall(b" ".join(line[0] for line in lines)) for lines in told]
    assert estimates[0] == estimates[1] != []


def plan_of(house: House, query: str, values: Mapping[str, Any]) -> Plan:
    prepared, strategy = Prepared.of(parse(query), None), ContextStrategy(house.both.database.engine)
    assert prepared is not None
    compiler = Compiler.of(house.schema.graphql, house.schema.seal, house.schema.figures.page)
    plan = compiler.plan(prepared.node, prepared.fragments, VariableValues(dict(values), {}), strategy)
    assert plan.whole
    return plan


def given(house: House, plan: Plan, place: int = 0, **values: Any) -> list[Any]:
    acting = house.acting("everything", place).scope
    assert acting is not None
    return plan.values(Run(acting, VariableValues(values, {}), BEGINNING))
