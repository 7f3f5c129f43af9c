"""What holds for the whole network is changed by its headquarters alone."""

from core.kernel.errors import NotFound
from core.kernel.unit import Unit
from tenants.errors import OnlyHeadquarters
from tenants.networks.models import Network
from tenants.networks.repository import lock_tree
from tenants.networks.tree_queries import read_network


async def require_headquarters(unit: Unit) -> Network:
    """Refuse unless the scope is of the network's headquarters.

    Raises:
        OnlyHeadquarters: It is of another tenant.
        NotFound: There is no such network.
    """
    network = await read_network(unit.session, unit.network_id)
    if network is None:
        raise NotFound(kind="network", key=str(unit.network_id))
    if network.headquarters_id != unit.tenant_id:
        raise OnlyHeadquarters
    return network


async def take_tree(unit: Unit) -> Network:
    """Refuse unless the scope is of the headquarters, and let nobody else change the tree until the unit ends.

    Raises:
        OnlyHeadquarters: It is of another tenant.
    """
    network = await lock_tree(unit)
    if network is None:
        raise OnlyHeadquarters
    return network
