"""What a network holds after an import, read behind the walls: counts, sums, and what must never be."""

from typing import Any
from uuid import UUID

from tests.crash.plant import Plant

COUNTS = """
    SELECT (SELECT count(*) FROM records WHERE network_id = $1) AS records,
      (SELECT count(DISTINCT (channel, external_id)) FROM records WHERE network_id = $1) AS cases,
      (SELECT count(*) FROM record_keys WHERE network_id = $1) AS keys,
      (SELECT count(*) FROM record_steps WHERE network_id = $1) AS steps,
      (SELECT count(*) FROM record_events WHERE network_id = $1) AS events,
      (SELECT sum(json_array_length(payload::json -> 'steps')) FROM record_events WHERE network_id = $1)
        AS steps_in_events,
      (SELECT count(*) FROM record_conformance WHERE network_id = $1) AS conformance,
      (SELECT count(*) FROM record_figures WHERE network_id = $1) AS figures,
      (SELECT sum(records) FROM import_chunks WHERE network_id = $1) AS in_chunks,
      (SELECT sum(steps) FROM import_chunks WHERE network_id = $1) AS steps_in_chunks,
      (SELECT count(*) FROM import_runs WHERE network_id = $1) AS runs,
      (SELECT count(*) FROM import_runs WHERE network_id = $1 AND status = 'finished') AS finished,
      (SELECT count(*) FROM import_chunks WHERE network_id = $1) AS chunks,
      (SELECT count(*) FROM outbox WHERE network_id = $1 AND topic = 'quality.score_chunk') AS commands
"""
"""Everything counted once; ``chunks`` and ``commands`` may differ from run to run, the rest may not."""

TORN = """
    SELECT r.external_id FROM records r LEFT JOIN record_steps s
      ON s.tenant_id = r.tenant_id AND s.record_id = r.id
    WHERE r.network_id = $1 GROUP BY r.tenant_id, r.id, r.external_id, r.step_count
    HAVING count(s.position) <> r.step_count OR min(s.position) <> 1 OR max(s.position) <> r.step_count
      OR count(DISTINCT s.position) <> r.step_count
"""
"""Records whose steps are not 1, 2, ... to the last."""

SCORED = """
    SELECT t.key, r.external_id, s.rule, s.dimension, count(*) AS times, min(s.basis_points) AS points,
      min(s.reason) AS reason
    FROM records r JOIN tenants t ON t.id = r.tenant_id
    LEFT JOIN record_scores s ON s.tenant_id = r.tenant_id AND s.record_id = r.id
    WHERE r.network_id = $1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
DAYS = """
    SELECT t.key, d.day, d.standard_code, d.records, d.resolved, d.within_published, d.within_effective,
      d.resolution_seconds, d.steps
    FROM quality_days d JOIN tenants t ON t.id = d.tenant_id WHERE d.network_id = $1 ORDER BY 1, 2, 3
"""
DAYS_COUNTED = """
    SELECT t.key, f.day, f.standard_code, count(*) AS records, count(*) FILTER (WHERE resolved) AS resolved,
      count(*) FILTER (WHERE resolution_seconds <= published_limit_seconds) AS within_published,
      count(*) FILTER (WHERE resolution_seconds <= effective_limit_seconds) AS within_effective,
      coalesce(sum(resolution_seconds), 0) AS resolution_seconds, sum(step_count) AS steps
    FROM record_figures f JOIN tenants t ON t.id = f.tenant_id WHERE f.network_id = $1 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
SCORE_DAYS = """
    SELECT t.key, d.day, d.rule, d.dimension, d.scored, d.basis_points
    FROM score_days d JOIN tenants t ON t.id = d.tenant_id WHERE d.network_id = $1 ORDER BY 1, 2, 3, 4
"""
SCORE_DAYS_COUNTED = """
    SELECT t.key, f.day, s.rule, s.dimension, count(s.basis_points) AS scored,
      coalesce(sum(s.basis_points), 0) AS basis_points
    FROM record_figures f JOIN record_scores s ON s.tenant_id = f.tenant_id AND s.record_id = f.id
    JOIN tenants t ON t.id = f.tenant_id
    WHERE f.network_id = $1 AND s.dimension <> 'record' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
CLOCKS = """
    SELECT t.key, r.external_id, c.kind, c.step_position, c.status, c.due_at, c.breached_at, c.used_seconds,
      c.escalations
    FROM record_clocks c JOIN records r ON r.tenant_id = c.tenant_id AND r.id = c.record_id
    JOIN tenants t ON t.id = c.tenant_id WHERE c.network_id = $1 ORDER BY 1, 2, 3, 4
