"""Roles of members are changed and memberships ended, within one's rights and never to the last administrator."""

import asyncio
from typing import Any

import pytest

from core.kernel.errors import InvalidInput, NotFound, NotPermitted, StaleEdit
from core.kernel.ids import new_id
from tenants.errors import KeyIsTaken, LastAdministrator, NotAMember, OnlyHeadquarters, RoleDoesNotFit, RoleNotGrantable
from tenants.login import memberships_of, resolve_scope
from tenants.people.change_roles import ChangeRoles, EndMembership, change_roles, end_membership
from tenants.people.define_role import DefineRole, define_role
from tenants.people.models import Membership, NetworkRole, PersonTenant
from tenants.people.persons import remember_tenant
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office, somebody


async def change(office: Office, scope: Any, membership_id: Any, *roles: str, version: int = 1) -> Membership:
    command = ChangeRoles(membership_id=membership_id, roles=roles, expected_version=version)
    return await office.run(scope, lambda unit: change_roles(unit, command))


async def end(office: Office, scope: Any, membership_id: Any, version: int = 1) -> Membership:
    command = EndMembership(membership_id=membership_id, expected_version=version)
    return await office.run(scope, lambda unit: end_membership(unit, command))


async def roles_of(office: Office, person_id: Any) -> tuple[str, ...]:
    north = office.network.north.tenant_id
    return (await resolve_scope(office.database, who=person_id, tenant_id=north, instant=office.clock.now())).roles


async def test_an_owner_gives_a_member_other_roles_and_they_hold_at_once(office: Office) -> None:
    north = office.network.north
    owner, clerk = office.acting(north, "franchise_owner"), await office.joined(north, "clerk")
    changed = await change(office, owner, clerk.membership_id, "manager", "manager")
    assert (changed.roles, changed.version) == (["manager"], 2)
    assert await roles_of(office, clerk.person_id) == ("manager",)
    assert (await office.acts(north.tenant_id))[-1] == "tenants.change_roles"


async def test_an_ended_membership_gives_nothing_and_can_begin_anew(office: Office) -> None:
    north = office.network.north
    clerk = await office.joined(north, "clerk")
    ended = await end(office, north, clerk.membership_id)
    assert (ended.status, ended.ended_at) == ("ended", office.clock.now())
    with pytest.raises(NotAMember):
        await roles_of(office, clerk.person_id)
    await office.carry_out()
    assert await memberships_of(office.database, clerk.person_id) == []


async def test_whoever_comes_back_has_only_the_roles_offered_then(office: Office) -> None:
    north, identity = office.network.north, somebody()
    first = await office.joined(north, "manager", identity=identity)
    await end(office, north, first.membership_id)
    again = await office.joined(north, "clerk", identity=identity)
    assert again.membership_id == first.membership_id
    assert await roles_of(office, first.person_id) == ("clerk",)


async def test_older_news_of_a_membership_never_overwrites_newer(office: Office) -> None:
    """The command of the acceptance, carried out after the one of the end, finds the end."""
    north = office.network.north
    clerk = await office.joined(north, "clerk")
    await end(office, north, clerk.membership_id)
    await office.carry_out()
    await office.reopen("tenants.membership_changed")
    assert await office.carry_out() == 2
    assert await memberships_of(office.database, clerk.person_id) == []


async def test_the_copy_in_a_persons_rows_takes_news_in_order_of_versions(office: Office) -> None:
    clerk = await office.joined(office.network.north, "clerk")

    async def told(version: int, *, active: bool) -> list[str]:
        news = PersonTenant(
            person_id=clerk.person_id,
            tenant_id=office.network.north.tenant_id,
            network_id=office.network.id,
            tenant_key="north",
            tenant_name="North",
            active=active,
            version=version,
        )
        await remember_tenant(office.database, news)
        return [one.tenant_key for one in await memberships_of(office.database, clerk.person_id)]

    assert await told(3, active=False) == []
    assert await told(2, active=True) == []
    assert await told(4, active=True) == ["north"]


async def test_the_last_who_manages_people_stays(office: Office) -> None:
    north = office.network.north
    first = await office.joined(north, "franchise_owner")
    async with office.nothing_changes():
        with pytest.raises(LastAdministrator):
            await change(office, north, first.membership_id, "clerk")
        with pytest.raises(LastAdministrator):
            await end(office, north, first.membership_id)
    second = await office.joined(north, "franchise_owner")
    await end(office, north, first.membership_id)
    with pytest.raises(LastAdministrator):
        await end(office, north, second.membership_id)


async def test_two_owners_cannot_take_each_others_role_at_once(office: Office) -> None:
    north = office.network.north
    one, two = await office.joined(north, "franchise_owner"), await office.joined(north, "franchise_owner")
    ended = EndMembership(membership_id=one.membership_id, expected_version=1)
    async with office.database.unit(north, clock=office.clock) as unit:
        await end_membership(unit, ended)
        other = asyncio.create_task(end(office, north, two.membership_id))
        while not other.done() and not await office.somebody_waits_for_a_lock():
            await asyncio.wait({other}, timeout=0.01)
        assert not other.done(), "the second waits for the first"
    with pytest.raises(LastAdministrator):
        await other


