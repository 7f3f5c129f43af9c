"""Every process is killed at some moment of an import: what comes out is what an undisturbed import comes to.

The short form kills everything once. ``TOUCHSTONE_CRASH_ROUNDS=50`` repeats it with other moments in another order.
"""

import asyncio
import csv
import os
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from core.records.sealing.examine import examine
from core.records.sealing.policy.examining import Held
from core.records.sealing.policy.heads import LogName
from core.records.sealing.repository import asking
from gateway.cli.operator import operator
from gateway.cli.records import look, scopes
from gateway.demo import chain
from gateway.demo.material import CONTENT, Material, chain_of_stores
from gateway.demo.stage import Stage, set_stage
from tenants.networks.create import network_id_of
from tests.crash import facts
from tests.crash.calls import Calls
from tests.crash.plant import PATIENCE_S, Part, Plant, killed, running_plant, until, wiped
from tests.support.publishing import publish_material

pytestmark = pytest.mark.crash

ROUNDS = int(os.environ.get("TOUCHSTONE_CRASH_ROUNDS", "1"))
STORES = tuple(f"store-{number:02d}" for number in range(1, 7))
LONGEST_DELAY_S = 0.3
MOST_STARTS = 8
DATABASE_WAS_AWAY = "(gateway.database_unreachable)"
Blow = Callable[["Import"], Awaitable[None]]


@dataclass(frozen=True)
class Plain:
    """What the log holds, counted without the product."""

    stores: list[tuple[str, int, int, int]]

    @property
    def records(self) -> int:
        return sum(store[1] for store in self.stores)

    @property
    def steps(self) -> int:
        return sum(store[2] for store in self.stores)


def write_log(path: Path) -> Plain:
    """Write some stores of the made-up chain, and count them."""
    cases, steps, resolved = Counter[str](), Counter[str](), Counter[str]()
    seen = set[str]()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(chain.COLUMNS)
        for case, store, activity, *rest in chain.rows():
            if store not in STORES:
                continue
            writer.writerow((case, store, activity, *rest))
            cases[store] += case not in seen
            seen.add(case)
            steps[store] += 1
            resolved[store] += activity == "completed"
    return Plain([(store, cases[store], steps[store], resolved[store]) for store in STORES])


class Import:
    """An import into a network of its own that is started again as often as it breaks, and calls beside it."""

    def __init__(self, plant: Plant, network: str, log: Path, calls: Calls | None = None) -> None:
        self.plant = plant
        self.calls = calls
        self.id: UUID = network_id_of(network)
        self.starts = 0
        mapping = str(CONTENT / "checkout-log.yaml")
        self.process: Part = plant.part(network, "import", str(log), "--mapping", mapping, "--network", network)

    def start(self) -> None:
        self.starts += 1
        assert self.starts <= MOST_STARTS, self.process.said()
        self.process.start()

    async def reach(self, records: int) -> None:
        """Wait until so many records are there, whatever else happens meanwhile."""

        async def there() -> bool:
            return (await facts.imported(self.plant, self.id) or 0) >= records or await self.ended()

        await until(there, lambda: f"{records} records were not reached: {self.process.said()}")

    async def ended(self) -> bool:
        """Tell whether it came to its end; where it broke, it is started again."""
        if self.process.status not in (None, 0):
            self.start()
        return self.process.status == 0

    async def finish(self) -> None:
        """Wait until everything is imported and all work is done."""
        await until(self.ended, self.process.said)

        async def done() -> bool:
            return await facts.all_done(self.plant, self.id)

        await until(done, lambda: f"work is left: {self.plant.worker.said()}")


async def kill_importer(running: Import) -> None:
    """Kill it; where it was quicker than the blow before, or broken by that, it is begun once more and killed then."""
    if not running.process.kill():
        running.start()
        assert running.process.kill()
    running.start()


async def kill_worker(running: Import) -> None:
    assert running.plant.worker.kill()
    running.plant.worker.start()


async def kill_api(running: Import) -> None:
    begun_again_where_the_database_was_away(running.plant.api)
    async with called(running):
        assert running.plant.api.kill()
        running.plant.api.start()


def begun_again_where_the_database_was_away(api: Part) -> None:
    """Start the API again where it ended since PostgreSQL was away at its start, as whatever watches it would."""
    if api.status is not None:
        assert DATABASE_WAS_AWAY in api.said()[-len(DATABASE_WAS_AWAY) - 2 :], api.said()
        api.start()


async def kill_postgres(running: Import) -> None:
    async with called(running):
        await asyncio.to_thread(killed, running.plant.postgres)
        await asyncio.to_thread(running.plant.postgres.start)


@asynccontextmanager
async def called(running: Import) -> AsyncGenerator[None]:
    """Have clients ask the API meanwhile, and be answered in the end."""
    if running.calls is None:
        yield
        return
    await serving(running.plant)
    async with running.calls.under_way():
        yield
        await serving(running.plant)


async def kill_valkey(running: Import) -> None:
    await asyncio.to_thread(killed, running.plant.valkey)
    await asyncio.to_thread(running.plant.valkey.start)


async def kill_and_wipe_valkey(running: Import) -> None:
    await asyncio.to_thread(killed, running.plant.valkey)
    wiped(running.plant.valkey)
    await asyncio.to_thread(running.plant.valkey.start)


