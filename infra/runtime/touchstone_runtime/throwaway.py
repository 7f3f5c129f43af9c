"""A folder for a server that tests throw away, in memory when there is room."""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from touchstone_runtime.accounts import folder_mode, may_reach, unprivileged_account
from touchstone_runtime.errors import FolderIsNotPrivate
from touchstone_runtime.folder_lock import is_locked
from touchstone_runtime.places import private_folder, short_place

_MEMORY = Path("/dev/shm")  # noqa: S108  # a private folder is made in it
_LEAST_ROOM = 1 << 30
_HOLD = "held"


@contextmanager
def throwaway_folder(*, room: int = _LEAST_ROOM) -> Generator[Path]:
    """Give a folder, and remove it with all that servers kept there.

    What an earlier run left because it was killed is removed first.

    Args:
        room: How many bytes must be free in memory; with less the folder lies among the temporary files.

    Yields:
        The folder, with nothing of interest in it.
    """
    shelf = _shelf(room)
    folder = shelf / secrets.token_hex(6)
    # One at a time: a folder that was made but is not held yet would be taken for one that was left.
    alone = _hold(shelf, wait=True)
    try:
        _sweep(shelf)
        folder.mkdir(mode=folder_mode(unprivileged_account()))
        (folder / _HOLD).touch()
        held = _hold(folder / _HOLD, wait=True)
    finally:
        os.close(alone)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _shelf(room: int) -> Path:
    account = unprivileged_account()
    for parent in (_MEMORY, Path(tempfile.gettempdir())):
        if parent == _MEMORY and not _has_room(room):
            continue
        try:
            shelf = private_folder(parent / f"touchstone-{os.geteuid()}-throwaway", account)
        except (OSError, FolderIsNotPrivate):
            continue
        if may_reach(shelf, account):
            return shelf
    return private_folder(short_place(account) / "throwaway", account)


def _has_room(room: int) -> bool:
    try:
        free = os.statvfs(_MEMORY)
    except OSError:
        return False
    return free.f_bavail * free.f_frsize >= room


def _hold(path: Path, *, wait: bool) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _sweep(shelf: Path) -> None:
    """Remove folders that nobody holds any more and on which no server is still going down."""
    for folder in shelf.iterdir():
        try:
            held = _hold(folder / _HOLD, wait=False)
        except OSError:
            continue
        if not any(is_locked(place) for place in (folder, *folder.iterdir()) if place.is_dir()):
            shutil.rmtree(folder, ignore_errors=True)
        os.close(held)
