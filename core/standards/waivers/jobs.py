"""Commands between the tenant that asks and the level that decides, and the timers of the former.

What is written in one tenant is read there, in a unit that writes nothing, and kept in the other in a transaction of
its own that happens once. The wall stands in both; nothing but ids and instants travels in between.
"""

from uuid import UUID

from core.kernel.approvals import hands_of
from core.kernel.handlers import handles
from core.kernel.work import Work
from core.standards.waivers.decide import call_otherwise, close_request, follow_inbox, take_in
from core.standards.waivers.follow import follow_at_turn, follow_versions
from core.standards.waivers.repository import request_as_told, waiver_as_told
from core.standards.waivers.settle import expire, remind, revoked, settle
from core.standards.waivers.statuses import WaiverStatus
from core.standards.waivers.topics import (
    APPROVAL,
    ASK,
    CLOSE,
    EXPIRE,
    FOLLOW,
    MOVED,
    REMIND,
    REVOKE,
    SETTLE,
    TURN,
)


@handles(ASK)
async def ask(work: Work) -> None:
    """Put the question before those who decide, unless it was withdrawn or asked anew since."""
    async with work.senders_unit() as theirs:
        waiver = await waiver_as_told(theirs, UUID(work.payload["waiver_id"]))
        hands = frozenset[UUID]() if waiver is None else await hands_of(theirs, [waiver.author_id])
    if waiver is None or waiver.round != work.payload["round"]:
        return
    if waiver.status == WaiverStatus.ASKED or waiver.renewal_asked:
        async with work.unit() as unit:
            await take_in(unit, work.started.tenant_id, work.started.actor, waiver, hands)


@handles(f"{APPROVAL}.approved")
@handles(f"{APPROVAL}.rejected")
@handles(f"{APPROVAL}.withdrawn")
async def decided_in_inbox(work: Work) -> None:
    """Follow a decision that was made in the inbox."""
    async with work.unit() as unit:
        await follow_inbox(unit, UUID(work.payload["subject_id"]), int(work.payload["subject_version"]))


@handles(SETTLE)
async def settle_here(work: Work) -> None:
    """Put the answer into force."""
    async with work.senders_unit() as theirs:
        request = await request_as_told(theirs, UUID(work.payload["waiver_id"]))
    async with work.unit() as unit:
        reason = request.decision_reason if request else ""
        await settle(unit, work.started.tenant_id, work.payload, reason)


@handles(REVOKE)
async def follow_revocation(work: Work) -> None:
    """End what was taken back."""
    async with work.senders_unit() as theirs:
        request = await request_as_told(theirs, UUID(work.payload["waiver_id"]))
    async with work.unit() as unit:
        await revoked(unit, work.started.tenant_id, work.payload, request.ended_reason if request else "")


@handles(CLOSE)
async def close(work: Work) -> None:
    """Follow an end in the tenant that asked."""
    async with work.unit() as unit:
        await close_request(unit, work.started.tenant_id, work.payload)


@handles(FOLLOW)
async def follow(work: Work) -> None:
    """Follow the versions that hold for the tenant."""
    async with work.unit() as unit:
        await follow_versions(unit, work.payload["code"])


@handles(TURN)
async def turned(work: Work) -> None:
    """Have waivers looked at again, because the tenant is on another version now."""
    async with work.unit(once=True) as unit:
        await follow_at_turn(unit, UUID(work.payload["subject_id"]))


@handles(MOVED)
async def moved(work: Work) -> None:
    """Call the place of what was asked here as the tenant that asked calls it now."""
    async with work.senders_unit() as theirs:
        waiver = await waiver_as_told(theirs, UUID(work.payload["waiver_id"]))
    async with work.unit() as unit:
        if waiver is not None:
            await call_otherwise(unit, work.started.tenant_id, waiver)


@handles(EXPIRE)
async def record_expiry(work: Work) -> None:
    """Record that a waiver has ended."""
    async with work.unit() as unit:
        await expire(unit, UUID(work.payload["subject_id"]))


@handles(REMIND)
async def remind_of_expiry(work: Work) -> None:
    """Remind the tenant that a waiver is about to end."""
    async with work.unit() as unit:
        await remind(unit, UUID(work.payload["subject_id"]))
