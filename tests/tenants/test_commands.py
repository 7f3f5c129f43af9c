"""What provisioning, settings and invitations send is carried out in the tenant it is meant for, once in effect."""

from typing import Any

import pytest

from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotPermitted, StaleEdit
from tenants.networks.change_settings import ChangeSettings, change_settings, show_settings
from tenants.networks.models import TenantSettings
from tenants.networks.set_up import own_settings, set_up_tenant
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office


async def test_provisioning_gives_each_tenant_its_own_rows_by_command(office: Office) -> None:
    network = office.network
    assert await office.count("tenant_settings", network.north.tenant_id) == 0
    await office.carry_out()
    for scope in network.scopes:
        assert await office.count("tenant_settings", scope.tenant_id) == 1
    on_behalf = await office.admin.fetchval(
        "SELECT on_behalf_of FROM audit_entries WHERE tenant_id = $1 AND action = 'tenants.set_up'",
        network.north.tenant_id,
    )
    assert on_behalf == network.headquarters.tenant_id


async def test_a_provisioning_command_that_runs_twice_changes_nothing(office: Office) -> None:
    await office.carry_out()
    north = office.network.north
    await office.run(north, lambda unit: change_settings(unit, ChangeSettings(expected_version=1, name="Ours")))
    await office.carry_out()
    before = await office.state()
    await office.reopen("tenants.set_up")
    assert await office.carry_out() == 3
    after = await office.state()
    assert {table for table in before if before[table] != after[table]} == {"outbox"}
    await office.run(north, set_up_tenant)
    assert (await office.run(north, own_settings)).name == "Ours"


async def test_a_tenant_changes_its_settings_and_the_network_sees_them(office: Office) -> None:
    north = office.network.north
    command = ChangeSettings(
        expected_version=1,
        name="North Star",
        locale="fr-FR",
        time_zone="Europe/Paris",
        currency="USD",
        preferences={"theme": "dark"},
    )
    changed = await office.run(north, lambda unit: change_settings(unit, command))
    assert (changed.version, changed.preferences) == (2, {"theme": "dark"})
    facts = await office.directory.tenant_by_key(office.network.id, "north")
    assert facts is not None
    assert facts.name == "North", "not before the command is carried out"
    await office.carry_out()
    facts = await office.directory.tenant_by_key(office.network.id, "north")
    assert facts is not None
    assert (facts.name, facts.locale, facts.time_zone, facts.currency) == (
        "North Star",
        "fr-FR",
        "Europe/Paris",
        "USD",
    )
    assert "tenants.show_settings" in await office.acts(office.network.headquarters.tenant_id)


async def test_older_settings_never_overwrite_newer(office: Office) -> None:
    network = office.network

    def told(version: int, name: str) -> TenantSettings:
        return TenantSettings(
            tenant_id=network.north.tenant_id,
            network_id=network.id,
            name=name,
            locale="en",
            time_zone="UTC",
            currency="EUR",
            recorded_at=recorded_now(),
            version=version,
        )

    for version, name in ((3, "Third"), (2, "Second"), (3, "Third again")):
        await office.run(
            network.headquarters,
            lambda unit, version=version, name=name: show_settings(unit, network.north.tenant_id, told(version, name)),
        )
    facts = await office.directory.tenant_by_key(network.id, "north")
    assert facts is not None
    assert facts.name == "Third"


async def test_settings_that_were_changed_since_are_not_overwritten(office: Office) -> None:
    north = office.network.north
    await office.run(north, lambda unit: change_settings(unit, ChangeSettings(expected_version=1, name="A")))
    async with office.nothing_changes():
        with pytest.raises(StaleEdit) as refused:
            await office.run(north, lambda unit: change_settings(unit, ChangeSettings(expected_version=1, name="B")))
    assert (refused.value.expected, refused.value.actual) == (1, 2)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"locale": "nowhere"}, {"time_zone": "Mars/Base"}, {"currency": "x"}], ids=str
)
async def test_settings_of_the_wrong_form_are_refused(office: Office, wrong: dict[str, Any]) -> None:
    command = ChangeSettings(expected_version=1, **wrong)
    async with office.nothing_changes():
        with pytest.raises(InvalidInput):
            await office.run(office.network.north, lambda unit: change_settings(unit, command))


async def test_preferences_have_a_limit(office: Office) -> None:
    command = ChangeSettings(expected_version=1, preferences={"x": "y" * 8_192})
    with pytest.raises(InvalidInput):
        await office.run(office.network.north, lambda unit: change_settings(unit, command))


@pytest.mark.parametrize("role", ["manager", "clerk", "auditor", "read_only_client", "partner"])
async def test_lower_roles_change_no_settings(office: Office, role: str) -> None:
    scope = office.acting(office.network.north, role)
    async with office.nothing_changes():
        with pytest.raises(NotPermitted):
            await office.run(scope, lambda unit: change_settings(unit, ChangeSettings(expected_version=1, name="x")))


async def test_another_tenants_settings_stay_as_they_are(office: Office, strangers: BuiltNetwork) -> None:
    await office.carry_out()
    before = await office.state()
    for scope in (office.network.south, strangers.north):
        await office.run(scope, lambda unit: change_settings(unit, ChangeSettings(expected_version=1, name="Else")))
    own = await office.run(office.network.north, own_settings)
    assert (own.name, own.version) == ("North", 1)
    assert (await office.state())["tenants"] == before["tenants"]
