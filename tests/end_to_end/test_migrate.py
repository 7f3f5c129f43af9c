"""``touchstone migrate`` makes a database from nothing without what migrations are made of, and records it for that."""

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from core.kernel.migration import recording
from core.kernel.migration.baseline import FILE
from core.kernel.migration.location import newest_revision
from core.kernel.migration.run import current
from gateway.cli import migrate
from tests.end_to_end.command import PATIENCE_S, ROOT, assert_refused, environment, invoked, told
from tests.end_to_end.test_cli import settings_for
from tests.support.cluster import Address, drop, superuser

IMPORTED = """
import sys
from gateway.cli.main import run
try:
    run()
finally:
    print("with", *{"alembic", "sqlalchemy"} & set(sys.modules))
"""


async def test_a_database_is_made_from_nothing_without_alembic(address: Address, tmp_path: Path) -> None:
    name = f"made_{uuid4().hex[:12]}"
    settings = settings_for(address, name) | {
        "MIGRATE_DATABASE_URL": address.admin_url,
        "TOUCHSTONE_HOME": str(tmp_path),
    }
    try:
        ended = subprocess.run(  # noqa: ASYNC221 - nothing else is going on
            [sys.executable, "-c", IMPORTED, "migrate"],
            cwd=ROOT,
            env=environment(settings),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert ended.returncode == 0, told(ended)
        assert ended.stdout.splitlines() == ["The schema is up to date.", "with"]
        assert await current(address.admin_url, name) == newest_revision()
    finally:
        await drop(address.admin_url, name)


async def test_recording_leaves_a_file_and_no_database(
    address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded_in: list[str] = []

    async def recorded(_admin_url: str, database: str) -> str:
        recorded_in.append(database)
        return "-- what was sent"

    monkeypatch.setattr(recording, "recorded_upgrade", recorded)
    monkeypatch.setattr(migrate, "find_migrations", lambda: tmp_path)
    settings = settings_for(address, "anything") | {"TOUCHSTONE_HOME": str(tmp_path / "home")}
    assert_refused(invoked("migrate", "--record", **settings), "cli.migration_address_missing")
    ended = invoked("migrate", "--record", **settings, MIGRATE_DATABASE_URL=address.admin_url)
    assert ended.returncode == 0, told(ended)
    assert (tmp_path / FILE).read_text() == "-- what was sent"
    connection = await superuser(address.admin_url)
    try:
        assert recorded_in
        assert await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = ANY ($1)", recorded_in) == 0
    finally:
        await connection.close()
