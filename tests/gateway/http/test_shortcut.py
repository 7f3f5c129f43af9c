"""Reads that were asked before are answered past the guards; whatever is not plain is answered as ever."""

import asyncio
import json
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.kernel.clock import SetClock, SystemClock
from core.kernel.database import Database
from core.kernel.scope import Scope
from gateway.auth.own_issuers import builtin_issuer
from gateway.http import observation
from gateway.http.edge_settings import ServerKind
from gateway.http.errors import TooSlow
from gateway.http.guards import BodyGuard, Crowd
from gateway.http.running import Operations
from gateway.http.shortcut import Shortcut
from gateway.server.http_server import server_of
from gateway.server.listening import listening
from tenants.people.persons import Identity
from tests.gateway.http.edge import edge_for, settings_for
from tests.gateway.http.whole_app import whole_app
from tests.support.cluster import ROLE_SECRET
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office, somebody

BODY = json.dumps({"query": "{ memberships(first: 50) { nodes { id } } }"}).encode()
ORIGIN = "https://desk.example"
Headers = Mapping[str, str]


@dataclass
class Desk:
    """The product on a port, with somebody signed in who has asked already."""

    port: int
    headers: Headers
    other: Headers
    office: Office
    lines: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    short: list[bool] = field(default_factory=list[bool])

    async def ask(self, headers: Headers, body: bytes = BODY, start: str = "POST /graphql") -> tuple[bytes, bytes]:
        """Give status and headers of an answer, without what is different every time, and its body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        given = {"Host": "a", "Content-Length": str(len(body)), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
        writer.write(f"{start} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode() + body)
        head, _, told = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        kept = [one for one in head.split(b"\r\n") if not one.startswith((b"date:", b"x-request-id:"))]
        return b"\n".join(sorted(kept)), told


@pytest.fixture
async def desk(
    database: Database, clock: SetClock, network: BuiltNetwork, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Desk, None]:
    """The product on a port, in front of one that has asked."""
    office = Office(database=database, clock=clock, network=network, admin=admin)
    settings = settings_for(master_key="ab" * 32, role_secret=ROLE_SECRET)
    edge = edge_for(token_memory_s=5, max_body_bytes=1_024)
    app = whole_app(settings, database, edge=edge, clock=clock)
    builtin = builtin_issuer(settings)
    assert builtin is not None

    async def joined(scope: Scope, role: str) -> Headers:
        identity = Identity(issuer=builtin.issuer, subject=somebody().subject)
        await office.joined(scope, role, identity=identity)
        token = builtin.mint(identity.subject, SystemClock().now())
        tenant = str(scope.tenant_id)
        return {"Authorization": f"Bearer {token}", "Touchstone-Tenant": tenant, "Content-Type": "application/json"}

    (listener,) = listening("127.0.0.1", 0, edge.write_timeout_s)
    server = server_of(ServerKind.UVICORN, app, edge)
    serving = asyncio.create_task(server.serve(listener))
    owner = await joined(network.north, "franchise_owner")
    desk = Desk(listener.getsockname()[1], owner, await joined(network.south, "franchise_owner"), office)

    def noted(_event: str, **facts: Any) -> None:
        desk.lines.append(facts)

    monkeypatch.setattr(observation, "write_line", noted)
    await desk.ask(owner)
    watch(desk, monkeypatch)
    yield desk
    server.stop()
    await serving


def watch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Note which requests went the short way, and which came to the guards."""
    real = Shortcut.__call__
    guarded = BodyGuard.__call__

    def called(self: Shortcut, *given: Any) -> Any:
        found = real(self, *given)
        if found is not None:
            desk.short.append(True)
        return found

    async def guards(self: BodyGuard, *given: Any) -> None:
        desk.short.append(False)
        await guarded(self, *given)

    monkeypatch.setattr(Shortcut, "__call__", called)
    monkeypatch.setattr(BodyGuard, "__call__", guards)


def no_shortcut_at_all(*_: object) -> None:
    """Find nothing."""


