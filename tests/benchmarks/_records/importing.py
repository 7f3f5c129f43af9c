"""Importing: beside writing the same rows alone, and time and memory a record as logs grow."""

import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from core.kernel.roles import Role
from core.kernel.scope import Scope
from core.records.mappings.loading import load_mapping
from core.records.mappings.schema import Format, Lines, LogMapping, TenantRule, TenantTemplate, TraceRule
from gateway.demo.chain import PROCESS, STARTS
from tests.benchmarks._floors import BareInsert, connected
from tests.benchmarks._ground import CONTENT, REAL_LOG, Ground, Log, chain_log, real_log
from tests.benchmarks._harness import case, interleaved

GROWING = Path(__file__).with_name("growing.py")
IMPORT_GOAL = 2.0
"""At least half of the throughput."""
FLAT_GOAL, MEMORY_GOAL = 1.25, 1.15
TENANTS = 12
AT_ONCE = 1_000


async def cases(ground: Ground, folder: Path, admin: Any, *, quick: bool) -> list[dict[str, Any]]:
    """Measure imports of logs in each format."""
    records, rounds = (300, 1) if quick else (10_000, 5)
    logs = [lines_log(folder, records), chain_log(folder, records if quick else 6_000)]
    if REAL_LOG.exists() and not quick:
        logs.append(real_log())
    found = [await Import(ground, admin, log).measured(rounds) for log in logs]
    return [*found, *await growing(ground, folder, *((200, 1_000) if quick else (10_000, 1_000_000)))]


class Import:
    """A log that is imported again and again, each time into a network of its own.

    Args:
        ground: The database.
        admin: A superuser's connection, to look at what was written.
        log: The log.
    """

    def __init__(self, ground: Ground, admin: Any, log: Log) -> None:
        self._ground = ground
        self._admin = admin
        self._log = log
        self._records = 0

    async def measured(self, rounds: int) -> dict[str, Any]:
        """Import beside writing the same rows alone."""
        bare = BareInsert(self._admin, (await self._brought())[0])
        await bare.read()
        async with connected(self._ground, Role.APP) as app:
            took = await interleaved(rounds, bring=self.bring, insert=lambda: bare.run(app))
        ratio = took["bring"] / took["insert"]
        return case(
            f"import of {self._log.path.name}, {self._records} records",
            self._records / took["bring"],
            "records/s",
            against="bare INSERT ... SELECT unnest of the same rows",
            ratio=ratio,
            goal=f"<= {IMPORT_GOAL}",
            met=ratio <= IMPORT_GOAL,
        )

    async def bring(self) -> float:
        """Import, and tell how long it took."""
        return (await self._brought())[1]

    async def _brought(self) -> tuple[Scope, float]:
        scope = await self._ground.found(self._log)
        started = time.perf_counter()
        self._records = await self._ground.bring(scope, self._log)
        return scope, time.perf_counter() - started


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


async def growing(ground: Ground, folder: Path, few: int, many: int) -> list[dict[str, Any]]:
    """Compare memory and time a record of a long log with those of a short one, each in a process of its own."""
    short = await grown(ground.database.url, folder, few)
    long = await grown(ground.database.url, folder, many)
    figures = (
        (
            "time a record",
            "us/record",
            [1e6 * took / records for (took, _), records in ((short, few), (long, many))],
            FLAT_GOAL,
        ),
        ("peak memory", "MiB", [short[1], long[1]], MEMORY_GOAL),
    )
    return [
        case(
            f"{name} of importing {many} records",
            value[1],
            unit,
            against=f"importing {few} records",
            ratio=value[1] / value[0],
            goal=f"<= {goal}",
            met=value[1] / value[0] <= goal,
        )
        for name, unit, value, goal in figures
    ]


async def grown(url: str, folder: Path, records: int) -> tuple[float, float]:
    """Import so many made-up cases in a process of its own; give its seconds and peak memory in MiB."""
    log = lines_log(folder, records)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(GROWING), url, str(log.path), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    log.path.unlink()
    if process.returncode:
        msg = f"The importing process ended with {process.returncode}."
        raise RuntimeError(msg)
    brought, took, mebibytes = said.split()[-3:]
    if int(brought) != records:
        msg = f"{int(brought)} of {records} records were imported."
        raise RuntimeError(msg)
    return float(took), float(mebibytes)
