"""Remove the content of closed records whose time is over: hashes stay, and the act that removed it is sealed."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from core.kernel.audit import act_row
from core.kernel.direct import write
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.customers.repository import customer_shared
from core.records.privacy.policy import Term
from core.records.privacy.registry import Forgotten, forget
from core.records.privacy.repository import (
    add_removal,
    bury,
    drop_pseudonyms,
    due_records,
    holds_on,
    unsealed_among,
)
from core.records.sealing.policy.removals import REMOVE_CONTENT

MOST: Final = 50
"""Records whose content is removed in one transaction."""


@frozen
class Batch:
    """What one transaction came to.

    Attributes:
        removed: Of how many records content was removed.
        after: Behind which record to go on; nothing where all was looked at.
    """

    removed: int
    after: UUID | None


async def remove_due(unit: Unit, term: Term, after: UUID) -> Batch:
    """Remove the content of some records of a class whose time is over.

    What is held, or not sealed yet, stays; a run after that finds it.

    Args:
        unit: The transaction.
        term: What is over.
        after: Records up to here were looked at.
    """
    rows = await due_records(unit, (after, term.bound, term.before, term.named, list(term.service_types), MOST))
    ids = [row["id"] for row in rows]
    if not rows:
        return Batch(0, None)
    kept = await held_among(unit, rows) | await unsealed_among(unit, ids)
    over = [row for row in rows if row["id"] not in kept]
    for row in over:
        await remove(unit, row, term)
    gone = [row["id"] for row in over]
    if gone:
        await drop_pseudonyms(unit, gone)
        await forget(unit, Forgotten(customer_id=None, record_ids=gone))
    return Batch(len(over), ids[-1] if len(ids) == MOST else None)


async def held_among(unit: Unit, rows: Sequence[Any]) -> set[UUID]:
    """Tell which records must be kept, by a hold of their own or one on their customer."""
    for customer_id in sorted({row["customer_id"] for row in rows if row["customer_id"]}):
        await customer_shared(unit, customer_id)  # Whoever places a hold on the customer now waits, or was first.
    subjects = {row["id"] for row in rows} | {row["customer_id"] for row in rows if row["customer_id"]}
    held = {one["subject_id"] for one in await holds_on(unit, sorted(subjects))}
    return {row["id"] for row in rows if row["id"] in held or row["customer_id"] in held}


async def remove(unit: Unit, row: Any, term: Term) -> None:  # noqa: ANN401 - as the driver has it
    """Remove the content of one record."""
    details = {"class": term.rule.key, "days": term.days, "events": row["version"]}
    act = act_row(unit, REMOVE_CONTENT, "record", row["id"], details)
    await write(unit, act)
    await bury(unit, row["id"], act.values["id"], None)
    removal = (row["id"], term.rule.key, term.days, row["version"], act.values["id"], unit.now)
    await add_removal(unit, removal)
