"""Count the units of waves, from the publisher's own rows."""

from collections.abc import Collection
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.rollouts.repository.plans import count_waves


@frozen(kw_only=True)
class WaveCounts:
    """How many units of a wave there are, are on the version, and have acknowledged it."""

    assigned: int = 0
    adopted: int = 0
    acknowledged: int = 0


async def counts_of(unit: Unit, wave_ids: Collection[UUID]) -> dict[UUID, WaveCounts]:
    """Count the units of waves, by wave."""
    rows = await count_waves(unit, wave_ids, unit.now)
    found = {
        wave_id: WaveCounts(assigned=assigned, adopted=adopted, acknowledged=acknowledged)
        for wave_id, assigned, adopted, acknowledged in rows
    }
    return {wave_id: found.get(wave_id, WaveCounts()) for wave_id in wave_ids}
