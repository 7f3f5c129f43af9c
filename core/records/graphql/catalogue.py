"""The service catalogue in the schema."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.ids import global_id, local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection, query_field
from core.kernel.graphql.types import entity, reads, shows, value
from core.kernel.reads import Column, Hole, Splicing
from core.kernel.unit import Unit
from core.records.catalogue import offer as offering
from core.records.catalogue import publish as publishing
from core.records.catalogue.errors import (
    PartsDoNotFit,
    ServiceIsAFrame,
    ServiceIsInBundle,
    ServiceIsNotGranted,
    ServiceIsNotOffered,
    ServiceIsWithdrawn,
    ServiceKeyIsTaken,
)
from core.records.catalogue.models import CatalogueService, OfferStatus, ServiceKind, ServiceOffer, ServiceStatus
from core.records.permissions import OFFER_SERVICES, PUBLISH_SERVICES
from core.standards.graphql.inputs import texts
from core.standards.graphql.parts import LocalizedTextInput, LocalizedTextType, texts_of
from core.standards.permissions import READ_STANDARDS

COST = 20

enumeration(
    ServiceKind,
    description="What kind of service it is.",
    values={
        "BASIC": "What everybody expects.",
        "ADDITIONAL": "What is added to it.",
        "BESPOKE": "A frame in which tenants make services of their own.",
        "BUNDLE": "Several services as one.",
    },
)
enumeration(
    ServiceStatus,
    name="CatalogueServiceStatus",
    description="Where a service of the network stands.",
    values={"PUBLISHED": "The network has it.", "WITHDRAWN": "The network has it no more."},
)
enumeration(
    OfferStatus,
    name="ServiceOfferStatus",
    description="Where an offer of a tenant stands.",
    values={"OFFERED": "The tenant offers it.", "ENDED": "The tenant offers it no more."},
)


def parts_of(column: str) -> Hole:
    """Read a JSON column of keys."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [list(row[column]) for row in rows]

    return Hole((column,), fill, alone=True)


