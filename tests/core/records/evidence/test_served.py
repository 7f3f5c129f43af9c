"""Files over real connections: longer than any other body, broken off where they are too large or were damaged."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import httpx2
import pytest

from core.kernel.blob_sealing import PIECE
from core.kernel.graphql.ids import global_id
from core.records.evidence.read import AHEAD
from gateway.http.edge_settings import ServerKind
from gateway.server.http_server import server_of
from gateway.server.listening import listening
from tests.core.records.evidence.desk import PNG, Desk
from tests.core.records.evidence.test_damage import turned
from tests.gateway.http.edge import edge_for


@pytest.mark.parametrize("kind", ServerKind)
async def test_files_pass_through_a_server(desk: Desk, kind: ServerKind) -> None:
    limits = edge_for(max_body_bytes=2_048)
    (listener,) = listening("127.0.0.1", 0, limits.write_timeout_s)
    server = server_of(kind, desk.app, limits)
    serving = asyncio.create_task(server.serve(listener))
    record = await desk.shop.open()
    paper = b"%PDF-1.7" + bytes(range(256)) * ((AHEAD + 2 * PIECE) // 256)
    path = f"/records/{global_id('Record', record)}/evidence"
    headers = desk.headers(desk.shop.scope)

    async def in_pieces() -> AsyncIterator[bytes]:
        yield PNG
        for _ in range(50):
            yield bytes(100_000)

    try:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=60, verify=False) as client:
            typed = {"Content-Type": "application/pdf"}
            sent = await client.post(path, params={"kind": "DOCUMENT"}, content=paper, headers=typed)
            assert sent.status_code == 201, sent.text
            evidence = (await desk.add(record, sent.json()["upload"]))["evidence"]["id"]
            assert (await client.get(f"/evidence/{evidence}")).content == paper
            typed = {"Content-Type": "image/png"}
            for large in (PNG + bytes(5_000_000), in_pieces()):
                refused = await client.post(path, params={"kind": "PHOTO"}, content=large, headers=typed)
                assert refused.status_code == 413
        await asked_for_nothing(listener.getsockname()[1], path, headers)
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=60, verify=False) as client:
            (stored,) = desk.files()
            turned(stored, -1)
            with pytest.raises(httpx2.RemoteProtocolError):
                await client.get(f"/evidence/{evidence}")
            stored.unlink()
            assert (await client.get(f"/evidence/{evidence}")).status_code == 500
    finally:
        server.stop()
        await serving


async def asked_for_nothing(port: int, path: str, headers: Mapping[str, str]) -> None:
    """Hold that whoever asks first whether a file is wanted is answered at once, and asked for nothing of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = {**headers, "Host": "a", "Content-Type": "text/html", "Content-Length": "9000", "Expect": "100-continue"}
    lines = [f"POST {path}?kind=PHOTO HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    async with asyncio.timeout(10):
        answer = await reader.read()
    assert answer.split(b"\r\n", 1)[0].split()[1] == b"415"
    assert b"connection: close" in answer.lower()
    writer.close()
