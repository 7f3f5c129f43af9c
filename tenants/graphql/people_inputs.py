"""Inputs of mutations on people, issuers, service accounts and plugins."""

from datetime import timedelta
from uuid import UUID

import strawberry

from core.kernel.graphql.classes import input_type
from core.kernel.graphql.ids import local_id
from core.standards.graphql.json_values import Json
from tenants.accounts.register_issuer import RegisterIssuer
from tenants.accounts.service_accounts import CreateServiceAccount, RotateSecret
from tenants.activations.approve_plugin import ApprovePlugin
from tenants.activations.enable_plugin import EnablePlugin
from tenants.graphql.people_types import (
    InvitationType,
    IssuerType,
    MembershipType,
    NetworkRoleType,
    ServiceAccountType,
)
from tenants.graphql.types import TenantType
from tenants.graphql.vocabulary import TenantKind
from tenants.people.accept import AcceptInvitation
from tenants.people.change_roles import ChangeRoles, EndMembership
from tenants.people.define_role import DefineRole
from tenants.people.invite import LONGEST_LIFETIME, USUAL_LIFETIME, InvitePerson

VERSION = "The version that was read."
MOST_SECONDS = int(LONGEST_LIFETIME.total_seconds())


def seconds(given: int) -> timedelta:
    """Read a duration; one that is out of any bounds stays so, and does not overflow."""
    return timedelta(seconds=max(-1, min(given, 10 * MOST_SECONDS)))


@input_type(description="An offer to join a tenant.")
class InvitePersonInput:
    """An offer."""

    roles: list[str] = strawberry.field(description="Keys of the roles the membership will have.")
    tenant: strawberry.ID | None = strawberry.field(
        default=None, description="The tenant to join: your own by default, or one below it."
    )
    lifetime_seconds: int = strawberry.field(
        default=int(USUAL_LIFETIME.total_seconds()),
        description="How long the code can be used: a minute to 30 days, 7 days by default.",
    )
    invitee: str = strawberry.field(
        default="", description="Whom it is for, as a note; kept only for invitations to your own tenant."
    )

    def to_command(self) -> InvitePerson:
        """Give the command."""
        return InvitePerson(
            roles=tuple(self.roles),
            tenant_id=local_id(TenantType, self.tenant) if self.tenant else None,
            lifetime=seconds(self.lifetime_seconds),
            invitee=self.invitee,
        )


@input_type(description="The invitation to take back.")
class WithdrawInvitationInput:
    """The invitation to take back."""

    invitation: strawberry.ID = strawberry.field(description="The invitation.")

    @property
    def invitation_id(self) -> UUID:
        """Give the row's id."""
        return local_id(InvitationType, self.invitation)


@input_type(description="What an invited person says.")
class AcceptInvitationInput:
    """What an invited person says."""

    code: str = strawberry.field(description="The code they were given.")
    display_name: str = strawberry.field(description="What their colleagues in the tenant shall call them.")

    def to_command(self) -> AcceptInvitation:
        """Give the command."""
        return AcceptInvitation(code=self.code, display_name=self.display_name)


@input_type(description="What a member shall be able to do.")
class ChangeRolesInput:
    """What a member shall be able to do."""

    membership: strawberry.ID = strawberry.field(description="The membership.")
    roles: list[str] = strawberry.field(description="Keys of all its roles from now on.")
    version: int = strawberry.field(description=VERSION)

    def to_command(self) -> ChangeRoles:
        """Give the command."""
        return ChangeRoles(
            membership_id=local_id(MembershipType, self.membership),
            roles=tuple(self.roles),
            expected_version=self.version,
        )


@input_type(description="The membership to end.")
class EndMembershipInput:
    """The membership to end."""

    membership: strawberry.ID = strawberry.field(description="The membership.")
    version: int = strawberry.field(description=VERSION)

    def to_command(self) -> EndMembership:
        """Give the command."""
        return EndMembership(membership_id=local_id(MembershipType, self.membership), expected_version=self.version)


