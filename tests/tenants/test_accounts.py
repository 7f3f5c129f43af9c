"""Service accounts and issuers: made, rotated and withdrawn within one's rights, and useless to everybody else."""

from datetime import timedelta
from typing import Any

import pytest

from core.kernel.errors import InvalidInput, NotFound, NotPermitted, StaleEdit
from core.kernel.ids import new_id
from core.kernel.scope import ActorKind
from tenants.accounts.credentials import ClientId, hash_secret, matches
from tenants.accounts.register_issuer import RegisterIssuer, register_issuer, withdraw_issuer
from tenants.accounts.service_accounts import (
    CreateServiceAccount,
    IssuedCredentials,
    RotateSecret,
    create_service_account,
    revoke_service_account,
    rotate_secret,
)
from tenants.errors import AlreadySo, KeyIsTaken, OnlyHeadquarters, RoleDoesNotFit, RoleNotGrantable, WrongCredentials
from tenants.login import authenticate_service_account, network_trusts, service_scope
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office

HOUR = timedelta(hours=1)


async def created(office: Office, scope: Any, *roles: str, name: str = "till") -> IssuedCredentials:
    command = CreateServiceAccount(name=name, roles=roles)
    return await office.run(scope, lambda unit: create_service_account(unit, command))


async def rotated(office: Office, made: IssuedCredentials, version: int = 1, **more: Any) -> IssuedCredentials:
    command = RotateSecret(account_id=made.account.id, expected_version=version, **more)
    return await office.run(office.network.north, lambda unit: rotate_secret(unit, command))


async def signs_in(office: Office, client_id: str, secret: str) -> bool:
    try:
        await authenticate_service_account(office.database, client_id, secret, office.clock.now())
    except WrongCredentials:
        return False
    return True


async def test_a_machine_signs_in_with_its_secret_and_acts_in_its_tenant(office: Office) -> None:
    north = office.network.north
    made = await created(office, north, "clerk")
    scope = await authenticate_service_account(office.database, made.client_id, made.secret, office.clock.now())
    assert (scope.tenant_id, scope.lineage, scope.roles) == (north.tenant_id, north.lineage, ("clerk",))
    assert (scope.actor.kind, scope.actor.id) == (ActorKind.SERVICE, made.account.id)
    again = await service_scope(
        office.database,
        network_id=scope.network_id,
        tenant_id=scope.tenant_id,
        account_id=made.account.id,
        instant=office.clock.now(),
    )
    assert again == scope
    assert made.secret not in repr(made)
    stored = await office.admin.fetchval(
        "SELECT to_jsonb(s)::text FROM service_accounts s WHERE tenant_id = $1", north.tenant_id
    )
    assert made.secret not in stored


async def test_wrong_credentials_are_refused_alike(office: Office, strangers: BuiltNetwork) -> None:
    made = await created(office, office.network.north, "clerk")
    named = ClientId.read(made.client_id)
    assert named is not None
    network_id, tenant_id, account_id = named.network_id, named.tenant_id, named.account_id
    south = office.network.south.tenant_id
    wrong = [
        (made.client_id, "wrong"),
        (made.client_id, ""),
        (made.client_id, "x" * 10_000),
        ("", made.secret),
        ("not.a.client", made.secret),
        (made.client_id + ".extra", made.secret),
        (ClientId(network_id=network_id, tenant_id=south, account_id=account_id).write(), made.secret),
        (ClientId(network_id=strangers.id, tenant_id=tenant_id, account_id=account_id).write(), made.secret),
        (ClientId(network_id=network_id, tenant_id=tenant_id, account_id=new_id()).write(), made.secret),
    ]
    for client_id, secret in wrong:
        assert not await signs_in(office, client_id, secret)
    assert await signs_in(office, made.client_id, made.secret)


async def test_a_rotated_secret_replaces_the_old_one_at_once_or_after_a_grace(office: Office) -> None:
    made = await created(office, office.network.north, "clerk")
    second = await rotated(office, made)
    assert not await signs_in(office, made.client_id, made.secret)
    assert await signs_in(office, made.client_id, second.secret)
    third = await rotated(office, second, version=2, grace=HOUR)
    assert await signs_in(office, made.client_id, second.secret)
    assert await signs_in(office, made.client_id, third.secret)
    office.clock.advance(HOUR)
    assert not await signs_in(office, made.client_id, second.secret)
    assert await signs_in(office, made.client_id, third.secret)


async def test_a_revoked_account_signs_in_no_more_and_its_tokens_open_nothing(office: Office) -> None:
    north = office.network.north
    made = await created(office, north, "clerk")
    await rotated(office, made, grace=HOUR)
    await office.run(north, lambda unit: revoke_service_account(unit, made.account.id))
    assert not await signs_in(office, made.client_id, made.secret)
    with pytest.raises(WrongCredentials):
        await service_scope(
            office.database,
            network_id=north.network_id,
            tenant_id=north.tenant_id,
            account_id=made.account.id,
            instant=office.clock.now(),
        )
    async with office.nothing_changes():
        with pytest.raises(AlreadySo):
            await office.run(north, lambda unit: revoke_service_account(unit, made.account.id))
        with pytest.raises(AlreadySo):
            await rotated(office, made, version=3)


