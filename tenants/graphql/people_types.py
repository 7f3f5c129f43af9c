"""Types of people: memberships, invitations and roles; of issuers, service accounts and plugins."""

from datetime import datetime

from core.kernel.graphql.access import IDENTIFIED
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.types import entity, reads, shows, value
from core.kernel.reads import Column
from core.standards.graphql.json_values import Json
from tenants.accounts.models import Issuer, ServiceAccount
from tenants.activations.models import PluginActivation, PluginApproval
from tenants.graphql.reading import CLIENT_ID, as_text, list_of, opened
from tenants.graphql.vocabulary import (
    AccountStatus,
    ApprovalStatus,
    InvitationStatus,
    IssuerStatus,
    MembershipStatus,
    TenantKind,
)
from tenants.people.models import Invitation, Membership, NetworkRole
from tenants.permissions import ENABLE_PLUGINS, MANAGE_ACCOUNTS, MANAGE_ISSUERS, READ_PEOPLE

VERSION = "Goes up with every change; send it back when you change it."


@entity(Membership, permission=READ_PEOPLE, description="A person's place in the tenant.")
class MembershipType:
    """A membership."""

    person_id: str = reads(as_text("person_id"), description="Id of the person, the same in every tenant.")
    display_name: str | None = reads(
        opened("memberships", "display_name", "person_id"),
        description="What the person is called here; empty once the person was erased.",
    )
    roles: list[str] = reads(list_of("roles"), description="Keys of the roles held.")
    status: MembershipStatus = reads(Column("status"), description="Whether it gives them.")
    joined_at: datetime = reads(Column("joined_at"), description="Since when.")
    ended_at: datetime | None = reads(Column("ended_at"), description="Since when no more.")
    version: int = reads(Column("version"), description=VERSION)


@entity(Invitation, permission=READ_PEOPLE, description="An offer to join the tenant.")
class InvitationType:
    """An invitation."""

    roles: list[str] = reads(list_of("roles"), description="Keys of the roles it offers.")
    invitee: str | None = reads(
        opened("invitations", "invitee", "id"), description="Whom it is for, as the inviter noted it."
    )
    status: InvitationStatus = reads(Column("status"), description="What became of it.")
    invited_by: str = reads(as_text("invited_by"), description="Id of whoever invited.")
    invited_at: datetime = reads(Column("invited_at"), description="When.")
    expires_at: datetime = reads(Column("expires_at"), description="From when it can no longer be accepted.")
    closed_at: datetime | None = reads(Column("closed_at"), description="When it was accepted or withdrawn.")


@entity(NetworkRole, permission=READ_PEOPLE, description="A role that the network made for itself.")
class NetworkRoleType:
    """A network's own role."""

    key: str = reads(Column("key"), description="Short stable name.")
    name: str = reads(Column("name"), description="Name to show.")
    description: str = reads(Column("description"), description="Who should hold it.")
    permissions: list[str] = reads(list_of("permissions"), description="Names of the permissions it gives.")
    kinds: list[TenantKind] = reads(list_of("kinds"), description="Kinds of tenant it may be held in.")
    version: int = reads(Column("version"), description=VERSION)


@value(permission=IDENTIFIED, description="A role, built in or made by the network, as the tenant acted in knows it.")
class RoleType:
    """A role."""

    key: str = shows("Short stable name.")
    name: str = shows("Name to show.")
    description: str = shows("Who should hold it.")
    permissions: list[str] = shows("Names of the permissions it gives in this kind of tenant.")
    built_in: bool = shows("Whether every network has it.")
    grantable: bool = shows("Whether your own roles let you give it.")


@entity(ServiceAccount, permission=MANAGE_ACCOUNTS, description="A machine's account in the tenant.")
class ServiceAccountType:
    """A service account."""

    name: str = reads(Column("name"), description="Name to show, unique in the tenant.")
    client_id: str = reads(CLIENT_ID, description="What the machine signs in as.")
    roles: list[str] = reads(list_of("roles"), description="Keys of its roles.")
    status: AccountStatus = reads(Column("status"), description="Whether it may sign in.")
    created_by: str = reads(as_text("created_by"), description="Id of whoever made it.")
    created_at: datetime = reads(Column("created_at"), description="When.")
    rotated_at: datetime | None = reads(Column("rotated_at"), description="When its secret was last changed.")
    previous_until: datetime | None = reads(
        Column("previous_until"), description="Until when the secret before that is accepted as well."
    )
    revoked_at: datetime | None = reads(Column("revoked_at"), description="When it was revoked.")
    version: int = reads(Column("version"), description=VERSION)


@entity(Issuer, permission=MANAGE_ISSUERS, description="An OpenID Connect issuer whose tokens the network accepts.")
class IssuerType:
    """An issuer."""

    issuer: str = reads(Column("issuer"), description="Its URL, as tokens carry it in `iss`.")
    audience: str = reads(Column("audience"), description="What tokens must carry in `aud`.")
    name: str = reads(Column("name"), description="Name to show at sign-in.")
    status: IssuerStatus = reads(Column("status"), description="Whether its tokens are accepted.")


@entity(PluginApproval, permission=ENABLE_PLUGINS, description="The network's word on a plugin.")
class PluginApprovalType:
    """A network's word on a plugin."""

    plugin: str = reads(Column("plugin"), description="Name of the plugin.")
    scopes: list[str] = reads(list_of("scopes"), description="The most a tenant may grant it.")
    status: ApprovalStatus = reads(Column("status"), description="Whether tenants may use it.")


@entity(PluginActivation, permission=ENABLE_PLUGINS, description="The tenant's use of a plugin.")
class PluginActivationType:
    """A tenant's use of a plugin."""

    plugin: str = reads(Column("plugin"), description="Name of the plugin.")
    enabled: bool = reads(Column("enabled"), description="Whether it runs for the tenant, if the network approves.")
    scopes: list[str] = reads(list_of("scopes"), description="What the tenant granted it.")
    configuration: Json = reads(Column("configuration"), description="An object of values for the plugin's settings.")
    revoked_at: datetime | None = reads(Column("revoked_at"), description="Since when all that was granted is revoked.")


@filters(Membership, description="Narrows a list of memberships.")
class MembershipFilter:
    """Narrows a list of memberships."""

    status: MembershipStatus | None = matches("status", description="Active or ended ones.")


@filters(Invitation, description="Narrows a list of invitations.")
class InvitationFilter:
    """Narrows a list of invitations."""

    status: InvitationStatus | None = matches("status", description="Pending, accepted or withdrawn ones.")
    expires_after: datetime | None = matches("expires_at", "after", description="Not expired by then.")
