"""Headquarters publishes the catalogue from its file, and tenants offer what they may of it; done again, what lacks."""

from collections.abc import Mapping
from uuid import UUID

from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.records.catalogue.offer import OfferOwnService, offer_own_service, offer_service
from core.records.catalogue.publish import PublishService, publish_service
from core.records.catalogue.repository import offers_of, services_of
from gateway.cli.operator import Operator
from gateway.seed.plan import OfferPlan, ServicePlan
from gateway.seed.publish import act


async def published(at: Operator, administrator: Scope, plan: ServicePlan, tenants: Mapping[str, UUID]) -> bool:
    """Publish a service unless the network has it; what was changed or withdrawn since stays so.

    Args:
        at: What to work with.
        administrator: Publishes, at headquarters.
        plan: The service.
        tenants: Ids of tenants by key.
    """
    if plan.key in await act(at, administrator, service_keys, None):
        return False
    command = PublishService(
        key=plan.key,
        kind=plan.kind,
        title=plan.title,
        description=plan.description,
        standard_code=plan.standard,
        parts=plan.parts,
        granted_to=[tenants[key] for key in plan.granted_to],
    )
    await act(at, administrator, publish_service, command)
    return True


async def offered(at: Operator, manager: Scope, plan: OfferPlan) -> bool:
    """Offer a service unless the tenant has said of it that it does, or does no more."""
    if await act(at, manager, has_said, plan):
        return False
    if not plan.based_on:
        await act(at, manager, offer_service, plan.service)
        return True
    command = OfferOwnService(key=plan.service, based_on=plan.based_on, title=plan.title, description=plan.description)
    await act(at, manager, offer_own_service, command)
    return True


async def service_keys(unit: Unit, _command: None) -> frozenset[str]:
    """Name the services that the network has, or had."""
    return frozenset(one.key for one in await services_of(unit))


async def has_said(unit: Unit, plan: OfferPlan) -> bool:
    """Tell whether the tenant has said anything of a service."""
    return any(one.key == plan.service for one in await offers_of(unit))
