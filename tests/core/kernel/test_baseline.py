"""What a database with nothing in it is given instead of migrations is what they come to, all of it or nothing."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns
from textwrap import dedent
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from core.kernel.connecting import administering
from core.kernel.migration import run
from core.kernel.migration.baseline import BASELINE_LOCK, FILE, baseline, bring_from_nothing, is_empty
from core.kernel.migration.bootstrap import bootstrap
from core.kernel.migration.errors import StatementHasValues
from core.kernel.migration.location import find_migrations, newest_revision
from core.kernel.migration.recording import recorded_upgrade, script_of
from core.kernel.migration.schema import bring_up_to_date
from tests.core.kernel.schema_facts import behind_the_walls, cloned
from tests.support.catalogs import contents, different
from tests.support.cluster import ROLE_SECRET, Address, drop

ANEW = "migrations/baseline.sql is not what the migrations come to. Write it anew: touchstone migrate --record"
LATER = """
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade() -> None:
    op.execute("CREATE TABLE afterthoughts (id uuid)")


def downgrade() -> None:
    op.execute("DROP TABLE afterthoughts")
"""


@dataclass(frozen=True)
class Migrated:
    """A database that only migrations made, and what they sent."""

    name: str
    script: str


@dataclass(frozen=True)
class Given:
    """A database that no migration made, behind its walls, and all that is said of it."""

    connection: Any
    said: Counter[str]


@asynccontextmanager
async def prepared(address: Address) -> AsyncGenerator[str, None]:
    """A database with roles and extensions, and nothing in it."""
    name = f"nothing_{uuid4().hex[:12]}"
    try:
        await bootstrap(address.admin_url, name, ROLE_SECRET)
        yield name
    finally:
        await drop(address.admin_url, name)


@pytest.fixture
async def nothing(address: Address) -> AsyncGenerator[str, None]:
    async with prepared(address) as name:
        yield name


@pytest.fixture(scope="module")
async def migrated(address: Address) -> AsyncGenerator[Migrated, None]:
    async with prepared(address) as name:
        yield Migrated(name, await recorded_upgrade(address.admin_url, name))


@pytest.fixture(scope="module")
async def given(address: Address) -> AsyncGenerator[Given, None]:
    """A database that was given its schema at once."""
    async with prepared(address) as name:
        assert await bring_from_nothing(address.admin_url, name) == newest_revision()
        async with behind_the_walls(address, name) as connection:
            yield Given(connection, await contents(connection))


@pytest.fixture
def no_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever turns to migrations fails."""

    async def refused(*_asked: object, **_named: object) -> None:
        pytest.fail("migrations were turned to")

    monkeypatch.setattr(run, "upgrade", refused)


async def said_of(address: Address, name: str) -> Counter[str]:
    async with behind_the_walls(address, name) as connection:
        return await contents(connection)


async def test_what_is_recorded_is_current(migrated: Migrated) -> None:
    assert baseline(find_migrations()) == migrated.script, ANEW


async def test_it_is_the_same_as_migrating(address: Address, migrated: Migrated, given: Given) -> None:
    kinds = {line.split(" ", 1)[0] for line in given.said}
    assert {"pg_attribute", "pg_class", "pg_constraint", "pg_depend", "pg_index", "pg_policy", "pg_proc"} <= kinds
    assert f'alembic_version {{"version_num": "{newest_revision()}"}}' in given.said
    assert different(given.said, await said_of(address, migrated.name)) == []


