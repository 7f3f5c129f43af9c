"""Folders for tests: in memory, private, and never left behind for long."""

import os
import signal
from pathlib import Path

import pytest
from touchstone_runtime import throwaway
from touchstone_runtime.accounts import may_reach, unprivileged_account
from touchstone_runtime.folder_lock import FolderLock
from touchstone_runtime.throwaway import throwaway_folder

from tests.infra.probes import python_that

_HOLDS_A_FOLDER = """
import pathlib, sys
from touchstone_runtime import throwaway
throwaway._MEMORY = pathlib.Path(sys.argv[1])
with throwaway.throwaway_folder(room=0) as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_it_is_private_reachable_and_gone_afterwards() -> None:
    with throwaway_folder() as folder:
        assert folder.stat().st_uid == os.geteuid()
        assert not folder.stat().st_mode & 0o066
        assert may_reach(folder, unprivileged_account())
        (folder / "something").mkdir()
    assert not folder.exists()


def test_without_room_in_memory_it_lies_among_the_temporary_files() -> None:
    with throwaway_folder(room=1 << 60) as folder:
        assert not folder.is_relative_to("/dev/shm")
    with throwaway_folder(room=0) as folder:
        assert folder.is_relative_to("/dev/shm") == Path("/dev/shm").is_dir()


@pytest.mark.crash
def test_what_a_killed_run_left_is_removed_by_the_next_and_what_is_in_use_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A shelf of its own: other tests would sweep the common one at any moment.
    monkeypatch.setattr(throwaway, "_MEMORY", folder)
    with python_that(_HOLDS_A_FOLDER, str(folder)) as living, python_that(_HOLDS_A_FOLDER, str(folder)) as killed:
        assert living.stdout is not None
        assert killed.stdout is not None
        used, left = Path(living.stdout.readline().strip()), Path(killed.stdout.readline().strip())
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert left.exists()
        with throwaway_folder(room=0):
            assert not left.exists()
            assert used.exists()
        living.communicate("")
        assert not used.exists()


def test_what_was_left_waits_until_its_server_has_gone_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throwaway, "_MEMORY", tmp_path)
    monkeypatch.setattr(throwaway, "unprivileged_account", lambda: None)
    left = tmp_path / f"touchstone-{os.geteuid()}-throwaway" / "left"
    (left / "postgres").mkdir(parents=True)
    (left / "held").touch()
    lock = FolderLock.take(left / "postgres")
    with throwaway_folder(room=0):
        assert left.exists()
    lock.let_go()
    with throwaway_folder(room=0):
        assert not left.exists()


def test_a_shelf_that_somebody_else_prepared_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, temporary = tmp_path / "memory", tmp_path / "temporary"
    for place in (memory, temporary):
        place.mkdir()
    (memory / f"touchstone-{os.geteuid()}-throwaway").mkdir(mode=0o777)
    (memory / f"touchstone-{os.geteuid()}-throwaway").chmod(0o777)
    monkeypatch.setattr(throwaway, "_MEMORY", memory)
    with throwaway_folder(room=0) as folder:
        assert not folder.is_relative_to(memory)
