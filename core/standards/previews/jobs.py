"""Background work of previews: chunk by chunk, each once, however often the worker is killed."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from core.kernel.handlers import handles
from core.kernel.jobs import fail, finish, report
from core.kernel.work import Work
from core.standards.across.overseeing import overseeing
from core.standards.previews.look import PURPOSE, keep, looked_at, lookout_for
from core.standards.previews.repository import preview_by_id
from core.standards.previews.start import LOOK, send_chunk
from core.standards.previews.units import next_units

CHUNK: Final = 500
CHANGED: Final = "standards.preview_version_changed"


@handles(LOOK, limit=timedelta(seconds=120))
async def look(work: Work) -> None:
    """Look at the next tenants, keep what is found, and send this command again for those behind them.

    Tenants go by their ids, which grow with time: one that is placed meanwhile is looked at too.
    """
    preview_id, job_id = UUID(work.payload["preview_id"]), UUID(work.payload["job_id"])
    done, after = int(work.payload["done"]), work.payload["after"]
    async with work.unit(read_only=True) as unit:
        preview = await preview_by_id(unit, preview_id)
        if preview is None:
            return
        last = None if after is None else UUID(after)
        chunk, left = await next_units(unit, preview_id, preview.at, last, CHUNK)
        lookout = await lookout_for(unit, preview)
    await report(work, job_id, done, max(done + left, 1))
    if lookout is None:
        async with work.unit(once=True) as unit:
            await fail(unit, job_id, CHANGED)
        return
    async with overseeing(work, chunk, PURPOSE) as reading:
        outlooks = await looked_at(reading, preview, lookout, chunk) if chunk else []
    await report(work, job_id, done + len(chunk), max(done + left, 1))
    async with work.unit(once=True) as unit:
        if not await keep(unit, preview_id, outlooks):
            return
        if left > len(chunk):
            await send_chunk(unit, preview, after=chunk[-1], done=done + len(chunk))
        else:
            await finish(unit, job_id)
