"""Suspend a tenant, so that its people cannot act, and resume it."""

from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.errors import NotFound
from core.kernel.outbox import send
from core.kernel.unit import Unit
from tenants.errors import AlreadySo, HeadquartersIsFixed
from tenants.networks.headquarters import require_headquarters
from tenants.networks.models import Tenant, TenantStatus
from tenants.networks.repository import change_tenant, tenants_by_id
from tenants.permissions import SUSPEND_TENANTS


async def suspend_tenant(unit: Unit, tenant_id: UUID) -> Tenant:
    """Let nobody act in a tenant until it is resumed; its data stays, and others read it as before.

    Raises:
        OnlyHeadquarters: The scope is of another tenant than the headquarters.
        HeadquartersIsFixed: The headquarters itself was to be suspended.
        AlreadySo: It is suspended.
        NotFound: The network has no such tenant.
    """
    await changeable(unit, tenant_id, TenantStatus.SUSPENDED)
    tenant = await changed(unit, tenant_id, TenantStatus.SUSPENDED)
    await record_act(unit, action="tenants.suspend", subject_kind="tenant", subject_id=tenant_id)
    await send(unit, "tenants.suspended", {"tenant_id": tenant_id})
    return tenant


async def resume_tenant(unit: Unit, tenant_id: UUID) -> Tenant:
    """Let a tenant's people act again.

    Raises:
        OnlyHeadquarters: The scope is of another tenant than the headquarters.
        AlreadySo: It is active.
        NotFound: The network has no such tenant.
    """
    await changeable(unit, tenant_id, TenantStatus.ACTIVE)
    tenant = await changed(unit, tenant_id, TenantStatus.ACTIVE)
    await record_act(unit, action="tenants.resume", subject_kind="tenant", subject_id=tenant_id)
    await send(unit, "tenants.resumed", {"tenant_id": tenant_id})
    return tenant


async def changeable(unit: Unit, tenant_id: UUID, status: TenantStatus) -> None:
    """Refuse what may not be changed, or need not be."""
    unit.scope.require(SUSPEND_TENANTS)
    network = await require_headquarters(unit)
    if tenant_id == network.headquarters_id:
        raise HeadquartersIsFixed
    tenant = (await tenants_by_id(unit, [tenant_id])).get(tenant_id)
    if tenant is None:
        raise NotFound(kind="tenant", key=str(tenant_id))
    if tenant.status == status.value:
        raise AlreadySo(kind="tenant", state=tenant.status)


async def changed(unit: Unit, tenant_id: UUID, status: TenantStatus) -> Tenant:
    """Write the new status."""
    since = unit.now if status is TenantStatus.SUSPENDED else None
    tenant = await change_tenant(unit, tenant_id, status=status.value, suspended_at=since)
    if tenant is None:
        raise NotFound(kind="tenant", key=str(tenant_id))
    return tenant