def tenants_of(column: str) -> Hole:
    """Read a JSON column of ids of tenants."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [[global_id("Tenant", one) for one in row[column]] for row in rows]

    return Hole((column,), fill, alone=True)


@entity(CatalogueService, permission=READ_STANDARDS, description="A service that the network has.")
class CatalogueServiceType:
    """One service."""

    key: str = reads(Column("key"), description="What records and standards call it.")
    kind: ServiceKind = reads(Column("kind"), description="What kind of service it is.")
    title: list[LocalizedTextType] = reads(texts_of("title"), description="Its name per language.")
    description: list[LocalizedTextType] = reads(
        texts_of("description"), description="What the customer gets, per language; may be empty."
    )
    standard_code: str = reads(
        Column("standard_code"), description="The standard it is carried out under; empty where nothing is said."
    )
    parts: list[str] = reads(parts_of("parts"), description="For a bundle, the keys of the services in it.")
    granted_to: list[ID] | None = reads(
        tenants_of("granted_to"),
        description="Tenants that may offer it, with all below them; everybody where it is empty.",
        permission=PUBLISH_SERVICES,
    )
    status: ServiceStatus = reads(Column("status"), description="Published or withdrawn.")
    published_at: datetime = reads(Column("published_at"), description="Since when the network has it.")
    withdrawn_at: datetime | None = reads(Column("withdrawn_at"), description="When it was withdrawn.")
    revision: int = reads(Column("revision"), description="Goes up with every change; send it back when you change it.")


@entity(ServiceOffer, permission=READ_STANDARDS, description="A service that the tenant offers, or offered.")
class ServiceOfferType:
    """One offer."""

    key: str = reads(Column("key"), description="The service; one of the tenant's own begins with `own.`.")
    based_on: str = reads(
        Column("based_on"), description="For one of its own, the bespoke service of the network that is its frame."
    )
    title: list[LocalizedTextType] = reads(
        texts_of("title"), description="For one of its own, its name per language; the catalogue says others'."
    )
    description: list[LocalizedTextType] = reads(
        texts_of("description"), description="For one of its own, what the customer gets, per language."
    )
    status: OfferStatus = reads(
        Column("status"), description="What the tenant said; `offeredServices` tells what of it holds at present."
    )
    offered_at: datetime = reads(Column("offered_at"), description="Since when it is offered.")
    ended_at: datetime | None = reads(Column("ended_at"), description="When the offer ended.")
    revision: int = reads(Column("revision"), description="Goes up with every change; send it back when you change it.")


@filters(CatalogueService, description="Narrows a list of services.")
class CatalogueServiceFilter:
    """What services can be narrowed by."""

    kind: ServiceKind | None = matches("kind", description="Of this kind.")
    status: ServiceStatus | None = matches("status", description="Standing so.")


@filters(ServiceOffer, description="Narrows a list of offers.")
class ServiceOfferFilter:
    """What offers can be narrowed by."""

    status: OfferStatus | None = matches("status", description="Standing so.")


@value(permission=READ_STANDARDS, description="A service of the network that the tenant may offer.")
class OfferableServiceType:
    """One service."""

    service: CatalogueServiceType | None = shows("The service.")
    offered: bool = shows("Whether the tenant offers it now.")


@input_type(description="A service as it is to be known, as a whole.")
class PublishServiceInput:
    """A service."""

    key: str = strawberry.field(description="What records and standards call it; it stays for good.")
    kind: ServiceKind = strawberry.field(description="What kind of service it is; it stays for good.")
    title: list[LocalizedTextInput] = strawberry.field(description="Its name per language.")
    expected_revision: int = strawberry.field(description="The service's revision as you read it; 0 for a new one.")
    description: list[LocalizedTextInput] = strawberry.field(
        default_factory=list, description="What the customer gets, per language."
    )
    standard_code: str = strawberry.field(default="", description="The standard it is carried out under.")
    parts: list[str] = strawberry.field(default_factory=list, description="For a bundle, keys of what is in it.")
    granted_to: list[ID] = strawberry.field(
        default_factory=list, description="Tenants that may offer it, with all below them; everybody by default."
    )

    def to_command(self) -> publishing.PublishService:
        """Give the command."""
        return publishing.PublishService(
            key=self.key,
            kind=self.kind,
            title=texts("title", self.title),
            description=texts("description", self.description),
            standard_code=self.standard_code,
            parts=self.parts,
            granted_to=[local_id("Tenant", one) for one in self.granted_to],
            expected_revision=self.expected_revision,
        )


@input_type(description="Which service is withdrawn.")
class WithdrawServiceInput:
    """A service to withdraw."""

    service: ID = strawberry.field(description="The service.")
    expected_revision: int = strawberry.field(description="Its revision as you read it.")


@input_type(description="Which service is offered.")
class OfferServiceInput:
    """A service to offer."""

    key: str = strawberry.field(description="Key of a basic or additional service, or of a bundle.")


@input_type(description="A bespoke service of the tenant's own, as a whole.")
class OfferOwnServiceInput:
    """A service of one's own."""

    key: str = strawberry.field(description="What records call it; it begins with `own.`.")
    based_on: str = strawberry.field(description="Key of the bespoke service of the network that is its frame.")
    title: list[LocalizedTextInput] = strawberry.field(description="Its name per language.")
    expected_revision: int = strawberry.field(description="The offer's revision as you read it; 0 for a new one.")
    description: list[LocalizedTextInput] = strawberry.field(
        default_factory=list, description="What the customer gets, per language."
    )

    def to_command(self) -> offering.OfferOwnService:
        """Give the command."""
        return offering.OfferOwnService(
            key=self.key,
            based_on=self.based_on,
            title=texts("title", self.title),
            description=texts("description", self.description),
            expected_revision=self.expected_revision,
        )


@input_type(description="Which offer ends.")
class EndOfferInput:
    """An offer to end."""

    offer: ID = strawberry.field(description="The offer.")
    expected_revision: int = strawberry.field(description="Its revision as you read it.")


