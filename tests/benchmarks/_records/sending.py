"""A fixed number of requests, each another one, over some connections; and what they cost those who answered."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks._execution.usage import family, processor_s


@dataclass(frozen=True, slots=True)
class Sent:
    """What some requests came to.

    Attributes:
        seconds: How long all of them took.
        server_s: Processor time of the server.
        database_s: Processor time of all of PostgreSQL.
        refused: Answers that were not as they should be.
    """

    seconds: float
    server_s: float
    database_s: float
    refused: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """Where requests go.

    Attributes:
        port: On the loopback address.
        path: There.
        headers: With these headers.
    """

    port: int
    path: str
    headers: Mapping[str, str]


async def send(
    to: Address, bodies: Sequence[str], expected: bytes, *, connections: int, server: int, postgres: int
) -> Sent:
    """Send every body once.

    Args:
        to: Where.
        bodies: The bodies.
        expected: What every answer must hold.
        connections: How many are under way at a time.
        server: The process that answers.
        postgres: The first process of its database.
    """
    left = iter(bodies)
    answering, storing = family(server), family(postgres)
    before, started = (processor_s(answering), processor_s(storing)), time.perf_counter()
    refused = await asyncio.gather(*(one_connection(to, left, expected) for _ in range(connections)))
    took = time.perf_counter() - started
    server_s = processor_s(answering) - before[0]
    database_s = processor_s({*storing, *family(postgres)}) - before[1]
    return Sent(took, server_s, database_s, tuple(one for some in refused for one in some))


async def one_connection(to: Address, bodies: Iterator[str], expected: bytes) -> list[bytes]:
    """Send one body after another until none is left; give the answers that are not as they should be."""
    reader, writer = await asyncio.open_connection("127.0.0.1", to.port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in to.headers.items())
    wrong: list[bytes] = []
    for body in bodies:
        content = body.encode()
        head = f"POST /{to.path} HTTP/1.1\r\nhost: a\r\n{lines}content-length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        told = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(told.partition(b"content-length:")[2].partition(b"\r")[0])
        answer = await reader.readexactly(length)
        if expected not in answer:
            wrong.append(answer)
    writer.close()
    return wrong