@contextmanager
def the_long_way(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Lead every request past the guards."""
    with monkeypatch.context() as patch:
        patch.setattr(Shortcut, "__call__", no_shortcut_at_all)
        yield


async def test_the_same_is_answered_in_the_same_words_and_with_the_same_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = await desk.ask(desk.headers)
    with the_long_way(monkeypatch):
        long = await desk.ask(desk.headers)
    assert short == long
    assert json.loads(short[1])["data"]["memberships"]["nodes"]
    assert desk.short == [True, False]
    ours, theirs = [{**one, "seconds": 0, "request": len(one["request"])} for one in desk.lines[-2:]]
    assert ours == theirs
    assert (ours["tenant_id"], ours["outcome"]) == (str(desk.office.network.north.tenant_id), "ok")


async def test_what_is_counted_is_the_same_by_both_ways(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def counted() -> list[int]:
        requests = sum(one.value for one in observation.counted_requests(None))  # type: ignore[arg-type]
        operations = sum(one.value for one in observation.counted_operations(None))  # type: ignore[arg-type]
        return [int(requests), int(operations)]

    before = counted()
    await desk.ask(desk.headers)
    between = counted()
    with the_long_way(monkeypatch):
        await desk.ask(desk.headers)
    assert [a - b for a, b in zip(between, before, strict=True)] == [1, 1]
    assert [a - b for a, b in zip(counted(), between, strict=True)] == [1, 1]
    assert desk.short == [True, False]


CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
UNUSUAL: dict[str, tuple[dict[str, str], bytes, str]] = {
    "another method": ({}, BODY, "GET /graphql"),
    "another path": ({}, BODY, "POST /nothing"),
    "a form": ({"Content-Type": "text/plain"}, BODY, "POST /graphql"),
    "compressed": ({"Content-Encoding": "gzip"}, BODY, "POST /graphql"),
    "no length": (
        {"Content-Length": "", "Transfer-Encoding": "chunked"},
        b"2b\r\n%b\r\n0\r\n\r\n" % BODY,
        "POST /graphql",
    ),
    "a length with noughts": ({"Content-Length": f"{len(BODY):08}"}, BODY, "POST /graphql"),
    "a stream": ({"Accept": "text/event-stream"}, BODY, "POST /graphql"),
    "nothing we have": ({"Accept": "image/png"}, BODY, "POST /graphql"),
    "a foreign page": ({"Origin": ORIGIN}, BODY, "POST /graphql"),
    "nobody": ({"Authorization": ""}, BODY, "POST /graphql"),
    "no such token": ({"Authorization": "Bearer nonsense"}, BODY, "POST /graphql"),
    "other words": ({}, BODY.replace(b"50", b"49"), "POST /graphql"),
    "too large": ({}, BODY + b" " * 2_000, "POST /graphql"),
}


@pytest.mark.parametrize("asked", UNUSUAL)
async def test_what_is_not_plain_is_answered_by_the_long_way(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    more, body, start = UNUSUAL[asked]
    found = await desk.ask({**desk.headers, **more}, body, start)
    assert True not in desk.short
    with the_long_way(monkeypatch):
        assert await desk.ask({**desk.headers, **more}, body, start) == found


async def test_whoever_asks_in_the_same_words_elsewhere_reads_their_own(desk: Desk) -> None:
    north = await desk.ask(desk.headers)
    first = await desk.ask(desk.other)
    assert desk.short == [True, False]
    assert await desk.ask(desk.other) == first
    assert desk.short == [True, False, True]
    ids = [{one["id"] for one in json.loads(body)["data"]["memberships"]["nodes"]} for _, body in (north, first)]
    assert all(ids)
    assert not ids[0] & ids[1]
    mixed = {**desk.headers, "Touchstone-Tenant": desk.other["Touchstone-Tenant"]}
    _, refused = await desk.ask(mixed)
    assert json.loads(refused)["errors"][0]["extensions"]["code"] == "auth.no_membership"


async def test_a_worker_that_is_full_turns_away_whoever_comes_by_the_short_way_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowds: list[Crowd] = []
    real = Crowd.enter

    def full(self: Crowd) -> bool:
        crowds.append(self)
        self._within += self._most  # type: ignore[attr-defined]
        try:
            return real(self)
        finally:
            self._within -= self._most  # type: ignore[attr-defined]

    with monkeypatch.context() as patch:
        patch.setattr(Crowd, "enter", full)
        head, body = await desk.ask(desk.headers)
    assert head.find(b"HTTP/1.1 503 ") >= 0
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "gateway.too_many_requests"
    await desk.ask(desk.headers)
    assert desk.short == [True]
    assert {one._within for one in crowds} == {0}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("error", "status"), [(TooSlow(), b"504"), (RuntimeError("Ada"), b"500"), (None, b"200")])
async def test_what_goes_wrong_on_the_short_way_is_said_as_on_the_long_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception | None, status: bytes
) -> None:
    async def broken(*_: object) -> bytes | None:
        if error is not None:
            raise error
        return None

    monkeypatch.setattr(Operations, "read_again", broken)
    short = await desk.ask(desk.headers)
    with the_long_way(monkeypatch):
        long = await desk.ask(desk.headers)
    assert short[0].find(b"HTTP/1.1 " + status) >= 0
    assert b"Ada" not in short[1]
    assert without_request(short) == without_request(long)
    assert desk.lines[-1]["outcome"] == desk.lines[-2]["outcome"]


def without_request(answer: tuple[bytes, bytes]) -> tuple[bytes, Any]:
    """An answer without the name of its request."""
    told = json.loads(answer[1])
    for one in told.get("errors", []):
        one["extensions"].pop("correlationId", None)
    return answer[0], told
