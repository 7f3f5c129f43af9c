"""Open many records at once: all of them in one transaction, or none with every reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.audit import act_row
from core.kernel.clock import recorded_now
from core.kernel.direct import write
from core.kernel.errors import DomainError, InvalidInput, NotFound
from core.kernel.ids import new_id
from core.kernel.outbox import sent_row
from core.kernel.unit import Unit
from core.records.errors import RecordRefusal, RecordsRefused
from core.records.open_record import Opened, OpenRecord, checked, record_values, site_of, taken
from core.records.order_score import score_many_row
from core.records.permissions import OPEN_RECORDS
from core.records.repository.many import add_opened, find_standards, take_keys
from core.standards.errors import NoStandardInForce
from core.standards.standing import Holding, holding_at

MOST: Final = 1_000
"""Records opened in one transaction; it ends well within the time that a write may take."""
MOST_TOLD: Final = 100
"""Refusals that are told one by one; the rest is counted."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class OpenedRecords:
    """What became of records that were to be opened.

    Attributes:
        ids: The records, in the order in which they were asked for; one that was asked for twice is there twice.
        opened: How many were opened now.
        already_there: How many were there before, or were asked for before in the same command.
    """

    ids: tuple[UUID, ...]
    opened: int
    already_there: int


@dataclass(slots=True)
class Batch:
    """Records that are to be opened together, and what is wrong with them.

    Attributes:
        given: How many were asked for.
        asked: Those whose form is right, by their place.
        refused: What is wrong, by place.
    """

    given: int
    asked: dict[int, OpenRecord] = field(default_factory=dict[int, OpenRecord])
    refused: dict[int, DomainError] = field(default_factory=dict[int, DomainError])

    @classmethod
    def of(cls, commands: Sequence[OpenRecord], name: Callable[[], UUID]) -> "Batch":
        """Check the form of each; one whose channel has no name for it is named as its record will be."""
        batch = cls(len(commands))
        for place, command in enumerate(commands):
            try:
                one = checked(command)
            except InvalidInput as refused:
                batch.refused[place] = refused
            else:
                batch.asked[place] = one if one.external_id else replace(one, external_id=str(name()))
        return batch

    def refuse(self, place: int, fact: DomainError) -> None:
        """Refuse one of them; the first reason counts."""
        self.refused.setdefault(place, fact)

    def check(self) -> None:
        """Refuse all where one is refused.

        Raises:
            RecordsRefused: Some cannot be opened.
        """
        if self.refused:
            told = [
                RecordRefusal(index=place, code=fact.code, message=fact.message, hint=fact.hint)
                for place, fact in sorted(self.refused.items())[:MOST_TOLD]
            ]
            raise RecordsRefused(given=self.given, refused=len(self.refused), refusals=tuple(told))


async def open_records(unit: Unit, commands: Sequence[OpenRecord]) -> OpenedRecords:
    """Open up to 1,000 records, or give those that were opened before; all of them, or none.

    Every rule of :func:`core.records.open_record.open_record` holds for each, and what is left behind is the same, but
    for one audit entry, one event and one command to score, which name them all.

    Raises:
        NotPermitted: The actor may not open records.
        InvalidInput: There are none, or too many.
        RecordsRefused: Some cannot be opened; the places and reasons are told, and nothing was changed.
    """
    unit.scope.require(OPEN_RECORDS)
    if not 0 < len(commands) <= MOST:
        raise InvalidInput(field="records", problem=f"give 1 to {MOST} of them")
    names: dict[str, UUID] = {}

    def name() -> UUID:
        record_id = new_id()
        names[str(record_id)] = record_id
        return record_id

    batch = Batch.of(commands, name)
    firsts: dict[Key, int] = {}
    for place, one in batch.asked.items():
        firsts.setdefault(key_of(one), place)
    wanted = {key: names.get(key[1]) or new_id() for key in firsts}
    holders = await take_keys(unit, wanted)
    await check_standards(unit, batch, wanted, holders)
    fresh = {place: wanted[key] for key, place in firsts.items() if holders[key] == wanted[key]}
    await add(unit, batch, fresh)
    ids = tuple(holders[key_of(batch.asked[place])] for place in range(len(commands)))
    return OpenedRecords(ids, len(fresh), len(ids) - len(fresh))


def key_of(asked: OpenRecord) -> Key:
    """Give what makes a record one of its kind."""
    return asked.channel, asked.external_id or ""


async def check_standards(unit: Unit, batch: Batch, wanted: Mapping[Key, UUID], holders: Mapping[Key, UUID]) -> None:
    """Refuse those whose key belongs to a record under another standard, there before or asked for before."""
    before = await find_standards(unit, [holder for key, holder in holders.items() if holder != wanted[key]])
    for place, one in batch.asked.items():
        standard = before.setdefault(holders[key_of(one)], one.standard_code)
        if standard != one.standard_code:
            batch.refuse(place, taken(one, standard))


async def add(unit: Unit, batch: Batch, fresh: Mapping[int, UUID]) -> None:
    """Write the records whose keys were taken, by their places, once all that was asked for is known to be right."""
    now = unit.now
    places = {place: batch.asked[place] for place in fresh}
    holdings = await find_holdings(unit, batch, places, now)
    sites = await find_sites(unit, batch, places)
    batch.check()
    if not fresh:
        return
    written = recorded_now()
    rows = [
        record_values(
            unit,
            fresh[place],
            one,
            Opened(now=now, written=written, holding=holdings[one.standard_code], site_id=sites[one.site_key]),
        )
        for place, one in places.items()
    ]
    await add_opened(unit, rows)
    ids = [str(record_id) for record_id in fresh.values()]
    details = {"records": ids, "effective_hashes": sorted({one.hash for one in holdings.values()})}
    await write(
        unit,
        act_row(unit, "records.open_many", "record_batch", new_id(), details),
        sent_row(unit, "records.opened_many", {"record_ids": ids}),
        score_many_row(unit, list(fresh.values())),
    )


async def find_holdings(
    unit: Unit, batch: Batch, places: Mapping[int, OpenRecord], now: datetime
) -> dict[str, Holding]:
    """Find what holds of each standard."""
    found: dict[str, Holding | None] = {}
    for place, one in places.items():
        code = one.standard_code
        if code not in found:
            try:
                found[code] = await holding_at(unit, code, now)
            except NoStandardInForce:
                found[code] = None
        if found[code] is None:
            batch.refuse(place, NoStandardInForce(standard=code, at=now))
    return {code: one for code, one in found.items() if one is not None}


async def find_sites(unit: Unit, batch: Batch, places: Mapping[int, OpenRecord]) -> dict[str | None, UUID | None]:
    """Find the sites that serve."""
    found: dict[str | None, UUID | None] = {None: None}
    for place, one in places.items():
        key = one.site_key
        if key is None:
            continue
        if key not in found:
            try:
                found[key] = await site_of(unit, key)
            except NotFound:
                found[key] = None
        if found[key] is None:
            batch.refuse(place, NotFound(kind="site", key=key))
    return found
