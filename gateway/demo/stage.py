"""Set the stage: a network with its people, its plugin and the tenants that are there before the log comes."""

from core.kernel.frozen import frozen
from core.kernel.idle import run_until_idle
from core.kernel.scope import Scope
from core.kernel.work import Background
from core.records.mappings.schema import TenantTemplate
from gateway.cli.operator import Operator
from gateway.demo.cast import ADMINISTRATOR, EDITOR, Member, clerk_of, manager_of, take_part
from gateway.demo.material import Material
from tenants.activations.approve_plugin import ApprovePlugin, approve_plugin
from tenants.networks.create import CreateNetwork, create_network, founding_scope, network_id_of
from tenants.networks.opening import LogTenants

PLUGIN = "scoring-conformance"
SCOPES = frozenset({"records.read", "standards.read"})
DEFAULT_TEMPLATE = TenantTemplate(name="Outlet {key}")


@frozen(kw_only=True)
class Stage:
    """A network that is ready.

    Attributes:
        headquarters: The system's scope there.
        editor: Writes and publishes standards.
        administrator: Approves them.
        manager: Runs the tenant that adapts.
        clerk: Serves there.
    """

    headquarters: Scope
    editor: Member
    administrator: Member
    manager: Member
    clerk: Member

    @property
    def members(self) -> tuple[Member, ...]:
        """Everybody, in the order they are shown."""
        return (self.editor, self.administrator, self.manager, self.clerk)


async def set_stage(at: Operator, material: Material) -> Stage:
    """Make the network and everybody in it, or find them as they are."""
    headquarters = await founded(at, material)
    async with at.database.unit(headquarters, clock=at.clock) as unit:
        await approve_plugin(unit, ApprovePlugin(plugin=PLUGIN, scopes=SCOPES))
    opener = LogTenants(at.database, at.clock, {PLUGIN: SCOPES})
    template = material.mapping.tenant.create or DEFAULT_TEMPLATE
    for key in {material.adapter: None} | dict.fromkeys(material.stores):
        await opener.open_tenant(headquarters, key, template)
    await run_until_idle(Background(database=at.database, services=at.services), network_id=headquarters.network_id)
    return Stage(
        headquarters=headquarters,
        editor=await take_part(at, headquarters, EDITOR),
        administrator=await take_part(at, headquarters, ADMINISTRATOR),
        manager=await take_part(at, headquarters, manager_of(material.adapter)),
        clerk=await take_part(at, headquarters, clerk_of(material.adapter)),
    )


async def founded(at: Operator, material: Material) -> Scope:
    """Found the network, or find it."""
    if await at.directory.network(network_id_of(material.network)) is None:
        command = CreateNetwork(key=material.network, name=material.name, founded_at=material.founded_at)
        async with at.database.unit(founding_scope(material.network, at.clock.now()), clock=at.clock) as unit:
            await create_network(unit, command)
    return await at.headquarters(material.network)
