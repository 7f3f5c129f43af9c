"""Mutations of the tree, settings and sites."""

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from tenants.errors import (
    AlreadySo,
    HeadquartersIsFixed,
    KeyIsTaken,
    KindDoesNotFit,
    NotPlacedThen,
    OnlyHeadquarters,
    PlacementWouldCycle,
)
from tenants.graphql.inputs import (
    ChangeSettingsInput,
    ChangeSiteInput,
    MoveTenantInput,
    OpenSiteInput,
    ProvisionTenantInput,
    TenantInput,
)
from tenants.graphql.types import SiteType, TenantSettingsType, TenantType
from tenants.networks import change_settings as changing_settings
from tenants.networks import move as moving
from tenants.networks import provision as provisioning
from tenants.networks import suspend as suspending
from tenants.permissions import CONFIGURE_TENANT, MANAGE_SITES, PLACE_TENANTS, PROVISION_TENANTS, SUSPEND_TENANTS
from tenants.sites import change as changing_sites
from tenants.sites import open as opening_sites

SUSPENDING = (AlreadySo, HeadquartersIsFixed, NotFound, OnlyHeadquarters)


@mutation(
    permission=PROVISION_TENANTS,
    success=payload("ProvisionTenantSuccess", tenant=TenantType),
    errors=(InvalidInput, KeyIsTaken, KindDoesNotFit, NotFound, NotPlacedThen, OnlyHeadquarters),
    description="Adds a tenant to the network; done by headquarters.",
)
async def provision_tenant(unit: Unit, input: ProvisionTenantInput) -> Refs:
    """Add a tenant."""
    return Refs(tenant=(await provisioning.provision_tenant(unit, input.to_command())).id)


@mutation(
    permission=PLACE_TENANTS,
    success=payload("MoveTenantSuccess", tenant=TenantType),
    errors=(
        HeadquartersIsFixed,
        InvalidInput,
        KindDoesNotFit,
        NotFound,
        NotPlacedThen,
        OnlyHeadquarters,
        PlacementWouldCycle,
    ),
    description="Places a tenant below another parent from an instant on; where it was stays known.",
)
async def move_tenant(unit: Unit, input: MoveTenantInput) -> Refs:
    """Move a tenant."""
    return Refs(tenant=(await moving.move_tenant(unit, input.to_command())).id)


@mutation(
    permission=SUSPEND_TENANTS,
    success=payload("SuspendTenantSuccess", tenant=TenantType),
    errors=SUSPENDING,
    description="Lets nobody act in a tenant until it is resumed; its data stays.",
)
async def suspend_tenant(unit: Unit, input: TenantInput) -> Refs:
    """Suspend a tenant."""
    return Refs(tenant=(await suspending.suspend_tenant(unit, local_id(TenantType, input.tenant))).id)


@mutation(
    permission=SUSPEND_TENANTS,
    success=payload("ResumeTenantSuccess", tenant=TenantType),
    errors=SUSPENDING,
    description="Lets a suspended tenant's people act again.",
)
async def resume_tenant(unit: Unit, input: TenantInput) -> Refs:
    """Resume a tenant."""
    return Refs(tenant=(await suspending.resume_tenant(unit, local_id(TenantType, input.tenant))).id)


@mutation(
    permission=CONFIGURE_TENANT,
    success=payload("ChangeSettingsSuccess", settings=TenantSettingsType),
    errors=(InvalidInput, NotFound, StaleEdit),
    description="Changes the settings of the tenant acted in; the network sees its new name a moment later.",
)
async def change_settings(unit: Unit, input: ChangeSettingsInput) -> Refs:
    """Change settings."""
    return Refs(settings=(await changing_settings.change_settings(unit, input.to_command())).tenant_id)


@mutation(
    permission=MANAGE_SITES,
    success=payload("OpenSiteSuccess", site=SiteType),
    errors=(InvalidInput, KeyIsTaken, NotFound),
    description="Opens a site of the tenant acted in.",
)
async def open_site(unit: Unit, input: OpenSiteInput) -> Refs:
    """Open a site."""
    return Refs(site=(await opening_sites.open_site(unit, input.to_command())).id)


@mutation(
    permission=MANAGE_SITES,
    success=payload("ChangeSiteSuccess", site=SiteType),
    errors=(InvalidInput, NotFound, StaleEdit),
    description="Changes a site of the tenant acted in, closes it or opens it again.",
)
async def change_site(unit: Unit, input: ChangeSiteInput) -> Refs:
    """Change a site."""
    return Refs(site=(await changing_sites.change_site(unit, input.to_command())).id)


MUTATIONS = (
    provision_tenant,
    move_tenant,
    suspend_tenant,
    resume_tenant,
    change_settings,
    open_site,
    change_site,
)
