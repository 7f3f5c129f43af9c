"""What is done to a record finds it by its primary key, whatever PostgreSQL believes of how many there are."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from core.kernel.at_once import Telling, written_down
from core.kernel.idempotency import request_row
from core.kernel.ids import new_id
from core.kernel.looking import Looking, with_context
from core.kernel.roles import Role
from core.kernel.unit import Act
from core.kernel.walls import tenant_context
from core.records.execution.act_at_once import STREAM, act_at_once
from core.records.execution.commands import CompleteStep
from core.records.execution.processes import process_under
from tests.core.records.execution.executing import Shop

LARGE = """
    SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', relname, 'relpages', 1, 'reltuples',
        20000::real) FROM unnest(ARRAY['records', 'record_events']) AS relname"""
UNKNOWN = "DELETE FROM pg_statistic WHERE starelid IN ('records'::regclass, 'record_events'::regclass)"
KNOWN = """
    SELECT pg_restore_attribute_stats('schemaname', 'public', 'relname', 'records', 'attname', attname,
        'inherited', false, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', times,
        'most_common_vals', '{' || value::text || '}', 'most_common_freqs', '{0.95}'::real[])
    FROM (VALUES ('tenant_id', -0.004::real, $1::uuid), ('network_id', 2::real, $2::uuid))
        AS given (attname, times, value)"""
SCAN = re.compile(r"Index Scan (?:using|on) (\w+)|(Seq Scan) on (?:records|record_events)\b")
STREAM_KEYS = {"record_events_number", "record_events_client"}
"""Both begin with the record."""


async def statements(shop: Shop, database: Any, record_id: UUID) -> list[tuple[str, Sequence[Any]]]:
    """The statement that looks, and the one that writes."""
    now = shop.chain.clock.now()
    act = Act(replace(shop.scope, instant=now), now)
    doing = await act_at_once(act, Looking(database, shop.scope, frozenset()), record_id, 1, CompleteStep(key="intake"))
    assert doing is not None
    request = request_row(act, "completeStep", str(new_id()), "print", [record_id])
    context = tenant_context(shop.scope)
    look = with_context(STREAM, 2, tuple(context))
    write = written_down(shop.scope, request, doing, Telling("SELECT 1", (), frozenset({"records"})))
    return [(look, (shop.scope.tenant_id, record_id, *context.values())), write]


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
@pytest.mark.parametrize("belief", ["unknown", "another tenant", "this tenant"])
async def test_a_record_is_found_by_its_primary_key(shop: Shop, mode: str, belief: str) -> None:
    database, record_id = shop.chain.database, await shop.open()
    row = await shop.row(record_id)
    await shop.run(lambda unit: process_under(unit, row["effective_hash"]))
    asked = await statements(shop, database, record_id)
    network = shop.scope.network_id
    try:
        await shop.admin.execute(UNKNOWN)
        await shop.admin.fetch(LARGE)
        if belief.endswith("tenant"):
            await shop.admin.fetch(KNOWN, shop.scope.tenant_id if belief == "this tenant" else new_id(), network)
        told = [await plan_of(database, mode, *one) for one in asked]
    finally:
        await shop.admin.execute("ANALYZE records, record_events")
    looks, writes = map(found, told)
    assert looks <= STREAM_KEYS, told[0]
    assert looks, told[0]
    assert writes == {"records_pkey"}, told[1]


def found(plan: str) -> set[str]:
    """By what rows are read."""
    return {one[1] or one[2] for one in SCAN.finditer(plan)}


async def plan_of(database: Any, mode: str, sql: str, values: Sequence[Any]) -> str:
    """The plan of a statement whose settings are not made yet, as they are not when it is planned."""
    async with database.plain(Role.APP).connection() as connection:
        if mode == "force_custom_plan":
            lines = await connection.fetch(f"EXPLAIN {sql}", *values)
        else:
            await connection.execute(f"SET plan_cache_mode = {mode}; PREPARE for_any AS {sql}")
            try:
                lines = await connection.fetch(f"EXPLAIN EXECUTE for_any({', '.join(['NULL'] * len(values))})")
            finally:
                await connection.execute("DEALLOCATE for_any; RESET plan_cache_mode")
    return "\n".join(line[0].decode() if isinstance(line[0], bytes) else line[0] for line in lines)
