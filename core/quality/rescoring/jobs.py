"""Background work of rescoring: chunk by chunk, each once, however often the worker is killed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from core.kernel.handlers import handles
from core.kernel.jobs import finish, report
from core.kernel.unit import Unit
from core.kernel.work import Work
from core.quality.rescoring.order import RESCORE, RESCORE_TENANT, order_rescoring, send_chunk
from core.quality.score import score
from core.quality.subjects import subjects_of_records
from core.records.models import Record

CHUNK: Final = 500


@handles(RESCORE_TENANT)
async def rescore_tenant(work: Work) -> None:
    """Order the rescoring of the tenant."""
    async with work.unit(once=True) as unit:
        await order_rescoring(unit)


@handles(RESCORE, limit=timedelta(seconds=120))
async def rescore(work: Work) -> None:
    """Score the next records of the tenant, and send this command again for those behind them.

    Records go by their ids, which grow with time: what is opened or imported meanwhile lies behind, and is scored by
    what holds by then in any case.
    """
    job_id, done = UUID(work.payload["job_id"]), int(work.payload["done"])
    after = UUID(work.payload["after"]) if work.payload["after"] else None
    async with work.unit(read_only=True) as unit:
        chunk = await next_records(unit, after)
        total = done + await count_records(unit, after)
    await report(work, job_id, done, total)
    if chunk:
        await score(work, lambda unit: subjects_of_records(unit, chunk))
        await report(work, job_id, done + len(chunk), total)
    async with work.unit(once=True) as unit:
        if len(chunk) < CHUNK:
            await finish(unit, job_id)
        else:
            await send_chunk(unit, job_id, after=chunk[-1], done=done + len(chunk))


async def next_records(unit: Unit, after: UUID | None) -> Sequence[UUID]:
    """Name the records behind one, or the first, in the order of their ids."""
    chosen = select(Record.id).where(col(Record.tenant_id) == unit.tenant_id)
    behind = chosen if after is None else chosen.where(col(Record.id) > after)
    return (await unit.session.execute(behind.order_by(col(Record.id)).limit(CHUNK))).scalars().all()


async def count_records(unit: Unit, after: UUID | None) -> int:
    """Count the records behind one, or all."""
    counted = select(func.count()).select_from(Record).where(col(Record.tenant_id) == unit.tenant_id)
    behind = counted if after is None else counted.where(col(Record.id) > after)
    return (await unit.session.execute(behind)).scalar_one()
