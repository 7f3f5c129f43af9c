"""Enable a plugin in a tenant, grant it scopes, configure it, and revoke all that."""

from dataclasses import field
from typing import Any

from core.kernel.audit import record_act
from core.kernel.canonical import canonical_text
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.quality.rescoring.order import order_rescoring
from tenants.activations.approve_plugin import check_scopes
from tenants.activations.models import ApprovalStatus, PluginActivation
from tenants.activations.repository import find_activation, find_approval, keep_activation
from tenants.errors import PluginNotApproved
from tenants.permissions import ENABLE_PLUGINS

LARGEST_CONFIGURATION = 65_536


@frozen(kw_only=True)
class EnablePlugin:
    """How a tenant shall use a plugin; replaces what it said before.

    Attributes:
        plugin: Name of the plugin.
        scopes: What is granted to it; within what the network approved.
        configuration: Values for the plugin's settings, at most 64 KiB; never secrets.
    """

    plugin: str
    scopes: frozenset[str] = frozenset()
    configuration: dict[str, Any] = field(default_factory=dict[str, Any])


async def enable_plugin(unit: Unit, command: EnablePlugin) -> PluginActivation:
    """Let a plugin run for the tenant, from its next call on and without a restart; records there are scored again.

    Raises:
        PluginNotApproved: The network has not approved it, or not for one of the scopes.
        InvalidInput: The configuration is too large.
    """
    unit.scope.require(ENABLE_PLUGINS)
    await check_approved(unit, command.plugin, command.scopes)
    if len(canonical_text(command.configuration).encode()) > LARGEST_CONFIGURATION:
        raise InvalidInput(field="configuration", problem="at most 64 KiB are possible")
    before = said_by(await find_activation(unit.session, unit.tenant_id, command.plugin))
    activation = await kept(unit, "tenants.enable_plugin", command, enabled=True)
    if before != said_by(activation):
        await order_rescoring(unit)
    return activation


async def check_approved(unit: Unit, plugin: str, scopes: frozenset[str]) -> None:
    """Refuse a plugin that the network has not approved, or not for one of the scopes.

    Raises:
        PluginNotApproved: It has not.
    """
    approval = await find_approval(unit.session, unit.network_id, plugin)
    if approval is None or approval.status != ApprovalStatus.APPROVED.value:
        raise PluginNotApproved(plugin=plugin, scope="")
    for scope in check_scopes(scopes):
        if scope not in approval.scopes:
            raise PluginNotApproved(plugin=plugin, scope=scope)


def said_by(activation: PluginActivation | None) -> tuple[Any, ...]:
    """Give what decides on what a plugin says of a record."""
    return () if activation is None else (activation.enabled, activation.scopes, activation.configuration)


async def disable_plugin(unit: Unit, plugin: str) -> PluginActivation:
    """Stop a plugin in the tenant; what was granted and configured stays for when it is enabled again.

    Raises:
        NotFound: The tenant never enabled it.
    """
    before = await found(unit, plugin)
    command = EnablePlugin(plugin=plugin, scopes=frozenset(before.scopes), configuration=before.configuration)
    return await kept(unit, "tenants.disable_plugin", command, enabled=False)


async def revoke_plugin(unit: Unit, plugin: str) -> PluginActivation:
    """Stop a plugin in the tenant and take back all that was granted to it.

    Raises:
        NotFound: The tenant never enabled it.
    """
    before = await found(unit, plugin)
    command = EnablePlugin(plugin=plugin, configuration=before.configuration)
    return await kept(unit, "tenants.revoke_plugin", command, enabled=False, revoked=True)


async def found(unit: Unit, plugin: str) -> PluginActivation:
    """Find the tenant's use of a plugin."""
    unit.scope.require(ENABLE_PLUGINS)
    activation = await find_activation(unit.session, unit.tenant_id, plugin)
    if activation is None:
        raise NotFound(kind="plugin activation", key=plugin)
    return activation


async def kept(
    unit: Unit, action: str, command: EnablePlugin, *, enabled: bool, revoked: bool = False
) -> PluginActivation:
    """Write how the tenant uses the plugin, with the audit entry and the event."""
    activation = await keep_activation(
        unit,
        PluginActivation(
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            plugin=command.plugin,
            enabled=enabled,
            scopes=sorted(command.scopes),
            configuration=command.configuration,
            revoked_at=unit.now if revoked else None,
            recorded_at=recorded_now(),
        ),
    )
    details = {"plugin": command.plugin, "scopes": activation.scopes, "enabled": enabled}
    await record_act(unit, action=action, subject_kind="plugin activation", subject_id=activation.id, details=details)
    await send(unit, "tenants.plugin_activation_changed", {"activation_id": activation.id})
    return activation
