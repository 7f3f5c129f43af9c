"""Several workers behind one port: watched, started again, drained, and never left over."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx2
import pytest

from core.kernel.database import Database
from gateway.http.edge_settings import ServerKind
from tests.gateway.server.process import PATIENCE_S, Process, is_running, running
from tests.support.cluster import Address

pytestmark = [
    pytest.mark.crash,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]
HALF = b'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"query": '


@pytest.fixture
def place(free_port: int, tmp_path: Path) -> tuple[int, Path]:
    return free_port, tmp_path


async def gone(pids: list[int], patience_s: float = 20) -> None:
    async with asyncio.timeout(patience_s):
        while any(is_running(pid) for pid in pids):  # noqa: ASYNC110 - other people's processes have no event here
            await asyncio.sleep(0.02)


async def replaced(server: Process, killed: int, workers: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while killed in server.workers() or len(server.workers()) < workers:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)


async def test_a_killed_worker_is_followed_by_another_and_who_does_not_end_is_not_waited_for(
    database: Database, address: Address, place: tuple[int, Path], kind: ServerKind
) -> None:
    async with running(database, address, place, kind, 2, TOUCHSTONE_DRAIN_S="1") as server:
        await server.all_up(2)
        killed, other = server.workers()
        os.kill(killed, signal.SIGKILL)
        await gone([killed])
        # Whoever connects meanwhile is served: by the other worker, or by the one that follows.
        async with httpx2.AsyncClient(timeout=60, verify=False) as client:
            answers = await asyncio.gather(*(client.get(server.url + "/healthz") for _ in range(20)))
        assert {one.status_code for one in answers} == {200}
        await replaced(server, killed, 2)
        await server.all_up(2)
        workers = server.workers()
        assert other in workers
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(HALF)
        await server.asked("/healthz")
        server.process.send_signal(signal.SIGTERM)
        assert await server.ended() == 0
        assert not any(is_running(pid) for pid in workers)
        writer.close()
    assert "server.worker_ended" in server.told
    assert "Traceback" not in server.told


async def test_workers_give_their_figures_together_and_end_when_their_supervisor_is_killed(
    database: Database, address: Address, place: tuple[int, Path], free_side: int
) -> None:
    bind = {"TOUCHSTONE_METRICS_BIND": f"127.0.0.1:{free_side}"}
    async with running(database, address, place, ServerKind.UVICORN, 2, **bind) as server:
        apart = Process(server.process, free_side, server.log)
        await apart.all_up(2)
        assert (await server.asked("/metrics")).status_code == 404
        page = (await apart.asked("/metrics")).text
        assert page.count("# TYPE touchstone_http_requests_total counter") == 1
        workers = server.workers()
        server.process.kill()
        await server.ended()
        await gone(workers)


@pytest.mark.parametrize(
    ("one", "workers"), [(ServerKind.UVICORN, 1), (ServerKind.GRANIAN, 1), (ServerKind.GRANIAN, 2)]
)
async def test_a_second_signal_ends_all_at_once(
    database: Database, address: Address, place: tuple[int, Path], one: ServerKind, workers: int
) -> None:
    limits = {"TOUCHSTONE_DRAIN_S": "300", "TOUCHSTONE_BODY_TIMEOUT_S": "300"}
    async with running(database, address, place, one, workers, **limits) as server:
        await server.asked("/healthz")
        if workers > 1:
            await server.all_up(workers)
        below = server.workers()
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(HALF)
        await server.asked("/healthz")
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(TimeoutError):
            await server.ended(1)
        server.process.send_signal(signal.SIGTERM)
        await server.ended(15)
        assert not any(is_running(pid) for pid in below)
        writer.close()
