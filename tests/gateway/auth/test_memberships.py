"""Signing in against the real database: issuers of networks, memberships, suspensions and service accounts."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.permissions import SIGNED_IN
from core.kernel.scope import ActorKind
from gateway.auth import errors
from gateway.auth.client_credentials import ClientCredentials, Credentials
from gateway.auth.fetching import GuardedSource
from gateway.auth.identity import Opened, identity_of
from gateway.auth.key_cache import KeyCache
from gateway.auth.memberships import Memberships
from gateway.auth.own_issuers import builtin_issuer, service_tokens
from gateway.auth.sign_in import SignIn
from gateway.auth.verify import Verifier
from tenants.accounts.register_issuer import RegisterIssuer, register_issuer, withdraw_issuer
from tenants.accounts.service_accounts import CreateServiceAccount, create_service_account, revoke_service_account
from tenants.networks.suspend import suspend_tenant
from tenants.people.change_roles import EndMembership, end_membership
from tenants.people.persons import Identity
from tests.gateway.auth.issuing import AUDIENCE, LoopbackIssuer, claims_for, ec_key, loopback_issuer, signed
from tests.gateway.auth.test_verify import SETTINGS
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office, somebody

KEY = ec_key("one")


@dataclass
class Desk:
    """Signing in, the office behind it, and an issuer on loopback."""

    sign_in: SignIn
    members: Memberships
    office: Office
    issuer: LoopbackIssuer

    def token(self, subject: str, **changes: Any) -> str:
        return signed(KEY, claims_for(self.issuer.url, subject, self.office.clock.now(), **changes))

    async def trust(self, office: Office, audience: str = AUDIENCE) -> Any:
        """Let an office's network accept the issuer."""
        command = RegisterIssuer(issuer=self.issuer.url, audience=audience, name="Company sign-in")
        return await office.run(office.network.headquarters, lambda unit: register_issuer(unit, command))

    def identity(self, subject: str) -> Identity:
        return Identity(issuer=self.issuer.url, subject=subject)

    async def open(self, token: str, tenant: object = None) -> Opened:
        return await self.sign_in.open(token, str(tenant) if tenant else None)


@pytest.fixture
def office(database: Database, clock: SetClock, network: BuiltNetwork, admin: Any) -> Office:
    return Office(database=database, clock=clock, network=network, admin=admin)


@pytest.fixture
async def desk(database: Database, clock: SetClock, office: Office) -> AsyncGenerator[Desk, None]:
    async with loopback_issuer(KEY) as issuer:
        members = Memberships(database, clock)
        verifier = Verifier(
            trust=members,
            keys=KeyCache(GuardedSource(loopback_allowed=True)),
            service_tokens=service_tokens(SETTINGS),
            builtin=builtin_issuer(SETTINGS),
            clock=clock,
        )
        yield Desk(SignIn(verifier, members, clock, clock, memory_s=0), members, office, issuer)


async def test_a_member_acts_in_the_tenant_with_the_rights_of_the_role(desk: Desk) -> None:
    await desk.trust(desk.office)
    joined = await desk.office.joined(desk.office.network.north, "clerk", identity=desk.identity("ada"))
    opened = await desk.open(desk.token("ada"))
    assert opened.scope is not None
    assert opened.scope.tenant_id == desk.office.network.north.tenant_id
    assert opened.scope.lineage == desk.office.network.north.lineage
    assert (opened.scope.actor.kind, opened.scope.actor.id) == (ActorKind.PERSON, joined.person_id)
    assert SIGNED_IN.name in opened.scope.permissions
    assert opened.scope.roles == ("clerk",)


async def test_several_memberships_must_be_told_apart(desk: Desk) -> None:
    await desk.trust(desk.office)
    network = desk.office.network
    for scope in (network.north, network.south):
        await desk.office.joined(scope, "clerk", identity=desk.identity("ada"))
    assert isinstance((await desk.open(desk.token("ada"))).withheld, errors.TenantNotChosen)
    chosen = await desk.open(desk.token("ada"), network.south.tenant_id)
    assert chosen.scope is not None
    assert chosen.scope.tenant_id == network.south.tenant_id
    other = await desk.open(desk.token("ada"), network.headquarters.tenant_id)
    assert isinstance(other.withheld, errors.NoMembership)
    assert other.scope is None


async def test_another_networks_issuer_opens_nothing_here(
    desk: Desk, database: Database, clock: SetClock, strangers: BuiltNetwork, admin: Any
) -> None:
    theirs = Office(database=database, clock=clock, network=strangers, admin=admin)
    await desk.trust(theirs)
    await desk.office.joined(
        desk.office.network.north, "clerk", identity=Identity(issuer=desk.issuer.url, subject="ada")
    )
    opened = await desk.open(desk.token("ada"), desk.office.network.north.tenant_id)
    assert opened.scope is None
    assert isinstance(opened.withheld, errors.UnknownIssuer)
    assert isinstance((await desk.open(desk.token("ada"))).withheld, errors.NoMembership)


async def test_the_audience_is_each_networks_own(
    desk: Desk, database: Database, clock: SetClock, strangers: BuiltNetwork, admin: Any
) -> None:
    theirs = Office(database=database, clock=clock, network=strangers, admin=admin)
    await desk.trust(desk.office)
    await desk.trust(theirs, "https://theirs.example")
    for office in (desk.office, theirs):
        await office.joined(office.network.north, "clerk", identity=desk.identity("ada"))
    ours = await desk.open(desk.token("ada"))
    assert ours.scope is not None
    assert ours.scope.network_id == desk.office.network.id
    other = await desk.open(desk.token("ada", aud="https://theirs.example"))
    assert other.scope is not None
    assert other.scope.network_id == strangers.id
    with pytest.raises(errors.WrongAudience):
        await desk.open(desk.token("ada", aud="https://nobodys.example"))


