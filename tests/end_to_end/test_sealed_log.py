"""A tenant's log on the command line: sealed and exported by one party, verified by another."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.end_to_end.command import assert_refused, invoked, told, touchstone
from tests.end_to_end.test_cli import settings_for
from tests.support.cluster import Address, admin_database_url, clone, drop, superuser


@pytest.fixture
async def place(address: Address) -> AsyncGenerator[str]:
    """A migrated database of this test's own."""
    name = f"sealed_{uuid4().hex[:12]}"
    await clone(address.admin_url, name)
    yield name
    await drop(address.admin_url, name)


async def test_a_log_is_exported_and_verified(address: Address, place: str, tmp_path: Path) -> None:
    settings = settings_for(address, place) | {"TOUCHSTONE_HOME": str(tmp_path / "home")}
    created = invoked("tenants", "create-network", "acme", **settings)
    assert created.returncode == 0, told(created)
    note, leaves, log = (tmp_path / name for name in ("acme.checkpoint", "acme.leaves", "acme.ndjson.gz"))
    options = ("--network", "acme", "--file", note, "--leaves", leaves, "--export", log)
    made = invoked("checkpoint", *options, **settings)
    assert made.returncode == 0, told(made)
    key = made.stderr.strip().rsplit(" ", 1)[1]
    assert note.read_text(encoding="utf-8").startswith("touchstone/")
    held = ("--checkpoint", note, "--key", key, "--leaves", leaves)
    for source in (("--network", "acme"), ("--export", log)):
        verified = invoked("verify", *held, *source, **settings)
        assert verified.returncode == 0, told(verified)
        assert "held against 1 checkpoint." in verified.stdout
    admin = await superuser(admin_database_url(address.admin_url, place))
    altered = await admin.fetchval("UPDATE audit_entries SET details = '{\"forged\":true}' RETURNING id")
    await admin.close()
    found = tmp_path / "found.json"
    refused = invoked("verify", *held, "--network", "acme", "--json", found, **settings)
    assert_refused(refused, "cli.log_not_whole")
    assert "altered" in refused.stdout
    assert json.loads(found.read_text())["findings"][0]["id"] == str(altered)
    still = touchstone("verify", *held, "--export", log, **settings)
    assert still.returncode == 0, told(still)
    assert_refused(invoked("verify", "--checkpoint", log, "--network", "acme", **settings), "sealing.file_unreadable")
    assert_refused(invoked("verify", "--export", note, **settings), "sealing.file_unreadable")
    assert_refused(invoked("verify", **settings), "kernel.invalid_input")
    assert_refused(invoked("verify", "--proof", note, "--key", key, **settings), "cli.proof_shows_nothing")
    for way in (("--proof", note), ("--export", log, "--checkpoint", note)):
        refused = invoked("verify", *way, "--key", "nothing", **settings)
        assert_refused(refused, "kernel.invalid_input")
        assert "key: " in told(refused)
