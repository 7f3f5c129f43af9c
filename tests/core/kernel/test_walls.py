"""The database's own wall, proved without the repositories' filters, over every table there is.

Rows of three tenants (two of one network, one of another) are made up in a clone whose other rules are dropped, so
that nothing but the wall can refuse them.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from core.kernel.roles import SERVING, Role
from core.kernel.rows import RowClass
from core.kernel.walls import SETTINGS, join_ids
from tests.core.kernel.schema_facts import Holder, Table, behind_the_walls, cloned, drop_rules, holders, rows_of, tables
from tests.support.cluster import Address

# What a role sees without any context, because it works before a tenant is known: keys alone.
BY_FUNCTION_ALONE = {"event_tombstones"}
"""Tables that a function of the owner's writes alone, which holds the row against what it stands for."""
BEFORE_ANY_TENANT = {
    (Role.WORKER, "outbox"),
    (Role.WORKER, "timers"),
    (Role.WORKER, "data_keys"),
    (Role.LOGIN, "identity_keys"),
    (Role.LOGIN, "issuers"),
}
WORKER_COLUMNS = {
    "outbox": {"tenant_id", "network_id", "id", "status", "due_at", "finished_at"},
    "timers": {"tenant_id", "network_id", "id", "due_at"},
    "data_keys": {"tenant_id", "network_id", "master_key_id"},
}

Keys = set[tuple[Any, ...]]


@dataclass
class Walled:
    """A clone with a row of each holder in every table."""

    connection: Any
    tables: list[Table]
    north: Holder
    south: Holder
    foreign: Holder
    rows: dict[tuple[str, Holder], tuple[Any, ...]]

    def row(self, table: Table, holder: Holder) -> tuple[Any, ...]:
        return self.rows[table.name, holder]

    def named(self, *classes: RowClass) -> list[Table]:
        return [table for table in self.tables if table.model.row_class in classes]

    @asynccontextmanager
    async def acting(self, role: Role, **context: str) -> AsyncGenerator[Any, None]:
        """Act as a role in a context; nothing is kept."""
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            for name, value in context.items():
                assert f"app.{name}" in SETTINGS
                await self.connection.execute("SELECT set_config($1, $2, true)", f"app.{name}", value)
            await self.connection.execute(f"SET LOCAL ROLE {role.value}")
            yield self.connection
        finally:
            await transaction.rollback()

    def as_tenant(self, holder: Holder) -> Any:
        tenant = str(holder.tenant_id)
        return self.acting(Role.APP, network_id=str(holder.network_id), tenant_id=tenant, lineage=tenant)


async def seen(connection: Any, table: Table) -> Keys:
    """The rows that are seen; none where the role may not even ask."""
    try:
        async with connection.transaction():
            return await rows_of(connection, table)
    except asyncpg.InsufficientPrivilegeError:
        return set()


async def refused(connection: Any, statement: str) -> bool:
    """Tell whether a statement is refused or touches nothing."""
    try:
        async with connection.transaction():
            status = await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return status.rsplit(" ", 1)[1] == "0"


def at(table: Table, row: tuple[Any, ...]) -> str:
    """Write the condition that finds a row."""
    return " AND ".join(f"{name} = '{value}'" for name, value in zip(table.identity, row, strict=True))


@pytest.fixture(scope="module")
async def walled(address: Address) -> AsyncGenerator[Walled, None]:
    north, south, foreign = holders()
    async with cloned(address, "walls") as name, behind_the_walls(address, name) as connection:
        found = await tables(connection)
        await drop_rules(connection)
        rows: dict[tuple[str, Holder], tuple[Any, ...]] = {}
        for table in found:
            for holder in (north, south, foreign):
                statement = f"{table.insert(holder)} RETURNING {', '.join(table.identity)}"
                rows[table.name, holder] = tuple((await connection.fetchrow(statement)).values())
        yield Walled(connection, found, north, south, foreign, rows)


@pytest.mark.parametrize("role", SERVING)
async def test_without_a_context_nothing_is_seen(walled: Walled, role: Role) -> None:
    async with walled.acting(role) as connection:
        for table in walled.named(RowClass.TENANT, RowClass.REFERENCE, RowClass.GROUP):
            if (role, table.name) not in BEFORE_ANY_TENANT:
                assert await seen(connection, table) == set(), f"{role} sees {table.name}"


async def test_without_a_context_the_owner_sees_nothing_of_tenants_either(walled: Walled) -> None:
    async with walled.acting(Role.OWNER) as connection:
        for table in walled.named(RowClass.TENANT):
            assert await seen(connection, table) == set(), table.name