BLOWS: tuple[Blow, ...] = (
    kill_importer,
    kill_worker,
    kill_api,
    kill_postgres,
    kill_valkey,
    kill_and_wipe_valkey,
)


def material(folder: Path, network: str) -> Material:
    return replace(chain_of_stores(folder), network=network, name=network, stores=STORES)


async def founded(plant: Plant, network: str, stores: tuple[str, ...] = STORES) -> Stage:
    """Make a network with its stores, and publish the standard there."""
    async with operator(plant.settings) as at:
        content = replace(material(plant.folder, network), stores=stores)
        stage = await set_stage(at, content)
        await publish_material(at, stage, content)
    return stage


@pytest.fixture(scope="module")
async def plant() -> AsyncGenerator[Plant]:
    async with running_plant() as running:
        yield running


@pytest.fixture(scope="module")
async def log(plant: Plant) -> tuple[Path, Plain]:
    path = plant.folder / "log.csv"
    return path, write_log(path)


@pytest.fixture(scope="module")
async def undisturbed(plant: Plant, log: tuple[Path, Plain]) -> dict[str, Any]:
    """What the log comes to when nobody is killed."""
    path, plain = log
    await founded(plant, "undisturbed")
    running = Import(plant, "undisturbed", path)
    running.start()
    await running.finish()
    assert running.starts == 1
    await assert_whole(plant, running.id, plain)
    return await facts.shown(plant, running.id)


@pytest.fixture(scope="module")
async def calls(plant: Plant) -> Calls:
    """Clients of a store in a network of its own."""
    return Calls(plant, await founded(plant, "called", ()))


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_kills_of_everything_lose_nothing_and_double_nothing(
    seed: int, plant: Plant, log: tuple[Path, Plain], undisturbed: dict[str, Any], calls: Calls
) -> None:
    path, plain = log
    random = Random(seed)
    network = f"disturbed-{seed}"
    await founded(plant, network)
    running = Import(plant, network, path, calls)
    running.start()
    blows = random.sample(BLOWS, k=len(BLOWS))
    moments = sorted(random.randrange(plain.records * 3 // 4) for _ in blows)
    for blow, records in zip(blows, moments, strict=True):
        await running.reach(records)
        await asyncio.sleep(random.uniform(0, LONGEST_DELAY_S))
        await blow(running)
    await running.finish()
    await assert_whole(plant, running.id, plain)
    assert await facts.shown(plant, running.id) == undisturbed
    await assert_events_agree(plant, network, plain)
    await calls.assert_done_once()
    await assert_all_serve(plant)


async def assert_whole(plant: Plant, network: UUID, plain: Plain) -> None:
    """The log is there once: no record, step, score or sum is missing, torn or double."""
    counted = await facts.counts(plant, network)
    assert counted["chunks"] == counted["commands"] > 0
    for name in ("records", "cases", "keys", "figures", "in_chunks", "events", "conformance"):
        assert counted[name] == plain.records, name
    assert counted["steps"] == counted["steps_in_chunks"] == counted["steps_in_events"] == plain.steps
    assert (counted["runs"], counted["finished"]) == (1, 1)
    assert await facts.rows(plant, facts.STORED, network) == plain.stores
    assert await facts.rows(plant, facts.TORN, network) == []
    assert await facts.rows(plant, facts.UNDONE, network) == []
    await assert_scored_once(plant, network, plain)
    assert await facts.rows(plant, facts.DAYS, network) == await facts.rows(plant, facts.DAYS_COUNTED, network)
    sums = await facts.rows(plant, facts.SCORE_DAYS, network)
    assert sums == await facts.rows(plant, facts.SCORE_DAYS_COUNTED, network)


async def assert_events_agree(plant: Plant, name: str, plain: Plain) -> None:
    """Everything kept of records is what their events say; all of it is sealed, once, and every log is whole."""
    assert await look(plant.settings, name, "", mend=False) == ([], plain.records)

    async def sealed() -> bool:
        found = await facts.rows(plant, facts.LEAVES, network_id_of(name))
        leaves, events, subjects, all_events = found[0]
        assert leaves == subjects
        return events == all_events == plain.records

    await until(sealed, lambda: f"events are not sealed: {plant.worker.said()}")
    async with operator(plant.settings) as at:
        async for _, scope in scopes(at, name, ""):
            async with at.database.unit(scope, clock=at.clock, read_only=True) as unit:
                log = LogName(unit.network_id, unit.tenant_id)
                assert not (await examine(asking(unit), log, Held())).findings


async def assert_scored_once(plant: Plant, network: UUID, plain: Plain) -> None:
    """Every record has one score of every rule and dimension."""
    scores = await facts.rows(plant, facts.SCORED, network)
    assert {times for _, _, _, _, times, _, _ in scores} == {1}
    judged = Counter((rule, dimension) for _, _, rule, dimension, _, _, _ in scores)
    assert len(judged) >= 2
    assert None not in {rule for rule, _ in judged}
    assert set(judged.values()) == {plain.records}


async def assert_all_serve(plant: Plant) -> None:
    """The worker and the API outlived what was not aimed at them."""
    assert plant.worker.status is None, plant.worker.said()
    await serving(plant)
    assert plant.api.status is None


async def serving(plant: Plant) -> None:
    """Wait until the API is ready."""

    async def ready() -> bool:
        begun_again_where_the_database_was_away(plant.api)
        return await asyncio.to_thread(plant.api_is_ready)

    await until(ready, plant.api.said, PATIENCE_S)
