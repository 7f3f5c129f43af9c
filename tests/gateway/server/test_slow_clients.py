"""Clients that hold a connection without using it, on both servers: each is cut off, the others are served."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from core.kernel.database import Database
from gateway.http.edge_settings import EdgeSettings, ServerKind
from tests.gateway.http.edge import WAITING, edge_for
from tests.gateway.http.serving import Served, served, until

HEAD = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
ALIVE = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
SHORT = {"header_timeout_s": 0.3, "keep_alive_s": 0.3, "body_timeout_s": 0.3}


@asynccontextmanager
async def connected(api: Served) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter], None]:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def told(api: Served, *pieces: bytes) -> bytes:
    """Send pieces and give all that comes until the server ends the connection; ten seconds are the end of patience."""
    async with connected(api) as (reader, writer), asyncio.timeout(10):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await reader.read()


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n", b"POST /gra"])
async def test_half_a_head_is_not_waited_for(database: Database, kind: ServerKind, sent: bytes) -> None:
    async with served(database, edge_for(**SHORT), kind) as api:
        assert (await told(api, sent))[:12] in {b"", b"HTTP/1.1 408"}


async def test_half_a_body_is_not_waited_for(database: Database, kind: ServerKind) -> None:
    async with served(database, edge_for(**SHORT), kind) as api:
        answered = await told(api, HEAD + b'Content-Length: 99\r\n\r\n{"query')
        assert answered.startswith(b"HTTP/1.1 408 ")
        assert b"gateway.request_too_slow" in answered


async def test_an_idle_connection_is_not_kept(database: Database, kind: ServerKind) -> None:
    async with served(database, edge_for(**SHORT), kind) as api:
        assert (await told(api, ALIVE)).startswith(b"HTTP/1.1 200 ")


async def test_a_connection_in_use_is_kept_beyond_every_limit(database: Database, kind: ServerKind) -> None:
    async with served(database, edge_for(**SHORT), kind) as api, connected(api) as (reader, writer):
        for _ in range(8):
            writer.write(ALIVE)
            async with asyncio.timeout(10):
                assert b'"up"' in await reader.readuntil(b"}")
            await asyncio.sleep(0.1)  # all in all longer than any of the limits


async def test_a_long_operation_is_not_taken_for_an_idle_connection(database: Database, kind: ServerKind) -> None:
    async with served(database, edge_for(**SHORT), kind) as api, connected(api) as (reader, writer):
        api.edge.member("ada")
        body = b'{"query": "{ tenant(wait: 1) }"}'
        token = f"Authorization: {api.edge.headers('ada')['Authorization']}\r\n".encode()
        writer.write(HEAD + token + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        async with asyncio.timeout(10):
            assert b'{"data":{"tenant"' in await reader.readuntil(b"}}")


async def test_a_head_without_end_is_refused(database: Database, kind: ServerKind) -> None:
    async with served(database, edge_for(), kind) as api:
        lines = (b"X-%d: %s\r\n" % (number, b"a" * 1_000) for number in range(600))
        try:
            answered = await told(api, b"GET / HTTP/1.1\r\nHost: a\r\n", *lines)
        except ConnectionError:  # it is closed while we send
            answered = b""
        assert answered[:12] in {b"", b"HTTP/1.1 431", b"HTTP/1.1 400"}


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the kernel does not cut clients off here")
async def test_who_does_not_read_the_answer_is_cut_off(database: Database, kind: ServerKind) -> None:
    async with served(database, edge_for(write_timeout_s=0.5, max_body_bytes=8 << 20), kind) as api:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            deaf.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(deaf, ("127.0.0.1", api.port))
            body = json.dumps({"query": '{ echo(text: "%s") }' % ("a" * 90_000)}).encode()
            ask = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
            sending = asyncio.create_task(send_for_ever(deaf, ask))
            async with asyncio.timeout(30):
                with pytest.raises((ConnectionError, BrokenPipeError)):
                    await sending


async def send_for_ever(deaf: socket.socket, ask: bytes) -> None:
    """Ask again and again on one connection and read nothing, until the connection is gone."""
    while True:
        await asyncio.get_running_loop().sock_sendall(deaf, ask)


async def test_beyond_the_most_connections_one_is_told_so(database: Database) -> None:
    async with served(database, limits_of(2), ServerKind.UVICORN) as api:
        async with connected(api) as (first, asks), connected(api):
            asks.write(ALIVE)
            assert b'"up"' in await first.readuntil(b"}")
            answered = await told(api, ALIVE)
            assert answered.startswith(b"HTTP/1.1 503 ")
            assert b"gateway.too_many_requests" in answered
        assert (await until_served(api)).startswith(b"HTTP/1.1 200 ")


async def until_served(api: Served) -> bytes:
    """Ask until the connections of before are gone."""
    async with asyncio.timeout(10):
        while b"503" in (answered := await told(api, ALIVE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))):
            pass
    return answered


async def test_beyond_the_most_requests_one_is_told_so(database: Database) -> None:
    async with served(database, limits_of(2), ServerKind.UVICORN) as api:
        api.edge.member("ada")
        async with api.edge.client() as client:
            wait, ada = {"query": "{ tenant(wait: 30) }"}, api.edge.headers("ada")
            asked = [asyncio.create_task(client.post("/graphql", json=wait, headers=ada)) for _ in range(2)]
            await until(lambda: len(WAITING) == 2)
            beyond = await client.get("/healthz")
            for one in asked:
                one.cancel()
            await asyncio.wait(asked)
            await until(lambda: not WAITING)
            after = await client.get("/healthz")
        assert (beyond.status_code, beyond.json()["errors"][0]["extensions"]["code"]) == (
            503,
            "gateway.too_many_requests",
        )
        assert after.status_code == 200


def limits_of(most: int) -> EdgeSettings:
    return edge_for(concurrent_requests=most)


async def test_a_connection_whose_last_request_was_answered_before_all_of_it_came_is_not_kept(
    database: Database, kind: ServerKind
) -> None:
    async with served(database, edge_for(**SHORT), kind) as api, connected(api) as (reader, writer):
        writer.write(b"POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
        async with asyncio.timeout(10):
            answered = await reader.readuntil(b"\r\n\r\n")
            assert answered.startswith(b"HTTP/1.1 404 ")
            writer.write(b"67890")
            await reader.read()
