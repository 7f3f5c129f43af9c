"""Approve a plugin for the network, and withdraw the approval."""

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from tenants.activations.models import ApprovalStatus, PluginApproval
from tenants.activations.repository import find_approval, keep_approval
from tenants.errors import AlreadySo
from tenants.networks.headquarters import require_headquarters
from tenants.permissions import APPROVE_PLUGINS
from tenants.values import check_key

MOST_SCOPES = 50
LONGEST_SCOPE = 100


@frozen(kw_only=True)
class ApprovePlugin:
    """What the network lets its tenants use.

    Attributes:
        plugin: Name of the plugin, as its manifest has it.
        scopes: The most that may be granted to it.
    """

    plugin: str
    scopes: frozenset[str] = frozenset()


async def approve_plugin(unit: Unit, command: ApprovePlugin) -> PluginApproval:
    """Let the network's tenants enable a plugin; approving again changes what may be granted.

    Raises:
        OnlyHeadquarters: The scope is of another tenant.
        InvalidInput: The name or a scope does not have the form it must have.
    """
    unit.scope.require(APPROVE_PLUGINS)
    await require_headquarters(unit)
    approval = await keep_approval(
        unit,
        PluginApproval(
            network_id=unit.network_id,
            owner_tenant_id=unit.tenant_id,
            plugin=check_key(command.plugin, "plugin"),
            scopes=check_scopes(command.scopes),
            recorded_at=recorded_now(),
        ),
    )
    await told(unit, "tenants.approve_plugin", approval)
    return approval


async def withdraw_approval(unit: Unit, plugin: str) -> PluginApproval:
    """Stop a plugin in every tenant of the network at once.

    Raises:
        OnlyHeadquarters: The scope is of another tenant.
        AlreadySo: It is withdrawn.
        NotFound: The network never approved it.
    """
    unit.scope.require(APPROVE_PLUGINS)
    await require_headquarters(unit)
    approval = await find_approval(unit.session, unit.network_id, plugin)
    if approval is None:
        raise NotFound(kind="plugin approval", key=plugin)
    if approval.status == ApprovalStatus.WITHDRAWN.value:
        raise AlreadySo(kind="plugin approval", state=approval.status)
    approval.status = ApprovalStatus.WITHDRAWN.value
    approval.recorded_at = recorded_now()
    approval.version += 1
    await unit.session.flush()
    await told(unit, "tenants.withdraw_approval", approval)
    return approval


async def told(unit: Unit, action: str, approval: PluginApproval) -> None:
    """Write the audit entry and the event."""
    details = {"plugin": approval.plugin, "scopes": approval.scopes, "status": approval.status}
    await record_act(unit, action=action, subject_kind="plugin approval", subject_id=approval.id, details=details)
    await send(unit, "tenants.plugin_approval_changed", {"approval_id": approval.id})


def check_scopes(scopes: frozenset[str]) -> list[str]:
    """Give scopes in order, if each is a short printable name.

    Raises:
        InvalidInput: There are too many, or one is not.
    """
    if len(scopes) > MOST_SCOPES or not all(0 < len(one) <= LONGEST_SCOPE and one.isprintable() for one in scopes):
        raise InvalidInput(field="scopes", problem=f"at most {MOST_SCOPES} short names are possible")
    return sorted(scopes)
