"""Importing: beside writing the same rows alone, and time and memory a record as logs grow."""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from core.kernel.roles import Role
from core.records.mappings.loading import load_mapping
from core.records.mappings.schema import Format, Lines, LogMapping, TenantRule, TenantTemplate, TraceRule
from gateway.demo.chain import PROCESS, STARTS
from tests.benchmarks._execution.usage import family, processor_s
from tests.benchmarks._floors import BareInsert, connected
from tests.benchmarks._ground import CONTENT, REAL_LOG, Ground, Log, chain_log, postmaster, real_log
from tests.benchmarks._harness import case
from tests.benchmarks._records.size import Size, kept, tell

GROWING = Path(__file__).with_name("growing.py")
IMPORT_GOAL = 2.0
"""At least half of the throughput."""
FLAT_GOAL, MEMORY_GOAL = 1.25, 1.15
TENANTS = 12
AT_ONCE = 1_000


async def cases(ground: Ground, folder: Path, admin: Any, size: Size) -> list[dict[str, Any]]:
    """Measure imports of logs in each format."""
    logs = [
        lines_log(folder, size.imported),
        chain_log(folder, size.imported),
    ]
    if REAL_LOG.exists() and size.whole:
        logs.append(real_log())
    meter = Meter(await postmaster(admin))
    return [line for log in logs for line in kept(await Import(ground, admin, log, meter).measured(size.rounds))]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that something took, and seconds of processor time of this process and of all of PostgreSQL."""

    wall_s: float
    processor_s: float


@dataclass(frozen=True, slots=True)
class Meter:
    """Measures work that this process and PostgreSQL do; the processor time says more where others work as well.

    Attributes:
        postgres: The first process of the cluster.
    """

    postgres: int

    async def spent(self, work: Awaitable[Any]) -> Spent:
        """Wait for work, and tell what it took."""
        storing = family(self.postgres)
        before, own, started = processor_s(storing), time.process_time(), time.perf_counter()
        await work
        wall, own = time.perf_counter() - started, time.process_time() - own
        return Spent(wall, own + processor_s({*storing, *family(self.postgres)}) - before)


class Import:
    """A log that is imported again and again, each time into a network of its own.

    Args:
        ground: The database.
        admin: A superuser's connection, to look at what was written.
        log: The log.
        meter: Measures.
    """

    def __init__(self, ground: Ground, admin: Any, log: Log, meter: Meter) -> None:
        self._ground = ground
        self._admin = admin
        self._log = log
        self._meter = meter

    async def measured(self, rounds: int) -> list[dict[str, Any]]:
        """Import beside writing the same rows alone, in turn; the first import warms up."""
        scope = await self._ground.found(self._log)
        records = await self._ground.bring(scope, self._log)
        bare = BareInsert(self._admin, scope)
        await bare.read()
        imports: list[Spent] = []
        inserts: list[Spent] = []
        async with connected(self._ground, Role.APP) as app:
            for _ in range(rounds):
                ready = bare.made()
                inserts.append(await self._meter.spent(ready.write(app)))
                scope = await self._ground.found(self._log)
                imports.append(await self._meter.spent(self._ground.bring(scope, self._log)))
        tell(f"imported {self._log.path.name} {rounds} times")
        return self._lines(records, imports, inserts)

    def _lines(self, records: int, imports: Sequence[Spent], inserts: Sequence[Spent]) -> list[dict[str, Any]]:
        wall, bare = (statistics.median(one.wall_s for one in some) for some in (imports, inserts))
        own, least = (statistics.median(one.processor_s for one in some) for some in (imports, inserts))
        named, against = f"import of {self._log.path.name}", "bare INSERT ... SELECT unnest of the same rows"
        return [
            case(
                f"{named}, {records} records",
                records / wall,
                "records/s",
                against=against,
                ratio=wall / bare,
                goal=f"<= {IMPORT_GOAL}",
                met=wall <= IMPORT_GOAL * bare,
            ),
            case(
                f"{named}, processor time",
                1e6 * own / records,
                "us/record",
                against=against,
                ratio=own / least if least else None,
            ),
        ]


def lines_log(folder: Path, records: int) -> Log:
    """Write a log of lines of JSON, each a whole case of five steps; it may have any length."""
    path = folder / f"lines-{records}.ndjson"
    with path.open("wb") as file:
        for line in lines(records):
            file.write(line)
    return Log(path, lines_mapping(), "checkout")


def lines(records: int) -> Iterator[bytes]:
    """Give the lines, a few at a time."""
    waiting: list[bytes] = []
    for number in range(records):
        waiting.append(orjson.dumps(told(number), option=orjson.OPT_APPEND_NEWLINE))
        if len(waiting) == AT_ONCE or number == records - 1:
            yield b"".join(waiting)
            waiting.clear()


def told(number: int) -> dict[str, Any]:
    """Tell a case: its tenant, and the steps of its process, some seconds apart."""
    opened = STARTS + timedelta(seconds=7 * number % 8_000_000)
    instants = [opened + timedelta(seconds=place * (40 + number % 17)) for place in range(len(PROCESS) + 1)]
    steps = [
        {"activity": step, "status": "resolved" if step == PROCESS[-1] else "in_progress", "at": at.isoformat()}
        for step, at in zip(("queued", *PROCESS), instants, strict=True)
    ]
    return {
        "checkout": f"case-{number}",
        "store": f"store-{number % TENANTS:02d}",
        "channel": "site_desk",
        "steps": steps,
    }


def lines_mapping() -> LogMapping:
    """Give the mapping of the made-up chain for lines of JSON, which makes the tenants that are missing."""
    said = load_mapping(CONTENT / "checkout-log.yaml")
    record = said.record.model_copy(update={"channel": TraceRule(trace="channel")})
    changes = {
        "format": Format.NDJSON,
        "lines": Lines(events="steps"),
        "tenant": TenantRule(trace="store", create=TenantTemplate()),
        "record": record,
    }
    return said.model_copy(update=changes)


@dataclass(frozen=True, slots=True)
class Grown:
    """What an import in a process of its own came to; memory in MiB."""

    records: int
    spent: Spent
    peak: float

    @property
    def wall_us(self) -> float:
        """Microseconds a record."""
        return 1e6 * self.spent.wall_s / self.records

    @property
    def processor_us(self) -> float:
        """Microseconds of processor time a record."""
        return 1e6 * self.spent.processor_s / self.records


async def growing(ground: Ground, folder: Path, admin: Any, size: Size) -> list[dict[str, Any]]:
    """Compare memory and time a record of a very long log with those of a short one."""
    meter = Meter(await postmaster(admin))
    short, long = await grown(ground.database.url, folder, (size.few, size.many), meter)
    return [
        flat("time a record", "us/record", FLAT_GOAL, short.wall_us, long.wall_us, size),
        flat("processor time a record", "us/record", FLAT_GOAL, short.processor_us, long.processor_us, size),
        flat("peak memory", "MiB", MEMORY_GOAL, short.peak, long.peak, size),
    ]


def flat(name: str, unit: str, goal: float, few: float, many: float, size: Size) -> dict[str, Any]:
    """Set a figure of the long log beside that of the short one."""
    return case(
        f"{name} of importing {size.many:,} records",
        many,
        unit,
        against=f"importing {size.few:,} records",
        ratio=many / few,
        goal=f"<= {goal}",
        met=many <= goal * few,
    )


async def grown(url: str, folder: Path, lengths: Sequence[int], meter: Meter) -> list[Grown]:
    """Import logs of made-up cases in a process of their own, one after the other."""
    logs = [lines_log(folder, records) for records in lengths]
    named = [part for log, records in zip(logs, lengths, strict=True) for part in (str(log.path), str(records))]
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(GROWING), url, *named, stdout=asyncio.subprocess.PIPE
    )
    found = [await one_grown(process, records, meter) for records in lengths]
    if await process.wait():
        msg = f"The importing process ended with {process.returncode}."
        raise RuntimeError(msg)
    for log in logs:
        log.path.unlink()
    return found


async def one_grown(process: asyncio.subprocess.Process, records: int, meter: Meter) -> Grown:
    """Wait for the next log."""
    storing = family(meter.postgres)
    before = processor_s(storing)
    said = (await process.stdout.readline()).split() if process.stdout else []
    database_s = processor_s({*storing, *family(meter.postgres)}) - before
    if not said or int(said[0]) != records:
        msg = f"{said[:1]} of {records} records were imported."
        raise RuntimeError(msg)
    wall, own, peak = map(float, said[1:])
    tell(f"imported {records:,} records in {wall:.0f} s with {peak:.0f} MiB")
    return Grown(records, Spent(wall, own + database_s), peak)
