"""Look at a record as its customer does."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID

import msgspec

from core.kernel.crypto import Place
from core.kernel.key_ring import KeyIsErased, KeyRing
from core.kernel.unit import Unit
from core.records.clocks.hours import zones_of
from core.records.events.fold import fold
from core.records.events.policy import Event, EventKind
from core.records.events.repository import read_stream
from core.records.events.state import RecordState, StepStatus
from core.records.execution.processes import NO_PROCESS
from core.records.links.promised import promised_by, standard_of
from core.records.links.repository import service_title
from core.records.links.texts import apart
from core.records.links.view import (
    CustomerView,
    SeenSite,
    address_lines,
    delays_seen,
    next_seen,
    promised,
    state_of,
    steps_seen,
)
from core.standards.policy.view import EffectiveView
from core.standards.processes.sheet import Sheet
from core.standards.resolve import locales_wanted

EVENTS: Final = "record_events"


async def look_at(unit: Unit, ring: KeyRing, record_id: UUID, wanted: Sequence[str] = ()) -> CustomerView | None:
    """Give what the customer of a record sees; the caller knows that the record may be shown.

    Args:
        unit: A transaction in the record's tenant, with the directory.
        ring: The tenant's keys.
        record_id: The record.
        wanted: Languages, the most wanted first; after them come the tenant's and the network's.

    Returns:
        Nothing where there is no such record in this tenant, or its content was removed.
    """
    stream = await read_stream(unit, record_id)
    if not stream or stream[0].is_removed:
        return None
    state = fold(stream)
    standard = await standard_of(unit, state)
    locales = (*wanted, *await locales_wanted(unit, "", unit.scope.lineage))
    process = NO_PROCESS if standard is None else standard.process
    sheet = Sheet(clause_key="", process=process, limits={}, locales=locales)
    return CustomerView(
        service=await service_of(unit, state, standard, sheet),
        state=state_of(state),
        opened_at=state.opened_at,
        resolved_at=state.resolved_at,
        current_steps=steps_seen(state, sheet, StepStatus.STARTED),
        next_step=next_seen(state, sheet, unit.now),
        promised_at=promised(state, await promised_by(unit, record_id, state, standard)),
        delays=delays_seen(state, sheet, await opened_texts(ring, stream)),
        done_steps=steps_seen(state, sheet, StepStatus.COMPLETED),
        site=await site_of(unit, state),
    )


async def opened_texts(ring: KeyRing, stream: Sequence[Event]) -> dict[int, tuple[str, str] | None]:
    """Open what announcements say; nothing for those whose key is gone."""
    found: dict[int, tuple[str, str] | None] = {}
    for event in stream:
        if event.kind == EventKind.DELAY_ANNOUNCED.value and event.sealed is not None:
            try:
                found[event.number] = apart(await ring.open(event.sealed, Place(EVENTS, "sealed", event.id)))
            except KeyIsErased:
                found[event.number] = None
    return found


async def service_of(unit: Unit, state: RecordState, standard: EffectiveView | None, sheet: Sheet) -> str:
    """Name what was asked for: as the catalogue calls the service, else as it was classified, else by its standard."""
    kind = state.service_type or ""
    title = await service_title(unit, kind)
    plain = kind.replace("_", " ").replace("-", " ")
    if title or plain or standard is None:
        return sheet.said(title, plain)
    return sheet.said(title_of(standard.hash, standard.document))


@lru_cache(maxsize=256)
def title_of(hash_: str, document: str) -> Mapping[str, str]:
    """Give the title of an effective standard per locale; a hash stands for one document."""
    del hash_
    return msgspec.json.decode(document)["title"]


async def site_of(unit: Unit, state: RecordState) -> SeenSite:
    """Tell who serves, and where."""
    tenant = await unit.tree.tenant(unit.network_id, unit.tenant_id)
    ids = [] if state.site_id is None else [state.site_id]
    sites = await unit.tree.sites_by_id(unit.network_id, unit.tenant_id, ids)
    site = sites[0] if sites else None
    zone = (await zones_of(unit, {state.site_id}))[state.site_id] if site is None else site.time_zone
    return SeenSite(
        organisation="" if tenant is None else tenant.name,
        name=None if site is None else site.name,
        address=() if site is None else address_lines(site.address),
        time_zone=zone,
    )
