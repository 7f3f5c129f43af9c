"""SQL of single records: found by what their channel calls them, locked while they are worked on."""

from uuid import UUID

from sqlmodel import col, select

from core.kernel.direct import fetch
from core.kernel.unit import Unit
from core.records.models import Record

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
