"""What can stand against a change of networks, tenants, sites, people, accounts and plugins."""

from typing import ClassVar
from uuid import UUID

from core.kernel.errors import DomainError, fact


@fact
class KeyIsTaken(DomainError):  # noqa: N818 - errors are facts
    """Something of that kind has the key already."""

    kind: str
    key: str
    code: ClassVar[str] = "tenants.key_is_taken"

    @property
    def message(self) -> str:
        """Say which key is taken."""
        return f"There is already a {self.kind} {self.key}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Choose another key, or use the one that exists."


@fact
class KindDoesNotFit(DomainError):  # noqa: N818 - errors are facts
    """A tenant of one kind cannot be directly below one of another kind."""

    kind: str
    parent_kind: str
    code: ClassVar[str] = "tenants.kind_does_not_fit"

    @property
    def message(self) -> str:
        """Say what does not fit below what."""
        return f"A {self.kind} cannot be directly below a {self.parent_kind}."

    @property
    def hint(self) -> str:
        """Say what fits."""
        return "Regions and franchisees hang below the headquarters or a region; the headquarters is the root."


@fact
class PlacementWouldCycle(DomainError):  # noqa: N818 - errors are facts
    """The new parent is the tenant itself, or below it at some instant from then on."""

    tenant_id: UUID
    parent_id: UUID
    code: ClassVar[str] = "tenants.placement_would_cycle"

    @property
    def message(self) -> str:
        """Say why the place is impossible."""
        return "A tenant cannot be placed below itself or below a tenant that is below it."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Move the tenants between them first, or choose another parent."


@fact
class NotPlacedThen(DomainError):  # noqa: N818 - errors are facts
    """A tenant is not in the tree for the whole time that is asked about."""

    tenant_id: UUID
    since: str
    code: ClassVar[str] = "tenants.not_placed_then"

    @property
    def message(self) -> str:
        """Say from when it is missing."""
        return f"The tenant is not in the tree for all the time from {self.since}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Choose a later instant, or place the tenant for that time first."


@fact
class HeadquartersIsFixed(DomainError):  # noqa: N818 - errors are facts
    """The headquarters is always the active root of its network."""

    code: ClassVar[str] = "tenants.headquarters_is_fixed"

    @property
    def message(self) -> str:
        """Say what cannot be done."""
        return "The headquarters can be neither moved nor suspended."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Choose a tenant below the headquarters."


@fact
class OnlyHeadquarters(DomainError):  # noqa: N818 - errors are facts
    """Facts of the whole network are changed by its headquarters alone."""

    code: ClassVar[str] = "tenants.only_headquarters"

    @property
    def message(self) -> str:
        """Say who may do it."""
        return "Only the headquarters changes what holds for the whole network."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Act in the headquarters' tenant, or ask there."


@fact
class TenantSuspended(DomainError):  # noqa: N818 - errors are facts
    """The tenant is suspended: nobody acts in it."""

    tenant_id: UUID
    code: ClassVar[str] = "tenants.suspended"

    @property
    def message(self) -> str:
        """Say that it is suspended."""
        return "This tenant is suspended; its people cannot act until it is resumed."

    @property
    def hint(self) -> str:
        """Say who can help."""
        return "Ask the headquarters of your network."


@fact
class AlreadySo(DomainError):  # noqa: N818 - errors are facts
    """The thing is already in the state that was asked for."""

    kind: str
    state: str
    code: ClassVar[str] = "tenants.already_so"

    @property
    def message(self) -> str:
        """Say what it already is."""
        return f"The {self.kind} is {self.state} already."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Nothing needs to be done; read it again if you expected something else."


@fact
class NotAMember(DomainError):  # noqa: N818 - errors are facts
    """Whoever signed in has no active membership in the tenant; a tenant that does not exist looks the same."""

    tenant_id: UUID
    code: ClassVar[str] = "tenants.not_a_member"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return "You have no membership in this tenant."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Name a tenant you are a member of, or ask its administrator for an invitation."


@fact
class UnknownIdentity(DomainError):  # noqa: N818 - errors are facts
    """The token is valid, but nobody is known by it here."""

    code: ClassVar[str] = "tenants.unknown_identity"

    @property
    def message(self) -> str:
        """Say that nobody is known by this sign-in."""
        return "Nobody is known by this sign-in."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Accept an invitation with this sign-in first."


@fact
class WrongCredentials(DomainError):  # noqa: N818 - errors are facts
    """No active service account has this client id and secret."""

    code: ClassVar[str] = "tenants.wrong_credentials"

    @property
    def message(self) -> str:
        """Say that they do not match, without saying which part."""
        return "The client id and secret do not belong to an active service account."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Check both, or ask an administrator of the tenant to rotate the secret."


@fact
class InvitationNotUsable(DomainError):  # noqa: N818 - errors are facts
    """The invitation was used, withdrawn or has expired, or its code is wrong; which one is not said."""

    code: ClassVar[str] = "tenants.invitation_not_usable"

    @property
    def message(self) -> str:
        """Say that it cannot be accepted."""
        return "This invitation cannot be accepted: it is used, withdrawn, expired or not genuine."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Ask whoever invited you for a new one."


@fact
class RoleDoesNotFit(DomainError):  # noqa: N818 - errors are facts
    """A role does not exist, or cannot be held in a tenant of that kind.

    Attributes:
        role: What was asked for.
        kind: The tenant's kind.
        fitting: Keys of the roles that can be held there.
    """

    role: str
    kind: str
    fitting: tuple[str, ...]
    code: ClassVar[str] = "tenants.role_does_not_fit"

    @property
    def message(self) -> str:
        """Say which role and where."""
        return f"There is no role {self.role} that can be held in a {self.kind}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return f"Use one of: {', '.join(self.fitting)}."


@fact
class RoleNotGrantable(DomainError):  # noqa: N818 - errors are facts
    """None of the actor's own roles may give or take this role."""

    role: str
    code: ClassVar[str] = "tenants.role_not_grantable"

    @property
    def message(self) -> str:
        """Say which role."""
        return f"Your roles do not let you give or take the role {self.role}."

    @property
    def hint(self) -> str:
        """Say who can."""
        return "Ask somebody with a higher role."


@fact
class LastAdministrator(DomainError):  # noqa: N818 - errors are facts
    """Nobody would be left who can manage the tenant's people."""

    code: ClassVar[str] = "tenants.last_administrator"

    @property
    def message(self) -> str:
        """Say what would happen."""
        return "Nobody would be left in this tenant who can manage its people."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Give somebody else such a role first."


@fact
class PluginNotApproved(DomainError):  # noqa: N818 - errors are facts
    """The network has not approved the plugin, or not for that scope."""

    plugin: str
    scope: str
    code: ClassVar[str] = "tenants.plugin_not_approved"

    @property
    def message(self) -> str:
        """Say what is not approved."""
        what = f" for the scope {self.scope}" if self.scope else ""
        return f"The network has not approved the plugin {self.plugin}{what}."

    @property
    def hint(self) -> str:
        """Say who can."""
        return "Ask the headquarters to approve it (approvePlugin)."
