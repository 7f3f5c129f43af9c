"""One server per folder: an advisory lock that lives exactly as long as the server's processes."""

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any, Self, cast

from touchstone_runtime.errors import FolderIsInUse
from touchstone_runtime.processes import is_alive

_STEP_S = 0.02
# Somebody who only asks whether the folder is locked holds the lock for an instant.
_GRACE_S = 0.2
_FILE = "lock"


class FolderLock:
    """A lock on a folder, inherited by the server and given up when the last process holding it ends.

    The descriptor is handed to the server. Python closes its own once the server runs, so that neither a killed
    Python nor a killed postmaster gives the folder away while some process still writes to it.
    """

    def __init__(self, folder: Path, descriptor: int) -> None:
        """Wrap a descriptor on which the lock is held."""
        self.folder = folder
        self.descriptor = descriptor

    @classmethod
    def take(cls, folder: Path, *, patience_s: float = 30.0) -> Self:
        """Lock the folder.

        Waits while a server is going down whose owner or main process is already dead; never for a living one.

        Args:
            folder: An existing folder.
            patience_s: How long to wait, in seconds.

        Raises:
            FolderIsInUse: Another server runs here.
        """
        descriptor = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        begin = time.monotonic()
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waited = time.monotonic() - begin
                if waited > (patience_s if is_going_down(folder) else _GRACE_S):
                    os.close(descriptor)
                    raise FolderIsInUse(folder, holder_of(folder)) from None
                time.sleep(_STEP_S)
            else:
                lock = cls(folder, descriptor)
                lock.note(server=None)
                return lock

    def note(self, server: int | None) -> None:
        """Write down who has the folder: this process, and the server it started (its process id)."""
        line = json.dumps({"owner": os.getpid(), "server": server}).encode()
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, line, 0)

    def let_go(self) -> None:
        """Close our descriptor; the lock stays with the server if that inherited it."""
        os.close(self.descriptor)


def holder_of(folder: Path) -> int | None:
    """Return the process id of the server on the folder, or of whoever is starting one; None if nobody runs."""
    if not is_locked(folder):
        return None
    owner, server = _noted(folder)
    return server or owner


def is_locked(folder: Path) -> bool:
    """Say whether some process holds the folder's lock."""
    try:
        descriptor = os.open(folder / _FILE, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def is_going_down(folder: Path) -> bool:
    """Say whether whoever had the folder has died, so that what still holds it is about to end."""
    owner, server = _noted(folder)
    return (server is not None and not is_alive(server)) or (owner is not None and not is_alive(owner))


def _noted(folder: Path) -> tuple[int | None, int | None]:
    try:
        noted = cast("dict[str, Any]", json.loads((folder / _FILE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return None, None
    return noted.get("owner"), noted.get("server")
