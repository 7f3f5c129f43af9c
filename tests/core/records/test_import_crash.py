"""Kills of the importer and of PostgreSQL during an import lose nothing and double nothing."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from touchstone_runtime.postgres import EmbeddedPostgres
from touchstone_runtime.throwaway import throwaway_folder

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.migration.run import bootstrap, upgrade
from core.records.importing import grouping
from core.records.importing.figures import Figures
from tests.core.records.builders import mapping
from tests.core.records.conftest import MASTER_KEY, Chain, found_chain
from tests.core.records.test_import_log import LogOf, case
from tests.support.cluster import ROLE_SECRET, admin_database_url, database_url, superuser

pytestmark = pytest.mark.crash

ROOT = Path(__file__).parents[3]
CASES = 400
CHUNK = 10


def log_for_crashes(log_of: LogOf) -> Path:
    return log_of(*[case(str(number), "se" if number % 4 else "pl", day=1 + number % 28) for number in range(CASES)])


@pytest.mark.parametrize("chunks", [0, 1, 7, 23])
async def test_a_killed_importer_goes_on_where_it_was(
    chunks: int, chain: Chain, log_of: LogOf, tmp_path: Path, admin: Any
) -> None:
    await chain.tenant("se")
    await chain.tenant("pl")
    log, facts = log_for_crashes(log_of), tmp_path / "facts.json"
    said = tmp_path / "mapping.json"
    said.write_text(mapping().model_dump_json(by_alias=True, exclude_none=True, exclude_defaults=True))
    scope = chain.scope
    facts.write_text(
        json.dumps(
            {
                "url": chain.database.url,
                "network_id": str(scope.network_id),
                "tenant_id": str(scope.tenant_id),
                "actor_id": str(scope.actor.id),
                "instant": scope.instant.isoformat(),
                "log": str(log),
                "mapping": str(said),
                "master_key": MASTER_KEY,
                "chunk_records": str(CHUNK),
            }
        )
    )
    await asyncio.to_thread(kill_after, chunks, facts)
    before = await admin.fetchval("SELECT count(*) FROM records WHERE network_id = $1", scope.network_id)
    assert chunks * CHUNK <= before < CASES
    done = await chain.bring(log, mapping())
    assert (done.figures.imported, done.figures.new, done.figures.refused) == (CASES, CASES - before, 0)
    await assert_whole(admin, chain)


def kill_after(chunks: int, facts: Path) -> None:
    """Start an importer and kill it as soon as it says that so many chunks are written."""
    command = [sys.executable, str(Path(__file__).with_name("importing_process.py")), str(facts)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as importer:
        assert importer.stdout is not None
        for line in importer.stdout:
            if int(line) >= chunks:
                break
        importer.send_signal(signal.SIGKILL)
        assert importer.wait() == -signal.SIGKILL


async def assert_whole(admin: Any, chain: Chain) -> None:
    """Every case is one record with all its steps, in one chunk, announced by one command."""
    network = chain.scope.network_id
    figures = await admin.fetchrow(
        """
        SELECT (SELECT count(*) FROM records WHERE network_id = $1) AS records,
          (SELECT count(DISTINCT external_id) FROM records WHERE network_id = $1) AS cases,
          (SELECT count(*) FROM record_keys WHERE network_id = $1) AS keys,
          (SELECT count(*) FROM record_steps WHERE network_id = $1) AS steps,
          (SELECT count(*) FROM records r WHERE network_id = $1 AND step_count <> (
            SELECT count(*) FROM record_steps s WHERE s.tenant_id = r.tenant_id AND s.record_id = r.id)) AS torn,
          (SELECT sum(records) FROM import_chunks WHERE network_id = $1) AS in_chunks,
          (SELECT count(*) FROM import_chunks WHERE network_id = $1) AS chunks,
          (SELECT count(*) FROM outbox WHERE network_id = $1 AND topic = 'quality.score_chunk') AS commands
        """,
        network,
    )
    assert figures["records"] == figures["cases"] == figures["keys"] == figures["in_chunks"] == CASES
    assert (figures["steps"], figures["torn"]) == (2 * CASES, 0)
    assert figures["commands"] == figures["chunks"]


async def test_postgresql_may_be_killed_and_come_back(
    clock: SetClock, log_of: LogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The importer waits for the database, writes the chunk that was under way again, and goes on."""
    monkeypatch.setattr(grouping, "CHUNK_RECORDS", CHUNK)
    with throwaway_folder() as folder, EmbeddedPostgres(folder / "postgres", fast=True) as postgres:
        await bootstrap(postgres.admin_url, "touchstone", ROLE_SECRET)
        await upgrade(postgres.admin_url, "touchstone")
        database = Database(database_url(postgres.admin_url, "touchstone"), ROLE_SECRET, pool_size=2)
        chain = await found_chain(database, clock)
        await chain.publish("incident-handling")
        await chain.tenant("se")
        await chain.tenant("pl")
        outage = Outage(postgres)
        done = await chain.bring_watched(log_for_crashes(log_of), mapping(), outage.watch)
        assert outage.times == 2
        assert (done.failure, done.figures.imported, done.figures.refused) == (None, CASES, 0)
        admin = await superuser(admin_database_url(postgres.admin_url, "touchstone"))
        await assert_whole(admin, chain)
        await admin.close()
        await database.close()


class Outage:
    """Kills PostgreSQL after the third and again after the twentieth chunk; a thread brings it back."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self.times = 0
        self._postgres = postgres
        self._after = [3, 20]

    def watch(self, figures: Figures) -> None:
        if self._after and figures.chunks >= self._after[0]:
            self._after.pop(0)
            self.times += 1
            assert self._postgres.pid is not None
            os.kill(self._postgres.pid, signal.SIGKILL)
            asyncio.get_running_loop().run_in_executor(None, self._bring_back)

    def _bring_back(self) -> None:
        self._postgres.wait(10)
        self._postgres.start()
