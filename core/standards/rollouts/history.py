"""The history of a rollout: what was done to it, and why; what is undone later keeps its reason here."""

from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.rollouts.models import Rollout, RolloutEvent, RolloutWave
from core.standards.rollouts.vocabulary import RolloutEventKind


async def happened(
    unit: Unit, rollout: Rollout, kind: RolloutEventKind, *, wave: RolloutWave | None = None, reason: str = ""
) -> None:
    """Write down what was done to a rollout of the unit's tenant.

    Args:
        unit: The publisher, acting as whoever did it.
        rollout: The rollout.
        kind: What was done.
        wave: The wave it was done to; none where it was the whole rollout.
        reason: Why.
    """
    event = RolloutEvent(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        rollout_id=rollout.id,
        wave_id=None if wave is None else wave.id,
        kind=kind.value,
        reason=reason,
        at=unit.now,
        actor_id=unit.scope.actor.id,
        recorded_at=recorded_now(),
    )
    unit.session.add(event)
    await unit.session.flush()
