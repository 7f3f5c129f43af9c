"""Whose record a trace becomes: tenants that the importer reaches, and those that a mapping lets come into being."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.kernel.directory import Directory, TenantFacts
from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.permissions import every_permission
from core.kernel.scope import Actor, ActorKind, Scope
from core.records.logs.traces import Flaw, RefusalCode
from core.records.mappings.schema import TenantTemplate

OTHERS = "The case belongs to {key}; a file that is uploaded is imported into the tenant that uploads it alone."
KEY_FORM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


class TenantOpener(Protocol):
    """Brings tenants into being that a log names; implemented where tenants are kept."""

    async def open_tenant(self, scope: Scope, key: str, template: TenantTemplate) -> TenantFacts:
        """Create a tenant directly below the scope's tenant, or give the one that has the key by now.

        Raises:
            DomainError: The actor may not, or the key or template is refused.
        """
        ...


@frozen
class Target:
    """A tenant that records are written into.

    Attributes:
        key: Its key.
        scope: The scope they are written in; in another tenant than the importer's, the system acts on its behalf.
    """

    key: str
    scope: Scope


class Targets:
    """Finds tenants by the keys a log gives; each is looked up once.

    Args:
        scope: Who imports, and where.
        run_id: The run, which acts as the system in other tenants.
        directory: Answers about the tenant tree.
        template: What missing tenants are made like; where empty, none are made.
        opener: Makes them.
        only_own: Whether records are written into the importer's own tenant alone.

    Attributes:
        created: Keys of the tenants that were made.
        directory: Answers about the tenant tree.
    """

    def __init__(
        self,
        scope: Scope,
        run_id: UUID,
        directory: Directory,
        template: TenantTemplate | None,
        opener: TenantOpener | None,
        *,
        only_own: bool = False,
    ) -> None:
        self._only_own = only_own
        self.created: list[str] = []
        self._scope = scope
        self._run_id = run_id
        self.directory = directory
        self._template = template
        self._opener = opener
        self._reach: dict[str, TenantFacts] = {}
        self._known: dict[str | None, Target | Flaw] = {}

    async def load(self, at: datetime) -> None:
        """Learn which tenants the importer reaches: its own, and the units below it."""
        scope = self._scope
        below = await self.directory.units_below(scope.network_id, scope.tenant_id, at)
        reach = {scope.tenant_id, *below}
        self._reach = {
            facts.key: facts for facts in await self.directory.tenants(scope.network_id) if facts.id in reach
        }

    async def find(self, key: str | None) -> Target | Flaw:
        """Find the tenant with a key, or the importer's own where there is none; say why not otherwise."""
        if key not in self._known:
            self._known[key] = await self._find(key)
        return self._known[key]

    async def _find(self, key: str | None) -> Target | Flaw:
        scope = self._scope
        if key is None:
            own = next((facts.key for facts in self._reach.values() if facts.id == scope.tenant_id), "")
            return Target(own, scope)
        if self._only_own and (key not in self._reach or self._reach[key].id != scope.tenant_id):
            return Flaw(RefusalCode.OTHER_TENANT, OTHERS.format(key=key))
        facts = self._reach.get(key) or await self._open(key)
        if isinstance(facts, Flaw):
            return facts
        if not facts.active:
            return Flaw(RefusalCode.TENANT_SUSPENDED, f"The tenant {key} is suspended.")
        return Target(key, await self._scope_in(facts.id))

    async def _open(self, key: str) -> TenantFacts | Flaw:
        if not KEY_FORM.fullmatch(key):
            return Flaw(RefusalCode.UNKNOWN_TENANT, "The value for the tenant cannot be a tenant's key.")
        if self._template is None or self._opener is None:
            return Flaw(RefusalCode.UNKNOWN_TENANT, f"There is no tenant {key} that this tenant may import into.")
        try:
            facts = await self._opener.open_tenant(self._scope, key, self._template)
        except DomainError as refused:
            message = f"The tenant {key} could not be created [{refused.code}]: {refused.message}"
            return Flaw(RefusalCode.UNKNOWN_TENANT, message)
        self.created.append(key)
        self._reach[key] = facts
        return facts

    async def _scope_in(self, tenant_id: UUID) -> Scope:
        scope = self._scope
        if tenant_id == scope.tenant_id:
            return scope
        return replace(
            scope,
            tenant_id=tenant_id,
            lineage=await self.directory.lineage(scope.network_id, tenant_id, scope.instant),
            actor=Actor(ActorKind.SYSTEM, self._run_id),
            permissions=every_permission(),
            on_behalf_of=scope.tenant_id,
            roles=(),
        )
