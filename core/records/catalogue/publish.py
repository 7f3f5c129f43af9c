"""Headquarters publishes services, changes what is said of them, and withdraws them."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.records.catalogue.errors import PartsDoNotFit, ServiceIsInBundle, ServiceIsWithdrawn, ServiceKeyIsTaken
from core.records.catalogue.models import CatalogueService, ServiceKind, ServiceStatus
from core.records.catalogue.policy import MAX_GRANTS, checked_key, checked_parts, checked_texts, unfit_parts
from core.records.catalogue.repository import add_service, service_key, services_of, take_service
from core.records.permissions import PUBLISH_SERVICES
from core.standards.repository.published import publisher_of

SAID = ("title", "description", "standard_code", "parts", "granted_to", "recorded_at")
"""What of a service may change."""


@frozen(kw_only=True)
class PublishService:
    """A service as it is to be known, as a whole.

    Attributes:
        key: What records and standards call it.
        kind: What kind of service it is; it stays for good.
        title: Its name per locale.
        description: What the customer gets, per locale.
        standard_code: The standard it is carried out under; empty where nothing is said.
        parts: For a bundle, the keys of the services in it.
        granted_to: The tenants that may offer it, with all below them; everybody where it is empty.
        expected_revision: The service's revision as it was read; 0 for a new one.
    """

    key: str
    kind: ServiceKind
    title: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict[str, str])
    standard_code: str = ""
    parts: Sequence[str] = ()
    granted_to: Sequence[UUID] = ()
    expected_revision: int = 0


async def publish_service(unit: Unit, command: PublishService) -> UUID:
    """Publish a service to the network, or change what is said of it.

    Raises:
        NotPermitted: The actor may not publish services.
        InvalidInput: A value does not have the form it must have, or the standard is not there.
        NotFound: A tenant it is granted to is not below.
        PartsDoNotFit: It is a bundle of what is no published basic or additional service.
        ServiceKeyIsTaken: The key stands for a service of another kind.
        ServiceIsWithdrawn: The service was withdrawn.
        StaleEdit: It was changed since it was read.
    """
    unit.scope.require(PUBLISH_SERVICES)
    wanted = await checked_service(unit, command)
    found = await take_service(unit, command.key)
    actual = 0 if found is None else found.revision
    if found is not None and found.kind != command.kind:
        raise ServiceKeyIsTaken(key=found.key, kind=found.kind)
    if found is not None and found.status == ServiceStatus.WITHDRAWN:
        raise ServiceIsWithdrawn(key=found.key)
    if actual != command.expected_revision:
        raise StaleEdit(kind="service", expected=command.expected_revision, actual=actual)
    await told(unit, found or wanted, "records.publish_service", actual + 1)
    if found is None:
        if not await add_service(unit, wanted):
            raise StaleEdit(kind="service", expected=0, actual=1)
        return wanted.id
    for name in SAID:
        setattr(found, name, getattr(wanted, name))
    found.revision += 1
    await unit.session.flush()
    return found.id


async def withdraw_service(unit: Unit, service_id: UUID, expected_revision: int) -> UUID:
    """Withdraw a service for good: nobody offers it any more; records that were classified as it stay so.

    Raises:
        NotPermitted: The actor may not publish services.
        NotFound: The tenant has published no such service.
        ServiceIsWithdrawn: It was withdrawn before.
        ServiceIsInBundle: A published bundle holds it.
        StaleEdit: It was changed since it was read.
    """
    unit.scope.require(PUBLISH_SERVICES)
    key = await service_key(unit, service_id)
    found = None if key is None else await take_service(unit, key)
    if found is None:
        raise NotFound(kind="service", key=str(service_id))
    if found.status == ServiceStatus.WITHDRAWN:
        raise ServiceIsWithdrawn(key=found.key)
    if found.revision != expected_revision:
        raise StaleEdit(kind="service", expected=expected_revision, actual=found.revision)
    for other in await services_of(unit):
        if other.status == ServiceStatus.PUBLISHED and found.key in other.parts:
            raise ServiceIsInBundle(key=found.key, bundle=other.key)
    await told(unit, found, "records.withdraw_service", found.revision + 1)
    found.status, found.withdrawn_at = ServiceStatus.WITHDRAWN.value, unit.now
    found.revision, found.recorded_at = found.revision + 1, recorded_now()
    await unit.session.flush()
    return found.id


async def checked_service(unit: Unit, command: PublishService) -> CatalogueService:
    """Make the row of a service.

    Raises:
        InvalidInput: A value does not have the form it must have, or the standard is not there.
        NotFound: A tenant it is granted to is not below.
        PartsDoNotFit: It is a bundle of what is no published basic or additional service.
    """
    parts = checked_parts(command.kind, command.parts)
    unfit = unfit_parts(parts, {one.key: one for one in await services_of(unit)})
    if unfit:
        raise PartsDoNotFit(key=command.key, parts=unfit)
    if command.standard_code and await publisher_of(unit, command.standard_code) is None:
        raise InvalidInput(field="standardCode", problem="no such standard is published")
    return CatalogueService(
        network_id=unit.network_id,
        id=new_id(),
        owner_tenant_id=unit.tenant_id,
        key=checked_key(command.key, own=False),
        kind=command.kind.value,
        title=checked_texts("title", command.title, required=True),
        description=checked_texts("description", command.description, required=False),
        standard_code=command.standard_code,
        parts=parts,
        granted_to=await checked_grants(unit, command.granted_to),
        status=ServiceStatus.PUBLISHED.value,
        published_by=unit.scope.actor.id,
        published_at=unit.now,
        recorded_at=recorded_now(),
    )


async def checked_grants(unit: Unit, granted_to: Sequence[UUID]) -> list[str]:
    """Give the tenants a service is granted to, which must be below.

    Raises:
        InvalidInput: There are too many.
        NotFound: One is not below.
    """
    if not granted_to:
        return []
    if len(granted_to) > MAX_GRANTS:
        raise InvalidInput(field="grantedTo", problem=f"at most {MAX_GRANTS} tenants are named; name those above them")
    below = set(await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now))
    missing = [one for one in granted_to if one not in below]
    if missing:
        raise NotFound(kind="unit below", key=str(missing[0]))
    return sorted(str(one) for one in set(granted_to))


async def told(unit: Unit, service: CatalogueService, action: str, revision: int) -> None:
    """Write the audit entry and the event; the reference row is written after them."""
    details = {"key": service.key, "revision": revision}
    await record_act(unit, action=action, subject_kind="service", subject_id=service.id, details=details)
    await send(unit, "records.catalogue_changed", details)
