"""Background work of rollouts; each handler may run twice and be killed once, and the effect is the same."""

from datetime import datetime
from uuid import UUID

from core.kernel.handlers import handles
from core.kernel.work import Work
from core.standards.rollouts.acknowledge import REMIND, TELL_ACKNOWLEDGEMENT
from core.standards.rollouts.adopt import FOLLOW, TELL_ADOPTION
from core.standards.rollouts.attach import ASSIGN, GATE_IS_DUE, ROLLOUT_IS_OVER, WAVE_BEGINS, WAVE_IN_FORCE
from core.standards.rollouts.carry_out import ask_gate, assign_next, begin_wave, finish_rollout, reach_next
from core.standards.rollouts.follow import follow_all, follow_rollout, remind
from core.standards.rollouts.gates import gates_in
from core.standards.rollouts.repository.plans import tell_acknowledgement, tell_adoption
from core.standards.rollouts.settle import REACH


@handles(ASSIGN)
async def assign_waves(work: Work) -> None:
    """Put the next units into their waves."""
    async with work.unit(once=True) as unit:
        await assign_next(unit, given(work, "rollout_id"), given(work, "job_id"), after(work))


@handles(WAVE_BEGINS)
@handles(WAVE_IN_FORCE)
async def wave_begins(work: Work) -> None:
    """Reach the units of a wave that has begun, or come into force."""
    async with work.unit(once=True) as unit:
        await begin_wave(unit, given(work, "subject_id"))


@handles(REACH)
async def reach_wave(work: Work) -> None:
    """Reach the next units of a wave."""
    async with work.unit(once=True) as unit:
        await reach_next(unit, given(work, "wave_id"), given(work, "job_id"), after(work))


@handles(GATE_IS_DUE)
async def gate_is_due(work: Work) -> None:
    """Ask a gate that looks at figures by itself."""
    async with work.unit(once=True) as unit:
        await ask_gate(unit, given(work, "subject_id"), gates_in(work.services))


@handles(ROLLOUT_IS_OVER)
async def rollout_is_over(work: Work) -> None:
    """End a rollout."""
    async with work.unit() as unit:
        await finish_rollout(unit, given(work, "subject_id"))


@handles(FOLLOW)
async def follow(work: Work) -> None:
    """See in a tenant what a rollout asks of it."""
    async with work.unit() as unit:
        await follow_rollout(unit, work.payload["code"], given(work, "version_id"))


@handles("standards.follow_own_rollouts")
async def follow_own(work: Work) -> None:
    """See it again after the tenant itself has adapted."""
    async with work.unit() as unit:
        await follow_all(unit, work.payload["code"])


@handles(REMIND)
async def remind_acknowledgement(work: Work) -> None:
    """Remind a tenant of what it has not acknowledged."""
    async with work.unit(once=True) as unit:
        await remind(unit, given(work, "subject_id"))


@handles(TELL_ADOPTION)
async def adoption_told(work: Work) -> None:
    """Count a unit that has adopted by itself."""
    async with work.unit() as unit:
        at = datetime.fromisoformat(work.payload["at"])
        await tell_adoption(unit, given(work, "rollout_id"), teller(work), at)


@handles(TELL_ACKNOWLEDGEMENT)
async def acknowledgement_told(work: Work) -> None:
    """Count a unit that has acknowledged, or no longer has."""
    async with work.unit() as unit:
        at = work.payload["at"]
        since = None if at is None else datetime.fromisoformat(at)
        revision = int(work.payload["revision"])
        await tell_acknowledgement(unit, given(work, "rollout_id"), teller(work), since, revision)


def given(work: Work, name: str) -> UUID:
    """Give an id of the payload."""
    return UUID(str(work.payload[name]))


def after(work: Work) -> UUID | None:
    """Give the unit after which the next chunk begins."""
    return given(work, "after") if "after" in work.payload else None


def teller(work: Work) -> UUID:
    """Give the tenant that sent the command."""
    return work.scope.on_behalf_of or work.scope.tenant_id