async def test_an_issuer_that_was_withdrawn_is_unknown(desk: Desk) -> None:
    issuer = await desk.trust(desk.office)
    await desk.office.joined(desk.office.network.north, "clerk", identity=desk.identity("ada"))
    headquarters = desk.office.network.headquarters
    await desk.office.run(headquarters, lambda unit: withdraw_issuer(unit, issuer.id))
    with pytest.raises(errors.UnknownIssuer):
        await desk.open(desk.token("ada"))


async def test_somebody_nobody_invited_is_identified_and_no_more(desk: Desk) -> None:
    await desk.trust(desk.office)
    opened = await desk.open(desk.token("stranger"), desk.office.network.north.tenant_id)
    assert isinstance(opened.withheld, errors.UnknownPerson)
    identity = identity_of(opened)
    assert identity is not None
    assert identity.sign_in == Identity(
        issuer=desk.issuer.url, subject="stranger", networks=frozenset({desk.office.network.id})
    )


async def test_whoever_accepts_an_invitation_is_let_in_at_once(desk: Desk) -> None:
    await desk.trust(desk.office)
    invited = await desk.office.invite(desk.office.network.north, "clerk")
    identity = identity_of(await desk.open(desk.token("newcomer")))
    assert identity is not None
    await desk.office.accept(invited.code.write(), identity.sign_in)
    opened = await desk.open(desk.token("newcomer"))
    assert opened.scope is not None
    assert opened.scope.tenant_id == desk.office.network.north.tenant_id


async def test_an_ended_membership_and_a_suspended_tenant_are_closed_at_once(desk: Desk) -> None:
    network = desk.office.network
    await desk.trust(desk.office)
    joined = await desk.office.joined(network.north, "clerk", identity=desk.identity("ada"))
    await desk.office.joined(network.south, "clerk", identity=desk.identity("bob"))
    command = EndMembership(membership_id=joined.membership_id, expected_version=1)
    await desk.office.run(network.north, lambda unit: end_membership(unit, command))
    assert isinstance((await desk.open(desk.token("ada"), network.north.tenant_id)).withheld, errors.NoMembership)
    await desk.office.run(network.headquarters, lambda unit: suspend_tenant(unit, network.south.tenant_id))
    assert isinstance((await desk.open(desk.token("bob"))).withheld, errors.TenantSuspended)


async def test_the_builtin_issuer_serves_every_network(desk: Desk) -> None:
    builtin = builtin_issuer(SETTINGS)
    assert builtin is not None
    subject = somebody().subject
    identity = Identity(issuer=builtin.issuer, subject=subject)
    await desk.office.joined(desk.office.network.north, "clerk", identity=identity)
    opened = await desk.open(builtin.mint(subject, desk.office.clock.now()))
    assert opened.scope is not None
    assert opened.scope.network_id == desk.office.network.id


async def test_a_service_account_signs_in_and_is_out_when_revoked(desk: Desk) -> None:
    north = desk.office.network.north
    command = CreateServiceAccount(name="till", roles=("clerk",))
    issued = await desk.office.run(north, lambda unit: create_service_account(unit, command))
    exchange = ClientCredentials(desk.members, service_tokens(SETTINGS), desk.office.clock)
    given = await exchange.exchange(Credentials(issued.client_id, issued.secret), "192.0.2.1")
    token = str(given["access_token"])
    opened = await desk.open(token)
    assert opened.scope is not None
    assert (opened.scope.tenant_id, opened.scope.actor.id) == (north.tenant_id, issued.account.id)
    for wrong in (
        Credentials(issued.client_id, issued.secret + "x"),
        Credentials("nonsense", issued.secret),
        Credentials(issued.client_id[:-2] + "xx", issued.secret),
        Credentials(f"{north.network_id.hex}.{north.tenant_id.hex}.{north.tenant_id.hex}", issued.secret),
    ):
        with pytest.raises(errors.ServiceAccountRefused):
            await exchange.exchange(wrong, "192.0.2.1")
    await desk.office.run(north, lambda unit: revoke_service_account(unit, issued.account.id))
    with pytest.raises(errors.ServiceAccountRefused):
        await desk.open(token)
    with pytest.raises(errors.ServiceAccountRefused):
        await exchange.exchange(Credentials(issued.client_id, issued.secret), "192.0.2.1")


async def test_a_suspended_tenants_machine_is_told_so(desk: Desk) -> None:
    network = desk.office.network
    command = CreateServiceAccount(name="till", roles=("clerk",))
    issued = await desk.office.run(network.north, lambda unit: create_service_account(unit, command))
    exchange = ClientCredentials(desk.members, service_tokens(SETTINGS), desk.office.clock)
    credentials = Credentials(issued.client_id, issued.secret)
    token = str((await exchange.exchange(credentials, "192.0.2.1"))["access_token"])
    await desk.office.run(network.headquarters, lambda unit: suspend_tenant(unit, network.north.tenant_id))
    assert isinstance((await desk.open(token)).withheld, errors.TenantSuspended)
    with pytest.raises(errors.TenantSuspended):
        await exchange.exchange(credentials, "192.0.2.1")
