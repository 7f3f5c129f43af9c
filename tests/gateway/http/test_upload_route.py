"""Files are taken in from whoever may import, as they come, whole or not at all; everybody else is told why not."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from core.kernel.blobs import path_of
from core.kernel.clock import SetClock, SystemClock
from core.kernel.database import Database
from core.kernel.graphql.ids import split_id
from core.kernel.outbox_rows import Tenancy
from core.records.uploads.errors import TooManyUploads
from core.records.uploads.receive import MOST_WAITING
from core.records.uploads.store import AREA
from gateway.auth.own_issuers import builtin_issuer
from gateway.http import upload_route
from gateway.http.edge_settings import ServerKind
from gateway.server.http_server import server_of
from gateway.server.listening import listening
from tenants.people.persons import Identity
from tests.gateway.http.edge import edge_for, settings_for
from tests.gateway.http.whole_app import whole_app
from tests.support.cluster import ROLE_SECRET
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office, somebody

FILE = {"Content-Type": "application/octet-stream"}
LARGE = 12 * 1024 * 1024
SMALL = {"max_upload_bytes": 100_000, "max_body_bytes": 2_048, "uploads_at_once": 1, "body_timeout_s": 0.5}


@dataclass
class Door:
    """The product's edge, with somebody who may import and somebody who may not."""

    app: Any
    folder: Path
    network: BuiltNetwork
    manager: Mapping[str, str]
    clerk: Mapping[str, str]
    admin: Any

    async def send(
        self, content: Any, headers: Mapping[str, str] | None = None, name: str = "a.csv"
    ) -> httpx2.Response:
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app), base_url="http://127.0.0.1:8000"
        ) as client:
            given = {**FILE, **(self.manager if headers is None else headers)}
            return await client.post("/uploads", content=content, headers=given, params={"name": name})

    async def refused(self, content: Any, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Send what is refused; nothing of it is kept."""
        answer = await self.send(content, headers)
        assert answer.headers["connection"] == "close"
        assert self.files() == []
        assert await self.rows() == []
        return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]

    def files(self) -> list[Path]:
        return [one for one in self.folder.rglob("*") if one.is_file()]

    async def rows(self) -> list[Any]:
        return await self.admin.fetch("SELECT * FROM import_uploads WHERE network_id = $1", self.network.id)


@pytest.fixture
async def door(database: Database, clock: SetClock, network: BuiltNetwork, admin: Any, tmp_path: Path) -> Door:
    folder = tmp_path / "uploads"
    settings = settings_for(master_key="ab" * 32, role_secret=ROLE_SECRET, uploads_folder=folder)
    builtin = builtin_issuer(settings)
    assert builtin is not None
    office = Office(database=database, clock=clock, network=network, admin=admin)
    headers: dict[str, Mapping[str, str]] = {}
    for role in ("manager", "clerk"):
        identity = Identity(issuer=builtin.issuer, subject=somebody().subject)
        await office.joined(network.north, role, identity=identity)
        headers[role] = {"Authorization": f"Bearer {builtin.mint(identity.subject, SystemClock().now())}"}
    app = whole_app(settings, database, edge=edge_for(**SMALL), clock=clock)
    return Door(app, folder, network, headers["manager"], headers["clerk"], admin)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for begin in range(0, len(content), 1_000):
        yield content[begin : begin + 1_000]


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_file_is_kept_in_its_tenants_folder_and_read_by_nobody_else(door: Door, streamed: bool) -> None:
    content = b"case,step\n" * 5_000
    answer = await door.send(pieces(content) if streamed else content, name="../../etc/May\n.csv")
    said = answer.json()
    assert (answer.status_code, said["bytes"], said["sha256"]) == (201, len(content), sha256(content).hexdigest())
    kind, id_ = split_id(said["upload"])
    (file,) = door.files()
    owner = Tenancy(door.network.north.tenant_id, door.network.id)
    assert (kind, file) == ("ImportUpload", door.folder / AREA / path_of(owner, UUID(id_).hex))
    assert file.read_bytes() == content
    assert door.folder.stat().st_mode & 0o777 == 0o700
    (row,) = await door.rows()
    assert (row["id"], row["tenant_id"]) == (UUID(id_), door.network.north.tenant_id)
    assert (row["file_name"], row["bytes"], row["file_hash"]) == ("May.csv", len(content), said["sha256"])


async def test_whoever_may_not_import_is_told_so(door: Door) -> None:
    assert await door.refused(b"x", {}) == (401, "auth.missing_token")
    assert await door.refused(b"x", {"Authorization": "Bearer nonsense"}) == (401, "auth.malformed_token")
    assert await door.refused(b"x", door.clerk) == (403, "kernel.not_permitted")
    south = {**door.manager, "Touchstone-Tenant": str(door.network.south.tenant_id)}
    assert await door.refused(b"x", south) == (403, "auth.no_membership")


@pytest.mark.parametrize("media_type", ["multipart/form-data; boundary=x", "text/plain", "", "application/json"])
async def test_what_a_form_can_submit_is_not_taken(door: Door, media_type: str) -> None:
    headers = {**door.manager, "Content-Type": media_type}
    assert await door.refused(b"a", headers) == (400, "gateway.malformed_request")


async def test_a_file_is_bounded_and_never_empty(door: Door) -> None:
    large = b"x" * 100_001
    assert await door.refused(large) == (413, "gateway.request_too_large")
    assert await door.refused(pieces(large)) == (413, "gateway.request_too_large")
    assert await door.refused(b"") == (400, "records.upload_is_empty")
    assert await door.refused(b"x", {**door.manager, "Content-Encoding": "gzip"}) == (400, "gateway.malformed_request")
    for _ in range(MOST_WAITING):
        assert (await door.send(b"x")).status_code == 201
    answer = await door.send(b"x")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
        429,
        "records.too_many_files_wait",
    )
    assert len(door.files()) == len(await door.rows()) == MOST_WAITING


async def test_nothing_is_kept_of_a_file_that_cannot_be_noted(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others came while it arrived: it lies in the store already, and no row will ever name it."""

    async def full(*_: object) -> None:
        assert len(door.files()) == 1
        raise TooManyUploads(most=MOST_WAITING)

    monkeypatch.setattr(upload_route, "keep_upload", full)
    answer = await door.send(b"x")
    assert answer.json()["errors"][0]["extensions"]["code"] == "records.too_many_files_wait"
    assert door.files() == []


async def test_nothing_is_kept_of_a_file_that_stalls(door: Door) -> None:
    async def stalls() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(5)
        yield b"x"

    assert await door.refused(stalls()) == (408, "gateway.request_too_slow")


@pytest.mark.parametrize("kind", ServerKind)
async def test_a_file_may_take_longer_than_a_request_while_it_keeps_coming(door: Door, kind: ServerKind) -> None:
    """Two thirds of a second in seven pieces, where a request has half a second, over a real connection."""
    async with serving(door.app, kind) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = ["POST /uploads HTTP/1.1", "Host: a", "Content-Type: application/octet-stream", "Content-Length: 7"]
        writer.write("\r\n".join([*head, f"Authorization: {door.manager['Authorization']}", "", ""]).encode())
        for _ in range(7):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)
        async with asyncio.timeout(10):
            answered = await reader.readline()
        assert b" 201 " in answered
        _, breaking = await asyncio.open_connection("127.0.0.1", port)
        breaking.write("\r\n".join([*head, f"Authorization: {door.manager['Authorization']}", "", "x"]).encode())
        await breaking.drain()
        breaking.close()
        writer.close()
        assert len(door.files()) == 1