@pytest.mark.parametrize("role", SERVING)
async def test_settings_that_were_emptied_show_nothing(walled: Walled, role: Role) -> None:
    """A setting reads as an empty string once a transaction that set it has ended."""
    empty = {name.removeprefix("app."): "" for name in SETTINGS}
    async with walled.acting(role, **empty) as connection:
        for table in walled.named(RowClass.TENANT, RowClass.REFERENCE, RowClass.GROUP):
            if (role, table.name) not in BEFORE_ANY_TENANT:
                assert await seen(connection, table) == set(), f"{role} sees {table.name}"


async def test_the_worker_sees_keys_and_no_content(walled: Walled) -> None:
    async with walled.acting(Role.WORKER) as connection:
        for name, shown in WORKER_COLUMNS.items():
            table = next(one for one in walled.tables if one.name == name)
            for column in table.columns:
                hidden = await refused(connection, f"SELECT {column} FROM {name} LIMIT 1")
                assert hidden is (column not in shown), f"{name}.{column}"


async def test_a_tenant_sees_its_own_rows_and_those_shared_in_its_network(walled: Walled) -> None:
    async with walled.as_tenant(walled.north) as connection:
        for table in walled.named(RowClass.TENANT):
            assert await seen(connection, table) == {walled.row(table, walled.north)}, table.name
        for table in walled.named(RowClass.REFERENCE):
            visible = await seen(connection, table)
            assert walled.row(table, walled.north) in visible, table.name
            assert walled.row(table, walled.foreign) not in visible, table.name
        for table in walled.named(RowClass.GROUP):
            assert await seen(connection, table) == set(), table.name


async def test_a_tenant_named_in_the_wrong_network_sees_nothing(walled: Walled) -> None:
    tenant = str(walled.north.tenant_id)
    wrong = {"network_id": str(walled.foreign.network_id), "tenant_id": tenant, "lineage": tenant}
    async with walled.acting(Role.APP, **wrong) as connection:
        for table in walled.named(RowClass.TENANT):
            assert await seen(connection, table) == set(), table.name


async def test_a_tenant_changes_nothing_of_another(walled: Walled) -> None:
    async with walled.as_tenant(walled.north) as connection:
        for table in walled.named(RowClass.TENANT, RowClass.REFERENCE):
            for other in (walled.south, walled.foreign):
                where = at(table, walled.row(table, other))
                column = table.key[0]
                assert await refused(connection, f"UPDATE {table.name} SET {column} = {column} WHERE {where}")
                assert await refused(connection, f"DELETE FROM {table.name} WHERE {where}"), table.name
                assert await refused(connection, table.insert(other)), table.name


async def test_a_tenant_moves_no_row_of_its_own_to_another(walled: Walled) -> None:
    async with walled.as_tenant(walled.north) as connection:
        for table in walled.named(RowClass.TENANT):
            move = f"UPDATE {table.name} SET tenant_id = '{walled.south.tenant_id}'"
            assert await refused(connection, f"{move} WHERE {at(table, walled.row(table, walled.north))}"), table.name


async def test_a_tenant_writes_its_own_rows(walled: Walled) -> None:
    """So that the refusals above are the wall's and not a missing right's."""
    async with walled.as_tenant(walled.north) as connection:
        for table in walled.named(RowClass.TENANT):
            if set(table.key) != {"tenant_id"}:
                written = not await refused(connection, table.insert(walled.north))
                assert written is (table.name not in BY_FUNCTION_ALONE), table.name


async def test_a_person_sees_the_own_group_of_rows_alone(walled: Walled) -> None:
    async with walled.acting(Role.APP, person_id=str(walled.north.person_id)) as connection:
        groups = [table for table in walled.named(RowClass.GROUP) if table.key[0] == "person_id"]
        assert groups
        for table in groups:
            assert await seen(connection, table) == {walled.row(table, walled.north)}, table.name
            assert await refused(connection, table.insert(walled.south)), table.name
        for table in walled.named(RowClass.TENANT, RowClass.REFERENCE):
            assert await seen(connection, table) == set(), table.name


async def test_the_region_role_sees_the_tenants_that_are_listed(walled: Walled) -> None:
    context = {"network_id": str(walled.north.network_id), "tenant_ids": join_ids([walled.north.tenant_id])}
    async with walled.acting(Role.REGION, **context) as connection:
        shown = 0
        for table in walled.named(RowClass.TENANT):
            visible = await seen(connection, table)
            assert visible <= {walled.row(table, walled.north)}, table.name
            shown += len(visible)
        assert shown > 0
        for table in walled.named(RowClass.REFERENCE):
            assert walled.row(table, walled.foreign) not in await seen(connection, table), table.name


