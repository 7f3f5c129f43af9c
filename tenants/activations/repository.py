"""SQL of plugin approvals and activations."""

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.kernel.unit import Unit
from tenants.activations.models import PluginActivation, PluginApproval

# Every call of a plugin asks for these: making a statement takes longer than running it.
APPROVAL = select(PluginApproval).where(
    col(PluginApproval.network_id) == bindparam("network_id"), col(PluginApproval.plugin) == bindparam("plugin")
)
ACTIVATION = select(PluginActivation).where(
    col(PluginActivation.tenant_id) == bindparam("tenant_id"), col(PluginActivation.plugin) == bindparam("plugin")
)


async def find_approval(session: AsyncSession, network_id: object, plugin: str) -> PluginApproval | None:
    """Find the network's word on a plugin."""
    return await session.scalar(APPROVAL, {"network_id": network_id, "plugin": plugin})


async def find_activation(session: AsyncSession, tenant_id: object, plugin: str) -> PluginActivation | None:
    """Find a tenant's use of a plugin."""
    return await session.scalar(ACTIVATION, {"tenant_id": tenant_id, "plugin": plugin})


async def keep_approval(unit: Unit, approval: PluginApproval) -> PluginApproval:
    """Write the network's word on a plugin, in place of the one before."""
    statement = insert(PluginApproval).values(approval.model_dump())
    rows = await unit.session.scalars(
        statement.on_conflict_do_update(
            index_elements=["network_id", "plugin"],
            set_={
                **{name: statement.excluded[name] for name in ("scopes", "status", "recorded_at")},
                "version": col(PluginApproval.version) + 1,
            },
        ).returning(PluginApproval),
        execution_options={"populate_existing": True},
    )
    return rows.one()


async def keep_activation(unit: Unit, activation: PluginActivation) -> PluginActivation:
    """Write the tenant's use of a plugin, in place of the one before."""
    statement = insert(PluginActivation).values(activation.model_dump())
    told = ("enabled", "scopes", "configuration", "revoked_at", "recorded_at")
    rows = await unit.session.scalars(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "plugin"],
            set_={
                **{name: statement.excluded[name] for name in told},
                "version": col(PluginActivation.version) + 1,
            },
        ).returning(PluginActivation),
        execution_options={"populate_existing": True},
    )
    return rows.one()
