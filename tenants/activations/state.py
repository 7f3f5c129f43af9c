"""What holds for a plugin in a tenant, for the plugin host's gate."""

from core.kernel.database import Database
from core.kernel.frozen import frozen
from core.kernel.roles import Role
from core.kernel.scope import Scope
from core.kernel.walls import tenant_context
from core.plugin_host.activation import ActivationState
from tenants.activations.models import ApprovalStatus
from tenants.activations.repository import find_activation, find_approval


@frozen
class TenantActivation:
    """Answers the plugin host from approvals and activations as they are now; nothing is remembered.

    Attributes:
        database: Where it reads, in a short transaction of its own.
    """

    database: Database

    async def state(self, scope: Scope, plugin: str) -> ActivationState:
        """Tell what holds for a plugin in the scope's tenant; both network and tenant must have granted a scope."""
        async with self.database.transaction(Role.APP, tenant_context(scope), read_only=True) as session:
            approval = await find_approval(session, scope.network_id, plugin)
            activation = await find_activation(session, scope.tenant_id, plugin)
        if approval is None:
            return ActivationState()
        granted = frozenset(activation.scopes) & frozenset(approval.scopes) if activation else frozenset[str]()
        return ActivationState(
            approved=True,
            revoked=approval.status == ApprovalStatus.WITHDRAWN.value,
            enabled=activation is not None and activation.enabled,
            scopes=granted,
            config=activation.configuration if activation else {},
        )
