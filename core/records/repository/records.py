"""SQL of single records: found by what their channel calls them, locked while they are worked on."""

from uuid import UUID

from sqlmodel import col, select

from core.kernel.direct import fetch
from core.kernel.unit import Unit
from core.records.models import Record, RecordStep

TAKE_KEY = """
    INSERT INTO record_keys (tenant_id, channel, external_id, network_id, record_id) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (tenant_id, channel, external_id) DO NOTHING RETURNING record_id"""
FIND_KEY = "SELECT record_id FROM record_keys WHERE tenant_id = $1 AND channel = $2 AND external_id = $3"


async def take_key(unit: Unit, channel: str, external_id: str, record_id: UUID) -> UUID:
    """Take a key for a record, unless another record has it.

    A second taker waits here until the first has committed or rolled back.

    Returns:
        The id of the record that has the key now.
    """
    key = (unit.tenant_id, channel, external_id)
    taken = await fetch(unit, TAKE_KEY, *key, unit.network_id, record_id)
    if taken:
        return record_id
    (held,) = await fetch(unit, FIND_KEY, *key)
    return held["record_id"]


async def find_record(unit: Unit, record_id: UUID) -> Record | None:
    """Read a record of the tenant."""
    chosen = select(Record).where(col(Record.tenant_id) == unit.tenant_id, col(Record.id) == record_id)
    return (await unit.session.execute(chosen)).scalar_one_or_none()


async def lock_record(unit: Unit, record_id: UUID) -> Record | None:
    """Read a record of the tenant and let nobody else change it until the unit ends."""
    chosen = select(Record).where(col(Record.tenant_id) == unit.tenant_id, col(Record.id) == record_id)
    return (await unit.session.execute(chosen.with_for_update())).scalar_one_or_none()


async def save_record(unit: Unit, record: Record) -> None:
    """Write what was changed in a record."""
    unit.session.add(record)
    await unit.session.flush()


async def add_step(unit: Unit, record: Record, step: RecordStep) -> None:
    """Write a step and what it changed in its record."""
    unit.session.add(step)
    unit.session.add(record)
    await unit.session.flush()


async def step_keys(unit: Unit, record_id: UUID) -> set[str]:
    """List the keys of the steps a record has."""
    chosen = select(RecordStep.key).where(
        col(RecordStep.tenant_id) == unit.tenant_id, col(RecordStep.record_id) == record_id
    )
    return set((await unit.session.execute(chosen.distinct())).scalars())
