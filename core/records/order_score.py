"""Have a record scored after each change that its score or its day's sums may tell."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from core.kernel.direct import NewRow, write
from core.kernel.outbox import sent_row
from core.kernel.unit import Acting, Unit

SCORE_RECORD: Final = "quality.score_record"
SCORE_RECORDS: Final = "quality.score_records"
ORDERED: Final = "records.score_ordered"


async def order_score(unit: Unit, record_id: UUID) -> None:
    """Send the command to score a record, once however often it changes in this transaction.

    Scoring reads the record as it is then and repeats without effect, so a command of an earlier transaction that
    still waits does no harm; nobody looks for it, which would cost every step more than it saves the worker.
    """
    rows = score_rows(unit, record_id)
    if rows:
        await write(unit, *rows)


def score_rows(unit: Unit, record_id: UUID) -> list[NewRow]:
    """Give the row of the command, for use cases that write it with other rows; none where it was sent before."""
    ordered: set[UUID] = unit.session.info.setdefault(ORDERED, set())
    if record_id in ordered:
        return []
    ordered.add(record_id)
    return [score_row(unit, record_id)]


def score_is_ordered(unit: Unit, record_id: UUID) -> None:
    """Note that the command to score a record is among what the unit writes, so that it is not sent again."""
    unit.session.info.setdefault(ORDERED, set()).add(record_id)


def score_row(act: Acting, record_id: UUID) -> NewRow:
    """Give the row of the command to score a record that was not there before."""
    return sent_row(act, SCORE_RECORD, {"record_id": str(record_id)})


def score_many_row(act: Acting, record_ids: Sequence[str]) -> NewRow:
    """Give the row of one command to score many records, whose ids are given as texts."""
    return sent_row(act, SCORE_RECORDS, {"record_ids": record_ids})
