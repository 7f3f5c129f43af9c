"""Types of the tree: networks, tenants, their places over time, sites and settings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.types import Connection, entity, reads, shows, value
from core.kernel.reads import Column, Hole, Splicing, ToMany, ToOne
from core.standards.graphql.json_values import Json
from tenants.graphql.around import around, below_now, in_force, known_now
from tenants.graphql.vocabulary import SiteStatus, TenantKind, TenantStatus
from tenants.networks.models import Network, Tenant, TenantPlacement, TenantSettings
from tenants.permissions import READ_TENANTS
from tenants.sites.models import Site


@value(permission=READ_TENANTS, description="Where a site is.", name="Address")
class AddressType:
    """Where a site is."""

    lines: list[str] = shows("Street and number, building, floor.")
    city: str = shows("City or place.")
    postal_code: str = shows("Postal code as the country writes it.")
    country: str = shows("ISO 3166-1 code of two letters; empty where it is not said.")


async def addresses(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Show stored addresses."""
    said: list[Mapping[str, Any]] = [row["address"] for row in rows]
    return [
        AddressType(
            lines=list(one.get("lines", ())),
            city=one.get("city", ""),
            postal_code=one.get("postal_code", ""),
            country=one.get("country", ""),
        )
        for one in said
    ]


@value(permission=READ_TENANTS, description="Something that is said of a site.", name="AttributeOfSite")
class AttributeOfSiteType:
    """An attribute of a site."""

    name: str = shows("Its name, such as `kind`.")
    value: str = shows("What it says.")


async def attributes(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Show stored attributes, by name."""
    said: list[Mapping[str, str]] = [row["attributes"] for row in rows]
    return [[AttributeOfSiteType(name=name, value=text) for name, text in sorted(one.items())] for one in said]


@entity(Site, permission=READ_TENANTS, description="A place where one tenant serves customers.")
class SiteType:
    """A site."""

    key: str = reads(Column("key"), description="Short stable name, unique in the tenant.")
    name: str = reads(Column("name"), description="Name to show.")
    time_zone: str = reads(Column("time_zone"), description="IANA name; business dates of the site are dates there.")
    locale: str = reads(Column("locale"), description="BCP 47 tag.")
    currency: str = reads(Column("currency"), description="ISO 4217 code.")
    address: AddressType = reads(Hole(("address",), addresses, alone=True), description="Where it is.")
    attributes: list[AttributeOfSiteType] = reads(
        Hole(("attributes",), attributes, alone=True),
        description="What guards of processes and variants of standards may ask of it, as `site.<name>`.",
    )
    status: SiteStatus = reads(Column("status"), description="Whether it serves customers.")
    opened_at: datetime = reads(Column("opened_at"), description="Since when it serves.")
    closed_at: datetime | None = reads(Column("closed_at"), description="Since when it serves no more.")
    version: int = reads(Column("version"), description="Goes up with every change; send it back when you change it.")


@entity(
    TenantPlacement,
    permission=READ_TENANTS,
    description="Where a tenant is in the tree, for a span of time.",
    where=around("child_id"),
)
class TenantPlacementType:
    """A place in the tree."""

    tenant: "TenantType | None" = reads(ToOne(Tenant, by="child_id"), description="The tenant that is placed.")
    parent: "TenantType | None" = reads(
        ToOne(Tenant, by="parent_id"), description="The tenant directly above; empty for the headquarters."
    )
    valid_from: datetime = reads(Column("valid_from"), description="Since when.")
    valid_to: datetime | None = reads(Column("valid_to"), description="Until when; open where empty.")


@entity(Tenant, permission=READ_TENANTS, description="A unit of the network with data of its own.", where=around("id"))
class TenantType:
    """A tenant."""

    key: str = reads(Column("key"), description="Short stable name, unique in the network.")
    name: str = reads(Column("name"), description="Name to show.")
    kind: TenantKind = reads(Column("kind"), description="What it is in the tree.")
    locale: str = reads(Column("locale"), description="BCP 47 tag.")
    time_zone: str = reads(Column("time_zone"), description="IANA name.")
    currency: str = reads(Column("currency"), description="ISO 4217 code.")
    status: TenantStatus = reads(Column("status"), description="Whether its people may act.")
    suspended_at: datetime | None = reads(Column("suspended_at"), description="Since when they may not.")
    version: int = reads(Column("version"), description="Goes up with every change.")
    above: Connection[TenantPlacementType] = reads(
        ToMany(TenantPlacement, key="child_id", order=("valid_from", "id"), where=in_force),
        description="Its place now: one, with the tenant directly above as `parent`; none before it is in the tree.",
    )
    below: Connection[TenantPlacementType] = reads(
        ToMany(TenantPlacement, key="parent_id", order=("valid_from", "id"), where=below_now),
        description="Tenants directly below it now, of those you may see; each as the `tenant` of a place.",
    )
    placements: Connection[TenantPlacementType] = reads(
        ToMany(TenantPlacement, key="child_id", order=("valid_from", "id"), where=known_now),
        description="Its places over time, past and planned, as known now.",
    )
    sites: Connection[SiteType] = reads(
        ToMany(Site, key="tenant_id", order=("key", "id")),
        description="Its sites, by key; of the tenant acted in, or of those a wider query reads.",
    )


@entity(
    Network,
    permission=READ_TENANTS,
    description="One brand: a headquarters and every tenant below.",
    key=("network_id",),
)
class NetworkType:
    """A network."""

    key: str = reads(Column("key"), description="Short stable name, unique on the platform.")
    name: str = reads(Column("name"), description="Name to show.")
    founded_at: datetime = reads(Column("founded_at"), description="Since when it is there.")
    headquarters: TenantType | None = reads(ToOne(Tenant, by="headquarters_id"), description="The root of its tree.")


@entity(
    TenantSettings,
    permission=READ_TENANTS,
    description="What a tenant decides for itself.",
    key=("tenant_id",),
)
class TenantSettingsType:
    """A tenant's settings."""

    name: str = reads(Column("name"), description="Name to show; the network sees a change a moment later.")
    locale: str = reads(Column("locale"), description="BCP 47 tag.")
    time_zone: str = reads(Column("time_zone"), description="IANA name.")
    currency: str = reads(Column("currency"), description="ISO 4217 code.")
    preferences: Json = reads(Column("preferences"), description="An object of small values that front ends keep.")
    version: int = reads(Column("version"), description="Goes up with every change; send it back when you change it.")


@filters(Tenant, description="Narrows a list of tenants.")
class TenantFilter:
    """Narrows a list of tenants."""

    kind: list[TenantKind] | None = matches("kind", "among", description="Any of these kinds.")
    status: list[TenantStatus] | None = matches("status", "among", description="Any of these.")
    key: list[str] | None = matches("key", "among", description="Any of these keys.")


@filters(Site, description="Narrows a list of sites.")
class SiteFilter:
    """Narrows a list of sites."""

    status: SiteStatus | None = matches("status", description="Open or closed ones.")
    key: list[str] | None = matches("key", "among", description="Any of these keys.")
