"""Background work of privacy; each may run twice and be killed once, and the effect is the same."""

from datetime import timedelta
from time import monotonic
from typing import Final
from uuid import UUID

from core.kernel.crypto import MasterKeys
from core.kernel.handlers import handles
from core.kernel.jobs import fail, finish
from core.kernel.key_ring import KeyRing
from core.kernel.outbox import send, send_to_many
from core.kernel.timers import set_timer
from core.kernel.work import Work
from core.records.customers.errors import CustomerIsErased
from core.records.privacy.erase import START, forget_records
from core.records.privacy.export import expire, keep_export, read_export, written
from core.records.privacy.retain import remove_due
from core.records.privacy.retention import terms_of
from core.records.privacy.topics import EXPIRE, EXPORT, FORGET, RETAIN, RETAIN_NETWORK

DAILY: Final = timedelta(days=1)
LONGEST_S: Final = 30.0
"""Seconds after which what is left is another run's."""


@handles(FORGET)
async def forget_rest(work: Work) -> None:
    """Let go of what is left about the next records of an erased customer."""
    async with work.unit(once=True) as unit:
        await forget_records(unit, UUID(work.payload["customer_id"]), UUID(work.payload["after"]))


@handles(RETAIN_NETWORK)
async def retain_everywhere(work: Work) -> None:
    """Have every tenant of the network remove what is over, and ring again tomorrow."""
    async with work.unit(once=True) as unit:
        below = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now)
        await send_to_many(unit, RETAIN, {}, sorted({unit.tenant_id, *below}))
        await set_timer(unit, RETAIN_NETWORK, unit.tenant_id, unit.now + DAILY)


@handles(RETAIN)
async def retain(work: Work) -> None:
    """Remove what is over in the tenant, some records a transaction."""
    if work.started.crosses:
        # What another tenant orders has its effect in one transaction: it is ordered here once more.
        async with work.unit() as unit:
            await send(unit, RETAIN, {})
        return
    begun = monotonic()
    async with work.unit(read_only=True) as unit:
        over = await terms_of(unit)
    for term in over:
        after: UUID | None = START
        while after is not None:
            if monotonic() - begun > LONGEST_S:
                async with work.unit(once=False) as unit:
                    await send(unit, RETAIN, {})
                return
            async with work.unit(once=False) as unit:
                after = (await remove_due(unit, term, after)).after


@handles(EXPORT, limit=timedelta(seconds=120))
async def make_export(work: Work) -> None:
    """Make what is held of a customer into one file."""
    masters, job_id = work.services.get(MasterKeys), UUID(work.payload["job_id"])
    try:
        async with work.unit(read_only=True) as unit:
            export = await read_export(unit, UUID(work.payload["export_id"]))
            text = await written(unit, KeyRing(unit, masters), export)
        async with work.unit(once=False) as unit:
            await keep_export(unit, KeyRing(unit, masters), export, text)
            await finish(unit, job_id)
    except CustomerIsErased as erased:
        async with work.unit(once=False) as unit:
            await fail(unit, job_id, erased.code)


@handles(EXPIRE)
async def expire_export(work: Work) -> None:
    """Delete a file whose time is over."""
    async with work.unit(once=False) as unit:
        await expire(unit, UUID(work.payload["subject_id"]))
