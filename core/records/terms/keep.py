"""Keep the terms of records: added with the event that tells of a text, made anew from events, and forgotten."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from core.kernel.crypto import Place
from core.kernel.frozen import frozen
from core.kernel.key_ring import KeyIsErased, KeyRing
from core.kernel.unit import Unit
from core.records.events.policy import EventKind
from core.records.events.writing import TABLE
from core.records.terms.policy import hidden, terms_of
from core.records.terms.repository import (
    add_terms,
    drop_all_terms,
    drop_terms,
    lock_records,
    page_of_records,
    speaking_events,
    terms_kept,
)

CONTACT: Final = EventKind.CONTACTED.value
"""The kind of event whose payload has a text to be found by: what a channel calls a further contact."""
PAGE: Final = 200


@frozen
class Indexed:
    """What became of the terms of some records.

    Attributes:
        records: How many were looked at.
        differing: Those whose terms were others than their texts have.
        next: Where the next page begins; nothing after the last one.
    """

    records: int
    differing: tuple[UUID, ...]
    next: UUID | None


async def tell_terms(unit: Unit, ring: KeyRing, record_id: UUID, opened_at: datetime, texts: Iterable[str]) -> None:
    """Let a record be found by some texts from now on; in the transaction that tells of them."""
    terms = terms_of(*texts)
    if terms:
        key = await ring.pseudonym_key()
        await add_terms(unit, record_id, opened_at, [hidden(key, one) for one in terms])


async def forget_terms(unit: Unit, record_ids: Sequence[UUID]) -> int:
    """Let some records be found by no text any more, as their retention ends; tell how many terms there were."""
    return await drop_all_terms(unit, record_ids)


async def index_records(unit: Unit, ring: KeyRing, record_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Make the terms of some records what their texts have that can still be opened.

    Returns:
        Those whose terms were others.
    """
    opened = await lock_records(unit, record_ids)
    wanted = await terms_wanted(unit, ring, list(opened))
    kept = await terms_kept(unit, record_ids)
    for record_id in record_ids:
        missing = wanted[record_id] - kept[record_id]
        await drop_terms(unit, record_id, kept[record_id] - wanted[record_id])
        if missing:
            await add_terms(unit, record_id, opened[record_id], missing)
    return tuple(one for one in record_ids if wanted[one] != kept[one])


async def check_terms(unit: Unit, ring: KeyRing, record_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Name records whose terms are others than their texts have; nothing is changed."""
    wanted, kept = await terms_wanted(unit, ring, record_ids), await terms_kept(unit, record_ids)
    return tuple(one for one in record_ids if wanted[one] != kept[one])


async def index_page(unit: Unit, ring: KeyRing, after: UUID) -> Indexed:
    """Make the terms of some of the tenant's records, by id, what their texts have."""
    page = await page_of_records(unit, after, PAGE)
    differing = await index_records(unit, ring, page) if page else ()
    return Indexed(len(page), differing, page[-1] if len(page) == PAGE else None)


async def check_page(unit: Unit, ring: KeyRing, after: UUID) -> Indexed:
    """Name those of some of the tenant's records, by id, whose terms are others than their texts have."""
    page = await page_of_records(unit, after, PAGE)
    differing = await check_terms(unit, ring, page) if page else ()
    return Indexed(len(page), differing, page[-1] if len(page) == PAGE else None)


async def terms_wanted(unit: Unit, ring: KeyRing, record_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """Give the hidden terms that some records' texts have."""
    texts: dict[UUID, list[str]] = defaultdict(list)
    for record_id, event_id, payload, sealed in await speaking_events(unit, record_ids, CONTACT):
        texts[record_id] += [called(orjson.loads(payload))] if payload else []
        texts[record_id] += [await opened_text(ring, event_id, sealed)] if sealed else []
    wanted: dict[UUID, set[str]] = defaultdict(set)
    key = await ring.pseudonym_key() if texts else None
    for record_id, said in texts.items():
        wanted[record_id] = {hidden(key, one) for one in terms_of(*said)} if key else set()
    return wanted


def texts_of(kind: str, facts: Any, private: str) -> list[str]:  # noqa: ANN401 - facts are JSON
    """Give the texts of an event by which its record is found."""
    return [one for one in (private, called(facts) if kind == CONTACT else "") if one]


def called(facts: Any) -> str:  # noqa: ANN401 - facts are JSON
    """Give what a channel calls a further contact; empty where that was removed."""
    return "" if facts is None else facts.get("externalId") or ""


async def opened_text(ring: KeyRing, event_id: UUID, sealed: bytes) -> str:
    """Open the personal part of an event; empty where the person was erased."""
    try:
        return await ring.open(sealed, Place(TABLE, "sealed", event_id))
    except KeyIsErased:
        return ""
