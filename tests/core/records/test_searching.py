"""Every filter of a list is an index condition for the role that serves, so a page costs the same in any tenant."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.direct import fetch
from core.kernel.ids import new_id
from core.kernel.rows import Row
from core.records.models import ImportRefusal, ImportRun, Record, RecordStep
from core.records.repository.chunks import FIND
from tests.core.records.conftest import Chain, found_chain
from tests.support.cluster import Address, admin_database_url, superuser

MANY = 5_000
SOME_ID = new_id()


@dataclass(frozen=True, slots=True)
class Filtered:
    """A filter of a list: its condition, the order of the list, and what must be an index condition."""

    model: type[Row]
    condition: Any
    order: tuple[Any, ...]
    wanted: str


LATEST = (col(Record.opened_at).desc(), col(Record.id).desc())
FILTERS = {
    "standard": Filtered(Record, col(Record.standard_code) == "rare", LATEST, "standard_code"),
    "status": Filtered(Record, col(Record.status) == "open", LATEST, "status"),
    "channel": Filtered(Record, col(Record.channel) == "rare", LATEST, "channel"),
    "external id": Filtered(Record, col(Record.external_id) == "x7", LATEST, "external_id"),
    "opened from": Filtered(Record, col(Record.opened_at) >= datetime(2026, 3, 4, tzinfo=UTC), LATEST, "opened_at"),
    "opened to": Filtered(Record, col(Record.opened_at) < datetime(2026, 1, 2, tzinfo=UTC), LATEST, "opened_at"),
    "chunk": Filtered(Record, col(Record.import_chunk_id) == SOME_ID, (col(Record.id),), "import_chunk_id"),
    "steps": Filtered(RecordStep, col(RecordStep.record_id) == SOME_ID, (col(RecordStep.position),), "record_id"),
    "run status": Filtered(
        ImportRun, col(ImportRun.status) == "failed", (col(ImportRun.started_at).desc(), col(ImportRun.id)), "status"
    ),
    "error report": Filtered(
        ImportRefusal, col(ImportRefusal.run_id) == SOME_ID, (col(ImportRefusal.position),), "run_id"
    ),
}
FILL = [
    """
    INSERT INTO records (tenant_id, network_id, id, channel, external_id, standard_code, standard_version,
      effective_hash, status, opened_at, resolved_at, resolution_seconds, step_count, last_step_at, import_chunk_id,
      recorded_at, updated_at, version)
    SELECT $1, $2, gen_random_uuid(), CASE WHEN n % 100 = 0 THEN 'rare' ELSE 'phone' END, 'x' || n,
      CASE WHEN n % 100 = 1 THEN 'rare' ELSE 'often' END, '1.0.0', 'hash',
      CASE WHEN n % 100 = 2 THEN 'open' ELSE 'resolved' END, timestamptz '2026-01-01Z' + n * interval '6 minutes',
      CASE WHEN n % 100 = 2 THEN NULL ELSE timestamptz '2027-01-01Z' END, CASE WHEN n % 100 = 2 THEN NULL ELSE 1 END,
      1, now(), gen_random_uuid(), now(), now(), 1
    FROM generate_series(1, $3::int) n
    """,
    """
    INSERT INTO record_steps (tenant_id, network_id, id, record_id, position, key, occurred_at, recorded_at)
    SELECT $1, $2, gen_random_uuid(), id, 1, 'a', now(), now() FROM records WHERE tenant_id = $1 AND $3::int > 0
    """,
    """
    INSERT INTO record_keys (tenant_id, network_id, channel, external_id, record_id)
    SELECT $1, $2, channel, external_id, id FROM records WHERE tenant_id = $1 AND $3::int > 0
    """,
    """
    INSERT INTO import_runs (tenant_id, network_id, id, file_name, file_hash, mapping_name, mapping_hash, status,
      attempts, bytes_total, bytes_read, records_seen, records_imported, records_already_there, records_refused,
      steps_imported, placeholders, errors_omitted, error_code, started_at, updated_at, finished_at)
    SELECT $1, $2, gen_random_uuid(), 'f', n::text, 'm', 'm', CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'finished' END,
      1, 1, 1, 1, 1, 0, 0, 1, 0, 0, CASE WHEN n % 100 = 0 THEN 'x' END, now(), now(), now()
    FROM generate_series(1, $3::int) n
    """,
    """
    INSERT INTO import_refusals (tenant_id, network_id, id, run_id, position, code, message, attempt, recorded_at)
    SELECT $1, $2, gen_random_uuid(), id, 1, 'c', 'm', 1, now() FROM import_runs WHERE tenant_id = $1 AND $3::int > 0
    """,
]


@pytest.fixture(scope="module")
async def filled(database: Database, address: Address, database_name: str) -> Chain:
    """A tenant with many records among a stranger's many more."""
    chain = await found_chain(database, SetClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC)))
    one, other = await chain.tenant("one"), await chain.tenant("other")
    admin = await superuser(admin_database_url(address.admin_url, database_name))
    for tenant in (one, other):
        for statement in FILL:
            await admin.execute(statement, tenant.tenant_id, tenant.network_id, MANY)
    await admin.execute("ANALYZE records, record_steps, record_keys, import_runs, import_refusals")
    await admin.close()
    return replace(chain, scope=one)


async def plan_of(chain: Chain, statement: Any) -> list[str]:
    """Explain a statement as the serving role, inside the tenant's wall."""
    async with chain.database.unit(chain.scope) as unit:
        compiled = statement.compile(dialect=unit.session.get_bind().dialect, compile_kwargs={"literal_binds": True})
        return list((await unit.session.execute(sa.text(f"EXPLAIN {compiled}"))).scalars())


def index_conditions(plan: list[str]) -> str:
    return " ".join(line for line in plan if "Index Cond" in line)


@pytest.mark.parametrize("name", FILTERS)
async def test_a_filter_is_an_index_condition(name: str, filled: Chain) -> None:
    asked = FILTERS[name]
    table: Any = asked.model
    statement = (
        select(table.id)
        .where(col(table.tenant_id) == filled.scope.tenant_id, asked.condition)
        .order_by(*asked.order)
        .limit(20)
    )
    plan = await plan_of(filled, statement)
    assert "tenant_id" in index_conditions(plan), plan
    assert asked.wanted in index_conditions(plan), plan
    assert not any("Seq Scan" in line for line in plan), plan


@pytest.mark.parametrize("condition", [None, col(Record.status) == "open", col(Record.standard_code) == "often"])
async def test_a_page_is_read_off_the_index_in_order(condition: Any, filled: Chain) -> None:
    conditions = [col(Record.tenant_id) == filled.scope.tenant_id, *([] if condition is None else [condition])]
    after = sa.tuple_(col(Record.opened_at), col(Record.id)) < sa.tuple_(
        sa.literal(datetime(2026, 2, 1, tzinfo=UTC)), sa.literal(UUID(int=0))
    )
    statement = select(Record.id).where(*conditions, after).order_by(*LATEST).limit(20)
    plan = await plan_of(filled, statement)
    assert "opened_at" in index_conditions(plan), plan
    assert not any("Sort" in line or "Seq Scan" in line for line in plan), plan


async def test_what_is_there_already_is_found_by_its_key(filled: Chain) -> None:
    asked = (filled.scope.tenant_id, ["phone"] * 50, [f"x{n}" for n in range(50)])
    async with filled.database.unit(filled.scope) as unit:
        plan = [row[0] for row in await fetch(unit, f"EXPLAIN {FIND}", *asked)]
    assert any("external_id = asked.external_id" in line and "Index Cond" in line for line in plan), plan
