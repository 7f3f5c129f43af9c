"""Who acts, where, on whose behalf and with which permissions: passed explicitly, never global."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.ids import text_of
from core.kernel.permissions import Permission, require


class ActorKind(StrEnum):
    """What kind of actor does something."""

    PERSON = "person"
    SERVICE = "service"
    SYSTEM = "system"


@frozen
class Actor:
    """Whoever acts: a person, a service account, or the system itself.

    Attributes:
        kind: Person, service or system.
        id: The person's or service account's id; for the system, the job or command that caused the act.
    """

    kind: ActorKind
    id: UUID


class ScopeTexts(NamedTuple):
    """The ids of a scope as the walls, the figures and what is remembered take them.

    Attributes:
        network: The network.
        tenant: The tenant.
        lineage: The tenant and all above it, with commas between.
        actor: Kind and id of whoever acts, with a blank between.
    """

    network: str
    tenant: str
    lineage: str
    actor: str


@frozen(kw_only=True)
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
    _texts: "ScopeTexts | None" = field(default=None, init=False, repr=False, compare=False)

    def require(self, needed: Permission) -> None:
        """Refuse with ``NotPermitted`` unless the permission is held."""
        require(self.permissions, needed)

    def at(self, instant: datetime) -> Self:
        """Give the same scope at another instant."""
        # Spelled out, since every request does this and `replace` takes its time.
        moved = type(self)(
            network_id=self.network_id,
            tenant_id=self.tenant_id,
            lineage=self.lineage,
            actor=self.actor,
            permissions=self.permissions,
            instant=instant,
            on_behalf_of=self.on_behalf_of,
            roles=self.roles,
        )
        object.__setattr__(moved, "_texts", self._texts)
        return moved

    @property
    def texts(self) -> "ScopeTexts":
        """The ids of network, tenant, lineage and actor, written once."""
        found = self._texts
        if found is None:
            lineage = ",".join(map(text_of, self.lineage))
            actor = f"{self.actor.kind.value} {self.actor.id}"
            found = ScopeTexts(text_of(self.network_id), text_of(self.tenant_id), lineage, actor)
            object.__setattr__(self, "_texts", found)
        return found

    @property
    def is_root(self) -> bool:
        """Tell whether the tenant is the headquarters of its network."""
        return len(self.lineage) == 1
