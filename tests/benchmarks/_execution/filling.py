"""Rows by the million, written by PostgreSQL itself, as an import and its scoring would leave them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

RULE = "scoring-conformance/conformance"

# Opened one after another over 90 days, in whole seconds, so that every driver prints the same instant; every tenth is
# still open. Ids are of version 7 and ascend with time, as those of the product.
RECORDS = """
    INSERT INTO records (tenant_id, network_id, id, channel, external_id, standard_code, standard_version,
                         effective_hash, status, priority, site_id, opened_at, first_response_at, resolved_at,
                         first_response_seconds, resolution_seconds, step_count, last_step_at, recorded_at, updated_at,
                         version)
    SELECT t.id, $2, uuidv7(made.opened_at - clock_timestamp()),
           (ARRAY['phone', 'site_desk', 'web_chat', 'e_mail'])[1 + i % 4], 'R-' || i, $3, $4, $5,
           CASE WHEN i % 10 = 0 THEN 'open' ELSE 'resolved' END,
           (ARRAY['low', 'medium', 'high', NULL])[1 + i % 4], ($6::uuid[])[1 + i % nullif(cardinality($6::uuid[]), 0)],
           made.opened_at, made.opened_at + interval '20 minutes',
           CASE WHEN i % 10 > 0 THEN made.opened_at + make_interval(secs => 3600 + i::bigint * 7919 % 250000) END,
           1200, CASE WHEN i % 10 > 0 THEN 3600 + i::bigint * 7919 % 250000 END,
           CASE WHEN $8 > 0 THEN $8 ELSE 3 + i % 7 END,
           made.opened_at + interval '2 hours', made.opened_at, made.opened_at, 1
    FROM unnest($1::uuid[]) AS t (id)
    CROSS JOIN generate_series(1, $7) AS i
    CROSS JOIN LATERAL (
        SELECT date_trunc('day', now(), 'UTC')
               - make_interval(secs => (($7 - i)::bigint * 7776000 / $7)::double precision) AS opened_at
    ) AS made
"""
KEYS = """
    INSERT INTO record_keys (tenant_id, network_id, channel, external_id, record_id)
    SELECT tenant_id, network_id, channel, external_id, id FROM records
    WHERE tenant_id = ANY($1::uuid[]) AND external_id LIKE 'R-%'
"""
STEPS = """
    INSERT INTO record_steps (tenant_id, network_id, id, record_id, position, key, status, occurred_at, recorded_at)
    SELECT r.tenant_id, r.network_id, uuidv7(r.opened_at - clock_timestamp()), r.id, p,
           (ARRAY['accepted', 'queued', 'completed'])[1 + p % 3], 'in progress',
           r.opened_at + make_interval(mins => 10 * p), r.recorded_at
    FROM records r CROSS JOIN LATERAL generate_series(1, r.step_count) AS p
    WHERE r.tenant_id = ANY($1::uuid[])
"""
FIGURES = """
    INSERT INTO record_figures (tenant_id, network_id, id, standard_code, day, resolved, resolution_seconds,
                                published_limit_seconds, effective_limit_seconds, step_count, recorded_at)
    SELECT tenant_id, network_id, id, standard_code, (opened_at AT TIME ZONE 'UTC')::date,
           resolution_seconds IS NOT NULL, resolution_seconds, 172800, 172800, step_count, recorded_at
    FROM records WHERE tenant_id = ANY($1::uuid[])
"""
DAYS = """
    INSERT INTO quality_days (tenant_id, network_id, standard_code, day, records, resolved, within_published,
                              within_effective, resolution_seconds, steps)
    SELECT tenant_id, network_id, standard_code, day, count(*), count(*) FILTER (WHERE resolved),
           count(*) FILTER (WHERE resolution_seconds <= published_limit_seconds),
           count(*) FILTER (WHERE resolution_seconds <= effective_limit_seconds),
           coalesce(sum(resolution_seconds), 0), sum(step_count)
    FROM record_figures WHERE tenant_id = ANY($1::uuid[]) GROUP BY tenant_id, network_id, standard_code, day
"""
SCORES = f"""
    INSERT INTO score_days (tenant_id, network_id, standard_code, day, rule, dimension, scored, basis_points)
    SELECT tenant_id, network_id, standard_code, day, '{RULE}', dimension, resolved, resolved * 7250 + within_effective
    FROM quality_days CROSS JOIN unnest(ARRAY['time_limits', 'step_conformance']) AS dimension
    WHERE tenant_id = ANY($1::uuid[])
"""
OF_TENANTS = (KEYS, STEPS, FIGURES, DAYS, SCORES)
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Amount:
    """How much a tenant has.

    Attributes:
        records: Its records.
        steps: Steps of each; 3 to 9 where 0.
    """

    records: int
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """What the records of a network have in common: a first one, opened by the product itself."""

    network_id: UUID
    standard_code: str
    standard_version: str
    effective_hash: str
    sites: dict[UUID, list[UUID]]


async def read_sample(admin: Any, tenant_id: UUID) -> Sample:
    """Read the record that the product opened in a tenant."""
    columns = "network_id, standard_code, standard_version, effective_hash"
    record = await admin.fetchrow(f"SELECT {columns} FROM records WHERE tenant_id = $1", tenant_id)
    sites = await admin.fetch("SELECT tenant_id, array_agg(id ORDER BY key) AS ids FROM sites GROUP BY tenant_id")
    return Sample(**dict(record), sites={row["tenant_id"]: row["ids"] for row in sites})


async def fill(admin: Any, sample: Sample, wanted: Sequence[tuple[UUID, Amount]]) -> float:
    """Write the rows of some tenants, those that have sites of their own one by one, and tell the seconds it took.

    Foreign keys are not looked up row by row: the rows are made from one another.
    """
    started = time.perf_counter()
    await admin.execute("SET session_replication_role = replica")
    alone = [([tenant_id], amount) for tenant_id, amount in wanted if tenant_id in sample.sites]
    ids = [tenant_id for tenant_id, _ in wanted if tenant_id not in sample.sites]
    together = [(ids[start : start + AT_ONCE], wanted[-1][1]) for start in range(0, len(ids), AT_ONCE)]
    for tenant_ids, amount in (*alone, *together):
        values = (sample.network_id, sample.standard_code, sample.standard_version, sample.effective_hash)
        sites = sample.sites.get(tenant_ids[0], [])
        await admin.execute(RECORDS, tenant_ids, *values, sites, amount.records, amount.steps)
        for statement in OF_TENANTS:
            await admin.execute(statement, tenant_ids)
    return time.perf_counter() - started


async def settle(admin: Any) -> float:
    """Bring statistics and visibility up to date, as autovacuum would have by then."""
    started = time.perf_counter()
    for table in ("records", "record_steps", "record_keys", "record_figures", "quality_days", "score_days", "tenants"):
        await admin.execute(f"VACUUM (ANALYZE) {table}")
    await admin.execute("ANALYZE")
    await admin.execute("CHECKPOINT")
    return time.perf_counter() - started
