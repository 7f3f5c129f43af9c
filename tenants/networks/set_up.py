"""Give a new tenant the rows of its own; what provisioning asks for, done in the tenant's scope."""

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound
from core.kernel.unit import Unit
from tenants.networks.models import Tenant, TenantSettings
from tenants.networks.repository import add_settings, read_settings
from tenants.networks.tree_queries import find_tenant
from tenants.permissions import PROVISION_TENANTS


async def set_up_tenant(unit: Unit) -> TenantSettings:
    """Write the tenant's first settings from what it was provisioned with; done again, it changes nothing.

    Raises:
        NotFound: There is no such tenant.
    """
    unit.scope.require(PROVISION_TENANTS)
    settings = await read_settings(unit)
    if settings is not None:
        return settings
    await add_settings(unit, first_settings(await own_tenant(unit)))
    await record_act(unit, action="tenants.set_up", subject_kind="tenant", subject_id=unit.tenant_id)
    return await own_settings(unit)


async def own_tenant(unit: Unit) -> Tenant:
    """Read the reference row of the scope's tenant.

    Raises:
        NotFound: There is none.
    """
    tenant = await find_tenant(unit.session, unit.network_id, unit.tenant_id)
    if tenant is None:
        raise NotFound(kind="tenant", key=str(unit.tenant_id))
    return tenant


async def own_settings(unit: Unit, *, lock: bool = False) -> TenantSettings:
    """Read the tenant's settings; a tenant that was not set up yet is given its first ones.

    Raises:
        NotFound: There is no such tenant.
    """
    settings = await read_settings(unit, lock=lock)
    if settings is None:
        await add_settings(unit, first_settings(await own_tenant(unit)))
        settings = await read_settings(unit, lock=lock)
    if settings is None:
        raise NotFound(kind="tenant", key=str(unit.tenant_id))
    return settings


def first_settings(tenant: Tenant) -> TenantSettings:
    """Give the settings a tenant begins with."""
    return TenantSettings(
        tenant_id=tenant.id,
        network_id=tenant.network_id,
        name=tenant.name,
        locale=tenant.locale,
        time_zone=tenant.time_zone,
        currency=tenant.currency,
        recorded_at=recorded_now(),
    )
