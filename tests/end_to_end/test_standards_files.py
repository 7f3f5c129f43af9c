"""Standards as files on the command line: the seed's are given to another network and arrive as they left."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import uuid4

import pytest

from core.standards.exchange.policy import read_file
from gateway.seed.plan import CONTENT
from tests.end_to_end.command import assert_refused, invoked, told, touchstone
from tests.end_to_end.test_cli import settings_for
from tests.support.cluster import Address, clone, drop


@pytest.fixture
async def settings(address: Address, tmp_path: Path) -> AsyncGenerator[dict[str, str]]:
    """Environment of commands that work on a migrated database of this test's own."""
    name = f"files_{uuid4().hex[:12]}"
    await clone(address.admin_url, name)
    given = settings_for(address, name)
    migrating = {"MIGRATE_DATABASE_URL": address.admin_url}
    yield given | migrating | {"TOUCHSTONE_HOME": str(tmp_path / "home")}
    await drop(address.admin_url, name)


async def test_the_seed_is_founded_and_its_standard_given_away(settings: dict[str, str], tmp_path: Path) -> None:
    seeded = touchstone("seed", **settings)
    assert seeded.returncode == 0, told(seeded)
    assert "recife is refused" in seeded.stdout
    given = tmp_path / "sales-service.json"
    exported = touchstone(
        "standards", "export", "sales-service", "1.0.0", "--network", "seed", "--file", given, **settings
    )
    assert exported.returncode == 0, told(exported)
    assert given.read_text(encoding="utf-8") == (CONTENT / "sales-service.json").read_text(encoding="utf-8")
    assert invoked("tenants", "create-network", "other", **settings).returncode == 0
    taken = invoked("standards", "import", given, "--network", "other", **settings)
    assert taken.returncode == 0, told(taken)
    assert read_file(given.read_text(encoding="utf-8")).hash in taken.stdout
    again = invoked("standards", "export", "sales-service", "1.0.0", "--network", "other", **settings)
    assert again.stdout == given.read_text(encoding="utf-8")
    over = invoked("standards", "import", given, "--network", "other", **settings)
    assert_refused(over, "kernel.stale_edit")
    assert "--revision" in told(over)
    changed = json.loads(given.read_text(encoding="utf-8")) | {"number": "1.1.0"}
    given.write_text(json.dumps(changed), encoding="utf-8")
    assert_refused(invoked("standards", "import", given, "--network", "other", **settings), "standards.hash_differs")
    missing = invoked("standards", "import", tmp_path / "nowhere.json", "--network", "other", **settings)
    assert_refused(missing, "kernel.invalid_input")
    assert str(tmp_path / "nowhere.json") in told(missing)