async def test_the_network_role_sees_one_network(walled: Walled) -> None:
    async with walled.acting(Role.NETWORK, network_id=str(walled.north.network_id)) as connection:
        shown = 0
        for table in walled.named(RowClass.TENANT):
            visible = await seen(connection, table)
            assert visible <= {walled.row(table, walled.north), walled.row(table, walled.south)}, table.name
            shown += len(visible)
        assert shown > 0
        for table in walled.named(RowClass.REFERENCE):
            assert walled.row(table, walled.foreign) not in await seen(connection, table), table.name


@pytest.mark.parametrize("role", [Role.REGION, Role.NETWORK])
async def test_keys_of_persons_stay_with_their_tenant(walled: Walled, role: Role) -> None:
    context = {"network_id": str(walled.north.network_id)}
    if role is Role.REGION:
        context["tenant_ids"] = join_ids([walled.north.tenant_id])
    async with walled.acting(role, **context) as connection:
        assert await refused(connection, "SELECT wrapped FROM data_keys")


@pytest.mark.parametrize("role", [Role.REGION, Role.NETWORK, Role.WORKER, Role.LOGIN])
async def test_whoever_reads_widely_writes_nothing(walled: Walled, role: Role) -> None:
    tenant, network = str(walled.north.tenant_id), str(walled.north.network_id)
    context = {"network_id": network, "tenant_id": tenant, "tenant_ids": tenant, "lineage": tenant}
    async with walled.acting(role, **context) as connection:
        for table in walled.tables:
            column = table.key[0]
            assert await refused(connection, table.insert(walled.north)), table.name
            assert await refused(connection, f"UPDATE {table.name} SET {column} = {column}"), table.name
            assert await refused(connection, f"DELETE FROM {table.name}"), table.name


async def test_rows_of_the_platform_are_read_and_never_written(walled: Walled) -> None:
    async with walled.as_tenant(walled.north) as connection:
        for table in walled.named(RowClass.PLATFORM):
            assert len(await seen(connection, table)) == 3, table.name
            assert await refused(connection, f"DELETE FROM {table.name}"), table.name


async def test_every_table_is_walled_by_force_with_a_policy(walled: Walled) -> None:
    bare = await walled.connection.fetch(
        "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND relname <> 'alembic_version' AND NOT (relrowsecurity AND relforcerowsecurity"
        " AND EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = c.oid))"
    )
    assert [one["relname"] for one in bare] == []


async def test_no_policy_asks_another_table_or_function(walled: Walled) -> None:
    policies = await walled.connection.fetch(
        "SELECT tablename, policyname, concat(qual, ' ', with_check) AS rule FROM pg_policies"
    )
    assert policies
    for policy in policies:
        assert "SELECT" not in policy["rule"].upper(), policy["policyname"]


async def test_serving_roles_own_nothing_and_pass_no_wall(walled: Walled) -> None:
    names = [role.value for role in SERVING]
    powers = await walled.connection.fetch(
        "SELECT rolname FROM pg_roles r WHERE rolname = ANY($1) AND (rolsuper OR rolbypassrls OR rolcreaterole"
        " OR rolcreatedb OR rolreplication OR rolinherit"
        " OR EXISTS (SELECT 1 FROM pg_auth_members WHERE member = r.oid))",
        names,
    )
    assert [one["rolname"] for one in powers] == []
    owned = await walled.connection.fetch(
        "SELECT 'class ' || relname AS what FROM pg_class WHERE pg_get_userbyid(relowner) = ANY($1)"
        " UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pg_get_userbyid(proowner) = ANY($1)"
        " UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE pg_get_userbyid(nspowner) = ANY($1)"
        " UNION ALL SELECT 'database ' || datname FROM pg_database WHERE pg_get_userbyid(datdba) = ANY($1)",
        names,
    )
    assert [one["what"] for one in owned] == []


async def test_nothing_is_granted_to_everybody(walled: Walled) -> None:
    granted = await walled.connection.fetch(
        "SELECT relname FROM pg_class, aclexplode(relacl) AS right_ WHERE relnamespace = 'public'::regnamespace"
        " AND right_.grantee = 0"
    )
    assert [one["relname"] for one in granted] == []
