"""Open a site."""

from collections.abc import Mapping
from dataclasses import field

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from tenants.errors import KeyIsTaken
from tenants.networks.set_up import own_tenant
from tenants.permissions import MANAGE_SITES
from tenants.sites.address import Address, check_address
from tenants.sites.attributes import check_attributes
from tenants.sites.models import Site
from tenants.sites.repository import add_site
from tenants.values import check_currency, check_key, check_locale, check_name, check_time_zone


@frozen(kw_only=True)
class OpenSite:
    """What a site begins with.

    Attributes:
        key: Short stable name, unique in the tenant.
        name: Name to show.
        time_zone: IANA name; the tenant's by default, as with the next two.
        locale: BCP 47 tag.
        currency: ISO 4217 code.
        address: Where it is.
        attributes: What processes and standards may ask of it, by name.
    """

    key: str
    name: str
    time_zone: str | None = None
    locale: str | None = None
    currency: str | None = None
    address: Address = field(default_factory=Address)
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])


async def open_site(unit: Unit, command: OpenSite) -> Site:
    """Add a site to the tenant.

    Raises:
        KeyIsTaken: The tenant has a site of that key.
        InvalidInput: A value does not have the form it must have.
    """
    unit.scope.require(MANAGE_SITES)
    tenant = await own_tenant(unit)
    site = Site(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        key=check_key(command.key),
        name=check_name(command.name),
        time_zone=check_time_zone(command.time_zone or tenant.time_zone),
        locale=check_locale(command.locale or tenant.locale),
        currency=check_currency(command.currency or tenant.currency),
        address=check_address(command.address).as_document(),
        attributes=check_attributes(command.attributes),
        opened_at=unit.now,
        recorded_at=recorded_now(),
    )
    if not await add_site(unit, site):
        raise KeyIsTaken(kind="site", key=command.key)
    await record_act(unit, action="tenants.open_site", subject_kind="site", subject_id=site.id)
    await send(unit, "tenants.site_opened", {"site_id": site.id})
    return site
