"""Bring tenants into being that a service log names: provisioned below the importer, with plugins enabled."""

from collections.abc import Mapping
from dataclasses import field

from core.kernel.clock import Clock
from core.kernel.database import Database
from core.kernel.directory import TenantFacts
from core.kernel.frozen import frozen
from core.kernel.scope import Scope
from core.records.mappings.schema import TenantTemplate
from tenants.activations.enable_plugin import EnablePlugin, check_approved, enable_plugin
from tenants.directory import TenantDirectory
from tenants.errors import KeyIsTaken
from tenants.networks.create import system_scope
from tenants.networks.headquarters import require_headquarters
from tenants.networks.models import Tenant
from tenants.networks.provision import ProvisionTenant, provision_tenant
from tenants.networks.tree_queries import facts_of


@frozen
class LogTenants:
    """Opens tenants for an import; implements ``TenantOpener`` of the records room.

    Attributes:
        database: The database.
        clock: Tells the instant.
        plugins: Plugins that are enabled in every new tenant, so that its records are scored at once, and the scopes
            granted to each.
    """

    database: Database
    clock: Clock
    plugins: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    async def open_tenant(self, scope: Scope, key: str, template: TenantTemplate) -> TenantFacts:
        """Create a tenant directly below the scope's tenant, or give the one that has the key by now.

        It is in the tree since the network was founded, so that old records find it there.

        Raises:
            OnlyHeadquarters: The scope is of another tenant.
            NotPermitted: The actor may not add tenants.
            PluginNotApproved: The network has not approved one of the plugins.
        """
        await self.check(scope)
        by_key = TenantDirectory(self.database).tenant_by_key
        facts = await by_key(scope.network_id, key)
        if facts is None:
            try:
                facts = facts_of(await self._provision(scope, key, template))
            except KeyIsTaken:  # Somebody was faster.
                facts = await by_key(scope.network_id, key)
                if facts is None:
                    raise
        async with self.database.unit(system_scope(scope, (*scope.lineage, facts.id)), clock=self.clock) as unit:
            for plugin, scopes in self.plugins.items():
                await enable_plugin(unit, EnablePlugin(plugin=plugin, scopes=scopes))
        return facts

    async def check(self, scope: Scope) -> None:
        """Refuse before anything is opened where the network has not approved a plugin that new tenants get.

        Raises:
            PluginNotApproved: It has not.
        """
        async with self.database.unit(scope, clock=self.clock, read_only=True) as unit:
            for plugin, scopes in self.plugins.items():
                await check_approved(unit, plugin, scopes)

    async def _provision(self, scope: Scope, key: str, template: TenantTemplate) -> Tenant:
        async with self.database.unit(scope, clock=self.clock) as unit:
            network = await require_headquarters(unit)
            command = ProvisionTenant(
                key=key,
                name=template.name_of(key),
                parent_id=scope.tenant_id,
                kind=template.kind,
                locale=template.locale,
                time_zone=template.time_zone,
                currency=template.currency,
                since=network.founded_at,
            )
            return await provision_tenant(unit, command)
