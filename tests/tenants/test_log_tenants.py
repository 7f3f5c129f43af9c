"""Tenants that a log names come into being whole, with their plugins, or not at all."""

import pytest

from core.records.mappings.schema import TenantTemplate
from tenants.errors import PluginNotApproved
from tenants.networks.opening import LogTenants
from tests.tenants.office import Office

WANTED = {"scoring-conformance": frozenset({"records.read"})}
COUNT = "SELECT count(*) FROM tenants WHERE network_id = $1"


async def test_without_the_networks_word_on_a_plugin_no_tenant_comes_into_being(office: Office) -> None:
    network = office.network
    opener = LogTenants(office.database, office.clock, WANTED)
    before = await office.admin.fetchval(COUNT, network.headquarters.network_id)
    for ask in (opener.check(network.headquarters), opener.open_tenant(network.headquarters, "se", TenantTemplate())):
        with pytest.raises(PluginNotApproved):
            await ask
    assert await office.admin.fetchval(COUNT, network.headquarters.network_id) == before
