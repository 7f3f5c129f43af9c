"""Mutations of issuers, service accounts and plugins."""

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from tenants.accounts import register_issuer as registering
from tenants.accounts import service_accounts as accounts
from tenants.activations import approve_plugin as approving
from tenants.activations import enable_plugin as enabling
from tenants.errors import (
    AlreadySo,
    KeyIsTaken,
    OnlyHeadquarters,
    PluginNotApproved,
    RoleDoesNotFit,
    RoleNotGrantable,
)
from tenants.graphql.people_inputs import (
    ApprovePluginInput,
    CreateServiceAccountInput,
    EnablePluginInput,
    PluginInput,
    RegisterIssuerInput,
    RevokeServiceAccountInput,
    RotateSecretInput,
    WithdrawIssuerInput,
)
from tenants.graphql.people_types import IssuerType, PluginActivationType, PluginApprovalType, ServiceAccountType
from tenants.permissions import APPROVE_PLUGINS, ENABLE_PLUGINS, MANAGE_ACCOUNTS, MANAGE_ISSUERS

SECRET = (str, "The secret, shown this once.")


@mutation(
    permission=MANAGE_ISSUERS,
    success=payload("RegisterIssuerSuccess", issuer=IssuerType),
    errors=(InvalidInput, KeyIsTaken, NotFound, OnlyHeadquarters),
    description="Accepts an OpenID Connect issuer's tokens in the whole network; done by headquarters.",
)
async def register_issuer(unit: Unit, input: RegisterIssuerInput) -> Refs:
    """Register an issuer."""
    return Refs(issuer=(await registering.register_issuer(unit, input.to_command())).id)


@mutation(
    permission=MANAGE_ISSUERS,
    success=payload("WithdrawIssuerSuccess", issuer=IssuerType),
    errors=(AlreadySo, NotFound, OnlyHeadquarters),
    description="Accepts an issuer's tokens no longer; whoever is signed in by one is out within seconds.",
)
async def withdraw_issuer(unit: Unit, input: WithdrawIssuerInput) -> Refs:
    """Withdraw an issuer."""
    return Refs(issuer=(await registering.withdraw_issuer(unit, input.issuer_id)).id)


@mutation(
    permission=MANAGE_ACCOUNTS,
    success=payload(
        "CreateServiceAccountSuccess",
        "The secret is shown this once: give it to the machine.",
        service_account=ServiceAccountType,
        secret=SECRET,
    ),
    errors=(InvalidInput, KeyIsTaken, RoleDoesNotFit, RoleNotGrantable),
    description="Makes an account for a machine that acts in this tenant alone.",
)
async def create_service_account(unit: Unit, input: CreateServiceAccountInput) -> Refs:
    """Create a service account."""
    made = await accounts.create_service_account(unit, input.to_command())
    return Refs(service_account=made.account.id, secret=made.secret)


@mutation(
    permission=MANAGE_ACCOUNTS,
    success=payload(
        "RotateSecretSuccess",
        "The secret is shown this once: give it to the machine.",
        service_account=ServiceAccountType,
        secret=SECRET,
    ),
    errors=(AlreadySo, InvalidInput, NotFound, RoleNotGrantable, StaleEdit),
    description="Gives a service account a new secret; the old one works as long as you say.",
)
async def rotate_secret(unit: Unit, input: RotateSecretInput) -> Refs:
    """Rotate a secret."""
    made = await accounts.rotate_secret(unit, input.to_command())
    return Refs(service_account=made.account.id, secret=made.secret)


@mutation(
    permission=MANAGE_ACCOUNTS,
    success=payload("RevokeServiceAccountSuccess", service_account=ServiceAccountType),
    errors=(AlreadySo, NotFound, RoleNotGrantable),
    description="Lets a service account sign in no more; its tokens are refused within seconds.",
)
async def revoke_service_account(unit: Unit, input: RevokeServiceAccountInput) -> Refs:
    """Revoke a service account."""
    return Refs(service_account=(await accounts.revoke_service_account(unit, input.account_id)).id)


@mutation(
    permission=APPROVE_PLUGINS,
    success=payload("ApprovePluginSuccess", plugin_approval=PluginApprovalType),
    errors=(InvalidInput, NotFound, OnlyHeadquarters),
    description="Lets the network's tenants enable a plugin; again, it changes what may be granted.",
)
async def approve_plugin(unit: Unit, input: ApprovePluginInput) -> Refs:
    """Approve a plugin."""
    return Refs(plugin_approval=(await approving.approve_plugin(unit, input.to_command())).id)


@mutation(
    permission=APPROVE_PLUGINS,
    success=payload("WithdrawPluginApprovalSuccess", plugin_approval=PluginApprovalType),
    errors=(AlreadySo, NotFound, OnlyHeadquarters),
    description="Stops a plugin in every tenant of the network at once.",
)
async def withdraw_plugin_approval(unit: Unit, input: PluginInput) -> Refs:
    """Withdraw an approval."""
    return Refs(plugin_approval=(await approving.withdraw_approval(unit, input.plugin)).id)


@mutation(
    permission=ENABLE_PLUGINS,
    success=payload("EnablePluginSuccess", plugin_activation=PluginActivationType),
    errors=(InvalidInput, PluginNotApproved),
    description="Lets a plugin run for the tenant acted in, from its next call on.",
)
async def enable_plugin(unit: Unit, input: EnablePluginInput) -> Refs:
    """Enable a plugin."""
    return Refs(plugin_activation=(await enabling.enable_plugin(unit, input.to_command())).id)


@mutation(
    permission=ENABLE_PLUGINS,
    success=payload("DisablePluginSuccess", plugin_activation=PluginActivationType),
    errors=(NotFound,),
    description="Stops a plugin in the tenant acted in; what was granted and configured stays.",
)
async def disable_plugin(unit: Unit, input: PluginInput) -> Refs:
    """Disable a plugin."""
    return Refs(plugin_activation=(await enabling.disable_plugin(unit, input.plugin)).id)


@mutation(
    permission=ENABLE_PLUGINS,
    success=payload("RevokePluginSuccess", plugin_activation=PluginActivationType),
    errors=(NotFound,),
    description="Stops a plugin in the tenant acted in and takes back all that was granted to it.",
)
async def revoke_plugin(unit: Unit, input: PluginInput) -> Refs:
    """Revoke a plugin."""
    return Refs(plugin_activation=(await enabling.revoke_plugin(unit, input.plugin)).id)


ACCOUNT_MUTATIONS = (
    register_issuer,
    withdraw_issuer,
    create_service_account,
    rotate_secret,
    revoke_service_account,
    approve_plugin,
    withdraw_plugin_approval,
    enable_plugin,
    disable_plugin,
    revoke_plugin,
)
