"""Open many records at once: all of them in one transaction, or none with every reason."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from core.kernel.direct import write
from core.kernel.directory import SiteFacts
from core.kernel.errors import DomainError, InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_ids
from core.kernel.insertions import write_many
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.catalogue.errors import ServiceIsNotOffered
from core.records.catalogue.offer import not_offered
from core.records.customers.identify import WhichCustomer, identified
from core.records.customers.repository import tiers_of
from core.records.errors import RecordRefusal, RecordsRefused
from core.records.execution.processes import process_under
from core.records.open_record import LONGEST, OpenRecord, checked, taken
from core.records.opened_together import Together
from core.records.permissions import OPEN_RECORDS
from core.records.repository.many import find_standards, name_customers, take_keys
from core.standards.errors import NoStandardInForce
from core.standards.policy.process_running import Process
from core.standards.standing import Holding, holdings_at

MOST: Final = 1_000
"""Records opened in one transaction; it ends well within the time that a write may take."""
BEGUN: Final = attrgetter(*(name for name in OpenRecord.__struct_fields__ if name != "external_id"))
"""Gives what a record begins with beside its name, which many have alike."""
MOST_TOLD: Final = 100
"""Refusals that are told one by one; the rest is counted."""

Key = tuple[str, str]


@frozen
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
        ids: What each is called if it is opened, in the order in which they were asked for.
        asked: Those whose form is right, by their place.
        refused: What is wrong, by place.
        begun: What those whose form is right begin with beside their names, in their order: equal where that is alike.
        kinds: One of those that begin alike, of each kind.
    """

    given: int
    ids: tuple[UUID, ...]
    asked: dict[int, OpenRecord] = field(default_factory=dict[int, OpenRecord])
    refused: dict[int, DomainError] = field(default_factory=dict[int, DomainError])
    begun: Sequence[object] = ()
    kinds: Collection[OpenRecord] = ()

    @classmethod
    def of(cls, commands: Sequence[OpenRecord]) -> "Batch":
        """Check the form of each; one whose channel has no name for it is named as its record will be."""
        batch = cls(len(commands), tuple(new_ids(len(commands))))
        batch.sort(commands)
        if well_formed(commands, batch.kinds):
            batch.asked = dict(enumerate(commands))
            return batch
        for place, command in enumerate(commands):
            try:
                one = checked(command)
            except InvalidInput as refused:
                batch.refused[place] = refused
            else:
                batch.asked[place] = one if one.external_id else replace(one, external_id=str(batch.ids[place]))
        batch.sort(batch.asked.values())
        return batch

    def sort(self, commands: Collection[OpenRecord]) -> None:
        """Find those that begin alike."""
        begun = [*map(BEGUN, commands)]
        kinds = dict(zip(begun, commands, strict=True))
        self.kinds = kinds.values()
        self.begun = begun if len(kinds) > 1 else [None] * len(begun)  # These are compared more quickly.

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


def well_formed(commands: Sequence[OpenRecord], kinds: Iterable[OpenRecord]) -> bool:
    """Tell whether all of them have names, and the right form as they stand; what many have alike is looked at once.

    Args:
        commands: All of them.
        kinds: One of each that begin alike.
    """
    names = [one.external_id or "" for one in commands]
    together = "".join(names)
    # A blank is the only space there is in what can be printed.
    if not all(names) or not together.isprintable() or (" " in together and [*map(str.strip, names)] != names):
        return False
    try:
        return max(map(len, names), default=0) <= LONGEST and all(checked(one) is one for one in kinds)
    except InvalidInput:
        return False


async def open_records(unit: Unit, commands: Sequence[OpenRecord], ring: KeyRing | None = None) -> OpenedRecords:
    """Open up to 1,000 records, or give those that were opened before; all of them, or none.

    Every rule of :func:`core.records.open_record.open_record` holds for each, and what is left behind is the same, but
    for one message that they changed and one command to score, which name them all.

    Raises:
        NotPermitted: The actor may not open records.
        InvalidInput: There are none, or too many.
        RecordsRefused: Some cannot be opened; the places and reasons are told, and nothing was changed.
    """
    unit.scope.require(OPEN_RECORDS)
    if not 0 < len(commands) <= MOST:
        raise InvalidInput(field="records", problem=f"give 1 to {MOST} of them")
    batch = Batch.of(commands)
    firsts: dict[Key, int] = {}
    for place, one in batch.asked.items():
        firsts.setdefault(key_of(one), place)
    wanted = {key: batch.ids[place] for key, place in firsts.items()}
    holders = await take_keys(unit, wanted)
    fresh = await choose(unit, batch, wanted, holders)
    await find_customers(unit, batch, fresh, ring)
    batch.check()
    if fresh.ids:
        await add(unit, batch, fresh)
    ids = tuple(holders[key_of(batch.asked[place])] for place in range(len(commands)))
    return OpenedRecords(ids, len(fresh.ids), len(ids) - len(fresh.ids))


