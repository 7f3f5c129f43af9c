"""A tenant offers services of the network, adds bespoke ones of its own, and ends offers."""

from collections.abc import Collection, Mapping
from dataclasses import field
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.records.catalogue.errors import PartsDoNotFit, ServiceIsAFrame, ServiceIsNotGranted, ServiceIsNotOffered
from core.records.catalogue.models import CatalogueService, OfferStatus, ServiceKind, ServiceOffer
from core.records.catalogue.policy import checked_key, checked_texts, may_offer, offered_now
from core.records.catalogue.repository import (
    add_offer,
    offer_key,
    offers_of,
    published_service,
    services_of,
    take_offer,
)
from core.records.permissions import OFFER_SERVICES
from core.standards.permissions import READ_STANDARDS


@frozen(kw_only=True)
class OfferOwnService:
    """A bespoke service of the tenant's own, as a whole.

    Attributes:
        key: What records call it; it begins with ``own.``.
        based_on: Key of the bespoke service of the network that is its frame.
        title: Its name per locale.
        description: What the customer gets, per locale.
        expected_revision: The offer's revision as it was read; 0 for a new one.
    """

    key: str
    based_on: str
    title: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict[str, str])
    expected_revision: int = 0


@frozen(kw_only=True)
class Offerable:
    """A service of the network that the tenant may offer.

    Attributes:
        service: The service.
        offered: Whether the tenant offers it now.
    """

    service: CatalogueService
    offered: bool


async def offer_service(unit: Unit, key: str) -> UUID:
    """Offer a service of the network; offered already, nothing changes.

    Raises:
        NotPermitted: The actor may not offer services.
        NotFound: The network has no such service now.
        ServiceIsNotGranted: The tenant may not offer it.
        ServiceIsAFrame: It is a bespoke one.
        PartsDoNotFit: It is a bundle, and not all of it is offered.
    """
    unit.scope.require(OFFER_SERVICES)
    service = await granted_service(unit, key)
    if service.kind == ServiceKind.BESPOKE:
        raise ServiceIsAFrame(key=key)
    lacking = tuple(sorted(set(service.parts) - await offered_keys(unit)))
    if lacking:
        raise PartsDoNotFit(key=key, parts=lacking)
    found = await take_offer(unit, key)
    if found is not None and found.status == OfferStatus.OFFERED:
        return found.id
    return await kept(unit, found, new_offer(unit, key))


async def offer_own_service(unit: Unit, command: OfferOwnService) -> UUID:
    """Offer a bespoke service of one's own, or change what is said of it.

    Raises:
        NotPermitted: The actor may not offer services.
        NotFound: The network has no such frame now.
        ServiceIsNotGranted: The tenant may not offer what stands in that frame.
        ServiceIsAFrame: What is named as a frame is none.
        InvalidInput: A value does not have the form it must have.
        StaleEdit: It was changed since it was read.
    """
    unit.scope.require(OFFER_SERVICES)
    wanted = new_offer(unit, checked_key(command.key, own=True))
    wanted.based_on = command.based_on
    wanted.title = checked_texts("title", command.title, required=True)
    wanted.description = checked_texts("description", command.description, required=False)
    frame = await granted_service(unit, command.based_on)
    if frame.kind != ServiceKind.BESPOKE:
        raise ServiceIsAFrame(key=frame.key)
    found = await take_offer(unit, command.key)
    actual = 0 if found is None else found.revision
    if actual != command.expected_revision:
        raise StaleEdit(kind="offer", expected=command.expected_revision, actual=actual)
    return await kept(unit, found, wanted)


