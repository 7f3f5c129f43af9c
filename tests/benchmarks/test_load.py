"""What makes the load: it counts what fails, and sends another name with each request that must be a new one."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.benchmarks._execution.load import CONNECTIONS, Generator, Request, choose
from tests.benchmarks._execution.operations import FRESH


@dataclass
class Listener:
    """A server that keeps what it is sent and answers with one status."""

    status: int
    bodies: list[str] = field(default_factory=list[str])
    port: int = 0

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.partition("content-length: ")[2].partition("\r")[0])
                self.bodies.append((await reader.readexactly(length)).decode())
                writer.write(f"HTTP/1.1 {self.status} X\r\ncontent-length: 2\r\n\r\nok".encode())
        except (asyncio.IncompleteReadError, ConnectionResetError):
            writer.close()


@asynccontextmanager
async def listening(status: int) -> AsyncGenerator[Listener, None]:
    listener = Listener(status)
    server = await asyncio.start_server(listener.converse, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listener


@pytest.fixture(params=["wrk", "a loop in Python"])
def generator(request: pytest.FixtureRequest, tmp_path: Path) -> Generator:
    if request.param != "wrk":
        return Generator(request.param, (), tmp_path)
    if shutil.which("wrk") is None:
        pytest.skip("wrk is not installed")
    return choose(tmp_path, None)


async def test_every_request_that_must_be_new_has_another_name(generator: Generator) -> None:
    async with listening(200) as listener:
        url = f"http://127.0.0.1:{listener.port}/graphql"
        load = await generator.run(Request(url, {"a-header": "x"}, f'{{"name": "{FRESH}"}}'), 0.3)
    assert load.failed == 0
    assert load.requests >= CONNECTIONS
    assert 0 < load.p50_ms <= load.p99_ms
    assert len(set(listener.bodies)) == len(listener.bodies) >= load.requests
    assert not any(FRESH in body for body in listener.bodies)


async def test_answers_that_refuse_count_as_failed(generator: Generator) -> None:
    async with listening(503) as listener:
        load = await generator.run(Request(f"http://127.0.0.1:{listener.port}/", {"a-header": "x"}, "{}"), 0.3)
    assert load.failed == load.requests > 0
