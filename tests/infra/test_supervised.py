"""A supervised server comes back by itself."""

import os
import signal
from pathlib import Path

import pytest
from touchstone_runtime.errors import RuntimeFault, ServerDidNotStart
from touchstone_runtime.postgres import EmbeddedPostgres
from touchstone_runtime.servers import Server
from touchstone_runtime.supervised import Supervised
from touchstone_runtime.valkey import EmbeddedValkey

from tests.infra.probes import ask, is_gone, until


async def test_a_killed_server_is_started_again_with_its_data(folder: Path) -> None:
    with Supervised(EmbeddedPostgres(folder / "postgres", fast=True)) as postgres:
        await ask(postgres.url, "CREATE TABLE kept AS SELECT 7 AS n")
        before = postgres.url
        for times in (1, 2):
            pid = postgres.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            assert until(lambda times=times: postgres.restarts == times)
            assert postgres.pid not in {None, pid}
            assert postgres.url == before
            assert await ask(postgres.url, "SELECT n FROM kept") == 7
        last = postgres.pid
    assert last is not None
    assert is_gone(last)
    assert not postgres.is_running()
    assert postgres.restarts == 2


def test_a_server_that_cannot_come_back_says_why_and_is_tried_again(folder: Path) -> None:
    valkey = EmbeddedValkey(folder / "valkey")
    with Supervised(valkey) as supervised:
        sound, broken = valkey.command, b"no such setting\n"

        def command(programs: Path, port: int) -> tuple[list[str], bytes]:
            return list(sound(programs, port)[0]), broken

        valkey.command = command
        assert valkey.pid is not None
        os.kill(valkey.pid, signal.SIGKILL)
        assert until(lambda: supervised.last_fault is not None)
        assert isinstance(supervised.last_fault, ServerDidNotStart)
        valkey.command = sound
        assert until(supervised.is_running)
        assert until(lambda: supervised.last_fault is None)


def test_what_another_watches_is_shared_and_not_stopped(folder: Path) -> None:
    servers: list[Server] = [Supervised(EmbeddedValkey(folder / "valkey")) for _ in range(2)]
    with servers[0]:
        assert not servers[1].start_or_share()
        servers[1].stop()
        assert servers[0].is_running()
    assert servers[1].start_or_share()
    servers[1].stop()
    assert not servers[1].is_running()


def test_the_first_start_is_not_tried_again(folder: Path) -> None:
    with Supervised(EmbeddedValkey(folder / "valkey")), pytest.raises(RuntimeFault):
        Supervised(EmbeddedValkey(folder / "valkey")).start()
