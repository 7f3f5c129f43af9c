"""Read what decides which version of a standard a tenant is on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from core.kernel.unit import Unit
from core.standards.policy.spans import Span
from core.standards.rollouts.models import RolloutStage
from core.standards.rollouts.policy.succession import Issue, Stage, Succession
from core.standards.rollouts.repository.standing import adoptions_of, assigned_waves
from core.standards.rollouts.vocabulary import Phase, RolloutMode


async def succession_of(
    unit: Unit, code: str, rows: Sequence[RolloutStage], issues: Sequence[Issue], known_at: datetime | None
) -> Succession:
    """Read which versions the unit's tenant is on over time.

    Args:
        unit: The tenant, last of the lineage.
        code: The standard.
        rows: Where the waves of rollouts of the tenant and all above it stand.
        issues: The published versions of the lineage, as known then.
        known_at: What was known then; what is known now where it is empty.
    """
    if not rows:
        return Succession(issues=issues)
    versions = {row.published_version_id for row in rows}
    waves = await assigned_waves(unit, versions, known_at)
    adoptions: dict[UUID, list[Span]] = {}
    for row in await adoptions_of(unit, code, known_at):
        adoptions.setdefault(row.published_version_id, []).append(Span(row.valid_from, row.valid_to))
    stages: dict[UUID, list[Stage]] = {version_id: [] for version_id in versions}
    for row in rows:
        mine = waves.get(row.published_version_id)
        if row.wave_id == mine or (mine is None and row.is_rest):
            stages[row.published_version_id].append(stage_of(row))
    return Succession(issues=issues, stages=stages, adoptions=adoptions)


def stage_of(row: RolloutStage) -> Stage:
    """Give a row as what the rules work on."""
    return Stage(
        id=row.id,
        rollout_id=row.rollout_id,
        publisher_id=row.owner_tenant_id,
        wave=row.name,
        number=row.number,
        mode=RolloutMode(row.mode),
        phase=Phase(row.phase),
        halted=row.halted,
        planned_at=row.planned_at,
        deadline=row.deadline,
        enforced_from=row.enforced_from,
        reminder_days=tuple(row.reminder_days),
        span=Span(row.valid_from, row.valid_to),
    )
