"""Roles and database are made by whoever may, twice without harm, and nothing too powerful is accepted."""

from collections.abc import AsyncGenerator
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from core.kernel.connecting import administering
from core.kernel.database import Database
from core.kernel.migration.bootstrap import refuse_powerful
from core.kernel.migration.errors import DatabaseNameIsInvalid, MigrationsAreMissing, RoleIsTooPowerful, RowsStayUnseen
from core.kernel.migration.location import find_migrations
from core.kernel.migration.run import bootstrap, current, upgrade
from core.kernel.migration.scram import scram_verifier
from core.kernel.roles import SERVING, Role
from tests.core.kernel.schema_facts import behind_the_walls, cloned
from tests.support.cluster import ROLE_SECRET, TEMPLATE, Address, database_url, drop


@pytest.fixture
async def fresh(address: Address) -> AsyncGenerator[str, None]:
    """The name of a database that is not there yet."""
    name = f"fresh_{uuid4().hex[:12]}"
    yield name
    await drop(address.admin_url, name)


async def test_it_can_be_done_again(address: Address, fresh: str) -> None:
    await bootstrap(address.admin_url, fresh, ROLE_SECRET)
    await bootstrap(address.admin_url, fresh, ROLE_SECRET)
    assert await current(address.admin_url, fresh) is None
    async with behind_the_walls(address, fresh) as connection:
        owner = await connection.fetchrow(
            "SELECT pg_get_userbyid(datdba) AS owner, datlocprovider::text AS provider, datlocale FROM pg_database"
            " WHERE datname = current_database()"
        )
        assert tuple(owner.values()) == (Role.OWNER.value, "b", "C.UTF-8")
        assert await connection.fetchval("SELECT 1 FROM pg_extension WHERE extname = 'btree_gist'") == 1
        everybody = await connection.fetchval(
            "SELECT count(*) FROM pg_database, aclexplode(datacl) one WHERE datname = current_database()"
            " AND one.grantee = 0"
        )
        assert everybody == 0


@pytest.mark.parametrize("role", SERVING)
async def test_serving_roles_sign_in_with_derived_passwords(address: Address, fresh: str, role: Role) -> None:
    await bootstrap(address.admin_url, fresh, ROLE_SECRET)
    database = Database(database_url(address.admin_url, fresh), ROLE_SECRET, pool_size=1)
    try:
        async with database.pool(role).connect() as connection:
            assert await connection.scalar(statement("SELECT current_user")) == role.value
    finally:
        await database.close()


@pytest.mark.parametrize("role", [Role.OWNER, Role.MAINTAIN])
async def test_the_owner_and_the_maintainer_cannot_sign_in(admin: Any, role: Role) -> None:
    assert await admin.fetchval("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", role.value) is False


