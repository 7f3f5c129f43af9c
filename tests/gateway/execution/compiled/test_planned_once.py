"""PostgreSQL plans a compiled page a few times and then keeps to its plan: planning takes as long as a page."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import parse
from graphql.execution.values import VariableValues

from core.kernel.roles import Role
from gateway.answering.prepared import Prepared
from gateway.execution.compiled.binds import Run
from gateway.execution.compiled.roots import Compiler
from gateway.execution.compiled.statement import ContextStrategy
from tests.gateway.execution.compiled.filling import BEGINNING
from tests.gateway.execution.compiled.houses import House

WRITTEN = "{ records(first: 50) { nodes { id channel openedAt steps(first: 3) { nodes { key status } } } } }"
SENT = "query($size: Int!, $few: Int) { records(first: $size) { nodes { id steps(first: $few) { nodes { key } } } } }"
TOLD = "query($size: Int!) { records(first: $size) { pageInfo { hasNextPage endCursor } nodes { id } totalCount } }"
TRIED = 12
"""PostgreSQL tries five plans made for the values before it thinks about one that is made for all."""
GIVEN = "SELECT generic_plans FROM pg_prepared_statements WHERE statement = $1"


@pytest.mark.parametrize(
    ("query", "values"),
    [(WRITTEN, {}), (SENT, {"size": 50, "few": 3}), (SENT, {"size": 200, "few": 200}), (TOLD, {"size": 10})],
)
async def test_a_page_is_planned_once(house: House, query: str, values: Mapping[str, Any]) -> None:
    prepared, strategy = Prepared.of(parse(query), None), ContextStrategy(house.both.database.engine)
    assert prepared is not None
    compiler = Compiler.of(house.schema.graphql, house.schema.seal, house.schema.figures.page)
    variables = VariableValues(dict(values), {})
    plan = compiler.plan(prepared.node, prepared.fragments, variables, strategy)
    assert plan.whole
    acting = house.acting("everything").scope
    assert acting is not None
    given = plan.values(Run(acting, variables, BEGINNING))
    async with house.both.database.plain(Role.APP).connection() as connection:
        for _ in range(TRIED):
            await connection.fetchrow(plan.sql, *given)
        assert await connection.fetchval(GIVEN, plan.sql) > 0
