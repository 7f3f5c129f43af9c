"""What many rows of a page point to is looked up once, and nothing is looked up for rows that are not on the page."""

import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

import orjson
import pytest

from core.kernel.roles import Role
from tests.gateway.execution.compiled.houses import House
from tests.gateway.execution.compiled.test_planned_once import given, plan_of

NODES = "{ specimens(first: 24) { nodes { id cabinet { code } } } }"
EDGES = "{ specimens(first: 24) { pageInfo { hasNextPage } edges { cursor node { id cabinet { code } } } } }"
SENT = "query($size: Int!) { specimens(first: $size) { nodes { id cabinet { code } } } }"
VALUES: Mapping[str, Mapping[str, Any]] = {NODES: {}, EDGES: {}, SENT: {"size": 24}}
HOLES = re.compile(rb"\x01[^\x03]*\x03")
PAGE = 24
COPIES = """INSERT INTO specimens SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).*
    FROM specimens s, generate_series(1, 20) WHERE s.tenant_id = $1"""
NAMED = "SELECT id FROM specimens WHERE tenant_id = $1"


@pytest.fixture(scope="module")
async def crowded(cabinet: House) -> AsyncGenerator[House, None]:
    """A tenant with hundreds of specimens in a few cabinets, which the planner knows."""
    acting, admin = cabinet.acting("everything").scope, cabinet.admin
    assert acting is not None
    before = [row["id"] for row in await admin.fetch(NAMED, acting.tenant_id)]
    await admin.execute(COPIES, acting.tenant_id)
    await admin.execute("ALTER TABLE specimens ALTER COLUMN cabinet_id SET (n_distinct = 4)")
    await admin.execute("ANALYZE specimens, cabinets")
    yield cabinet
    await admin.execute("ALTER TABLE specimens ALTER COLUMN cabinet_id RESET (n_distinct)")
    await admin.execute("DELETE FROM specimens WHERE tenant_id = $1 AND id <> ALL($2)", acting.tenant_id, before)
    await admin.execute("ANALYZE specimens, cabinets")


@pytest.mark.parametrize("query", [NODES, EDGES])
async def test_what_rows_point_to_is_looked_up_once(crowded: House, query: str) -> None:
    codes = [one["node"]["cabinet"]["code"] for one in (await answer(crowded, EDGES))["edges"]]
    assert len(codes) == PAGE
    assert len(set(codes)) < PAGE / 2
    most = len(set(codes)) + (query == EDGES)  # A page that tells whether there is more reads one row more.
    assert 0 < await looked_up(crowded, query) <= most


@pytest.mark.parametrize("query", [NODES, EDGES, SENT])
async def test_nothing_is_looked_up_for_rows_of_other_pages(crowded: House, query: str) -> None:
    assert 0 < await looked_up(crowded, query, keeping=False) <= PAGE + 1


async def looked_up(house: House, query: str, *, keeping: bool = True) -> int:
    """Tell how often cabinets were looked into, as the role that serves and with the plan for any tenant."""
    plan = plan_of(house, query, VALUES[query])
    async with house.both.database.plain(Role.APP).connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute(f"SET LOCAL enable_memoize = {keeping}")
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {plan.sql}"
        told = orjson.loads(await connection.fetchval(explain, *given(house, plan, 2, **VALUES[query])))
    return sum(int(one["Actual Loops"]) for one in below(told[0]["Plan"]) if one.get("Relation Name") == "cabinets")


async def answer(house: House, query: str) -> Any:
    plan = plan_of(house, query, VALUES[query])
    async with house.both.database.plain(Role.APP).connection() as connection:
        [text] = await connection.fetchrow(plan.sql, *given(house, plan, 2, **VALUES[query]))
    return orjson.loads(HOLES.sub(b"null", text))


def below(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give a node of PostgreSQL's plan and all below it."""
    yield plan
    for one in plan.get("Plans", ()):
        yield from below(one)
