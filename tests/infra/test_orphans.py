"""Nothing outlives the process that started it, however that ends."""

import os
import signal
from pathlib import Path

import pytest
from touchstone_runtime.postgres import EmbeddedPostgres
from touchstone_runtime.processes import is_alive
from touchstone_runtime.valkey import EmbeddedValkey

from tests.infra.probes import ask, is_gone, python_that, until

pytestmark = pytest.mark.crash

_STARTS_BOTH = """
import pathlib, sys
from touchstone_runtime.postgres import EmbeddedPostgres
from touchstone_runtime.valkey import EmbeddedValkey
folder = pathlib.Path(sys.argv[1])
servers = EmbeddedPostgres(folder / "postgres", fast=True), EmbeddedValkey(folder / "valkey")
for server in servers:
    server.start()
    print(server.pid, flush=True)
sys.stdin.read()
"""

_STARTS_IN_A_THREAD = """
import pathlib, sys, threading
from touchstone_runtime.valkey import EmbeddedValkey
server = EmbeddedValkey(pathlib.Path(sys.argv[1]) / "valkey")
thread = threading.Thread(target=server.start)
thread.start()
thread.join()
print(server.pid, flush=True)
print("ended" if server.wait(1.0) else "runs", flush=True)
sys.stdin.read()
"""


async def test_servers_end_when_their_python_is_killed_and_their_data_stays(folder: Path) -> None:
    with python_that(_STARTS_BOTH, str(folder)) as python:
        assert python.stdout is not None
        pids = [int(python.stdout.readline()), int(python.stdout.readline())]
        await ask(EmbeddedPostgres(folder / "postgres").url, "CREATE TABLE kept AS SELECT 7 AS n")
        assert all(is_alive(pid) for pid in pids)
        python.send_signal(signal.SIGKILL)
        python.wait()
        # Nobody should take what is going down for something to share.
        assert EmbeddedPostgres(folder / "postgres").holder is None
        # The next one may come at once: it waits until the last one is gone.
        with EmbeddedPostgres(folder / "postgres", fast=True) as postgres, EmbeddedValkey(folder / "valkey"):
            assert all(is_gone(pid) for pid in pids)
            assert await ask(postgres.url, "SELECT n FROM kept") == 7


def test_servers_end_with_a_python_that_forgets_to_stop_them(folder: Path) -> None:
    with python_that(_STARTS_BOTH, str(folder)) as python:
        assert python.stdout is not None
        pids = [int(python.stdout.readline()), int(python.stdout.readline())]
        python.communicate("")
        assert python.returncode == 0
    assert until(lambda: all(is_gone(pid) for pid in pids))


def test_a_server_outlives_the_thread_that_asked_for_it(folder: Path) -> None:
    with python_that(_STARTS_IN_A_THREAD, str(folder)) as python:
        assert python.stdout is not None
        pid = int(python.stdout.readline())
        assert python.stdout.readline() == "runs\n"
        python.communicate("")
    assert until(lambda: is_gone(pid))


def test_ctrl_c_reaches_python_and_not_the_servers(folder: Path) -> None:
    with EmbeddedValkey(folder / "valkey") as valkey:
        assert valkey.pid is not None
        assert os.getpgid(valkey.pid) != os.getpgid(os.getpid())


async def test_an_open_connection_does_not_keep_a_killed_folder_forever(folder: Path) -> None:
    with EmbeddedPostgres(folder / "postgres", fast=True) as postgres:
        await ask(postgres.url, "CREATE TABLE kept AS SELECT 7 AS n")
        pid = postgres.pid
        assert pid is not None
        busy = python_that(
            "import asyncio, asyncpg, sys\n"
            "async def hold():\n"
            "    line = await asyncpg.connect(sys.argv[1], ssl=False)\n"
            "    print('in', flush=True)\n"
            "    await line.execute('SELECT pg_sleep(1000)')\n"
            "try: asyncio.run(hold())\n"
            "except Exception as fault: print(type(fault).__name__, flush=True)\n",
            postgres.url,
        )
        with busy:
            assert busy.stdout is not None
            assert busy.stdout.readline() == "in\n"
            os.kill(pid, signal.SIGKILL)
            assert postgres.wait(20)
            postgres.start()
            assert await ask(postgres.url, "SELECT n FROM kept") == 7
            assert busy.stdout.readline() != ""
