"""Kills of the importer and of PostgreSQL during an import lose nothing and double nothing.

The short form kills each importer once or twice. ``TOUCHSTONE_CRASH_ROUNDS=50`` repeats it at other moments.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from time import sleep
from typing import Any

import pytest
from pydantic import SecretStr
from touchstone_runtime.postgres import EmbeddedPostgres
from touchstone_runtime.throwaway import throwaway_folder

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.idle import run_until_idle
from core.kernel.ids import new_id
from core.kernel.migration.bootstrap import bootstrap
from core.kernel.migration.schema import bring_up_to_date
from core.kernel.outbox_rows import Tenancy
from core.kernel.work import Background
from core.records.execution.rebuild import check_tenant
from core.records.importing import grouping
from core.records.importing.figures import Figures
from core.records.uploads.receive import KeepUpload, keep_upload
from core.records.uploads.start import IMPORT, StartImport, start_import
from core.records.uploads.store import UploadStore
from gateway.wiring import make_services
from tests.core.records.builders import mapping
from tests.core.records.conftest import MASTER_KEY, Chain, found_chain
from tests.core.records.test_import_log import LogOf, case
from tests.support.api import SETTINGS
from tests.support.cluster import ROLE_SECRET, admin_database_url, database_url, superuser

pytestmark = pytest.mark.crash

ROOT = Path(__file__).parents[3]
CASES = 240
CHUNK = 8
ROUNDS = int(os.environ.get("TOUCHSTONE_CRASH_ROUNDS", "1"))
LONGEST_DELAY_S = 0.04


def log_for_crashes(log_of: LogOf) -> Path:
    return log_of(*[case(str(number), "se" if number % 4 else "pl", day=1 + number % 28) for number in range(CASES)])


@dataclass
class Round:
    """One log that is imported while its importer is killed at random moments."""

    chain: Chain
    folder: Path
    admin: Any
    random: Random

    @property
    def facts(self) -> dict[str, str]:
        scope = self.chain.scope
        return {
            "url": self.chain.database.url,
            "network_id": str(scope.network_id),
            "tenant_id": str(scope.tenant_id),
            "actor_id": str(scope.actor.id),
            "instant": self.chain.clock.now().isoformat(),
            "master_key": MASTER_KEY,
            "chunk_records": str(CHUNK),
        }

    async def records(self) -> int:
        counted = "SELECT count(*) FROM records WHERE network_id = $1"
        return await self.admin.fetchval(counted, self.chain.scope.network_id)

    async def killed(self, least: int, **more: str) -> int:
        """Start an importer, kill it somewhere behind a number of records, and give how many are there.

        Nothing that was told to be written is lost, and nothing that was there before.
        """
        before = await self.records()
        facts = self.folder / "facts.json"
        facts.write_text(json.dumps({**self.facts, **more}))
        told = await asyncio.to_thread(kill_after, least, self.random.uniform(0, LONGEST_DELAY_S), facts)
        now = await self.records()
        assert max(before, told) <= now <= CASES
        return now


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_a_killed_importer_goes_on_where_it_was(
    seed: int, chain: Chain, log_of: LogOf, tmp_path: Path, admin: Any
) -> None:
    await chain.tenant("se")
    await chain.tenant("pl")
    log, said = log_for_crashes(log_of), tmp_path / "mapping.json"
    said.write_text(mapping().model_dump_json(by_alias=True, exclude_none=True, exclude_defaults=True))
    running = Round(chain, tmp_path, admin, Random(seed))
    before = 0
    for least in moments(running.random):
        before = await running.killed(least, log=str(log), mapping=str(said))
    done = await chain.bring(log, mapping())
    assert (done.figures.imported, done.figures.new, done.figures.refused) == (CASES, CASES - before, 0)
    await assert_whole(admin, chain)
    await assert_rows_follow_from_events(chain)


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_a_killed_worker_leaves_an_upload_that_the_next_one_imports(
    seed: int, chain: Chain, log_of: LogOf, tmp_path: Path, admin: Any
) -> None:
    settings = SETTINGS.model_copy(update={"uploads_folder": tmp_path / "uploads", "master_key": SecretStr(MASTER_KEY)})
    services = make_services(chain.database, settings)
    upload = new_id()
    received = await services.get(UploadStore).receive(
        Tenancy(chain.scope.tenant_id, chain.scope.network_id),
        upload,
        pieces(log_for_crashes(log_of).read_bytes()),
        10_000_000,
    )
    own = mapping(tenant={"own": True, "first_event": None}).model_dump_json(by_alias=True, exclude_none=True)
    async with chain.database.unit(chain.scope, clock=chain.clock) as unit:
        await keep_upload(unit, KeepUpload(upload_id=upload, name="log.xes", received=received))
        ordered = await start_import(unit, StartImport(upload_id=upload, mapping=own))
    running = Round(chain, tmp_path, admin, Random(seed))
    for least in moments(running.random):
        await running.killed(least, uploads=str(tmp_path / "uploads"))
        chain.clock.advance(timedelta(minutes=1))  # The lease of whoever was killed ends.
    background = Background(database=chain.database, services=services, clock=chain.clock)
    await admin.execute(DONE_BUT_IMPORTS, chain.scope.network_id, IMPORT)
    await run_until_idle(background, network_id=chain.scope.network_id)
    job = await admin.fetchrow("SELECT status, done, total FROM jobs WHERE id = $1", ordered.job_id)
    assert tuple(job) == ("done", received.bytes, received.bytes)
    run = await admin.fetchrow("SELECT status, records_imported FROM import_runs WHERE id = $1", ordered.run_id)
    assert tuple(run) == ("finished", CASES)
    assert await admin.fetchval("SELECT count(*) FROM import_uploads WHERE id = $1", upload) == 0
    assert [one for one in (tmp_path / "uploads").rglob("*") if one.is_file()] == []
    await assert_whole(admin, chain)
    await assert_rows_follow_from_events(chain)


DONE_BUT_IMPORTS = "UPDATE outbox SET status = 'done', finished_at = now() WHERE network_id = $1 AND topic <> $2"


def moments(random: Random) -> list[int]:
    """Give behind how many records an attempt is killed; one in two imports is killed twice."""
    return [random.randrange(CASES * 3 // 4) for _ in range(random.randrange(1, 3))]


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


def kill_after(least: int, delay: float, facts: Path) -> int:
    """Start an importer, kill it a moment after it says that so many records are there; give how many it said."""
    command = [sys.executable, str(Path(__file__).with_name("importing_process.py")), str(facts)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as importer:
        assert importer.stdout is not None
        for line in importer.stdout:
            word, _, number = line.partition(" ")
            told = int(number) if word == "records" else told
            if word == "records" and told >= least:
                break
        sleep(delay)
        importer.send_signal(signal.SIGKILL)
        assert importer.wait() in {-signal.SIGKILL, 0}
    return told


async def assert_rows_follow_from_events(chain: Chain) -> None:
    """What is kept of every record is what its events say, as `touchstone records check` looks at it."""
    for facts in await chain.directory.tenants(chain.scope.network_id):
        own = replace(chain.scope, tenant_id=facts.id)
        async with chain.database.unit(own, read_only=True) as unit:
            assert [one async for one in check_tenant(unit)] == []


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
          (SELECT count(*) FROM record_events WHERE network_id = $1 AND kind = 'imported' AND number = 1) AS events,
          (SELECT count(*) FROM record_events WHERE network_id = $1) AS all_events,
          (SELECT count(*) FROM outbox WHERE network_id = $1 AND topic = 'quality.score_chunk') AS commands
        """,
        network,
    )
    assert figures["records"] == figures["cases"] == figures["keys"] == figures["in_chunks"] == CASES
    assert figures["events"] == figures["all_events"] == CASES
    assert (figures["steps"], figures["torn"]) == (2 * CASES, 0)
    assert figures["commands"] == figures["chunks"]


async def test_postgresql_may_be_killed_and_come_back(
    clock: SetClock, log_of: LogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The importer waits for the database, writes the chunk that was under way again, and goes on."""
    monkeypatch.setattr(grouping, "CHUNK_RECORDS", CHUNK)
    with throwaway_folder() as folder, EmbeddedPostgres(folder / "postgres", fast=True) as postgres:
        await bootstrap(postgres.admin_url, "touchstone", ROLE_SECRET)
        await bring_up_to_date(postgres.admin_url, "touchstone")
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
