"""What the models say and what the migrations made are the same."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from core.kernel.migration.location import find_migrations, newest_revision
from core.kernel.migration.run import current, downgrade, draft, upgrade
from core.kernel.rows import Row, RowClass
from tests.core.kernel.schema_facts import behind_the_walls, cloned, models, tables
from tests.support.cluster import Address, admin_database_url

LONGEST_NAME = 50
KEYS = {
    RowClass.TENANT: ("tenant_id", "network_id"),
    RowClass.REFERENCE: ("network_id",),
}


@pytest.fixture(scope="module")
async def drawn(address: Address) -> AsyncGenerator[Any, None]:
    """A database whose tables SQLAlchemy drew from the models, to compare with the migrated one."""
    models()
    async with cloned(address, "drawn", template="template0") as name:
        url = admin_database_url(address.admin_url, name).replace("postgresql://", "postgresql+asyncpg://")
        engine = create_async_engine(url, connect_args={"ssl": False})
        async with engine.begin() as connection:
            await connection.exec_driver_sql("CREATE EXTENSION btree_gist")
            await connection.run_sync(SQLModel.metadata.create_all)
        await engine.dispose()
        async with behind_the_walls(address, name) as plain:
            yield plain


async def columns(connection: Any) -> dict[str, tuple[str, bool]]:
    """Type and whether it must be filled, by table and column; text of any length is text."""
    found = await connection.fetch(
        "SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, NULL) AS kind, a.attnotnull AS filled"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind = 'r' AND c.relname <> 'alembic_version' AND a.attnum > 0 AND NOT a.attisdropped"
    )
    return {one["name"]: (one["kind"].replace("character varying", "text"), one["filled"]) for one in found}


async def constraints(connection: Any) -> dict[str, str]:
    """Definition by table and name, of all but the NOT NULLs, which the columns tell."""
    found = await connection.fetch(
        "SELECT c.relname || '.' || k.conname AS name, pg_get_constraintdef(k.oid) AS rule FROM pg_constraint k"
        " JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relname <> 'alembic_version' AND k.contype <> 'n'"
    )
    return {one["name"]: as_text(one["rule"]) for one in found}


async def indexes(connection: Any) -> dict[str, str]:
    """Definition by name, of those that belong to no constraint."""
    found = await connection.fetch(
        "SELECT i.relname AS name, pg_get_indexdef(i.oid) AS rule FROM pg_index x"
        " JOIN pg_class i ON i.oid = x.indexrelid WHERE i.relnamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.oid)"
    )
    return {one["name"]: as_text(one["rule"]) for one in found}


def as_text(rule: str) -> str:
    """Forget that a model calls text of any length ``character varying``, and the casts and brackets that follow."""
    without_casts = re.sub(r"::(text|character varying)(\[\])?", "", rule)
    return re.sub(r"[()\s]", "", without_casts)


def different(made: dict[str, Any], drawn: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What is not the same in both, as (migrated, model)."""
    return {
        name: (made.get(name), drawn.get(name)) for name in made.keys() | drawn if made.get(name) != drawn.get(name)
    }


async def test_columns_are_those_of_the_models(admin: Any, drawn: Any) -> None:
    assert different(await columns(admin), await columns(drawn)) == {}


async def test_constraints_are_those_of_the_models(admin: Any, drawn: Any) -> None:
    assert different(await constraints(admin), await constraints(drawn)) == {}


async def test_indexes_are_those_of_the_models(admin: Any, drawn: Any) -> None:
    assert different(await indexes(admin), await indexes(drawn)) == {}


async def test_every_table_has_a_model_of_a_class_that_fits_its_key(admin: Any) -> None:
    for table in await tables(admin):
        model: type[Row] = table.model
        for column in KEYS.get(model.row_class, ()):
            assert column in table.columns, f"{table.name} lacks {column}"
        if model.row_class is RowClass.TENANT:
            assert table.key[0] == "tenant_id", table.name
        assert set(model.personal) <= set(table.columns), table.name


async def test_every_rule_of_a_tenant_table_names_the_tenant(admin: Any) -> None:
    """Uniqueness and references without the tenant can be neither distributed nor walled."""
    found = await admin.fetch(
        "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) AS rule FROM pg_constraint k"
        " JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = 'public'::regnamespace"
        " AND k.contype IN ('p', 'u', 'x')"
        " UNION ALL SELECT c.relname, i.relname, pg_get_indexdef(i.oid) FROM pg_index x"
        " JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid"
        " WHERE c.relnamespace = 'public'::regnamespace AND x.indisunique"
    )
    kept_by_tenant = {name for name, model in models().items() if model.row_class is RowClass.TENANT}
    wrong = [one["conname"] for one in found if one["relname"] in kept_by_tenant and "tenant_id" not in one["rule"]]
    assert wrong == []


async def test_names_are_short_enough_to_be_told_apart_on_every_shard(admin: Any) -> None:
    found = await admin.fetch(
        "SELECT conname AS name FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
        " UNION SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
    )
    assert [one["name"] for one in found if len(one["name"]) > LONGEST_NAME] == []


async def test_nothing_counts_up_and_nothing_waits_until_commit(admin: Any) -> None:
    sequences = "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
    assert await admin.fetch(sequences) == []
    deferrable = "SELECT conname FROM pg_constraint WHERE condeferrable AND connamespace = 'public'::regnamespace"
    assert await admin.fetch(deferrable) == []


async def test_migrations_go_forward_and_back(address: Address) -> None:
    config = Config()
    config.set_main_option("script_location", str(find_migrations()))
    (newest,) = ScriptDirectory.from_config(config).get_heads()
    assert newest == newest_revision()
    async with cloned(address, "moves") as name:
        before = await described(address, name)
        await downgrade(address.admin_url, name)
        assert await current(address.admin_url, name) is None
        assert await described(address, name) == ({}, {}, {}, [])
        await upgrade(address.admin_url, name)
        assert await current(address.admin_url, name) == newest
        assert await described(address, name) == before


async def described(address: Address, name: str) -> tuple[Any, ...]:
    """Everything a migration makes: columns, constraints, indexes, policies and grants."""
    async with behind_the_walls(address, name) as connection:
        rights = await connection.fetch(
            "SELECT c.relname, c.relacl::text, p.polname, pg_get_expr(p.polqual, p.polrelid) AS reads,"
            " pg_get_expr(p.polwithcheck, p.polrelid) AS writes FROM pg_class c"
            " LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind = 'r' AND c.relname <> 'alembic_version' ORDER BY 1, 3"
        )
        made = await columns(connection), await constraints(connection), await indexes(connection)
        return *made, [tuple(one.values()) for one in rights]


async def test_a_draft_has_nothing_to_change_and_the_form_of_the_others(address: Address, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    copytree(find_migrations(), folder, ignore=ignore_patterns("__pycache__"))
    async with cloned(address, "draft") as name:
        await draft(address.admin_url, name, "add nothing", "9999", folder=folder)
    written = (folder / "versions" / "9999_add_nothing.py").read_text()
    module: dict[str, Any] = {}
    exec(compile(written, "9999_add_nothing.py", "exec"), module)  # noqa: S102 - what was just written
    assert module["__doc__"].startswith("Add nothing.")
    assert module["revision"] == "9999"
    body = written.split("def upgrade() -> None:\n")[1].split("\n\n\n", maxsplit=1)[0].splitlines()
    assert [line.strip() for line in body if not line.strip().startswith("#")] == ["begin()", "pass"]
