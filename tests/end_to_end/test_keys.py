"""``touchstone keys``: a new master key, and a kill in the middle of a process of its own."""

import subprocess
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from core.kernel.clock import SystemClock
from core.kernel.crypto import MasterKeyIsMissing, MasterKeys
from core.kernel.database import Database
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Scope
from tests.end_to_end.command import PATIENCE_S, assert_refused, begun, invoked, told
from tests.support.cluster import ROLE_SECRET, Address, admin_database_url, clone, database_url, drop, superuser
from tests.support.networks import BuiltNetwork, build_network

OLD, NEW = "a1" * 32, "b2" * 32
SLOW = """
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END $$;
    CREATE TRIGGER slow BEFORE UPDATE ON data_keys
      FOR EACH ROW WHEN (NEW.tenant_id = '{tenant}') EXECUTE FUNCTION slow()
"""
WAITS = """
    SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""
HELD = "SELECT tenant_id, master_key_id, count(*) AS keys FROM data_keys GROUP BY 1, 2"


@dataclass(frozen=True)
class Vault:
    """A database of its own, with keys of persons in two tenants.

    Attributes:
        settings: Environment of a command that works there, without a master key.
        database: The database.
        network: The network.
        admin_url: To look behind the walls.
    """

    settings: dict[str, str]
    database: Database
    network: BuiltNetwork
    admin_url: str

    def run(self, verb: str, masters: str) -> subprocess.CompletedProcess[str]:
        return invoked("keys", verb, **self.settings, TOUCHSTONE_MASTER_KEY=masters)

    @asynccontextmanager
    async def behind(self) -> AsyncGenerator[Any]:
        connection = await superuser(self.admin_url)
        try:
            yield connection
        finally:
            await connection.close()

    async def held(self) -> dict[tuple[Any, str], int]:
        """Count keys by tenant and master key."""
        async with self.behind() as connection:
            return {(one["tenant_id"], one["master_key_id"]): one["keys"] for one in await connection.fetch(HELD)}

    async def open_all(self, master: str) -> int:
        """Unwrap the keys of both tenants as a serving process does; tell how many tenants that were."""
        for scope in (self.network.north, self.network.south):
            async with self.database.unit(scope, clock=SystemClock()) as unit:
                await KeyRing(unit, MasterKeys.read(master)).tenant_key()
        return 2


def name_of(master: str) -> str:
    return MasterKeys.read(master).current


@pytest.fixture
async def vault(address: Address) -> AsyncGenerator[Vault]:
    name = f"keys_{uuid4().hex[:12]}"
    await clone(address.admin_url, name)
    database = Database(database_url(address.admin_url, name), ROLE_SECRET)
    network = await build_network(database, SystemClock(), key="corner")
    for scope in (network.north, network.south):
        await keyed(database, scope)
    settings = {
        "DATABASE_URL": database_url(address.admin_url, name),
        "REDIS_URL": address.redis_url,
        "TOUCHSTONE_ROLE_SECRET": ROLE_SECRET,
        "TOUCHSTONE_CURSOR_KEY": OLD,
    }
    yield Vault(settings, database, network, admin_database_url(address.admin_url, name))
    await database.close()
    await drop(address.admin_url, name)


async def keyed(database: Database, scope: Scope) -> None:
    """Let a tenant make its keys, and one of a person, under the old master key."""
    async with database.unit(scope, clock=SystemClock()) as unit:
        ring = KeyRing(unit, MasterKeys.read(OLD))
        await ring.tenant_key()
        await ring.pseudonym_key()
        await ring.person_key(uuid4())


async def test_keys_are_rotated_twice_and_the_old_master_key_is_needed_no_more(vault: Vault) -> None:
    before = await vault.held()
    assert {master for _, master in before} == {name_of(OLD)}
    for _ in range(2):
        ended = vault.run("rotate", f"{NEW},{OLD}")
        assert ended.returncode == 0, told(ended)
        assert f"wrapped by the master key {name_of(NEW)}" in ended.stdout
    assert await vault.held() == {(tenant, name_of(NEW)): keys for (tenant, _), keys in before.items()}
    assert await vault.open_all(NEW) == 2
    with pytest.raises(MasterKeyIsMissing):
        await vault.open_all(OLD)
    assert vault.run("rotate", NEW).returncode == 0


async def test_a_rotation_that_is_killed_goes_on_when_it_is_started_again(vault: Vault) -> None:
    last = max(vault.network.north.tenant_id, vault.network.south.tenant_id)
    masters = f"{NEW},{OLD}"
    async with vault.behind() as connection:
        await connection.execute(SLOW.format(tenant=last))
        await connection.execute("SELECT pg_advisory_lock(1)")
        process = begun("keys", "rotate", **vault.settings, TOUCHSTONE_MASTER_KEY=masters)
        await arrived(connection, process)
        process.kill()
        process.communicate()
    assert sorted(master for _, master in await vault.held()) == sorted([name_of(NEW), name_of(OLD)])
    assert await vault.open_all(masters) == 2

    ended = vault.run("rotate", masters)
    assert ended.returncode == 0, told(ended)
    assert {master for _, master in await vault.held()} == {name_of(NEW)}
    assert await vault.open_all(NEW) == 2


async def arrived(connection: Any, process: subprocess.Popen[str]) -> None:
    """Wait until the rotation stands before the second tenant's keys."""
    patient_until = time.monotonic() + PATIENCE_S
    while not await connection.fetchval(WAITS):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < patient_until
        await connection.execute("SELECT pg_sleep(0.02)")


async def test_a_missing_master_key_is_named_with_those_who_need_it(vault: Vault) -> None:
    before = await vault.held()
    ended = vault.run("rotate", NEW)
    assert_refused(ended, "kernel.master_key_missing")
    for said in (name_of(OLD), "corner/north", "corner/south", "missing"):
        assert said in told(ended)
    assert OLD not in told(ended)
    assert await vault.held() == before


async def test_keys_somebody_holds_are_named_as_left(vault: Vault) -> None:
    async with vault.behind() as connection, connection.transaction():
        await connection.fetch(
            "SELECT id FROM data_keys WHERE tenant_id = $1 FOR UPDATE", vault.network.south.tenant_id
        )
        ended = vault.run("rotate", f"{NEW},{OLD}")
    assert_refused(ended, "cli.keys_are_left")
    assert "corner/south" in told(ended)
    assert "corner/north" not in ended.stdout.partition("Keys under older master keys")[2]


async def test_master_keys_are_listed_with_what_they_wrap(vault: Vault) -> None:
    ended = vault.run("list", f"{NEW},{OLD}")
    assert ended.returncode == 0, told(ended)
    shown = [[cell.strip() for cell in line.split("│")[1:-1]] for line in ended.stdout.splitlines()]
    assert [line for line in shown if line][-2:] == [
        [name_of(NEW), "current", "0", "0"],
        [name_of(OLD), "older", str(sum((await vault.held()).values())), "2"],
    ]


async def test_doctor_says_what_a_rotation_has_left(vault: Vault) -> None:
    for masters, verdict in ((OLD, "good"), (f"{NEW},{OLD}", "warning"), (NEW, "bad")):
        ended = invoked("doctor", **vault.settings, TOUCHSTONE_MASTER_KEY=masters)
        assert verdict in next(line for line in ended.stdout.splitlines() if "│ keys " in line)
