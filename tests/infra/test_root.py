"""As root: servers drop to an account that exists, reach what they need, and no folder is opened for that."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from touchstone_runtime import places
from touchstone_runtime.accounts import Account, may_reach, unprivileged_account
from touchstone_runtime.errors import FolderIsACopy, FolderIsNotPrivate, NoPrivatePlace
from touchstone_runtime.installation import Installation
from touchstone_runtime.postgres import EmbeddedPostgres
from touchstone_runtime.program_copies import reachable
from touchstone_runtime.providers import POSTGRES, VALKEY, choose_programs
from touchstone_runtime.valkey import EmbeddedValkey

from tests.infra.probes import ask

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")


@pytest.fixture
def ground(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one place outside that data and copies may go to."""
    outside = folder / "outside"
    outside.mkdir(mode=0o755)
    monkeypatch.setattr(places, "_LASTING", (outside,))
    return outside


@pytest.fixture
def closed(folder: Path) -> Iterator[Path]:
    """A folder like root's home: nobody else gets in."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    yield home
    assert home.stat().st_mode & 0o777 == 0o700


def account() -> Account:
    found = unprivileged_account()
    assert found is not None
    return found


def owner_of(pid: int | None) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def modes(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Owner, group and mode of a folder and of everything above it."""
    found = {path: path.stat() for path in (folder, *folder.parents)}
    return {path: (status.st_uid, status.st_gid, status.st_mode) for path, status in found.items()}


def test_servers_run_as_the_account_and_no_folder_above_changes(folder: Path) -> None:
    before = modes(folder)
    with EmbeddedPostgres(folder / "postgres", fast=True) as postgres, EmbeddedValkey(folder / "valkey") as valkey:
        assert owner_of(postgres.pid) == owner_of(valkey.pid) == account().uid != 0
        assert postgres.data_folder.parent == folder / "postgres"
        assert (folder / "postgres").stat().st_uid == 0
    assert modes(folder) == before


def test_servers_keep_none_of_roots_groups(folder: Path) -> None:
    before = os.getgroups()
    os.setgroups([0, 4])
    try:
        with EmbeddedValkey(folder / "valkey") as valkey:
            status = Path(f"/proc/{valkey.pid}/status").read_text().splitlines()
    finally:
        os.setgroups(before)
    assert [line.split() for line in status if line.startswith(("Groups:", "Gid:"))] == [
        ["Gid:", *[str(account().gid)] * 4],
        ["Groups:"],
    ]


async def test_data_wanted_below_a_closed_folder_lies_outside_and_is_found_again(ground: Path, closed: Path) -> None:
    wanted = closed / "postgres"
    with EmbeddedPostgres(wanted, fast=True) as postgres:
        assert postgres.data_folder.is_relative_to(ground)
        assert postgres.data_folder.stat().st_uid == account().uid
        assert postgres.data_folder.stat().st_mode & 0o777 == 0o700
        assert not (wanted / "data").exists()
        await ask(postgres.url, "CREATE TABLE kept AS SELECT 7 AS n")
    with EmbeddedPostgres(wanted, fast=True) as again:
        assert again.data_folder == postgres.data_folder
        assert await ask(again.url, "SELECT n FROM kept") == 7


def test_a_moved_folder_keeps_its_data_and_a_copy_does_not_share_it(ground: Path, closed: Path) -> None:
    with EmbeddedValkey(closed / "valkey") as valkey:
        data = valkey.data_folder
    (closed / "valkey").rename(closed / "moved")
    assert EmbeddedValkey(closed / "moved").data_folder == data
    shutil.copytree(closed / "moved", closed / "copy")
    with pytest.raises(FolderIsACopy) as refusal:
        EmbeddedValkey(closed / "copy").start()
    assert str(closed / "moved") in str(refusal.value)
    assert data.is_relative_to(ground)


