"""Every table of this room, for whoever needs them all: migrations and the tests that compare them."""

from tenants.accounts.models import Issuer, ServiceAccount
from tenants.activations.models import PluginActivation, PluginApproval
from tenants.networks.models import Network, Tenant, TenantPlacement, TenantSettings
from tenants.people.models import (
    IdentityKey,
    Invitation,
    Membership,
    NetworkRole,
    Person,
    PersonIdentity,
    PersonTenant,
)
from tenants.sites.models import Site

__all__ = [
    "IdentityKey",
    "Invitation",
    "Issuer",
    "Membership",
    "Network",
    "NetworkRole",
    "Person",
    "PersonIdentity",
    "PersonTenant",
    "PluginActivation",
    "PluginApproval",
    "ServiceAccount",
    "Site",
    "Tenant",
    "TenantPlacement",
    "TenantSettings",
]
