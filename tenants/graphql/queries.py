"""Queries of networks, tenants, sites, people, accounts and plugins."""

from uuid import UUID

from core.kernel.graphql.access import IDENTIFIED, SIGNED_IN
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.queries import query_connection, query_field, query_one
from core.kernel.unit import Unit
from tenants.graphql.around import around
from tenants.graphql.me import MeType, shown_role, who_am_i
from tenants.graphql.people_types import (
    InvitationFilter,
    InvitationType,
    IssuerType,
    MembershipFilter,
    MembershipType,
    NetworkRoleType,
    PluginActivationType,
    PluginApprovalType,
    RoleType,
    ServiceAccountType,
)
from tenants.graphql.types import (
    NetworkType,
    SiteFilter,
    SiteType,
    TenantFilter,
    TenantSettingsType,
    TenantType,
)
from tenants.networks.set_up import own_tenant
from tenants.people.repository import known_roles
from tenants.permissions import READ_TENANTS


@query_field(permission=IDENTIFIED, description="Who you are, where, and what you may; works before a tenant is named.")
async def me(context: RequestContext) -> MeType:
    """Say who one is."""
    return await who_am_i(context)  # type: ignore[return-value] - nothing without a token, which the permission rules out


@query_field(permission=READ_TENANTS, returns=TenantType, description="The tenant acted in.")
async def my_tenant(unit: Unit) -> UUID:
    """Give the tenant acted in."""
    return unit.tenant_id


@query_field(permission=READ_TENANTS, returns=NetworkType, description="The network of the tenant acted in.")
async def my_network(unit: Unit) -> UUID:
    """Give its network."""
    return unit.network_id


@query_field(
    permission=READ_TENANTS,
    returns=TenantSettingsType,
    description="The settings of the tenant acted in; empty for a moment after it was provisioned.",
)
async def my_settings(unit: Unit) -> UUID:
    """Give its settings, which are named by the tenant."""
    return unit.tenant_id


@query_field(permission=SIGNED_IN, description="The roles that can be held in the tenant acted in, by key.")
async def roles(unit: Unit) -> list[RoleType]:
    """List roles."""
    kind = (await own_tenant(unit)).kind
    known = await known_roles(unit.session, unit.network_id)
    fitting = sorted(key for key, role in known.items() if kind in role.kinds)
    return [shown_role(known[key], kind, unit.scope, known) for key in fitting]


tenant = query_one(
    "tenant",
    TenantType,
    where=around("id"),
    description="A tenant: your own, one above it or one below it.",
)
tenants = query_connection(
    "tenants",
    TenantType,
    order=("key", "id"),
    filter=TenantFilter,
    where=around("id"),
    description="Your own tenant, all above it and all below it, by key; headquarters sees every one.",
)
site = query_one("site", SiteType, description="A site of the tenant acted in.")
sites = query_connection(
    "sites", SiteType, order=("key", "id"), filter=SiteFilter, description="Sites of the tenant acted in, by key."
)
memberships = query_connection(
    "memberships",
    MembershipType,
    order=("id",),
    filter=MembershipFilter,
    description="Members of the tenant acted in, past ones too, in the order they joined first.",
)
invitations = query_connection(
    "invitations",
    InvitationType,
    order=("-id",),
    filter=InvitationFilter,
    description="Invitations to the tenant acted in, latest first.",
)
network_roles = query_connection(
    "network_roles", NetworkRoleType, order=("key", "id"), description="Roles that the network made for itself, by key."
)
service_accounts = query_connection(
    "service_accounts",
    ServiceAccountType,
    order=("name", "id"),
    description="Machines of the tenant acted in, by name.",
)
issuers = query_connection(
    "issuers", IssuerType, order=("name", "id"), description="Issuers the network accepts or accepted, by name."
)
plugin_approvals = query_connection(
    "plugin_approvals",
    PluginApprovalType,
    order=("plugin", "id"),
    description="The network's word on plugins, by name.",
)
plugin_activations = query_connection(
    "plugin_activations",
    PluginActivationType,
    order=("plugin", "id"),
    description="Plugins that the tenant acted in uses or used, by name.",
)

QUERIES = (
    me,
    my_tenant,
    my_network,
    my_settings,
    roles,
    tenant,
    tenants,
    site,
    sites,
    memberships,
    invitations,
    network_roles,
    service_accounts,
    issuers,
    plugin_approvals,
    plugin_activations,
)
