"""Rebuild what is kept of a record from its events, and find what differs from them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.events.fold import StreamIsBroken, fold
from core.records.events.policy import NO_EVENT, Event, leaf_hash, leaf_of
from core.records.events.repository import Hashes, buried_hashes, read_stream
from core.records.execution.kept import Columns, Kept, kept_of
from core.records.execution.repository import (
    lock_stream,
    page_of_records,
    read_kept,
    replace_kept,
)

PAGE: Final = 200
NOT_COMPARED: Final = frozenset({"updated_at"})
"""What events tell only nearly: rows that were there before events were changed a moment after their last event."""


@frozen
class Difference:
    """Something that is kept of a record and does not follow from its events.

    Attributes:
        record_id: The record.
        what: Which part: a column, a step, a contact, or the stream itself.
    """

    record_id: UUID
    what: str


async def rebuild_record(unit: Unit, record_id: UUID) -> bool:
    """Make what is kept of a record what its events say.

    Returns:
        Whether anything differed.

    Raises:
        StreamIsBroken: The events themselves are no stream; nothing is kept then.
    """
    stream = await lock_stream(unit, record_id)
    problems = broken_in(stream, await buried(unit, stream))
    if problems:
        raise StreamIsBroken("; ".join(problems))
    if stream[0].is_removed:
        return False
    kept = kept_of(fold(stream))
    found, _ = await read_kept(unit, record_id, kept)
    if not different(kept, found):
        return False
    await replace_kept(unit, record_id, kept)
    return True


async def check_record(unit: Unit, record_id: UUID) -> tuple[Difference, ...]:
    """Find what is kept of a record and does not follow from its events; nothing is changed."""
    stream = await read_stream(unit, record_id)
    problems = broken_in(stream, await buried(unit, stream))
    if problems or stream[0].is_removed:
        return tuple(Difference(record_id, one) for one in problems)
    kept = kept_of(fold(stream))
    found, row = await read_kept(unit, record_id, kept)
    if row is None:
        return (Difference(record_id, "the record's row is gone"),)
    return tuple(Difference(record_id, one) for one in different(kept, found))


@frozen
class CheckedPage:
    """Some records that were looked at.

    Attributes:
        records: How many.
        differences: What differs.
        next: Where the next page begins; nothing after the last one.
        ids: The records.
    """

    records: int
    differences: tuple[Difference, ...]
    next: UUID | None
    ids: tuple[UUID, ...] = ()


def first_page() -> UUID:
    """Give where the first page begins."""
    return UUID(int=0)


async def check_page(unit: Unit, after: UUID) -> CheckedPage:
    """Find what is kept of some records of the tenant, by id, and does not follow from their events."""
    page = await page_of_records(unit, after, PAGE)
    found = [one for record_id in page for one in await check_record(unit, record_id)]
    return CheckedPage(len(page), tuple(found), page[-1] if page else None, tuple(page))


async def check_tenant(unit: Unit) -> AsyncIterator[Difference]:
    """Find what is kept of any record of the tenant and does not follow from its events."""
    after: UUID | None = first_page()
    while after is not None:
        page = await check_page(unit, after)
        for one in page.differences:
            yield one
        after = page.next


async def buried(unit: Unit, stream: Sequence[Event]) -> Mapping[UUID, Hashes]:
    """Give what is left of content of a stream that was removed."""
    odd = [one.id for one in stream if leaf_hash(one) != one.hash]
    return await buried_hashes(unit, odd) if odd else {}


def hash_of(event: Event, buried: Mapping[UUID, Hashes]) -> bytes:
    """Hash an event, where content was removed from what is left of it."""
    left = buried.get(event.id)
    return leaf_hash(event) if left is None else leaf_of(event, *left)


def broken_in(stream: Sequence[Event], buried: Mapping[UUID, Hashes]) -> list[str]:
    """Name what is wrong with a stream: a gap, a fork, an event that was changed, or no events at all."""
    if not stream:
        return ["it has no events"]
    problems: list[str] = []
    previous = NO_EVENT
    for number, event in enumerate(stream, start=1):
        if event.number != number:
            problems.append(f"event {number} is missing")
            break
        if event.previous != previous:
            problems.append(f"event {number} does not follow the one before")
        if hash_of(event, buried) != event.hash:
            problems.append(f"event {number} was changed")
        previous = event.hash
    return problems


def different(kept: Kept, found: Kept) -> list[str]:
    """Name what differs."""
    names = [
        name for name, value in kept.record.items() if name not in NOT_COMPARED and found.record.get(name) != value
    ]
    return [
        *names,
        *rows_different("step", kept.steps, found.steps),
        *rows_different("contact", kept.contacts, found.contacts),
        *rows_different("evidence", kept.evidence, found.evidence),
    ]


def rows_different(what: str, kept: Sequence[Columns], found: Sequence[Columns]) -> list[str]:
    """Name the steps or contacts that differ, by their positions."""
    there = {one["position"]: one for one in found}
    wanted = {one["position"]: one for one in kept}
    return [f"{what} {at}" for at in sorted({*there, *wanted}) if there.get(at) != wanted.get(at)]
