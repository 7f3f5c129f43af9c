"""The main job against its floors: import, scoring, dashboard, and the memory of an import."""

import time
from collections import deque
from pathlib import Path
from typing import Any

from core.kernel.idle import run_until_idle
from core.kernel.roles import Role
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.quality.dashboard import network_dashboard
from core.quality.repository import Period
from tests.benchmarks._alone import alone
from tests.benchmarks._floors import BareInsert, Statement, batches, connected, overheard, replay, rule_alone
from tests.benchmarks._ground import REAL_LOG, Ground, Log, chain_log, own_ground, real_log
from tests.benchmarks._harness import case, interleaved
from tests.support.cluster import superuser

PEAK = Path(__file__).with_name("_peak.py")
READS = 20
IMPORT_GOAL, SCORING_GOAL, DASHBOARD_GOAL, MEMORY_GOAL = 6.0, 6.0, 3.0, 1.15


async def run(quick: bool) -> list[dict[str, Any]]:
    """Run the suite; the short form takes a small made-up log and one round, to see that everything runs."""
    async with own_ground() as (ground, folder, admin_url):
        log = real_log() if REAL_LOG.exists() and not quick else chain_log(folder, 300 if quick else 6_000)
        admin = await superuser(admin_url)
        try:
            cases = await Suite(ground, admin, log).run(1 if quick else 5)
        finally:
            await admin.close()
        return [*cases, await memory(ground, folder, 50 if quick else 12_000)]


class Suite:
    """Networks that are imported, scored and read in turn.

    Args:
        ground: The database.
        admin: A superuser's connection, to look at what was written.
        log: What is imported in every round, each time into a network of its own.
    """

    def __init__(self, ground: Ground, admin: Any, log: Log) -> None:
        self._ground = ground
        self._admin = admin
        self._log = log
        self._imported: deque[Scope] = deque()
        self._scored: deque[Scope] = deque(maxlen=1)
        self._records = 0

    async def run(self, rounds: int) -> list[dict[str, Any]]:
        """Measure all rivals in turn."""
        await self.bring()
        first = self._imported[0]
        bare = BareInsert(self._admin, first)
        await bare.read()
        made = await batches(self._ground, first, self._admin)
        await self.score()
        statements = await self.listen()

        async def rule() -> float:
            started = time.process_time()
            rule_alone(self._ground, made)
            return time.process_time() - started

        async with connected(self._ground, Role.APP) as app, connected(self._ground, Role.NETWORK) as network:
            took = await interleaved(
                rounds,
                bring=self.bring,
                insert=lambda: bare.run(app),
                score=self.score,
                rule=rule,
                read=lambda: self.read(READS),
                sql=lambda: many(READS, network, statements),
            )
        return self.cases(took)

    async def bring(self) -> float:
        """Import into a new network."""
        scope = await self._ground.found(self._log)
        started = time.perf_counter()
        self._records = await self._ground.bring(scope, self._log)
        self._imported.append(scope)
        return time.perf_counter() - started

    async def score(self) -> float:
        """Do all background work of the import that is next, and tell how much of the processor it took here.

        A rule alone never waits. Beside a busy neighbour, whoever waits for the database waits for its turn as well,
        so that only the time on the processor compares the two.
        """
        scope = self._imported.popleft()
        started = time.process_time()
        await run_until_idle(self._ground.background, network_id=scope.network_id)
        self._scored.append(scope)
        return time.process_time() - started

    async def read(self, times: int) -> None:
        """Read the dashboard of the network that was scored last."""
        [scope] = self._scored
        for _ in range(times):
            async with self._ground.database.network_reads(scope.network_id) as session:
                directory = self._ground.directory.within(session)
                unit = Unit(session=session, scope=scope, clock=self._ground.clock, directory=directory)
                shown = (await network_dashboard(unit, Period(standard_code=self._log.code))).whole.figures
            if shown.records != self._records:
                msg = f"The dashboard shows {shown.records} records of {self._records}."
                raise RuntimeError(msg)

    async def listen(self) -> list[Statement]:
        """Give the SQL of one dashboard; any network of the rounds has as many rows."""
        with overheard(self._ground, Role.NETWORK) as heard:
            await self.read(1)
        return list(heard)

    def cases(self, took: dict[str, float]) -> list[dict[str, Any]]:
        """Set each rival beside its floor."""
        import_ratio, score_ratio = took["bring"] / took["insert"], took["score"] / took["rule"]
        read_ratio = took["read"] / took["sql"]
        return [
            case(
                f"import of {self._log.path.name}, {self._records} records",
                self._records / took["bring"],
                "records/s",
                against="bare INSERT ... SELECT unnest of the same rows",
                ratio=import_ratio,
                goal=f"<= {IMPORT_GOAL}",
                met=import_ratio <= IMPORT_GOAL,
            ),
            case(
                "background work of the import: scores, figures, sums",
                took["score"] / self._records * 1e6,
                "us/record",
                against="the rule alone, both in processor time of this process",
                ratio=score_ratio,
                goal=f"<= {SCORING_GOAL}",
                met=score_ratio <= SCORING_GOAL,
            ),
            case(
                "dashboard of the whole network",
                took["read"] / READS * 1e3,
                "ms",
                against="its SQL through asyncpg",
                ratio=read_ratio,
                goal=f"<= {DASHBOARD_GOAL}",
                met=read_ratio <= DASHBOARD_GOAL,
            ),
        ]


async def many(times: int, connection: Any, statements: list[Statement]) -> None:
    """Run overheard SQL several times."""
    for _ in range(times):
        await replay(connection, statements)


async def memory(ground: Ground, folder: Path, traces: int) -> dict[str, Any]:
    """Compare the peak memory of importing a log with that of one four times as long, each in its own process."""
    short, long = [await peak(ground.database.url, folder, count) for count in (traces, 4 * traces)]
    return case(
        f"peak memory of importing {4 * traces} records",
        long,
        "MiB",
        against=f"importing {traces} records",
        ratio=long / short,
        goal=f"<= {MEMORY_GOAL}",
        met=long / short <= MEMORY_GOAL,
    )


async def peak(url: str, folder: Path, traces: int) -> float:
    """Import so many made-up traces in a process of its own and give its peak memory in MiB."""
    brought, mebibytes = (await alone(PEAK, url, str(folder), str(traces)))[-2:]
    if int(brought) != traces:
        msg = f"{int(brought)} of {traces} records were imported."
        raise RuntimeError(msg)
    return float(mebibytes)
