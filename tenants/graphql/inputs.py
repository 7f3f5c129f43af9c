"""Inputs of mutations on the tree, settings and sites."""

from datetime import datetime

import strawberry

from core.kernel.errors import InvalidInput
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.ids import local_id
from core.standards.graphql.json_values import Json
from tenants.graphql.types import SiteType, TenantType
from tenants.graphql.vocabulary import TenantKind
from tenants.networks.change_settings import ChangeSettings
from tenants.networks.move import MoveTenant
from tenants.networks.provision import ProvisionTenant
from tenants.sites.address import Address
from tenants.sites.change import ChangeSite
from tenants.sites.open import OpenSite

VERSION = "The version that was read."


@input_type(description="The tenant to add.")
class ProvisionTenantInput:
    """The tenant to add."""

    key: str = strawberry.field(description="Short stable name: lower-case letters, digits and inner hyphens.")
    name: str = strawberry.field(description="Name to show.")
    parent: strawberry.ID = strawberry.field(description="The tenant directly above.")
    kind: TenantKind = strawberry.field(default=TenantKind.FRANCHISEE, description="A region or a franchisee.")
    locale: str | None = strawberry.field(default=None, description="BCP 47 tag; the parent's by default.")
    time_zone: str | None = strawberry.field(default=None, description="IANA name; the parent's by default.")
    currency: str | None = strawberry.field(default=None, description="ISO 4217 code; the parent's by default.")
    since: datetime | None = strawberry.field(default=None, description="From when it is in the tree; now by default.")

    def to_command(self) -> ProvisionTenant:
        """Give the command."""
        return ProvisionTenant(
            key=self.key,
            name=self.name,
            parent_id=local_id(TenantType, self.parent),
            kind=self.kind.value,
            locale=self.locale,
            time_zone=self.time_zone,
            currency=self.currency,
            since=self.since,
        )


@input_type(description="Where a tenant shall be in the tree.")
class MoveTenantInput:
    """Where a tenant shall be."""

    tenant: strawberry.ID = strawberry.field(description="The tenant; what is below it moves along.")
    parent: strawberry.ID = strawberry.field(description="The tenant that shall be directly above it.")
    since: datetime | None = strawberry.field(
        default=None, description="From when, past or future; now by default. Later plans are replaced."
    )

    def to_command(self) -> MoveTenant:
        """Give the command."""
        return MoveTenant(
            tenant_id=local_id(TenantType, self.tenant),
            parent_id=local_id(TenantType, self.parent),
            since=self.since,
        )


@input_type(description="A tenant.")
class TenantInput:
    """A tenant."""

    tenant: strawberry.ID = strawberry.field(description="The tenant.")


@input_type(description="What shall change; what is left out stays.")
class ChangeSettingsInput:
    """What shall change."""

    version: int = strawberry.field(description=VERSION)
    name: str | None = strawberry.field(default=None, description="Name to show.")
    locale: str | None = strawberry.field(default=None, description="BCP 47 tag.")
    time_zone: str | None = strawberry.field(default=None, description="IANA name.")
    currency: str | None = strawberry.field(default=None, description="ISO 4217 code.")
    preferences: Json | None = strawberry.field(
        default=None, description="An object of small values that front ends keep; replaces all, at most 8 KiB."
    )

    def to_command(self) -> ChangeSettings:
        """Give the command."""
        return ChangeSettings(
            expected_version=self.version,
            name=self.name,
            locale=self.locale,
            time_zone=self.time_zone,
            currency=self.currency,
            preferences=self.preferences,
        )


@input_type(description="Where a site is; every part may be empty.")
class AddressInput:
    """Where a site is."""

    lines: list[str] = strawberry.field(default_factory=list, description="Street, building, floor: at most five.")
    city: str = strawberry.field(default="", description="City or place.")
    postal_code: str = strawberry.field(default="", description="Postal code as the country writes it.")
    country: str = strawberry.field(default="", description="ISO 3166-1 code of two letters.")

    def to_address(self) -> Address:
        """Give the address."""
        return Address(lines=tuple(self.lines), city=self.city, postal_code=self.postal_code, country=self.country)


@input_type(description="Something that is said of a site.")
class AttributeOfSiteInput:
    """An attribute of a site."""

    name: str = strawberry.field(description="Its name: lower-case letters, digits and `_`, such as `kind`.")
    value: str = strawberry.field(description="What it says: 1 to 200 characters.")


def by_name(attributes: list[AttributeOfSiteInput]) -> dict[str, str]:
    """Give attributes by name.

    Raises:
        InvalidInput: One stands twice, so that one of the two would be lost.
    """
    named = {one.name: one.value for one in attributes}
    if len(named) < len(attributes):
        raise InvalidInput(field="attributes", problem="each attribute stands once")
    return named


@input_type(description="The site to open.")
class OpenSiteInput:
    """The site to open."""

    key: str = strawberry.field(description="Short stable name: lower-case letters, digits and inner hyphens.")
    name: str = strawberry.field(description="Name to show.")
    time_zone: str | None = strawberry.field(default=None, description="IANA name; the tenant's by default.")
    locale: str | None = strawberry.field(default=None, description="BCP 47 tag; the tenant's by default.")
    currency: str | None = strawberry.field(default=None, description="ISO 4217 code; the tenant's by default.")
    address: AddressInput = strawberry.field(default_factory=AddressInput, description="Where it is.")
    attributes: list[AttributeOfSiteInput] = strawberry.field(
        default_factory=list["AttributeOfSiteInput"],
        description="What guards of processes and variants of standards may ask of it, as `site.<name>`; 20 at most.",
    )

    def to_command(self) -> OpenSite:
        """Give the command."""
        return OpenSite(
            key=self.key,
            name=self.name,
            time_zone=self.time_zone,
            locale=self.locale,
            currency=self.currency,
            address=self.address.to_address(),
            attributes=by_name(self.attributes),
        )


@input_type(description="What shall change of a site; what is left out stays.")
class ChangeSiteInput:
    """What shall change of a site."""

    site: strawberry.ID = strawberry.field(description="The site.")
    version: int = strawberry.field(description=VERSION)
    name: str | None = strawberry.field(default=None, description="Name to show.")
    time_zone: str | None = strawberry.field(default=None, description="IANA name.")
    locale: str | None = strawberry.field(default=None, description="BCP 47 tag.")
    currency: str | None = strawberry.field(default=None, description="ISO 4217 code.")
    address: AddressInput | None = strawberry.field(default=None, description="Where it is.")
    attributes: list[AttributeOfSiteInput] | None = strawberry.field(
        default=None, description="All its attributes; those it had go. Records that began keep what they know."
    )
    closed: bool | None = strawberry.field(
        default=None, description="True closes it from now on, false opens it again."
    )

    def to_command(self) -> ChangeSite:
        """Give the command."""
        return ChangeSite(
            site_id=local_id(SiteType, self.site),
            expected_version=self.version,
            name=self.name,
            time_zone=self.time_zone,
            locale=self.locale,
            currency=self.currency,
            address=self.address.to_address() if self.address else None,
            attributes=None if self.attributes is None else by_name(self.attributes),
            closed=self.closed,
        )