async def test_an_administrator_without_superuser_rights_can_do_it(address: Address, fresh: str) -> None:
    """As on a managed PostgreSQL: CREATEROLE and CREATEDB, on roles that it has been given the administration of."""
    name, password = f"manager_{uuid4().hex[:8]}", uuid4().hex
    driver: Any = asyncpg
    root = await driver.connect(address.admin_url, ssl=False)
    try:
        await root.execute(f"CREATE ROLE {name} LOGIN CREATEROLE CREATEDB PASSWORD '{password}'")
        for role in Role:
            await root.execute(f"GRANT {role.value} TO {name} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
        host = address.admin_url.rsplit("@", 1)[1]
        managed = f"postgresql://{name}:{password}@{host}"
        await bootstrap(managed, fresh, ROLE_SECRET)
        await upgrade(managed, fresh, "0001")
        assert await current(managed, fresh) == "0001"
    finally:
        await drop(address.admin_url, fresh)
        await root.execute(f"DROP OWNED BY {name}")
        await root.execute(f"DROP ROLE {name}")
        await root.close()


@pytest.mark.parametrize("name", ["", "Upper", 'quo"te', "1st", "x" * 64, "a;b"])
async def test_names_that_need_quoting_are_refused(address: Address, name: str) -> None:
    with pytest.raises(DatabaseNameIsInvalid):
        await bootstrap(address.admin_url, name, ROLE_SECRET)


@pytest.mark.parametrize("power", ["BYPASSRLS", "INHERIT", "CREATEROLE"])
async def test_a_role_that_passes_the_walls_is_refused(address: Address, power: str) -> None:
    async with administering(address.admin_url) as connection:
        await refuse_powerful(connection, Role.REGION)
        # Roles belong to the whole cluster, so what is done to one here is never committed.
        await connection.execute("BEGIN")
        await connection.execute(f"ALTER ROLE {Role.REGION.value} {power}")
        with pytest.raises(RoleIsTooPowerful) as refused:
            await refuse_powerful(connection, Role.REGION)
        await connection.execute("ROLLBACK")
    assert refused.value.role == Role.REGION.value


async def test_a_role_that_belongs_to_another_is_refused(address: Address) -> None:
    async with administering(address.admin_url) as connection:
        await connection.execute("BEGIN")
        await connection.execute(f"GRANT {Role.NETWORK.value} TO {Role.REGION.value}")
        with pytest.raises(RoleIsTooPowerful):
            await refuse_powerful(connection, Role.REGION)
        await connection.execute("ROLLBACK")


def test_a_verifier_is_what_the_standard_says() -> None:
    """RFC 7677's own example."""
    from base64 import b64decode

    verifier = scram_verifier("pencil", b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
    assert verifier == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )


def test_migrations_are_found_in_a_checkout_and_missed_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.kernel.migration import location

    assert (find_migrations() / "versions" / "0001_kernel.py").is_file()
    monkeypatch.setattr(location, "candidates", list)
    with pytest.raises(MigrationsAreMissing):
        find_migrations()


BACKFILL = '''
from alembic import op
from core.kernel.migration.backfill import backfill
from core.kernel.migration.tables import begin

revision = "backfill"
down_revision = "0001"


def upgrade():
    begin()
    backfill("jobs", """{statement}""", left="kind = 'old'")
'''
WHOLE = "UPDATE jobs SET kind = 'new' WHERE tenant_id = :tenant_id AND kind = 'old'"


async def backfilled(address: Address, tmp_path: Path, statement_text: str) -> list[str]:
    """Migrate a database with jobs of two tenants by a backfill; give the kinds that are there afterwards."""
    versions = tmp_path / "versions"
    versions.mkdir()
    original = find_migrations()
    (tmp_path / "env.py").write_text((original / "env.py").read_text())
    (versions / "0001_kernel.py").write_text((original / "versions" / "0001_kernel.py").read_text())
    (versions / "backfill.py").write_text(dedent(BACKFILL.format(statement=statement_text)))
    async with cloned(address, "backfill", template=TEMPLATE) as name:
        async with behind_the_walls(address, name) as connection:
            await connection.execute("UPDATE alembic_version SET version_num = '0001'")
            for _ in range(2):
                await connection.execute(
                    "INSERT INTO jobs (tenant_id, network_id, id, kind, subject_kind, subject_id, status, done,"
                    " actor_kind, actor_id, updated_at, recorded_at) VALUES (gen_random_uuid(), gen_random_uuid(),"
                    " gen_random_uuid(), 'old', 'x', gen_random_uuid(), 'waiting', 0, 'system', gen_random_uuid(),"
                    " now(), now())"
                )
        try:
            await upgrade(address.admin_url, name, "backfill", folder=tmp_path)
        finally:
            async with behind_the_walls(address, name) as connection:
                kinds = [one["kind"] for one in await connection.fetch("SELECT kind FROM jobs")]
                forced = await connection.fetchval("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'jobs'")
                assert forced is True
        return kinds


async def test_a_backfill_reaches_every_tenant(address: Address, tmp_path: Path) -> None:
    assert await backfilled(address, tmp_path, WHOLE) == ["new", "new"]


async def test_a_backfill_that_leaves_rows_fails(address: Address, tmp_path: Path) -> None:
    with pytest.raises(RowsStayUnseen) as refused:
        await backfilled(address, tmp_path, f"{WHOLE} AND done > 0")
    assert (refused.value.table, refused.value.rows) == ("jobs", 2)


async def test_the_same_update_without_the_helper_silently_changes_nothing(address: Address) -> None:
    """Why the helper is there."""
    async with cloned(address, "silent", template=TEMPLATE) as name, behind_the_walls(address, name) as connection:
        await connection.execute(
            "INSERT INTO timers (tenant_id, network_id, id, kind, subject_id, due_at, set_at) VALUES"
            " (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'old', gen_random_uuid(), now(), now())"
        )
        await connection.execute(f"SET ROLE {Role.OWNER.value}")
        assert await connection.execute("UPDATE timers SET kind = 'new'") == "UPDATE 0"


def statement(words: str) -> Any:
    from sqlalchemy import text

    return text(words)
