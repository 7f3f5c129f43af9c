"""Invitations: made within one's rights, accepted once, in time, by whoever has the code."""

import asyncio
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta

import pytest

from core.kernel.crypto import Place
from core.kernel.errors import InvalidInput, NotFound, NotPermitted
from core.kernel.ids import new_id
from core.kernel.key_ring import KeyRing
from tenants.errors import InvitationNotUsable, RoleDoesNotFit, RoleNotGrantable
from tenants.login import memberships_of, person_by_identity, resolve_scope
from tenants.people.codes import InvitationCode
from tenants.people.invite import InvitePerson, invite_person, withdraw_invitation
from tenants.people.persons import Identity
from tests.support.networks import BuiltNetwork
from tests.support.repeating import killed_and_repeated
from tests.tenants.office import ISSUER, Office, somebody


async def test_whoever_accepts_becomes_a_member_with_the_roles_offered(office: Office) -> None:
    north, identity = office.network.north, somebody()
    invited = await office.invite(north, "clerk", "manager")
    accepted = await office.accept(invited.code.write(), identity)
    scope = await resolve_scope(office.database, who=identity, tenant_id=north.tenant_id, instant=office.clock.now())
    assert (scope.roles, scope.actor.id, scope.lineage) == (("clerk", "manager"), accepted.person_id, north.lineage)
    assert {"records.work", "standards.adapt"} <= scope.permissions
    (told,) = await memberships_of(office.database, accepted.person_id)
    assert (told.tenant_id, told.tenant_key, told.active) == (north.tenant_id, "north", True)
    assert await person_by_identity(office.database, ISSUER, identity.subject) == accepted.person_id


async def test_the_code_is_kept_as_a_hash_and_names_as_ciphertext(office: Office) -> None:
    north = office.network.north
    invited = await office.invite(north, "clerk", invitee="Ann of the night shift")
    accepted = await office.accept(invited.code.write(), name="Ann Example")
    stored = await office.admin.fetchval(
        "SELECT string_agg(row_to_json(t)::text, '') FROM ("
        " SELECT to_jsonb(i)::text AS said FROM invitations i WHERE tenant_id = $1"
        " UNION ALL SELECT to_jsonb(m)::text FROM memberships m WHERE tenant_id = $1"
        " UNION ALL SELECT to_jsonb(o)::text FROM outbox o WHERE tenant_id = $1"
        " UNION ALL SELECT to_jsonb(a)::text FROM audit_entries a WHERE tenant_id = $1) t",
        north.tenant_id,
    )
    assert "Ann" not in stored
    assert invited.code.secret.hex() not in stored
    assert "416e6e" not in stored.lower(), "nor as plain bytes"
    async with office.database.unit(north, clock=office.clock) as unit:
        row = await office.admin.fetchrow("SELECT * FROM memberships WHERE id = $1", accepted.membership_id)
        place = Place("memberships", "display_name", accepted.person_id)
        assert await KeyRing(unit, office.masters).open(row["display_name"], place) == "Ann Example"


async def test_an_invitation_is_accepted_once(office: Office) -> None:
    identity = somebody()
    code = (await office.invite(office.network.north, "clerk")).code.write()
    await office.accept(code, identity)
    async with office.nothing_changes():
        for who in (identity, somebody()):
            with pytest.raises(InvitationNotUsable):
                await office.accept(code, who)