"""
DEVIATIONS = """
    SELECT t.key, r.external_id, d.kind, d.step_key, d.step_position, d.detail, d.grade, d.is_open
    FROM record_deviations d JOIN records r ON r.tenant_id = d.tenant_id AND r.id = d.record_id
    JOIN tenants t ON t.id = d.tenant_id WHERE d.network_id = $1 ORDER BY 1, 2, 3, 4, 5, 6
"""
CONFORMANCE = """
    SELECT t.key, r.external_id, c.fitness, c.deviations, c.baseline
    FROM record_conformance c JOIN records r ON r.tenant_id = c.tenant_id AND r.id = c.record_id
    JOIN tenants t ON t.id = c.tenant_id WHERE c.network_id = $1 ORDER BY 1, 2
"""
INBOX = """
    SELECT t.key, w.kind, w.status, count(*) AS items FROM work_items w JOIN tenants t ON t.id = w.tenant_id
    WHERE w.network_id = $1 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
LEAVES = """
    SELECT count(*) AS leaves, count(e.id) AS events, count(DISTINCT l.subject_id) AS subjects,
      (SELECT count(*) FROM record_events WHERE network_id = $1) AS all_events
    FROM log_leaves l LEFT JOIN record_events e ON e.tenant_id = l.tenant_id AND e.id = l.subject_id
    WHERE l.network_id = $1
"""
STORED = """
    SELECT t.key, count(*) AS records, sum(r.step_count) AS steps, count(r.resolved_at) AS resolved
    FROM records r JOIN tenants t ON t.id = r.tenant_id WHERE r.network_id = $1 GROUP BY 1 ORDER BY 1
"""
UNDONE = (
    "SELECT topic, status, attempts, last_error FROM outbox WHERE network_id = $1 AND status <> 'done'"
    " AND (topic NOT LIKE 'sealing.%' OR status = 'dead')"
)
"""Sealing follows some seconds after everything else, and may be under way at any time."""
IMPORTED = "SELECT count(*) AS count FROM records WHERE network_id = $1"


async def rows(plant: Plant, statement: str, network: UUID) -> list[tuple[Any, ...]]:
    """Give rows as plain tuples; the database must be there."""
    found = await plant.ask(statement, network)
    assert found is not None
    return [tuple(row) for row in found]


async def counts(plant: Plant, network: UUID) -> dict[str, int]:
    """Give the counts by name."""
    found = await plant.ask(COUNTS, network)
    assert found is not None
    return {name: int(value or 0) for name, value in found[0].items()}


async def imported(plant: Plant, network: UUID) -> int | None:
    """Give how many records are there; None while the database is away."""
    found = await plant.ask(IMPORTED, network)
    return None if found is None else int(found[0]["count"])


async def all_done(plant: Plant, network: UUID) -> bool:
    """Tell whether no background work is open and none was given up."""
    return await plant.ask(UNDONE, network) == []


async def shown(plant: Plant, network: UUID) -> dict[str, Any]:
    """Give what two networks with the same records and the same standard must agree in, to the last row."""
    return {
        "stores": await rows(plant, STORED, network),
        "scores": await rows(plant, SCORED, network),
        "days": await rows(plant, DAYS, network),
        "score_days": await rows(plant, SCORE_DAYS, network),
        "clocks": await rows(plant, CLOCKS, network),
        "deviations": await rows(plant, DEVIATIONS, network),
        "conformance": await rows(plant, CONFORMANCE, network),
        "inbox": await rows(plant, INBOX, network),
    }
