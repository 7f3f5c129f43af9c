"""Where a request ends, on both servers: whoever stands in front must not read the same bytes otherwise."""

import asyncio
import json
from contextlib import nullcontext, suppress

import pytest

from core.kernel.database import Database
from gateway.http.edge_settings import ServerKind
from tests.gateway.http.edge import edge_for
from tests.gateway.http.serving import Served, served
from tests.gateway.server.test_slow_clients import ALIVE, HEAD, SHORT, connected, told

BODY = b'{"query": "{ tenant }"}'
OFFERS = {
    "HTTP/2": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
    "another protocol": b"Connection: upgrade\r\nUpgrade: foo/1\r\n",
    "twice": b"Connection: upgrade\r\nUpgrade: foo/1\r\nConnection: keep-alive\r\n",
}
WEBSOCKET = b"Connection: Upgrade\r\nUpgrade: websocket\r\n"


def signed_in(api: Served) -> bytes:
    api.edge.member("ada")
    return HEAD + f"Authorization: {api.edge.headers('ada')['Authorization']}\r\n".encode()


def sized(head: bytes, body: bytes, *more: bytes) -> tuple[bytes, bytes]:
    return head + b"".join(more) + b"Content-Length: %d\r\n\r\n" % len(body), body


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
async def test_who_offers_another_protocol_is_served_by_this_one(
    database: Database, kind: ServerKind, offer: bytes, *, together: bool
) -> None:
    async with served(database, edge_for(), kind) as api, connected(api) as (reader, writer):
        head, body = sized(signed_in(api), BODY, offer)
        for piece in [head + body] if together else [head, body]:
            writer.write(piece)
            await asyncio.sleep(0.05)
        writer.write(ALIVE)
        async with asyncio.timeout(10):
            assert b'{"data":{"tenant"' in await reader.readuntil(b"}}")
            assert b'"up"' in await reader.readuntil(b'"up"}')


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
async def test_a_body_behind_an_offer_is_no_request(database: Database, kind: ServerKind, offer: bytes) -> None:
    async with served(database, edge_for(**SHORT), kind) as api:
        answered = await told(api, *sized(signed_in(api), ALIVE, offer))
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert answered.count(b"HTTP/1.1 ") == 1
    assert b"gateway.malformed_request" in answered


async def test_many_offers_at_once_are_each_answered(database: Database, kind: ServerKind) -> None:
    offering = ALIVE[:-2] + OFFERS["another protocol"] + b"\r\n"
    async with served(database, edge_for(**SHORT), kind) as api:
        assert (await told(api, offering * 500)).count(b'"up"') == 500


async def test_a_websocket_that_is_asked_for_by_post_is_not_waited_for(database: Database, kind: ServerKind) -> None:
    # granian closes a connection whose body it has not read; the system may take back then what was said on it.
    cut_off = suppress(ConnectionResetError) if kind is ServerKind.GRANIAN else nullcontext()
    async with served(database, edge_for(**SHORT), kind) as api:
        with cut_off:
            assert (await told(api, *sized(signed_in(api), BODY, WEBSOCKET)))[:9] == b"HTTP/1.1 "


async def test_trailers_are_no_headers(database: Database, kind: ServerKind) -> None:
    async with served(database, edge_for(**SHORT), kind) as api:
        token = signed_in(api).removeprefix(HEAD)
        chunks = b"%x\r\n%b\r\n0\r\n%b\r\n" % (len(BODY), BODY, token)
        answered = await told(api, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    assert b"auth.missing_token" in answered


@pytest.mark.parametrize("bad", [b"\x01\x02\r\n\r\n", b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"])
async def test_what_is_no_http_is_refused_by_a_code(database: Database, bad: bytes) -> None:
    async with served(database, edge_for(), ServerKind.UVICORN) as api:
        head, _, body = (await told(api, bad)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "gateway.malformed_request"


async def test_what_came_before_is_answered_all_the_same(database: Database, kind: ServerKind) -> None:
    async with served(database, edge_for(), kind) as api:
        good = b"".join(sized(signed_in(api), BODY))
        answered = await told(api, good + good + b"\x01\x02\r\n\r\n")
    assert answered.count(b'{"data":{"tenant"') == 2


async def test_a_large_head_is_refused_however_it_comes(database: Database) -> None:
    large = ALIVE[:-2] + b"X-Large: " + b"a" * 33_000 + b"\r\n\r\n"
    async with served(database, edge_for(), ServerKind.UVICORN) as api:
        assert b"gateway.head_too_large" in await told(api, large)
        body = b'{"query": "{ tenant }", "variables": {"a": "%b"}}' % (b"a" * 40_000)
        async with connected(api) as (reader, writer), asyncio.timeout(10):
            writer.write(b"".join(sized(signed_in(api), body)))
            assert b"200 OK" in await reader.readline()
