"""PostgreSQL on a folder of ours: what it is like, what a kill leaves, and whom it lets in."""

import os
import signal
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from touchstone_runtime import embedded
from touchstone_runtime.errors import FolderIsInUse, NoProvider, ServerDidNotStart, ServerWasNeverStarted
from touchstone_runtime.log_file import log_path
from touchstone_runtime.ports import remember_port, usable_port
from touchstone_runtime.postgres import ADMIN, EmbeddedPostgres

from tests.infra.probes import ask, listens_on, stranger


def server(folder: Path, **wishes: Any) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder / "postgres", fast=True, **wishes)


async def test_it_is_version_18_in_utf8_with_the_built_in_locale(folder: Path) -> None:
    with server(folder) as postgres:
        assert await ask(postgres.url, "SELECT current_setting('server_version_num')::int / 10000") >= 18
        about = "SELECT concat_ws(' ', datlocprovider, datlocale, pg_encoding_to_char(encoding)) FROM pg_database"
        assert await ask(postgres.url, f"{about} WHERE datname = 'postgres'") == "b C.UTF-8 UTF8"
        assert await ask(postgres.url, "SELECT current_user") == ADMIN
        assert await ask(postgres.url, "SELECT upper('é') || initcap('ñandú')") == "ÉÑandú"


async def test_tests_trade_safety_for_speed_and_others_do_not(folder: Path) -> None:
    question = "SELECT concat_ws(' ', current_setting('fsync'), current_setting('full_page_writes'))"
    with server(folder) as fast:
        assert await ask(fast.url, question) == "off off"
    with EmbeddedPostgres(folder / "durable") as durable:
        assert await ask(durable.url, question) == "on on"


async def test_given_settings_win(folder: Path) -> None:
    with server(folder, settings={"max_connections": "17", "fsync": "on"}) as postgres:
        assert await ask(postgres.url, "SELECT current_setting('max_connections')") == "17"
        assert await ask(postgres.url, "SELECT current_setting('fsync')") == "on"


async def test_tests_still_wait_for_every_commit(folder: Path) -> None:
    with server(folder) as postgres:
        assert await ask(postgres.url, "SELECT current_setting('synchronous_commit')") == "on"


