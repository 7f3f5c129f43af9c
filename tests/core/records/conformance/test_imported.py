"""What a log brings in is held against its process, chunk by chunk, and floods nobody's inbox."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.work import Background
from tests.core.records.builders import event, mapping, xes_trace
from tests.core.records.conftest import found_chain
from tests.support.api import Api

FIRST, THEN, LAST = "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z", "2026-03-02T09:00:00Z"
STEPS = [{"key": "accepted", "position": 1, "repeatable": False}, {"key": "completed", "position": 2}]
TRACES = {
    "whole": [event("Accepted", FIRST), event("Completed", LAST)],
    "hasty": [event("Completed", FIRST), event("Accepted", LAST)],
    "twice": [event("Accepted", FIRST), event("Accepted", THEN), event("Completed", LAST)],
    "strange": [event("Accepted", FIRST), event("Sung", THEN), event("Completed", LAST)],
    "short": [event("Completed", LAST)],
    "open": [event("Accepted", FIRST), event("Accepted", THEN)],
}
FOUND = """
    SELECT r.external_id, d.kind, d.step_key, d.since_event, d.is_open FROM record_deviations d JOIN records r
    ON r.tenant_id = d.tenant_id AND r.id = d.record_id
    WHERE d.tenant_id = $1 AND d.kind <> 'late' ORDER BY 1, 2"""
FIGURES = """
    SELECT r.external_id, f.fitness, f.missing, f.remaining FROM record_conformance f JOIN records r
    ON r.tenant_id = f.tenant_id AND r.id = f.record_id WHERE f.tenant_id = $1 ORDER BY 1"""
ITEMS = "SELECT kind, facts FROM work_items WHERE tenant_id = $1 AND kind LIKE 'records.b%' AND status = 'open'"
DONE = "SELECT topic, count(*) AS times FROM outbox WHERE tenant_id = $1 AND topic LIKE 'records.%' GROUP BY topic"


async def test_a_chunk_is_followed_at_once(
    database: Database, clock: SetClock, admin: Any, log_of: Callable[..., Path]
) -> None:
    chain = await found_chain(database, clock)
    body = {"key": "process", "kind": "process", "level": "baseline", "text": {"en": "x"}, "body": {"steps": STEPS}}
    code = "incident-handling"
    await chain.publish_content({"code": code, "number": "1.0.0", "title": {"en": code}, "clauses": [body]})
    log = log_of(*(xes_trace(name, events) for name, events in TRACES.items()))
    await chain.bring(log, mapping(tenant={"own": True, "first_event": None}))
    load_handlers()
    stands_on = Background(database=database, services=Api.on(database, clock).services, clock=clock)
    for _ in range(2):
        await run_until_idle(stands_on, network_id=chain.scope.network_id)
    tenant = chain.scope.tenant_id
    assert [tuple(row) for row in await admin.fetch(FOUND, tenant)] == [
        ("hasty", "out_of_order", "completed", 1, False),
        ("open", "repeated", "accepted", 1, False),
        ("short", "missing", "accepted", 1, True),
        ("strange", "unforeseen", "sung", 1, False),
        ("twice", "repeated", "accepted", 1, False),
    ]
    figures = {row["external_id"]: tuple(row)[1:] for row in await admin.fetch(FIGURES, tenant)}
    assert figures == {
        "hasty": (8000, 1, 1),
        "open": (7083, 1, 1),
        "short": (7500, 1, 1),
        "strange": (8333, 1, 1),
        "twice": (8333, 1, 1),
        "whole": (10_000, 0, 0),
    }
    assert await admin.fetch(ITEMS, tenant) == []
    topics = {row["topic"]: row["times"] for row in await admin.fetch(DONE, tenant)}
    assert topics.get("records.time_chunk") == 1
    assert "records.changed" not in topics
