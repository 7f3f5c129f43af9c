"""Signing in: who one is, where one may act, and how little the login role sees."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.kernel.ids import new_id
from core.kernel.roles import Role
from tenants.errors import NotAMember, UnknownIdentity
from tenants.login import memberships_of, person_by_identity, resolve_scope
from tenants.people.persons import Identity, begin_person
from tests.support.networks import BuiltNetwork
from tests.tenants.office import ISSUER, Office, somebody


async def test_a_sign_in_nobody_knows(office: Office) -> None:
    with pytest.raises(UnknownIdentity):
        await resolve_scope(
            office.database, who=somebody(), tenant_id=office.network.north.tenant_id, instant=office.clock.now()
        )
    assert await person_by_identity(office.database, ISSUER, "nobody") is None


async def test_one_acts_only_where_one_is_a_member(office: Office, strangers: BuiltNetwork) -> None:
    identity = somebody()
    accepted = await office.joined(office.network.north, "franchise_owner", identity=identity)
    elsewhere = [office.network.south, office.network.region, office.network.headquarters, strangers.north]
    for tenant_id in (*(scope.tenant_id for scope in elsewhere), new_id()):
        for who in (identity, accepted.person_id):
            with pytest.raises(NotAMember):
                await resolve_scope(office.database, who=who, tenant_id=tenant_id, instant=office.clock.now())


async def test_a_network_takes_no_token_that_only_another_accepts(office: Office, strangers: BuiltNetwork) -> None:
    known = somebody()
    await office.joined(office.network.north, "clerk", identity=known)
    tenant_id, now = office.network.north.tenant_id, office.clock.now()
    foreign = Identity(issuer=known.issuer, subject=known.subject, networks=frozenset({strangers.id}))
    with pytest.raises(NotAMember):
        await resolve_scope(office.database, who=foreign, tenant_id=tenant_id, instant=now)
    ours = Identity(issuer=known.issuer, subject=known.subject, networks=frozenset({office.network.id}))
    assert (await resolve_scope(office.database, who=ours, tenant_id=tenant_id, instant=now)).roles == ("clerk",)


async def test_the_same_subject_of_another_issuer_is_another_person(office: Office) -> None:
    identity = somebody()
    first = await begin_person(office.database, identity)
    other = Identity(issuer="https://other.example", subject=identity.subject)
    assert await begin_person(office.database, other) != first
    assert await begin_person(office.database, identity) == first
    joined = Identity(issuer=ISSUER + identity.subject[:1], subject=identity.subject[1:])
    assert joined.key != identity.key, "issuer and subject do not run together"


async def test_a_copy_in_the_persons_rows_decides_nothing(office: Office) -> None:
    accepted = await office.joined(office.network.north, "clerk")
    await office.admin.execute(
        "INSERT INTO person_tenants (person_id, tenant_id, network_id, tenant_key, tenant_name, active, version)"
        " VALUES ($1, $2, $3, 'south', 'South', true, 1)",
        accepted.person_id,
        office.network.south.tenant_id,
        office.network.id,
    )
    assert len(await memberships_of(office.database, accepted.person_id)) == 2
    with pytest.raises(NotAMember):
        await resolve_scope(
            office.database,
            who=accepted.person_id,
            tenant_id=office.network.south.tenant_id,
            instant=office.clock.now(),
        )


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (Role.LOGIN, "SELECT person_id FROM people"),
        (Role.LOGIN, "SELECT person_id FROM person_tenants"),
        (Role.LOGIN, "SELECT person_id FROM memberships"),
        (Role.LOGIN, "SELECT id FROM tenants"),
        (Role.LOGIN, "SELECT id FROM service_accounts"),
        (Role.LOGIN, "INSERT INTO identity_keys VALUES (gen_random_uuid(), gen_random_uuid())"),
        (Role.APP, "SELECT person_id FROM identity_keys"),
        (Role.APP, "UPDATE identity_keys SET person_id = gen_random_uuid()"),
        (Role.APP, "DELETE FROM identity_keys"),
        (Role.NETWORK, "SELECT person_id FROM identity_keys"),
        (Role.WORKER, "SELECT person_id FROM identity_keys"),
    ],
)
async def test_sign_ins_are_read_by_the_login_role_alone_and_nothing_else_by_it(
    office: Office, role: Role, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with office.database.transaction(role, {}) as session:
            await session.execute(text(statement))


async def test_a_person_adds_no_sign_in_to_somebody_else(office: Office) -> None:
    accepted = await office.joined(office.network.north, "clerk")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with office.database.person_rows(new_id(), read_only=False) as session:
            await session.execute(
                text("INSERT INTO identity_keys VALUES (gen_random_uuid(), :person)"), {"person": accepted.person_id}
            )


async def test_a_persons_rows_are_seen_by_that_person_alone(office: Office) -> None:
    accepted = await office.joined(office.network.north, "clerk")
    async with office.database.person_rows(new_id()) as session:
        for table in ("people", "person_identities", "person_tenants"):
            assert (await session.execute(text(f"SELECT * FROM {table}"))).all() == []
    async with office.database.person_rows(accepted.person_id) as session:
        for table in ("people", "person_identities", "person_tenants"):
            assert len((await session.execute(text(f"SELECT * FROM {table}"))).all()) == 1
