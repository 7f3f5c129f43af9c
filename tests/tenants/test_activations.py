"""Plugins: approved by the network, enabled by the tenant, stopped by either; what the host's gate is told."""

from typing import Any

import pytest

from core.kernel.errors import InvalidInput, NotFound, NotPermitted
from core.kernel.scope import Scope
from core.plugin_host.activation import ActivationState
from tenants.activations.approve_plugin import ApprovePlugin, approve_plugin, withdraw_approval
from tenants.activations.enable_plugin import EnablePlugin, disable_plugin, enable_plugin, revoke_plugin
from tenants.activations.state import TenantActivation
from tenants.errors import AlreadySo, OnlyHeadquarters, PluginNotApproved
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office

PLUGIN = "scoring-conformance"
READING = frozenset({"records.read", "standards.read"})


async def approved(office: Office, scopes: frozenset[str] = READING) -> None:
    command = ApprovePlugin(plugin=PLUGIN, scopes=scopes)
    await office.run(office.network.headquarters, lambda unit: approve_plugin(unit, command))


async def enabled(office: Office, scope: Scope, scopes: frozenset[str] = READING, **more: Any) -> None:
    command = EnablePlugin(plugin=PLUGIN, scopes=scopes, **more)
    await office.run(scope, lambda unit: enable_plugin(unit, command))


async def state(office: Office, scope: Scope) -> ActivationState:
    return await TenantActivation(office.database).state(scope, PLUGIN)


async def test_nothing_is_allowed_until_both_have_said_so(office: Office) -> None:
    north = office.network.north
    assert await state(office, north) == ActivationState()
    await approved(office)
    assert await state(office, north) == ActivationState(approved=True)
    await enabled(office, north, configuration={"strict": True})
    assert await state(office, north) == ActivationState(
        approved=True, enabled=True, scopes=READING, config={"strict": True}
    )
    assert await state(office, office.network.south) == ActivationState(approved=True)


async def test_a_tenant_stops_revokes_and_enables_again(office: Office) -> None:
    north = office.network.north
    await approved(office)
    await enabled(office, north)
    await office.run(north, lambda unit: disable_plugin(unit, PLUGIN))
    assert await state(office, north) == ActivationState(approved=True, scopes=READING)
    await office.run(north, lambda unit: revoke_plugin(unit, PLUGIN))
    assert await state(office, north) == ActivationState(approved=True)
    await enabled(office, north, frozenset({"records.read"}))
    assert (await state(office, north)).scopes == {"records.read"}
    assert await office.count("plugin_activations", north.tenant_id) == 1


async def test_a_network_withdraws_everywhere_at_once_and_narrows_what_was_granted(office: Office) -> None:
    network = office.network
    await approved(office)
    await enabled(office, network.north)
    await approved(office, frozenset({"records.read"}))
    assert (await state(office, network.north)).scopes == {"records.read"}
    await office.run(network.headquarters, lambda unit: withdraw_approval(unit, PLUGIN))
    assert (await state(office, network.north)).revoked
    async with office.nothing_changes():
        with pytest.raises(PluginNotApproved):
            await enabled(office, network.north)
        with pytest.raises(AlreadySo):
            await office.run(network.headquarters, lambda unit: withdraw_approval(unit, PLUGIN))
    await approved(office)
    assert not (await state(office, network.north)).revoked


async def test_what_cannot_be_approved_or_enabled(office: Office) -> None:
    network = office.network
    await approved(office, frozenset({"records.read"}))
    async with office.nothing_changes():
        with pytest.raises(PluginNotApproved) as refused:
            await enabled(office, network.north, READING)
        assert refused.value.scope == "standards.read"
        with pytest.raises(PluginNotApproved):
            await office.run(network.north, lambda unit: enable_plugin(unit, EnablePlugin(plugin="unknown")))
        with pytest.raises(InvalidInput):
            await enabled(office, network.north, frozenset(), configuration={"x": "y" * 65_536})
        with pytest.raises(InvalidInput):
            await approved(office, frozenset({"line\nbreak"}))
        with pytest.raises(InvalidInput):
            await approved(office, frozenset(str(number) for number in range(51)))
        for stop in (disable_plugin, revoke_plugin):
            with pytest.raises(NotFound):
                await office.run(network.north, lambda unit, stop=stop: stop(unit, PLUGIN))
        with pytest.raises(NotFound):
            await office.run(network.headquarters, lambda unit: withdraw_approval(unit, "unknown"))


async def test_other_tenants_and_networks_are_not_touched(office: Office, strangers: BuiltNetwork) -> None:
    network = office.network
    await approved(office)
    await enabled(office, network.north)
    async with office.nothing_changes():
        for scope in (network.south, strangers.north):
            with pytest.raises(NotFound):
                await office.run(scope, lambda unit: disable_plugin(unit, PLUGIN))
        with pytest.raises(NotFound):
            await office.run(strangers.headquarters, lambda unit: withdraw_approval(unit, PLUGIN))
        with pytest.raises(OnlyHeadquarters):
            await office.run(network.north, lambda unit: withdraw_approval(unit, PLUGIN))
        with pytest.raises(OnlyHeadquarters):
            await office.run(network.north, lambda unit: approve_plugin(unit, ApprovePlugin(plugin=PLUGIN)))
    assert await state(office, strangers.north) == ActivationState()


@pytest.mark.parametrize("role", ["manager", "clerk", "auditor", "partner", "read_only_client"])
async def test_lower_roles_neither_approve_nor_enable(office: Office, role: str) -> None:
    network = office.network
    await approved(office)
    await enabled(office, network.north)
    below, above = office.acting(network.north, role), office.acting(network.headquarters, role)
    async with office.nothing_changes():
        with pytest.raises(NotPermitted):
            await enabled(office, below)
        for stop in (disable_plugin, revoke_plugin):
            with pytest.raises(NotPermitted):
                await office.run(below, lambda unit, stop=stop: stop(unit, PLUGIN))
        with pytest.raises(NotPermitted):
            await office.run(above, lambda unit: approve_plugin(unit, ApprovePlugin(plugin=PLUGIN)))
        with pytest.raises(NotPermitted):
            await office.run(above, lambda unit: withdraw_approval(unit, PLUGIN))
