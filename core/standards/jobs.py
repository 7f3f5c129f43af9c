"""Background work of standards: telling owners of suspended adaptations, and following decisions of the inbox."""

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.kernel.clock import recorded_now
from core.kernel.handlers import handles
from core.kernel.outbox import send, send_to_many
from core.kernel.receipts import AlreadyReceived
from core.kernel.unit import Unit
from core.kernel.work import Work
from core.standards.across.overseeing import overseeing
from core.standards.across.repository import concerned
from core.standards.amend import publish_overlays
from core.standards.approve import settle_decision
from core.standards.gather import Shelf
from core.standards.merging.carry import carry_adaptations, carry_at_turn
from core.standards.merging.resolve_merge import follow_waiver
from core.standards.promises.broken import tell_broken_promises
from core.standards.promises.make import CHECK as CHECK_PROMISES
from core.standards.proposals.decide import settle_proposal
from core.standards.resolve import SETTLED_AFTER
from core.standards.rollouts.follow import follow_all
from core.standards.suspended import tell_suspended
from core.standards.waivers.topics import CHANGED as WAIVER_CHANGED
from core.standards.waivers.topics import FOLLOW as FOLLOW_WAIVERS

log = structlog.get_logger("touchstone.standards")

CHECK: Final = "standards.check_adaptations"
CHECK_MANY: Final = "standards.check_many"
TOGETHER: Final = 50
"""How many tenants one command looks at, each in a transaction of its own."""
OUTAGES: Final = (OSError, InterfaceError, OperationalError, PoolTimeout)
"""What is no tenant's own trouble: the whole command is tried again, and skips whoever has its receipt."""
AT_ONCE: Final = 1_000
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
    """Send the check to those of the next units below that have anything to check, and this command for the rest.

    Who adapts for the first time while this is sent may not be seen yet; a second look finds those a little later.
    """
    code, since = work.payload["code"], work.payload.get("since")
    async with work.unit(read_only=True) as unit:
        every = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now)
    left = sorted(one for one in every if str(one) > work.payload.get("after", ""))
    chunk, told = left[:AT_ONCE], list[UUID]()
    if chunk:
        async with overseeing(work, chunk, CHECK) as reading:
            told += await concerned(reading, code, chunk, None if since is None else datetime.fromisoformat(since))
    async with work.unit(once=True) as unit:
        rest = {"code": code} if since is None else {"code": code, "since": since}
        if "after" not in work.payload and since is None:
            await send(unit, CHECK_PROMISES, {"code": code})
            await send(unit, "standards.follow_own_rollouts", {"code": code})
            late = {"code": code, "since": recorded_now() - SETTLED_AFTER}
            await send(unit, "standards.tell_below", late, due_at=unit.now + SETTLED_AFTER)
        for start in range(0, len(told), TOGETHER):
            await send(unit, CHECK_MANY, {"code": code, "tenants": told[start : start + TOGETHER]})
        if left[AT_ONCE:]:
            await send(unit, "standards.tell_below", {**rest, "after": chunk[-1]})


@handles("standards.check_adaptations")
async def check_adaptations(work: Work) -> None:
    """Carry the owner's adaptations into what holds now; tell which are suspended, and which promises broken."""
    async with work.unit() as unit:
        await check(unit, work.payload["code"])


@handles(CHECK_MANY)
async def check_many(work: Work) -> None:
    """Do the same in several tenants, in a transaction each; where one fails, it is told by itself and tried again."""
    code, failed, shelf = work.payload["code"], list[UUID](), Shelf(shared=True)
    tenants = [UUID(one) for one in work.payload["tenants"]]
    lineages = await work.directory.lineages(work.scope.network_id, tenants, work.clock.now())
    for tenant_id in tenants:
        try:
            async with work.unit_in(tenant_id, lineages[tenant_id]) as unit:
                await check(unit, code, shelf)
        except AlreadyReceived:
            continue
        except OUTAGES:
            raise
        except Exception as problem:  # noqa: BLE001 - what is wrong in one tenant keeps no other from being looked at
            log.warning("standards.check_failed", tenant_id=str(tenant_id), error=type(problem).__name__)
            failed.append(tenant_id)
    if failed:
        async with work.unit(once=True) as unit:
            await send_to_many(unit, CHECK, {"code": code}, failed)


async def check(unit: Unit, code: str, shelf: Shelf | None = None) -> None:
    """Look at all that hangs on a standard in one tenant."""
    carried = await carry_adaptations(unit, code, shelf)
    if carried.more:
        await send(unit, CHECK, {"code": code})
        return
    beside = carried.beside
    if carried.gathered is not None:
        await tell_suspended(unit, code, carried.gathered, carried.waiting, beside)
    if beside.promises:
        await tell_broken_promises(unit, code)
    if beside.acknowledgements:
        await follow_all(unit, code)
    if beside.live_waivers:
        await send(unit, FOLLOW_WAIVERS, {"code": code})


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
