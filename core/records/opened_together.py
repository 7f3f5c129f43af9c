"""The rows of records that are opened together, none of which was there before, column by column.

Nearly all that a record begins with is the same of many: what follows from it is worked out once for those that begin
alike, by the rules of one (:mod:`core.records.open_record`), and only names, ids and hashes are made for each.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from core.kernel.clock import recorded_now
from core.kernel.direct import NewRow, NewRows
from core.kernel.directory import SiteFacts
from core.kernel.frozen import frozen
from core.kernel.ids import new_id, new_ids
from core.kernel.outbox import sent_row
from core.kernel.unit import Acting
from core.records.events.stencil import GAP, Stencil
from core.records.events.writing import CHANGED, TABLE, event_values
from core.records.execution.routing import first_owner
from core.records.open_record import NOTHING, Opened, OpenRecord, opening_event, record_values, situation_of
from core.records.order_score import score_many_row
from core.standards.policy.process_running import Process
from core.standards.standing import Holding

OWN_OF_RECORD: Final = frozenset({"id", "external_id", "event_hash"})
OWN_OF_EVENT: Final = frozenset({"id", "record_id", "payload", "hash"})
"""What every record and every event has of its own."""


@frozen
class Alike:
    """What records that begin alike have in common.

    Attributes:
        record: Their rows, but for what each has of its own.
        event: The rows of their first events, likewise.
        stencil: What is written of their first events.
    """

    record: Mapping[str, Any]
    event: Mapping[str, Any]
    stencil: Stencil


@frozen(kw_only=True)
class Together:
    """Records that are opened together.

    Attributes:
        now: When they are opened.
        ids: The records.
        asked: What each begins with.
        begun: The same without its name: equal where records begin alike.
        holdings: What holds of each standard.
        processes: The processes that hold, by the hashes of their documents.
        sites: The site that serves each.
        customers: Whom records are about, where that is said.
        tiers: The tiers of those customers who have one.
    """

    now: datetime
    ids: Sequence[UUID]
    asked: Sequence[OpenRecord]
    begun: Sequence[object]
    holdings: Mapping[str, Holding]
    processes: Mapping[str, Process]
    sites: Sequence[SiteFacts | None]
    customers: Mapping[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    tiers: Mapping[UUID, str] = field(default_factory=dict[UUID, str])

    def rows(self, act: Acting) -> tuple[NewRows, NewRows]:
        """Give their rows, and those of the events that open them."""
        written, known = recorded_now(), dict[object, Alike]()
        event_ids, names = new_ids(len(self.ids)), [one.external_id or "" for one in self.asked]
        begun, customers = self.begun, self._customers()
        if any(self.sites) or self.customers:
            begun = [*zip(begun, [None if site is None else site.id for site in self.sites], customers, strict=True)]
        for key, place in dict(zip(begun, range(len(begun)), strict=True)).items():
            known[key] = self._alike(act, self.asked[place], written, self.sites[place], customers[place])
        alike = [*map(known.__getitem__, begun)]
        event_texts, id_texts = map(str, event_ids), map(str, self.ids)
        if len(known) == 1:
            payloads, hashes = alike[0].stencil.all_filled(event_texts, id_texts, names)
        else:
            given = zip(alike, event_texts, id_texts, names, strict=True)
            filled = [one.stencil.filled(event_id, record_id, name) for one, event_id, record_id, name in given]
            payloads, hashes = [one for one, _ in filled], [one for _, one in filled]
        kinds, ids = list(known.values()), list(self.ids)
        records = {"id": ids, "external_id": names, "event_hash": hashes}
        events = {"id": event_ids, "record_id": ids, "payload": payloads, "hash": hashes}
        return (
            columns("records", records, [one.record for one in kinds], [one.record for one in alike]),
            columns(TABLE, events, [one.event for one in kinds], [one.event for one in alike]),
        )

    def _customers(self) -> Sequence[UUID | None]:
        return [self.customers.get(one) for one in self.ids] if self.customers else [None] * len(self.ids)

    def _alike(
        self, act: Acting, one: OpenRecord, written: datetime, site: SiteFacts | None, customer_id: UUID | None
    ) -> Alike:
        """Work out what records that begin like one have in common."""
        holding, attributes = self.holdings[one.standard_code], NOTHING if site is None else site.attributes
        tier = None if customer_id is None else self.tiers.get(customer_id)
        opened = Opened(
            now=self.now,
            written=written,
            holding=holding,
            site_id=None if site is None else site.id,
            role=one.role or first_owner(self.processes[holding.hash], situation_of(one, tier, attributes)),
            customer_id=customer_id,
            site=attributes,
            tier=tier,
        )
        specimen, record_id = replace(one, external_id=GAP), new_id()
        event = opening_event(act, record_id, specimen, opened)
        record = record_values(act, record_id, specimen, opened, event)
        return Alike(without(record, OWN_OF_RECORD), without(event_values(event), OWN_OF_EVENT), Stencil.of(event))

    def told(self, act: Acting) -> Sequence[NewRow]:
        """Give the rows that name them all: that they changed, and the command to score them."""
        ids = [str(one) for one in self.ids]
        return sent_row(act, CHANGED, {"record_ids": ids, "number": 1}), score_many_row(act, ids)


def without(values: Mapping[str, Any], own: Collection[str]) -> Mapping[str, Any]:
    """Give the columns that are alike."""
    return {name: one for name, one in values.items() if name not in own}


def columns(
    table: str, own: Mapping[str, Sequence[Any]], kinds: Sequence[Mapping[str, Any]], alike: Sequence[Mapping[str, Any]]
) -> NewRows:
    """Give the rows of a table: columns that are the same of all kinds are told once.

    Args:
        table: The table.
        own: The columns that each row has of its own.
        kinds: The columns of each kind.
        alike: The kind of each row.
    """
    first = kinds[0]
    same = {name: one for name, one in first.items() if all(kind[name] == one for kind in kinds)}
    differing = {name: [row[name] for row in alike] for name in first if name not in same}
    return NewRows(table, same, {**own, **differing})
