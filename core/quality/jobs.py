"""Background work of quality: scoring what was imported or resolved."""

from datetime import timedelta
from uuid import UUID

from core.kernel.handlers import handles
from core.kernel.work import Work
from core.quality.score import score
from core.quality.subjects import subjects_of_chunk, subjects_of_records


@handles("quality.score_chunk", limit=timedelta(seconds=120))
async def score_chunk(work: Work) -> None:
    """Score the records that one chunk of an import brought in."""
    chunk_id = UUID(work.payload["chunk_id"])
    await score(work, lambda unit: subjects_of_chunk(unit, chunk_id))


@handles("quality.score_record")
async def score_record(work: Work) -> None:
    """Score one record, after it was resolved or changed."""
    record_id = UUID(work.payload["record_id"])
    await score(work, lambda unit: subjects_of_records(unit, [record_id]))


@handles("quality.score_records", limit=timedelta(seconds=120))
async def score_records(work: Work) -> None:
    """Score the records that were opened together."""
    record_ids = [UUID(one) for one in work.payload["record_ids"]]
    await score(work, lambda unit: subjects_of_records(unit, record_ids))
