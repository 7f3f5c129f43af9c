"""SQL of single records: found by what their channel calls them, locked while they are worked on."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.unit import Unit
from core.records.models import Record, RecordKey, RecordStep


async def take_key(unit: Unit, channel: str, external_id: str, record_id: UUID) -> UUID:
    """Take a key for a record, unless another record has it.

    A second taker waits here until the first has committed or rolled back.

    Returns:
        The id of the record that has the key now.
    """
    key = {"tenant_id": unit.tenant_id, "channel": channel, "external_id": external_id}
    values = {**key, "network_id": unit.network_id, "record_id": record_id}
    taken = insert(RecordKey).values(**values).on_conflict_do_nothing().returning(col(RecordKey.record_id))
    found = (await unit.session.execute(taken)).scalar_one_or_none()
    if found is not None:
        return found
    held = select(RecordKey.record_id).where(
        col(RecordKey.tenant_id) == unit.tenant_id,
        col(RecordKey.channel) == channel,
        col(RecordKey.external_id) == external_id,
    )
    return (await unit.session.execute(held)).scalar_one()


async def find_record(unit: Unit, record_id: UUID) -> Record | None:
    """Read a record of the tenant."""
    chosen = select(Record).where(col(Record.tenant_id) == unit.tenant_id, col(Record.id) == record_id)
    return (await unit.session.execute(chosen)).scalar_one_or_none()


async def lock_record(unit: Unit, record_id: UUID) -> Record | None:
    """Read a record of the tenant and let nobody else change it until the unit ends."""
    chosen = select(Record).where(col(Record.tenant_id) == unit.tenant_id, col(Record.id) == record_id)
    return (await unit.session.execute(chosen.with_for_update())).scalar_one_or_none()


async def add_record(unit: Unit, record: Record) -> None:
    """Write a record whose key was taken."""
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