async def test_what_cannot_be_made_or_rotated(office: Office) -> None:
    north = office.network.north
    owner = office.acting(north, "franchise_owner")
    made = await created(office, north, "auditor")
    async with office.nothing_changes():
        with pytest.raises(KeyIsTaken):
            await created(office, north, "clerk")
        with pytest.raises(RoleDoesNotFit):
            await created(office, north, "regional_manager", name="other")
        with pytest.raises(RoleNotGrantable):
            await created(office, owner, "auditor", name="other")
        with pytest.raises(InvalidInput):
            await created(office, north, name="other")
        with pytest.raises(StaleEdit):
            await rotated(office, made, version=5)
        with pytest.raises(InvalidInput):
            await rotated(office, made, grace=timedelta(days=8))
        with pytest.raises(InvalidInput):
            await rotated(office, made, grace=-HOUR)
        with pytest.raises(RoleNotGrantable):
            await office.run(
                owner, lambda unit: rotate_secret(unit, RotateSecret(account_id=made.account.id, expected_version=1))
            )
        with pytest.raises(RoleNotGrantable):
            await office.run(owner, lambda unit: revoke_service_account(unit, made.account.id))


@pytest.mark.parametrize("role", ["manager", "clerk", "auditor", "read_only_client", "partner"])
async def test_lower_roles_manage_no_accounts(office: Office, role: str) -> None:
    north = office.network.north
    made = await created(office, north, "clerk")
    scope = office.acting(north, role)
    async with office.nothing_changes():
        with pytest.raises(NotPermitted):
            await created(office, scope, "clerk", name="other")
        with pytest.raises(NotPermitted):
            await office.run(
                scope, lambda unit: rotate_secret(unit, RotateSecret(account_id=made.account.id, expected_version=1))
            )
        with pytest.raises(NotPermitted):
            await office.run(scope, lambda unit: revoke_service_account(unit, made.account.id))


async def test_another_tenant_finds_no_account(office: Office, strangers: BuiltNetwork) -> None:
    made = await created(office, office.network.north, "clerk")
    async with office.nothing_changes():
        for scope in (office.network.south, office.network.headquarters, strangers.north):
            with pytest.raises(NotFound):
                await office.run(scope, lambda unit: revoke_service_account(unit, made.account.id))


async def test_hashes_are_salted_and_foreign_hashes_match_nothing() -> None:
    first, second = await hash_secret("same"), await hash_secret("same")
    assert first != second
    assert await matches("same", first)
    assert await matches("same", second)
    for kept in (None, "", "plain", "scrypt$1$AAAA$AAAA", "scrypt$16384$!$!", first[:-4]):
        assert not await matches("same", kept)


OIDC = RegisterIssuer(issuer="https://login.example.com/realms/brand", audience="touchstone", name="Brand login")


async def test_an_issuer_is_accepted_until_it_is_withdrawn(office: Office, strangers: BuiltNetwork) -> None:
    network, url = office.network, f"https://{new_id().hex}.example.com"
    command = RegisterIssuer(issuer=url, audience="touchstone", name="Login")
    issuer = await office.run(network.headquarters, lambda unit: register_issuer(unit, command))
    assert await network_trusts(office.database, url) == [(network.id, "touchstone")]
    other = RegisterIssuer(issuer=url, audience="strangers", name="Login")
    await office.run(strangers.headquarters, lambda unit: register_issuer(unit, other))
    assert set(await network_trusts(office.database, url)) == {
        (network.id, "touchstone"),
        (strangers.id, "strangers"),
    }
    await office.run(network.headquarters, lambda unit: withdraw_issuer(unit, issuer.id))
    assert await network_trusts(office.database, url) == [(strangers.id, "strangers")]
    assert await network_trusts(office.database, url + "/") == []
    async with office.nothing_changes():
        with pytest.raises(AlreadySo):
            await office.run(network.headquarters, lambda unit: withdraw_issuer(unit, issuer.id))
        with pytest.raises(NotFound):
            await office.run(network.headquarters, lambda unit: withdraw_issuer(unit, new_id()))


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example.com",
        "https://",
        "ftp://login.example.com",
        "https://login.example.com?tenant=x",
        "https://login.example.com#x",
        "https://user:password@login.example.com",
        "https://login.example.com:99999",
        " https://login.example.com",
        "https://" + "x" * 600,
        "https://lögin.example.com",
        "",
    ],
)
async def test_what_is_no_issuers_url_is_refused(office: Office, url: str) -> None:
    command = RegisterIssuer(issuer=url, audience="a", name="n")
    async with office.nothing_changes():
        with pytest.raises(InvalidInput):
            await office.run(office.network.headquarters, lambda unit: register_issuer(unit, command))


async def test_only_headquarters_administrators_say_whose_tokens_count(office: Office, strangers: BuiltNetwork) -> None:
    network = office.network
    issuer = await office.run(network.headquarters, lambda unit: register_issuer(unit, OIDC))
    async with office.nothing_changes():
        with pytest.raises(KeyIsTaken):
            await office.run(network.headquarters, lambda unit: register_issuer(unit, OIDC))
        with pytest.raises(OnlyHeadquarters):
            await office.run(network.north, lambda unit: register_issuer(unit, OIDC))
        with pytest.raises(OnlyHeadquarters):
            await office.run(network.north, lambda unit: withdraw_issuer(unit, issuer.id))
        with pytest.raises(NotFound):
            await office.run(strangers.headquarters, lambda unit: withdraw_issuer(unit, issuer.id))
        editor = office.acting(network.headquarters, "standards_editor")
        with pytest.raises(NotPermitted):
            await office.run(editor, lambda unit: register_issuer(unit, OIDC))
        with pytest.raises(NotPermitted):
            await office.run(editor, lambda unit: withdraw_issuer(unit, issuer.id))
