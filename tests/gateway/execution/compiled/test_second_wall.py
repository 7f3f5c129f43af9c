"""Behind every plan stands row-level security: without the plan's own conditions nobody else's rows are seen."""

import re
from typing import Any, cast

import orjson
import pytest
from graphql import parse
from graphql.execution.values import VariableValues

from core.kernel.graphql.ids import split_id
from core.kernel.roles import Role
from core.kernel.walls import SETTINGS
from gateway.answering.prepared import Prepared
from gateway.execution.compiled.binds import Run
from gateway.execution.compiled.plan import Plan
from gateway.execution.compiled.printing import BAIL
from gateway.execution.compiled.roots import Compiler
from gateway.execution.compiled.statement import ContextStrategy
from tests.gateway.execution.compiled.filling import BEGINNING
from tests.gateway.execution.compiled.houses import Acting, House

OWNED = re.compile(r"t\d+\.(?:tenant_id|network_id) = (context\.(?:tenant|network))")
CONTEXT = re.compile(r"set_config\('app\.\w+', \$(\d+)")
EVERYTHING = """{
  specimens(first: 200) { totalCount nodes { id parent { id } cabinet { id } keeper { id } pieces { nodes { id } } } }
  keepers(first: 200) { nodes { id } } cabinets(first: 200) { nodes { id } }
}"""


def plan_of(house: House, query: str) -> Plan:
    schema, prepared = house.schema, Prepared.of(parse(query), None)
    assert prepared is not None
    compiler = Compiler.of(schema.graphql, schema.seal, schema.figures.page)
    strategy = ContextStrategy(house.both.database.engine)
    plan = compiler.plan(prepared.node, prepared.fragments, VariableValues({}, {}), strategy)
    assert plan.whole
    return plan


async def read(house: House, plan: Plan, acting: Acting, sql: str, *, told: bool = True) -> list[Any]:
    """Execute the statement as it is written, with or without saying for whom."""
    assert acting.scope is not None
    values = plan.values(Run(acting.scope, VariableValues({}, {}), BEGINNING))
    if not told:
        for place in CONTEXT.findall(plan.sql):
            values[int(place) - 1] = ""
    async with house.both.database.plain(Role.APP).connection() as connection:
        row = await connection.fetchrow(sql, *values)
    return [orjson.loads(one.replace(BAIL.encode(), b"null")) for one in row]


def ids_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {one for key, one in members.items() if key == "id"} | ids_in(list(members.values()))
    return set[str]().union(*map(ids_in, cast("list[Any]", value))) if isinstance(value, list) else set()


async def owned(house: House, acting: Acting) -> set[str]:
    """The ids of all that the tenant, or its network, has."""
    assert acting.scope is not None
    tenant, network = acting.scope.tenant_id, acting.scope.network_id
    found: set[str] = set()
    for table, column, owner in (
        ("specimens", "tenant_id", tenant),
        ("keepers", "tenant_id", tenant),
        ("cabinets", "network_id", network),
    ):
        found |= {
            str(row["id"]) for row in await house.admin.fetch(f"SELECT id FROM {table} WHERE {column} = $1", owner)
        }
    return found


@pytest.mark.parametrize("place", range(5))
async def test_without_its_conditions_a_plan_still_shows_one_tenant_alone(cabinet: House, place: int) -> None:
    acting, plan = cabinet.acting("everything", place), plan_of(cabinet, EVERYTHING)
    bare, gone = OWNED.subn(r"(\1 IS NOT NULL)", plan.sql)
    assert gone >= 8
    with_both, with_one = await read(cabinet, plan, acting, plan.sql), await read(cabinet, plan, acting, bare)
    assert with_one == with_both
    seen = {split_id(one)[1] for one in ids_in(with_one)}
    assert seen
    assert seen <= await owned(cabinet, acting)


async def test_nobody_sees_anything_who_is_not_told_for_whom(cabinet: House) -> None:
    plan = plan_of(cabinet, EVERYTHING)
    bare = OWNED.sub(r"(\1 IS NOT NULL)", plan.sql)
    for sql in (plan.sql, bare):
        specimens, keepers, cabinets = await read(cabinet, plan, cabinet.acting("everything"), sql, told=False)
        assert specimens == {"totalCount": 0, "nodes": []}
        assert keepers == cabinets == {"nodes": []}


async def test_nothing_of_the_scope_stays_on_the_connection(cabinet: House) -> None:
    acting, plan = cabinet.acting("everything"), plan_of(cabinet, EVERYTHING)
    assert (await read(cabinet, plan, acting, plan.sql))[0]["totalCount"] > 0
    pool = cabinet.both.database.plain(Role.APP)
    async with pool.connection() as connection:
        assert acting.scope is not None
        await connection.fetchrow(plan.sql, *plan.values(Run(acting.scope, VariableValues({}, {}), BEGINNING)))
        for name in SETTINGS:
            assert await connection.fetchval("SELECT current_setting($1, true)", name) in (None, b"")
        assert await connection.fetchval("SELECT count(*) FROM specimens") == 0


async def test_nothing_of_the_scope_stays_after_a_statement_that_fails(cabinet: House) -> None:
    acting, plan = cabinet.acting("everything"), plan_of(cabinet, "{ specimens { totalCount } }")
    broken = plan.sql.replace("count(*)", "count(*) / (count(*) - count(*))", 1)
    pool = cabinet.both.database.plain(Role.APP)
    async with pool.connection() as connection:
        assert acting.scope is not None
        with pytest.raises(Exception, match="division by zero"):
            await connection.fetchrow(broken, *plan.values(Run(acting.scope, VariableValues({}, {}), BEGINNING)))
        for name in SETTINGS:
            assert await connection.fetchval("SELECT current_setting($1, true)", name) in (None, b"")