NO_CHANGE = "CREATE FUNCTION no_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
ALTERED = (
    ("ALTER TABLE records ALTER COLUMN site_id SET (n_distinct = 11)", "pg_attribute", "{n_distinct=11}"),
    ("ALTER TABLE outbox ALTER COLUMN payload SET STORAGE MAIN", "pg_attribute", "attstorage=m"),
    ("ALTER TABLE outbox ALTER COLUMN topic SET STATISTICS 7", "pg_attribute", "attstattarget=7"),
    ('ALTER TABLE jobs ALTER COLUMN error TYPE text COLLATE "ucs_basic"', "pg_attribute", "attname=error"),
    ("ALTER TABLE jobs ALTER COLUMN kind DROP NOT NULL", "pg_constraint", "jobs_kind_not_null"),
    ("ALTER TABLE jobs DROP COLUMN total, ADD COLUMN total integer", "pg_attribute", "attname=total"),
    ("ALTER TABLE work_items ALTER COLUMN version SET DEFAULT 1", "pg_attrdef", "table work_items"),
    ("ALTER TABLE approvals SET (fillfactor = 70)", "pg_class", "{fillfactor=70}"),
    ("ALTER TABLE timers NO FORCE ROW LEVEL SECURITY", "pg_class", "relname=timers"),
    ("ALTER TABLE networks OWNER TO touchstone_maintain", "pg_class", "relname=networks"),
    ("REVOKE SELECT ON rollouts FROM touchstone_region", "pg_class", "relname=rollouts"),
    ("REVOKE SELECT (due_at) ON outbox FROM touchstone_worker", "pg_attribute", "attname=due_at"),
    ("ALTER POLICY jobs_network_select ON jobs USING (true)", "pg_policy", "polname=jobs_network_select"),
    ("ALTER POLICY waivers_network_select ON waivers TO touchstone_region", "pg_policy", "polname=waivers_network"),
    ("ALTER FUNCTION touchstone_set_local SECURITY DEFINER", "pg_proc", "prosecdef=true"),
    ("ALTER FUNCTION touchstone_set_local SET search_path = pg_catalog", "pg_proc", "{search_path=pg_catalog}"),
    ("GRANT EXECUTE ON FUNCTION bury_events TO PUBLIC", "pg_proc", "proname=bury_events"),
    ("CREATE SEQUENCE numbers", "pg_sequence", "numbers"),
    ("CREATE STATISTICS together ON kind, status FROM jobs", "pg_statistic_ext", "together"),
    ("CREATE TRIGGER idle BEFORE UPDATE ON jobs EXECUTE FUNCTION no_change()", "pg_trigger", "tgname=idle"),
    ("CREATE VIEW works AS SELECT kind FROM jobs", "pg_rewrite", "works"),
    ("CREATE TABLE parts (id uuid) PARTITION BY HASH (id)", "pg_partitioned_table", "parts"),
    ("COMMENT ON TABLE jobs IS 'what is done'", "pg_description", "what is done"),
    (
        "ALTER DEFAULT PRIVILEGES FOR ROLE touchstone_owner GRANT SELECT ON TABLES TO touchstone_app",
        "pg_default_acl",
        "touchstone_app=r/",
    ),
    ("DROP INDEX jobs_status", "pg_index", "jobs_status"),
    ("DROP INDEX jobs_subject; CREATE INDEX jobs_subject ON jobs (tenant_id) WHERE done > 0", "pg_index", "indpred"),
    ("ALTER TABLE approvals DROP CONSTRAINT approvals_decided", "pg_constraint", "conname=approvals_decided "),
    ("UPDATE alembic_version SET version_num = '0001'", "alembic_version", "0001"),
)


async def test_anything_that_differs_is_found(given: Given) -> None:
    await given.connection.execute("BEGIN")
    try:
        await given.connection.execute(NO_CHANGE)
        for statement, _, _ in ALTERED:
            await given.connection.execute(statement)
        found = different(given.said, await contents(given.connection))
    finally:
        await given.connection.execute("ROLLBACK")
    for statement, catalog, words in ALTERED:
        assert any(line[2:].startswith(f"{catalog} ") and words in line for line in found), statement


async def test_migrations_are_not_turned_to(address: Address, nothing: str, no_migrations: None) -> None:
    """Neither for what has nothing in it nor for what is as it should be."""
    for _ in range(2):
        await bring_up_to_date(address.admin_url, nothing)
    assert await run.current(address.admin_url, nothing) == newest_revision()


