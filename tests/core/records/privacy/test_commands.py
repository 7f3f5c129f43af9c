"""``touchstone privacy`` and ``touchstone records check`` as they are typed, on a database."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from core.kernel.database import Database
from gateway.cli.errors import RecordsDiffer, UnknownTenant
from gateway.cli.main import assembled
from tests.core.records.customers.serving import own
from tests.core.records.privacy.keeping import Keeper
from tests.support.api import SETTINGS
from tests.support.cluster import ROLE_SECRET

Typed = Callable[..., Any]


@pytest.fixture
def typed(database: Database, tmp_path: Path) -> Typed:
    """Types a command, in a thread of its own, since commands run loops of their own."""
    environment = {
        **{name: "" for name in os.environ if name.startswith("TOUCHSTONE_")},
        "DATABASE_URL": database.url,
        "TOUCHSTONE_HOME": str(tmp_path),
        "TOUCHSTONE_ROLE_SECRET": ROLE_SECRET,
        "TOUCHSTONE_MASTER_KEY": SETTINGS.master_key.get_secret_value(),
        "TOUCHSTONE_CURSOR_KEY": SETTINGS.cursor_key.get_secret_value(),
    }
    taken = {name: value or None for name, value in environment.items()}

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, assembled(words), words, env=taken)

    return run


async def network_of(keeper: Keeper) -> str:
    query = "SELECT key FROM networks WHERE network_id = $1"
    return await keeper.shop.admin.fetchval(query, keeper.scope.network_id)


async def test_erasures_are_written_down_and_carried_over_a_restore(
    keeper: Keeper, typed: Typed, tmp_path: Path
) -> None:
    network, file = await network_of(keeper), tmp_path / "erasures"
    eva = await keeper.registered(name="Eva Zinnober", contacts=[])
    tenant, admin = keeper.scope.tenant_id, keeper.shop.admin
    customer = await admin.fetchval("SELECT c::text FROM customers c WHERE tenant_id = $1", tenant)
    keys = await admin.fetch("SELECT k::text AS row FROM data_keys k WHERE tenant_id = $1", tenant)
    await keeper.erase(eva)
    wrote = await typed("privacy", "erasures", "--network", network, "--file", str(file))
    assert (wrote.exit_code, wrote.output) == (0, "1 erasures are written down.\n"), wrote.exception
    assert b"Zinnober" not in file.read_bytes()
    assert own("Customer", eva["id"]).hex in file.read_text().replace("-", "")
    await admin.execute("DELETE FROM customers WHERE tenant_id = $1", tenant)
    await admin.execute("DELETE FROM data_keys WHERE tenant_id = $1", tenant)
    await admin.execute("INSERT INTO customers SELECT ($1::text::customers).*", customer)
    for key in keys:
        await admin.execute("INSERT INTO data_keys SELECT ($1::text::data_keys).*", key["row"])
    await admin.execute("DELETE FROM erasures WHERE tenant_id = $1", tenant)
    assert (await keeper.read(eva))["name"] == "Eva Zinnober"
    for done in (1, 0):
        again = await typed("privacy", "replay", str(file), "--network", network)
        assert (again.exit_code, again.output.split()[0]) == (0, str(done)), again.exception
    assert (await keeper.read(eva))["name"] is None
    file.write_bytes(file.read_bytes().replace(b'"north"', b'"nowhere"'))
    unknown = await typed("privacy", "replay", str(file), "--network", network)
    assert isinstance(unknown.exception, UnknownTenant)


async def test_what_is_kept_otherwise_than_events_say_is_named_and_mended(keeper: Keeper, typed: Typed) -> None:
    network = await network_of(keeper)
    record = own("Record", (await keeper.closed("a"))["id"])
    whole = await typed("records", "check", "--network", network)
    assert (whole.exit_code, whole.output) == (0, "1 record is kept as the events say.\n"), whole.exception
    admin = keeper.shop.admin
    await admin.execute("UPDATE records SET priority = 'made up', step_count = 99 WHERE id = $1", record)
    named = await typed("records", "check", "--network", network, "--tenant", "north")
    assert (named.exit_code, type(named.exception)) == (1, RecordsDiffer)
    assert str(record)[:8] in named.output
    assert await admin.fetchval("SELECT step_count FROM records WHERE id = $1", record) == 99
    mended = await typed("records", "check", "--network", network, "--mend")
    assert mended.exit_code == 0, mended.exception
    assert await admin.fetchval("SELECT step_count FROM records WHERE id = $1", record) != 99
    assert (await typed("records", "check", "--network", network)).exit_code == 0
