"""Change what a tenant decides for itself, and show the network what of it others need."""

from typing import Any
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.canonical import canonical_text
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.quality.rescoring.order import RESCORE_TENANT
from tenants.networks.headquarters import require_headquarters
from tenants.networks.models import TenantSettings
from tenants.networks.repository import publish_settings
from tenants.networks.set_up import own_settings
from tenants.networks.tree_queries import find_tenant, read_network
from tenants.permissions import CONFIGURE_TENANT, PROVISION_TENANTS
from tenants.values import check_currency, check_locale, check_name, check_time_zone

LARGEST_PREFERENCES = 8_192


@frozen(kw_only=True)
class ChangeSettings:
    """What shall change; what is left out stays.

    Attributes:
        expected_version: The version the change was made to.
        name: Name to show.
        locale: BCP 47 tag.
        time_zone: IANA name.
        currency: ISO 4217 code.
        preferences: Small named values that front ends keep; replaces all, at most 8 KiB.
    """

    expected_version: int
    name: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    currency: str | None = None
    preferences: dict[str, Any] | None = None


async def change_settings(unit: Unit, command: ChangeSettings) -> TenantSettings:
    """Change the tenant's settings; the network sees the new name, locale, zone and currency by command.

    Raises:
        StaleEdit: They were changed since.
        InvalidInput: A value does not have the form it must have.
    """
    unit.scope.require(CONFIGURE_TENANT)
    settings = await own_settings(unit, lock=True)
    if settings.version != command.expected_version:
        raise StaleEdit(kind="settings", expected=command.expected_version, actual=settings.version)
    apply(settings, command)
    settings.recorded_at = recorded_now()
    settings.version += 1
    await unit.session.flush()
    network = await read_network(unit.session, unit.network_id)
    await record_act(unit, action="tenants.change_settings", subject_kind="tenant", subject_id=unit.tenant_id)
    told = {"tenant_id": unit.tenant_id}
    target = network.headquarters_id if network else None
    await send(unit, "tenants.show_settings", told, target_tenant_id=target)
    return settings


def apply(settings: TenantSettings, command: ChangeSettings) -> None:
    """Put checked values into the row."""
    if command.name is not None:
        settings.name = check_name(command.name)
    if command.locale is not None:
        settings.locale = check_locale(command.locale)
    if command.time_zone is not None:
        settings.time_zone = check_time_zone(command.time_zone)
    if command.currency is not None:
        settings.currency = check_currency(command.currency)
    if command.preferences is not None:
        if len(canonical_text(command.preferences).encode()) > LARGEST_PREFERENCES:
            raise InvalidInput(field="preferences", problem="at most 8 KiB are possible")
        settings.preferences = command.preferences


async def show_settings(unit: Unit, tenant_id: UUID, settings: TenantSettings) -> None:
    """Copy a tenant's settings to its reference row, in the headquarters' scope; older ones never overwrite newer.

    Where its days begin at another hour now, its records are counted again.

    Raises:
        OnlyHeadquarters: The scope is of another tenant.
    """
    unit.scope.require(PROVISION_TENANTS)
    await require_headquarters(unit)
    before = await zone_of(unit, tenant_id)
    if await publish_settings(unit, tenant_id, settings):
        if before != settings.time_zone:
            await send(unit, RESCORE_TENANT, {}, target_tenant_id=tenant_id)
        await record_act(unit, action="tenants.show_settings", subject_kind="tenant", subject_id=tenant_id)


async def zone_of(unit: Unit, tenant_id: UUID) -> str | None:
    """Give the time zone that the network knows a tenant to be in."""
    tenant = await find_tenant(unit.session, unit.network_id, tenant_id)
    return tenant.time_zone if tenant else None
