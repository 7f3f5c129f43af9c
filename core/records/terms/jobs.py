"""Background work of terms: chunk by chunk, each with the command for the next, however often the worker is killed."""

from datetime import timedelta
from uuid import UUID

from core.kernel.crypto import MasterKeys
from core.kernel.handlers import handles
from core.kernel.jobs import finish, report
from core.kernel.key_ring import KeyRing
from core.kernel.work import Work
from core.records.terms.keep import index_page
from core.records.terms.order import INDEX_TERMS, send_chunk


@handles(INDEX_TERMS, limit=timedelta(seconds=120))
async def index_terms(work: Work) -> None:
    """Make the terms of the next records, by id; what is told of a record meanwhile brings its own."""
    job_id, done = UUID(work.payload["job_id"]), int(work.payload["done"])
    await report(work, job_id, done)
    async with work.unit(once=True) as unit:
        ring = KeyRing(unit, work.services.get(MasterKeys))
        page = await index_page(unit, ring, UUID(work.payload["after"]))
        if page.next is None:
            await finish(unit, job_id)
        else:
            await send_chunk(unit, job_id, after=page.next, done=done + page.records)