async def test_a_killed_server_comes_back_with_its_data_on_the_same_port(folder: Path) -> None:
    with server(folder) as postgres:
        before, pid = postgres.url, postgres.pid
        assert pid is not None
        await ask(postgres.url, "CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(pid, signal.SIGKILL)
        assert postgres.wait(20)
        assert not postgres.is_running()
        postgres.start()
        assert postgres.url == before
        assert postgres.pid != pid
        assert await ask(postgres.url, "SELECT n FROM kept") == 7


async def test_another_object_finds_the_data_after_an_orderly_stop(folder: Path) -> None:
    with server(folder) as postgres:
        await ask(postgres.url, "CREATE TABLE kept AS SELECT 7 AS n")
        before = postgres.url
    assert postgres.pid is None
    assert postgres.holder is None
    with server(folder) as again:
        assert again.url == before
        assert await ask(again.url, "SELECT n FROM kept") == 7


async def test_one_folder_has_one_server(folder: Path) -> None:
    with server(folder) as postgres:
        rival = server(folder)
        with pytest.raises(FolderIsInUse) as refusal:
            rival.start()
        assert refusal.value.code == "folder_in_use"
        assert refusal.value.holder == postgres.pid == rival.holder
        assert str(postgres.pid) in str(refusal.value)
        rival.stop()
        assert await ask(postgres.url, "SELECT 1") == 1
        # Who only wants to talk to it needs no server of his own.
        assert rival.url == postgres.url


async def test_who_comes_second_may_share(folder: Path) -> None:
    with server(folder) as first:
        second = server(folder)
        assert not second.start_or_share()
        assert await ask(second.url, "SELECT 1") == 1
        second.stop()
        assert first.is_running()
    assert second.start_or_share()
    assert second.is_running()
    second.stop()


def test_starting_twice_is_starting_once(folder: Path) -> None:
    with server(folder) as postgres:
        pid = postgres.pid
        postgres.start()
        assert postgres.pid == pid


async def test_nobody_enters_without_the_password(folder: Path) -> None:
    with server(folder) as postgres:
        for where in ("127.0.0.1", str(postgres.socket_folder)):
            door = {"host": where, "port": postgres.port, "user": ADMIN, "database": "postgres"}
            assert await ask("postgresql://", "SELECT 1", password=postgres.password(), **door) == 1
            with pytest.raises(asyncpg.InvalidPasswordError):
                await ask("postgresql://", "SELECT 1", password="wrong", **door)
        assert (
            await ask(postgres.url, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0
        )
        assert (postgres.folder / "password").stat().st_mode & 0o777 == 0o600
        assert postgres.data_folder.stat().st_mode & 0o777 == 0o700


def test_it_listens_on_the_loopback_address_alone(folder: Path) -> None:
    with server(folder) as postgres:
        assert listens_on(postgres.port) == {"127.0.0.1"}


def test_a_server_that_does_not_start_is_quoted(folder: Path) -> None:
    with pytest.raises(ServerDidNotStart) as failure:
        server(folder, settings={"shared_buffers": "many"}).start()
    assert any("invalid value for parameter" in line for line in failure.value.log)
    assert "shared_buffers" in str(failure.value)
    # Nothing is left behind that would keep the next one from starting.
    with server(folder) as postgres:
        assert postgres.is_running()


def test_a_port_that_somebody_took_meanwhile_is_given_up(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = int(stranger.getsockname()[1])
        (folder / "postgres").mkdir(mode=0o711)
        remember_port(folder / "postgres", taken)
        with server(folder) as postgres:
            assert postgres.port != taken
        with pytest.raises(ServerDidNotStart, match="in use"):
            server(folder, port=taken).start()


def test_a_port_taken_between_our_look_and_the_start_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as thief:
        looks = [int(thief.getsockname()[1])]

        def look(place: Path) -> int:
            return looks.pop() if looks else usable_port(place)

        monkeypatch.setattr(embedded, "usable_port", look)
        with server(folder) as postgres:
            assert looks == []
            assert listens_on(postgres.port) == {"127.0.0.1"}


async def test_a_pid_file_whose_number_now_belongs_to_a_stranger_is_no_obstacle(folder: Path) -> None:
    with server(folder) as postgres, stranger() as other:
        assert postgres.pid is not None
        os.kill(postgres.pid, signal.SIGKILL)
        postgres.wait(20)
        for lock_file in (postgres.data_folder / "postmaster.pid", *postgres.socket_folder.glob(".s.PGSQL.*.lock")):
            lines = lock_file.read_text().splitlines()
            lock_file.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        postgres.start()
        assert await ask(postgres.url, "SELECT 1") == 1
        assert other.poll() is None


async def test_a_long_path_has_its_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("a" * 60) / ("b" * 60)
    with EmbeddedPostgres(deep, fast=True) as postgres:
        there = postgres.socket_folder
        assert there != postgres.data_folder
        assert there.stat().st_mode & 0o777 == 0o700
        door = {"host": str(there), "port": postgres.port, "user": ADMIN, "database": "postgres"}
        assert await ask("postgresql://", "SELECT 1", password=postgres.password(), **door) == 1
    assert EmbeddedPostgres(deep, fast=True).socket_folder == there
    there.rmdir()


async def test_values_of_a_failed_statement_do_not_reach_the_log(folder: Path) -> None:
    with server(folder) as postgres:
        await ask(postgres.url, "CREATE TABLE person (name text PRIMARY KEY)")
        await ask(postgres.url, "INSERT INTO person VALUES ('Wilhelmine')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await ask(postgres.url, "INSERT INTO person VALUES ('Wilhelmine')")
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            await ask(postgres.url, "SELECT 'Wilhelmine'::uuid")
    log = log_path(postgres.folder).read_text()
    assert "ready to accept connections" in log
    assert "Wilhelmine" not in log


def test_data_of_another_version_is_left_alone(folder: Path) -> None:
    postgres = server(folder)
    data = folder / "postgres" / "data"
    data.mkdir(parents=True, mode=0o711)
    (folder / "postgres").chmod(0o711)
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(NoProvider, match="does not read data of version 17"):
        postgres.start()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_the_address_of_a_server_that_never_ran_is_not_made_up(folder: Path) -> None:
    with pytest.raises(ServerWasNeverStarted):
        _ = server(folder / "nothing").port


def test_an_unfinished_data_folder_is_made_anew(folder: Path) -> None:
    unfinished = folder / "postgres" / "data.new"
    unfinished.mkdir(parents=True)
    (folder / "postgres").chmod(0o711)
    (unfinished / "rubbish").touch()
    with server(folder) as postgres:
        assert postgres.is_running()
        assert urlsplit(postgres.url).port == postgres.port
    assert not unfinished.exists()
