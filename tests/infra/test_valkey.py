"""Valkey on a folder of ours: what a kill leaves, and whom it lets in."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
import redis
from touchstone_runtime.errors import FolderIsInUse, ServerDidNotStart
from touchstone_runtime.valkey import EmbeddedValkey

from tests.infra.probes import listens_on

_client: Any = redis.Redis  # its types are not complete


def client(url: str) -> Any:
    return _client.from_url(url)


def server(folder: Path) -> EmbeddedValkey:
    return EmbeddedValkey(folder / "valkey")


def test_it_writes_everything_down_and_evicts_nothing(folder: Path) -> None:
    with server(folder) as valkey, client(valkey.url) as line:
        assert line.config_get("append*") == {
            "appendonly": "yes",
            "appendfsync": "everysec",
            "appendfilename": "appendonly.aof",
            "appenddirname": "appendonlydir",
        }
        assert line.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_killed_server_comes_back_with_its_data_on_the_same_port(folder: Path) -> None:
    with server(folder) as valkey:
        before, pid = valkey.url, valkey.pid
        assert pid is not None
        with client(valkey.url) as line:
            line.set("kept", "7")
        os.kill(pid, signal.SIGKILL)
        assert valkey.wait(20)
        valkey.start()
        assert valkey.url == before
        with client(valkey.url) as line:
            assert line.get("kept") == b"7"


def test_an_orderly_stop_keeps_the_data(folder: Path) -> None:
    with server(folder) as valkey, client(valkey.url) as line:
        line.set("kept", "7")
    with server(folder) as valkey, client(valkey.url) as line:
        assert line.get("kept") == b"7"


def test_one_folder_has_one_server(folder: Path) -> None:
    with server(folder) as valkey:
        with pytest.raises(FolderIsInUse) as refusal:
            server(folder).start()
        assert refusal.value.holder == valkey.pid


def test_nobody_enters_without_the_password(folder: Path) -> None:
    with server(folder) as valkey:
        with _client(port=valkey.port) as line, pytest.raises(redis.AuthenticationError):
            line.ping()
        with _client(port=valkey.port, password="wrong") as line, pytest.raises(redis.AuthenticationError):
            line.ping()
        assert valkey.password() not in Path(f"/proc/{valkey.pid}/cmdline").read_text()


def test_it_listens_on_the_loopback_address_alone(folder: Path) -> None:
    with server(folder) as valkey:
        assert listens_on(valkey.port) == {"127.0.0.1"}


def test_a_server_that_does_not_start_is_quoted(folder: Path) -> None:
    with server(folder) as valkey:
        taken = EmbeddedValkey(folder / "other", port=valkey.port)
        with pytest.raises(ServerDidNotStart) as failure:
            taken.start()
    assert any("Address already in use" in line for line in failure.value.log)