def key_of(asked: OpenRecord) -> Key:
    """Give what makes a record one of its kind."""
    return asked.channel, asked.external_id or ""


async def choose(unit: Unit, batch: Batch, wanted: Mapping[Key, UUID], holders: Mapping[Key, UUID]) -> "Fresh":
    """Choose those that are opened, one after the other in the order of asking, and refuse what cannot be."""
    before = [holder for key, holder in holders.items() if holder != wanted[key]]
    held = {**dict.fromkeys(before, ""), **await find_standards(unit, before)}
    open_to = [one for one in batch.asked.values() if holders[key_of(one)] not in held]
    now = unit.now
    holdings = await holdings_at(unit, {one.standard_code for one in open_to}, now)
    processes = {one.hash: await process_under(unit, one.hash) for one in holdings.values()}
    services = await not_offered(unit, {one.service_type for one in open_to if one.service_type is not None})
    fresh = Fresh(now, holdings, await find_sites(unit, open_to), processes, services)
    for place, one in batch.asked.items():
        holder = holders[key_of(one)]
        if held.get(holder, one.standard_code) != one.standard_code:
            batch.refused[place] = taken(one, held[holder])
        elif holder not in held and (fact := fresh.refusal(one)) is not None:
            batch.refused[place] = fact
        elif holder not in held:
            held[holder], fresh.ids[place] = one.standard_code, holder
    return fresh


async def find_customers(unit: Unit, batch: Batch, fresh: "Fresh", ring: KeyRing | None) -> None:
    """Find or register the customers of those that are opened; in a fixed order, so that nobody waits in a circle."""
    asked = [(place, one.customer) for place, one in batch.asked.items() if place in fresh.ids]
    for place, customer in sorted(((place, one) for place, one in asked if one is not None), key=order_of):
        try:
            fresh.customers[fresh.ids[place]] = await identified(unit, ring, customer)
        except DomainError as fact:
            batch.refused[place] = fact
    if fresh.customers:
        fresh.tiers.update(await tiers_of(unit, set(fresh.customers.values())))


def order_of(asked: tuple[int, WhichCustomer]) -> tuple[str, str]:
    """Give the order in which customers are looked up."""
    contact = asked[1].contact
    return (str(asked[1].customer_id), "") if contact is None else (contact.channel, contact.address)


async def find_sites(unit: Unit, asked: Sequence[OpenRecord]) -> dict[str | None, SiteFacts | None]:
    """Find the sites that serve."""
    keys = {one.site_key for one in asked if one.site_key is not None}
    sites = await unit.tree.sites(unit.network_id, unit.tenant_id, keys) if keys else ()
    return {None: None, **{one.key: one for one in sites}}


@frozen
class Fresh:
    """Records that are to be written, and what they find.

    Attributes:
        now: When they are opened.
        holdings: What holds of each standard.
        sites: Sites that serve, by their keys.
        processes: The processes that hold, by the hashes of their documents.
        not_offered: Services that were named, and that the tenant does not offer.
        ids: The records, by the places of those that were asked for.
        customers: Whom records are about, where that is said.
        tiers: The tiers of those customers who have one.
    """

    now: datetime
    holdings: Mapping[str, Holding]
    sites: Mapping[str | None, SiteFacts | None]
    processes: Mapping[str, Process]
    not_offered: frozenset[str]
    ids: dict[int, UUID] = field(default_factory=dict[int, UUID])
    customers: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    tiers: dict[UUID, str] = field(default_factory=dict[UUID, str])

    def refusal(self, asked: OpenRecord) -> DomainError | None:
        """Tell why a record cannot be opened."""
        if asked.standard_code not in self.holdings:
            return NoStandardInForce(standard=asked.standard_code, at=self.now)
        if asked.service_type in self.not_offered:
            return ServiceIsNotOffered(key=asked.service_type or "")
        return None if asked.site_key in self.sites else NotFound(kind="site", key=asked.site_key or "")


async def add(unit: Unit, batch: Batch, fresh: Fresh) -> None:
    """Write the records whose keys were taken."""
    asked = [batch.asked[place] for place in fresh.ids]
    together = Together(
        now=fresh.now,
        ids=list(fresh.ids.values()),
        asked=asked,
        begun=[*map(BEGUN, asked)],
        holdings=fresh.holdings,
        processes=fresh.processes,
        sites=[fresh.sites[one.site_key] for one in asked],
        customers=fresh.customers,
        tiers=fresh.tiers,
    )
    records, events = together.rows(unit)
    await write_many(unit, records)
    if fresh.customers:
        await name_customers(unit, fresh.customers)
    await write_many(unit, events)
    await write(unit, *together.told(unit))
