"""Have a record scored after each change that its score or its day's sums may tell."""

from typing import Final
from uuid import UUID

from core.kernel.outbox import send
from core.kernel.unit import Unit

SCORE_RECORD: Final = "quality.score_record"
ORDERED: Final = "records.score_ordered"


async def order_score(unit: Unit, record_id: UUID) -> None:
    """Send the command to score a record, once however often it changes in this transaction.

    Scoring reads the record as it is then and repeats without effect, so a command of an earlier transaction that
    still waits does no harm; nobody looks for it, which would cost every step more than it saves the worker.
    """
    ordered: set[UUID] = unit.session.info.setdefault(ORDERED, set())
    if record_id not in ordered:
        ordered.add(record_id)
        await send(unit, SCORE_RECORD, {"record_id": str(record_id)})