def hidden_installation(closed: Path) -> Installation:
    """The real Valkey below a folder the account cannot enter."""
    real = choose_programs(VALKEY, {}).required()
    (closed / "bin").mkdir()
    shutil.copy(real.server, closed / "bin" / "valkey-server")
    return choose_programs(VALKEY, {"VALKEY_BIN": str(closed / "bin")}).required()


def test_programs_below_a_closed_folder_are_copied_once(ground: Path, closed: Path) -> None:
    hidden = hidden_installation(closed)
    environ = {"VALKEY_BIN": str(hidden.programs)}
    with EmbeddedValkey(closed / "valkey", environ=environ) as valkey:
        running = Path(f"/proc/{valkey.pid}/exe").readlink()
        assert running.is_relative_to(ground)
        assert owner_of(valkey.pid) == account().uid
        born = running.stat().st_mtime_ns
    assert reachable(hidden, account()) == running.parent
    assert running.stat().st_mtime_ns == born
    above = [path.stat() for path in (running, *running.parents) if path.is_relative_to(ground)]
    assert all(status.st_uid == 0 and not status.st_mode & 0o022 for status in above)


def test_all_of_postgres_that_the_wheel_brings_runs_from_the_copy(ground: Path, closed: Path) -> None:
    real = choose_programs(POSTGRES, {"PATH": ""}).required()
    for part in real.parts:
        shutil.copytree(real.top / part, closed / part)
    programs = closed / real.programs.relative_to(real.top)
    hidden = Installation(real.name, real.version, programs, programs / "postgres", closed, real.parts)
    postgres = EmbeddedPostgres(closed / "postgres", fast=True)
    postgres.choose_installation = lambda: hidden
    with postgres:
        assert Path(f"/proc/{postgres.pid}/exe").readlink().is_relative_to(ground)


def test_a_copy_that_lost_a_file_is_made_anew(ground: Path, closed: Path) -> None:
    hidden = hidden_installation(closed)
    copy = reachable(hidden, account()) / "valkey-server"
    copy.write_bytes(b"short")
    assert (reachable(hidden, account()) / "valkey-server").read_bytes() == hidden.server.read_bytes()
    assert copy.is_relative_to(ground)


def test_changed_programs_get_a_copy_of_their_own(ground: Path, closed: Path) -> None:
    hidden = hidden_installation(closed)
    first = reachable(hidden, account())
    hidden.server.write_bytes(hidden.server.read_bytes() + b"\0")
    assert reachable(hidden, account()) != first
    assert first.is_relative_to(ground)


@pytest.mark.parametrize("planted", ["theirs", "open to all", "a link"])
def test_a_place_somebody_else_prepared_is_refused(ground: Path, closed: Path, planted: str) -> None:
    place = ground / "touchstone-0"
    if planted == "a link":
        (ground / "elsewhere").mkdir()
        place.symlink_to(ground / "elsewhere")
    else:
        place.mkdir()
        place.chmod(0o777 if planted == "open to all" else 0o755)
        os.chown(place, account().uid if planted == "theirs" else 0, 0)
    with pytest.raises(NoPrivatePlace) as refusal:
        reachable(hidden_installation(closed), account())
    assert refusal.value.code == "no_private_place"
    assert str(place) in str(refusal.value)


def test_a_wanted_folder_that_belongs_to_somebody_else_is_refused(folder: Path) -> None:
    (folder / "valkey").mkdir()
    os.chown(folder / "valkey", account().uid, account().gid)
    with pytest.raises(FolderIsNotPrivate):
        EmbeddedValkey(folder / "valkey").start()


def test_reaching_is_judged_by_every_folder_on_the_way(folder: Path, closed: Path) -> None:
    (closed / "inside").mkdir(mode=0o755)
    (folder / "link").symlink_to(closed / "inside")
    assert may_reach(folder, account())
    assert not may_reach(closed / "inside", account())
    assert not may_reach(folder / "link", account())
    assert may_reach(closed, None)
