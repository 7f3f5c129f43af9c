"""Reading in the schema."""

from datetime import datetime

import strawberry
from strawberry import ID

from core.kernel.errors import NotFound
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.ids import global_id, local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_field
from core.kernel.graphql.types import entity, reads, shows, value
from core.kernel.reads import Breadth, Column, ToOne
from core.kernel.unit import Unit
from core.standards.graphql.types import PublishedVersionType
from core.standards.models import PublishedVersion, VersionReading
from core.standards.permissions import OVERSEE_STANDARDS, READ_STANDARDS
from core.standards.reading import mark
from core.standards.reading.errors import OnlyPeopleRead
from core.standards.reading.figures import NetworkReading, TenantReading
from core.standards.reading.figures import network_reading as read_figures

COST = 50
USUAL_PAGE = 25


@entity(VersionReading, permission=READ_STANDARDS, description="That somebody of the tenant has read a version.")
class VersionReadingType:
    """One reading."""

    version: PublishedVersionType | None = reads(ToOne(PublishedVersion, by="version_id"), description="The version.")
    read_at: datetime = reads(Column("read_at"), description="When it was marked as read first.")


@value(permission=OVERSEE_STANDARDS, description="How many people of one tenant have read a version.")
class TenantReadingType:
    """Figures of one tenant."""

    tenant: ID = shows("The tenant.")
    tenant_key: str = shows("Its short name.")
    tenant_name: str = shows("Its name.")
    readers: int = shows("How many people have marked the version as read.")
    first_read_at: datetime | None = shows("When the first of them did.")
    last_read_at: datetime | None = shows("When the last of them did.")


@value(permission=OVERSEE_STANDARDS, description="How a version was read in the tenant acted in and all below it.")
class NetworkReadingType:
    """Figures of a part of the network."""

    readers: int = shows("How many people have marked the version as read.")
    tenants_reading: int = shows("In how many tenants somebody has.")
    tenants: int = shows("How many tenants there are.")
    page: list[TenantReadingType] = shows("Some of the tenants, in a fixed order.")
    end_cursor: str | None = shows("Give it as `after` for the next page; empty on the last one.")


@input_type(description="Which version was read.")
class MarkVersionReadInput:
    """Which version was read."""

    version: strawberry.ID = strawberry.field(description="The published version.")


@mutation(
    permission=READ_STANDARDS,
    success=payload("MarkVersionReadSuccess", reading=VersionReadingType),
    errors=(NotFound, OnlyPeopleRead),
    description="Marks a published version as read by the person who asks; done again it changes nothing.",
)
async def mark_version_read(unit: Unit, input: MarkVersionReadInput) -> Refs:
    """Mark a version as read."""
    version_id = local_id(PublishedVersionType, input.version)
    return Refs(reading=(await mark.mark_read(unit, mark.MarkRead(version_id=version_id))).id)


@query_field(
    permission=OVERSEE_STANDARDS,
    description="How a version was read in the tenant acted in and all below it, in figures; the read is audited.",
    arguments={
        "version": "The published version.",
        "first": "How many tenants on the page, at most 100.",
        "after": "Begin behind the tenant with this cursor.",
    },
    breadth=Breadth.UNITS_BELOW,
    cost=COST,
)
async def network_reading(
    unit: Unit, version: ID, first: int | None = None, after: str | None = None
) -> NetworkReadingType:
    """Read the figures."""
    behind = None if after is None else local_id("TenantReading", after)
    size = USUAL_PAGE if first is None else first
    return reading_shown(await read_figures(unit, local_id(PublishedVersionType, version), size, behind))


def reading_shown(found: NetworkReading) -> NetworkReadingType:
    """Show figures."""
    return NetworkReadingType(
        readers=found.readers,
        tenants_reading=found.tenants_reading,
        tenants=found.tenants,
        page=[tenant_shown(one) for one in found.page],
        end_cursor=None if found.more is None else global_id("TenantReading", found.more),
    )


def tenant_shown(one: TenantReading) -> TenantReadingType:
    """Show the figures of one tenant."""
    return TenantReadingType(
        tenant=global_id("Tenant", one.tenant.id),
        tenant_key=one.tenant.key,
        tenant_name=one.tenant.name,
        readers=one.readers,
        first_read_at=one.first_at,
        last_read_at=one.last_at,
    )