async def test_later_migrations_follow(address: Address, nothing: str, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    copytree(find_migrations(), folder, ignore=ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_afterthoughts.py").write_text(dedent(LATER.format(newest=newest_revision())))
    await bring_up_to_date(address.admin_url, nothing, folder=folder)
    assert await run.current(address.admin_url, nothing) == "9999"
    async with behind_the_walls(address, nothing) as connection:
        assert await connection.fetchval("SELECT to_regclass('afterthoughts') IS NOT NULL")
    await run.downgrade(address.admin_url, nothing, newest_revision(), folder=folder)
    assert await run.current(address.admin_url, nothing) == newest_revision()


async def test_a_database_at_an_older_revision_is_migrated(address: Address, given: Given) -> None:
    async with cloned(address, "older") as name:
        await run.downgrade(address.admin_url, name, "0042")
        assert await run.current(address.admin_url, name) == "0042"
        await bring_up_to_date(address.admin_url, name)
        assert different(given.said, await said_of(address, name)) == []


SOMETHING = (
    "CREATE TABLE guests (id uuid)",
    "CREATE VIEW guests AS SELECT 1 AS one",
    "CREATE SEQUENCE guests",
    "CREATE TYPE guest AS ENUM ('one')",
    "CREATE FUNCTION guests() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA house CREATE TABLE guests (id uuid)",
    "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)",
)


async def test_what_has_anything_in_it_is_not_empty(address: Address, nothing: str) -> None:
    async with behind_the_walls(address, nothing) as connection:
        for statement in SOMETHING:
            assert await is_empty(connection)
            await connection.execute("BEGIN")
            await connection.execute(statement)
            assert not await is_empty(connection), statement
            await connection.execute("ROLLBACK")


async def test_what_is_somebody_elses_goes_the_way_of_migrations(
    address: Address, nothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned_to: list[str] = []

    async def upgrade(_admin_url: str, database: str, **_named: object) -> None:
        turned_to.append(database)

    monkeypatch.setattr(run, "upgrade", upgrade)
    async with behind_the_walls(address, nothing) as connection:
        await connection.execute("CREATE TABLE guests (id uuid)")
        await bring_up_to_date(address.admin_url, nothing)
        assert turned_to == [nothing]
        assert await connection.fetchval("SELECT to_regclass('records') IS NULL")


async def test_where_nothing_was_recorded_migrations_do_it(address: Address, nothing: str, tmp_path: Path) -> None:
    assert await bring_from_nothing(address.admin_url, nothing, folder=tmp_path) is None
    async with behind_the_walls(address, nothing) as connection:
        assert await is_empty(connection)


OBJECTS = ("pg_class", "pg_default_acl", "pg_depend", "pg_proc", "pg_type")
SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'touchstone-migrate'"
)


async def until(connection: Any, question: str, count: int) -> None:
    """Wait until so many are found; the server has no event to wait for."""
    async with asyncio.timeout(60):
        while await connection.fetchval(question) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_interrupted_in_the_middle_it_leaves_nothing(address: Address, nothing: str, tmp_path: Path) -> None:
    whole = baseline(find_migrations())
    assert whole.count("INSERT INTO alembic_version") == 1
    async with behind_the_walls(address, nothing) as connection:
        before = await contents(connection, *OBJECTS)
        for end in ("failure", "kill", "cancel"):
            rest = "SELECT 1 / 0" if end == "failure" else "SELECT pg_sleep(60)"
            (tmp_path / FILE).write_text(whole.replace("INSERT INTO alembic", f"{rest};\nINSERT INTO alembic"))
            bringing = asyncio.create_task(bring_from_nothing(address.admin_url, nothing, folder=tmp_path))
            if end != "failure":
                await until(connection, f"{SESSIONS} AND wait_event = 'PgSleep'", 1)
            if end == "kill":
                await connection.execute(SESSIONS.replace("count(*)", "pg_terminate_backend(pid)"))
            elif end == "cancel":
                bringing.cancel()
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncio.CancelledError, OSError)):
                await bringing
            await until(connection, SESSIONS, 0)
            assert different(before, await contents(connection, *OBJECTS)) == [], end
    assert await bring_from_nothing(address.admin_url, nothing) == newest_revision()


async def test_of_two_at_once_one_does_it_and_the_other_waits(
    address: Address, nothing: str, no_migrations: None
) -> None:
    async with administering(address.admin_url, nothing) as connection:
        await connection.execute(f"SELECT pg_advisory_lock({BASELINE_LOCK})")
        both = [asyncio.create_task(bring_up_to_date(address.admin_url, nothing)) for _ in range(2)]
        await until(connection, f"{SESSIONS} AND wait_event = 'advisory'", len(both))
        await connection.execute(f"SELECT pg_advisory_unlock({BASELINE_LOCK})")
        await asyncio.gather(*both)
    assert await run.current(address.admin_url, nothing) == newest_revision()


def test_questions_settings_and_stamps_are_not_kept() -> None:
    sent = [
        "CREATE TABLE alembic_version ()",
        "SET LOCAL citus.multi_shard_modify_mode = 'sequential'",
        "\nSELECT 1 FROM pg_extension",
        "CREATE TABLE ones (id uuid \n)\n",
        "INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num",
        "INSERT INTO ones VALUES (NULL)",
        "UPDATE alembic_version SET version_num='0002' WHERE alembic_version.version_num = '0001'",
    ]
    written = [line for line in script_of(sent).splitlines() if line and not line.startswith("-- T")]
    assert written[-7:] == [
        "-- 0001",
        "CREATE TABLE alembic_version ();",
        "CREATE TABLE ones (id uuid",
        ");",
        "-- 0002",
        "INSERT INTO ones VALUES (NULL);",
        "INSERT INTO alembic_version (version_num) VALUES ('0002');",
    ]


async def test_a_statement_with_values_cannot_be_recorded(
    address: Address, nothing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "env.py").write_text((find_migrations() / "env.py").read_text())
    (tmp_path / "versions").mkdir()
    sending = LATER.format(newest="").replace('down_revision = ""', "down_revision = None")
    sending = sending.replace('op.execute("CREATE TABLE afterthoughts (id uuid)")', WITH_VALUES)
    (tmp_path / "versions" / "9999_values.py").write_text(dedent(sending))
    monkeypatch.setattr(run, "find_migrations", lambda: tmp_path)
    with pytest.raises(StatementHasValues):
        await recorded_upgrade(address.admin_url, nothing)


WITH_VALUES = (
    "import sqlalchemy as sa; op.execute(sa.text(\"COMMENT ON SCHEMA public IS :words\").bindparams(words='house'))"
)
