"""Background work that follows records: after a change, when a clock does something by itself, and in bulk.

What follows from a record's events is worked out together, because it stands on the same reading: its clocks, and how
it stands against its process.
"""

from datetime import timedelta
from uuid import UUID

from core.kernel.handlers import handles
from core.kernel.work import Work
from core.records.clocks.keep import DUE
from core.records.clocks.repository import records_of_chunk
from core.records.clocks.topics import TIME_CHUNK
from core.records.conformance.keep import BEHIND_DUE, follow_records
from core.records.conformance.qualification import Qualifications
from core.records.events.writing import CHANGED

MOST = 250
"""Records that are worked out in one transaction, some tenths of a second: so that none is locked for long."""


@handles(CHANGED)
async def time_changed(work: Work) -> None:
    """Follow what was changed: one record, or many that were opened together."""
    await refresh(work, [UUID(one) for one in work.payload.get("record_ids", [work.payload.get("record_id")])])


@handles(DUE)
async def time_due(work: Work) -> None:
    """Follow a clock that warns, runs out or is taken further."""
    await refresh(work, [UUID(work.payload["subject_id"])])


@handles(BEHIND_DUE)
async def behind_due(work: Work) -> None:
    """Follow a record that falls behind its plan by itself."""
    await refresh(work, [UUID(work.payload["subject_id"])])


@handles(TIME_CHUNK, limit=timedelta(seconds=120))
async def time_chunk(work: Work) -> None:
    """Follow what one chunk of an import brought in."""
    async with work.unit(read_only=True) as unit:
        found = await records_of_chunk(unit, UUID(work.payload["chunk_id"]))
    await refresh(work, found)


async def refresh(work: Work, record_ids: list[UUID]) -> None:
    """Work out anew what follows from some records, a few at a time."""
    ordered = sorted(record_ids)
    for begin in range(0, len(ordered), MOST):
        async with work.unit(once=False) as unit:
            await follow_records(unit, ordered[begin : begin + MOST], work.services.find(Qualifications))
