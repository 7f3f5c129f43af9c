"""Whatever the schema lists, filters and finds is an index condition for the role that serves."""

import json
import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.reads import Breadth, Operator
from core.kernel.roles import Role
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.walls import network_context, region_context
from gateway.execution import statements
from gateway.execution.compiled.binds import Run
from gateway.execution.compiled.plan import DIALECT, processor
from gateway.execution.pages import Places
from gateway.execution.plans import ListPlan, python_kind
from gateway.execution.reach import Reach
from tests.core.kernel.schema_facts import Holder, behind_the_walls, cloned
from tests.gateway.execution.crowded import NEIGHBOURS, ROWS, crowd
from tests.gateway.execution.walks import LATE, MIDDLE, SOME_ID, Walk, walks, wanted
from tests.support.api import Api, whole_answering, whole_schema
from tests.support.cluster import ROLE_SECRET, Address

WALKS = {one.name: one for one in walks()}

FEW = {
    "issuers": "a network accepts a few identity providers",
    "published_versions": "editors publish a few versions of a standard in a year",
    "standard_versions": "editors write a few versions of a standard in a year",
    "parameters": "a clause has a few values",
    "consultations": "those above a tenant lay a few drafts open at a time",
    "suggestions": "those above a tenant offer it a few hundred adaptations at most",
    "catalogue_services": "a network has a few hundred services at most",
    "invitations": "a tenant invites as many people as it employs, and those that count are pending",
}
"""Tables whose part in one walk stays small, so that sorting it costs nothing, and why."""

FEW_OF_ONE = {
    "Customer.legalHolds": "few legal holds are on a customer at once",
    "Record.legalHolds": "few legal holds are on a record at once",
    "Record.currentSteps": "few steps of a record are under way at once",
    "Tenant.above": "a tenant is seldom moved",
    "Tenant.placements": "a tenant is seldom moved",
}
"""Relations that lead to a few rows however large the table is, and why."""

READ_OFF_IN_ORDER = {
    "networkRecords, by standardCode": "a network has few standards: the newest records of one come soon",
    "networkRecords, by channel": "a network has few channels: the newest records of one come soon",
}
"""Filters of a whole network without an index of their own, which every import would pay for, and why that will do.

Where the value is rare, the indexes of the tenants find it, from tenant to tenant.
"""

FEW_MATCH = {
    "records, by externalId": "a channel uses an external id once",
    "records, by resolvedFrom": "a range that leaves many is walked by the list's own order, until a page is full",
    "records, by resolvedTo": "a range that leaves many is walked by the list's own order, until a page is full",
    "records, by closedFrom": "a range that leaves many is walked by the list's own order, until a page is full",
    "records, by closedTo": "a range that leaves many is walked by the list's own order, until a page is full",
    "records, by stepUnderWay": "what is under way is a small part of all that was ever done",
    "records, by dueBefore": "what has not been done is a small part of all that was ever due",
    "records, by overdue": "what has not been done is a small part of all that was ever due",
    "networkRecords, by externalId": "a tenant and channel use an external id once",
}
"""Filters that leave a few rows however large the table is, and why."""


@dataclass(frozen=True)
class Crowd:
    """A database of crowded tables."""

    database: Database
    holder: Holder
    below: tuple[UUID, ...]
    indexes: dict[str, dict[str, Any]]

    @property
    def scope(self) -> Scope:
        return Scope(
            network_id=self.holder.network_id,
            tenant_id=self.holder.tenant_id,
            lineage=(self.holder.tenant_id,),
            actor=Actor(ActorKind.SYSTEM, self.holder.tenant_id),
            permissions=frozenset(),
            instant=LATE,
        )


@pytest.fixture(scope="module")
async def crowded(address: Address) -> AsyncGenerator[Crowd, None]:
    tables = {one.table for one in WALKS.values()}
    async with cloned(address, "crowd") as name:
        async with behind_the_walls(address, name) as admin:
            holder = await crowd(admin, wanted(), tables)
            indexes = {one["name"]: dict(one) for one in await admin.fetch(INDEXES)}
        host = address.admin_url.rsplit("@", 1)[1].split("/", 1)[0]
        database = Database(f"postgresql://{host}/{name}", ROLE_SECRET, pool_size=2)
        yield Crowd(database, holder, (holder.tenant_id, *NEIGHBOURS[:2]), indexes)
        await database.close()


