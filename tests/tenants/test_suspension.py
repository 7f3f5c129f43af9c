"""A suspended tenant's people cannot act; its data stays, and resuming lets them act again."""

import pytest

from core.kernel.errors import NotFound, NotPermitted
from tenants.accounts.service_accounts import CreateServiceAccount, create_service_account
from tenants.errors import AlreadySo, HeadquartersIsFixed, OnlyHeadquarters, TenantSuspended
from tenants.login import authenticate_service_account, resolve_scope, service_scope
from tenants.networks.suspend import resume_tenant, suspend_tenant
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office, somebody


async def test_nobody_acts_in_a_suspended_tenant_until_it_is_resumed(office: Office) -> None:
    network, identity = office.network, somebody()
    north = network.north.tenant_id
    await office.joined(network.north, "manager", identity=identity)
    south = await office.joined(network.south, "clerk")
    command = CreateServiceAccount(name="till", roles=("clerk",))
    machine = await office.run(network.north, lambda unit: create_service_account(unit, command))
    invited = await office.invite(network.north, "clerk")
    now = office.clock.now()

    await office.run(network.headquarters, lambda unit: suspend_tenant(unit, north))
    with pytest.raises(TenantSuspended):
        await resolve_scope(office.database, who=identity, tenant_id=north, instant=now)
    with pytest.raises(TenantSuspended):
        await authenticate_service_account(office.database, machine.client_id, machine.secret, now)
    with pytest.raises(TenantSuspended):
        await service_scope(
            office.database, network_id=network.id, tenant_id=north, account_id=machine.account.id, instant=now
        )
    async with office.nothing_changes():
        with pytest.raises(TenantSuspended):
            await office.accept(invited.code.write())
    facts = await office.directory.tenant_by_key(network.id, "north")
    assert facts is not None
    assert not facts.active
    other = await resolve_scope(office.database, who=south.person_id, tenant_id=network.south.tenant_id, instant=now)
    assert other.roles == ("clerk",), "its neighbours go on"

    await office.run(network.headquarters, lambda unit: resume_tenant(unit, north))
    scope = await resolve_scope(office.database, who=identity, tenant_id=north, instant=now)
    assert scope.roles == ("manager",)
    assert (await office.acts(network.headquarters.tenant_id))[-2:] == ["tenants.suspend", "tenants.resume"]


async def test_what_cannot_be_suspended_or_resumed(office: Office, strangers: BuiltNetwork) -> None:
    network = office.network
    await office.run(network.headquarters, lambda unit: suspend_tenant(unit, network.south.tenant_id))
    async with office.nothing_changes():
        with pytest.raises(HeadquartersIsFixed):
            await office.run(network.headquarters, lambda unit: suspend_tenant(unit, network.headquarters.tenant_id))
        with pytest.raises(AlreadySo):
            await office.run(network.headquarters, lambda unit: resume_tenant(unit, network.north.tenant_id))
        with pytest.raises(AlreadySo):
            await office.run(network.headquarters, lambda unit: suspend_tenant(unit, network.south.tenant_id))
        with pytest.raises(OnlyHeadquarters):
            await office.run(network.region, lambda unit: suspend_tenant(unit, network.north.tenant_id))
        with pytest.raises(NotFound):
            await office.run(strangers.headquarters, lambda unit: suspend_tenant(unit, network.north.tenant_id))


@pytest.mark.parametrize("role", ["standards_editor", "auditor", "manager"])
async def test_lower_roles_of_headquarters_suspend_nobody(office: Office, role: str) -> None:
    scope = office.acting(office.network.headquarters, role)
    async with office.nothing_changes():
        with pytest.raises(NotPermitted):
            await office.run(scope, lambda unit: suspend_tenant(unit, office.network.north.tenant_id))
        with pytest.raises(NotPermitted):
            await office.run(scope, lambda unit: resume_tenant(unit, office.network.north.tenant_id))