async def test_what_cannot_be_changed(office: Office) -> None:
    north = office.network.north
    owner = office.acting(north, "franchise_owner")
    clerk, auditor = await office.joined(north, "clerk"), await office.joined(north, "auditor")
    async with office.nothing_changes():
        with pytest.raises(StaleEdit):
            await change(office, owner, clerk.membership_id, "manager", version=9)
        with pytest.raises(RoleDoesNotFit) as refused:
            await change(office, owner, clerk.membership_id, "regional_manager")
        assert {"clerk", "manager", "franchise_owner"} <= set(refused.value.fitting)
        assert not {"regional_manager", "headquarters_administrator"} & set(refused.value.fitting)
        assert "clerk" in refused.value.hint
        with pytest.raises(InvalidInput):
            await change(office, owner, clerk.membership_id)
        with pytest.raises(RoleNotGrantable):
            await change(office, owner, clerk.membership_id, "clerk", "auditor")
        with pytest.raises(RoleNotGrantable):
            await change(office, owner, auditor.membership_id, "clerk")
        with pytest.raises(RoleNotGrantable):
            await end(office, owner, auditor.membership_id)
        with pytest.raises(NotFound):
            await change(office, owner, new_id(), "clerk")


@pytest.mark.parametrize("role", ["manager", "clerk", "auditor", "read_only_client", "partner"])
async def test_lower_roles_change_nobody(office: Office, role: str) -> None:
    north = office.network.north
    clerk = await office.joined(north, "clerk")
    scope = office.acting(north, role)
    async with office.nothing_changes():
        with pytest.raises(NotPermitted):
            await change(office, scope, clerk.membership_id, "manager")
        with pytest.raises(NotPermitted):
            await end(office, scope, clerk.membership_id)


async def test_another_tenant_finds_no_membership(office: Office, strangers: BuiltNetwork) -> None:
    clerk = await office.joined(office.network.north, "clerk")
    async with office.nothing_changes():
        for scope in (office.network.south, office.network.headquarters, strangers.north):
            with pytest.raises(NotFound):
                await change(office, scope, clerk.membership_id, "manager")
            with pytest.raises(NotFound):
                await end(office, scope, clerk.membership_id)


def night(**more: Any) -> DefineRole:
    wanted: dict[str, Any] = {
        "key": "night-shift",
        "name": "Night shift",
        "description": "Serves at night and sees the figures.",
        "permissions": frozenset({"records.read", "records.work", "quality.read"}),
        "kinds": frozenset({"franchisee"}),
    }
    return DefineRole(**{**wanted, **more})


async def define(office: Office, scope: Any, command: DefineRole) -> NetworkRole:
    return await office.run(scope, lambda unit: define_role(unit, command))


async def test_a_network_makes_a_role_of_its_own(office: Office) -> None:
    network = office.network
    role = await define(office, network.headquarters, night())
    clerk = await office.joined(network.north, "night-shift")
    now, north = office.clock.now(), network.north.tenant_id
    scope = await resolve_scope(office.database, who=clerk.person_id, tenant_id=north, instant=now)
    assert scope.permissions == {"kernel.signed_in", "records.read", "records.work", "quality.read"}
    with pytest.raises(RoleDoesNotFit):
        await office.invite(network.region, "night-shift")
    narrower = night(id=role.id, expected_version=1, permissions=frozenset({"records.read"}))
    await define(office, network.headquarters, narrower)
    scope = await resolve_scope(office.database, who=clerk.person_id, tenant_id=north, instant=now)
    assert scope.permissions == {"kernel.signed_in", "records.read"}


async def test_what_cannot_be_defined(office: Office, strangers: BuiltNetwork) -> None:
    network = office.network
    role = await define(office, network.headquarters, night())
    async with office.nothing_changes():
        for wrong in (
            night(key="other", permissions=frozenset({"no.such"})),
            night(key="other", permissions=frozenset({"tenants.provision"})),
            night(key="other", kinds=frozenset({"moon"})),
            night(key="other", kinds=frozenset()),
            night(key="clerk_"),
        ):
            with pytest.raises(InvalidInput):
                await define(office, network.headquarters, wrong)
        for taken in (night(), night(key="clerk")):
            with pytest.raises(KeyIsTaken):
                await define(office, network.headquarters, taken)
        with pytest.raises(StaleEdit):
            await define(office, network.headquarters, night(id=role.id, expected_version=4))
        with pytest.raises(NotFound):
            await define(office, strangers.headquarters, night(id=role.id, expected_version=1))
        with pytest.raises(OnlyHeadquarters):
            await define(office, network.region, night(key="regions"))
        with pytest.raises(NotPermitted):
            await define(office, office.acting(network.headquarters, "standards_editor"), night(key="editors"))