@pytest.mark.parametrize("kind", ServerKind)
@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(("signed_in", "status"), [(True, 413), (False, 401)])
async def test_whoever_sends_what_is_refused_reads_why(
    door: Door, kind: ServerKind, declared: bool, signed_in: bool, status: int
) -> None:
    """The whole file is sent before anything is read, more than the machine keeps for a server that does not read."""
    head = ["POST /uploads HTTP/1.1", "Host: a", "Content-Type: application/octet-stream"]
    head += [f"Authorization: {door.manager['Authorization']}"] if signed_in else []
    head += [f"Content-Length: {LARGE}" if declared else "Transfer-Encoding: chunked"]
    content = bytes(LARGE) if declared else b"%x\r\n%b\r\n0\r\n\r\n" % (LARGE, bytes(LARGE))
    async with serving(door.app, kind) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write("\r\n".join([*head, "", ""]).encode() + content)
        async with asyncio.timeout(10):
            await writer.drain()
            answer = await reader.readline()
        assert int(answer.split()[1]) == (413 if declared else status)
        writer.close()
    assert door.files() == []


async def test_nothing_is_asked_for_of_what_is_refused(door: Door) -> None:
    async with serving(door.app, ServerKind.UVICORN) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = ["POST /uploads HTTP/1.1", "Host: a", "Content-Type: application/octet-stream", "Expect: 100-continue"]
        writer.write("\r\n".join([*head, "Content-Length: 9000", "", ""]).encode())
        async with asyncio.timeout(10):
            assert b" 401 " in await reader.readline()
        writer.close()


@asynccontextmanager
async def serving(app: Any, kind: ServerKind) -> AsyncGenerator[int]:
    """Serve the product on a free port."""
    limits = edge_for(**SMALL)
    (listener,) = listening("127.0.0.1", 0, limits.write_timeout_s)
    server = server_of(kind, app, limits)
    task = asyncio.create_task(server.serve(listener))
    port = listener.getsockname()[1]
    async with httpx2.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
    try:
        yield port
    finally:
        server.stop()
        await task