async def test_of_two_who_accept_at_once_one_joins(office: Office) -> None:
    code = (await office.invite(office.network.north, "clerk")).code.write()
    outcomes = await asyncio.gather(office.accept(code), office.accept(code), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["Accepted", "InvitationNotUsable"]
    assert await office.count("memberships", office.network.north.tenant_id) == 1


async def test_an_expired_invitation_is_refused_at_its_instant(office: Office) -> None:
    code = (await office.invite(office.network.north, "clerk")).code.write()
    office.clock.advance(timedelta(days=7))
    async with office.nothing_changes():
        with pytest.raises(InvitationNotUsable):
            await office.accept(code)


async def test_a_withdrawn_invitation_is_refused_and_withdrawn_once(office: Office) -> None:
    north = office.network.north
    invited = await office.invite(north, "clerk")
    await office.run(north, lambda unit: withdraw_invitation(unit, invited.id))
    async with office.nothing_changes():
        with pytest.raises(InvitationNotUsable):
            await office.accept(invited.code.write())
        with pytest.raises(InvitationNotUsable):
            await office.run(north, lambda unit: withdraw_invitation(unit, invited.id))
        with pytest.raises(NotFound):
            await office.run(north, lambda unit: withdraw_invitation(unit, new_id()))


async def test_codes_that_are_not_genuine_are_refused_alike(office: Office, strangers: BuiltNetwork) -> None:
    code = (await office.invite(office.network.north, "clerk")).code
    forged = [
        "",
        "not base64 !",
        "é",
        code.write()[:-4],
        code.write() + "AAAA",
        replace(code, secret=b"\x00" * 32).write(),
        replace(code, invitation_id=new_id()).write(),
        replace(code, tenant_id=office.network.south.tenant_id).write(),
        replace(code, tenant_id=new_id()).write(),
        replace(code, network_id=strangers.id).write(),
    ]
    people = await office.admin.fetchval("SELECT count(*) FROM people")
    async with office.nothing_changes():
        for one in forged:
            with pytest.raises(InvitationNotUsable):
                await office.accept(one)
    assert await office.admin.fetchval("SELECT count(*) FROM people") == people, "a forger does not become a person"


async def test_a_sign_in_that_the_network_does_not_accept_joins_nothing(
    office: Office, strangers: BuiltNetwork
) -> None:
    code = (await office.invite(office.network.north, "clerk")).code.write()
    foreign = Identity(issuer=ISSUER, subject="x", networks=frozenset({strangers.id}))
    async with office.nothing_changes():
        with pytest.raises(InvitationNotUsable):
            await office.accept(code, foreign)
    accepted = Identity(issuer=ISSUER, subject=new_id().hex, networks=frozenset({office.network.id}))
    assert (await office.accept(code, accepted)).tenant_id == office.network.north.tenant_id


async def test_a_code_survives_writing_and_reading() -> None:
    code = InvitationCode.draw(new_id(), new_id(), new_id())
    assert InvitationCode.read(code.write()) == code
    assert len(code.write()) == 107
    assert repr(code.secret) not in repr(code)
    assert len(urlsafe_b64decode(code.write() + "=")) == 80


async def test_one_person_joins_several_tenants_and_networks(office: Office, strangers: BuiltNetwork) -> None:
    identity = somebody()
    first = await office.joined(office.network.north, "clerk", identity=identity)
    second = await office.joined(office.network.south, "manager", identity=identity)
    third = await office.joined(strangers.north, "franchise_owner", identity=identity)
    assert first.person_id == second.person_id == third.person_id
    told = await memberships_of(office.database, first.person_id)
    assert {(one.network_id, one.tenant_key) for one in told} == {
        (office.network.id, "north"),
        (office.network.id, "south"),
        (strangers.id, "north"),
    }


async def test_a_second_invitation_adds_roles(office: Office) -> None:
    identity, north = somebody(), office.network.north
    first = await office.joined(north, "clerk", identity=identity)
    second = await office.joined(north, "manager", identity=identity)
    assert first.membership_id == second.membership_id
    scope = await resolve_scope(office.database, who=identity, tenant_id=north.tenant_id, instant=office.clock.now())
    assert scope.roles == ("clerk", "manager")


@killed_and_repeated("tenants.keep_invitation")
async def test_a_tenant_above_invites_into_a_unit_below_by_command(office: Office) -> None:
    network = office.network
    invited = await office.invite(network.headquarters, "franchise_owner", tenant_id=network.north.tenant_id)
    with pytest.raises(InvitationNotUsable):
        await office.accept(invited.code.write())
    await office.carry_out()
    accepted = await office.accept(invited.code.write())
    assert accepted.tenant_id == network.north.tenant_id
    assert await office.count("invitations", network.headquarters.tenant_id) == 0
    await office.carry_out()
    await office.reopen("tenants.keep_invitation")
    before = await office.state()
    assert await office.carry_out() == 1
    assert (await office.state())["invitations"] == before["invitations"], "carried out again, it changes nothing"


async def test_what_cannot_be_offered(office: Office) -> None:
    network = office.network
    owner = office.acting(network.north, "franchise_owner")
    regional = office.acting(network.region, "regional_manager")
    async with office.nothing_changes():
        with pytest.raises(RoleDoesNotFit):
            await office.invite(network.north, "headquarters_administrator")
        with pytest.raises(RoleDoesNotFit):
            await office.invite(network.north, "no_such_role")
        with pytest.raises(InvalidInput):
            await office.invite(network.north)
        with pytest.raises(RoleNotGrantable):
            await office.invite(owner, "auditor")
        with pytest.raises(RoleNotGrantable):
            await office.invite(owner, "clerk", "auditor")
        with pytest.raises(NotFound):
            await office.invite(owner, "clerk", tenant_id=network.south.tenant_id)
        with pytest.raises(NotFound):
            await office.invite(owner, "clerk", tenant_id=network.region.tenant_id)
        with pytest.raises(NotFound):
            await office.invite(regional, "clerk", tenant_id=new_id())
        for lifetime in (timedelta(), timedelta(days=31)):
            with pytest.raises(InvalidInput):
                await office.invite(network.north, "clerk", lifetime=lifetime)


@pytest.mark.parametrize("role", ["manager", "clerk", "auditor", "read_only_client", "partner"])
async def test_lower_roles_invite_nobody(office: Office, role: str) -> None:
    north = office.network.north
    pending = await office.invite(north, "clerk")
    scope = office.acting(north, role)
    async with office.nothing_changes():
        with pytest.raises(NotPermitted):
            await office.run(
                scope,
                lambda unit: invite_person(unit, InvitePerson(roles=("clerk",)), KeyRing(unit, office.masters)),
            )
        with pytest.raises(NotPermitted):
            await office.run(scope, lambda unit: withdraw_invitation(unit, pending.id))


async def test_another_tenant_withdraws_nothing(office: Office, strangers: BuiltNetwork) -> None:
    pending = await office.invite(office.network.north, "clerk")
    async with office.nothing_changes():
        for scope in (office.network.south, office.network.headquarters, strangers.north):
            with pytest.raises(NotFound):
                await office.run(scope, lambda unit: withdraw_invitation(unit, pending.id))


async def test_two_who_sign_in_alike_at_once_are_one_person(office: Office) -> None:
    identity = somebody()
    codes = [
        (await office.invite(scope, "clerk")).code.write() for scope in (office.network.north, office.network.south)
    ]
    joined = await asyncio.gather(*(office.accept(code, identity) for code in codes))
    assert len({one.person_id for one in joined}) == 1
