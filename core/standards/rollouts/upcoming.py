"""Tell which versions a tenant is not on yet, with their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.kernel.unit import Unit
from core.standards.gather import Gathered, seeing
from core.standards.repository.published import numbers_by_id
from core.standards.rollouts.policy.succession import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingVersion:
    """A version that a tenant is not on yet.

    Attributes:
        number: Its number.
        stage: Where the tenant's wave stands; empty where the version is not rolled out in waves.
        effective_from: When it will be in force for the tenant, as far as that is known.
    """

    number: str
    stage: Stage | None
    effective_from: datetime | None


async def upcoming_versions(unit: Unit, gathered: Gathered, instant: datetime) -> Sequence[UpcomingVersion]:
    """List the versions the tenant is not on at an instant, the newest first."""
    found = gathered.succession.upcoming(instant)
    if not found:
        return ()
    async with seeing(unit, gathered.lineage):
        numbers = await numbers_by_id(unit, [one.version_id for one in found])
    return [
        UpcomingVersion(number=numbers[one.version_id], stage=one.stage, effective_from=one.effective_from)
        for one in found
    ]