@input_type(description="A role of the network's own: a new one, or one to change.")
class DefineRoleInput:
    """A role of the network's own."""

    key: str = strawberry.field(description="Short stable name; stays as it is when a role is changed.")
    name: str = strawberry.field(description="Name to show.")
    description: str = strawberry.field(description="Who should hold it, in one sentence.")
    permissions: list[str] = strawberry.field(description="Names of the permissions it gives.")
    kinds: list[TenantKind] = strawberry.field(description="Kinds of tenant it may be held in.")
    role: strawberry.ID | None = strawberry.field(default=None, description="The role to change; none for a new one.")
    version: int = strawberry.field(default=0, description="The version that was read, of a role to change.")

    def to_command(self) -> DefineRole:
        """Give the command."""
        return DefineRole(
            key=self.key,
            name=self.name,
            description=self.description,
            permissions=frozenset(self.permissions),
            kinds=frozenset(kind.value for kind in self.kinds),
            id=local_id(NetworkRoleType, self.role) if self.role else None,
            expected_version=self.version,
        )


@input_type(description="The issuer to accept.")
class RegisterIssuerInput:
    """The issuer to accept."""

    issuer: str = strawberry.field(
        description="Its https URL exactly as tokens carry it in `iss`; its keys are found by discovery below it."
    )
    audience: str = strawberry.field(description="What tokens must carry in `aud`.")
    name: str = strawberry.field(description="Name to show at sign-in.")

    def to_command(self) -> RegisterIssuer:
        """Give the command."""
        return RegisterIssuer(issuer=self.issuer, audience=self.audience, name=self.name)


@input_type(description="The issuer to accept no longer.")
class WithdrawIssuerInput:
    """The issuer to accept no longer."""

    issuer: strawberry.ID = strawberry.field(description="The issuer.")

    @property
    def issuer_id(self) -> UUID:
        """Give the row's id."""
        return local_id(IssuerType, self.issuer)


@input_type(description="A machine's account to make.")
class CreateServiceAccountInput:
    """A machine's account."""

    name: str = strawberry.field(description="Name to show, unique in the tenant.")
    roles: list[str] = strawberry.field(description="Keys of its roles.")

    def to_command(self) -> CreateServiceAccount:
        """Give the command."""
        return CreateServiceAccount(name=self.name, roles=tuple(self.roles))


@input_type(description="The account that shall have a new secret.")
class RotateSecretInput:
    """The account that shall have a new secret."""

    service_account: strawberry.ID = strawberry.field(description="The account.")
    version: int = strawberry.field(description=VERSION)
    grace_seconds: int = strawberry.field(
        default=0, description="How long the old secret still works: at most seven days."
    )

    def to_command(self) -> RotateSecret:
        """Give the command."""
        return RotateSecret(
            account_id=local_id(ServiceAccountType, self.service_account),
            expected_version=self.version,
            grace=seconds(self.grace_seconds),
        )


@input_type(description="The account to revoke.")
class RevokeServiceAccountInput:
    """The account to revoke."""

    service_account: strawberry.ID = strawberry.field(description="The account.")

    @property
    def account_id(self) -> UUID:
        """Give the row's id."""
        return local_id(ServiceAccountType, self.service_account)


@input_type(description="The plugin to approve.")
class ApprovePluginInput:
    """The plugin to approve."""

    plugin: str = strawberry.field(description="Name of the plugin, as its manifest has it.")
    scopes: list[str] = strawberry.field(description="The most a tenant may grant it.")

    def to_command(self) -> ApprovePlugin:
        """Give the command."""
        return ApprovePlugin(plugin=self.plugin, scopes=frozenset(self.scopes))


@input_type(description="How the tenant shall use a plugin; replaces what it said before.")
class EnablePluginInput:
    """How the tenant shall use a plugin."""

    plugin: str = strawberry.field(description="Name of the plugin.")
    scopes: list[str] = strawberry.field(description="What is granted to it, within what the network approved.")
    configuration: Json | None = strawberry.field(
        default=None, description="An object of values for its settings, at most 64 KiB; never secrets."
    )

    def to_command(self) -> EnablePlugin:
        """Give the command."""
        return EnablePlugin(plugin=self.plugin, scopes=frozenset(self.scopes), configuration=self.configuration or {})


@input_type(description="A plugin.")
class PluginInput:
    """A plugin."""

    plugin: str = strawberry.field(description="Name of the plugin.")
