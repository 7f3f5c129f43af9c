"""Change a site, close it and open it again."""

from collections.abc import Mapping
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from tenants.permissions import MANAGE_SITES
from tenants.sites.address import Address, check_address
from tenants.sites.attributes import check_attributes
from tenants.sites.models import Site, SiteStatus
from tenants.sites.repository import take_site
from tenants.values import check_currency, check_locale, check_name, check_time_zone


@frozen(kw_only=True)
class ChangeSite:
    """What shall change; what is left out stays. The key always stays.

    Attributes:
        site_id: The site.
        expected_version: The version the change was made to.
        name: Name to show.
        time_zone: IANA name.
        locale: BCP 47 tag.
        currency: ISO 4217 code.
        address: Where it is.
        attributes: What processes and standards may ask of it, by name: all of them; records that began keep what
            they know.
        closed: True closes it from now on, false opens it again.
    """

    site_id: UUID
    expected_version: int
    name: str | None = None
    time_zone: str | None = None
    locale: str | None = None
    currency: str | None = None
    address: Address | None = None
    attributes: Mapping[str, str] | None = None
    closed: bool | None = None


async def change_site(unit: Unit, command: ChangeSite) -> Site:
    """Change a site of the tenant.

    Raises:
        StaleEdit: It was changed since.
        NotFound: The tenant has no such site.
        InvalidInput: A value does not have the form it must have.
    """
    unit.scope.require(MANAGE_SITES)
    site = await take_site(unit, command.site_id)
    if site is None:
        raise NotFound(kind="site", key=str(command.site_id))
    if site.version != command.expected_version:
        raise StaleEdit(kind="site", expected=command.expected_version, actual=site.version)
    describe(site, command)
    if command.closed is not None:
        site.status = SiteStatus.CLOSED.value if command.closed else SiteStatus.OPEN.value
        site.closed_at = (site.closed_at or unit.now) if command.closed else None
    site.recorded_at = recorded_now()
    site.version += 1
    await unit.session.flush()
    await record_act(
        unit, action="tenants.change_site", subject_kind="site", subject_id=site.id, details={"status": site.status}
    )
    await send(unit, "tenants.site_changed", {"site_id": site.id})
    return site


def describe(site: Site, command: ChangeSite) -> None:
    """Put checked values into the row."""
    if command.name is not None:
        site.name = check_name(command.name)
    if command.time_zone is not None:
        site.time_zone = check_time_zone(command.time_zone)
    if command.locale is not None:
        site.locale = check_locale(command.locale)
    if command.currency is not None:
        site.currency = check_currency(command.currency)
    if command.address is not None:
        site.address = check_address(command.address).as_document()
    if command.attributes is not None:
        site.attributes = check_attributes(command.attributes)
