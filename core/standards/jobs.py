"""Background work of standards: telling owners of suspended adaptations, and following decisions of the inbox."""

from typing import Final
from uuid import UUID

from core.kernel.handlers import handles
from core.kernel.outbox import send
from core.kernel.work import Work
from core.standards.amend import publish_overlays
from core.standards.approve import settle_decision
from core.standards.merging.carry import carry_adaptations, carry_at_turn
from core.standards.merging.resolve_merge import follow_waiver
from core.standards.promises.broken import tell_broken_promises
from core.standards.promises.make import CHECK as CHECK_PROMISES
from core.standards.proposals.decide import settle_proposal
from core.standards.rollouts.follow import follow_all
from core.standards.suspended import tell_suspended
from core.standards.waivers.topics import CHANGED as WAIVER_CHANGED

AT_ONCE: Final = 500
"""How many tenants one transaction tells, so that it ends well within its five seconds."""


@handles("standards.published")
async def published(work: Work) -> None:
    """Have the adaptations of every unit below looked at again."""
    await tell_below(work)


@handles("standards.withdrawn")
async def withdrawn(work: Work) -> None:
    """Have them looked at again after a version was withdrawn."""
    await tell_below(work)


@handles("standards.adapted")
async def adapted(work: Work) -> None:
    """Have them looked at again after a unit above has adapted."""
    await tell_below(work)


@handles("standards.tell_below")
async def tell_below(work: Work) -> None:
    """Send the check to the next units below, and this command again for the rest."""
    async with work.unit(once=True) as unit:
        every = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now)
        left = sorted(str(one) for one in every if str(one) > work.payload.get("after", ""))
        code = work.payload["code"]
        if "after" not in work.payload:
            await send(unit, CHECK_PROMISES, {"code": code})
            await send(unit, "standards.follow_own_rollouts", {"code": code})
        for tenant_id in left[:AT_ONCE]:
            await send(unit, "standards.check_adaptations", {"code": code}, target_tenant_id=UUID(tenant_id))
        if left[AT_ONCE:]:
            await send(unit, "standards.tell_below", {"code": code, "after": left[AT_ONCE - 1]})


@handles("standards.check_adaptations")
async def check_adaptations(work: Work) -> None:
    """Carry the owner's adaptations into what holds now; tell which are suspended, and which promises broken."""
    code = work.payload["code"]
    async with work.unit() as unit:
        if await carry_adaptations(unit, code):
            await send(unit, "standards.check_adaptations", {"code": code})
        else:
            await tell_suspended(unit, code)
            await tell_broken_promises(unit, code)
            await follow_all(unit, code)


@handles(WAIVER_CHANGED)
async def waiver_changed(work: Work) -> None:
    """Follow the answer to a waiver that was asked for instead of an adaptation."""
    async with work.unit() as unit:
        await follow_waiver(unit, UUID(work.payload["waiver_id"]))


@handles("standards.upgrade_turns")
async def upgrade_turns(work: Work) -> None:
    """Look again at what waits in a version that has ended."""
    async with work.unit(once=True) as unit:
        await carry_at_turn(unit, UUID(work.payload["subject_id"]))


@handles("standards.publish_overlays")
async def publish_own_overlays(work: Work) -> None:
    """Let units that were newly placed below the tenant read its adaptations."""
    async with work.unit() as unit:
        await publish_overlays(unit)


@handles("standards.adaptation.approved")
@handles("standards.adaptation.rejected")
@handles("standards.adaptation.withdrawn")
async def proposal_decided(work: Work) -> None:
    """Follow a decision about a proposed adaptation made in the inbox."""
    async with work.unit() as unit:
        await settle_proposal(unit, UUID(work.payload["subject_id"]))


@handles("standards.version.approved")
@handles("standards.version.rejected")
@handles("standards.version.withdrawn")
async def decided(work: Work) -> None:
    """Follow a decision made in the inbox."""
    async with work.unit() as unit:
        subject = UUID(work.payload["subject_id"])
        await settle_decision(unit, subject, int(work.payload["subject_version"]))