@mutation(
    permission=PUBLISH_SERVICES,
    success=payload("PublishServiceSuccess", service=CatalogueServiceType),
    errors=(InvalidInput, NotFound, PartsDoNotFit, ServiceIsWithdrawn, ServiceKeyIsTaken, StaleEdit),
    description="Publishes a service to the network, or changes what is said of it and who may offer it.",
)
async def publish_service(unit: Unit, input: PublishServiceInput) -> Refs:
    """Publish a service."""
    return Refs(service=await publishing.publish_service(unit, input.to_command()))


@mutation(
    permission=PUBLISH_SERVICES,
    success=payload("WithdrawServiceSuccess", service=CatalogueServiceType),
    errors=(NotFound, ServiceIsInBundle, ServiceIsWithdrawn, StaleEdit),
    description="Withdraws a service for good: nobody offers it any more; records keep what they were classified as.",
)
async def withdraw_service(unit: Unit, input: WithdrawServiceInput) -> Refs:
    """Withdraw a service."""
    service_id = local_id(CatalogueServiceType, input.service)
    return Refs(service=await publishing.withdraw_service(unit, service_id, input.expected_revision))


@mutation(
    permission=OFFER_SERVICES,
    success=payload("OfferServiceSuccess", offer=ServiceOfferType),
    errors=(NotFound, PartsDoNotFit, ServiceIsAFrame, ServiceIsNotGranted, StaleEdit),
    description="Offers a service of the network in the tenant acted in.",
)
async def offer_service(unit: Unit, input: OfferServiceInput) -> Refs:
    """Offer a service."""
    return Refs(offer=await offering.offer_service(unit, input.key))


@mutation(
    permission=OFFER_SERVICES,
    success=payload("OfferOwnServiceSuccess", offer=ServiceOfferType),
    errors=(InvalidInput, NotFound, ServiceIsAFrame, ServiceIsNotGranted, StaleEdit),
    description="Offers a bespoke service of the tenant's own, in a frame that the network has for it.",
)
async def offer_own_service(unit: Unit, input: OfferOwnServiceInput) -> Refs:
    """Offer a service of one's own."""
    return Refs(offer=await offering.offer_own_service(unit, input.to_command()))


@mutation(
    permission=OFFER_SERVICES,
    success=payload("EndOfferSuccess", offer=ServiceOfferType),
    errors=(NotFound, ServiceIsNotOffered, StaleEdit),
    description="Ends an offer of the tenant acted in.",
)
async def end_offer(unit: Unit, input: EndOfferInput) -> Refs:
    """End an offer."""
    offer_id = local_id(ServiceOfferType, input.offer)
    return Refs(offer=await offering.end_offer(unit, offer_id, input.expected_revision))


catalogue_services = query_connection(
    "catalogue_services",
    CatalogueServiceType,
    order=("key", "id"),
    filter=CatalogueServiceFilter,
    description="Services that the network has or had, by key.",
)
service_offers = query_connection(
    "service_offers",
    ServiceOfferType,
    order=("key", "id"),
    filter=ServiceOfferFilter,
    description="Services that the tenant acted in offers or offered, by key.",
)


@query_field(
    permission=READ_STANDARDS,
    description="Services of the network that the tenant acted in may offer, by key.",
    cost=COST,
)
async def offerable_services(unit: Unit) -> list[OfferableServiceType]:
    """List what may be offered."""
    return [
        OfferableServiceType(service=one.service.id, offered=one.offered)  # type: ignore[arg-type] - the id stands for the entity
        for one in await offering.offerable_services(unit)
    ]


@query_field(
    permission=READ_STANDARDS,
    description="Keys of the services that the tenant acted in offers at present: what it said, as far as the network "
    "still has and grants it; a bundle as long as all its parts are offered.",
    cost=COST,
)
async def offered_services(unit: Unit) -> list[str]:
    """List what is offered."""
    return sorted(await offering.offered_keys(unit))


QUERIES = [catalogue_services, service_offers, offerable_services, offered_services]
MUTATIONS = [publish_service, withdraw_service, offer_service, offer_own_service, end_offer]
