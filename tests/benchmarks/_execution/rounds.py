"""Rounds in which every server answers every operation in turn, and the medians of what was seen."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.benchmarks._execution.load import Generator, Request
from tests.benchmarks._execution.network import Asked
from tests.benchmarks._execution.operations import Operation, comparable
from tests.benchmarks._execution.serving import Server, headers_for
from tests.benchmarks._execution.usage import family, processor_s

LEAST_ANSWER = 0.95


@dataclass(frozen=True, slots=True)
class Measured:
    """One server under one load.

    Attributes:
        per_second: Requests a second.
        p50_ms: Half of the answers took no longer.
        p99_ms: 99 of 100 took no longer.
        server_us: Processor time of the server a request.
        database_us: Processor time of all of PostgreSQL a request.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    server_us: float
    database_us: float


def median(some: Sequence[Measured]) -> Measured:
    """Give the median of each figure."""
    return Measured(*(statistics.median(getattr(one, name) for one in some) for name in Measured.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Contest:
    """A server that answers an operation for a tenant.

    Attributes:
        server: The server.
        operation: What it is asked.
        asked: For whom.
    """

    server: Server
    operation: Operation
    asked: Asked

    async def request(self) -> Request:
        """Make the request, with a fresh token."""
        headers = await headers_for(self.asked, self.server)
        operation = self.operation
        return Request(self.server.url(operation), headers, self.server.body(operation), operation.connections)


async def answer_of(contest: Contest) -> tuple[Any, int]:
    """Ask once and give the answer in a form that can be compared, and its length with its headers.

    Raises:
        RuntimeError: The answer has errors.
    """
    request = await contest.request()
    async with httpx2.AsyncClient(timeout=30, verify=False) as client:
        answer = await client.post(request.url, headers=dict(request.headers), content=request.once())
    told: dict[str, Any] = answer.json() if answer.is_success else {}
    if told.get("errors") or told.get("data") is None:
        said = f"{answer.status_code} {answer.text[:1000]} {contest.server.said()}"
        msg = f"{contest.server.name} does not answer {contest.operation.name}: {said}"
        raise RuntimeError(msg)
    read = contest.server.read(contest.operation, told["data"])
    head = sum(len(name) + len(value) + len(": \r\n") for name, value in answer.headers.raw)
    return comparable(contest.operation, read), head + len(answer.content)


async def check_equal(contests: Sequence[Contest]) -> None:
    """Ask every server once; all must say the same.

    Raises:
        RuntimeError: One says something else than the first.
    """
    first, _ = await answer_of(contests[0])
    for contest in contests[1:]:
        other, _ = await answer_of(contest)
        if other != first:
            told = f"{str(other)[:600]} instead of {str(first)[:600]}"
            msg = f"{contest.server.name} answers {contest.operation.name} differently: {told}"
            raise RuntimeError(msg)


@dataclass(frozen=True, slots=True)
class Rounds:
    """Measures contests in turn.

    Attributes:
        generator: What makes the load.
        postgres: Process of the cluster.
        seconds: How long a load lasts.
        count: How many rounds there are.
        told: Where progress goes.
    """

    generator: Generator
    postgres: int
    seconds: float
    count: int
    told: Callable[[str], None]
    seen: dict[Contest, list[Measured]] = field(default_factory=dict[Contest, list[Measured]])

    async def run(self, contests: Sequence[Contest]) -> dict[Contest, Measured]:
        """Warm every contest up, unless one round says it all, then measure all in each round, and give medians."""
        for contest in contests if self.count > 1 else ():
            await self.once(contest, self.seconds / 2)
        for number in range(1, self.count + 1):
            for contest in contests:
                self.seen.setdefault(contest, []).append(await self.once(contest, self.seconds))
            self.told(f"round {number} of {self.count}")
        return {contest: median(self.seen[contest]) for contest in contests}

    async def once(self, contest: Contest, seconds: float) -> Measured:
        """Load one server.

        Raises:
            RuntimeError: Requests failed, or answers under load are shorter than a whole one.
        """
        _, whole = await answer_of(contest)
        request = await contest.request()
        server, database = family(contest.server.pid), family(self.postgres)
        before = processor_s(server), processor_s(database)
        load = await self.generator.run(request, seconds)
        server_s = processor_s(server) - before[0]
        database_s = processor_s({*database, *family(self.postgres)}) - before[1]
        if load.failed or load.bytes_each < LEAST_ANSWER * whole:
            msg = f"{contest.server.name} fails under {contest.operation.name}: {load}, {whole} bytes when asked once"
            raise RuntimeError(msg)
        each = 1e6 / load.requests
        return Measured(load.per_second, load.p50_ms, load.p99_ms, server_s * each, database_s * each)
