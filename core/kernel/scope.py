"""Who acts, where, on whose behalf and with which permissions: passed explicitly, never global."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from core.kernel.permissions import Permission, require


class ActorKind(StrEnum):
    """What kind of actor does something."""

    PERSON = "person"
    SERVICE = "service"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person, a service account, or the system itself.

    Attributes:
        kind: Person, service or system.
        id: The person's or service account's id; for the system, the job or command that caused the act.
    """

    kind: ActorKind
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One tenant of one network, seen by one actor at one instant.

    Attributes:
        network_id: The network the tenant belongs to.
        tenant_id: The tenant whose rows are read and written.
        lineage: The tenant and all above it, root first, the tenant last.
        actor: Who acts.
        permissions: Names of the permissions held in this tenant.
        instant: The instant the operation is judged at, in UTC.
        on_behalf_of: The tenant that asked for the act, where a command crossed tenants.
        roles: The roles that gave the permissions, for display and for the limit of cost; they permit nothing.
    """

    network_id: UUID
    tenant_id: UUID
    lineage: tuple[UUID, ...]
    actor: Actor
    permissions: frozenset[str]
    instant: datetime
    on_behalf_of: UUID | None = None
    roles: tuple[str, ...] = field(default=())

    def require(self, needed: Permission) -> None:
        """Refuse with ``NotPermitted`` unless the permission is held."""
        require(self.permissions, needed)

    def at(self, instant: datetime) -> Self:
        """Give the same scope at another instant."""
        # Spelled out, since every request does this and `replace` takes its time.
        return type(self)(
            network_id=self.network_id,
            tenant_id=self.tenant_id,
            lineage=self.lineage,
            actor=self.actor,
            permissions=self.permissions,
            instant=instant,
            on_behalf_of=self.on_behalf_of,
            roles=self.roles,
        )

    @property
    def is_root(self) -> bool:
        """Tell whether the tenant is the headquarters of its network."""
        return len(self.lineage) == 1
