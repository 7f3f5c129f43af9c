"""Tell which versions a tenant is not on yet, with their numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.gather import Gathered, seeing
from core.standards.repository.published import numbers_by_id
from core.standards.rollouts.policy.succession import Stage, Succession


@frozen(kw_only=True)
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


async def issue_numbers(unit: Unit, gathered: Gathered) -> Mapping[UUID, str]:
    """Give the numbers of all versions that were ever issued to a tenant; those it is on are known."""
    known = {one.id: one.content.number for one in gathered.versions}
    missing = {one.id for one in gathered.succession.issues} - known.keys()
    if not missing:
        return known
    async with seeing(unit, gathered.lineage):
        return {**known, **await numbers_by_id(unit, missing)}


def upcoming_versions(
    succession: Succession, numbers: Mapping[UUID, str], instant: datetime
) -> Sequence[UpcomingVersion]:
    """List the versions the tenant is not on at an instant, the newest first."""
    return [
        UpcomingVersion(number=numbers[one.version_id], stage=one.stage, effective_from=one.effective_from)
        for one in succession.upcoming(instant)
    ]