async def end_offer(unit: Unit, offer_id: UUID, expected_revision: int) -> UUID:
    """End an offer; records that were classified as the service stay so.

    Raises:
        NotPermitted: The actor may not offer services.
        NotFound: The tenant has no such offer.
        ServiceIsNotOffered: It ended before.
        StaleEdit: It was changed since it was read.
    """
    unit.scope.require(OFFER_SERVICES)
    key = await offer_key(unit, offer_id)
    found = None if key is None else await take_offer(unit, key)
    if found is None:
        raise NotFound(kind="offer", key=str(offer_id))
    if found.status == OfferStatus.ENDED:
        raise ServiceIsNotOffered(key=found.key)
    if found.revision != expected_revision:
        raise StaleEdit(kind="offer", expected=expected_revision, actual=found.revision)
    found.status, found.ended_at = OfferStatus.ENDED.value, unit.now
    found.revision, found.recorded_at = found.revision + 1, recorded_now()
    await told(unit, found, "records.end_offer")
    return found.id


async def offered_keys(unit: Unit) -> frozenset[str]:
    """Give the keys of the services that the tenant offers now."""
    return offered_now(await services_of(unit), await offers_of(unit), unit.scope.lineage)


async def check_service_type(unit: Unit, key: str) -> None:
    """Refuse to classify a record as a service that the tenant does not offer.

    Where the network has no catalogue, tenants classify in their own words.

    Raises:
        ServiceIsNotOffered: It does not offer it.
    """
    if await not_offered(unit, [key]):
        raise ServiceIsNotOffered(key=key)


async def not_offered(unit: Unit, keys: Collection[str]) -> frozenset[str]:
    """Give those by which the tenant may not classify a record, as :func:`check_service_type` tells of one."""
    services = await services_of(unit) if keys else ()
    if not services:
        return frozenset()
    return frozenset(keys) - offered_now(services, await offers_of(unit), unit.scope.lineage)


async def offerable_services(unit: Unit) -> list[Offerable]:
    """List the services of the network that the tenant may offer, by key.

    Raises:
        NotPermitted: The actor may not read the catalogue.
    """
    unit.scope.require(READ_STANDARDS)
    services = await services_of(unit)
    offered = offered_now(services, await offers_of(unit), unit.scope.lineage)
    return [
        Offerable(service=one, offered=one.key in offered) for one in services if may_offer(one, unit.scope.lineage)
    ]


async def granted_service(unit: Unit, key: str) -> CatalogueService:
    """Find a service that the tenant may offer, or be a frame of what it offers.

    Raises:
        NotFound: The network has no such service now.
        ServiceIsNotGranted: The tenant may not offer it.
    """
    service = await published_service(unit, key)
    if service is None:
        raise NotFound(kind="service", key=key)
    if not may_offer(service, unit.scope.lineage):
        raise ServiceIsNotGranted(key=key)
    return service


def new_offer(unit: Unit, key: str) -> ServiceOffer:
    """Make the row of an offer that begins now."""
    return ServiceOffer(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        key=key,
        title={},
        description={},
        status=OfferStatus.OFFERED.value,
        offered_by=unit.scope.actor.id,
        offered_at=unit.now,
        recorded_at=recorded_now(),
    )


async def kept(unit: Unit, found: ServiceOffer | None, wanted: ServiceOffer) -> UUID:
    """Write an offer, in the place of the one before.

    Raises:
        StaleEdit: Somebody was faster.
    """
    if found is None:
        if not await add_offer(unit, wanted):
            raise StaleEdit(kind="offer", expected=0, actual=1)
        await told(unit, wanted, "records.offer_service")
        return wanted.id
    for name in ("based_on", "title", "description", "recorded_at"):
        setattr(found, name, getattr(wanted, name))
    if found.status == OfferStatus.ENDED:
        found.status, found.offered_at, found.ended_at = OfferStatus.OFFERED.value, wanted.offered_at, None
    found.revision += 1
    await told(unit, found, "records.offer_service")
    return found.id


async def told(unit: Unit, offer: ServiceOffer, action: str) -> None:
    """Write the audit entry and the event."""
    await unit.session.flush()
    details = {"key": offer.key, "revision": offer.revision}
    await record_act(unit, action=action, subject_kind="offer", subject_id=offer.id, details=details)
    await send(unit, "records.offers_changed", details)
