"""The least a Python server can do: one SQL statement whose text is the answer, over raw ASGI, without GraphQL.

Run by uvicorn as ``tests.benchmarks._execution.floor:app``; told by the environment which database, network and role.
Every path answers what one operation of the benchmark answers, for the tenant in the header ``touchstone-tenant``.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import date
from typing import Any, cast

import asyncpg
import orjson

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CONTEXT = """
    WITH ctx AS MATERIALIZED (
        SELECT set_config('app.network_id', $1, true)::uuid AS network,
               set_config('app.tenant_id', $2, true)::uuid AS tenant, set_config('app.lineage', $3, true)
    )
    SELECT {answer} FROM ctx
"""


def node_id(kind: str, column: str) -> str:
    """Give SQL for a global id; of a UUID, base64 makes no character that addresses must not have."""
    return f"split_part(encode(textsend('{kind}:' || {column}::text), 'base64'), '=', 1)"


def instant(column: str) -> str:
    """Give SQL for an instant in quotes, or null."""
    text = f"""to_char({column} AT TIME ZONE '0'::interval, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return f"""coalesce('"' || {text} || '"', 'null')"""


def quoted(column: str) -> str:
    """Give SQL for a text as JSON, or null."""
    return f"coalesce(json_scalar({column}), 'null'::json)"


def of_tenant(prefix: str = "") -> str:
    """Give SQL that names the tenant, so that its index serves, once the walls know it.

    Read from the context, it is not known to the planner, which would else plan for large tenants in every request.
    """
    return f"{prefix}tenant_id = ctx.tenant AND {prefix}network_id = ctx.network"


def listed(row: str, rows: str) -> str:
    """Give SQL that joins one text a row."""
    return f"array_to_string(array(SELECT {row} FROM {rows}), ',')"


PAGE_ROW = f"""concat('{{"id":"', {node_id("Record", "r.id")}, '","channel":', {quoted("r.channel")}, ',"externalId":',
    {quoted("r.external_id")}, ',"standardCode":', {quoted("r.standard_code")}, ',"standardVersion":',
    {quoted("r.standard_version")}, ',"status":"', upper(r.status), '","priority":', {quoted("r.priority")},
    ',"openedAt":', {instant("r.opened_at")}, ',"resolvedAt":', {instant("r.resolved_at")}, ',"stepCount":',
    r.step_count, '}}')"""
LATEST = f"records r WHERE {of_tenant('r.')} ORDER BY r.opened_at DESC, r.id DESC LIMIT 50"
PAGE = f"""concat('{{"data":{{"records":{{"nodes":[', {listed(PAGE_ROW, LATEST)}, ']}}}}}}')"""

STEP = f"""concat('{{"key":', {quoted("s.key")}, ',"status":', {quoted("s.status")}, ',"occurredAt":',
    {instant("s.occurred_at")}, '}}')"""
FIRST_STEPS = f"""record_steps s WHERE {of_tenant("s.")} AND s.record_id = r.id
    ORDER BY s.position, s.id LIMIT 3"""
SITE = f"""(SELECT concat('{{"key":', {quoted("o.key")}, ',"name":', {quoted("o.name")}, '}}')
    FROM sites o WHERE {of_tenant("o.")} AND o.id = r.site_id)"""


def nested(*, site: bool) -> str:
    """Give SQL for the nested page, with the site where the schema has it."""
    to_one = f""", ',"site":', coalesce({SITE}, 'null')""" if site else ""
    row = f"""concat('{{"id":"', {node_id("Record", "r.id")}, '","externalId":', {quoted("r.external_id")},
        ',"status":"', upper(r.status), '","openedAt":', {instant("r.opened_at")}{to_one}, ',"steps":{{"nodes":[',
        {listed(STEP, FIRST_STEPS)}, ']}}}}')"""
    return f"""concat('{{"data":{{"records":{{"nodes":[', {listed(row, LATEST)}, ']}}}}}}')"""


OF_PERIOD = f"{of_tenant()} AND standard_code = $4 AND day BETWEEN $5 AND $6"
SUMS = f"""(SELECT concat('{{"records":', sum(records), ',"steps":', sum(steps), ',"resolved":', sum(resolved),
    ',"withinPublishedLimit":', sum(within_published), ',"withinEffectiveLimit":', sum(within_effective), '}}')
    FROM quality_days WHERE {OF_PERIOD})"""
SCAN = f"""concat('{{"data":{{"qualityDashboard":{{"whole":{{"figures":', {SUMS}, ',"medianResolutionSeconds":',
    (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY resolution_seconds) FROM record_figures
     WHERE {OF_PERIOD} AND resolved), '}}}}}}}}')"""
SCORE = f"""concat('{{"rule":', {quoted("rule")}, ',"dimension":', {quoted("dimension")}, ',"scored":', sum(scored),
    ',"mean":', sum(basis_points)::float8 / nullif(sum(scored), 0)::float8 / 100, '}}')"""
DAY = """concat('{"day":"', day, '","figures":{"records":', records, ',"resolved":', resolved,
    ',"withinEffectiveLimit":', within_effective, '}}')"""
ROLLED = f"""concat('{{"data":{{"qualityDashboard":{{"whole":{{"figures":', {SUMS}, ',"scores":[',
    {listed(SCORE, f"score_days WHERE {OF_PERIOD} GROUP BY rule, dimension ORDER BY rule, dimension")},
    ']}},"days":[', {listed(DAY, f"quality_days WHERE {OF_PERIOD} ORDER BY day")}, ']}}}}}}')"""
CREATE = f"""(SELECT concat('{{"data":{{"openRecord":{{"__typename":"OpenRecordSuccess","record":{{"id":"',
    {node_id("Record", "r.id")}, '","channel":', {quoted("r.channel")}, ',"externalId":', {quoted("r.external_id")},
    ',"standardCode":', {quoted("r.standard_code")}, ',"status":"', upper(r.status), '","priority":',
    {quoted("r.priority")}, ',"stepCount":', r.step_count, ',"openedAt":', {instant("r.opened_at")}, '}}}}}}}}')
    FROM peers.open_record($4, $5, $6, $7, $8) r WHERE ctx.tenant IS NOT NULL)"""
CREATED = f"""concat('{{"id":"', {node_id("Record", "r.id")}, '","channel":', {quoted("r.channel")}, ',"externalId":',
    {quoted("r.external_id")}, ',"standardCode":', {quoted("r.standard_code")}, ',"status":"', upper(r.status),
    '","priority":', {quoted("r.priority")}, ',"stepCount":', r.step_count, ',"openedAt":', {instant("r.opened_at")},
    '}}')"""
CREATE_MANY = f"""(SELECT concat('{{"data":{{"openRecords":{{"__typename":"OpenRecordsSuccess","opened":', count(*),
    ',"records":[', string_agg({CREATED}, ','), ']}}}}}}')
    FROM peers.open_records($4::text[], $5::text[], $6::text[], $7::text[], $8) r WHERE ctx.tenant IS NOT NULL)"""
OPENED = f"""concat('{{"id":"', {node_id("Record", "r.id")}, '","version":', r.version, ',"status":"', upper(r.status),
    '","openedAt":', {instant("r.opened_at")}, ',"stepCount":', r.step_count, '}}')"""
OPEN = f"""(SELECT concat('{{"data":{{"openRecord":{{"__typename":"OpenRecordSuccess","record":', {OPENED}, '}}}}}}')
    FROM floor.open_record($4, $5, $6, $7, $8) r WHERE ctx.tenant IS NOT NULL)"""
COMPLETE = f"""(SELECT concat('{{"data":{{"completeStep":{{"__typename":"CompleteStepSuccess","record":',
    {OPENED}, '}}}}}}') FROM floor.complete_step($4::text::uuid, $5, $6, $7) r WHERE ctx.tenant IS NOT NULL)"""
STATEMENTS = {
    "page": PAGE,
    "scanning": SCAN,
    "rolled-up": ROLLED,
    "create": CREATE,
    "create-many": CREATE_MANY,
    "open": OPEN,
    "complete": COMPLETE,
}


def values(path: str, body: bytes) -> tuple[Any, ...]:
    """Take the values of a statement from the body, which is the GraphQL request the other servers get."""
    if path in {"page", "nested"}:
        return ()
    told = orjson.loads(body)
    given = told["variables"]
    if path == "complete":
        asked = given["input"]
        return (told["extensions"]["row"], asked["version"], asked["key"], given["key"])
    if path in {"create", "open"}:
        asked = given["input"]
        return (asked["channel"], asked["standardCode"], asked["externalId"], asked["priority"], given["key"])
    if path == "create-many":
        asked = given["input"]["records"]
        columns = ("channel", "standardCode", "externalId", "priority")
        return (*([one[name] for one in asked] for name in columns), given["key"])
    asked = given["period"]
    return (asked["standardCode"], date.fromisoformat(asked["firstDay"]), date.fromisoformat(asked["lastDay"]))


async def keep(_connection: Any) -> None:
    """Give a connection back as it is: what a statement sets ends with it."""


class Floor:
    """The application."""

    def __init__(self) -> None:
        self._pool: Any = None
        site = os.environ.get("BENCH_SITE") == "1"
        answers = {**STATEMENTS, "nested": nested(site=site)}
        self._statements = {path: CONTEXT.format(answer=answer) for path, answer in answers.items()}
        self._network = os.environ.get("BENCH_NETWORK", "")
        self._root = os.environ.get("BENCH_ROOT", "")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        answer = await self._answer(scope["path"][1:], dict(scope["headers"]), body)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, path: str, headers: dict[bytes, bytes], body: bytes) -> bytes:
        tenant = headers[b"touchstone-tenant"].decode()
        context = (self._network, tenant, f"{self._root},{tenant}")
        async with self._pool.acquire() as connection:
            text: str = await connection.fetchval(self._statements[path], *context, *values(path, body))
        return text.encode()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                size = int(os.environ["BENCH_POOL"])
                self._pool = await cast("Any", asyncpg).create_pool(
                    os.environ["BENCH_DATABASE"],
                    min_size=size,
                    max_size=size,
                    ssl=False,
                    reset=keep,
                    server_settings={"jit": "off"},
                )
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._pool.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


app = Floor()