INDEXES = """
SELECT i.relname AS name, t.relname AS table, x.indisunique AS is_unique,
  coalesce(pg_get_expr(x.indpred, x.indrelid), '') AS holds,
  array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = x.indexrelid ORDER BY a.attnum) AS columns
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relnamespace = 'public'::regnamespace
"""


@pytest.mark.parametrize("name", [one.name for one in WALKS.values() if one.breadth is Breadth.TENANT])
async def test_the_application_walks_indexes(name: str, crowded: Crowd) -> None:
    walk = WALKS[name]
    sql, values = compiled(walk, crowded)
    plan = await explained(crowded, Role.APP, {}, sql, values)
    assert "current_setting" in json.dumps(plan), "row-level security is not in the plan"
    needed = {walk.wall} if walk.behind and walk.table in FEW else {walk.wall, *walk.columns}
    why = reasons(walk, crowded, plan, needed)
    assert not why, f"{why}\n{shown(walk, plan)}"


@pytest.mark.parametrize("breadth", [Breadth.UNITS_BELOW, Breadth.NETWORK])
@pytest.mark.parametrize("name", [one.name for one in WALKS.values() if one.breadth is not Breadth.TENANT])
async def test_wider_roles_walk_indexes(name: str, breadth: Breadth, crowded: Crowd) -> None:
    walk = WALKS[name]
    network = crowded.holder.network_id
    told = network_context(network) if breadth is Breadth.NETWORK else region_context(network, crowded.below)
    role = Role.NETWORK if breadth is Breadth.NETWORK else Role.REGION
    sql, values = interpreted(walk, crowded, breadth)
    plan = await explained(crowded, role, told, sql, values)
    walls: list[set[str]] = [{"network_id"}]
    if breadth is Breadth.UNITS_BELOW:
        walls.append({"tenant_id"})
    enough = [wall | set(walk.columns) for wall in walls]
    if name in READ_OFF_IN_ORDER:
        enough += [{"network_id"}, set(walk.columns)]
    assert any(reasons(walk, crowded, plan, one) == "" for one in enough), shown(walk, plan)


def reasons(walk: Walk, crowded: Crowd, plan: Any, needed: set[str]) -> str:
    """Say what is wrong with a plan; nothing where all is well."""
    told = [
        named(one["Index Cond"]) | named(crowded.indexes[one["Index Name"]]["holds"])
        for one in nodes(plan)
        if "Index Cond" in one and crowded.indexes[one["Index Name"]]["table"] == walk.table
    ]
    if not any(needed <= one for one in told):
        return f"no index condition on {sorted(needed)}"
    if any(one["Node Type"] == "Seq Scan" and one.get("Relation Name") == walk.table for one in nodes(plan)):
        return "the table is read whole"
    return "the page is sorted" if walk.listed and not may_sort(walk) and any(sorts(crowded, plan)) else ""


def may_sort(walk: Walk) -> bool:
    """Tell whether rows need not come in order: few do, or several values are asked for, which are several walks."""
    few = walk.table in FEW or walk.name in FEW_MATCH or walk.name in FEW_OF_ONE
    return few or walk.operator in {Operator.AMONG, Operator.EMPTY} or walk.breadth is not Breadth.TENANT


def sorts(crowded: Crowd, plan: Any) -> Iterator[Any]:
    """Every sort of more than rows that a unique index has put in order but for the id behind its last column."""
    for one in nodes(plan):
        if one["Node Type"] == "Sort":
            yield one
        if one["Node Type"] == "Incremental Sort":
            below = next((child for child in nodes(one) if "Index Name" in child), None)
            if below is None or not crowded.indexes[below["Index Name"]]["is_unique"]:
                yield one


def named(condition: str) -> set[str]:
    """The names in a condition."""
    return set(re.findall(r"[a-z_]+", condition))


