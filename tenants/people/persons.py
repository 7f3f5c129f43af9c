"""A person's own group of rows: found and begun before, and apart from, any tenant.

Login comes before any tenant: the login role alone may turn a sign-in into a person. What is added to a person's rows
is added in a transaction of that person.
"""

from collections.abc import Sequence
from dataclasses import field
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.kernel.clock import recorded_now
from core.kernel.database import Database
from core.kernel.frozen import frozen
from core.kernel.ids import derived_id, new_id
from core.kernel.roles import Role
from tenants.people.models import IdentityKey, Person, PersonIdentity, PersonTenant


@frozen(kw_only=True)
class Identity:
    """Who somebody is by an issuer's word.

    Attributes:
        issuer: Who vouches, exactly as tokens carry it in ``iss``.
        subject: The issuer's name for the person; personal, never logged.
        networks: Networks that accept the token; none means that every network does (this server's own issuer).
    """

    issuer: str
    subject: str = field(repr=False)
    networks: frozenset[UUID] | None = None

    @property
    def key(self) -> UUID:
        """The hash of issuer and subject by which the person is found."""
        return derived_id("identity", self.issuer, self.subject)

    def serves(self, network_id: UUID) -> bool:
        """Tell whether a network accepts the token."""
        return self.networks is None or network_id in self.networks


async def person_by_identity(database: Database, issuer: str, subject: str) -> UUID | None:
    """Find the person a sign-in leads to; this is all the login role reads of people."""
    wanted = Identity(issuer=issuer, subject=subject).key
    async with database.transaction(Role.LOGIN, {}, read_only=True) as session:
        return await session.scalar(select(IdentityKey.person_id).where(col(IdentityKey.identity_key) == wanted))


async def begin_person(database: Database, identity: Identity, person_id: UUID | None = None) -> UUID:
    """Give the person a sign-in leads to, begun now where nobody is known by it.

    Done twice, or by two at once, it leads to one person.

    Args:
        database: Where people are kept.
        identity: The sign-in.
        person_id: The id a new person gets; a fresh one by default.
    """
    known = await person_by_identity(database, identity.issuer, identity.subject)
    if known is not None:
        return known
    fresh = person_id or new_id()
    if await add_person(database, fresh, identity):
        return fresh
    known = await person_by_identity(database, identity.issuer, identity.subject)
    if known is None:
        msg = "A sign-in that is taken leads to nobody."
        raise RuntimeError(msg)
    return known


async def add_person(database: Database, person_id: UUID, identity: Identity) -> bool:
    """Write a person with a sign-in; tell whether the sign-in was free, and write nothing where it was not."""
    async with database.person_rows(person_id, read_only=False) as session:
        # Without a conflict target, so that the right to read the keys is not needed.
        taken = await session.execute(
            insert(IdentityKey).values(identity_key=identity.key, person_id=person_id).on_conflict_do_nothing()
        )
        if getattr(taken, "rowcount", 0) == 0:
            return False
        now = recorded_now()
        await session.execute(insert(Person).values(person_id=person_id, recorded_at=now).on_conflict_do_nothing())
        await session.execute(
            insert(PersonIdentity)
            .values(person_id=person_id, identity_key=identity.key, issuer=identity.issuer, linked_at=now)
            .on_conflict_do_nothing()
        )
        return True


async def remember_tenant(database: Database, told: PersonTenant) -> None:
    """Copy the news of a membership to the person's rows; older news never overwrites newer."""
    statement = insert(PersonTenant).values(told.model_dump())
    fresh = {name: statement.excluded[name] for name in ("tenant_key", "tenant_name", "active", "version")}
    async with database.person_rows(told.person_id, read_only=False) as session:
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["person_id", "tenant_id"],
                set_=fresh,
                where=col(PersonTenant.version) < statement.excluded.version,
            )
        )


async def tenants_of(database: Database, person_id: UUID) -> Sequence[PersonTenant]:
    """List the tenants a person is an active member of, in any network, by key."""
    async with database.person_rows(person_id) as session:
        return await read_tenants_of(session, person_id)


async def read_tenants_of(session: AsyncSession, person_id: UUID) -> Sequence[PersonTenant]:
    """List them in a transaction that sees the person's rows."""
    rows = await session.scalars(
        select(PersonTenant)
        .where(col(PersonTenant.person_id) == person_id, col(PersonTenant.active).is_(other=True))
        .order_by(col(PersonTenant.tenant_key), col(PersonTenant.tenant_id))
    )
    return rows.all()