def nodes(plan: Any) -> Iterator[dict[str, Any]]:
    """A plan's node and all below it."""
    yield plan
    for one in plan.get("Plans", []):
        yield from nodes(one)


def shown(walk: Walk, plan: Any) -> str:
    """The plan as lines, without what does not matter."""
    kept = (
        "Node Type",
        "Index Name",
        "Index Cond",
        "Filter",
        "Sort Key",
        "Presorted Key",
        "Relation Name",
        "Total Cost",
    )
    lines = [str({key: one[key] for key in kept if key in one}) for one in nodes(plan)]
    return "\n".join([walk.document, *lines])


def compiled(walk: Walk, crowded: Crowd) -> tuple[str, list[Any]]:
    """The statement that answers the walk's operation, and its parameters."""
    answering, schema = whole_answering(), whole_schema()
    context = Api.on(crowded.database, SetClock(LATE)).context(crowded.scope)
    variables = dict(walk.variables)
    if walk.behind and walk.listed:
        variables["after"] = cursor(walk.listed, Reach.within(crowded.scope), walk.given or None)
    prepared = answering.prepared(walk.document, None)
    assert prepared is not None, walk.document
    coerced = prepared.coerced(schema.graphql, variables)
    assert coerced is not None, variables
    plan = answering.plan(prepared, coerced, context)
    assert plan.whole, [one.reason for one in plan.roots]
    return plan.sql, plan.values(Run(crowded.scope, coerced, LATE))


def interpreted(walk: Walk, crowded: Crowd, breadth: Breadth) -> tuple[str, list[Any]]:
    """The statement of the loaders for a list that reads wider than a tenant, and its parameters."""
    holder, listed = crowded.holder, cast("ListPlan", walk.listed)
    reach = Reach(
        breadth=breadth,
        network_id=holder.network_id,
        tenant_id=holder.tenant_id,
        tenant_ids=crowded.below if breadth is Breadth.UNITS_BELOW else (),
    )
    conditions = listed.filters.conditions(parsed(walk))
    if walk.behind:
        places = Places.of(whole_schema().seal, listed, reach, None)
        conditions += places.behind(cursor(listed, reach, None), backward=False)
    statement = statements.page(listed, {"id"}, reach, conditions, backward=False, limit=6)
    made: Any = statement.compile(dialect=DIALECT)
    process = [(processor(made.binds[one].type), made.params[one]) for one in made.positiontup]
    return str(made), [value if turn is None else turn(value) for turn, value in process]


def parsed(walk: Walk) -> dict[str, Any]:
    """The filter as the interpreter has it."""
    prepared = whole_answering().prepared(walk.document, None)
    coerced = prepared.coerced(whole_schema().graphql, walk.variables) if prepared and walk.given else None
    return coerced.coerced["filter"] if coerced else {}


def cursor(listed: ListPlan, reach: Reach, given: Any) -> str:
    """The cursor of a place inside a list, from which there is enough to come either way."""
    values = [place_value(one.column) for one in listed.order]
    return Places.of(whole_schema().seal, listed, reach, given).cursor_of(values)


def place_value(column: sa.ColumnElement[Any]) -> Any:
    match python_kind(column).__name__:
        case "UUID":
            return SOME_ID
        case "datetime":
            return MIDDLE
        case "int":
            return ROWS // 2
        case _:
            return "x7"


async def explained(crowded: Crowd, role: Role, context: dict[str, str], sql: str, values: list[Any]) -> Any:
    """Let the serving role explain the very statement it executes."""
    async with crowded.database.transaction(role, context) as session:
        # Rows of a large table lie on pages of their own that are not in memory.
        for setting in ("enable_seqscan = off", "effective_cache_size = 1"):
            await session.execute(sa.text(f"SET LOCAL {setting}"))
        raw: Any = await (await session.connection()).get_raw_connection()
        found = await raw.driver_connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *values)
    return found[0]["Plan"]


def test_every_filter_of_the_schema_is_walked() -> None:
    """What is told small is there, so that no reason outlives its table."""
    assert {one.table for one in WALKS.values()} >= set(FEW)
    assert set(WALKS) >= {*FEW_MATCH, *FEW_OF_ONE, *READ_OFF_IN_ORDER}
